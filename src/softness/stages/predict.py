"""Apply all models to the snapshots of one temperature, beside what their runs did."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from softness.files import tables
from softness.files.records.learned import Classifier
from softness.files.records.regressed import Predictions
from softness.stages import command
from softness.stages.shared.classified import unseen_models
from softness.stages.shared.regressors import unseen_regressors
from softness.stages.shared.snapshots import Snapshots, order_of, read_snapshots

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
        "--models", type=Path, nargs="+", required=True, help="from the stage regress (skops)"
    )
    parser.add_argument("--output", type=Path, required=True, help="table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    found = read_snapshots(options.ensembles, options.features, settings)
    predicted = _predicted(options, found)
    record = Predictions(
        temperature=np.array(found.temperature),
        names=np.array(list(predicted), dtype="S"),
        snapshot=found.snapshot,
        replica=found.replica,
        seen=np.full(len(found.snapshot), settings["seen"]),
        counts=found.counts,
        runs=found.runs,
        predicted=np.array(list(predicted.values())),
    )
    inputs = [*options.ensembles, *options.features, options.softness, *options.models]
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


def _predicted(options: argparse.Namespace, found: Snapshots) -> dict[str, np.ndarray]:
    """(n,) values of each variable, by models that never saw the replica of a particle."""
    classifier = tables.read(options.softness, Classifier)
    by_softness = _columns(found, classifier.columns.astype(str).tolist())
    settings, predicted = options.settings, {}
    for replica in np.unique(found.replica):
        own = np.flatnonzero(found.replica == replica)
        seen = found.features[np.ix_(own, by_softness)]
        directions = settings["random_directions"], settings["seed"]
        planes = unseen_models({"softness": classifier}, int(replica), *directions)
        values = {name: model(seen) for name, model in planes.items()}
        values["softness"] = planes["softness"].plane.value(seen)
        for name, model in unseen_regressors(options.models, int(replica)).items():
            columns = _of_orders(found, settings["orders_of"].get(name, [0]))
            values[name] = model.predict(found.features[np.ix_(own, columns)])
        for name, each in values.items():
            predicted.setdefault(name, np.empty(len(found.features)))[own] = each
    return predicted


def _columns(found: Snapshots, names: Sequence[str]) -> list[int]:
    return [found.columns.index(name) for name in names]


def _of_orders(found: Snapshots, orders: Sequence[int]) -> list[int]:
    return [number for number, name in enumerate(found.columns) if order_of(name) in orders]


if __name__ == "__main__":
    command.run(arguments(), main)
