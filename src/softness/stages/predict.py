"""Apply all models to the snapshots of one temperature, beside what their runs did."""

import argparse
from pathlib import Path

import numpy as np

from softness.files import tables
from softness.files.records.learned import Classifier
from softness.files.records.regressed import Predictions
from softness.learning.models import load_model
from softness.learning.regress import Regressor
from softness.stages import command
from softness.stages.shared.classified import unseen_plane
from softness.stages.shared.snapshots import Snapshots, read_snapshots

NAME = "predict"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    parser.add_argument(
        "--ensembles", type=Path, nargs="+", required=True, help="counts, one a snapshot"
    )
    parser.add_argument(
        "--features", type=Path, nargs="+", required=True, help="of snapshots, one a replica"
    )
    parser.add_argument("--softness", type=Path, required=True, help="classifier (HDF5)")
    parser.add_argument(
        "--models", type=Path, nargs="+", required=True, help="files named by their models (skops)"
    )
    parser.add_argument("--output", type=Path, required=True, help="table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    found = read_snapshots(options.ensembles, options.features, settings)
    predicted = {"softness": _softness(options.softness, found)}
    for path in options.models:
        predicted[path.stem] = Regressor(load_model(path)).predict(found.features)
    record = Predictions(
        temperature=np.array(found.temperature),
        names=np.array(list(predicted), dtype="S"),
        snapshot=found.snapshot,
        replica=found.replica,
        seen=np.isin(found.snapshot, settings["training"]),
        counts=found.counts,
        runs=found.runs,
        predicted=np.array(list(predicted.values())),
    )
    inputs = [*options.ensembles, *options.features, options.softness, *options.models]
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


def _softness(path: Path, found: Snapshots) -> np.ndarray:
    """Softness of the particles, by models that never saw their replica."""
    classifier = tables.read(path, Classifier)
    names = classifier.columns.astype(str).tolist()
    features = found.features[:, [found.columns.index(name) for name in names]]
    values = np.empty(len(features))
    for replica in np.unique(found.replica):
        own = found.replica == replica
        values[own] = unseen_plane(classifier, int(replica))[0].value(features[own])
    return values


if __name__ == "__main__":
    command.run(arguments(), main)
