"""A hyperplane together with what tells how well it is known."""

from dataclasses import dataclass

import numpy as np

from softness.checks import same_length
from softness.learning.classify import cross_validate, train_hyperplane
from softness.learning.hyperplane import Hyperplane
from softness.uncertainty import ENOUGH_REPLICAS, block_labels


@dataclass(frozen=True)
class TrainedClassifier:
    """A hyperplane and its companions.

    Attributes
    ----------
    plane
        Trained with all samples.
    left_out
        For each replica the plane that never saw it; `plane` itself if there is one replica only.
    jackknife
        Planes without the samples of one unit each, for the error of the direction.
    halves
        Two planes that share no sample: of replicas of even and of odd number, or of both halves of
        the time where there is one replica; none where a half has no samples of both classes.
    cross_validated
        (n,) value w.F - b of each sample by a plane that saw no sample of its group.
    plain_cross_validated
        (n,) the same with folds that ignore groups, as the source has it.
    """

    plane: Hyperplane
    left_out: list[Hyperplane]
    jackknife: list[Hyperplane]
    halves: list[Hyperplane]
    cross_validated: np.ndarray
    plain_cross_validated: np.ndarray


def train_classifier(
    features: np.ndarray,
    labels: np.ndarray,
    replicas: np.ndarray,
    units: np.ndarray,
    groups: np.ndarray,
    mean: np.ndarray,
    scale: np.ndarray,
    penalty: float,
    folds: int,
    number_of_replicas: int,
    generator: np.random.Generator,
) -> TrainedClassifier:
    """Train a hyperplane, without each replica, and without each independent unit of samples.

    Parameters
    ----------
    features
        (n, M), not standardised.
    labels
        (n,) +1 and -1.
    replicas
        (n,) replica of each sample.
    units
        (n,) stretch of time of a replica that each sample belongs to (`time_units`).
    groups
        (n,) samples of one group depend on each other and are never split.
    mean, scale
        (M,) standardisation of all planes.
    penalty
        C of the soft margin.
    folds
        Of the cross-validation.
    number_of_replicas
        Of the study; a replica without samples is left out by every plane.
    generator
        Source of the division into folds.

    Raises
    ------
    InputError
        As `softness.learning.classify.cross_validate`.
    """
    units = same_length(units, "units", len(features), "the samples")
    replicas = same_length(replicas, "replicas", len(features), "the samples")

    def train(chosen: np.ndarray) -> Hyperplane:
        return train_hyperplane(features[chosen], labels[chosen], penalty, mean, scale)

    present = np.unique(units)
    # Neighbouring stretches of one replica depend on each other: halves are of whole replicas.
    halves = replicas % 2 if number_of_replicas > 1 else units > np.median(units)
    plane = train(np.ones(len(labels), dtype=bool))
    others = [replicas != replica for replica in range(number_of_replicas)]
    options = {"folds": folds, "penalty": penalty, "mean": mean, "scale": scale}
    return TrainedClassifier(
        plane=plane,
        left_out=[plane] if number_of_replicas == 1 else [train(chosen) for chosen in others],
        jackknife=[train(units != unit) for unit in present] if len(present) > 1 else [],
        halves=[train(halves == half) for half in (0, 1)] if len(np.unique(halves)) > 1 else [],
        cross_validated=cross_validate(features, labels, generator, groups, **options).values,
        plain_cross_validated=cross_validate(features, labels, generator, **options).values,
    )


def time_units(
    replicas: np.ndarray,
    times: np.ndarray,
    duration: float,
    number_of_replicas: int,
    least: float,
    most: int,
) -> np.ndarray:
    """(n,) number of the independent unit that each sample belongs to.

    From five replicas on these are the units; fewer are cut into equal stretches of time, which
    must be long enough to be independent of each other.

    Parameters
    ----------
    replicas, times
        (n,) of each sample; times from 0 to ``duration``.
    duration
        Of each run, in the unit of ``times``.
    number_of_replicas
        Of the study.
    least
        Shortest length of a stretch.
    most
        Largest number of units; each replica is one at least.
    """
    if number_of_replicas >= ENOUGH_REPLICAS:
        return np.asarray(replicas)
    block = max(least, duration / max(round(most / number_of_replicas), 1))
    within = block_labels(times, duration, block)
    return np.asarray(replicas) * max(int(duration // block), 1) + within
