"""Speed of runs in lanes beside LAMMPS on the same core.

Both do the runs of an isoconfigurational ensemble from one configuration, in one process, turn and
turn about, and processor time is counted. LAMMPS, in double precision, runs with the fastest of
several skins and with spatial sorting, which the engine of this package does without; lanes hold
displacements in single precision. LAMMPS' own mixed precision (INTEL) is not in its wheel. Quenches
are of frames of one run; there LAMMPS is as the engine of this package has it.

    python benchmarks/lanes.py [--particles 4096] [--temperatures 0.45 0.6 0.86] [--time 30]
    python benchmarks/lanes.py --particles 2048 --temperatures 0.86 --time 130 --batches 0
    NUMBA_CPU_NAME=haswell python benchmarks/lanes.py      # as a CPU without AVX-512
"""

# ruff: noqa: E402 - thread counts are read when a library is imported

import argparse
import contextlib
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

for library in ("OMP", "MKL", "OPENBLAS", "NUMBA"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import llvmlite.binding
import numpy as np

from softness import engines
from softness.engines import lammps
from softness.engines.batch import Batch, BatchOfOne
from softness.engines.protocol import Engine
from softness.files.provenance import Provenance
from softness.lanes import batch as lanes
from softness.lanes import group, lists
from softness.liquid import Liquid, kob_andersen
from softness.seeds import maxwell_boltzmann, snapshot_key, stream
from softness.simulate import block, counting
from softness.simulate.block import Block, run_block
from softness.simulate.deadline import Deadline
from softness.simulate.isoconfigurational import Ensemble, InBatches, RunProtocol
from softness.simulate.quench import quench
from softness.simulate.settings import RunSettings
from softness.simulate.start import random_start

SKINS = (0.2, 0.25, 0.3, 0.4)
TURNS = 10
# Of quenches, in eps_AA/sigma_AA, and time between their frames, in tau.
TOLERANCE, BETWEEN_FRAMES = 1e-4, 10.0
PROTOCOL = {"frame_interval": 1.0, "hop_window": 10.0, "csd_window": 10.0}


class FastLammps(lammps.Lammps):
    """LAMMPS with spatial sorting: faster, and no two runs alike."""

    def _begin(self) -> None:
        super()._begin()
        self._commands("atom_modify sort 1000 0.0")


def equilibrated(liquid: Liquid, temperature: float, hold: float) -> np.ndarray:
    """Positions after a quench from the melt and some time at the temperature, in tau."""
    engine = engines.create("lammps", liquid)
    velocities = maxwell_boltzmann(stream(1, "benchmark", 2.0), liquid.particles, 2.0)
    engine.load(random_start(liquid, stream(1, "start", 2.0)), liquid.types, velocities)
    engine.ramp(2.0, 2.0, 1000)
    engine.ramp(2.0, temperature, 4000)
    engine.run(round(hold / engine.time_step))
    return engine.positions()


def loaded(runs: Batch, positions: np.ndarray, temperature: float) -> Batch:
    """The same with the runs of an ensemble."""
    particles = len(positions)
    runs.load(positions, runs.liquid.types)
    drawn = [
        maxwell_boltzmann(stream(1, "runs", temperature, 0, run), particles, temperature)
        for run in range(runs.runs)
    ]
    runs.set_velocities(np.array(drawn))
    runs.set_thermostat(temperature)
    runs.run(1)
    return runs


def seconds(runs: Batch, steps: int) -> float:
    """Processor time of some steps."""
    start = time.process_time()
    runs.run(steps)
    return time.process_time() - start


def fastest_lammps(positions: np.ndarray, liquid: Liquid, temperature: float) -> Engine:
    """LAMMPS with the skin that does most steps."""
    found = {}
    for skin in SKINS:
        with mock.patch.object(lammps, "NEIGHBOUR_SKIN", skin):
            plain = BatchOfOne(FastLammps(liquid, 0.005, 0.5))
            loaded(plain, positions, temperature).run(100)
        found[seconds(plain, 300)] = plain
    return found[min(found)]


@contextlib.contextmanager
def shares() -> Iterator[dict[str, float]]:
    """Processor time of the parts of a block in lanes."""
    spent: dict[str, float] = defaultdict(float)

    def timed(place: object, name: str, title: str) -> mock._patch:
        function = getattr(place, name)

        def wrapper(*arguments: object, **named: object) -> object:
            start = time.process_time()
            result = function(*arguments, **named)
            spent[title] += time.process_time() - start
            return result

        return mock.patch.object(place, name, wrapper)

    with contextlib.ExitStack() as stack:
        for place, name, title in (
            (group, "advance", "forces, integration and thermostats"),
            (lists, "select_pairs", "inner list"),
            (lists, "find_pairs", "outer list"),
            (lanes.Lanes, "positions", "frames"),
            (counting.Accumulator, "add", "counting"),
            (block._Sums, "write", "files of sums"),
            (block.np, "save", "files of runs"),
        ):
            stack.enter_context(timed(place, name, title))
        yield spent


def stepping(positions: np.ndarray, liquid: Liquid, temperature: float, steps: int) -> float:
    """Print run-steps a second of lanes and of LAMMPS; give those of LAMMPS."""
    plain = fastest_lammps(positions, liquid, temperature)
    together = loaded(lanes.create(liquid, lanes.LANES, 0.005, 0.5), positions, temperature)
    part, times = max(1, steps // TURNS), []
    for turn in range(TURNS):
        times.append((seconds(together, part), seconds(plain, part // 8)))
        moved = ((together.positions() - positions) ** 2).sum(axis=2).mean()
        rates = part * lanes.LANES / times[-1][0], part // 8 / times[-1][1]
        print(
            f"  after {(turn + 1) * part * 0.005:.0f} tau, {moved:.2f} sigma_AA^2 away: ratio "
            f"{rates[0] / rates[1]:.1f}"
        )
    spent, spent_plain = np.sum(times, axis=0)
    rate = TURNS * part * lanes.LANES / spent
    rate_plain = TURNS * (part // 8) / spent_plain
    pairs = together._groups[0]._list.pairs.first[-1]
    print(
        f"N = {liquid.particles}, T = {temperature:g}: lanes {rate:.0f} run-steps/s, LAMMPS "
        f"{rate_plain:.0f}: ratio {rate / rate_plain:.1f}; at the end {pairs} pairs in the list"
    )
    return rate_plain


def whole_block(
    positions: np.ndarray, liquid: Liquid, temperature: float, duration: float, batches: int
) -> tuple[float, dict[str, float]]:
    """Run-steps a second of processor time of a whole block in lanes, and its shares."""
    run = RunSettings(liquid, "lanes", 0.005, 0.5, 1, temperature, 0)
    protocol = RunProtocol.from_settings(PROTOCOL | {"duration": duration}, 0.005)
    ensemble = Ensemble(run, protocol, positions, snapshot_key(0, 0))
    runs = batches * lanes.LANES
    with tempfile.TemporaryDirectory() as folder, shares() as spent:
        start = time.process_time()
        run_block(
            Path(folder),
            Block(0, runs, runs),
            ensemble,
            InBatches(run.create_batch("cpu"), ensemble),
            Provenance("benchmark", {}),
            Deadline(),
        )
        whole = time.process_time() - start
    spent["the rest"] = whole - sum(spent.values())
    return runs * ensemble.steps_of_run / whole, {name: x / whole for name, x in spent.items()}


def quenches(positions: np.ndarray, liquid: Liquid, temperature: float) -> None:
    """Print how long a quench of a frame takes in lanes and by LAMMPS: of frames of one run."""
    engine = engines.create("lammps", liquid)
    velocities = maxwell_boltzmann(stream(1, "frames", temperature), liquid.particles, temperature)
    engine.load(positions, liquid.types, velocities)
    engine.set_thermostat(temperature)
    frames = []
    for _ in range(lanes.LANES):
        engine.run(round(BETWEEN_FRAMES / engine.time_step))
        frames.append(engine.positions())
    spent, energies = [], []
    # The same once before, and roughly: kernels are compiled.
    for name, tolerance in (("lanes", 1.0), ("lanes", TOLERANCE), ("lammps", TOLERANCE)):
        runs = engines.create_batch(name, liquid, engines.runs_at_once(name))
        start = time.process_time()
        groups = [frames[k : k + runs.runs] for k in range(0, len(frames), runs.runs)]
        states = [state for group in groups for state in quench(runs, group, tolerance)]
        spent.append((time.process_time() - start) / len(frames))
        energies.append(np.array([state.energy for state in states]))
    same = np.count_nonzero(np.abs(energies[1] - energies[2]) < 1e-6)
    print(
        f"  quenches of {len(frames)} frames, {BETWEEN_FRAMES:g} tau apart: lanes {spent[1]:.2f} s "
        f"each, LAMMPS {spent[2]:.2f}: ratio {spent[2] / spent[1]:.1f}; {same} the same minimum"
    )


def main() -> None:
    """Print rates, ratios and shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--particles", type=int, default=4096)
    parser.add_argument("--temperatures", type=float, nargs="+", default=[0.45, 0.6, 0.86])
    parser.add_argument("--time", type=float, default=30, help="length of a run, in tau")
    parser.add_argument("--hold", type=float, default=200, help="equilibration, in tau")
    parser.add_argument("--batches", type=int, default=4, help="of a block; 0 leaves blocks out")
    options = parser.parse_args()
    liquid, features = kob_andersen(options.particles), llvmlite.binding.get_host_cpu_features()
    name = os.environ.get("NUMBA_CPU_NAME") or llvmlite.binding.get_host_cpu_name()
    print(f"CPU {name}, AVX-512 {'present' if features.get('avx512f') else 'absent'}")
    for temperature in options.temperatures:
        positions = equilibrated(liquid, temperature, options.hold)
        quenches(positions, liquid, temperature)
        plain = stepping(positions, liquid, temperature, round(options.time / 0.005))
        if options.batches:
            rate, parts = whole_block(positions, liquid, temperature, options.time, options.batches)
            print(f"  whole blocks {rate:.0f} run-steps/s, {rate / plain:.1f} times LAMMPS' steps")
            for part, share in sorted(parts.items(), key=lambda item: -item[1]):
                print(f"    {part} {share:.1%}")


if __name__ == "__main__":
    main()
