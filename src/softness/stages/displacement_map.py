"""Measure where the liquid moves: displacements over a relaxation time, and their clustering."""

import argparse

import numpy as np

from softness import periodic, seeds
from softness.dynamics.drift import relative_to_centre
from softness.dynamics.heterogeneity import displacement_sizes, neighbour_correlation
from softness.errors import InputError
from softness.files import tables
from softness.files.gsd_trajectory import Trajectory
from softness.files.records.dynamics import DisplacementMap, RelaxationTable
from softness.stages import command


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("displacement_map", __doc__)
    command.add_file(parser, "--trajectory", "frames (GSD)")
    command.add_file(parser, "--relaxation", "at this temperature (HDF5)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    block = settings["displacement_map"]
    relaxation_time = float(tables.read(options.relaxation, RelaxationTable).relaxation_time)
    generator = seeds.stream(
        settings["seed"], "displacement map", settings["temperature"], settings["replica"]
    )
    with Trajectory(options.trajectory) as trajectory:
        lag = _lag(trajectory, block["lag"] * relaxation_time)
        origins = range(0, trajectory.frames - lag, 2 * lag)
        is_analysed = trajectory.types == 0
        found, pictures = [], []
        for origin in origins:
            start, end = (
                relative_to_centre(trajectory.positions(frame))[is_analysed]
                for frame in (origin, origin + lag)
            )
            sizes = displacement_sizes(start, end)
            pictures.append((periodic.wrap(start, trajectory.box_length)[0], sizes))
            found.append(
                neighbour_correlation(
                    sizes, start, trajectory.box_length, block["neighbour_distance"], generator
                )
            )
        record = DisplacementMap(
            temperature=np.array(settings["temperature"]),
            replica=np.array(settings["replica"]),
            box_length=np.array(trajectory.box_length),
            lag=np.array(lag * trajectory.frame_interval()),
            positions=pictures[0][0],
            displacement=pictures[0][1],
            correlation=np.array([each.value for each in found]),
            chance=np.array([each.chance for each in found]),
        )
    inputs = [options.trajectory, options.relaxation]
    tables.write(options.output, record, command.provenance("displacement_map", settings, inputs))


def _lag(trajectory: Trajectory, time: float) -> int:
    """Number of frames of a time, at least one, that fits into the trajectory."""
    longest = trajectory.frames - 1
    if not np.isfinite(time):
        # The liquid did not relax within its run: look at half of it.
        return max(longest // 2, 1)
    lag = max(round(time / trajectory.frame_interval()), 1)
    if lag > longest:
        raise InputError(
            f"{trajectory.path}: is shorter than displacement_map.lag ({time:g} tau): lengthen the "
            "production at this temperature, or lower the lag"
        )
    return lag


if __name__ == "__main__":
    command.run(arguments(), main)
