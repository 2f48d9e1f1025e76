"""Whether two samples of independent runs are of one population, and what would have been seen."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from softness import uncertainty

AT_ONCE = 1000


@dataclass(frozen=True)
class Comparison:
    """Two samples of runs, observable by observable; all arrays are (observables,).

    Attributes
    ----------
    mean
        Of both samples together.
    difference, error
        Of the means, second less first, and its standard error from the scatter between runs.
    p, corrected
        Of the permutation test, alone and by Holm for all observables together.
    smallest
        Difference that would have been found: see `smallest_difference`.
    """

    mean: np.ndarray
    difference: np.ndarray
    error: np.ndarray
    p: np.ndarray
    corrected: np.ndarray
    smallest: np.ndarray


def compared(
    first: np.ndarray, second: np.ndarray, draws: int, generator: np.random.Generator
) -> Comparison:
    """Compare (runs, observables) of two samples."""
    p = permutation_p_values(first, second, draws, generator)
    error = np.sqrt(sum(each.var(axis=0, ddof=1) / len(each) for each in (first, second)))
    return Comparison(
        mean=np.concatenate([first, second]).mean(axis=0),
        difference=second.mean(axis=0) - first.mean(axis=0),
        error=error,
        p=p,
        corrected=holm(p),
        smallest=smallest_difference(error, tests=len(p)),
    )


def permutation_p_values(
    first: np.ndarray, second: np.ndarray, draws: int, generator: np.random.Generator
) -> np.ndarray:
    """(observables,) two-sided p values of the difference of two means of (runs, observables).

    The labels of the samples are permuted over whole runs, in the same way for all observables. The
    permutation that was observed counts as one of them, so that p is never 0.
    """
    values = np.concatenate([first, second])
    values = values - values.mean(axis=0)
    labels = np.repeat([1.0 / len(first), -1.0 / len(second)], [len(first), len(second)])
    # Equal sums in another order differ in their last bits.
    seen = np.abs(labels @ values) * (1 - 1e-9)
    reached = np.ones(values.shape[1])
    for begin in range(0, draws, AT_ONCE):
        size = min(AT_ONCE, draws - begin)
        permuted = generator.permuted(np.tile(labels, (size, 1)), axis=1)
        reached += (np.abs(permuted @ values) >= seen).sum(axis=0)
    return reached / (draws + 1)


def holm(p: np.ndarray) -> np.ndarray:
    """p values for all tests together, by Holm's method; at most 1."""
    order = np.argsort(p)
    steps = np.minimum(p[order] * np.arange(len(p), 0, -1), 1.0)
    corrected = np.empty(len(p))
    corrected[order] = np.maximum.accumulate(steps)
    return corrected


def smallest_difference(
    error: np.ndarray, tests: int, level: float = 0.05, power: float = 0.8
) -> np.ndarray:
    """Difference that is found with some power if it is the only one, in units of its error.

    The first of Holm's steps, which then decides, asks for p below level / tests.
    """
    return (ndtri(1 - level / (2 * tests)) + ndtri(power)) * error


def reliability(halves: np.ndarray) -> np.ndarray:
    """(...,) reliability of means over both halves, from (..., 2, particles) means of each half.

    By the formula of Spearman and Brown.
    """
    correlation = _correlation(halves[..., 0, :], halves[..., 1, :])
    return 2 * correlation / (1 + correlation)


def corrected_correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(...,) correlation of two propensities without the noise of their runs.

    Parameters
    ----------
    first, second
        (..., 2, particles) mean distances of each particle over the runs of two halves.
    """
    found = _correlation(first.mean(axis=-2), second.mean(axis=-2))
    return found / np.sqrt(reliability(first) * reliability(second))


def correlation_with_interval(
    first: np.ndarray, second: np.ndarray, draws: int, generator: np.random.Generator
) -> tuple[float, tuple[float, float]]:
    """Corrected correlation of the means of two (runs, particles), and its 95 % interval.

    The interval comes from a bootstrap over runs. Their deviations from the mean of their half are
    resampled, about one truth for both: the noise of the runs is in there once. Runs resampled as
    they are have it twice, and give an interval nearly twice as wide as the scatter of the value.
    Halves are drawn from their own runs: a run in both would be noise that they share.
    """
    halves = np.array([halves_of(first), halves_of(second)])
    value = corrected_correlation(*halves)
    truth = _truth(halves.reshape(4, -1))
    resampled = [truth + _resampled_noise(each, draws, generator) for each in (first, second)]
    # As far as one truth comes out from 1, the value may lie from its own.
    away = corrected_correlation(*resampled) - 1
    return float(value), uncertainty.interval(value - away)


def _truth(parts: np.ndarray) -> np.ndarray:
    """(particles,) mean of (parts, particles), with the variance that the parts have in common."""
    mean = parts.mean(axis=0)
    covariance = np.cov(parts)
    common = covariance[~np.eye(len(parts), dtype=bool)].mean()
    return mean.mean() + (mean - mean.mean()) * np.sqrt(max(common, 0.0) / mean.var(ddof=1))


def halves_of(runs: np.ndarray) -> np.ndarray:
    """(2, particles) means over the runs of even and of odd place."""
    return np.array([runs[half::2].mean(axis=0) for half in (0, 1)])


def _resampled_noise(runs: np.ndarray, draws: int, generator: np.random.Generator) -> np.ndarray:
    """(draws, 2, particles) deviations of the means of both halves, of runs with replacement."""
    found = []
    for half in (runs[0::2], runs[1::2]):
        count = len(half)
        weights = generator.multinomial(count, np.full(count, 1 / count), size=draws) / count
        deviations = (half - half.mean(axis=0)) * np.sqrt(count / (count - 1))
        found.append(weights @ deviations)
    return np.stack(found, axis=1)


def _correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Pearson's correlation over the last axis."""
    first = first - first.mean(axis=-1, keepdims=True)
    second = second - second.mean(axis=-1, keepdims=True)
    products = [
        (a * b).sum(axis=-1) for a, b in ((first, second), (first, first), (second, second))
    ]
    return products[0] / np.sqrt(products[1] * products[2])
