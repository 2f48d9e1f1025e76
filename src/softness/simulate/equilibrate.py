"""Equilibration: from random positions to the seed temperature, and from there to all others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from softness import seeds
from softness.engines import state
from softness.engines.protocol import Engine
from softness.files import tables
from softness.files.hdf5 import reading, writing
from softness.files.history import History
from softness.simulate.chain import Chain, Pieces
from softness.simulate.progress import Progress
from softness.simulate.segments import Cuts, Segment
from softness.simulate.settings import RunSettings
from softness.simulate.start import random_start

STATE, HISTORY = "state.h5", "history.h5"


@dataclass(frozen=True)
class Cooling:
    """The way from random positions to a temperature: melt, then a cooling ramp. Times in tau."""

    temperature: float
    melt: float
    quench: float


def equilibration_cuts(run: RunSettings, settings: Mapping[str, Any]) -> Cuts:
    """Where an equilibration is cut: after melt and quench, if there are any, and by segments."""
    cooling = settings.get("cooling")
    parts = [run.steps(cooling[part]) for part in ("melt", "quench")] if cooling else []
    return Cuts(run.steps(settings["segment"]), tuple(parts))


def equilibration_steps(run: RunSettings, settings: Mapping[str, Any]) -> int:
    """Time steps of a whole equilibration."""
    return equilibration_cuts(run, settings).offset + run.steps(settings["duration"])


def equilibrate(
    chain: Chain,
    engine: Engine,
    run: RunSettings,
    settings: Mapping[str, Any],
    seed_state: str | Path | None,
) -> None:
    """Bring a replica to equilibrium, segment by segment.

    Without a seed state the replica starts from its own random positions, is melted at a high
    temperature and quenched. With one, it starts from those positions with fresh velocities. The
    state at the end is the chain's; `history_of` tells how it came there.

    Parameters
    ----------
    chain
        Where the run is kept, with its `equilibration_cuts`; locked by the caller.
    engine
        What is run.
    run
        Liquid, temperature, replica and seed.
    settings
        ``duration`` at the temperature, ``sample_interval`` (in tau); and ``cooling``
        (``temperature``, ``melt``, ``quench``) if there is no seed state.
    seed_state
        A saved state of the same replica at the seed temperature, or None.
    """
    cooling = None if seed_state else Cooling(**settings["cooling"])
    offset, sample = chain.cuts.offset, run.steps(settings["sample_interval"])

    def start() -> None:
        if cooling is None:
            _start_from_seed(engine, run, seed_state)
        else:
            _start_from_random(engine, run, cooling)

    def advance(segment: Segment, progress: Progress) -> None:
        if segment.begin < offset:
            goal = run.temperature if segment.end == offset else cooling.temperature
            engine.ramp(cooling.temperature, goal, segment.steps)
            progress.advance(segment.steps)
            return
        _hold(chain.segment(segment, HISTORY), engine, segment, offset, sample, progress)

    title = f"equilibrate T={run.temperature:g} replica {run.replica}"
    chain.run(engine, equilibration_steps(run, settings), start, advance, title)


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
    path: Path, engine: Engine, segment: Segment, offset: int, sample: int, progress: Progress
) -> None:
    """Run at constant temperature; write the energies on the way, the first and last frame."""
    first = engine.positions()
    rows = []
    for begin in range(0, segment.steps, sample):
        step = segment.begin - offset + begin
        rows.append((step, engine.potential_energy(), engine.temperature()))
        length = min(sample, segment.steps - begin)
        engine.run(length)
        progress.advance(length)
    with writing(path) as file:
        file["samples"] = np.array(rows)
        file["first"] = first.astype(np.float32)
        file["last"] = engine.positions().astype(np.float32)


def history_of(chain: Chain, run: RunSettings, steps: int) -> History:
    """Energies and frames of a run while the temperature was constant.

    Parameters
    ----------
    chain
        Where the run is kept.
    run
        Whose it is.
    steps
        Its length, melt and quench included.
    """
    offset = chain.cuts.offset
    pieces = chain.pieces(HISTORY, steps, offset)
    parts = [_shorter(pieces, run, offset)] if pieces.finished else []
    for path in pieces.segments:
        with reading(path) as file:
            step, energy, temperature = file["samples"][()].T
            samples = np.array([step * run.time_step, energy / run.liquid.particles, temperature])
            parts.append((samples, samples[0, :1], file["first"][()][None]))
            last = file["last"][()]
    samples, times, frames = zip(*parts, strict=True)
    time, energy, temperature = np.concatenate(samples, axis=1)
    return History(
        time=time,
        potential_energy=energy,
        temperature=temperature,
        frame_time=np.append(np.concatenate(times), (steps - offset) * run.time_step),
        positions=np.concatenate([*frames, last[None]]),
        types=run.liquid.types,
        box_length=np.array(run.liquid.box_length),
    )


def _shorter(
    pieces: Pieces, run: RunSettings, offset: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Samples, moments and frames that a finished history gives to a longer one."""
    found = tables.read(pieces.finished, History)
    # Moments are multiples of the time step: half a step tells them apart.
    end = (pieces.until - offset - 0.5) * run.time_step
    samples = np.array([found.time, found.potential_energy, found.temperature])
    early = found.frame_time < end
    return samples[:, found.time < end], found.frame_time[early], found.positions[early]
