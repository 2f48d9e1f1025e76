"""Compute the hop indicator p_hop of the analysed particles of one run, without a threshold."""

import argparse

import numpy as np

from softness.dynamics.drift import relative_to_centre
from softness.dynamics.hop import HopStream
from softness.errors import InputError
from softness.files import tables
from softness.files.gsd_trajectory import Trajectory
from softness.files.records.hops import HopIndicator
from softness.stages import command


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("hop_indicator", __doc__)
    command.add_file(parser, "--trajectory", "frames (GSD)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    with Trajectory(options.trajectory) as trajectory:
        interval = trajectory.frame_interval()
        half_window = round(settings["window"] / (2 * interval))
        if trajectory.frames <= 2 * half_window:
            raise InputError(
                f"{options.trajectory}: has {trajectory.frames} frames, hop.window = "
                f"{settings['window']:g} tau needs {2 * half_window + 1}: lengthen the production"
            )
        analysed = np.flatnonzero(trajectory.types == 0)
        record = HopIndicator(
            temperature=np.array(settings["temperature"]),
            replica=np.array(settings["replica"]),
            interval=np.array(interval),
            frames=np.array(trajectory.frames),
            first_frame=np.array(half_window),
            particle=analysed,
            values=_indicator(trajectory, analysed, half_window),
        )
    made_by = command.provenance("hop_indicator", settings, [options.trajectory])
    tables.write(options.output, record, made_by)


def _indicator(trajectory: Trajectory, analysed: np.ndarray, half_window: int) -> np.ndarray:
    """(rows, particles) float32, frame by frame, without the drift of all particles."""
    stream = HopStream(half_window)
    rows = np.empty((trajectory.frames - 2 * half_window, len(analysed)), dtype=np.float32)
    done = 0
    for positions in trajectory:
        new = stream.push(relative_to_centre(positions)[None, analysed])
        rows[done : done + len(new)] = new
        done += len(new)
    return rows


if __name__ == "__main__":
    command.run(arguments(), main)
