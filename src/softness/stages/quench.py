"""Minimise the energy of frames of a trajectory, which gives their inherent states.

If it is interrupted, run it again: it resumes, and the finished file is the same.
"""

import argparse
import sys

import numpy as np

from softness.files import tables
from softness.files.atomic import holding
from softness.files.snapshot import steps_of_frames, unwrapped_frames
from softness.simulate.quench import quenched_table, run_quenches
from softness.simulate.settings import RunSettings
from softness.stages import command
from softness.stages.shared import simulation
from softness.stages.shared.states import write_states

NAME = "quench"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    simulation.add_arguments(parser)
    command.add_file(parser, "--trajectory", "frames (GSD)")
    command.add_file(parser, "--output", "energies and forces to write (HDF5)")
    command.add_file(parser, "--states", "inherent states to write (GSD)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings, job = options.settings, simulation.Job(NAME, options, RunSettings.create_batch)
    frames, tolerance = sorted(set(settings["frames"])), settings["force_tolerance"]
    steps = steps_of_frames(options.trajectory, frames)
    # Each inherent state is kept by the configuration that led to it.
    folder, made_by = job.keep([options.output])
    taken = f"{folder}: another process is already working on this run: wait for it"
    with holding(folder / ".lock", taken):
        found = run_quenches(
            folder,
            job.engine,
            job.run,
            frames,
            lambda some: unwrapped_frames(options.trajectory, some, job.run.liquid),
            tolerance,
            job.deadline,
        )
        write_states(options.states, dict(zip(steps, found, strict=True)), job.run, made_by)
        table = quenched_table(found, job.run, frames, tolerance)
    _warn(table.converged, table.largest_force, tolerance)
    tables.write(options.output, table, made_by)


def _warn(converged: np.ndarray, largest: np.ndarray, tolerance: float) -> None:
    if not converged.all():
        print(
            f"{np.count_nonzero(~converged)} of {len(converged)} minimisations ended above the "
            f"force tolerance {tolerance:g}, the worst at {largest.max():g}: the table marks them",
            file=sys.stderr,
        )


if __name__ == "__main__":
    simulation.run(NAME, arguments(), main)
