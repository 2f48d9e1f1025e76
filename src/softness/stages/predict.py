"""Apply all models to the snapshots of one temperature, beside what their runs did."""

import argparse
from collections.abc import Sequence

import numpy as np

from softness.files import tables
from softness.files.records.learned import Classifier
from softness.files.records.regressed import Predictions
from softness.stages import command
from softness.stages.shared.classified import unseen_plane
from softness.stages.shared.regressors import unseen_regressors
from softness.stages.shared.snapshots import Snapshots, read_snapshots
from softness.structure.family import order_of

NAME = "predict"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_files(parser, "--ensembles", "counts, one a snapshot")
    command.add_files(parser, "--features", "of snapshots, one a replica")
    command.add_file(parser, "--softness", "classifier (HDF5)")
    command.add_files(parser, "--models", "from the stage regress (skops)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    counted = read_snapshots(options.ensembles, options.features, settings)
    predicted = _predicted(options, counted)
    record = Predictions(
        temperature=np.array(counted.temperature),
        names=np.array(list(predicted), dtype="S"),
        snapshot=counted.snapshot,
        replica=counted.replica,
        seen=np.full(len(counted.snapshot), settings["seen"]),
        counts=counted.counts,
        runs=counted.runs,
        predicted=np.array(list(predicted.values())),
    )
    inputs = [*options.ensembles, *options.features, options.softness, *options.models]
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


def _predicted(options: argparse.Namespace, counted: Snapshots) -> dict[str, np.ndarray]:
    """(n,) values of each variable, by models trained without the replica of a particle."""
    classifier = tables.read(options.softness, Classifier)
    by_softness = _columns(counted, classifier.columns.astype(str).tolist())
    predicted: dict[str, np.ndarray] = {"softness": np.empty(len(counted.features))}
    for replica in np.unique(counted.replica):
        own = np.flatnonzero(counted.replica == replica)
        plane, _ = unseen_plane(classifier, int(replica))
        predicted["softness"][own] = plane.value(counted.features[np.ix_(own, by_softness)])
        for name, model in unseen_regressors(options.models, int(replica)).items():
            columns = _of_orders(counted, options.settings["orders_of"].get(name, [0]))
            values = model.predict(counted.features[np.ix_(own, columns)])
            predicted.setdefault(name, np.empty(len(counted.features)))[own] = values
    return predicted


def _columns(counted: Snapshots, names: Sequence[str]) -> list[int]:
    return [counted.columns.index(name) for name in names]


def _of_orders(counted: Snapshots, orders: Sequence[int]) -> list[int]:
    return [number for number, name in enumerate(counted.columns) if order_of(name) in orders]


if __name__ == "__main__":
    command.run(arguments(), main)
