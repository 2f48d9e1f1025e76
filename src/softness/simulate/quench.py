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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from softness.engines.protocol import Engine
from softness.errors import InputError
from softness.files.hdf5 import reading, writing
from softness.files.records.quenched import Quenched
from softness.simulate.deadline import Deadline
from softness.simulate.identity import digest_of_arrays
from softness.simulate.pieces import do_pieces
from softness.simulate.progress import Progress
from softness.simulate.settings import RunSettings


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
    folder: Path,
    engine: Engine,
    run: RunSettings,
    configurations: Mapping[int, np.ndarray],
    force_tolerance: float,
    deadline: Deadline,
) -> Quenched:
    """Quench frames of a trajectory, those that are not yet quenched.

    Parameters
    ----------
    folder
        Where finished quenches are kept, by what was quenched; locked by the caller.
    engine
        What minimises.
    run
        Liquid, temperature and replica.
    configurations
        (N, 3) unwrapped positions of each frame, by its number.
    force_tolerance
        As in `quench`.
    deadline
        When the job ends.

    Raises
    ------
    OutOfTime
        If the next quench might not end in time; nothing that was done is lost.
    InputError
        If the job is too short for one quench.
    """
    title = f"quench T={run.temperature:g} replica {run.replica}"
    pieces = [
        (folder / f"quenched-{digest_of_arrays({'positions': positions})}.h5", positions)
        for positions in configurations.values()
    ]
    done = sum(path.exists() for path, _ in pieces)
    progress = Progress(title, len(pieces), done, unit="quenches")

    def do(path: Path, positions: np.ndarray) -> None:
        _write(path, quench(engine, positions, run.liquid.types, force_tolerance))
        progress.advance(1)

    do_pieces(pieces, do, deadline, title, "quenches")
    return _collected([path for path, _ in pieces], run, list(configurations), force_tolerance)


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
