"""Isoconfigurational runs: from one snapshot, with velocities of their own.

Velocities are drawn from a stream that is keyed by the number of the run, so that a run is the same
in whatever block, batch or order it is done (dissertation, sections 1.6.1 and 3.2.1).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from softness import seeds
from softness.engines.protocol import Engine
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


class OneByOne:
    """Does runs one after the other, each from start to end, with an ordinary engine."""

    at_once = 1

    def __init__(self, engine: Engine, ensemble: Ensemble) -> None:
        self._engine = engine
        self._ensemble = ensemble

    def trajectories(self, numbers: Sequence[int]) -> Iterator[tuple[int, np.ndarray]]:
        """Number and positions of each run: see `Runner`."""
        for number in numbers:
            yield number, self._trajectory(number)

    def _trajectory(self, number: int) -> np.ndarray:
        engine, ensemble = self._engine, self._ensemble
        protocol = ensemble.protocol
        engine.load(ensemble.positions, engine.liquid.types, ensemble.velocities(number))
        engine.set_thermostat(ensemble.run.temperature)
        engine.reset_thermostat()
        frames = np.empty((protocol.frames + 1, *ensemble.positions.shape))
        frames[0] = engine.positions()
        for frame in range(protocol.frames):
            engine.run(protocol.frame_interval)
            frames[frame + 1] = engine.positions()
        return frames
