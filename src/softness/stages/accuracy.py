"""Count how many samples of a labelled set each classifier gets right, against the bias."""

import argparse
from collections.abc import Mapping

import numpy as np

from softness.files import tables
from softness.files.records.dynamics import RelaxationTable
from softness.files.records.learned import Accuracies, Classifier, LabelledSet
from softness.stages import command
from softness.stages.shared.classified import (
    read_classifiers,
    sample_features,
    time_blocks,
    unseen_planes,
)

NAME = "accuracy"
# Ending of the name under which a set's own model counts as any other one does.
UNSEEN = "_unseen"
# In spreads of w.F: wide and fine enough that no curve's maximum lies outside or between.
BIASES = np.linspace(-6, 6, 241)
# Active and inactive.
CLASSES = 2


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_file(parser, "--samples", "labelled set (HDF5)")
    command.add_files(parser, "--features", "of the samples, one a replica")
    command.add_files(parser, "--classifiers", "files named by their variables")
    command.add_file(parser, "--relaxation", "at this temperature (HDF5)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    labelled = tables.read(options.samples, LabelledSet)
    classifiers = read_classifiers(options.classifiers, settings["classifiers"])
    values = _unseen_values(labelled, classifiers, options)
    own = settings["own"]
    if own is not None:
        values[f"{own}{UNSEEN}"] = values[own]
        values[own] = _cross_validated(classifiers[own], classifiers[own].cross_validated)
    blocks, number = time_blocks(
        labelled.frame,
        float(labelled.interval),
        float(labelled.duration),
        float(tables.read(options.relaxation, RelaxationTable).relaxation_time),
        settings["block_length"],
    )
    cells, shape = _cells(labelled, blocks, number)
    record = Accuracies(
        temperature=labelled.temperature,
        names=np.array(list(values), dtype="S"),
        found=labelled.found,
        wanted=labelled.wanted,
        lower=labelled.lower,
        upper=labelled.upper,
        bias=BIASES,
        origin=np.array([_origin(classifiers, name) for name in values]),
        own=np.array([name == own for name in values]),
        samples=np.bincount(cells, minlength=np.prod(shape)).reshape(shape),
        right=np.array([_right(each, labelled.label, cells, shape) for each in values.values()]),
        plain_right=_plain_right(classifiers.get(own), labelled),
    )
    inputs = [options.samples, *options.features, *options.classifiers, options.relaxation]
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


def _unseen_values(
    labelled: LabelledSet, classifiers: Mapping[str, Classifier], options: argparse.Namespace
) -> dict[str, np.ndarray]:
    """(n,) w.F of each variable by `unseen_plane`, in units of its standard deviation."""
    settings = options.settings
    kind = settings["kind"]
    features, _ = sample_features(labelled, kind, options.features, settings["features"])
    values: dict[str, np.ndarray] = {}
    for replica in range(int(labelled.replicas)):
        own = labelled.replica == replica
        planes = unseen_planes(
            classifiers, replica, settings["random_directions"], settings["seed"]
        )
        for name, (plane, spread) in planes.items():
            values.setdefault(name, np.empty(len(features)))
            if own.any():
                values[name][own] = plane.projection(features[own]) / spread
    return values


def _cross_validated(classifier: Classifier, values: np.ndarray) -> np.ndarray:
    """Values w.F - b of the folds as w.F over its standard deviation, with the trained bias."""
    return (values + classifier.bias) / classifier.spread


def _origin(classifiers: Mapping[str, Classifier], name: str) -> float:
    """Trained bias over the standard deviation; 0 for a random direction."""
    name = name.removesuffix(UNSEEN)
    if name not in classifiers:
        return 0.0
    return float(classifiers[name].bias / classifiers[name].spread)


def _cells(
    labelled: LabelledSet, blocks: np.ndarray, number: int
) -> tuple[np.ndarray, tuple[int, ...]]:
    """(n,) number of each sample's cell, and how many (classes, replicas, blocks) there are."""
    shape = (CLASSES, int(labelled.replicas), number)
    places = (_classes(labelled.label), labelled.replica, blocks)
    return np.ravel_multi_index(places, shape), shape


def _classes(labels: np.ndarray) -> np.ndarray:
    """(n,) 0 for active samples, 1 for inactive ones."""
    return np.where(labels > 0, 0, 1)


def _right(
    values: np.ndarray, labels: np.ndarray, cells: np.ndarray, shape: tuple[int, ...]
) -> np.ndarray:
    """(..., biases) right answers of the sign of (value - bias) in cells of a shape (...)."""
    answers = (values[:, None] > BIASES) == (labels[:, None] > 0)
    right = np.zeros((np.prod(shape), len(BIASES)), dtype=np.int64)
    np.add.at(right, cells, answers)
    return right.reshape(*shape, len(BIASES))


def _plain_right(classifier: Classifier | None, labelled: LabelledSet) -> np.ndarray:
    """(classes, biases) right answers in the plain cross-validation; 0 without a classifier."""
    if classifier is None:
        return np.zeros((CLASSES, len(BIASES)), dtype=np.int64)
    values = _cross_validated(classifier, classifier.plain_cross_validated)
    return _right(values, labelled.label, _classes(labelled.label), (CLASSES,))


if __name__ == "__main__":
    command.run(arguments(), main)
