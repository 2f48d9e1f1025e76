"""What stages that apply classifiers have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from softness import seeds
from softness.barriers.controls import random_hyperplane
from softness.errors import InputError
from softness.files import tables
from softness.files.features import reading_features
from softness.files.records.learned import (
    Classifier,
    LabelledSet,
    LearnedValues,
    ReferenceFeatures,
)
from softness.learning.hyperplane import Hyperplane
from softness.structure.family import family_of, order_of
from softness.structure.table import TableRows
from softness.uncertainty import block_labels


def columns_of(columns: Sequence[str], wanted: str) -> np.ndarray:
    """Numbers of the columns that a classifier sees: those of one family, or ``"all"``."""
    seen = [wanted == "all" or (order_of(n), family_of(n)) == (0, wanted) for n in columns]
    return np.flatnonzero(seen)


def sample_features(
    labelled: LabelledSet, kind: str, paths: Sequence[Path], wanted: str
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Features of the samples of a labelled set, in their order, and the features' names.

    Parameters
    ----------
    labelled
        The set.
    kind
        Its role in the feature tables.
    paths
        Feature tables, one a replica, in any order.
    wanted
        As for `columns_of`.

    Raises
    ------
    InputError
        If a replica has no table, or a table lacks a sample.
    """
    parts: dict[int, np.ndarray] = {}
    for path in paths:
        with reading_features(path) as table:
            columns = columns_of(table.columns, wanted)
            names = tuple(table.columns[column] for column in columns)
            if kind not in table.roles:
                raise InputError(f"{path}: has no samples of {kind!r}: compute it again")
            rows = TableRows(table.frames, table.particles, table.roles)
            own = labelled.replica == table.replica
            chosen = rows.find(labelled.particle[own], labelled.frame[own])
            parts[table.replica] = table.features(chosen)[:, columns]
    lacking = set(range(int(labelled.replicas))) - set(parts)
    if lacking:
        raise InputError(
            f"features of replica {min(lacking)} are missing: give a table of each replica"
        )
    features = np.empty((len(labelled.label), len(names)), dtype=np.float32)
    for replica, part in parts.items():
        features[labelled.replica == replica] = part
    return features, names


def unseen_plane(classifier: Classifier, replica: int) -> tuple[Hyperplane, float]:
    """The hyperplane trained without a replica, and the standard deviation of its w.F.

    A study of one replica has one hyperplane, which has seen it.
    """
    weights = classifier.left_out_weights
    if len(weights) > 1 and replica >= len(weights):
        raise InputError(
            f"replica {replica}: the classifier has models for {len(weights)} replicas: train it "
            "again"
        )
    number = replica if len(weights) > 1 else 0
    plane = Hyperplane(
        weights[number],
        float(classifier.left_out_bias[number]),
        classifier.mean,
        classifier.scale,
    )
    return plane, float(classifier.left_out_spread[number])


def random_planes(softness: Classifier, number: int, seed: int) -> list[tuple[Hyperplane, float]]:
    """Random directions as controls, with standard deviations of w.F at the training temperature.

    They are drawn among the standardised features of softness, and turned so that they do not run
    against it: what they have in common with it by chance counts for them.
    """
    planes = []
    covariance = softness.covariance / np.outer(softness.scale, softness.scale)
    for direction in range(number):
        generator = seeds.stream(seed, "random direction", float(softness.temperature), direction)
        plane = random_hyperplane(softness.mean, softness.scale, generator)
        sign = 1 if plane.weights @ covariance @ softness.weights >= 0 else -1
        spread = float(np.sqrt(plane.weights @ covariance @ plane.weights))
        planes.append((replace(plane, weights=sign * plane.weights), spread))
    return planes


@dataclass(frozen=True)
class UnseenModel:
    """A plane that never saw a replica, for the particles of this replica.

    Attributes
    ----------
    plane, spread
        Its direction, and the standard deviation of w.F at the training temperature.
    offset
        How far it lies from the mean of the planes of all replicas at the reference temperature, in
        units of the spread.
    """

    plane: Hyperplane
    spread: float
    offset: float = 0.0

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """(n,) w.F over its spread of (n, M) features, aligned with the other planes."""
        return self.plane.projection(features) / self.spread - self.offset


