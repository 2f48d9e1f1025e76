"""Add up the blocks of an isoconfigurational ensemble: all runs of one snapshot."""

import argparse
from pathlib import Path

from softness.files import tables
from softness.files.ensemble_counts import EnsembleCounts, merged
from softness.stages import command

NAME = "ensemble"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    parser.add_argument(
        "--blocks", type=Path, nargs="+", required=True, help="counts of the blocks (HDF5)"
    )
    parser.add_argument("--output", type=Path, required=True, help="counts to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    parts = (tables.read(path, EnsembleCounts) for path in options.blocks)
    counts = merged(parts, [str(path) for path in options.blocks])
    made_by = command.provenance(NAME, options.settings, options.blocks)
    tables.write(options.output, counts, made_by)


if __name__ == "__main__":
    command.run(arguments(), main)
