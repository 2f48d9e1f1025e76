"""Isoconfigurational runs: from one snapshot, with velocities of their own.

Velocities are drawn from a stream that is keyed by the number of the run, so that a run is the same
in whatever block, batch or order it is done (dissertation, sections 1.6.1 and 3.2.1).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from softness import seeds
from softness.engines.batch import Batch
from softness.errors import InputError
from softness.simulate.settings import RunSettings

STREAM = "isoconfigurational"


@dataclass(frozen=True)
class RunProtocol:
    """What each run of an ensemble does, in time steps and frames.

    Attributes
    ----------
    frame_interval
        Time steps between frames; the first frame is the snapshot itself.
    frames
        Frames of a run after the first.
    half_window
        Of p_hop, in frames.
    csd_window
        Of the cumulative squared displacement, in frames.
    time
        Between frames, in tau.
    """

    frame_interval: int
    frames: int
    half_window: int
    csd_window: int
    time: float

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], time_step: float) -> "RunProtocol":
        """Round the times of the settings (in tau) to time steps and frames."""
        time = settings["frame_interval"]
        return cls(
            frame_interval=round(time / time_step),
            frames=round(settings["duration"] / time),
            half_window=round(settings["hop_window"] / (2 * time)),
            csd_window=round(settings["csd_window"] / time),
            time=time,
        )

    @property
    def hop_frames(self) -> np.ndarray:
        """Frames at which p_hop is known."""
        return np.arange(self.half_window, self.frames - self.half_window + 1)

    @property
    def csd_frames(self) -> np.ndarray:
        """Frames at which the CSD is counted: as late as p_hop."""
        return np.arange(self.csd_window, self.frames - self.half_window + 1)


@dataclass(frozen=True)
class Ensemble:
    """Runs of one snapshot, as many as one likes.

    Attributes
    ----------
    run
        Liquid, engine, temperature and seed.
    protocol
        What each run does.
    positions
        (N, 3) of the snapshot.
    snapshot
        Its number: `softness.seeds.snapshot_key`.
    """

    run: RunSettings
    protocol: RunProtocol
    positions: np.ndarray
    snapshot: int

    @property
    def steps_of_run(self) -> int:
        """Time steps of one run."""
        return self.protocol.frames * self.protocol.frame_interval

    def velocities(self, number: int) -> np.ndarray:
        """(N, 3) velocities of one run: the same wherever and however often it is done."""
        run = self.run
        stream = seeds.stream(run.seed, STREAM, run.temperature, self.snapshot, number)
        return seeds.maxwell_boltzmann(stream, run.liquid.particles, run.temperature)


class Runner(Protocol):
    """What does the runs of an ensemble, some at once.

    Attributes
    ----------
    at_once
        Runs of a batch.
    """

    at_once: int

    def trajectories(self, numbers: Sequence[int]) -> Iterator[tuple[int, np.ndarray]]:
        """Number and (frames + 1, N, 3) unwrapped positions of each run of a batch.

        The first frame is the snapshot itself.
        """


class InBatches:
    """Does runs batch by batch, those of a batch together, frame by frame. See `Runner`.

    Parameters
    ----------
    batch
        Does so many runs at once; an ordinary engine is a batch of one.
    ensemble
        Whose runs.
    """

    def __init__(self, batch: Batch, ensemble: Ensemble) -> None:
        self.at_once = batch.runs
        self._batch, self._ensemble = batch, ensemble

    def trajectories(self, numbers: Sequence[int]) -> Iterator[tuple[int, np.ndarray]]:
        """Number and positions of each run: see `Runner`."""
        for begin in range(0, len(numbers), self.at_once):
            together = numbers[begin : begin + self.at_once]
            try:
                frames = self._frames(together)
            except InputError as error:
                whose = f"runs {together[0]} to {together[-1]} together"
                raise InputError(f"of {whose}, {error}") from error
            yield from zip(together, frames, strict=True)

    def _frames(self, numbers: Sequence[int]) -> np.ndarray:
        batch, protocol = self._batch, self._ensemble.protocol
        self._load(numbers)
        frames = np.empty((len(numbers), protocol.frames + 1, *self._ensemble.positions.shape))
        frames[:, 0] = batch.positions()[: len(numbers)]
        for frame in range(1, protocol.frames + 1):
            batch.run(protocol.frame_interval)
            frames[:, frame] = batch.positions()[: len(numbers)]
        return frames

    def _load(self, numbers: Sequence[int]) -> None:
        batch, ensemble = self._batch, self._ensemble
        velocities = [ensemble.velocities(number) for number in numbers]
        # A batch that is not full is filled with its last run, which costs no time.
        velocities += velocities[-1:] * (self.at_once - len(numbers))
        batch.load(ensemble.positions, batch.liquid.types)
        batch.set_velocities(np.array(velocities))
        batch.set_thermostat(ensemble.run.temperature)
        batch.reset_thermostat()
