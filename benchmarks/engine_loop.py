"""Speed of a thermal run as a share of the bare MD package's own.

Both run the same liquid in one process, turn and turn about: the package alone, and the whole loop
with frames every tau, bursts, energies, segments and checkpoints written to disk.

    python benchmarks/engine_loop.py [--engine lammps] [--particles 4096] [--duration 50]
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from softness import engines
from softness.files.provenance import Provenance
from softness.liquid import kob_andersen
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate.chain import Chain
from softness.simulate.settings import RunSettings
from softness.simulate.start import random_start
from softness.simulate.thermal import BURSTS, FRAMES, run_thermal, thermal_cuts
from softness.stages.shared.trajectories import finish_trajectories

TEMPERATURE = 0.7
BURST = {"interval": 50, "first": 0.01, "last": 1.0, "frames": 16}


def equilibrated(engine: engines.protocol.Engine, path: Path) -> None:
    """Save a liquid at the temperature of the test."""
    liquid = engine.liquid
    velocities = maxwell_boltzmann(stream(1, "benchmark", 2.0), liquid.particles, 2.0)
    engine.load(random_start(liquid, stream(1, "start", 2.0)), liquid.types, velocities)
    engine.ramp(2.0, TEMPERATURE, 2000)
    engine.ramp(TEMPERATURE, TEMPERATURE, 2000)
    engine.save(path)


def bare(engine: engines.protocol.Engine, state: Path, steps: int) -> float:
    """Steps per second of the package alone, in one call."""
    engine.restore(state)
    engine.run(0)
    start = time.perf_counter()
    engine.run(steps)
    return steps / (time.perf_counter() - start)


def whole(engine: engines.protocol.Engine, run: RunSettings, state: Path, duration: float) -> float:
    """Steps per second of a thermal run, everything included."""
    settings = {"duration": duration, "segment": 50, "frame_interval": 1.0, "burst": BURST}
    with tempfile.TemporaryDirectory() as folder:
        chain = Chain(Path(folder), thermal_cuts(run, settings))
        start = time.perf_counter()
        with chain.locked():
            run_thermal(chain, engine, run, settings, state)
            finish_trajectories(chain, (FRAMES, BURSTS), run, Provenance("benchmark", settings))
        return run.steps(duration) / (time.perf_counter() - start)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", default="lammps", choices=engines.ENGINES)
    parser.add_argument("--particles", type=int, default=4096)
    parser.add_argument("--duration", type=float, default=50.0, help="of each run, in tau")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    liquid = kob_andersen(options.particles)
    run = RunSettings(liquid, options.engine, 0.005, 0.5, 1, TEMPERATURE, 0)
    engine = run.create_engine("cpu")
    rates: dict[str, list[float]] = {"bare": [], "whole": []}
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state.h5"
        equilibrated(engine, state)
        for _ in range(options.repeats):
            rates["bare"].append(bare(engine, state, run.steps(options.duration)))
            rates["whole"].append(whole(engine, run, state, options.duration))
    ratios = [w / b for w, b in zip(rates["whole"], rates["bare"], strict=True)]
    print(f"| engine | N | {options.engine} alone, steps/s | thermal run, steps/s | ratio |")
    print("|---|---|---|---|---|")
    print(
        f"| {options.engine} {engine.version} | {options.particles} | {max(rates['bare']):.0f} "
        f"| {max(rates['whole']):.0f} | {statistics.median(ratios):.3f} |"
    )


if __name__ == "__main__":
    main()
