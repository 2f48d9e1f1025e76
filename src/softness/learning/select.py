"""Selection: of settings by validation on whole snapshots, of features by elimination."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve

from softness.checks import same_length, whole_number
from softness.errors import InputError
from softness.learning.checks import feature_table
from softness.learning.hyperplane import Hyperplane
from softness.learning.regress import RegressorSettings, train_regressor
from softness.learning.scores import pearson
from softness.learning.targets import Target


@dataclass(frozen=True)
class Choice:
    """Settings that did best on snapshots that they were not trained with, and all scores.

    Attributes
    ----------
    best
        The candidate with the highest mean score over snapshots; the first of equal ones.
    snapshots
        (s,) numbers of the snapshots, rising.
    scores
        (c, s) Pearson correlation of each candidate with the target on each snapshot; nan where a
        prediction does not vary.
    """

    best: RegressorSettings
    snapshots: np.ndarray
    scores: np.ndarray


def choose_settings(
    candidates: Sequence[RegressorSettings],
    features: np.ndarray,
    target: Target,
    snapshots: np.ndarray,
    mean: np.ndarray,
    scale: np.ndarray,
    generator: np.random.Generator,
    folds: int = 5,
) -> Choice:
    """Choose settings by cross-validation that never splits a snapshot.

    Do not pass the snapshots of the final test.

    Parameters
    ----------
    candidates
        From `softness.learning.regress.grid`; of one model or of several.
    features, target, mean, scale
        As for `train_regressor`.
    snapshots
        (n,) number of the snapshot of each particle, or of the replica where snapshots of one
        replica depend on each other.
    generator
        Source of the division into folds, and of one seed for each fold that all candidates share,
        so that their order does not matter.
    folds
        Number of folds; one snapshot in each if there are fewer snapshots.

    Raises
    ------
    InputError
        As `train_regressor`; there is no candidate, there are fewer than two snapshots, or no
        candidate's predictions vary.
    """
    candidates = tuple(candidates)
    if not candidates:
        raise InputError("candidates is empty: give at least one RegressorSettings")
    features = feature_table(features)
    same_length(target.values, "target", len(features), "the samples")
    snapshots = same_length(snapshots, "snapshots", len(features), "the samples")
    numbers = np.unique(snapshots)
    scores = np.full((len(candidates), len(numbers)), np.nan)
    for held_out in _fold_snapshots(numbers, folds, generator):
        training = ~np.isin(snapshots, numbers[held_out])
        seed = int(generator.integers(2**31))
        for row, settings in enumerate(candidates):
            model = train_regressor(
                settings,
                features[training],
                target.part(training),
                mean,
                scale,
                np.random.default_rng(seed),
            )
            for column in held_out:
                test = snapshots == numbers[column]
                scores[row, column] = pearson(model.predict(features[test]), target.values[test])
    means = np.nan_to_num(scores.mean(axis=1), nan=-np.inf)
    if np.isneginf(means).all():
        raise InputError(
            f"candidates: none of {len(candidates)} predicts anything that varies; give others "
            "(for support vector regression a smaller epsilon), or more particles"
        )
    return Choice(candidates[int(np.argmax(means))], numbers, scores)


def weights_over_grid(
    candidates: Sequence[RegressorSettings],
    features: np.ndarray,
    target: Target,
    mean: np.ndarray,
    scale: np.ndarray,
    generator: np.random.Generator,
) -> list[Hyperplane]:
    """Hyperplane of a linear model for each of its settings, for the cosines of table 3.1.

    Parameters
    ----------
    candidates
        Settings of linear models.
    features, target, mean, scale, generator
        As for `train_regressor`; all candidates get the same seed.

    Returns
    -------
    list of Hyperplane
        With weights of the standardised features, in the order of the candidates.

    Raises
    ------
    InputError
        As `train_regressor`, or a model is not linear.
    """
    for settings in candidates:
        _require_linear(settings)
    seed = int(generator.integers(2**31))
    return [
        train_regressor(settings, features, target, mean, scale, np.random.default_rng(seed)).plane
        for settings in candidates
    ]


@dataclass(frozen=True)
class Elimination:
    """Result of a recursive feature elimination.

    Attributes
    ----------
    order
        (M,) columns from the first that was eliminated to the last that was left. Below the
        smallest wanted number, by rising size of weight in the last model.
    planes
        For each wanted number of features, falling, the model with these alone; its (M,) weights
        are 0 for all others, so it takes the same features as any other model.
    """

    order: np.ndarray
    planes: dict[int, Hyperplane]

    def columns(self, number: int) -> np.ndarray:
        """(number,) columns, rising, of the features that were left when ``number`` were."""
        whole_number(number, "number")
        if number > len(self.order):
            raise InputError(f"number = {number}: there are {len(self.order)} features, give fewer")
        return np.sort(self.order[len(self.order) - number :])


def eliminate_features(
    settings: RegressorSettings,
    features: np.ndarray,
    target: Target,
    mean: np.ndarray,
    scale: np.ndarray,
    generator: np.random.Generator,
    wanted: Sequence[int],
    step: int = 1,
) -> Elimination:
    """Recursive feature elimination: the features of smallest weight go, and the rest is retrained.

    Parameters
    ----------
    settings
        Of a linear model. Ridge needs one pass over the particles; others are retrained on them.
    features, target, mean, scale, generator
        As for `train_regressor`; every step has the same seed.
    wanted
        Numbers of features for which the model is wanted; those above M are left out.
    step
        Features eliminated at a time; fewer where a wanted number would be jumped over.

    Raises
    ------
    InputError
        As `train_regressor`; the model is not linear, or no wanted number is between 1 and M.
    """
    _require_linear(settings)
    step = whole_number(step, "step")
    features = feature_table(features)
    total = features.shape[1]
    stops = sorted({whole_number(number, "wanted") for number in wanted}, reverse=True)
    stops = [number for number in stops if number <= total]
    if not stops:
        raise InputError(f"wanted = {tuple(wanted)}: give numbers of features from 1 to {total}")
    # The whole model checks all arguments, and carries the standardisation.
    seed = int(generator.integers(2**31))
    whole = train_regressor(
        settings, features, target, mean, scale, np.random.default_rng(seed)
    ).plane
    fit = _refit(settings, features, target, whole, seed)
    left, eliminated, planes = np.arange(total), [], {}
    for stop in stops:
        while True:
            weights, bias = fit(left)
            if len(left) == stop:
                break
            gone = np.argsort(np.abs(weights), kind="stable")[: min(step, len(left) - stop)]
            eliminated.extend(left[gone])
            left = np.delete(left, gone)
        spread = np.zeros(total)
        spread[left] = weights
        planes[stop] = Hyperplane(spread, bias, whole.mean, whole.scale)
    last = left[np.argsort(np.abs(weights), kind="stable")]
    return Elimination(np.concatenate([np.array(eliminated, dtype=np.int64), last]), planes)


def _require_linear(settings: RegressorSettings) -> None:
    if not settings.linear:
        raise InputError(f"settings.name = {settings.name!r}: give a linear model, such as ridge")


def _fold_snapshots(
    numbers: np.ndarray, folds: int, generator: np.random.Generator
) -> list[np.ndarray]:
    """Places, among the numbers of the snapshots, of those that each fold holds out."""
    folds = whole_number(folds, "folds", least=2)
    if len(numbers) < 2:
        raise InputError(
            f"snapshots holds {len(numbers)} number only: validation needs at least two snapshots"
        )
    return np.array_split(generator.permutation(len(numbers)), min(folds, len(numbers)))


def _refit(
    settings: RegressorSettings, features: np.ndarray, target: Target, whole: Hyperplane, seed: int
) -> Callable[[np.ndarray], tuple[np.ndarray, float]]:
    """Function from the columns that are left to weights and bias of the model with these."""
    if settings.name == "ridge":
        return _refit_ridge(settings["alpha"], features, target.values, whole)

    def fit(left: np.ndarray) -> tuple[np.ndarray, float]:
        generator = np.random.default_rng(seed)
        mean, scale = whole.mean[left], whole.scale[left]
        plane = train_regressor(settings, features[:, left], target, mean, scale, generator).plane
        return plane.weights, plane.bias

    return fit


def _refit_ridge(
    alpha: float, features: np.ndarray, values: np.ndarray, whole: Hyperplane
) -> Callable[[np.ndarray], tuple[np.ndarray, float]]:
    """Ridge on some columns from the products of all, which are summed over particles once."""
    x = (features - whole.mean) / whole.scale
    centre, middle = x.mean(axis=0), values.mean()
    x -= centre
    gram, moments = x.T @ x, x.T @ (values - middle)

    def fit(left: np.ndarray) -> tuple[np.ndarray, float]:
        matrix = gram[np.ix_(left, left)] + alpha * np.eye(len(left))
        try:
            weights = solve(matrix, moments[left], assume_a="pos")
        except np.linalg.LinAlgError as error:
            raise InputError(
                f"alpha = {alpha}: ridge has no unique optimum, as features depend on each other; "
                "give a larger alpha"
            ) from error
        return weights, float(centre[left] @ weights - middle)

    return fit
