"""How fast molecular dynamics runs here: measured in seconds, or given."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from softness import engines
from softness.engines.protocol import Engine
from softness.errors import InputError
from softness.liquid import Liquid
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate.start import random_start
from softness.study.simulations import LEAST_UPDATES_PER_SECOND

WARM_UP = 300  # steps from the melt to the training temperature, then as many there
CHUNK = 50  # steps between two looks at the clock


@dataclass(frozen=True)
class Rate:
    """Speed of the engine.

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
    """

    steps_per_second: float
    particles: int
    source: str
    remark: str

    @property
    def updates_per_second(self) -> float:
        """Particles moved by one step, a second."""
        return self.steps_per_second * self.particles


def given_rate(config: Mapping[str, Any], steps_per_second: float) -> Rate:
    """The rate that the user gives.

    Raises
    ------
    InputError
        If it is not positive.
    """
    if not 0 < steps_per_second < float("inf"):
        raise InputError(f"--rate {steps_per_second:g}: give time steps a second, more than 0")
    particles = config["liquid"]["particles"]
    return Rate(steps_per_second, particles, "given", "given with --rate")


def assumed_rate(config: Mapping[str, Any], why: str) -> Rate:
    """The rate that times asked of a scheduler are computed with: any machine should reach it."""
    particles, device = config["liquid"]["particles"], config["engine"]["device"]
    updates = LEAST_UPDATES_PER_SECOND[device]
    remark = f"assumed, {why}: the least that a {device.upper()} should do; give --rate"
    return Rate(updates / particles, particles, "assumed", remark)


def measured_rate(config: Mapping[str, Any], seconds: float) -> Rate:
    """Time the configured engine with the configured liquid on this machine.

    Parameters
    ----------
    config
        A checked configuration.
    seconds
        How long to time it; getting ready takes about as many steps as two seconds of one core.

    Raises
    ------
    InputError
        If the time is not positive, or the engine is not here; says what to give instead.
    """
    if not 0 < seconds <= 600:
        raise InputError(f"--measure {seconds:g}: give seconds, more than 0 and at most 600")
    block = config["engine"]
    liquid = Liquid.from_settings(config["liquid"])
    try:
        engine = engines.create(
            block["name"], liquid, block["device"], block["time_step"], block["coupling_time"]
        )
    except InputError as error:
        raise InputError(
            f"{error}; or plan without it: --rate STEPS_PER_SECOND, as measured where it is"
        ) from error
    _warm_up(engine, config)
    done, spent = _timed(engine, seconds)
    place = "the GPU" if block["device"] == "gpu" else "one core"
    remark = f"measured now with {engine.name} {engine.version} on {place}, {spent:.1f} s"
    return Rate(done / spent, liquid.particles, "measured", remark)


def _warm_up(engine: Engine, config: Mapping[str, Any]) -> None:
    """A liquid of the training temperature; too short for equilibrium, which speed needs not."""
    hot = config["equilibration"]["cooling"]["temperature"]
    cold = config["roles"]["training"]
    liquid = engine.liquid
    velocities = maxwell_boltzmann(stream(1, "plan", hot), liquid.particles, hot)
    engine.load(random_start(liquid, stream(1, "plan start", hot)), liquid.types, velocities)
    engine.ramp(hot, cold, WARM_UP)
    engine.ramp(cold, cold, WARM_UP)


def _timed(engine: Engine, seconds: float) -> tuple[int, float]:
    steps, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        engine.run(CHUNK)
        steps += CHUNK
    return steps, spent
