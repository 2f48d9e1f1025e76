"""Compute the learned variables of one run, by models that never saw its replica."""

import argparse
from collections.abc import Sequence

import numpy as np

from softness.files import tables
from softness.files.records.hops import HopIndicator
from softness.files.records.learned import ReferenceFeatures
from softness.stages import command
from softness.stages.shared.classified import columns_of, read_classifiers, unseen_models
from softness.stages.shared.values import add_run, files_of_run, values_of_run
from softness.structure.table import REARRANGING

NAME = "learned_values"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_files(parser, "--classifiers", "files named by their variables")
    command.add_file(parser, "--reference", "mean features of all replicas (HDF5)")
    add_run(parser)
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    classifiers = read_classifiers(options.classifiers, settings["classifiers"])
    hop = tables.read(options.hop, HopIndicator)
    reference = tables.read(options.reference, ReferenceFeatures)
    given = (int(hop.replica), settings["random_directions"], settings["seed"], reference)
    models = unseen_models(classifiers, *given)

    def predict(features: np.ndarray, columns: Sequence[str]) -> np.ndarray:
        chosen = features[:, columns_of(columns, settings["features"])]
        return np.stack([model(chosen) for model in models.values()], axis=1)

    record = values_of_run(options, hop, REARRANGING, list(models), predict)
    inputs = [*options.classifiers, options.reference, *files_of_run(options)]
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


if __name__ == "__main__":
    command.run(arguments(), main)
