"""Measure clusters of the softest and of the hardest particles of one run, and of controls."""

import argparse
from collections.abc import Iterator

import numpy as np

from softness import seeds
from softness.errors import InputError
from softness.files import tables
from softness.files.gsd_trajectory import Trajectory
from softness.files.records.learned import CLUSTERED, LearnedValues, SoftnessClusters
from softness.stages import command
from softness.structure.clusters import cluster_sizes, largest

NAME = "clusters"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_file(parser, "--trajectory", "frames (GSD)")
    command.add_file(parser, "--values", "learned variables of the same run (HDF5)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    values = tables.read(options.values, LearnedValues)
    run = float(values.temperature), int(values.replica)
    generator = seeds.stream(settings["seed"], NAME, *run)
    frames = np.unique(values.population_frame)
    with Trajectory(options.trajectory) as trajectory:
        analysed = np.flatnonzero(trajectory.types == 0)
        if len(values.population) != len(frames) * len(analysed):
            raise InputError(
                f"{options.values}: has {len(values.population)} values for {len(frames)} frames "
                f"of {len(analysed)} particles ({options.trajectory}): compute it again"
            )
        sizes = []
        for frame, of_frame in zip(frames, np.split(values.population, len(frames)), strict=True):
            positions = trajectory.positions(int(frame))[analysed]
            given = trajectory.box_length, settings["neighbour_distance"]
            groups = _groups(of_frame, values.names, settings, generator)
            sizes.append(
                [[cluster_sizes(positions[one], *given) for one in group] for group in groups]
            )
    record = SoftnessClusters(
        temperature=values.temperature,
        replica=values.replica,
        interval=values.interval,
        stride=values.stride,
        fraction=np.array(settings["fraction"]),
        groups=np.array(CLUSTERED, dtype="S"),
        frame=frames,
        counts=_counts(sizes),
    )
    inputs = [options.trajectory, options.values]
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


def _groups(
    values: np.ndarray,
    names: np.ndarray,
    settings: dict,
    generator: np.random.Generator,
) -> Iterator[list[np.ndarray]]:
    """Particles of each of `CLUSTERED` in one frame; controls are several choices."""
    chosen = settings["fraction"]
    is_random = np.char.startswith(names, b"random_")
    softness = values[:, names.tolist().index(b"softness")]
    yield [largest(softness, chosen)]
    yield [largest(-softness, chosen)]
    yield [
        largest(generator.permutation(softness), chosen) for _ in range(settings["permutations"])
    ]
    yield [largest(each, chosen) for each in values[:, is_random].T]


def _counts(sizes: list[list[list[np.ndarray]]]) -> np.ndarray:
    """(groups, frames, sizes) numbers of clusters of the sizes 1, 2 ... up to the largest one."""
    together = [[np.concatenate([[0], *group]).astype(int) for group in frame] for frame in sizes]
    longest = max(group.max() for frame in together for group in frame)
    counted = [
        [np.bincount(group, minlength=longest + 1)[1:] for group in frame] for frame in together
    ]
    return np.swapaxes(counted, 0, 1).astype(np.int32)


if __name__ == "__main__":
    command.run(arguments(), main)
