"""Onset temperature: where a learned variable stops to matter for the dynamics."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from softness.barriers.bins import without_thin_cells
from softness.barriers.fit import checked_counts, checked_temperatures, log_prefactor
from softness.barriers.likelihood import LogBinomialFit, fit_log_binomial
from softness.barriers.resample import Resampled, resample, total_counts
from softness.errors import InputError
from softness.learning.checks import finite_array, one_of, whole_number

BACKGROUNDS = ("free", "arrhenius")
LEAST_TEMPERATURES = 3


@dataclass(frozen=True)
class OnsetFit:
    """Joint fits of ln P = background(T) + g(x) (1 - T0 / T) to bins and temperatures.

    Attributes
    ----------
    temperature
        (...) T0, in eps_AA / k_B.
    strength
        (...) slope of g, (g(1) - g(-1)) / 2; negative where larger x means lower barriers.
    coefficients
        (..., degree) g_1, g_2, ... of g(x) = g_1 x + g_2 x^2 + ...
    converged
        (...) where false, the numbers are nan.
    """

    temperature: np.ndarray
    strength: np.ndarray
    coefficients: np.ndarray
    converged: np.ndarray


@dataclass(frozen=True)
class Onset:
    """Onset temperature with its interval from resampled replicas.

    Attributes
    ----------
    temperature, low, high
        T0 and its interval; nan if the onset is undefined.
    strength, strength_low, strength_high
        Slope of g and its interval.
    defined
        Whether the interval of the slope of g excludes 0.
    background
        What all bins have in common: ``"free"`` or ``"arrhenius"``.
    resampled
        All draws of (T0, slope of g), widened for few units, and the values of single replicas.
    """

    temperature: float
    low: float
    high: float
    strength: float
    strength_low: float
    strength_high: float
    defined: bool
    background: str
    resampled: Resampled


def fit_onset(
    values: np.ndarray,
    temperatures: np.ndarray,
    events: np.ndarray,
    trials: np.ndarray,
    degree: int = 1,
    background: str = "free",
    form: str = "arrhenius",
) -> OnsetFit:
    """Joint maximum-likelihood fit to all bins and temperatures, for many data sets at once.

    With g(x) = g_1 x the model is linear in its coefficients: ln P = background + g_1 x - h x / T,
    and T0 = h / g_1. With higher powers T0 is found by repeated linearisation, from there.

    Parameters
    ----------
    values
        (bins,) mean learned variable of each bin, or (T, bins) with one for each temperature. It
        may be nan where there are no trials (`softness.barriers.bins.BinCounts.means`).
    temperatures
        (T,).
    events, trials
        (..., T, bins) counts. Cells without trials do not count, nor temperatures without them.
    degree
        Of the polynomial g, which has no constant: that is part of the background.
    background
        ``"free"``: one number for each temperature, which allows any dependence on T that all bins
        have in common. ``"arrhenius"``: a - e / T, as STUDY.md has it. The scatter of barriers
        within a bin bends ln P for all bins alike (it adds V / (2 T^2)). With ``"arrhenius"`` this
        is taken for a part of g as soon as the mean of x moves with T: T0 is biased, and a variable
        without influence gets one.
    form
        ``"arrhenius"`` or ``"kramers"``, which adds -ln T to ln P.

    Raises
    ------
    InputError
        Shapes do not fit, or there are fewer than two bins or three temperatures.
    """
    temperatures = checked_temperatures(temperatures)
    one_of(background, "background", BACKGROUNDS)
    degree = whole_number(degree, "degree")
    values, events, trials = _checked(values, temperatures, events, trials)
    batch, shape = events.shape[:-2], events.shape[-2:]
    events, trials = events.reshape(-1, *shape), trials.reshape(-1, *shape)
    fits = np.full((len(events), degree + 2), np.nan)
    # A free background has no value at a temperature without trials: fit without it. Which ones
    # these are may differ between data sets.
    present = (trials > 0).any(axis=-1)
    for used in np.unique(present, axis=0):
        if len(np.unique(temperatures[used])) < LEAST_TEMPERATURES:
            continue
        rows = (present == used).all(axis=1)
        fits[rows] = _fit(
            values[used],
            temperatures[used],
            events[rows][:, used],
            trials[rows][:, used],
            degree,
            background,
            form,
        )
    fits = fits.reshape(*batch, degree + 2)
    return OnsetFit(fits[..., 0], fits[..., 1], fits[..., 2:], np.isfinite(fits[..., 0]))


def _fit(
    values: np.ndarray,
    temperatures: np.ndarray,
    events: np.ndarray,
    trials: np.ndarray,
    degree: int,
    background: str,
    form: str,
) -> np.ndarray:
    """(n, 2 + degree) T0, slope and coefficients of g for (n, T, bins) counts; nan if unknown."""
    bins = values.shape[-1]
    k, n = (counts.reshape(len(counts), -1) for counts in (events, trials))
    inverse = np.repeat(1 / temperatures, bins)
    x = values.reshape(-1)
    common = _background(temperatures, bins, background)
    offset = np.repeat(log_prefactor(temperatures, form), bins)
    line = np.concatenate([common, x[:, None], -(x * inverse)[:, None]], axis=1)
    fit = fit_log_binomial(line, k, n, offset)
    strength = fit.coefficients[..., -2]
    temperature = fit.coefficients[..., -1] / strength
    coefficients = strength[..., None]
    if degree > 1:
        fit, temperature = _linearised(common, x, inverse, k, n, offset, degree, temperature)
        coefficients = fit.coefficients[..., common.shape[1] : -1]
        strength = coefficients[..., ::2].sum(axis=-1)
    good = fit.converged & (_informative(k, len(temperatures), bins))
    fits = np.concatenate([temperature[:, None], strength[:, None], coefficients], axis=1)
    return np.where(good[:, None], fits, np.nan)


def onset_temperature(
    values: np.ndarray,
    temperatures: np.ndarray,
    counts: Sequence[Sequence[np.ndarray]],
    generator: np.random.Generator,
    draws: int = 1000,
    level: float = 0.95,
    degree: int = 1,
    background: str = "free",
    form: str = "arrhenius",
) -> Onset:
    """Onset temperature with an interval, or the verdict that it is undefined.

    A variable without influence has g = 0, and T0 is then anything: it is reported only where the
    interval of the slope of g excludes 0.

    A population from strided frames is an estimate, and a draw or a single replica may hold cells
    with more events than trials: they are left out there.

    Parameters
    ----------
    values, temperatures, degree, background, form
        As for `fit_onset`.
    counts
        For each temperature, for each replica, (blocks, 2, bins): events and trials.
    generator
        Source of the draws.
    draws, level
        As for `softness.barriers.resample.resample`.

    Returns
    -------
    Onset
        With nan for T0 and its interval where it is undefined.

    Raises
    ------
    InputError
        As `fit_onset` with the sums of all replicas, which may not hold more events than trials,
        and as `softness.barriers.resample.resample`.
    """
    temperatures = checked_temperatures(temperatures)
    if len(counts) != len(temperatures):
        raise InputError(
            f"counts has {len(counts)} temperatures, temperatures {len(temperatures)}: "
            "give the counts of each"
        )

    def fitted(events: np.ndarray, trials: np.ndarray) -> OnsetFit:
        return fit_onset(values, temperatures, events, trials, degree, background, form)

    def statistic(sums: np.ndarray) -> np.ndarray:
        events, trials, _ = without_thin_cells(sums[:, :, 0], sums[:, :, 1], least=1)
        fit = fitted(events, trials)
        return np.stack([fit.temperature, fit.strength], axis=-1)

    total = total_counts(counts)
    fitted(total[:, 0], total[:, 1])  # the sums of all replicas are checked as they are
    resampled = resample(counts, statistic, generator, draws, level)
    low, high = resampled.low, resampled.high
    defined = bool(low[1] > 0 or high[1] < 0)
    nan = float("nan")
    return Onset(
        temperature=float(resampled.value[0]) if defined else nan,
        low=float(low[0]) if defined else nan,
        high=float(high[0]) if defined else nan,
        strength=float(resampled.value[1]),
        strength_low=float(low[1]),
        strength_high=float(high[1]),
        defined=defined,
        background=background,
        resampled=resampled,
    )


def onset_from_slope(energies: np.ndarray, entropies: np.ndarray) -> float:
    """Onset temperature as the slope of Delta E against Sigma, as in the dissertation.

    If lines ln P = Sigma - Delta E / T meet in a point, Delta E = T0 Sigma + a constant. But errors
    of Delta E and Sigma of one fit are correlated, with a slope that is about the mean temperature
    of the fit, so that a variable without any influence gives that. To be shown beside
    `onset_temperature`, never alone.

    Parameters
    ----------
    energies, entropies
        (bins,) of `softness.barriers.fit.fit_barrier`; nan are left out.

    Returns
    -------
    float
        nan with fewer than two bins.
    """
    energies, entropies = np.asarray(energies, float), np.asarray(entropies, float)
    if energies.shape != entropies.shape or energies.ndim != 1:
        raise InputError(
            f"energies has the shape {energies.shape}, entropies {entropies.shape}: "
            "give one number for each bin"
        )
    known = np.isfinite(energies) & np.isfinite(entropies)
    energies, entropies = energies[known], entropies[known]
    if len(energies) < 2 or np.ptp(entropies) == 0:
        return float("nan")
    away = entropies - entropies.mean()
    return float((away * energies).sum() / (away**2).sum())


def _checked(
    values: np.ndarray, temperatures: np.ndarray, events: np.ndarray, trials: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(T, bins) learned variable of each cell, 0 where it is unknown and not needed; counts."""
    values = np.asarray(values, dtype=np.float64)
    if values.ndim not in (1, 2) or (values.ndim == 2 and len(values) != len(temperatures)):
        raise InputError(
            f"values has the shape {values.shape}: give (bins,) or "
            f"({len(temperatures)} temperatures, bins)"
        )
    bins, different = values.shape[-1], len(np.unique(temperatures))
    if bins < 2 or different < LEAST_TEMPERATURES:
        raise InputError(
            f"values has {bins} bins and temperatures {different} "
            "different numbers: an onset needs two bins and three temperatures or more"
        )
    events, trials = checked_counts(events, trials, bins, "bins")
    if events.ndim < 2 or events.shape[-2] != len(temperatures):
        raise InputError(
            f"events has the shape {events.shape}: give (..., {len(temperatures)} temperatures, "
            f"{bins} bins)"
        )
    # Nobody can know the mean of x where there are no particles.
    others = tuple(range(trials.ndim - values.ndim))
    empty = (trials == 0).all(axis=others)
    values = finite_array(np.where(np.isnan(values) & empty, 0.0, values), "values")
    return np.broadcast_to(values, (len(temperatures), bins)), events, trials


