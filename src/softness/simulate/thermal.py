"""Thermal runs: frames at a fixed interval, and bursts of log-spaced frames now and then."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from softness.engines.protocol import Engine
from softness.files.frames import Frame, write_segment
from softness.simulate.chain import Chain
from softness.simulate.progress import Progress
from softness.simulate.segments import Cuts, Segment
from softness.simulate.settings import RunSettings

FRAMES, BURSTS = "trajectory.gsd", "bursts.gsd"


@dataclass(frozen=True)
class Schedule:
    """The time steps at which a thermal run is written down.

    Attributes
    ----------
    frame_interval
        Time steps between frames; the first is at step 0.
    burst_interval
        Time steps between the beginnings of bursts.
    burst_offsets
        Time steps of a burst's frames after its beginning; the first is 0.
    """

    frame_interval: int
    burst_interval: int
    burst_offsets: tuple[int, ...]

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], time_step: float) -> "Schedule":
        """Round the times of the settings (in tau) to time steps."""
        burst = settings["burst"]
        offsets = burst_offsets(burst["first"], burst["last"], burst["frames"], time_step)
        return cls(
            frame_interval=round(settings["frame_interval"] / time_step),
            burst_interval=round(burst["interval"] / time_step),
            burst_offsets=offsets,
        )

    def is_frame(self, step: int) -> bool:
        """Whether a frame of the trajectory is due."""
        return step % self.frame_interval == 0

    def is_burst(self, step: int) -> bool:
        """Whether a frame of a burst is due."""
        return step % self.burst_interval in self.burst_offsets

    def of_burst(self, frame: Frame) -> Frame:
        """The frame with the step at which its burst began."""
        begin = frame.step - frame.step % self.burst_interval
        return replace(frame, log={**frame.log, "burst_begin": begin})

    def due(self, first: int, end: int) -> list[int]:
        """Steps in [first, end) at which anything is due."""
        interval = self.frame_interval
        frames = set(range(-(-first // interval) * interval, end, interval))
        begins = range(first - first % self.burst_interval, end, self.burst_interval)
        bursts = {begin + offset for begin in begins for offset in self.burst_offsets}
        return sorted(frames | {step for step in bursts if first <= step < end})


def burst_offsets(first: float, last: float, frames: int, time_step: float) -> tuple[int, ...]:
    """Log-spaced time steps of a burst, 0 included; equal ones after rounding are taken once."""
    spaced = np.rint(np.geomspace(first, last, frames) / time_step).astype(int)
    return (0, *np.unique(spaced).tolist())


def thermal_cuts(run: RunSettings, settings: Mapping[str, Any]) -> Cuts:
    """Where a thermal run is cut, by its ``segment`` in tau."""
    return Cuts(run.steps(settings["segment"]))


def run_thermal(
    chain: Chain, engine: Engine, run: RunSettings, settings: Mapping[str, Any], state: str | Path
) -> None:
    """Run at constant temperature from an equilibrated state, segment by segment.

    Parameters
    ----------
    chain
        Where the run is kept, with its `thermal_cuts`; locked by the caller.
    engine
        What is run.
    run
        Liquid, temperature, replica and seed.
    settings
        ``duration``, ``frame_interval`` and ``burst`` (``interval``, ``first``, ``last`` in tau;
        ``frames``).
    state
        The equilibrated state.
    """
    steps = run.steps(settings["duration"])
    if chain.covered() >= steps:
        return
    schedule = Schedule.from_settings(settings, run.time_step)

    def start() -> None:
        engine.restore(state)

    def advance(segment: Segment, progress: Progress) -> None:
        frames = list(_frames(engine, schedule, segment, progress))
        series = {
            FRAMES: [frame for frame in frames if schedule.is_frame(frame.step)],
            BURSTS: [schedule.of_burst(f) for f in frames if schedule.is_burst(f.step)],
        }
        for name, chosen in series.items():
            path = chain.segment(segment, name)
            write_segment(path, chosen, run.liquid.types, run.liquid.box_length)

    title = f"thermal T={run.temperature:g} replica {run.replica}"
    chain.run(engine, steps, start, advance, title)


def _frames(
    engine: Engine, schedule: Schedule, segment: Segment, progress: Progress
) -> Iterator[Frame]:
    """Step through a segment; yield what is due on the way."""
    now, end = segment
    for step in [*schedule.due(now, end), end]:
        engine.run(step - now)
        progress.advance(step - now)
        now = step
        if now < end:
            log = {
                "potential_energy": engine.potential_energy(),
                "temperature": engine.temperature(),
            }
            yield Frame(now, engine.positions(), log)
