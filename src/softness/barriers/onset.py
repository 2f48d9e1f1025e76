"""Onset temperature: where a learned variable stops to matter for the dynamics."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from softness.barriers.fit import checked_counts, checked_temperatures, log_prefactor
from softness.barriers.likelihood import LogBinomialFit, fit_log_binomial
from softness.barriers.resample import Resampled, resample
from softness.errors import InputError
from softness.learning.checks import finite_array, one_of, whole_number

BACKGROUNDS = ("arrhenius", "free")


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
    resampled
        All draws of (T0, slope of g), the values of single replicas, and the method.
    """

    temperature: float
    low: float
    high: float
    strength: float
    strength_low: float
    strength_high: float
    defined: bool
    resampled: Resampled


def fit_onset(
    values: np.ndarray,
    temperatures: np.ndarray,
    events: np.ndarray,
    trials: np.ndarray,
    degree: int = 1,
    background: str = "arrhenius",
    form: str = "arrhenius",
) -> OnsetFit:
    """Joint maximum-likelihood fit to all bins and temperatures, for many data sets at once.

    With g(x) = g_1 x the model is linear in its coefficients: ln P = a - e / T + g_1 x - h x / T,
    and T0 = h / g_1. With higher powers T0 is found by repeated linearisation, from there.

    Parameters
    ----------
    values
        (bins,) mean learned variable of each bin, or (T, bins) with one for each temperature.
    temperatures
        (T,).
    events, trials
        (..., T, bins) counts. Cells without trials do not count.
    degree
        Of the polynomial g, which has no constant: that is part of the background.
    background
        ``"arrhenius"``: a - e / T. ``"free"``: one number for each temperature, which allows any
        dependence on T that all bins have in common. The scatter of barriers within a bin gives
        such a one (it adds V / (2 T^2)); with ``"arrhenius"`` it is then taken for a part of g as
        soon as the mean of x moves with T, which biases T0.
    form
        ``"arrhenius"`` or ``"kramers"``, which adds -ln T to ln P.

    Raises
    ------
    InputError
        Shapes do not fit, or there are fewer than two bins or three temperatures.
    """
    temperatures = checked_temperatures(temperatures)
    values = _checked_values(values, temperatures)
    one_of(background, "background", BACKGROUNDS)
    degree = whole_number(degree, "degree")
    bins = values.shape[-1]
    events, trials = checked_counts(events, trials, bins, "bins")
    if events.ndim < 2 or events.shape[-2] != len(temperatures):
        raise InputError(
            f"events has the shape {events.shape}: give (..., {len(temperatures)} temperatures, "
            f"{bins} bins)"
        )
    k, n = (counts.reshape(*counts.shape[:-2], -1) for counts in (events, trials))
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
    nan = np.nan
    return OnsetFit(
        np.where(good, temperature, nan),
        np.where(good, strength, nan),
        np.where(good[..., None], coefficients, nan),
        good,
    )


def onset_temperature(
    values: np.ndarray,
    temperatures: np.ndarray,
    counts: Sequence[Sequence[np.ndarray]],
    generator: np.random.Generator,
    draws: int = 1000,
    level: float = 0.95,
    degree: int = 1,
    background: str = "arrhenius",
    form: str = "arrhenius",
) -> Onset:
    """Onset temperature with an interval, or the verdict that it is undefined.

    A variable without influence has g = 0, and T0 is then anything: it is reported only where the
    interval of the slope of g excludes 0.

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
    """
    temperatures = checked_temperatures(temperatures)
    if len(counts) != len(temperatures):
        raise InputError(
            f"counts has {len(counts)} temperatures, temperatures {len(temperatures)}: "
            "give the counts of each"
        )

    def statistic(sums: np.ndarray) -> np.ndarray:
        fit = fit_onset(
            values, temperatures, sums[:, :, 0], sums[:, :, 1], degree, background, form
        )
        return np.stack([fit.temperature, fit.strength], axis=-1)

    found = resample(counts, statistic, generator, draws, level)
    low, high = found.low, found.high
    defined = bool(low[1] > 0 or high[1] < 0)
    nan = float("nan")
    return Onset(
        temperature=float(found.value[0]) if defined else nan,
        low=float(low[0]) if defined else nan,
        high=float(high[0]) if defined else nan,
        strength=float(found.value[1]),
        strength_low=float(low[1]),
        strength_high=float(high[1]),
        defined=defined,
        resampled=found,
    )


def onset_from_slope(energies: np.ndarray, entropies: np.ndarray) -> float:
    """Onset temperature as the slope of Delta E against Sigma, the way of the source.

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
            "give one of each for every bin"
        )
    known = np.isfinite(energies) & np.isfinite(entropies)
    energies, entropies = energies[known], entropies[known]
    if len(energies) < 2 or np.ptp(entropies) == 0:
        return float("nan")
    away = entropies - entropies.mean()
    return float((away * energies).sum() / (away**2).sum())


def _checked_values(values: np.ndarray, temperatures: np.ndarray) -> np.ndarray:
    """(T, bins) learned variable of each cell."""
    values = finite_array(values, "values")
    if values.ndim == 1:
        values = np.broadcast_to(values, (len(temperatures), len(values)))
    if values.ndim != 2 or len(values) != len(temperatures):
        raise InputError(
            f"values has the shape {values.shape}: give (bins,) or "
            f"({len(temperatures)} temperatures, bins)"
        )
    if values.shape[1] < 2 or len(np.unique(temperatures)) < 3:
        raise InputError(
            f"values has {values.shape[1]} bins and temperatures {len(np.unique(temperatures))} "
            "different numbers: an onset needs two bins and three temperatures or more"
        )
    return values


def _background(temperatures: np.ndarray, bins: int, background: str) -> np.ndarray:
    """(T * bins, columns) of the part of ln P that all bins have in common."""
    if background == "free":
        return np.repeat(np.eye(len(temperatures)), bins, axis=0)
    inverse = 1 / temperatures - np.mean(1 / temperatures)
    return np.repeat(np.stack([np.ones_like(inverse), inverse], axis=1), bins, axis=0)


def _informative(events: np.ndarray, temperatures: int, bins: int) -> np.ndarray:
    """Whether there are events in two bins and at two temperatures at least."""
    found = events.reshape(*events.shape[:-1], temperatures, bins) > 0
    return (found.any(axis=-1).sum(axis=-1) > 1) & (found.any(axis=-2).sum(axis=-1) > 1)


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
