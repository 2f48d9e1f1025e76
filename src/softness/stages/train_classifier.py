"""Train a hyperplane on a labelled set: all of it, without each replica, and in folds."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from softness import seeds
from softness.errors import InputError
from softness.files import tables
from softness.files.features import FeatureTable, reading_features
from softness.files.records.learned import Classifier, LabelledSet
from softness.learning.hyperplane import Hyperplane
from softness.learning.population import FeatureMoments
from softness.learning.training import time_units, train_classifier
from softness.stages import command
from softness.stages.shared.classified import columns_of, sample_features

NAME = "train_classifier"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_file(parser, "--samples", "labelled set (HDF5)")
    command.add_files(parser, "--features", "of the samples, one a replica")
    command.add_files(parser, "--population", "features, one a replica")
    command.add_file(parser, "--output", "classifier to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    labelled = tables.read(options.samples, LabelledSet)
    kind = settings["kind"]
    features, names = sample_features(labelled, kind, options.features, settings["features"])
    moments = _population(options.population, settings["features"])
    replicas = int(labelled.replicas)
    last = round(float(labelled.duration) / float(labelled.interval)) - 1
    trained = train_classifier(
        features,
        labelled.label,
        labelled.replica,
        time_units(labelled.replica, labelled.frame, last, replicas, settings["jackknife"]),
        labelled.group,
        moments.mean,
        moments.scale,
        settings["penalty"],
        settings["folds"],
        replicas,
        seeds.stream(settings["seed"], f"folds {kind}", settings["temperature"]),
    )
    record = Classifier(
        temperature=labelled.temperature,
        columns=np.array(names, dtype="S"),
        weights=trained.plane.weights,
        bias=np.array(trained.plane.bias),
        mean=moments.mean,
        scale=moments.scale,
        spread=np.array(moments.spread(trained.plane.weights)),
        covariance=moments.covariance,
        left_out_weights=np.array([plane.weights for plane in trained.left_out]),
        left_out_bias=np.array([plane.bias for plane in trained.left_out]),
        left_out_spread=np.array([moments.spread(plane.weights) for plane in trained.left_out]),
        jackknife_weights=_weights(trained.jackknife, len(names)),
        half_weights=_weights(trained.halves, len(names)),
        found=labelled.found,
        wanted=labelled.wanted,
        complete=np.array(labelled.complete),
        label=labelled.label,
        cross_validated=trained.cross_validated,
        plain_cross_validated=trained.plain_cross_validated,
    )
    inputs = [options.samples, *options.features, *options.population]
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


def _weights(planes: Sequence[Hyperplane], columns: int) -> np.ndarray:
    """(n, M) weights of some planes, of none as well."""
    return np.array([plane.weights for plane in planes]).reshape(len(planes), columns)


def _population(paths: Sequence[Path], wanted: str) -> FeatureMoments:
    """Moments of the features of the population of all replicas, which set their unit."""
    moments = None
    for path in paths:
        with reading_features(path) as table:
            columns = columns_of(table.columns, wanted)
            moments = moments or FeatureMoments(_first_row(path, table)[columns])
            for _, chunk in table.chunks():
                moments.add(chunk[:, columns])
    return moments


def _first_row(path: Path, table: FeatureTable) -> np.ndarray:
    if len(table) == 0:
        raise InputError(f"{path}: holds no particles: delete it and run again")
    return table.features(np.array([0]))[0]


if __name__ == "__main__":
    command.run(arguments(), main)
