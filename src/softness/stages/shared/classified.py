"""What stages that apply classifiers have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from softness import seeds
from softness.barriers.controls import random_hyperplane
from softness.errors import InputError
from softness.files import tables
from softness.files.features import reading_features
from softness.files.records.learned import Classifier, LabelledSet, LearnedValues
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


def unseen_planes(
    classifiers: Mapping[str, Classifier], replica: int, directions: int, seed: int
) -> dict[str, tuple[Hyperplane, float]]:
    """For each variable `unseen_plane`, and the random directions as controls last."""
    planes = {name: unseen_plane(classifier, replica) for name, classifier in classifiers.items()}
    controls = random_planes(classifiers["softness"], directions, seed)
    return planes | {f"random_{number}": plane for number, plane in enumerate(controls)}


def read_classifiers(paths: Sequence[Path], names: Sequence[str]) -> dict[str, Classifier]:
    """Classifiers by their names.

    Raises
    ------
    InputError
        If there are not as many files as names, softness is not among them, or they see different
        features.
    """
    if len(paths) != len(names):
        raise InputError(
            f"--classifiers: {len(paths)} files, {len(names)} names in the settings: give one file "
            "for each name"
        )
    found = {name: tables.read(path, Classifier) for name, path in zip(names, paths, strict=True)}
    if "softness" not in found:
        raise InputError("--classifiers: softness is missing: controls are drawn like it")
    columns = found["softness"].columns.tolist()
    for name, classifier in found.items():
        if classifier.columns.tolist() != columns:
            raise InputError(
                f"classifier {name} was trained on other features than softness: train it again"
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
