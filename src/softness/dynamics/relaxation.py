"""Relaxation at one temperature: F_s over replicas, its time and its stretching, with errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from softness.dynamics.scattering import (
    StretchedExponential,
    fit_stretched_exponential,
    relaxation_time,
)
from softness.uncertainty import block_labels, bootstrap, interval, widened


@dataclass(frozen=True)
class Relaxation:
    """F_s and what is read from it.

    Attributes
    ----------
    mean, low, high
        (lags,) F_s over all origins, and its 95 % interval.
    origins
        (lags,) number of time origins behind each value.
    blocks
        Number of time blocks, over all replicas.
    time, fit
        tau_alpha, and the stretched exponential, of the mean.
    time_draws, stretching_draws
        (draws,) the same of resampled means, widened for the number of units.
    """

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    origins: np.ndarray
    blocks: int
    time: float
    time_draws: np.ndarray
    fit: StretchedExponential
    stretching_draws: np.ndarray


def analyse_relaxation(
    lag_times: np.ndarray,
    origin_times: Sequence[np.ndarray],
    values: Sequence[np.ndarray],
    duration: float,
    window: Mapping[str, float],
    block_length: float,
    draws: int,
    generator: np.random.Generator,
) -> Relaxation:
    """Average F_s over origins and replicas; resample replicas, then time blocks within them.

    Parameters
    ----------
    lag_times
        (lags,) in tau.
    origin_times, values
        For each replica: (origins,) moments in tau, and (origins, lags) F_s, nan where absent.
    duration
        Of each run, in tau.
    window
        Of `fit_stretched_exponential`.
    block_length
        Minimum length of a block, in units of tau_alpha.
    draws
        Number of bootstrap samples.
    generator
        Source of the draws.
    """
    everything = np.concatenate(values)
    origins = np.isfinite(everything).sum(axis=0)
    mean = np.nansum(everything, axis=0) / np.where(origins > 0, origins, np.nan)
    time = relaxation_time(lag_times, mean)
    # Without a relaxation time within the run, the run is one block.
    block = block_length * time if np.isfinite(time) else duration
    sums, counts = zip(
        *(
            _block_sums(block_labels(moments, duration, block), rows)
            for moments, rows in zip(origin_times, values, strict=True)
        ),
        strict=True,
    )
    blocks = [len(each) for each in sums]
    means = bootstrap(sums, counts, lambda mean: mean, draws, generator)
    fit = fit_stretched_exponential(lag_times, mean, window)
    bounds = np.array([interval(column) for column in widened(means, mean, blocks).T])
    times = np.array([relaxation_time(lag_times, row) for row in means])
    fits = [fit_stretched_exponential(lag_times, row, window) for row in means]
    return Relaxation(
        mean=mean,
        low=bounds[:, 0],
        high=bounds[:, 1],
        origins=origins,
        blocks=sum(blocks),
        time=time,
        # In the logarithm: a relaxation time is positive, and its errors are relative.
        time_draws=np.exp(widened(np.log(times), np.log(time), blocks)),
        fit=fit,
        stretching_draws=widened(
            np.array([each.stretching for each in fits]), fit.stretching, blocks
        ),
    )


def _block_sums(labels: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(blocks, lags) sums over the origins of each block, and the numbers of values in them."""
    blocks = [rows[labels == block] for block in range(labels.max() + 1)]
    sums = np.array([np.nansum(block, axis=0) for block in blocks])
    counts = np.array([np.isfinite(block).sum(axis=0) for block in blocks])
    return sums, counts
