"""Quenches: from configurations to their inherent states, the local minima of the energy.

The energy is continuous at the cut-off, its slope is not: there the force of a pair drops from an
attraction (0.04 eps_AA/sigma_AA at 2.5 sigma_AA) to 0. So the energy has a ridge wherever a pair
sits on the cut-off, on both sides of which it goes down: no minimum lies there, and the forces of a
minimum can be made as small as one likes. The jump can only make a quench take longer.

What the jump does is to split a basin: particles that move by 1e-3 take hundreds of pairs across
the cut-off, so that next to a minimum lie others that differ by less than 1e-7 in energy per
particle. And FIRE has inertia, so that near a saddle the details of a minimiser decide where it
goes. An engine finds the same inherent state of a configuration each time (on a CPU), whatever it
is quenched beside; another engine need not, and tests/physics/test_inherent_states.py says how
often it does. A minimum of one is a minimum of the other.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from softness.engines.batch import Batch
from softness.errors import InputError
from softness.files.frames import Frame, read_frames, write_segment
from softness.files.records.quenched import Quenched
from softness.simulate.deadline import Deadline
from softness.simulate.identity import digest_of_arrays
from softness.simulate.pieces import do_together
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
    batch: Batch, configurations: Sequence[np.ndarray], force_tolerance: float
) -> list[InherentState]:
    """Go down from configurations to minima of the energy, by FIRE.

    Parameters
    ----------
    batch
        What minimises; whatever state it held is gone.
    configurations
        (N, 3) unwrapped positions of each, in sigma_AA, no more than the batch has runs. The
        centres of mass stay where they are.
    force_tolerance
        Largest force on a particle that is wanted, in eps_AA/sigma_AA. With 1e-4 instead of 1e-6
        the energy per particle was off by 5e-9 and a position by 5e-4 at most (4096 particles,
        quenched from T = 0.44).

    Returns
    -------
    list of InherentState
        With ``converged`` false, and no exception, where the minimiser gave up before.

    Raises
    ------
    InputError
        If the tolerance is not positive, or no minimum was found from positions that overlap.
    """
    if not force_tolerance > 0:
        raise InputError(f"force_tolerance = {force_tolerance}: give a positive number, as 1e-4")
    # A batch that is not full is filled with the last one, which costs no time.
    filled = [*configurations, *[configurations[-1]] * (batch.runs - len(configurations))]
    batch.load(np.array(filled), batch.liquid.types)
    largest = batch.minimise(force_tolerance)
    energies = batch.potential_energy() / batch.liquid.particles
    if not np.isfinite([largest, energies]).all():
        raise InputError(
            f"quenches ended at energies of {energies} per particle: particles overlap at a start: "
            "check the configurations"
        )
    states = [
        InherentState(positions, float(energy), float(force), bool(force <= force_tolerance))
        for positions, energy, force in zip(batch.positions(), energies, largest, strict=True)
    ]
    return states[: len(configurations)]


def run_quenches(
    folder: Path,
    batch: Batch,
    run: RunSettings,
    frames: Sequence[int],
    read: Callable[[Sequence[int]], Iterable[np.ndarray]],
    force_tolerance: float,
    deadline: Deadline,
) -> list[Path]:
    """Quench frames of a trajectory, those that are not yet quenched.

    Parameters
    ----------
    folder
        Where finished quenches are kept, by what was quenched; locked by the caller.
    batch
        What minimises.
    run
        Liquid, temperature and replica.
    frames
        Their numbers.
    read
        Gives the (N, 3) unwrapped positions of some of them, one by one.
    force_tolerance
        As in `quench`.
    deadline
        When the job ends.

    Returns
    -------
    list of pathlib.Path
        Files of the inherent states: trajectories of one frame, with its potential energy and the
        largest force left.

    Raises
    ------
    OutOfTime
        If the next quenches might not end in time; nothing that was done is lost.
    InputError
        If the job is too short for those that are done at once.
    """
    title, liquid = f"quench T={run.temperature:g} replica {run.replica}", run.liquid
    paths = [inherent_path(folder, positions) for positions in read(frames)]
    pieces = list(zip(paths, frames, strict=True))
    progress = Progress(title, len(pieces), sum(path.exists() for path in paths), unit="quenches")

    def do(together: Sequence[tuple[Path, int]]) -> None:
        states = quench(batch, list(read([frame for _, frame in together])), force_tolerance)
        for (path, _), state in zip(together, states, strict=True):
            log = {
                "potential_energy": state.energy * liquid.particles,
                "largest_force": state.largest_force,
            }
            kept = [Frame(0, state.positions, log)]
            write_segment(path, kept, liquid.types, liquid.box_length)
        progress.advance(len(together))

    do_together(pieces, do, batch.runs, deadline, title, "quenches")
    return paths


def inherent_path(folder: Path, positions: np.ndarray) -> Path:
    """File of the inherent state of one configuration."""
    return folder / f"quenched-{digest_of_arrays({'positions': positions})}.gsd"


def quenched_table(
    paths: Sequence[Path], run: RunSettings, frames: Sequence[int], force_tolerance: float
) -> Quenched:
    """Energies and forces of the inherent states of some frames, from their files."""
    logs = [next(read_frames(path)).log for path in paths]
    energy, largest = (
        np.array([log[name][0] for log in logs]) for name in ("potential_energy", "largest_force")
    )
    return Quenched(
        temperature=np.array(run.temperature),
        replica=np.array(run.replica),
        frame=np.array(frames, dtype=np.int64),
        energy=energy / run.liquid.particles,
        largest_force=largest,
        converged=largest <= force_tolerance,
        force_tolerance=np.array(force_tolerance),
    )
