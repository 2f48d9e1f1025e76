"""Speed of a block of isoconfigurational runs as a share of the bare MD package's own.

Both run the same runs of the same liquid in one process, turn and turn about, so that other load on
the machine hits both: the package alone, in one call a run, and a block with loading, frames every
tau, counting, checkpoints and merging. Processor time is what to compare on a busy machine.

    python benchmarks/ensemble.py [--engine lammps] [--particles 4096] [--runs 16]

The largest memory does not depend on how long a run is: --frame-interval 10 makes runs short.
"""

import argparse
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from softness import engines
from softness.engines.protocol import Engine
from softness.files.provenance import Provenance
from softness.liquid import kob_andersen
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate.block import Block, counts_of, run_block
from softness.simulate.deadline import Deadline
from softness.simulate.isoconfigurational import Ensemble, OneByOne, RunProtocol
from softness.simulate.settings import RunSettings
from softness.simulate.start import random_start

TEMPERATURE = 0.7
PROTOCOL = RunProtocol(frame_interval=200, frames=30, half_window=5, csd_window=10, time=1.0)


def equilibrated(engine: Engine) -> np.ndarray:
    """Positions of a liquid at the temperature of the test."""
    liquid = engine.liquid
    start = maxwell_boltzmann(stream(1, "benchmark", 2.0), liquid.particles, 2.0)
    engine.load(random_start(liquid, stream(1, "start", 2.0)), liquid.types, start)
    engine.ramp(2.0, TEMPERATURE, 2000)
    engine.run(2000)
    return engine.positions() % liquid.box_length


def clocks() -> np.ndarray:
    """Seconds of the wall clock and of the processor."""
    return np.array([time.perf_counter(), time.process_time()])


class TurnAndTurnAbout:
    """An engine that does each run of a block for itself first, in one call, and takes its time.

    Attributes
    ----------
    alone
        Seconds of the runs in one call, by the wall clock and of the processor.
    aside
        Seconds that are not the block's: these runs and what they need.
    """

    def __init__(self, engine: Engine, steps: int) -> None:
        self._engine = engine
        self.steps = steps
        self.alone, self.aside = np.zeros(2), np.zeros(2)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def load(self, *start: np.ndarray) -> None:
        """Begin a run."""
        begin = clocks()
        self._engine.load(*start)
        self._engine.set_thermostat(TEMPERATURE)
        self._engine.run(0)
        begin_run = clocks()
        self._engine.run(self.steps)
        end = clocks()
        self.alone += end - begin_run
        self.aside += end - begin
        self._engine.load(*start)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", default="lammps", choices=engines.ENGINES)
    parser.add_argument("--particles", type=int, default=4096)
    parser.add_argument("--runs", type=int, default=16, help="of the block")
    parser.add_argument("--frame-interval", type=int, default=200, help="time steps")
    options = parser.parse_args()
    protocol = replace(PROTOCOL, frame_interval=options.frame_interval)
    liquid = kob_andersen(options.particles)
    run = RunSettings(liquid, options.engine, 0.005, 0.5, 1, TEMPERATURE, 0)
    engine = engines.create(options.engine, liquid)
    ensemble = Ensemble(run, protocol, equilibrated(engine), snapshot=0)
    both = TurnAndTurnAbout(engine, ensemble.steps_of_run)
    job, provenance = Block(0, options.runs, options.runs), Provenance("benchmark", {})
    with tempfile.TemporaryDirectory() as folder:
        begin = clocks()
        runner = OneByOne(both, ensemble)
        files = run_block(Path(folder), job, ensemble, runner, provenance, Deadline())
        counts_of(files, ensemble)
        whole = clocks() - begin - both.aside
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{options.engine} {engine.version}, N = {options.particles}, runs of {both.steps} steps")
    print("| runs | clock | package alone, s/run | block, s/run | more by | files | memory, MB |")
    print("|---|---|---|---|---|---|---|")
    for name, alone, block in zip(("wall", "processor"), both.alone, whole, strict=True):
        print(
            f"| {options.runs} | {name} | {alone / options.runs:.2f} | {block / options.runs:.2f} "
            f"| {block / alone - 1:.1%} | {len(files)} | {memory:.0f} |"
        )


if __name__ == "__main__":
    main()
