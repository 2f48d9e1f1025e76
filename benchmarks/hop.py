"""p_hop of a trajectory beside the time it takes to read its file, on one core, in one run.

    python benchmarks/hop.py [--frames 2000] [--particles 4096] [--repeats 5]

The trajectory is written as a GSD file to a temporary folder and read from the file cache, which
is the quickest that any analysis can get its data. p_hop is computed in blocks, in constant memory.
"""

# ruff: noqa: E402 - thread counts are read when a library is imported
import os

for library in ("OMP", "MKL", "OPENBLAS", "NUMBA"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import gsd.fl
import gsd.hoomd
import numpy as np

from softness.dynamics.csd import CumulativeSquaredDisplacementStream
from softness.dynamics.hop import HopStream
from softness.dynamics.rearrangements import EventStream

BLOCK = 50


def write_trajectory(path: Path, positions: np.ndarray) -> None:
    """Write (frames, N, 3) positions as a GSD file."""
    particles = positions.shape[1]
    with gsd.hoomd.open(path, "w") as trajectory:
        for step, place in enumerate(positions):
            frame = gsd.hoomd.Frame()
            frame.configuration.step = step
            frame.configuration.box = [100, 100, 100, 0, 0, 0]
            frame.particles.N = particles
            frame.particles.types = ["A", "B"]
            frame.particles.typeid = np.arange(particles) * 5 // (4 * particles)
            frame.particles.position = place
            trajectory.append(frame)


def read_trajectory(path: Path) -> None:
    """Read every frame through the trajectory interface of gsd."""
    with gsd.hoomd.open(path) as trajectory:
        for frame in trajectory:
            _ = frame.particles.position


def read_chunks(path: Path) -> None:
    """Read the positions alone, as raw chunks of the file."""
    with gsd.fl.open(path, "r") as file:
        for frame in range(file.nframes):
            file.read_chunk(frame, "particles/position")


def stream_hop(positions: np.ndarray, events: bool = False) -> None:
    """p_hop block by block, no row kept; with the events if wanted."""
    hop, excursions = HopStream(), EventStream()
    for begin in range(0, len(positions), BLOCK):
        rows = hop.push(positions[begin : begin + BLOCK])
        if events and len(rows):
            excursions.push(rows)


def stream_csd(positions: np.ndarray) -> None:
    """CSD block by block, no row kept."""
    csd = CumulativeSquaredDisplacementStream()
    for begin in range(0, len(positions), BLOCK):
        csd.push(positions[begin : begin + BLOCK])


def best_time(function: Callable[[], None], repeats: int) -> float:
    """Shortest wall time in seconds; one call beforehand compiles and fills the file cache."""
    function()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        function()
        times.append(time.perf_counter() - begin)
    return min(times)


def main() -> None:
    """Time everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=2000)
    parser.add_argument("--particles", type=int, default=4096)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    steps = rng.normal(scale=0.03, size=(arguments.frames, arguments.particles, 3))
    positions = np.cumsum(steps, axis=0).astype(np.float32)
    del steps
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trajectory.gsd"
        write_trajectory(path, positions)
        reading = best_time(lambda: read_trajectory(path), arguments.repeats)
        chunks = best_time(lambda: read_chunks(path), arguments.repeats)
    repeats = 2 * arguments.repeats
    rows = [
        ("read the GSD file, frame by frame", reading),
        ("read its positions as raw chunks", chunks),
        ("p_hop", best_time(lambda: stream_hop(positions), repeats)),
        ("p_hop and events", best_time(lambda: stream_hop(positions, events=True), repeats)),
        ("CSD", best_time(lambda: stream_csd(positions), repeats)),
    ]
    print(
        f"{arguments.frames} frames x {arguments.particles} particles, one core, blocks of {BLOCK}"
        f" frames, best of {arguments.repeats} and {repeats} repeats\n"
    )
    print("| step | time (s) | speed relative to reading |")
    print("|---|---|---|")
    for name, seconds in rows:
        print(f"| {name} | {seconds:.3f} | {reading / seconds:.2f} |")


if __name__ == "__main__":
    main()
