"""Softness along a stored run: what share of its time the kernels of features take, in one run.

    python benchmarks/softness_in_time.py [--particles 4096] [--frames 100] [--repeats 5]

A thermal run is written as GSD; softness of each of its frames is followed in bins as the stages of
Chapter 4 do it: read a frame, compute 100 radial features, project, add to the sums of the bins.
The kernels are then timed alone on the same frames, which lie in memory. Beside it: features of all
frames stored first and projected afterwards. Times are the best of the repeats.
"""

# ruff: noqa: E402 - thread counts are read when a library is imported
import os

for library in ("OMP", "MKL", "OPENBLAS", "NUMBA"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import argparse
import tempfile
from pathlib import Path

import h5py
import numpy as np
from structure import best_time, frame

from softness.files.frames import Frame, write_segment
from softness.files.trajectory import Trajectory
from softness.memory.groups import GroupSums
from softness.stages.shared.softness_in_time import SoftnessScale, softness_of_frames
from softness.structure.feature_set import FeatureSet
from softness.structure.radial import RADII, radial_features

EDGES = np.array([-np.inf, -1.0, -0.5, 0.0, 0.5, 1.0, np.inf])


def write_run(path: Path, particles: int, frames: int) -> None:
    """Write a run whose particles shake about their places."""
    positions, types, box_length = frame(particles)
    rng = np.random.default_rng(1)
    moved = (positions + rng.normal(scale=0.05, size=positions.shape) for _ in range(frames))
    write_segment(path, [Frame(n, each, {}) for n, each in enumerate(moved)], types, box_length)


def follow(path: Path, scale: SoftnessScale) -> np.ndarray:
    """Mean softness of each bin of softness at time 0, frame by frame."""
    with Trajectory(path) as trajectory:
        sums = GroupSums(EDGES, trajectory.frames)
        numbers = range(trajectory.frames)
        for number, softness in softness_of_frames(trajectory, scale, numbers):
            if number == 0:
                origin = sums.begin(softness)
            sums.add(origin, number, softness)
    return sums.means(origin).means


def compute_features(frames: list[np.ndarray], types: np.ndarray, box_length: float) -> None:
    """Radial features of all frames, which are forgotten at once."""
    for positions in frames:
        radial_features(positions, types, box_length)


def store_first(path: Path, table: Path, scale: SoftnessScale) -> np.ndarray:
    """The same means from a table of features, which is written and then read."""
    with Trajectory(path) as trajectory, h5py.File(table, "w") as file:
        for number in range(trajectory.frames):
            box = trajectory.types, trajectory.box_length
            features = radial_features(trajectory.positions(number), *box)
            file[str(number)] = features.astype(np.float32)
    with h5py.File(table) as file:
        sums = GroupSums(EDGES, len(file))
        for number in range(len(file)):
            softness = (file[str(number)][()] @ scale.weights[0] - scale.shift) / scale.scale
            if number == 0:
                origin = sums.begin(softness)
            sums.add(origin, number, softness)
    return sums.means(origin).means


def main() -> None:
    """Time all three and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--particles", type=int, default=4096)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    features = FeatureSet(radii=tuple(RADII.tolist()), shells=(), degrees=())
    weights = np.random.default_rng(2).normal(size=(1, len(features)))
    with tempfile.TemporaryDirectory() as folder:
        run, table = Path(folder) / "run.gsd", Path(folder) / "features.h5"
        write_run(run, arguments.particles, arguments.frames)
        with Trajectory(run) as trajectory:
            frames = [trajectory.positions(n) for n in range(trajectory.frames)]
            box = trajectory.types, trajectory.box_length
        # Softness is in units of its own spread.
        raw = radial_features(frames[0], *box) @ weights[0]
        scale = SoftnessScale(features, weights, float(raw.mean()), float(raw.std()))
        streamed, means = best_time(lambda: follow(run, scale), arguments.repeats)
        kernels, _ = best_time(lambda: compute_features(frames, *box), arguments.repeats)
        stored, same = best_time(lambda: store_first(run, table, scale), arguments.repeats)
        size = table.stat().st_size
    each = 1e3 / arguments.frames
    print(f"N = {arguments.particles}, {arguments.frames} frames, one core\n")
    print("| softness of bins along a run | ms a frame | over streamed | disk (MB a frame) |")
    print("|---|---|---|---|")
    print(f"| streamed | {streamed * each:.2f} | 1.00 | 0 |")
    print(f"| kernels of features alone | {kernels * each:.2f} | {kernels / streamed:.2f} | 0 |")
    megabytes = size / 1e6 / arguments.frames
    row = f"{stored * each:.2f} | {stored / streamed:.2f} | {megabytes:.2f}"
    print(f"| features stored first | {row} |")
    print(f"\nLargest difference of the means: {np.nanmax(np.abs(means - same)):.1e} spreads.")


if __name__ == "__main__":
    main()
