"""Run frames of a trajectory many times for a short while, which gives the cages of the particles.

If it is interrupted, run it again: it resumes, and the finished file is the same.
"""

import argparse

from softness.errors import InputError
from softness.files.atomic import holding
from softness.files.snapshot import steps_of_frames, unwrapped_frames
from softness.simulate.cage import CageRuns, run_cages
from softness.simulate.settings import RunSettings
from softness.stages import command
from softness.stages.shared import simulation
from softness.stages.shared.states import write_states

NAME = "cage"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    simulation.add_arguments(parser)
    command.add_file(parser, "--trajectory", "thermal run (GSD)")
    command.add_file(parser, "--output", "cages to write (GSD)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    job = simulation.Job(NAME, options, RunSettings.create_batch)
    frames = options.settings["frames"]
    if not frames:
        raise InputError("frames is empty: name one or more whose cages are wanted")
    runs = CageRuns.from_settings(job.run, options.settings)
    steps = steps_of_frames(options.trajectory, frames)
    configurations = list(unwrapped_frames(options.trajectory, frames, job.run.liquid))
    # Each cage is kept by the configuration that it is of.
    folder, made_by = job.keep([options.output])
    taken = f"{folder}: another process is already working on this run: wait for it"
    with holding(folder / ".lock", taken):
        cages = run_cages(folder, job.engine, runs, configurations, job.deadline)
        write_states(options.output, dict(zip(steps, cages, strict=True)), job.run, made_by)


if __name__ == "__main__":
    simulation.run(NAME, arguments(), main)
