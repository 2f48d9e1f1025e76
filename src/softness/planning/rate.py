"""How fast molecular dynamics runs here: measured in seconds, or given."""

import contextlib
import functools
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

import numpy as np

from softness import engines
from softness.engines.batch import Batch
from softness.engines.protocol import Engine
from softness.errors import InputError
from softness.liquid import Liquid
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate.start import random_start
from softness.study.simulations import LEAST_UPDATES_PER_SECOND, Simulation
from softness.study.speed import CORE_UPDATES_PER_SECOND, gain, whole_batches

# What a stage takes beyond the bare engine, as a factor (docs/performance.md).
OVERHEAD = {"thermal": 1.01, "isoconfigurational": 1.05}
START = 2.0  # seconds until a simulation steps

MEASURED_SECONDS = 5.0
MEASURED_CORES = 8  # processes at once; more would not tell more
SLOWEST_START = 300  # seconds until all of them are ready, at most
WARM_UP = 300  # steps from the melt to the training temperature, then as many there
CHUNK = 50  # steps between two looks at the clock

_start: Any = None
"""Of a process that is timed beside others: where they wait for each other."""


@dataclass(frozen=True)
class Rate:
    """Speed of the engine of a study, and of lanes beside it.

    Attributes
    ----------
    steps_per_second
        With the liquid of the study, of one process: on one core, or on the GPU.
    particles
        Of the liquid.
    source
        ``"measured"``, ``"given"`` or ``"assumed"``.
    remark
        How it was found, for people.
    core_steps_per_second
        Of the plain engine on one core: what the gain of lanes multiplies.
    lanes_remark
        How the rate of lanes was found, for people.
    """

    steps_per_second: float
    particles: int
    source: str
    remark: str
    core_steps_per_second: float
    lanes_remark: str = "by the table in softness/study/speed.py"

    @property
    def updates_per_second(self) -> float:
        """Particles moved by one step, per second."""
        return self.steps_per_second * self.particles

    def in_lanes(self, temperature: float) -> float:
        """Run-steps per second of one core with lanes."""
        return self.core_steps_per_second * gain(temperature, self.particles)

    def seconds(self, simulation: Simulation, steps: int) -> float:
        """Time of a number of time steps of a simulation: on one core, or on the GPU."""
        if not simulation.is_in_lanes:
            return START + steps / self.steps_per_second * OVERHEAD.get(simulation.rule, 1.0)
        of_start = simulation.steps // simulation.starts
        of_run = of_start / simulation.runs
        starts, rest = divmod(steps, of_start)
        runs = starts * whole_batches(simulation.runs) + whole_batches(rest / of_run)
        if simulation.kind == "cycle":
            # Of others whole runs are left; those of cycles go on together.
            runs = whole_batches(simulation.runs) * steps / simulation.steps
        return START + runs * of_run / (self.core_steps_per_second * simulation.gain)


def given_rate(config: Mapping[str, Any], steps_per_second: float) -> Rate:
    """The rate that the user gives.

    Raises
    ------
    InputError
        If it is not positive.
    """
    if not 0 < steps_per_second < float("inf"):
        raise InputError(f"--rate {steps_per_second:g}: give time steps per second, more than 0")
    particles = config["liquid"]["particles"]
    core = _on_core(config, steps_per_second)
    return Rate(steps_per_second, particles, "given", "given with --rate", core)


def _on_core(config: Mapping[str, Any], steps_per_second: float) -> float:
    """Rate of one core: the rate of the engine, unless it runs on a GPU."""
    if config["engine"]["device"] == "cpu":
        return steps_per_second
    return CORE_UPDATES_PER_SECOND / config["liquid"]["particles"]


def assumed_rate(config: Mapping[str, Any], why: str) -> Rate:
    """The rate that times asked of a scheduler are computed with: any machine should reach it."""
    particles, device = config["liquid"]["particles"], config["engine"]["device"]
    updates = LEAST_UPDATES_PER_SECOND[device]
    remark = f"assumed, {why}: the least that a {device.upper()} should do; give --rate"
    core = LEAST_UPDATES_PER_SECOND["cpu"] / particles
    return Rate(updates / particles, particles, "assumed", remark, core)


def usual_rate(config: Mapping[str, Any]) -> Rate:
    """The rate of the machine that times of analysis were measured on, or a cautious GPU's."""
    on_gpu = config["engine"]["device"] == "gpu"
    updates = LEAST_UPDATES_PER_SECOND["gpu"] if on_gpu else CORE_UPDATES_PER_SECOND
    return given_rate(config, updates / config["liquid"]["particles"])


def measured_or_assumed_rate(config: Mapping[str, Any], cores: int = 1) -> Rate:
    """Time the configured engine for a few seconds, or assume a minimum if it does not run."""
    try:
        return measured_rate(config, MEASURED_SECONDS, cores=cores)
    except InputError:
        return assumed_rate(config, f"since {config['engine']['name']} does not run here")


