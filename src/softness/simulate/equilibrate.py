"""Equilibration: from random places to the seed temperature, and from there to every other one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from softness import seeds
from softness.engines import state
from softness.engines.protocol import Engine
from softness.files.hdf5 import reading, writing
from softness.files.history import History
from softness.simulate.chain import Chain, segment_lengths
from softness.simulate.progress import Progress
from softness.simulate.settings import RunSettings
from softness.simulate.start import random_start


@dataclass(frozen=True)
class Cooling:
    """The way from random places to a temperature: melt, then a linear quench. Times in tau."""

    temperature: float
    melt: float
    quench: float


def equilibrate(
    chain: Chain,
    engine: Engine,
    run: RunSettings,
    settings: Mapping[str, Any],
    seed_state: str | Path | None,
) -> History:
    """Bring a replica to equilibrium, segment by segment.

    Without a seed state the replica starts from its own random places, is melted at a high
    temperature and quenched. With one, it starts from those places with fresh velocities.

    Parameters
    ----------
    chain
        Where the run is kept; locked by the caller.
    engine
        What is run.
    run
        Liquid, temperature, replica and seed.
    settings
        ``duration`` at the temperature, ``segment``, ``sample_interval`` (all in tau); and
        ``cooling`` (``temperature``, ``melt``, ``quench``) if there is no seed state.
    seed_state
        A saved state of the same replica at the seed temperature, or None.

    Returns
    -------
    History
        Energies and frames while the temperature was constant. The state at the end is the
        chain's last.
    """
    cooling = None if seed_state else Cooling(**settings["cooling"])
    approach = [run.steps(cooling.melt), run.steps(cooling.quench)] if cooling else []
    hold = segment_lengths(run.steps(settings["duration"]), run.steps(settings["segment"]))
    lengths = approach + hold
    sample = run.steps(settings["sample_interval"])
    title = f"equilibrate T={run.temperature:g} replica {run.replica}"

    def start() -> None:
        if cooling is None:
            _start_from_seed(engine, run, seed_state)
        else:
            _start_from_random(engine, run, cooling)

    def advance(index: int, progress: Progress) -> None:
        if index < len(approach):
            goal = run.temperature if index == 1 else cooling.temperature
            engine.ramp(cooling.temperature, goal, lengths[index])
            progress.advance(lengths[index])
            return
        time = sum(hold[: index - len(approach)])
        _hold(chain.segment(index, "history.h5"), engine, time, lengths[index], sample, progress)

    chain.run(engine, lengths, start, advance, title)
    parts = [chain.segment(index, "history.h5") for index in range(len(approach), len(lengths))]
    return _merged(parts, run, sum(hold))


def _start_from_random(engine: Engine, run: RunSettings, cooling: Cooling) -> None:
    liquid = run.liquid
    positions = random_start(liquid, run.stream("start"))
    velocities = seeds.maxwell_boltzmann(
        run.stream("start velocities"), liquid.particles, cooling.temperature
    )
    engine.load(positions, liquid.types, velocities)
    engine.set_thermostat(cooling.temperature)


def _start_from_seed(engine: Engine, run: RunSettings, seed_state: str | Path) -> None:
    velocities = seeds.maxwell_boltzmann(
        run.stream("equilibrate velocities"), run.liquid.particles, run.temperature
    )
    engine.load(state.read_positions(seed_state, run.liquid), run.liquid.types, velocities)
    engine.set_thermostat(run.temperature)


def _hold(
    path: Path, engine: Engine, first_step: int, steps: int, sample: int, progress: Progress
) -> None:
    """Run at constant temperature; write the energies on the way, the first and last frame."""
    first = engine.positions()
    rows = []
    for begin in range(0, steps, sample):
        rows.append((first_step + begin, engine.potential_energy(), engine.temperature()))
        length = min(sample, steps - begin)
        engine.run(length)
        progress.advance(length)
    with writing(path) as file:
        file["samples"] = np.array(rows)
        file["first"] = first.astype(np.float32)
        file["last"] = engine.positions().astype(np.float32)


def _merged(parts: list[Path], run: RunSettings, end_step: int) -> History:
    rows, frames, times = [], [], []
    for part in parts:
        with reading(part) as file:
            rows.append(file["samples"][()])
            frames.append(file["first"][()])
            last = file["last"][()]
            times.append(rows[-1][0, 0])
    step, energy, temperature = np.concatenate(rows).T
    return History(
        time=step * run.time_step,
        potential_energy=energy / run.liquid.particles,
        temperature=temperature,
        frame_time=np.array([*times, end_step]) * run.time_step,
        positions=np.array([*frames, last]),
        types=run.liquid.types,
        box_length=np.array(run.liquid.box_length),
    )
