"""Run one snapshot several times through a pulse of another temperature, or without it (control).

One job holds all runs of a snapshot through one protocol, batch by batch: with lanes sixteen runs,
else one. Cycle and control are this same stage with other temperatures: what is the same in their
settings is the same in their runs. If it is interrupted, run it again: it resumes, and the finished
files are the same.
"""

import argparse
from pathlib import Path

from softness import seeds
from softness.errors import InputError
from softness.files import tables
from softness.files.atomic import holding
from softness.files.provenance import Provenance
from softness.simulate.chain import Chain
from softness.simulate.cycle import (
    CycleProtocol,
    CycleRuns,
    history_of,
    run_batch,
    trajectory_name,
)
from softness.simulate.reads import arrays_of_frame
from softness.simulate.settings import RunSettings
from softness.simulate.together import batches_of
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
    settings = options.settings
    job = simulation.Job(NAME, options, RunSettings.create_batch)
    first, end = simulation.first_and_end(settings)
    numbers = range(first, end)
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
    taken = f"another process is already working on runs {first} to {end - 1}: wait, or stop it"
    with holding(folder / ".runs", f"{folder}: {taken}", span=(first, end)):
        outputs = dict(zip(numbers, options.trajectories, strict=True))
        for batch in batches_of(folder, numbers, job.engine.runs):
            with runs.chain(folder, batch, job.deadline).locked() as chain:
                run_batch(chain, job.engine, runs, batch)
                _publish(chain, batch, runs, outputs, made_by)
    tables.write(options.history, history_of(options.trajectories, runs), made_by)


def _publish(
    chain: Chain, batch: range, runs: CycleRuns, outputs: dict[int, Path], made_by: Provenance
) -> None:
    """Make results of those runs of a batch that are wanted; it may hold others."""
    run, steps = runs.run, runs.protocol.steps
    names = {number: trajectory_name(batch, number) for number in batch}
    finish_trajectories(chain, names.values(), run, made_by, last=1)
    for number in outputs.keys() & names:
        publish_trajectory(chain, steps, names[number], outputs[number], run, made_by, last=1)


if __name__ == "__main__":
    simulation.run(NAME, arguments(), main)
