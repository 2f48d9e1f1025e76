"""Cages: the mean positions of the particles in short runs from a configuration.

A particle of a supercooled liquid vibrates within the cage of its neighbours for much longer than
it takes to cross it. The mean over runs with different velocities, and over frames of them, is the
centre of this vibration. Alkemade, Smallenburg and Filion (J. Chem. Phys. 158, 134512 (2023))
forbid rearrangements in runs of any length; here runs are too short for more than a few. Unlike a
minimum of the energy, a cage is short-time dynamics beside structure. The runs have velocities of
their own, which no other ensemble has: no early rearrangement is both in a cage and in what it is
to predict.

Displacements are added up as whole numbers, so that no bit depends on the order of the runs, on how
many are done at once, or on how they were cut into jobs. Velocities are drawn with zero momentum,
so that the centre of mass stays, up to rounding by the engine; no drift is subtracted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from softness import seeds
from softness.dynamics.counted import DISPLACEMENT_UNIT
from softness.engines.batch import Batch
from softness.errors import InputError
from softness.files.frames import Frame, write_segment
from softness.simulate.deadline import Deadline
from softness.simulate.identity import digest_of_arrays
from softness.simulate.pieces import do_pieces
from softness.simulate.progress import Progress
from softness.simulate.settings import RunSettings

STREAM = "cage"


@dataclass(frozen=True)
class CageRuns:
    """The runs that a cage is the mean of, and their frames that count.

    Attributes
    ----------
    run
        Liquid, engine, temperature and seed.
    runs
        Of each configuration.
    start
        Time steps from the configuration to the first frame.
    frame_interval
        Time steps from one frame to the next.
    frames
        Of each run.
    """

    run: RunSettings
    runs: int
    start: int
    frame_interval: int
    frames: int

    @classmethod
    def from_settings(cls, run: RunSettings, settings: Mapping[str, Any]) -> "CageRuns":
        """Round the times of the settings to time steps.

        Parameters
        ----------
        run
            Liquid, engine, temperature and seed.
        settings
            ``runs`` of a configuration; ``start`` and ``duration``, the times of the first and of
            the last frame, and ``frame_interval``, in tau.

        Raises
        ------
        InputError
            If there are no runs or no frames, or frames are less than a time step apart.
        """
        times = {name: settings[name] for name in ("start", "duration", "frame_interval")}
        start, end, interval = map(run.steps, times.values())
        if settings["runs"] < 1:
            raise InputError(f"runs = {settings['runs']}: give 1 or more")
        if min(start, interval) < 1 or (end - start) % interval or end < start:
            raise InputError(
                f"{times}: give a start and a frame_interval of a time step ({run.time_step:g}) or "
                "more, and a duration that is a whole number of frame intervals later than start"
            )
        return cls(run, settings["runs"], start, interval, (end - start) // interval + 1)

    @property
    def steps(self) -> int:
        """Time steps of all runs of one configuration."""
        return self.runs * (self.start + (self.frames - 1) * self.frame_interval)

    def velocities(self, positions: np.ndarray, number: int) -> np.ndarray:
        """(N, 3) velocities of one run, by the configuration that it starts from."""
        run, snapshot = self.run, int(_digest(positions), base=16)
        stream = seeds.stream(run.seed, STREAM, run.temperature, snapshot, number)
        return seeds.maxwell_boltzmann(stream, run.liquid.particles, run.temperature)


def cage(
    batch: Batch, runs: CageRuns, positions: np.ndarray, progress: Progress | None = None
) -> np.ndarray:
    """The mean positions of runs from a configuration at constant temperature.

    Parameters
    ----------
    batch
        What is run; whatever state it held is gone.
    runs
        How many, and which of their frames count.
    positions
        (N, 3) unwrapped positions to start from, in sigma_AA.
    progress
        Told of time steps.

    Returns
    -------
    numpy.ndarray
        (N, 3) positions, unwrapped as those that they start from, in sigma_AA; rounding to whole
        units puts each off by less than 5e-7.

    Raises
    ------
    InputError
        If the positions are not those of the liquid.
    """
    total = np.zeros(positions.shape, np.int64)
    for first in range(0, runs.runs, batch.runs):
        numbers = range(first, min(first + batch.runs, runs.runs))
        _begin(batch, runs, positions, numbers)
        for steps in (runs.start, *[runs.frame_interval] * (runs.frames - 1)):
            batch.run(steps)
            moved = batch.positions()[: len(numbers)] - positions
            total += np.rint(moved / DISPLACEMENT_UNIT).astype(np.int64).sum(axis=0)
            if progress is not None:
                progress.advance(len(numbers) * steps)
    return positions + total * DISPLACEMENT_UNIT / (runs.runs * runs.frames)


def _begin(batch: Batch, runs: CageRuns, positions: np.ndarray, numbers: Sequence[int]) -> None:
    velocities = [runs.velocities(positions, number) for number in numbers]
    # A batch that is not full is filled with its last run, which costs no time.
    velocities += velocities[-1:] * (batch.runs - len(numbers))
    batch.load(positions, batch.liquid.types)
    batch.set_velocities(np.array(velocities))
    batch.set_thermostat(runs.run.temperature)
    batch.reset_thermostat()


def cage_path(folder: Path, positions: np.ndarray) -> Path:
    """File of the cage of one configuration: a trajectory of one frame."""
    return folder / f"cage-{_digest(positions)}.gsd"


def _digest(positions: np.ndarray) -> str:
    return digest_of_arrays({"positions": positions})


def run_cages(
    folder: Path,
    batch: Batch,
    runs: CageRuns,
    configurations: Sequence[np.ndarray],
    deadline: Deadline,
) -> list[Path]:
    """Find the cages of frames of a trajectory, those that were not yet found.

    Parameters
    ----------
    folder
        Where cages are kept, by the configuration that they are of; locked by the caller.
    batch
        What is run.
    runs
        From each configuration.
    configurations
        (N, 3) unwrapped positions of each frame.
    deadline
        When the job ends.

    Returns
    -------
    list of pathlib.Path
        Files of the cages, in the order of the configurations.

    Raises
    ------
    OutOfTime
        If the next cage might not be found in time; nothing that was done is lost.
    InputError
        If the job is too short for one cage.
    """
    run = runs.run
    title = f"cage T={run.temperature:g} replica {run.replica}"
    pieces = [(cage_path(folder, positions), positions) for positions in configurations]
    done = sum(path.exists() for path, _ in pieces)
    progress = Progress(title, len(pieces) * runs.steps, done * runs.steps, check=deadline.check)

    def do(path: Path, positions: np.ndarray) -> None:
        found = Frame(0, cage(batch, runs, positions, progress))
        write_segment(path, [found], run.liquid.types, run.liquid.box_length)

    do_pieces(pieces, do, deadline, title, "cages")
    return [path for path, _ in pieces]
