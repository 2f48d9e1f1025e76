"""Find the rearrangements of one run: excursions of p_hop above the threshold."""

import argparse

from softness.files import tables
from softness.files.records.hops import HopIndicator
from softness.stages import command
from softness.stages.shared.hops import rearrangements


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("rearrangements", __doc__)
    command.add_file(parser, "--hop", "p_hop of the run (HDF5)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    record = rearrangements(tables.read(options.hop, HopIndicator), settings["threshold"])
    made_by = command.provenance("rearrangements", settings, [options.hop])
    tables.write(options.output, record, made_by)


if __name__ == "__main__":
    command.run(arguments(), main)
