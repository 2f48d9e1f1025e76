"""What a regression aims at, and how near it comes in each snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from softness.checks import finite_array, same_length, whole_number
from softness.errors import InputError
from softness.learning.scores import (
    explained_variance,
    jensen_shannon_divergence,
    logit_share,
    noise_ceiling,
    pearson,
    variance_ratio,
)

PARTICLES_PER_BIN = 20
"""Fewest particles in a bin of the explained variance, where a snapshot is small."""


@dataclass(frozen=True)
class Target:
    """The quantity that a regression predicts, for n particles.

    Made by `counts_target` or `values_target`.

    Attributes
    ----------
    values
        (n,) logit p_r, or another number such as the propensity.
    counts
        (n,) number k of runs in which the particle rearranged; None if that is not known.
    trials
        (n,) number M of runs; None if that is not known.
    """

    values: np.ndarray
    counts: np.ndarray | None = None
    trials: np.ndarray | None = None

    def __len__(self) -> int:
        """Number of particles n."""
        return len(self.values)

    def part(self, chosen: np.ndarray) -> "Target":
        """Return the target of the particles of a mask, or of indices."""
        if self.counts is None or self.trials is None:
            return Target(self.values[chosen])
        return Target(self.values[chosen], self.counts[chosen], self.trials[chosen])


def counts_target(counts: np.ndarray, trials: np.ndarray | int) -> Target:
    """Target logit p_r from counts, by Haldane's estimator (`scores.logit_share`).

    Parameters
    ----------
    counts
        (n,) number k of runs in which the particle rearranged.
    trials
        Number M of runs, one for all or (n,).

    Raises
    ------
    InputError
        If shapes do not fit, or a count is negative or above the number of trials.
    """
    counts = finite_array(counts, "counts", 1)
    trials = finite_array(trials, "trials")
    trials = np.full(len(counts), float(trials)) if trials.ndim == 0 else trials
    trials = same_length(trials, "trials", len(counts), "the counts")
    if len(counts) == 0:
        raise InputError("counts is empty: give the counts of some particles")
    return Target(logit_share(counts, trials), counts, trials)


def values_target(values: np.ndarray) -> Target:
    """Target of (n,) numbers other than counts, such as the propensity."""
    return Target(finite_array(values, "values", 1))


@dataclass(frozen=True)
class SnapshotScores:
    """How well a learned variable does in each of s snapshots.

    Attributes
    ----------
    snapshots
        (s,) numbers of the snapshots, rising.
    particles
        (s,) number of particles.
    pearson
        (s,) correlation of predicted with true logit p_r.
    explained
        (s,) explained variance Var(<Y|X>) / Var(Y), as in the dissertation.
    explained_corrected
        (s,) without what means of bins reach by chance.
    eta
        (s,) Var(predicted) / Var(true); means something for predictions of logit p_r only.
    divergence
        (s,) Jensen-Shannon divergence in bits from the other values; nan without them.
    ceiling
        (s,) fraction of Var(Y) that is not noise of the finite number of runs; nan without halves.
    """

    snapshots: np.ndarray
    particles: np.ndarray
    pearson: np.ndarray
    explained: np.ndarray
    explained_corrected: np.ndarray
    eta: np.ndarray
    divergence: np.ndarray
    ceiling: np.ndarray

    @property
    def pearson_over_ceiling(self) -> np.ndarray:
        """(s,) correlation with a logit p_r of infinitely many runs."""
        return self.pearson / np.sqrt(self.ceiling)

    @property
    def explained_over_ceiling(self) -> np.ndarray:
        """(s,) explained fraction of the variance that is not noise, corrected for chance."""
        return self.explained_corrected / self.ceiling

    @property
    def eta_over_ceiling(self) -> np.ndarray:
        """(s,) Var(predicted) over the variance of logit p_r that is not noise."""
        return self.eta / self.ceiling


def scores_by_snapshot(
    predicted: np.ndarray,
    target: Target,
    snapshots: np.ndarray,
    halves: tuple[Target, Target] | None = None,
    other: np.ndarray | None = None,
    bins: int = 40,
) -> SnapshotScores:
    """Scores of a learned variable in each snapshot, so that errors can come from snapshots.

    Parameters
    ----------
    predicted
        (n,) predicted logit p_r, or a variable of any scale such as softness.
    target
        What is true, n particles.
    snapshots
        (n,) number of the snapshot of each particle.
    halves
        Targets of the same particles from the two halves of the runs, for the noise ceiling.
    other
        (n,) values of another model, such as softness, for the divergence.
    bins
        Of the explained variance; fewer where a snapshot has fewer than `PARTICLES_PER_BIN`
        particles for each.

    Raises
    ------
    InputError
        If shapes do not fit, or a snapshot is too small or does not vary.

    Notes
    -----
    A prediction that is the same for all particles of a snapshot has the Pearson correlation nan
    and eta 0.
    """
    size = len(target)
    predicted = finite_array(predicted, "predicted", 1)
    predicted = same_length(predicted, "predicted", size, "the particles")
    snapshots = same_length(snapshots, "snapshots", size, "the particles")
    bins = whole_number(bins, "bins", least=2)
    if other is not None:
        other = same_length(finite_array(other, "other"), "other", size, "the particles")
    for half in halves or ():
        same_length(half.values, "halves", size, "the particles")
    numbers = np.unique(snapshots)
    rows = [
        _scores(
            snapshots == number,
            predicted,
            target.values,
            None if halves is None else (halves[0].values, halves[1].values),
            other,
            bins,
        )
        for number in numbers
    ]
    names = [field.name for field in fields(SnapshotScores)][1:]
    columns = {name: np.array([row[name] for row in rows]) for name in names}
    return SnapshotScores(numbers, **columns)


def _scores(
    chosen: np.ndarray,
    predicted: np.ndarray,
    truth: np.ndarray,
    halves: Sequence[np.ndarray] | None,
    other: np.ndarray | None,
    bins: int,
) -> dict[str, float]:
    """Scores of the particles of a (n,) mask, by the names of `SnapshotScores`."""
    x, y = predicted[chosen], truth[chosen]
    bins = max(min(bins, len(x) // PARTICLES_PER_BIN), 2)
    missing = float("nan")
    return {
        "particles": len(x),
        "pearson": pearson(x, y),
        "explained": explained_variance(x, y, bins),
        "explained_corrected": explained_variance(x, y, bins, corrected=True),
        "eta": variance_ratio(x, y),
        "divergence": missing if other is None else jensen_shannon_divergence(x, other[chosen]),
        "ceiling": missing
        if halves is None
        else noise_ceiling(halves[0][chosen], halves[1][chosen]),
    }
