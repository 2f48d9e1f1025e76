"""Run a block of an isoconfigurational ensemble: many runs of one snapshot, counted in memory."""

import argparse
from pathlib import Path

from softness.errors import InputError
from softness.files import tables
from softness.files.snapshot import snapshot_positions
from softness.simulate.chain import Chain
from softness.simulate.deadline import Deadline
from softness.simulate.ensemble import Block, RunProtocol, run_block
from softness.simulate.settings import RunSettings
from softness.stages import command

NAME = "isoconfigurational"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    parser.add_argument("--trajectory", type=Path, required=True, help="thermal run (GSD)")
    parser.add_argument(
        "--checkpoint", type=Path, required=True, help="folder of what is done so far"
    )
    parser.add_argument("--workers", type=int, default=1, help="processes; they change no count")
    parser.add_argument("--output", type=Path, required=True, help="counts to write (HDF5)")
    command.add_device(parser)
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    run = RunSettings.from_settings(settings)
    engine = run.create_engine(options.device)
    made_by = command.provenance(
        NAME, settings, [options.trajectory], (engine.name, engine.version)
    )
    del engine
    deadline = Deadline.of_job(options.wall_time)
    chain = Chain(options.checkpoint, made_by.what_decides(run.engine), deadline)
    with chain.locked():
        if chain.recover([options.output]):
            return
        block = _block(settings, run, options.trajectory)
        counts = run_block(chain, block, options.device, options.workers, made_by)
        tables.write(options.output, counts, made_by)
        chain.finish([options.output])


def _block(settings: dict, run: RunSettings, path: Path) -> Block:
    first, last = settings["runs"]
    if not 0 <= first < last:
        raise InputError(f"runs = {settings['runs']}: give the first and the one after the last")
    return Block(
        run=run,
        protocol=RunProtocol.from_settings(settings, run.time_step),
        positions=snapshot_positions(path, settings["frame"]),
        snapshot=settings["snapshot"],
        first=first,
        last=last,
    )


if __name__ == "__main__":
    command.run(arguments(), main)
