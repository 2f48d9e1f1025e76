"""Measure how far a particle's neighbourhood reaches: to the second minimum of g_AA(r)."""

import argparse
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
        "--pair-distribution", type=Path, nargs="+", required=True, help="g(r) of each replica"
    )
    parser.add_argument("--output", type=Path, required=True, help="table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    runs = [tables.read(path, PairDistributions) for path in options.pair_distribution]
    distance = settings["neighbourhood"]
    if distance == "auto":
        mean = np.mean([run.values[:, 0].mean(axis=0) for run in runs], axis=0)
        distance = second_minimum(runs[0].distance, mean)
    if not np.isfinite(distance):
        raise InputError(
            f"{options.pair_distribution[0]}: g_AA(r) has no second minimum up to "
            f"{runs[0].distance[-1]:g}: set regression.neighbourhood to a distance, or raise "
            "pair_distribution.largest_distance"
        )
    record = Neighbourhood(temperature=runs[0].temperature, distance=np.array(float(distance)))
    made_by = command.provenance(NAME, settings, options.pair_distribution)
    tables.write(options.output, record, made_by)


if __name__ == "__main__":
    command.run(arguments(), main)
