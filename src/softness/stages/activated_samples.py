"""Draw samples of rearranging and of non-rearranging particles, at one temperature."""

import argparse

from softness.files import tables
from softness.files.records.hops import HopIndicator, Rearrangements
from softness.stages import command
from softness.stages.shared.activated import activated_set

NAME = "activated_samples"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_files(parser, "--hop", "p_hop, one a replica")
    command.add_files(parser, "--rearrangements", "events, one a replica")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    hops = [tables.read(path, HopIndicator) for path in options.hop]
    events = [tables.read(path, Rearrangements) for path in options.rearrangements]
    record = activated_set(settings, hops, events)
    inputs = [*options.hop, *options.rearrangements]
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


if __name__ == "__main__":
    command.run(arguments(), main)
