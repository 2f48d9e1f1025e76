"""Speed of a block of isoconfigurational runs as a share of the bare MD package's own.

Both run the same runs of the same liquid in one process, turn and turn about, so that other load on
the machine hits both: the package alone, in one call a run, and a block with loading, frames every
tau, counting, checkpoints and merging. Processor time is what to compare on a busy machine.

    python benchmarks/ensemble.py [--engine lammps] [--particles 4096] [--runs 16]

The largest memory does not depend on how long a run is: --frame-interval 10 makes runs short.

Counting alone is measured first, on runs that were made up, beside plain numpy that gives the same
numbers; --counting leaves it at that.
"""

import argparse
import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from softness import engines
from softness.dynamics.counted import (
    CSD_THRESHOLDS,
    HOP_THRESHOLDS,
    whole_distances,
    whole_squares,
)
from softness.dynamics.csd import cumulative_squared_displacement
from softness.dynamics.hop import hop_indicator
from softness.engines.batch import BatchOfOne
from softness.engines.protocol import Engine
from softness.files.ensemble_counts import EnsembleCounts
from softness.files.provenance import Provenance
from softness.liquid import kob_andersen
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate.block import Block, counts_of, run_block
from softness.simulate.counting import Accumulator
from softness.simulate.deadline import Deadline
from softness.simulate.isoconfigurational import Ensemble, InBatches, RunProtocol
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
        """Begin a run, at rest."""
        self._start = start
        self._engine.load(*start)

    def set_velocities(self, velocities: np.ndarray) -> None:
        """Do the run alone, then begin it anew."""
        begin = clocks()
        self._engine.load(*self._start, velocities)
        self._engine.set_thermostat(TEMPERATURE)
        self._engine.run(0)
        begin_run = clocks()
        self._engine.run(self.steps)
        end = clocks()
        self.alone += end - begin_run
        self._engine.load(*self._start)
        self.aside += clocks() - begin
        self._engine.set_velocities(velocities)


def made_up_run(particles: int, number: int) -> np.ndarray:
    """(frames + 1, particles, 3) positions that rattle and now and then jump."""
    generator = np.random.default_rng(number)
    shape = (PROTOCOL.frames + 1, particles, 3)
    # The same particles are mobile in all runs.
    rate = 0.03 * np.exp(np.random.default_rng(0).normal(-1, 1, particles))
    jumps = (generator.random(shape[:2]) < rate)[..., None] * generator.normal(0, 0.4, shape)
    return generator.normal(0, 0.08, shape) + jumps.cumsum(axis=0)


def add_plainly(sums: EnsembleCounts, number: int, frames: np.ndarray) -> None:
    """Take one run into sums, in plain numpy."""
    half = number % 2
    frames = frames - frames.mean(axis=1, keepdims=True)
    own = frames[:, sums.particle]
    hop = hop_indicator(own, PROTOCOL.half_window)
    csd = cumulative_squared_displacement(own, PROTOCOL.csd_window)[: len(PROTOCOL.csd_frames)]
    for name, values, thresholds in (("hop", hop, HOP_THRESHOLDS), ("csd", csd, CSD_THRESHOLDS)):
        for kind, taken in (("", values), ("_cumulative", np.maximum.accumulate(values))):
            exceeded = np.searchsorted(thresholds, taken)
            row, particle = np.indices(taken.shape)
            # No particle has two values in a row, so that no place is added to twice.
            getattr(sums, name + kind)[half, exceeded, row, particle] += 1
            if name == "hop":
                crowd = [np.bincount(levels, minlength=len(thresholds) + 1) for levels in exceeded]
                above = np.cumsum(np.array(crowd)[:, :0:-1], axis=1)[:, ::-1].T
                getattr(sums, f"hop{kind}_crowd_square")[half] += above**2
    whole = whole_distances(frames[1:] - frames[0], sums.particle)
    sums.displacement[half] += whole
    sums.square[half] += whole_squares(whole)


def measure_counting(particles: int, runs: int) -> None:
    """Print seconds a run of counting, of the processor, turn and turn about with plain numpy."""
    own = np.flatnonzero(kob_andersen(particles).types == 0)
    accumulator, plain = Accumulator(PROTOCOL, own), Accumulator(PROTOCOL, own).counts(0.0, 0)
    ways = accumulator.add, lambda *run: add_plainly(plain, *run)
    seconds = np.zeros((runs, 2))
    # The first round compiles, and touches memory for the first time.
    for _ in range(2):
        for number in range(runs):
            frames = made_up_run(particles, number)
            for way, add in enumerate(ways):
                begin = time.process_time()
                add(number, frames)
                seconds[number, way] = time.process_time() - begin
    found = accumulator.counts(0.0, 0)
    for name in ("hop", "hop_cumulative", "csd", "csd_cumulative", "displacement", "square"):
        np.testing.assert_array_equal(getattr(found, name), getattr(plain, name))
    counting, numpy = seconds.mean(axis=0)
    print(f"Counting, N = {particles}, {PROTOCOL.frames} frames, {runs} runs")
    print("| numpy, s/run | counting, s/run | ratio |")
    print("|---|---|---|")
    print(f"| {numpy:.4f} | {counting:.4f} | {numpy / counting:.1f} |\n")


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", default="lammps", choices=engines.ENGINES)
    parser.add_argument("--particles", type=int, default=4096)
    parser.add_argument("--runs", type=int, default=16, help="of the block")
    parser.add_argument("--frame-interval", type=int, default=200, help="time steps")
    parser.add_argument("--counting", action="store_true", help="measure counting alone")
    options = parser.parse_args()
    # Aside, so that its memory does not count below.
    with ProcessPoolExecutor(1) as pool:
        pool.submit(measure_counting, options.particles, options.runs).result()
    if options.counting:
        return
    protocol = replace(PROTOCOL, frame_interval=options.frame_interval)
    liquid = kob_andersen(options.particles)
    run = RunSettings(liquid, options.engine, 0.005, 0.5, 1, TEMPERATURE, 0)
    engine = engines.create(options.engine, liquid)
    ensemble = Ensemble(run, protocol, equilibrated(engine), snapshot=0)
    both = TurnAndTurnAbout(engine, ensemble.steps_of_run)
    job, provenance = Block(0, options.runs, options.runs), Provenance("benchmark", {})
    with tempfile.TemporaryDirectory() as folder:
        begin = clocks()
        runner = InBatches(BatchOfOne(both), ensemble)
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