def measured_rate(
    config: Mapping[str, Any], seconds: float, with_lanes: bool = False, cores: int = 1
) -> Rate:
    """Time the configured engine with the configured liquid on this machine.

    Processes on all cores at once, as a study runs, are slower than one alone.

    Parameters
    ----------
    config
        A checked configuration.
    seconds
        How long to time it; getting ready takes about as many steps as two seconds of one core.
    with_lanes
        Time lanes as well, for as long.
    cores
        Processes at once, at most `MEASURED_CORES`; of a GPU, one.

    Raises
    ------
    InputError
        If the time is not positive, or an engine is not installed.
    """
    if not 0 < seconds <= 600:
        raise InputError(f"--measure {seconds:g}: give seconds, more than 0 and at most 600")
    here = len(os.sched_getaffinity(0))
    cores = min(cores, here, MEASURED_CORES) if config["engine"]["device"] == "cpu" else 1
    measure = functools.partial(_measured, config, seconds, with_lanes, cores)
    if cores == 1:
        return measure(says=True)
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(cores, timeout=SLOWEST_START)
    try:
        with ProcessPoolExecutor(cores, context, _share, (start,)) as pool:
            rates = list(pool.map(measure, [True] + [False] * (cores - 1)))
    except (BrokenProcessPool, threading.BrokenBarrierError) as error:
        raise InputError(
            f"timing {cores} processes of {config['engine']['name']} at once failed "
            f"({type(error).__name__}): give --rate STEPS_PER_SECOND of one of them"
        ) from error
    return replace(
        rates[0],
        steps_per_second=fmean(rate.steps_per_second for rate in rates),
        core_steps_per_second=fmean(rate.core_steps_per_second for rate in rates),
    )


def _share(start: Any) -> None:
    """Keep what processes wait at before they are timed, so that they are timed together."""
    global _start
    _start = start


def _measured(
    config: Mapping[str, Any], seconds: float, with_lanes: bool, cores: int, says: bool
) -> Rate:
    """In this process, one of as many as there are cores; one of them may say what takes long."""
    block = config["engine"]
    liquid = Liquid.from_settings(config["liquid"])
    try:
        engine = engines.create(
            block["name"], liquid, block["device"], block["time_step"], block["coupling_time"]
        )
    except InputError as error:
        raise InputError(
            f"{error}; or plan without it: --rate STEPS_PER_SECOND, as measured on a machine that "
            "has it"
        ) from error
    _warm_up(engine, config)
    done, spent = _timed(engine, seconds)
    place = "one core" if cores == 1 else f"each of {cores} cores at once"
    place = "the GPU" if block["device"] == "gpu" else place
    remark = f"measured now with {engine.name} {engine.version} on {place}, {spent:.1f} s"
    rate = Rate(done / spent, liquid.particles, "measured", remark, _on_core(config, done / spent))
    return _with_lanes(rate, engine, config, seconds, says) if with_lanes else rate


def _with_lanes(
    rate: Rate, engine: Engine, config: Mapping[str, Any], seconds: float, says: bool
) -> Rate:
    """Time a batch in lanes of the liquid that the engine holds, at the training temperature."""
    block, liquid, cold = config["engine"], engine.liquid, config["roles"]["training"]
    runs = range(engines.runs_at_once(engines.LANES))
    try:
        batch = engines.create_batch(
            engines.LANES, liquid, len(runs), block["time_step"], block["coupling_time"]
        )
    except InputError as error:
        raise InputError(
            f"{error}; or set isoconfigurational.engine, cycle.engine and cage.engine: same"
        ) from error
    streams = [stream(1, "plan", cold, run=run) for run in runs]
    drawn = [maxwell_boltzmann(each, liquid.particles, cold) for each in streams]
    text = "compiling the kernels of lanes, once on this machine: up to a minute"
    with _said_if_slow(text) if says else contextlib.nullcontext():
        batch.load(engine.positions(), liquid.types)
        batch.set_velocities(np.array(drawn))
        batch.set_thermostat(cold)
        batch.run(CHUNK)
    steps, spent = _timed(batch, seconds)
    core = len(runs) * steps / spent / gain(cold, liquid.particles)
    remark = (
        f"measured now at T={cold:g} with {len(runs)} runs at once, {spent:.1f} s; at other "
        "temperatures by the table in softness/study/speed.py"
    )
    return replace(rate, core_steps_per_second=core, lanes_remark=remark)


@contextlib.contextmanager
def _said_if_slow(text: str, seconds: float = 2.0) -> Iterator[None]:
    """Print a line if what follows is not done by then."""
    timer = threading.Timer(seconds, print, [text], {"file": sys.stderr, "flush": True})
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _warm_up(engine: Engine, config: Mapping[str, Any]) -> None:
    """A liquid of the training temperature; too short for equilibrium, which speed needs not."""
    hot = config["equilibration"]["cooling"]["temperature"]
    cold = config["roles"]["training"]
    liquid = engine.liquid
    velocities = maxwell_boltzmann(stream(1, "plan", hot), liquid.particles, hot)
    engine.load(random_start(liquid, stream(1, "plan start", hot)), liquid.types, velocities)
    engine.ramp(hot, cold, WARM_UP)
    engine.ramp(cold, cold, WARM_UP)


def _timed(engine: Engine | Batch, seconds: float) -> tuple[int, float]:
    if _start is not None:
        _start.wait()
    steps, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        engine.run(CHUNK)
        steps += CHUNK
    return steps, spent
