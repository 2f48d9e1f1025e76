"""Ridge regressions and their scores from moments of snapshots, without a pass over particles.

The weights of a ridge regression, its Pearson correlation with the truth and the variance that it
explains follow from means and covariances of features and targets. So every snapshot is read once
and alone, and regressions of many targets, penalties and sets of snapshots need nothing further.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import numpy as np
from scipy.linalg import solve

from softness.errors import InputError
from softness.learning.population import FeatureMoments

FOLDS = 5
"""Of the validation, at most."""


@dataclass(frozen=True)
class LinearModels:
    """Linear models of T targets on some of the features.

    Attributes
    ----------
    columns, targets
        (M,), (T,) numbers of the features and of the targets among the columns of the moments.
    weights
        (M, T) of features as they are.
    offsets
        (T,) of the predictions.
    """

    columns: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    offsets: np.ndarray

    def scores(self, moments: FeatureMoments) -> np.ndarray:
        """(3, T) `scores_within` of each target, from the moments of one snapshot."""
        covariance, mean, w = moments.covariance, moments.mean, self.weights
        true = np.diag(covariance)[self.targets]
        predicted = (w * (covariance[np.ix_(self.columns, self.columns)] @ w)).sum(axis=0)
        both = (w * covariance[np.ix_(self.columns, self.targets)]).sum(axis=0)
        offset = mean[self.columns] @ w + self.offsets - mean[self.targets]
        return _scores(true, predicted, both, offset)


def scores_within(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Scores of the predictions for the particles of one snapshot.

    Parameters
    ----------
    predicted, truth
        (n,) of each particle.

    Returns
    -------
    numpy.ndarray
        (3,): the Pearson correlation; the explained variance within the snapshot,
        1 - Var(y - prediction) / Var(y); and the offset, the mean prediction minus the mean of y.
        With the offset, 1 - <(y - prediction)^2> / Var(y) is less by offset^2 / Var(y). The first
        two are nan where y does not vary, the first one also where the prediction does not.
    """
    (own, both), (_, true) = np.cov(predicted, truth, bias=True)
    return _scores(true, own, both, predicted.mean() - truth.mean())


def _scores(true: Any, predicted: Any, both: Any, offset: Any) -> np.ndarray:
    """Scores from variances of the truth and of the prediction, their covariance, the offset."""
    with np.errstate(divide="ignore", invalid="ignore"):
        pearson = both / np.sqrt(np.maximum(true, 0.0) * np.maximum(predicted, 0.0))
        explained = 1 - (true - 2 * both + predicted) / true
    scores = np.array([pearson, explained, offset])
    return np.where(np.isfinite(scores), scores, np.nan)


def ridge(
    moments: FeatureMoments, columns: np.ndarray, targets: np.ndarray, alpha: float
) -> LinearModels:
    """Ridge regressions of some targets, as `softness.learning.regress.train_regressor` has them.

    Features are standardised with the moments themselves; the penalty is alpha |w|^2 beside the sum
    of squares.

    Parameters
    ----------
    moments
        Of the particles to train with, features and targets in one table.
    columns, targets
        Numbers of the features and of the targets among its columns.
    alpha
        Weight of the penalty, positive.

    Raises
    ------
    InputError
        There is no unique optimum.
    """
    scale, covariance = moments.scale[columns], moments.covariance
    gram = covariance[np.ix_(columns, columns)] / np.outer(scale, scale)
    gram[np.diag_indices_from(gram)] += alpha / moments.particles
    products = covariance[np.ix_(columns, targets)] / scale[:, None]
    try:
        weights = solve(gram, products, assume_a="pos") / scale[:, None]
    except np.linalg.LinAlgError as error:
        raise InputError(
            f"alpha = {alpha}: ridge has no unique optimum, as features depend on each other; "
            "give a larger alpha"
        ) from error
    return LinearModels(
        columns, targets, weights, moments.mean[targets] - moments.mean[columns] @ weights
    )


def chosen_ridge(
    snapshots: Sequence[FeatureMoments],
    groups: Sequence[int],
    columns: np.ndarray,
    targets: np.ndarray,
    alphas: Sequence[float],
) -> LinearModels:
    """Ridge regressions whose penalties are chosen by validation, for each target by itself.

    Each group is left out once, with others where there are more than `FOLDS` groups; the penalty
    with the highest mean Pearson correlation over snapshots counts, the first of equal ones.

    Parameters
    ----------
    snapshots
        Moments of each, about one origin.
    groups
        Of each snapshot; a group is never split. Where all are of one, snapshots are left out.
    columns, targets
        As for `ridge`.
    alphas
        Among which validation chooses.

    Raises
    ------
    InputError
        As `ridge`; there are fewer than two snapshots.
    """
    if len(snapshots) < 2:
        raise InputError("validation needs two snapshots or more: give more of them")
    folds = _folds(np.asarray(groups))
    scores = np.empty((len(alphas), len(snapshots), len(targets)))
    for fold in np.unique(folds):
        others = [each for each, own in zip(snapshots, folds, strict=True) if own != fold]
        training = reduce(add, others)
        for row, alpha in enumerate(alphas):
            models = ridge(training, columns, targets, alpha)
            for number in np.flatnonzero(folds == fold):
                scores[row, number] = models.scores(snapshots[number])[0]
    means = np.nan_to_num(scores.mean(axis=1), nan=-np.inf)
    whole = reduce(add, snapshots)
    found = [ridge(whole, columns, targets, alpha) for alpha in alphas]
    best = np.argmax(means, axis=0), np.arange(len(targets))
    weights = np.array([each.weights for each in found]).swapaxes(1, 2)[best].T
    return LinearModels(columns, targets, weights, np.array([e.offsets for e in found])[best])


def _folds(groups: np.ndarray) -> np.ndarray:
    """(snapshots,) number of the fold that each is validated in."""
    names = np.unique(groups)
    if len(names) < 2:
        groups = names = np.arange(len(groups))
    parts = np.array_split(names, min(FOLDS, len(names)))
    return np.array([next(n for n, part in enumerate(parts) if each in part) for each in groups])
