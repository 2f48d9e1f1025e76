"""Quenches: from configurations to their inherent states, the local minima of the energy.

The energy is continuous at the cut-off, its slope is not: there the force of a pair drops from an
attraction (0.04 eps_AA/sigma_AA at 2.5 sigma_AA) to 0. So the energy has a ridge wherever a pair
sits on the cut-off, on both sides of which it goes down: no minimum lies there, and the forces of a
minimum can be made as small as one likes. The jump can only make a quench take longer.

What the jump does is to split a basin: particles that move by 1e-3 take hundreds of pairs across
the cut-off, so that next to a minimum lie others that differ by less than 1e-7 in energy per
particle. And FIRE has inertia, so that near a saddle the details of a minimiser decide where it
goes. An engine finds the same inherent state of a configuration each time (on a CPU); another
engine need not, and tests/physics/test_inherent_states.py says how often it does. A minimum of one
is a minimum of the other.
"""

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from softness.engines.protocol import Engine
from softness.errors import InputError
from softness.files.hdf5 import reading, writing
from softness.files.records.quenched import Quenched
from softness.simulate.chain import Chain
from softness.simulate.progress import format_duration
from softness.simulate.settings import RunSettings

PART = "quenched.h5"
SECONDS_BETWEEN_LINES = 10.0


@dataclass(frozen=True)
class InherentState:
    """A local minimum of the energy.

    Attributes
    ----------
    positions
        (N, 3) unwrapped as the configuration is that led to it, in sigma_AA.
    energy
        Potential energy per particle, in eps_AA.
    largest_force
        On a particle, in eps_AA/sigma_AA.
    converged
        Whether it came under the tolerance.
    """

    positions: np.ndarray
    energy: float
    largest_force: float
    converged: bool


def quench(
    engine: Engine, positions: np.ndarray, types: np.ndarray, force_tolerance: float
) -> InherentState:
    """Go down from a configuration to a minimum of the energy, by FIRE.

    Parameters
    ----------
    engine
        What minimises; whatever state it held is gone.
    positions
        (N, 3) unwrapped positions, in sigma_AA. The centre of mass stays where it is.
    types
        (N,) species indices.
    force_tolerance
        Largest force on a particle that is wanted, in eps_AA/sigma_AA. With 1e-4 instead of 1e-6
        the energy per particle was off by 5e-9 and a position by 5e-4 at most (4096 particles,
        quenched from T = 0.44).

    Returns
    -------
    InherentState
        With ``converged`` false, and no exception, where the minimiser gave up before.

    Raises
    ------
    InputError
        If the tolerance is not positive, or no minimum was found from positions that overlap.
    """
    if not force_tolerance > 0:
        raise InputError(f"force_tolerance = {force_tolerance}: give a positive number, as 1e-4")
    engine.load(positions, types)
    largest = engine.minimise(force_tolerance)
    energy = engine.potential_energy() / engine.liquid.particles
    if not np.isfinite([largest, energy]).all():
        raise InputError(
            f"a quench ended at an energy of {energy} per particle: particles overlap at its "
            "start: check the configuration"
        )
    return InherentState(engine.positions(), energy, largest, largest <= force_tolerance)


def run_quenches(
    chain: Chain,
    engine: Engine,
    run: RunSettings,
    frames: Sequence[int],
    configurations: Iterable[np.ndarray],
    force_tolerance: float,
) -> Quenched:
    """Quench frames of a trajectory, those that an earlier attempt has not.

    Parameters
    ----------
    chain
        Where finished quenches are kept; locked by the caller.
    engine
        What minimises.
    run
        Liquid, temperature and replica.
    frames
        Numbers of the frames.
    configurations
        (N, 3) unwrapped positions of each of them.
    force_tolerance
        As in `quench`.

    Raises
    ------
    OutOfTime
        If the next quench might not end in time; nothing that was done is lost.
    InputError
        If the job is too short for one quench.
    """
    title = f"quench T={run.temperature:g} replica {run.replica}"
    progress = _Countdown(title, len(frames))
    parts = [chain.segment(index, PART) for index in range(len(frames))]
    before = done = sum(part.exists() for part in parts)
    deadline, longest = chain.deadline, 0.0
    for part, positions in zip(parts, configurations, strict=True):
        if part.exists():
            progress.skip()
            continue
        if not deadline.allows(longest):
            raise deadline.stop(title, "quenches", before, done, len(parts))
        begin = deadline.clock()
        _write(part, quench(engine, positions, run.liquid.types, force_tolerance))
        longest = max(longest, deadline.clock() - begin)
        done += 1
        progress.done()
    return _collected(parts, run, frames, force_tolerance)


def _write(path: Path, state: InherentState) -> None:
    with writing(path) as file:
        file["positions"] = state.positions
        file["energy"] = state.energy
        file["largest_force"] = state.largest_force
        file["converged"] = state.converged


def _collected(
    parts: Sequence[Path], run: RunSettings, frames: Sequence[int], force_tolerance: float
) -> Quenched:
    names = ("positions", "energy", "largest_force", "converged")
    found: dict[str, list] = {name: [] for name in names}
    for part in parts:
        with reading(part) as file:
            for name in names:
                found[name].append(file[name][()])
    return Quenched(
        temperature=np.array(run.temperature),
        replica=np.array(run.replica),
        frame=np.array(frames, dtype=np.int64),
        force_tolerance=np.array(force_tolerance),
        **{name: np.array(values) for name, values in found.items()},
    )


class _Countdown:
    """Says how many quenches are done and how long the rest will take."""

    def __init__(self, title: str, total: int) -> None:
        self._title, self._total = title, total
        self._skipped = self._done = 0
        self._start = self._last = time.monotonic()

    def skip(self) -> None:
        """Count one that an earlier attempt has done."""
        self._skipped += 1

    def done(self) -> None:
        """Count one."""
        self._done += 1
        now, finished = time.monotonic(), self._skipped + self._done
        if now - self._last < SECONDS_BETWEEN_LINES and finished < self._total:
            return
        self._last = now
        left = (self._total - finished) * (now - self._start) / self._done
        print(
            f"{self._title}: {finished} of {self._total} quenches, {format_duration(left)} left",
            file=sys.stderr,
            flush=True,
        )
