"""Quench frames of a trajectory to their inherent states, the local minima of the energy.

Interrupted and typed again, it goes on where it was; the finished file is the same.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from softness.files import tables
from softness.files.unwrapped import unwrapped_frames
from softness.simulate.chain import Chain
from softness.simulate.deadline import Deadline
from softness.simulate.quench import run_quenches
from softness.simulate.settings import RunSettings
from softness.stages import command

NAME = "quench"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_device(parser)
    parser.add_argument("--trajectory", type=Path, required=True, help="frames (GSD)")
    parser.add_argument("--checkpoint", type=Path, required=True, help="folder of what is done")
    parser.add_argument(
        "--output", type=Path, required=True, help="inherent states to write (HDF5)"
    )
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    run = RunSettings.from_settings(settings)
    engine = run.create_engine(options.device)
    made_by = command.provenance(
        NAME, settings, [options.trajectory], (engine.name, engine.version)
    )
    deadline = Deadline.of_job(options.wall_time)
    what = made_by.what_decides(engine.name)
    with Chain(options.checkpoint, what, deadline).locked() as chain:
        if chain.recover([options.output]):
            return
        frames = settings["frames"]
        configurations = unwrapped_frames(options.trajectory, frames, run.liquid)
        tolerance = settings["force_tolerance"]
        found = run_quenches(chain, engine, run, frames, configurations, tolerance)
        _warn(found.converged, found.largest_force, tolerance)
        tables.write(options.output, found, made_by)
        chain.finish([options.output])


def _warn(converged: np.ndarray, largest: np.ndarray, tolerance: float) -> None:
    if not converged.all():
        print(
            f"{np.count_nonzero(~converged)} of {len(converged)} quenches ended above the force "
            f"tolerance {tolerance:g}, the worst at {largest.max():g}: the table says which",
            file=sys.stderr,
        )


if __name__ == "__main__":
    command.run(arguments(), main)
