"""Fit energy barriers and the onset temperature to binned counts at several temperatures."""

import argparse
from collections.abc import Sequence

import numpy as np

from softness import seeds
from softness.barriers.analysis import analyse_barriers
from softness.errors import InputError
from softness.files import tables
from softness.files.records.barriers import BarrierTable, BinnedCounts
from softness.stages import command

NAME = "barriers"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_files(parser, "--counts", "binned counts, one a temperature")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    counts = [tables.read(path, BinnedCounts) for path in options.counts]
    counts.sort(key=lambda each: float(each.temperature))
    _check_alike(counts)
    found = analyse_barriers(
        np.array([float(each.temperature) for each in counts]),
        [[np.stack(pair, axis=1) for pair in zip(c.events, c.trials, strict=True)] for c in counts],
        np.array([c.totals.sum(axis=(0, 1)) for c in counts]),
        int(counts[0].stride),
        settings["least_population"],
        seeds.stream(settings["seed"], "barriers bootstrap", 0.0),
        settings["draws"],
    )
    record = BarrierTable(
        names=counts[0].names,
        edges=counts[0].edges,
        replicas=np.array(len(counts[0].events)),
        blocks=np.array([c.events.shape[1] for c in counts]),
        **vars(found),
    )
    tables.write(options.output, record, command.provenance(NAME, settings, options.counts))


def _check_alike(counts: Sequence[BinnedCounts]) -> None:
    first = counts[0]
    for each in counts[1:]:
        same = each.names.tolist() == first.names.tolist()
        if not (same and np.array_equal(each.edges, first.edges)):
            raise InputError(
                f"--counts: T = {float(each.temperature):g} has different variables or bins from "
                f"T = {float(first.temperature):g}: count again"
            )


if __name__ == "__main__":
    command.run(arguments(), main)
