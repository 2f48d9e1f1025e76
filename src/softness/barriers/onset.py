"""Onset temperature: where a learned variable stops to matter for the dynamics."""

from dataclasses import dataclass

import numpy as np

from softness.barriers.fit import checked_counts, checked_temperatures
from softness.barriers.likelihood import fit_log_binomial
from softness.checks import finite_array
from softness.errors import InputError

LEAST_TEMPERATURES = 3


@dataclass(frozen=True)
class OnsetFit:
    """Joint fits of ln P = background(T) + g x (1 - T0 / T) to bins and temperatures.

    Attributes
    ----------
    temperature
        (...) T0, in eps_AA / k_B. A variable without influence has g = 0, and T0 is then anything.
    strength
        (...) g; negative where larger x means lower barriers.
    converged
        (...) where false, the numbers are nan.
    """

    temperature: np.ndarray
    strength: np.ndarray
    converged: np.ndarray


def fit_onset(
    values: np.ndarray, temperatures: np.ndarray, events: np.ndarray, trials: np.ndarray
) -> OnsetFit:
    """Joint maximum-likelihood fit to all bins and temperatures, for many data sets at once.

    The model is linear in its coefficients: ln P = background + g x - h x / T, and T0 = h / g. The
    background is one number for each temperature, which allows any dependence on T that all bins
    have in common. STUDY.md has a line in 1/T instead; but the scatter of barriers within a bin
    bends ln P for all bins alike (it adds V / (2 T^2)), and a line would take this for a part of g
    as soon as the mean of x moves with T.

    Parameters
    ----------
    values
        (bins,) mean learned variable of each bin, or (T, bins) with one for each temperature. It
        may be nan where there are no trials (`softness.barriers.bins.BinCounts.means`).
    temperatures
        (T,).
    events, trials
        (..., T, bins) counts. Cells without trials do not count, nor temperatures without them.

    Raises
    ------
    InputError
        Shapes do not fit, or there are fewer than two bins or three temperatures.
    """
    temperatures = checked_temperatures(temperatures)
    values, events, trials = _checked(values, temperatures, events, trials)
    batch, shape = events.shape[:-2], events.shape[-2:]
    events, trials = events.reshape(-1, *shape), trials.reshape(-1, *shape)
    fits = np.full((len(events), 2), np.nan)
    # A background has no value at a temperature without trials: fit without it. Which ones these
    # are may differ between data sets.
    present = (trials > 0).any(axis=-1)
    for used in np.unique(present, axis=0):
        if len(np.unique(temperatures[used])) < LEAST_TEMPERATURES:
            continue
        rows = (present == used).all(axis=1)
        counts = events[rows][:, used], trials[rows][:, used]
        fits[rows] = _fit(values[used], temperatures[used], *counts)
    fits = fits.reshape(*batch, 2)
    return OnsetFit(fits[..., 0], fits[..., 1], np.isfinite(fits[..., 0]))


def _fit(
    values: np.ndarray, temperatures: np.ndarray, events: np.ndarray, trials: np.ndarray
) -> np.ndarray:
    """(n, 2) T0 and g for (n, T, bins) counts; nan if unknown."""
    bins = values.shape[-1]
    k, n = (counts.reshape(len(counts), -1) for counts in (events, trials))
    x, inverse = values.reshape(-1), np.repeat(1 / temperatures, bins)
    background = np.repeat(np.eye(len(temperatures)), bins, axis=0)
    design = np.concatenate([background, x[:, None], -(x * inverse)[:, None]], axis=1)
    fit = fit_log_binomial(design, k, n)
    strength = fit.coefficients[..., -2]
    good = fit.converged & _informative(k, len(temperatures), bins)
    found = np.stack([fit.coefficients[..., -1] / strength, strength], axis=-1)
    return np.where(good[:, None], found, np.nan)


def onset_from_slope(energies: np.ndarray, entropies: np.ndarray) -> float:
    """Onset temperature as the slope of Delta E against Sigma, as in the dissertation.

    If lines ln P = Sigma - Delta E / T meet in a point, Delta E = T0 Sigma + a constant. But errors
    of Delta E and Sigma of one fit are correlated, with a slope that is about the mean temperature
    of the fit, so that a variable without any influence gives that. To be shown beside `fit_onset`,
    never alone.

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


def _informative(events: np.ndarray, temperatures: int, bins: int) -> np.ndarray:
    """Whether there are events in two bins and at two temperatures at least."""
    found = events.reshape(*events.shape[:-1], temperatures, bins) > 0
    return (found.any(axis=-1).sum(axis=-1) > 1) & (found.any(axis=-2).sum(axis=-1) > 1)
