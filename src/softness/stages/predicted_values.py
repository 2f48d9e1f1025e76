"""Apply all regressors to one thermal run, by models that never saw its replica."""

import argparse
from collections.abc import Sequence

import numpy as np

from softness.files import tables
from softness.files.records.hops import HopIndicator
from softness.files.records.learned import Classifier
from softness.stages import command
from softness.stages.shared.classified import columns_of, unseen_planes
from softness.stages.shared.regressors import unseen_regressors
from softness.stages.shared.values import add_run, files_of_run, values_of_run
from softness.structure.table import BEFORE_EVENT

NAME = "predicted_values"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_files(parser, "--models", "on features of order 0 (skops)")
    command.add_file(parser, "--softness", "classifier (HDF5)")
    add_run(parser)
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    hop = tables.read(options.hop, HopIndicator)
    models = unseen_regressors(options.models, int(hop.replica))
    softness = {"softness": tables.read(options.softness, Classifier)}
    planes = unseen_planes(
        softness, int(hop.replica), settings["random_directions"], settings["seed"]
    )

    def predict(features: np.ndarray, columns: Sequence[str]) -> np.ndarray:
        seen_by_softness = features[:, columns_of(columns, settings["features"])]
        values = [plane.projection(seen_by_softness) / spread for plane, spread in planes.values()]
        values += [model.predict(features) for model in models.values()]
        return np.stack(values, axis=1)

    record = values_of_run(options, hop, BEFORE_EVENT, [*planes, *models], predict)
    inputs = [*options.models, options.softness, *files_of_run(options)]
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


if __name__ == "__main__":
    command.run(arguments(), main)
