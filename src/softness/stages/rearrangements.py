"""Find the rearrangements of one run: excursions of p_hop above the threshold."""

import argparse

import numpy as np

from softness.dynamics.rearrangements import events
from softness.files import tables
from softness.files.records.hops import HopIndicator, Rearrangements
from softness.stages import command


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("rearrangements", __doc__)
    command.add_file(parser, "--hop", "p_hop of the run (HDF5)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    hop = tables.read(options.hop, HopIndicator)
    found = events(hop.values, settings["threshold"], int(hop.first_frame))
    columns = {name: found[name] for name in ("frame", "value", "first", "last", "cut")}
    record = Rearrangements(
        temperature=hop.temperature,
        replica=hop.replica,
        threshold=np.array(settings["threshold"]),
        particle=hop.particle[found["particle"]],
        **columns,
    )
    made_by = command.provenance("rearrangements", settings, [options.hop])
    tables.write(options.output, record, made_by)


if __name__ == "__main__":
    command.run(arguments(), main)