def unseen_models(
    classifiers: Mapping[str, Classifier],
    replica: int,
    directions: int,
    seed: int,
    reference: ReferenceFeatures | None = None,
) -> dict[str, UnseenModel]:
    """For each variable the model that never saw a replica; controls come last.

    Away from its training temperature each plane has an offset of its own, which is the same for
    all particles: pooled under one bias, two planes would look like a poor one. So each plane is
    shifted, by the same amount at all temperatures, such that the mean over the population of the
    replica that it never saw is the same for all replicas at the reference temperature.

    Parameters
    ----------
    reference
        Mean features of all replicas there; planes are not aligned without it.
    """
    controls = random_planes(classifiers["softness"], directions, seed) if directions else []
    models = {name: unseen_model(each, replica, reference) for name, each in classifiers.items()}
    for number, plane in enumerate(controls):
        planes = [plane] * (1 if reference is None else len(reference.mean))
        models[f"random_{number}"] = UnseenModel(*plane, _offset(planes, replica, reference))
    return models


def unseen_model(
    classifier: Classifier, replica: int, reference: ReferenceFeatures | None = None
) -> UnseenModel:
    """One of `unseen_models`."""
    replicas = [replica] if reference is None else range(len(reference.mean))
    planes = [unseen_plane(classifier, number) for number in replicas]
    return UnseenModel(*unseen_plane(classifier, replica), _offset(planes, replica, reference))


def _offset(
    planes: Sequence[tuple[Hyperplane, float]], replica: int, reference: ReferenceFeatures | None
) -> float:
    """`UnseenModel.offset` from the planes, and their spreads, for all replicas."""
    if reference is None:
        return 0.0
    if replica >= len(reference.mean):
        raise InputError(
            f"replica {replica}: the reference features know {len(reference.mean)}: make them again"
        )
    levels = np.array(
        [
            plane.projection(features[None])[0] / spread
            for (plane, spread), features in zip(planes, reference.mean, strict=True)
        ]
    )
    return float(levels[replica] - levels.mean())


def read_classifiers(paths: Sequence[Path], names: Sequence[str]) -> dict[str, Classifier]:
    """Classifiers by their names.

    Raises
    ------
    InputError
        If there are not as many files as names, or they see different features.
    """
    if len(paths) != len(names):
        raise InputError(
            f"--classifiers: {len(paths)} files, {len(names)} names in the settings: give one file "
            "for each name"
        )
    found = {name: tables.read(path, Classifier) for name, path in zip(names, paths, strict=True)}
    columns = found[names[0]].columns.tolist()
    for name, classifier in found.items():
        if classifier.columns.tolist() != columns:
            raise InputError(
                f"classifier {name} was trained on other features than {names[0]}: train it again"
            )
    return found


def time_blocks(
    frames: np.ndarray, interval: float, duration: float, relaxation_time: float, length: float
) -> tuple[np.ndarray, int]:
    """Block of time that each moment belongs to, and the number of blocks.

    Parameters
    ----------
    frames
        (n,) of each moment.
    interval, duration
        Between frames, and of the run, in tau.
    relaxation_time
        In tau; nan where the liquid did not relax within its run, which then is one block.
    length
        Minimum length of a block, in relaxation times.
    """
    block = length * relaxation_time if np.isfinite(relaxation_time) else duration
    labels = block_labels(np.asarray(frames) * interval, duration, block)
    return labels, max(int(duration // block), 1)


def stride_blocks(
    values: LearnedValues, relaxation_time: float, length: float, window: float = 0.0
) -> tuple[np.ndarray, np.ndarray, int]:
    """Time blocks of the population and of the events of one run, in whole strides.

    A strided frame stands for those up to the next one, so that events and population of a block
    are of the same moments only if no block ends within a stride.

    Parameters
    ----------
    values
        Of the run.
    relaxation_time
        In tau; nan where the liquid did not relax within its run, which then is one block.
    length
        Minimum length of a block, in relaxation times.
    window
        Minimum length in tau, for moments that share frames.

    Returns
    -------
    tuple of numpy.ndarray, numpy.ndarray, int
        (n,) block of each row of the population, (m,) of each event, and the number of blocks.
    """
    first, stride = int(values.population_frame.min()), int(values.stride)
    strides = (int(values.population_frame.max()) - first) // stride + 1
    duration = strides * stride * float(values.interval)
    least = length * relaxation_time if np.isfinite(relaxation_time) else duration
    blocks = int(np.clip(duration // max(least, window), 1, strides))
    labels = (
        (np.asarray(frames) - first) // stride * blocks // strides
        for frames in (values.population_frame, values.event_frame)
    )
    return *labels, blocks
