"""Measure g(r) by pair of species, in time blocks, from one trajectory."""

import argparse

import numpy as np

from softness.dynamics.pairs import PairDistribution
from softness.files import tables
from softness.files.gsd_trajectory import Trajectory
from softness.files.records.dynamics import PairDistributions
from softness.stages import command


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("pair_distribution", __doc__)
    command.add_file(parser, "--trajectory", "frames (GSD)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    block = settings["pair_distribution"]
    with Trajectory(options.trajectory) as trajectory:
        times = trajectory.times()
        frames = np.linspace(0, trajectory.frames - 1, block["frames"]).astype(int)
        blocks = np.array_split(np.unique(frames), block["blocks"])
        distances, values = zip(
            *(_block(trajectory, chosen, block) for chosen in blocks), strict=True
        )
    record = PairDistributions(
        temperature=np.array(settings["temperature"]),
        duration=np.array(times[-1] - times[0]),
        distance=distances[0],
        values=np.array(values),
        frames=np.array([len(chosen) for chosen in blocks]),
    )
    made_by = command.provenance(
        "pair_distribution", settings, [options.trajectory], packages=["freud-analysis"]
    )
    tables.write(options.output, record, made_by)


def _block(
    trajectory: Trajectory, frames: np.ndarray, block: dict
) -> tuple[np.ndarray, np.ndarray]:
    """Distances and g(r) of some frames; freud's objects, which are large, are let go."""
    result = PairDistribution(
        trajectory.box_length, trajectory.types, block["bin_width"], block["largest_distance"]
    )
    for frame in frames:
        result.add(trajectory.positions(frame))
    return result.distances, result.values()


if __name__ == "__main__":
    command.run(arguments(), main)
