"""Readers of trajectories beside the libraries underneath, on one core, in one run.

    python benchmarks/formats.py [--frames 200] [--particles 4096] [--repeats 5]

Files are written to a temporary folder and read from the file cache, from opening to the last
frame. A text is compared with numpy.loadtxt of the same rows, labels and all, frame by frame from
an open file; DCD and XTC with chemfiles, which must be installed.
"""

# ruff: noqa: E402 - thread counts are read when a library is imported
import os

for library in ("OMP", "MKL", "OPENBLAS", "NUMBA"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import argparse
import gzip
import tempfile
from functools import partial
from pathlib import Path

import chemfiles
import numpy as np
from hop import best_time

from softness.files.trajectory import open_trajectory

LENGTH = 15.0
ROW = np.dtype([("label", "U16"), ("position", float, 3)])


def positions_of(frames: int, particles: int) -> np.ndarray:
    """(frames, N, 3) positions that hardly move, in the box."""
    rng = np.random.default_rng(0)
    first = rng.uniform(1, LENGTH - 1, size=(particles, 3))
    return first + np.cumsum(rng.normal(scale=0.01, size=(frames, particles, 3)), axis=0)


def write_xyz(path: Path, positions: np.ndarray) -> None:
    """Extended XYZ: a label and three coordinates of nine digits."""
    lattice = f"{LENGTH} 0 0 0 {LENGTH} 0 0 0 {LENGTH}"
    with path.open("w") as file:
        for number, frame in enumerate(positions):
            file.write(f'{len(frame)}\nLattice="{lattice}" Properties=species:S:1:pos:R:3 ')
            file.write(f"Time={number}\n")
            for row, place in enumerate(frame):
                file.write("{} {:.9g} {:.9g} {:.9g}\n".format("AAAAB"[row % 5], *place))


def write_by_library(path: Path, positions: np.ndarray, name: str) -> None:
    """DCD or XTC."""
    with chemfiles.Trajectory(str(path), "w", name) as file:
        for number, places in enumerate(positions):
            frame = chemfiles.Frame()
            frame.resize(len(places))
            frame.positions[:] = places
            frame.cell = chemfiles.UnitCell([LENGTH] * 3)
            frame.step = number
            frame["time"] = float(number)
            file.write(frame)


def read_here(path: Path, **options: object) -> None:
    """All frames by the reader of this project."""
    with open_trajectory(path, unwrap="none", **options) as trajectory:
        for _ in trajectory:
            pass


def read_text(path: Path, particles: int) -> None:
    """All frames by numpy.loadtxt, from one open file."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt") as file:
        while file.readline():
            file.readline()
            np.loadtxt(file, ROW, comments=None, max_rows=particles)


def read_by_library(path: Path, name: str) -> None:
    """All frames by chemfiles."""
    with chemfiles.Trajectory(str(path), "r", name) as file:
        for _ in range(file.nsteps):
            frame = file.read()
            frame.positions.copy()


def main() -> None:
    """Time everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--particles", type=int, default=4096)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    positions = positions_of(arguments.frames, arguments.particles)
    with tempfile.TemporaryDirectory() as folder:
        text, packed = Path(folder) / "a.xyz", Path(folder) / "a.xyz.gz"
        one = Path(folder) / "one.xyz"
        write_xyz(text, positions)
        write_xyz(one, positions[:1])
        packed.write_bytes(gzip.compress(text.read_bytes(), 6))
        cases = [
            (path.name, {}, partial(read_text, path, arguments.particles))
            for path in (text, packed)
        ]
        for name in ("DCD", "XTC"):
            path = Path(folder) / f"a.{name.lower()}"
            write_by_library(path, positions, name)
            cases.append((path.name, {"topology": one}, partial(read_by_library, path, name)))
        print(
            f"{arguments.frames} frames x {arguments.particles} particles, one core, best of "
            f"{arguments.repeats} repeats\n"
        )
        print("| file | numpy.loadtxt or chemfiles (s) | this project (s) | speed relative to it |")
        print("|---|---|---|---|")
        for name, options, library in cases:
            ours = partial(read_here, Path(folder) / name, **options)
            theirs, ours = (best_time(one, arguments.repeats) for one in (library, ours))
            print(f"| {name} | {theirs:.3f} | {ours:.3f} | {theirs / ours:.2f} |")


if __name__ == "__main__":
    main()
