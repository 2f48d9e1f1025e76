"""Linear classifiers of structure: the hyperplane of softness and of fluidity."""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.svm import SVC, LinearSVC

from softness.checks import positive, same_length, whole_number
from softness.errors import InputError
from softness.learning.checks import class_labels, feature_table, given_standardisation
from softness.learning.hyperplane import Hyperplane

LARGEST_FOR_LIBSVM = 10_000
"""Training samples above which liblinear takes over: the time of libsvm grows quadratically."""


def standardisation(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each feature, (M,) each.

    A feature that never varies gets the scale 1: it then is 0 wherever it has its usual value.
    """
    features = feature_table(features)
    mean, scale = features.mean(axis=0), features.std(axis=0)
    # A constant column has a rounding error for a standard deviation, not 0.
    varies = scale > 1e-12 * np.abs(mean)
    return mean, np.where(varies, scale, 1.0)


def train_hyperplane(
    features: np.ndarray,
    labels: np.ndarray,
    penalty: float = 0.01,
    mean: np.ndarray | None = None,
    scale: np.ndarray | None = None,
) -> Hyperplane:
    """Linear soft-margin support vector machine, section 2.2.2 of the dissertation.

    Parameters
    ----------
    features
        (n, M) structural features, not standardised.
    labels
        (n,) +1 rearranging, -1 not rearranging.
    penalty
        C of the soft margin.
    mean, scale
        (M,) standardisation, for example of all particles at the training temperature; if not
        given, that of the training set.

    Returns
    -------
    Hyperplane
        w and b of the decision function w.F - b, with the standardisation.

    Raises
    ------
    InputError
        Shapes do not fit, values are NaN, there is one class only, the penalty is not positive,
        or the solver does not converge.

    Notes
    -----
    libsvm up to `LARGEST_FOR_LIBSVM` samples, liblinear (the same loss) above. liblinear
    penalises the bias as well, which a long constant feature makes negligible.
    """
    features = feature_table(features)
    labels = class_labels(labels, len(features))
    positive(penalty, "penalty")
    mean, scale = _standardisation_or(features, mean, scale)
    standardised = (features - mean) / scale
    if len(features) <= LARGEST_FOR_LIBSVM:
        machine = SVC(kernel="linear", C=penalty, cache_size=500)
    else:
        # The fixed state only orders the passes of the solver, which converges to one optimum.
        machine = LinearSVC(
            C=penalty,
            loss="hinge",
            dual=True,
            intercept_scaling=30.0,
            tol=1e-5,
            max_iter=100_000,
            random_state=0,
        )
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            machine.fit(standardised, labels)
        except ConvergenceWarning as warning:
            raise InputError(
                f"penalty = {penalty}: the support vector machine does not converge on "
                f"{len(features)} samples; give a smaller penalty or fewer samples"
            ) from warning
    weights = np.asarray(machine.coef_, dtype=np.float64).reshape(-1)
    return Hyperplane(weights, -float(machine.intercept_[0]), mean, scale)


@dataclass(frozen=True)
class CrossValidation:
    """Accuracy on samples that a model was not trained with.

    Attributes
    ----------
    values
        (n,) value w.F - b of each sample by the model that was trained without it.
    labels
        (n,) true labels.
    folds
        (n,) fold in which each sample was tested.
    """

    values: np.ndarray
    labels: np.ndarray
    folds: np.ndarray

    @property
    def accuracy(self) -> float:
        """Fraction of right answers over all samples."""
        return float(np.mean((self.values > 0) == (self.labels > 0)))


def cross_validate(
    features: np.ndarray,
    labels: np.ndarray,
    generator: np.random.Generator,
    groups: np.ndarray | None = None,
    folds: int = 5,
    penalty: float = 0.01,
    mean: np.ndarray | None = None,
    scale: np.ndarray | None = None,
) -> CrossValidation:
    """Cross-validation of `train_hyperplane`.

    Parameters
    ----------
    features, labels, penalty
        As for `train_hyperplane`.
    generator
        Source of the division into folds.
    groups
        (n,) groups that must not be split across folds, from `softness.learning.samples.draw`.
        Without them this is the plain way of the dissertation, which counts near copies of training
        samples as successes.
    folds
        Number of folds.
    mean, scale
        (M,) standardisation of all folds, for example of all particles at the training temperature;
        if not given, every fold takes it from the samples it is trained with.

    Raises
    ------
    InputError
        As `train_hyperplane`; or there are fewer groups (or samples of a class) than folds, or a
        fold would be left with one class only.
    """
    features = feature_table(features)
    labels = class_labels(labels, len(features))
    number = np.empty(len(labels), dtype=np.int64)
    values = np.empty(len(labels))
    for fold, (training, test) in enumerate(_divide(labels, generator, groups, folds)):
        if len(np.unique(labels[training])) < 2:
            raise InputError(
                f"folds = {folds}: the groups leave one class only to train on; "
                "give fewer folds or more groups of each class"
            )
        plane = train_hyperplane(features[training], labels[training], penalty, mean, scale)
        values[test] = plane.value(features[test])
        number[test] = fold
    return CrossValidation(values, labels, number)


def _standardisation_or(
    features: np.ndarray, mean: np.ndarray | None, scale: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    if mean is None and scale is None:
        return standardisation(features)
    if mean is None or scale is None:
        raise InputError("mean and scale: give both, or neither")
    return given_standardisation(mean, scale, features.shape[1])


def _divide(
    labels: np.ndarray,
    generator: np.random.Generator,
    groups: np.ndarray | None,
    folds: int,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the indices of training and of test samples of each fold."""
    whole_number(folds, "folds", least=2)
    smallest = min(np.count_nonzero(labels > 0), np.count_nonzero(labels < 0))
    if smallest < folds:
        raise InputError(
            f"folds = {folds}: the smaller class has {smallest} samples; "
            "give fewer folds or more samples"
        )
    state = int(generator.integers(2**31))
    none = np.zeros((len(labels), 1))
    if groups is None:
        return list(StratifiedKFold(folds, shuffle=True, random_state=state).split(none, labels))
    groups = same_length(groups, "groups", len(labels), "the samples")
    for label in (1, -1):
        present = len(np.unique(groups[labels == label]))
        if present < folds:
            raise InputError(
                f"folds = {folds}: the samples of the class {label:+d} belong to {present} "
                "groups (events or particles); give fewer folds or more events"
            )
    division = StratifiedGroupKFold(folds, shuffle=True, random_state=state)
    return list(division.split(none, labels, groups))
