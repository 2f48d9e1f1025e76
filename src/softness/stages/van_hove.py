"""Measure the self part of the van Hove function of one run at one lag time."""

import argparse

import numpy as np

from softness.dynamics.drift import relative_to_centre
from softness.dynamics.van_hove import exponential_tail, self_van_hove_component
from softness.errors import InputError
from softness.files import tables
from softness.files.gsd_trajectory import Trajectory
from softness.files.records.dynamics import VanHove
from softness.stages import command


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("van_hove", __doc__)
    command.add_file(parser, "--trajectory", "frames (GSD)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    edges = _edges(settings["van_hove"])
    density, squares, fourths = np.zeros(len(edges) - 1), [], []
    medians, tails = [], []
    with Trajectory(options.trajectory) as trajectory:
        interval = trajectory.frame_interval()
        lag = round(settings["van_hove"]["lag"] / interval)
        # Displacements of one lag after the other do not overlap.
        origins = range(0, trajectory.frames - lag, lag)
        if not origins:
            raise InputError(
                f"{options.trajectory}: is shorter than van_hove.lag ({lag * interval:g} tau): "
                "lengthen the production at this temperature, or lower the lag"
            )
        analysed = trajectory.types == 0
        for origin in origins:
            start, end = (
                relative_to_centre(trajectory.positions(frame))[analysed]
                for frame in (origin, origin + lag)
            )
            density += self_van_hove_component(end - start, edges)
            square = ((end - start) ** 2).sum(axis=1)
            squares.append(square.mean())
            fourths.append((square**2).mean())
            medians.append(np.sqrt(np.median(square)))
            tails.append(exponential_tail(end - start))
        duration = trajectory.frames * interval
    record = VanHove(
        temperature=np.array(settings["temperature"]),
        replica=np.array(settings["replica"]),
        duration=np.array(duration),
        lag=np.array(lag * interval),
        edges=edges,
        density=density / len(origins),
        origin=np.array(origins) * interval,
        square=np.array(squares),
        fourth=np.array(fourths),
        median=np.array(medians),
        tail=np.array(tails),
    )
    made_by = command.provenance("van_hove", settings, [options.trajectory])
    tables.write(options.output, record, made_by)


def _edges(block: dict[str, float]) -> np.ndarray:
    """Edges of bins that lie evenly about 0."""
    half = round(block["largest"] / block["bin_width"])
    return (np.arange(-half, half + 2) - 0.5) * block["bin_width"]


if __name__ == "__main__":
    command.run(arguments(), main)
