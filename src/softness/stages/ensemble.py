"""Add up the blocks of an isoconfigurational ensemble: all runs of one snapshot."""

import argparse
import json
from pathlib import Path

from softness.errors import InputError
from softness.files import tables
from softness.files.ensemble_counts import EnsembleCounts, merged
from softness.stages import command

NAME = "ensemble"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_files(parser, "--blocks", "counts of the blocks (HDF5)")
    command.add_file(parser, "--output", "counts to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    _check_engine(options.blocks)
    parts = (tables.read(path, EnsembleCounts) for path in options.blocks)
    counts = merged(parts, [str(path) for path in options.blocks])
    _check_whole(counts, options.settings["runs"], options.blocks)
    made_by = command.provenance(NAME, options.settings, options.blocks)
    tables.write(options.output, counts, made_by)


def _check_engine(blocks: list[Path]) -> None:
    """Runs of different engines differ, though their numbers are the same."""
    names = {path: _engine(path) for path in blocks}
    first = blocks[0]
    for path, name in names.items():
        if name != names[first]:
            raise InputError(
                f"{path}: its runs were made with {name}, those of {first} with {names[first]}: "
                "delete the one that is outdated and run again"
            )


def _engine(block: Path) -> str:
    settings = json.loads(tables.read_provenance(block))["settings"]
    return settings["engine"]["name"]


def _check_whole(counts: EnsembleCounts, runs: int, blocks: list[Path]) -> None:
    """Blocks of different ages may leave out runs, or hold some that are not wanted."""
    missing = sorted({*range(runs)} - {*counts.runs.tolist()})
    if missing or len(counts.runs) != runs:
        what = f"run {missing[0]} is missing" if missing else f"{len(counts.runs)} are there"
        raise InputError(
            f"{blocks[0].parent}: its blocks do not hold each of {runs} runs ({what}): delete all "
            "blocks there and run again: what was simulated is kept"
        )


if __name__ == "__main__":
    command.run(arguments(), main)
