"""All results from binned counts: barriers, curvature, onset, each with bootstrap resamples."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from softness.barriers.bins import without_thin_cells
from softness.barriers.fit import FORMS, METHODS, fit_barrier, fit_curvature
from softness.barriers.onset import fit_onset, onset_from_slope
from softness.barriers.resample import resample, total_counts

DRAWN_FORM = "kramers"


@dataclass(frozen=True)
class BarrierAnalysis:
    """Barriers of each bin of each of several learned variables.

    Dimensions: T temperatures, V variables, B bins, D draws, forms (`FORMS`), methods (`METHODS`).

    Attributes
    ----------
    temperature
        (T,) in eps_AA / k_B.
    thin
        (V,) cells that were left out since their population is too small.
    value
        (V, B) mean of the variable in the bin over all temperatures; nan where empty.
    events, trials
        (T, V, B) without thin cells.
    probability_low, probability_high
        (T, V, B) interval of events / trials; nan where it is undefined.
    energy, entropy
        (forms, methods, V, B).
    energy_draws, entropy_draws
        (D, V, B) of the form of Kramers by binomial likelihood, as section 2.4 has it.
    curvature, curvature_draws
        (V, B) and (D, V, B), of ln P without a prefactor.
    onset, strength, onset_draws, strength_draws
        (V,) and (D, V): T0 and the slope of g of the joint fit with a free background.
    slope_onset
        (V,) slope of Delta E against Sigma, as in the dissertation.
    """

    temperature: np.ndarray
    thin: np.ndarray
    value: np.ndarray
    events: np.ndarray
    trials: np.ndarray
    probability_low: np.ndarray
    probability_high: np.ndarray
    energy: np.ndarray
    entropy: np.ndarray
    energy_draws: np.ndarray
    entropy_draws: np.ndarray
    curvature: np.ndarray
    curvature_draws: np.ndarray
    onset: np.ndarray
    onset_draws: np.ndarray
    strength: np.ndarray
    strength_draws: np.ndarray
    slope_onset: np.ndarray


def analyse_barriers(
    temperatures: np.ndarray,
    counts: Sequence[Sequence[np.ndarray]],
    totals: np.ndarray,
    stride: int,
    least_population: int,
    generator: np.random.Generator,
    draws: int,
) -> BarrierAnalysis:
    """Fit all bins of all variables, to the counts and to resampled ones.

    All variables are resampled together: differences between them are differences of draws.

    Parameters
    ----------
    temperatures
        (T,).
    counts
        For each temperature, for each replica, (blocks, 2, V, B): events and trials.
    totals
        (T, V, B) sum of the variable over the trials.
    stride
        k of the strided frames of the population.
    least_population
        As `softness.barriers.bins.without_thin_cells`.
    generator
        Source of the draws.
    draws
        Number of resampled data sets.
    """
    events, trials = np.moveaxis(total_counts(counts), 1, 0)
    thin = _thin_cells(events, trials, stride, least_population)
    means = _divided(totals, trials)
    events, trials = np.where(thin, 0, events), np.where(thin, 0, trials)

    def statistic(sums: np.ndarray) -> np.ndarray:
        drawn = np.where(thin, 0, np.moveaxis(sums, 2, 0))
        # A draw may hold more events than trials; see `resample`.
        kept = without_thin_cells(*drawn, least=1)[:2]
        return _packed(_fits(temperatures, means, *kept))

    shapes = _shapes(*events.shape[1:])
    found = resample(counts, statistic, generator, draws)
    value, drawn = _unpacked(found.value, shapes), _unpacked(found.draws, shapes)
    low, high = _log_probability_intervals(counts, thin, generator, draws)
    energy, entropy = _all_barriers(temperatures, events, trials)
    main = FORMS.index("arrhenius"), METHODS.index("binomial")
    pairs = zip(energy[main], entropy[main], strict=True)
    return BarrierAnalysis(
        temperature=np.asarray(temperatures, dtype=np.float64),
        thin=thin.sum(axis=(0, 2)),
        value=_divided(np.where(thin, 0, totals).sum(axis=0), trials.sum(axis=0)),
        events=events,
        trials=trials,
        probability_low=np.exp(low),
        probability_high=np.exp(high),
        energy=energy,
        entropy=entropy,
        energy_draws=drawn["energy"],
        entropy_draws=drawn["entropy"],
        curvature=value["curvature"],
        curvature_draws=drawn["curvature"],
        onset=value["onset"],
        onset_draws=drawn["onset"],
        strength=value["strength"],
        strength_draws=drawn["strength"],
        slope_onset=np.array([onset_from_slope(*pair) for pair in pairs]),
    )


def _thin_cells(
    events: np.ndarray, trials: np.ndarray, stride: int, least_population: int
) -> np.ndarray:
    """(T, V, B) cells whose population is too small to be a denominator."""
    kept, _, _ = without_thin_cells(np.ones_like(events), trials, stride, least_population)
    return (kept == 0) | (events > trials)


def _log_probability_intervals(
    counts: Sequence[Sequence[np.ndarray]],
    thin: np.ndarray,
    generator: np.random.Generator,
    draws: int,
) -> tuple[np.ndarray, np.ndarray]:
    """(T, V, B) interval of ln P at each temperature, from the units of that temperature alone."""
    bounds = []
    for replicas, empty in zip(counts, thin, strict=True):

        def log_probability(sums: np.ndarray, empty: np.ndarray = empty) -> np.ndarray:
            events, trials = np.moveaxis(sums[:, 0], 1, 0)
            # Without events or without trials nothing is known of ln P.
            known = (events > 0) & (trials > 0) & ~empty
            ratio = np.divide(events, trials, out=np.ones(events.shape), where=known)
            return np.where(known, np.log(ratio), np.nan)

        bounds.append(resample([replicas], log_probability, generator, draws).interval())
    low, high = np.moveaxis(bounds, 1, 0)
    return low, high


def _divided(totals: np.ndarray, trials: np.ndarray) -> np.ndarray:
    """Mean of the variable; nan where there are no trials."""
    return np.divide(totals, trials, out=np.full(trials.shape, np.nan), where=trials > 0)


def _shapes(variables: int, bins: int) -> dict[str, tuple[int, ...]]:
    """What is fitted to each set of counts, with its shape."""
    return {
        "energy": (variables, bins),
        "entropy": (variables, bins),
        "curvature": (variables, bins),
        "onset": (variables,),
        "strength": (variables,),
    }


def _fits(
    temperatures: np.ndarray, means: np.ndarray, events: np.ndarray, trials: np.ndarray
) -> dict[str, np.ndarray]:
    """All fits to (n, T, V, B) counts; each of the shape (n, ...) of `_shapes`."""
    by_bin = np.moveaxis(events, 1, -1), np.moveaxis(trials, 1, -1)
    barrier = fit_barrier(temperatures, *by_bin, form=DRAWN_FORM)
    onsets = [
        fit_onset(means[:, variable], temperatures, events[:, :, variable], trials[:, :, variable])
        for variable in range(events.shape[2])
    ]
    return {
        "energy": barrier.energy,
        "entropy": barrier.entropy,
        "curvature": fit_curvature(temperatures, *by_bin).value,
        "onset": np.stack([each.temperature for each in onsets], axis=-1),
        "strength": np.stack([each.strength for each in onsets], axis=-1),
    }


def _packed(fits: Mapping[str, np.ndarray]) -> np.ndarray:
    """(n, all numbers) of the fits to n sets of counts."""
    return np.concatenate([part.reshape(len(part), -1) for part in fits.values()], axis=1)


def _unpacked(numbers: np.ndarray, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Reverse of `_packed` for (..., all numbers)."""
    ends = np.cumsum([math.prod(shape) for shape in shapes.values()])
    parts = np.split(numbers, ends[:-1], axis=-1)
    return {
        name: part.reshape(*numbers.shape[:-1], *shape)
        for (name, shape), part in zip(shapes.items(), parts, strict=True)
    }


def _all_barriers(
    temperatures: np.ndarray, events: np.ndarray, trials: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(forms, methods, V, B) energies and entropies of (T, V, B) counts."""
    by_bin = np.moveaxis(events, 0, -1), np.moveaxis(trials, 0, -1)
    fits = [
        [fit_barrier(temperatures, *by_bin, form=form, method=method) for method in METHODS]
        for form in FORMS
    ]
    return tuple(
        np.array([[getattr(fit, name) for fit in row] for row in fits])
        for name in ("energy", "entropy")
    )
