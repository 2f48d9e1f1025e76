"""Memory and time of analysing a long trajectory: 20 000 frames of 4096 particles by default.

Writes a random walk of that size (2 GB) to a temporary folder, runs the analysis stages on it as
the workflow does, and prints the largest memory of each.

    python benchmarks/analysis_memory.py [--frames 20000] [--particles 4096]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from softness.files.frames import Frame, read_frames, text_chunk, write_frames, write_segment
from softness.liquid import Liquid, kob_andersen

STEPS_PER_FRAME = 200
PAIRS = {"bin_width": 0.02, "largest_distance": 5.0, "frames": 100, "blocks": 5}
SCATTERING = {"wave_number": 7.25, "origins": 200, "least_origins": 20, "lags_per_decade": 12}


def walk(liquid: Liquid, frames: int) -> Iterator[Frame]:
    """A random walk in the liquid's box."""
    generator = np.random.default_rng(1)
    positions = generator.uniform(0, liquid.box_length, size=(liquid.particles, 3))
    for number in range(frames):
        yield Frame(number * STEPS_PER_FRAME, positions)
        positions = positions + generator.normal(scale=0.02, size=positions.shape)


def write_walk(path: Path, liquid: Liquid, frames: Iterator[Frame]) -> None:
    """The walk as one of our own trajectories."""
    segment = path.with_suffix(".segment")
    write_segment(segment, frames, liquid.types, liquid.box_length)
    header = {
        "provenance": text_chunk("{}"),
        "time_step": np.array([0.005]),
        "box_length": np.array([liquid.box_length]),
    }
    write_frames(path, read_frames(segment), header)
    segment.unlink()


def measure(stage: str, settings: dict, **files: Path) -> tuple[float, float]:
    """Seconds and largest memory (MB) of a stage in a process of its own."""
    arguments = [f"--{name}={path}" for name, path in files.items()]
    command = [sys.executable, "-m", f"softness.stages.{stage}", "--settings", json.dumps(settings)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    start = time.perf_counter()
    subprocess.run([*command, *arguments], check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    if largest == before:
        print(f"({stage}: no more than the stage before)", file=sys.stderr)
    return time.perf_counter() - start, largest / 1024


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=20_000)
    parser.add_argument("--particles", type=int, default=4096)
    options = parser.parse_args()
    liquid = kob_andersen(options.particles)
    with tempfile.TemporaryDirectory() as folder:
        trajectory, bursts = Path(folder) / "trajectory.gsd", Path(folder) / "bursts.gsd"
        write_walk(trajectory, liquid, walk(liquid, options.frames))
        few = (Frame(f.step, f.positions, {"burst_begin": 0}) for f in walk(liquid, 10))
        write_walk(bursts, liquid, few)
        size = trajectory.stat().st_size / 2**20
        stages = {
            "self_scattering": measure(
                "self_scattering",
                {"temperature": 1.0, "self_scattering": SCATTERING},
                trajectory=trajectory,
                bursts=bursts,
                output=Path(folder) / "scattering.h5",
            ),
            "pair_distribution": measure(
                "pair_distribution",
                {"temperature": 1.0, "pair_distribution": PAIRS},
                trajectory=trajectory,
                output=Path(folder) / "pairs.h5",
            ),
        }
    print(f"{options.frames} frames of {options.particles} particles, {size:.0f} MB\n")
    print("| stage | seconds | largest memory so far, MB |")
    print("|---|---|---|")
    for name, (seconds, memory) in stages.items():
        print(f"| {name} | {seconds:.0f} | {memory:.0f} |")


if __name__ == "__main__":
    main()
