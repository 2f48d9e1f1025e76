"""What a regression aims at."""

from dataclasses import dataclass

import numpy as np

from softness.checks import finite_array, same_length
from softness.errors import InputError
from softness.learning.scores import logit_share


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
