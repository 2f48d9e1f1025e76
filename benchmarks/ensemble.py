"""Speed of a block of isoconfigurational runs as a share of the bare MD package's own.

Both run the same liquid in one process, turn and turn about: the package alone, in one call a run,
and a block with loading, frames every tau, counting, checkpoints and merging.

    python benchmarks/ensemble.py [--engine lammps] [--particles 4096] [--runs 8]
"""

import argparse
import resource
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from softness import engines
from softness.files.provenance import Provenance
from softness.liquid import kob_andersen
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate.chain import Chain
from softness.simulate.ensemble import Block, RunProtocol, run_block, velocities
from softness.simulate.settings import RunSettings
from softness.simulate.start import random_start

TEMPERATURE = 0.7
PROTOCOL = RunProtocol(frame_interval=200, frames=30, half_window=5, csd_window=10, time=1.0)


def equilibrated(engine: engines.protocol.Engine) -> np.ndarray:
    """Positions of a liquid at the temperature of the test."""
    liquid = engine.liquid
    start = maxwell_boltzmann(stream(1, "benchmark", 2.0), liquid.particles, 2.0)
    engine.load(random_start(liquid, stream(1, "start", 2.0)), liquid.types, start)
    engine.ramp(2.0, TEMPERATURE, 2000)
    engine.run(2000)
    return engine.positions() % liquid.box_length


def bare(engine: engines.protocol.Engine, run: RunSettings, positions: np.ndarray) -> float:
    """Seconds of one run of the package alone."""
    engine.load(positions, run.liquid.types, velocities(run, 0, 0))
    engine.set_thermostat(TEMPERATURE)
    engine.run(0)
    start = time.perf_counter()
    engine.run(PROTOCOL.frames * PROTOCOL.frame_interval)
    return time.perf_counter() - start


def whole(run: RunSettings, positions: np.ndarray, runs: int) -> float:
    """Seconds for each run of a block, everything included."""
    block = Block(run, PROTOCOL, positions, 0, 0, runs)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        with Chain(Path(folder) / "block", {}).locked() as chain:
            run_block(chain, block, "cpu", 1, Provenance("benchmark", {}))
        return (time.perf_counter() - start) / runs


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", default="lammps", choices=engines.ENGINES)
    parser.add_argument("--particles", type=int, default=4096)
    parser.add_argument("--runs", type=int, default=4, help="of each block")
    parser.add_argument("--repeats", type=int, default=2)
    options = parser.parse_args()
    run = RunSettings(
        kob_andersen(options.particles), options.engine, 0.005, 0.5, 1, TEMPERATURE, 0
    )
    engine = run.create_engine("cpu")
    positions = equilibrated(engine)
    alone, block = [], []
    for _ in range(options.repeats):
        alone += [bare(engine, run, positions) for _ in range(options.runs)]
        block.append(whole(run, positions, options.runs))
        alone += [bare(engine, run, positions) for _ in range(options.runs)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| engine | N | {options.engine} alone, s/run | block, s/run | more by | memory, MB |")
    print("|---|---|---|---|---|---|")
    extra = statistics.mean(block) / statistics.mean(alone) - 1
    print(
        f"| {options.engine} {engine.version} | {options.particles} "
        f"| {statistics.mean(alone):.2f} | {statistics.mean(block):.2f} | {extra:.1%} "
        f"| {memory:.0f} |"
    )


if __name__ == "__main__":
    main()
