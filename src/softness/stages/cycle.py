"""Run one snapshot several times through a pulse of another temperature, or without it (control).

One job holds all runs of a snapshot through one protocol. Cycle and control are this same stage
with other temperatures: what is the same in their settings is the same in their runs. If it is
interrupted, run it again: it resumes, and the finished files are the same.
"""

import argparse

from softness import seeds
from softness.errors import InputError
from softness.files import tables
from softness.simulate.cycle import TRAJECTORY, CycleProtocol, CycleRuns, history_of, run_cycle
from softness.simulate.reads import arrays_of_frame
from softness.stages import command
from softness.stages.shared import simulation
from softness.stages.shared.trajectories import finish_trajectories, publish_trajectory

NAME = "cycle"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    simulation.add_arguments(parser)
    command.add_file(parser, "--snapshots", "thermal run (GSD)")
    command.add_files(
        parser,
        "--trajectories",
        "frames to write (GSD), one file for each run, in the order of their numbers",
    )
    command.add_file(parser, "--history", "energies to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings, job = options.settings, simulation.Job(NAME, options)
    numbers = range(*simulation.first_and_end(settings))
    if len(options.trajectories) != len(numbers):
        raise InputError(
            f"--trajectories names {len(options.trajectories)} files for {len(numbers)} runs: give "
            "one for each"
        )
    arrays = arrays_of_frame(options.snapshots, settings["frame"], job.run.liquid)
    folder, made_by = job.keep([options.history], arrays)
    run = job.run
    runs = CycleRuns(
        run=run,
        protocol=CycleProtocol.from_settings({**settings, "low": run.temperature}, run.time_step),
        positions=arrays["positions"],
        snapshot=seeds.snapshot_key(run.replica, settings["snapshot"]),
        numbers=numbers,
        segment=run.steps(settings["segment"]),
    )
    for number, output in zip(numbers, options.trajectories, strict=True):
        with runs.chain(folder, number, job.deadline).locked() as chain:
            run_cycle(chain, job.engine, runs, number)
            finish_trajectories(chain, [TRAJECTORY], run, made_by, last=1)
            steps = runs.protocol.steps
            publish_trajectory(chain, steps, TRAJECTORY, output, run, made_by, last=1)
    tables.write(options.history, history_of(options.trajectories, runs), made_by)


if __name__ == "__main__":
    simulation.run(NAME, arguments(), main)
