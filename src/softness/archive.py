"""Commands for archives: pack what the figures and the report are drawn from, and redraw them."""

import argparse
import importlib
import os
import sys
from pathlib import Path

from softness.archiving.redraw import redraw
from softness.errors import InputError

PACK = """pack the tables behind all figures and the report of a finished study

The archive is a tar file with the inputs of every figure and of the report, the configuration and a
manifest with the SHA-256 of each. No trajectories. Equal inputs give equal bytes.
"""

REDRAW = """check an archive and redraw all figures, tables and the report from it

Every byte is checked before anything is drawn. No simulation, no trajectory and no workflow is
needed. Prints which files equal the originals byte for byte; the exit status is 1 if one does not.
Bytes are equal on the machine that drew the originals, with the same versions of code and packages.
"""


def add_pack_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what packing takes besides the configuration."""
    describe(parser, PACK)
    parser.add_argument("output", type=Path, metavar="OUTPUT.tar", help="archive to write")
    parser.set_defaults(function=pack_command)


def add_redraw_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what redrawing takes."""
    describe(parser, REDRAW)
    parser.add_argument("archive", type=Path, metavar="ARCHIVE.tar", help="archive to read")
    parser.add_argument("folder", type=Path, help="new folder to unpack and draw in")
    parser.add_argument(
        "--cores",
        type=int,
        default=os.cpu_count() or 1,
        help="number of figures drawn at a time; default: number of cores",
    )
    parser.set_defaults(function=redraw_command)


def describe(parser: argparse.ArgumentParser, text: str) -> None:
    """Let a command's help say this text as it is."""
    parser.description = text
    parser.formatter_class = argparse.RawDescriptionHelpFormatter


def pack_command(options: argparse.Namespace) -> int:
    """Pack a study, and say what is in the archive."""
    # Redrawing needs no Snakemake.
    from softness import configuration
    from softness.archiving.pack import pack
    from softness.planning.jobs import planned_jobs

    configuration.load(options.config)
    jobs = planned_jobs(options.config, everything=False)
    due = [job for job in jobs if job.is_due]
    if due:
        print(
            f"note: {len(due)} jobs are not up to date ({due[0].rule}, for example): run make "
            f"figures CONFIG={options.config} first, or ignore this and archive the existing files",
            file=sys.stderr,
        )
    manifest = pack(options.config, jobs, options.output)
    megabytes = options.output.stat().st_size / 1e6
    print(
        f"{options.output}: study {manifest.study}, {len(manifest.files)} files, {megabytes:.1f} "
        f"MB; {len(manifest.drawn)} files can be redrawn from it"
    )
    return 0


def redraw_command(options: argparse.Namespace) -> int:
    """Redraw an archive, and say what equals the originals."""
    if options.cores < 1:
        raise InputError(f"--cores {options.cores}: give 1 or more")
    # What draws has to be installed; stages that run later would say so at length.
    for stage in ("draw_figure", "report"):
        importlib.import_module(f"softness.stages.{stage}")
    redrawn = redraw(options.archive, options.folder, options.cores)
    manifest = redrawn.manifest
    print(f"{options.archive}: study {manifest.study}, {len(manifest.files)} files, all unchanged")
    print(f"{options.folder}: {len(manifest.drawn)} files redrawn")
    print(f"equal to the originals byte for byte: {len(redrawn.equal)} of {len(manifest.drawn)}")
    for name in redrawn.different:
        print(f"differs from the original: {name}")
    if redrawn.different:
        print(_reason(redrawn.changed_code))
    return 1 if redrawn.different else 0


def _reason(changed: list[str]) -> str:
    if not changed:
        return (
            "The code is the same as for the originals. The report names its commit and versions; "
            "pictures depend on versions of packages and the model of the CPU."
        )
    others = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return f"The code differs from that of the originals: {changed[0]}{others}."