def _background(temperatures: np.ndarray, bins: int, background: str) -> np.ndarray:
    """(T * bins, columns) of the part of ln P that all bins have in common."""
    if background == "free":
        return np.repeat(np.eye(len(temperatures)), bins, axis=0)
    inverse = 1 / temperatures - np.mean(1 / temperatures)
    return np.repeat(np.stack([np.ones_like(inverse), inverse], axis=1), bins, axis=0)


def _informative(events: np.ndarray, temperatures: int, bins: int) -> np.ndarray:
    """Whether there are events in two bins and at two temperatures at least."""
    has_events = events.reshape(*events.shape[:-1], temperatures, bins) > 0
    return (has_events.any(axis=-1).sum(axis=-1) > 1) & (has_events.any(axis=-2).sum(axis=-1) > 1)


def _linearised(
    common: np.ndarray,
    x: np.ndarray,
    inverse: np.ndarray,
    events: np.ndarray,
    trials: np.ndarray,
    offset: np.ndarray,
    degree: int,
    start: np.ndarray,
) -> tuple[LogBinomialFit, np.ndarray]:
    """Polynomial g: fit g and the change of T0 in turn, until T0 stays."""
    powers = x[:, None] ** np.arange(1, degree + 1)
    hottest, coldest = 1 / inverse.min(), 1 / inverse.max()
    limits = (0.1 * coldest, 10 * hottest)
    temperature = np.clip(np.where(np.isfinite(start), start, hottest), *limits)
    g = None
    for _ in range(50):
        factor = 1 - temperature[..., None] * inverse
        shaped = powers * factor[..., None]
        parts = [np.broadcast_to(common, (*shaped.shape[:-1], common.shape[1])), shaped]
        if g is None:
            g = fit_log_binomial(np.concatenate(parts, axis=-1), events, trials, offset)
            g = g.coefficients[..., common.shape[1] :]
        change = -inverse * (g @ powers.T)
        design = np.concatenate([*parts, change[..., None]], axis=-1)
        fit = fit_log_binomial(design, events, trials, offset)
        g = fit.coefficients[..., common.shape[1] : -1]
        moved = np.clip(temperature + fit.coefficients[..., -1], *limits)
        settled = np.abs(moved - temperature) < 1e-9 * moved
        temperature = moved
        if settled.all():
            break
    # Where T0 runs into a limit or wanders, nothing is known about it.
    inside = settled & (temperature > limits[0]) & (temperature < limits[1])
    kept = LogBinomialFit(
        fit.coefficients, fit.covariance, fit.log_likelihood, fit.converged & inside
    )
    return kept, temperature
