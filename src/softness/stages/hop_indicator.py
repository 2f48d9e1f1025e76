"""Compute the hop indicator p_hop of the analysed particles of one run, without a threshold."""

import argparse

from softness.files import tables
from softness.files.gsd_trajectory import Trajectory
from softness.stages import command
from softness.stages.shared.hops import hop_indicator


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("hop_indicator", __doc__)
    command.add_file(parser, "--trajectory", "frames (GSD)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    run = settings["window"], settings["temperature"], settings["replica"]
    with Trajectory(options.trajectory) as trajectory:
        record = hop_indicator(trajectory, *run)
    made_by = command.provenance("hop_indicator", settings, [options.trajectory])
    tables.write(options.output, record, made_by)


if __name__ == "__main__":
    command.run(arguments(), main)
