"""Uncertainty from independent units, and models that never see what they are judged on.

The unit of every error is the replica; particles of one replica are never resampled on their own,
since they share its history.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from softness.errors import InputError
from softness.learning.checks import feature_table, same_length, whole_number
from softness.uncertainty import (
    BLOCKS_ONLY,
    BOTH_STAGES,
    ENOUGH_REPLICAS,
    draw_weights,
    interval,
)


@dataclass(frozen=True)
class Resampled:
    """A value with its interval from resampled replicas and blocks.

    Attributes
    ----------
    value
        (...) from all data.
    low, high
        (...) percentile interval; nan where more than one draw in twenty is undefined.
    draws
        (draws, ...) values of the resampled data.
    per_replica
        (replicas, ...) value of each replica alone, whose spread is to be shown beside the interval
        when there are fewer than `ENOUGH_REPLICAS`.
    method
        How it was resampled: `BOTH_STAGES` or `BLOCKS_ONLY`.
    conclusive
        False with one replica: blocks of one history say nothing about another one.
    """

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    draws: np.ndarray
    per_replica: np.ndarray
    method: str
    conclusive: bool


def resample(
    counts: Sequence[Sequence[np.ndarray]],
    statistic: Callable[[np.ndarray], np.ndarray],
    generator: np.random.Generator,
    draws: int = 1000,
    level: float = 0.95,
) -> Resampled:
    """Interval of a statistic of summed counts, from replicas and blocks of time within them.

    Parameters
    ----------
    counts
        For each temperature, for each replica, (blocks, ...) counts in each block of time (at least
        2 tau_alpha long). Temperatures are resampled independently of each other, since their
        replicas are separate runs.
    statistic
        Takes the sums over replicas and blocks, (n, temperatures, ...), of n data sets at once;
        gives (n, ...). nan means that it is undefined.
    generator
        Source of the draws.
    draws
        Number of resampled data sets.
    level
        Of the percentile interval.

    Returns
    -------
    Resampled
        Its method is `BOTH_STAGES` if every temperature has `ENOUGH_REPLICAS`. The number of
        replicas that decides is that of the temperature with the fewest.

    Raises
    ------
    InputError
        If a temperature has no replica, or arrays differ in anything but their blocks.

    Notes
    -----
    Two stages count the scatter of blocks twice, and that of R replicas (R - 1)/R times. With five
    replicas at each of six temperatures an interval of 95 % therefore holds the truth in 97-98 %
    of cases where replicas differ by chance alone, and in 91 % where they differ for other reasons;
    with one temperature in 98 % and 83 % (measured in the tests).
    """
    draws = whole_number(draws, "draws")
    tables = [[_table(replica) for replica in replicas] for replicas in counts]
    if len({table.shape[1:] for replicas in tables for table in replicas}) != 1:
        raise InputError(
            f"counts has the shapes {[[table.shape for table in one] for one in tables]}: "
            "give arrays that differ in the number of blocks only"
        )
    fewest = min(len(replicas) for replicas in tables)
    if fewest == 0:
        raise InputError("counts has a temperature without replicas: leave it out or simulate it")
    method = BOTH_STAGES if fewest >= ENOUGH_REPLICAS else BLOCKS_ONLY
    sums = []
    for replicas in tables:
        weights = draw_weights([len(table) for table in replicas], draws, generator, method)
        sums.append(
            sum(
                np.tensordot(weight, table, axes=1)
                for weight, table in zip(weights, replicas, strict=True)
            )
        )
    total = np.stack([sum(table.sum(axis=0) for table in replicas) for replicas in tables])
    alone = np.stack(
        [[replicas[number].sum(axis=0) for replicas in tables] for number in range(fewest)]
    )
    values = np.asarray(statistic(np.stack(sums, axis=1)), dtype=np.float64)
    low, high = percentile_interval(values, level)
    return Resampled(
        value=np.asarray(statistic(total[None]), dtype=np.float64)[0],
        low=low,
        high=high,
        draws=values,
        per_replica=np.asarray(statistic(alone), dtype=np.float64),
        method=method,
        conclusive=fewest > 1,
    )


def percentile_interval(draws: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Percentile interval of each column of (draws, ...) values.

    nan where more than one draw in twenty is undefined, as `softness.uncertainty.interval`.
    """
    draws = np.asarray(draws, dtype=np.float64)
    columns = draws.reshape(len(draws), -1).T
    bounds = np.array([interval(column, level) for column in columns])
    shape = draws.shape[1:]
    return bounds[:, 0].reshape(shape), bounds[:, 1].reshape(shape)


def cross_fit(
    train: Callable[[np.ndarray], Callable[[np.ndarray], np.ndarray]], replicas: np.ndarray
) -> dict[int, Callable[[np.ndarray], np.ndarray]]:
    """Train one model for each replica, without that replica.

    Parameters
    ----------
    train
        Takes a mask (n,) of the samples to train with; gives the learned variable as a function of
        features, in units in which models can be compared (Z-scored with what was trained on).
    replicas
        (n,) replica of each training sample.

    Returns
    -------
    dict
        For each replica the model that never saw it, for `cross_fitted_values`.

    Raises
    ------
    InputError
        With fewer than two replicas.
    """
    replicas = np.asarray(replicas)
    present = np.unique(replicas)
    if len(present) < 2:
        raise InputError(
            f"replicas holds {present.tolist()} only: cross-fitting needs two replicas or more; "
            "simulate another one, or train at another temperature"
        )
    return {int(replica): train(replicas != replica) for replica in present}


def cross_fitted_values(
    models: Mapping[int, Callable[[np.ndarray], np.ndarray]],
    features: np.ndarray,
    replicas: np.ndarray,
) -> np.ndarray:
    """Learned variable of each particle by the model that was trained without its replica.

    Parameters
    ----------
    models
        From `cross_fit`.
    features
        (n, M) features.
    replicas
        (n,) replica of each row.

    Returns
    -------
    numpy.ndarray
        (n,) values.

    Raises
    ------
    InputError
        If a replica has no model.
    """
    features = feature_table(features)
    replicas = same_length(replicas, "replicas", len(features), "the features")
    values = np.empty(len(features))
    for replica in np.unique(replicas):
        if int(replica) not in models:
            raise InputError(
                f"replicas holds {int(replica)}: there are models for {sorted(models)}; "
                "train one without that replica"
            )
        own = replicas == replica
        values[own] = models[int(replica)](features[own])
    return values


def _table(values: np.ndarray) -> np.ndarray:
    table = np.asarray(values)
    if table.ndim == 0 or len(table) == 0:
        raise InputError(f"counts has an array of the shape {table.shape}: give (blocks, ...)")
    return table
