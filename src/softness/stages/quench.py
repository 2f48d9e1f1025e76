"""Minimise the energy of frames of a trajectory, which gives their inherent states.

If it is interrupted, run it again: it resumes, and the finished file is the same.
"""

import argparse
import sys

import numpy as np

from softness.files import tables
from softness.files.atomic import holding
from softness.files.snapshot import unwrapped_frames
from softness.simulate.quench import run_quenches
from softness.stages import command
from softness.stages.shared import simulation

NAME = "quench"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    simulation.add_arguments(parser)
    command.add_file(parser, "--trajectory", "frames (GSD)")
    command.add_file(parser, "--output", "inherent states to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    job, frames = simulation.Job(NAME, options), options.settings["frames"]
    found = unwrapped_frames(options.trajectory, frames, job.run.liquid)
    configurations = dict(zip(frames, found, strict=True))
    # Each inherent state is kept by the configuration that led to it.
    folder, made_by = job.keep([options.output])
    tolerance = options.settings["force_tolerance"]
    with holding(
        folder / ".lock", f"{folder}: another process is already working on this run: wait for it"
    ):
        states = run_quenches(folder, job.engine, job.run, configurations, tolerance, job.deadline)
    _warn(states.converged, states.largest_force, tolerance)
    tables.write(options.output, states, made_by)


def _warn(converged: np.ndarray, largest: np.ndarray, tolerance: float) -> None:
    if not converged.all():
        print(
            f"{np.count_nonzero(~converged)} of {len(converged)} minimisations ended above the "
            f"force tolerance {tolerance:g}, the worst at {largest.max():g}: the table marks them",
            file=sys.stderr,
        )


if __name__ == "__main__":
    simulation.run(NAME, arguments(), main)
