"""Compute the learned variables of one run, by models that never saw its replica."""

import argparse
from collections.abc import Sequence

import numpy as np

from softness.files import tables
from softness.files.records.hops import HopIndicator
from softness.stages import command
from softness.stages.shared.classified import columns_of, read_classifiers, unseen_planes
from softness.stages.shared.values import add_run, files_of_run, values_of_run
from softness.structure.table import REARRANGING

NAME = "learned_values"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_files(parser, "--classifiers", "files named by their variables")
    add_run(parser)
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    classifiers = read_classifiers(options.classifiers, settings["classifiers"])
    hop = tables.read(options.hop, HopIndicator)
    planes = unseen_planes(
        classifiers, int(hop.replica), settings["random_directions"], settings["seed"]
    )

    def predict(features: np.ndarray, columns: Sequence[str]) -> np.ndarray:
        chosen = features[:, columns_of(columns, settings["features"])]
        values = [plane.projection(chosen) / spread for plane, spread in planes.values()]
        return np.stack(values, axis=1)

    record = values_of_run(options, hop, REARRANGING, list(planes), predict)
    inputs = [*options.classifiers, *files_of_run(options)]
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


if __name__ == "__main__":
    command.run(arguments(), main)
