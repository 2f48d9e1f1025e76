"""Errors from independent units: replicas, and blocks of time within replicas."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from softness.errors import InputError

# From here on replicas alone are units; fewer are too few to tell a spread.
ENOUGH_REPLICAS = 5


def block_labels(times: np.ndarray, duration: float, block: float) -> np.ndarray:
    """Number of the block of time that each moment belongs to.

    Parameters
    ----------
    times
        (n,) moments, from 0 to ``duration``.
    duration
        Of the run, in the unit of ``times``.
    block
        Least length of a block. There is at least one block; they are equally long.

    Returns
    -------
    numpy.ndarray
        (n,) integers from 0.
    """
    blocks = max(int(duration // block), 1)
    return np.minimum((np.asarray(times) * blocks / duration).astype(int), blocks - 1)


def resample_blocks(
    blocks: Sequence[int], draws: int, generator: np.random.Generator
) -> list[list[tuple[int, int]]]:
    """Two-stage bootstrap: replicas with replacement, then blocks within each of them.

    Parameters
    ----------
    blocks
        Number of blocks of each replica.
    draws
        Number of bootstrap samples.
    generator
        Source of the draws.

    Returns
    -------
    list of lists of (replica, block)
        One list a draw, with repetitions.
    """
    if not blocks or min(blocks) < 1:
        raise InputError(f"blocks is {list(blocks)}: every replica needs at least one")
    samples = []
    for _ in range(draws):
        replicas = generator.integers(len(blocks), size=len(blocks))
        samples.append(
            [
                (int(replica), int(block))
                for replica in replicas
                for block in generator.integers(blocks[replica], size=blocks[replica])
            ]
        )
    return samples


def bootstrap(
    samples: Sequence[Sequence[tuple[int, int]]],
    sums: Sequence[np.ndarray],
    counts: Sequence[np.ndarray],
    statistic: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Values of a statistic of a mean over resampled blocks.

    Parameters
    ----------
    samples
        From `resample_blocks`.
    sums, counts
        For each replica (blocks, ...): sum of the measured values in a block, and their number.
    statistic
        Takes the mean (...), gives a number or an array.

    Returns
    -------
    numpy.ndarray
        (draws, ...) values.
    """
    values = []
    for sample in samples:
        total = sum(sums[replica][block] for replica, block in sample)
        count = sum(counts[replica][block] for replica, block in sample)
        with np.errstate(invalid="ignore", divide="ignore"):
            values.append(statistic(total / count))
    return np.array(values)


def widened(draws: np.ndarray, value: np.ndarray | float, blocks: Sequence[int]) -> np.ndarray:
    """Bootstrap draws, spread out by what a bootstrap of few units leaves out.

    A bootstrap of n units underestimates the variance by (n - 1) / n, and its percentiles know
    nothing of Student's tails; with two replicas both matter. Deviations from the value are scaled
    by sqrt(R / (R - 1)) for the R replicas, and by the ratio of the 97.5 % quantiles of Student's
    and the normal distribution for as many units as there are: replicas, or blocks within replicas
    where there are fewer than five of them.

    Parameters
    ----------
    draws
        (draws, ...) values of resampled means.
    value
        (...) the value of the whole sample.
    blocks
        Number of blocks of each replica.
    """
    replicas = len(blocks)
    units = replicas if replicas >= ENOUGH_REPLICAS else sum(blocks)
    if units < 2:
        return np.full_like(np.asarray(draws, dtype=np.float64), np.nan)
    smallest = replicas if replicas > 1 else units
    factor = np.sqrt(smallest / (smallest - 1)) * student.ppf(0.975, units - 1) / norm.ppf(0.975)
    return value + factor * (np.asarray(draws) - value)


def interval(draws: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """Percentile interval of bootstrap draws; nan if more than one draw in twenty is undefined."""
    draws = np.asarray(draws, dtype=np.float64)
    defined = draws[np.isfinite(draws)]
    if len(defined) < 0.95 * len(draws) or len(defined) == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
