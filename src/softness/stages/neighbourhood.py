"""Measure how far a particle's neighbourhood reaches: to the second minimum of g_AA(r)."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from softness.dynamics.pairs import second_minimum
from softness.errors import InputError
from softness.files import tables
from softness.files.records.dynamics import PairDistributions
from softness.files.records.regressed import Neighbourhood
from softness.stages import command

NAME = "neighbourhood"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    parser.add_argument(
        "--pair-distribution",
        type=Path,
        nargs="+",
        default=[],
        help="g(r) of each replica, if the settings say auto",
    )
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    distance = settings["neighbourhood"]
    if distance == "auto":
        distance = _measured(options.pair_distribution)
    record = Neighbourhood(
        temperature=np.array(settings["temperature"]), distance=np.array(float(distance))
    )
    made_by = command.provenance(NAME, settings, options.pair_distribution)
    tables.write(options.output, record, made_by)


def _measured(paths: Sequence[Path]) -> float:
    """Second minimum of the mean g_AA(r)."""
    if not paths:
        raise InputError("--pair-distribution: give g(r), or set regression.neighbourhood")
    runs = [tables.read(path, PairDistributions) for path in paths]
    mean = np.mean([run.values[:, 0].mean(axis=0) for run in runs], axis=0)
    distance = second_minimum(runs[0].distance, mean)
    if not np.isfinite(distance):
        raise InputError(
            f"{paths[0]}: g_AA(r) has no second minimum up to {runs[0].distance[-1]:g}: set "
            "regression.neighbourhood to a distance, or raise pair_distribution.largest_distance"
        )
    return distance


if __name__ == "__main__":
    command.run(arguments(), main)
