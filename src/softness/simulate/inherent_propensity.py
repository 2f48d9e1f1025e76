"""Inherent-state propensity: how far inherent states of runs from one snapshot move away from its.

The runs are isoconfigurational ones with velocities of their own, done batch by batch. At a few
times copies of the configurations of a batch are quenched by a second one, while the first goes on
undisturbed. The displacements
of the configurations themselves are added up as well, so that thermal and inherent-state propensity
are of the same runs. Only whole-number distances are kept, whose sums are the same to the last
digit however runs are cut into jobs and attempts.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from softness import seeds
from softness.dynamics.counted import DISPLACEMENT_UNIT, whole_distances, whole_squares
from softness.engines.batch import Batch
from softness.errors import InputError
from softness.files.atomic import holding
from softness.files.hdf5 import reading, writing
from softness.files.records.inherent import INHERENT, THERMAL, InherentPropensity
from softness.simulate.deadline import Deadline
from softness.simulate.pieces import do_together
from softness.simulate.progress import Progress
from softness.simulate.quench import InherentState, quench
from softness.simulate.settings import RunSettings

STREAM = "inherent_propensity"

ORIGIN = "origin.h5"


def whole_steps(times: Sequence[float], time_step: float) -> tuple[int, ...]:
    """Time steps of some times in tau.

    Raises
    ------
    InputError
        If there are none, or their time steps do not rise from one or more.
    """
    steps = [round(time / time_step) for time in times]
    if not steps or any(after <= before for before, after in itertools.pairwise([0, *steps])):
        raise InputError(
            f"times = {list(times)}: give rising ones, a time step of {time_step} or more apart"
        )
    return tuple(steps)


@dataclass(frozen=True)
class InherentRuns:
    """Some runs of one snapshot, to be done and quenched in one job.

    Attributes
    ----------
    run
        Liquid, engine, temperature and seed.
    positions
        (N, 3) of the snapshot.
    snapshot
        Its number: `softness.seeds.snapshot_key`.
    first, last
        Numbers of the first run and of the one after the last.
    steps
        Time steps after which a run is quenched, rising.
    force_tolerance
        Of the quenches, in eps_AA/sigma_AA.
    """

    run: RunSettings
    positions: np.ndarray
    snapshot: int
    first: int
    last: int
    steps: tuple[int, ...]
    force_tolerance: float

    @classmethod
    def from_settings(
        cls, run: RunSettings, positions: np.ndarray, settings: Mapping[str, Any]
    ) -> "InherentRuns":
        """Take them from the settings of the stage.

        Parameters
        ----------
        run
            Liquid, engine, temperature and seed.
        positions
            (N, 3) of the snapshot.
        settings
            ``snapshot``, its number within the replica; ``runs``, the first and the one after the
            last; ``times`` in tau, rising; ``force_tolerance``.
        """
        first, last = settings["runs"]
        if not 0 <= first < last:
            raise InputError(
                f"runs = {settings['runs']}: give the first and the one after the last"
            )
        return cls(
            run=run,
            positions=positions,
            snapshot=seeds.snapshot_key(run.replica, settings["snapshot"]),
            first=first,
            last=last,
            steps=whole_steps(settings["times"], run.time_step),
            force_tolerance=settings["force_tolerance"],
        )

    @property
    def particle(self) -> np.ndarray:
        """Numbers of the particles that are followed: all of the first species."""
        return np.flatnonzero(self.run.liquid.types == 0)

    def velocities(self, number: int) -> np.ndarray:
        """(N, 3) velocities of one run."""
        run = self.run
        stream = seeds.stream(run.seed, STREAM, run.temperature, self.snapshot, number)
        return seeds.maxwell_boltzmann(stream, run.liquid.particles, run.temperature)


def run_inherent(
    folder: Path, batch: Batch, quencher: Batch, runs: InherentRuns, deadline: Deadline
) -> InherentPropensity:
    """Do the runs of a job that are not yet done, and add up all of them.

    Parameters
    ----------
    folder
        Where finished runs are kept; its runs are locked by the caller.
    batch
        What is run.
    quencher
        Another batch of the same kind: a quench takes nothing away from the runs.
    runs
        What is to be done.
    deadline
        When the job ends.

    Raises
    ------
    OutOfTime
        If the next runs might not end in time; nothing that was done is lost.
    InputError
        If the job is too short for those that are done at once.
    """
    place = seeds.snapshot_name(runs.snapshot)
    title = f"inherent-state propensity T={runs.run.temperature:g} {place}"
    steps = runs.steps[-1]
    pieces = [(run_path(folder, number), number) for number in range(runs.first, runs.last)]
    done = sum(path.exists() for path, _ in pieces)
    origin = _origin(folder / ORIGIN, quencher, runs)
    progress = Progress(title, len(pieces) * steps, done * steps, check=deadline.check)

    def do(together: Sequence[tuple[Path, int]]) -> None:
        _begin(batch, runs, [number for _, number in together])
        way, states = [], []
        for positions in _way(batch, runs.steps, len(together), progress):
            way.append(positions)
            states.append(quench(quencher, positions, runs.force_tolerance))
        ways, of_runs = np.array(way).swapaxes(0, 1), zip(*states, strict=True)
        for (path, _), own, minima in zip(together, ways, of_runs, strict=True):
            _write(path, runs, origin, own, minima)

    do_together(pieces, do, batch.runs, deadline, title, "runs")
    return _added([path for path, _ in pieces], runs, origin)


def run_path(folder: Path, number: int) -> Path:
    """File of one run: how far each particle went."""
    return folder / f"run-{number:06d}.h5"


def _begin(batch: Batch, runs: InherentRuns, numbers: Sequence[int]) -> None:
    velocities = [runs.velocities(number) for number in numbers]
    # A batch that is not full is filled with its last run, which costs no time.
    velocities += velocities[-1:] * (batch.runs - len(numbers))
    batch.load(runs.positions, runs.run.liquid.types)
    batch.set_velocities(np.array(velocities))
    batch.set_thermostat(runs.run.temperature)
    batch.reset_thermostat()


def _way(
    batch: Batch, steps: tuple[int, ...], number: int, progress: Progress
) -> Iterator[np.ndarray]:
    """(runs, N, 3) positions of a number of runs at each of the steps, one by one."""
    for before, step in itertools.pairwise((0, *steps)):
        batch.run(step - before)
        progress.advance(number * (step - before))
        yield batch.positions()[:number]


def _origin(path: Path, quencher: Batch, runs: InherentRuns) -> InherentState:
    """The inherent state of the snapshot itself; kept, since other runs follow."""
    # Blocks of a snapshot start at once: one of them makes it.
    with holding(path.with_suffix(".lock"), waits=True):
        if not path.exists():
            (state,) = quench(quencher, [runs.positions], runs.force_tolerance)
            with writing(path) as file:
                file["positions"] = state.positions
                file["numbers"] = np.array([state.energy, state.largest_force, state.converged])
    with reading(path) as file:
        energy, largest, converged = file["numbers"][()]
        return InherentState(file["positions"][()], energy, largest, bool(converged))


def _write(
    path: Path,
    runs: InherentRuns,
    origin: InherentState,
    way: np.ndarray,
    states: Sequence[InherentState],
) -> None:
    """Keep how far each particle went in one run, in whole units, and how good quenches were."""
    inherent = np.array([state.positions for state in states])
    with writing(path) as file:
        file[INHERENT] = whole_distances(inherent - origin.positions, runs.particle)
        file[THERMAL] = whole_distances(way - runs.positions, runs.particle)
        file["largest_force"] = np.array([state.largest_force for state in states])
        file["converged"] = np.array([state.converged for state in states])


def _added(paths: Sequence[Path], runs: InherentRuns, origin: InherentState) -> InherentPropensity:
    times, particle, states = len(runs.steps), runs.particle, (INHERENT, THERMAL)
    displacement = np.zeros((len(states), 2, times, len(particle)), np.int64)
    square = np.zeros_like(displacement)
    largest = np.full(times, origin.largest_force)
    unconverged = np.zeros(times, np.int64)
    for path, number in zip(paths, range(runs.first, runs.last), strict=True):
        with reading(path) as file:
            whole = np.array([file[state][()] for state in states])
            displacement[:, number % 2] += whole
            square[:, number % 2] += whole_squares(whole)
            largest = np.maximum(largest, file["largest_force"][()])
            # Displacements are from the inherent state of the snapshot, so it must be one.
            unconverged += ~(file["converged"][()] & origin.converged)
    return InherentPropensity(
        temperature=np.array(runs.run.temperature),
        snapshot=np.array(runs.snapshot),
        runs=np.arange(runs.first, runs.last),
        particle=particle,
        time=np.array(runs.steps) * runs.run.time_step,
        unit=np.array(DISPLACEMENT_UNIT),
        states=np.array(states, dtype="S"),
        displacement=displacement,
        square=square,
        force_tolerance=np.array(runs.force_tolerance),
        largest_force=largest,
        unconverged=unconverged,
    )
