"""Run one snapshot several times through a pulse of another temperature, or without it (control).

One job holds all runs of a snapshot through one protocol. Cycle and control are this same stage
with other temperatures: what is the same in their settings is the same in their runs. Interrupted
and typed again, it goes on where it was; the finished files are the same.
"""

import argparse
from pathlib import Path

from softness.errors import InputError
from softness.files import tables
from softness.files.snapshot import snapshot_positions
from softness.simulate.chain import Chain
from softness.simulate.cycle import CycleProtocol, CycleRuns, kind_of_run, run_cycles
from softness.simulate.deadline import Deadline
from softness.simulate.settings import RunSettings
from softness.simulate.thermal import merge
from softness.stages import command

NAME = "cycle"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_device(parser)
    parser.add_argument("--snapshots", type=Path, required=True, help="thermal run (GSD)")
    parser.add_argument(
        "--trajectories",
        type=Path,
        nargs="+",
        required=True,
        help="frames to write (GSD), one file for each run, in the order of their numbers",
    )
    parser.add_argument("--history", type=Path, required=True, help="energies to write (HDF5)")
    parser.add_argument("--checkpoint", type=Path, required=True, help="folder of the runs so far")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    run = RunSettings.from_settings(settings)
    engine = run.create_engine(options.device)
    made_by = command.provenance(NAME, settings, [options.snapshots], (engine.name, engine.version))
    runs = _runs(settings, run, options.snapshots)
    paths = _paths(options.trajectories, runs)
    outputs = [*paths.values(), options.history]
    deadline = Deadline.of_job(options.wall_time)
    what = made_by.what_decides(engine.name)
    with Chain(options.checkpoint, what, deadline).locked() as chain:
        if chain.recover(outputs):
            return
        history = run_cycles(chain, engine, runs)
        for number, path in paths.items():
            merge(chain, kind_of_run(number), path, run, made_by.as_text())
        tables.write(options.history, history, made_by)
        chain.finish(outputs)


def _runs(settings: dict, run: RunSettings, path: Path) -> CycleRuns:
    first, last = settings["runs"]
    if not 0 <= first < last:
        raise InputError(f"runs = {settings['runs']}: give the first and the one after the last")
    return CycleRuns(
        run=run,
        protocol=CycleProtocol.from_settings({**settings, "low": run.temperature}, run.time_step),
        positions=snapshot_positions(path, settings["frame"]),
        snapshot=settings["snapshot"],
        numbers=range(first, last),
        segment=run.steps(settings["segment"]),
    )


def _paths(paths: list[Path], runs: CycleRuns) -> dict[int, Path]:
    """File of each run; their names must differ, since the checkpoint keeps them by name."""
    if len({path.name for path in paths}) != len(runs.numbers):
        raise InputError(
            f"--trajectories names {len(paths)} files for {len(runs.numbers)} runs: give one for "
            "each, with names that differ"
        )
    return dict(zip(runs.numbers, paths, strict=True))


if __name__ == "__main__":
    command.run(arguments(), main)
