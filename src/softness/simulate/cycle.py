"""Thermal cycles: runs of one snapshot through a pulse of another temperature, and controls.

A control is a cycle whose two temperatures are equal. Both start from the same positions with the
same velocities, and ask the engine for the same things in the same order, so that they are equal to
the last digit (on a CPU) until the temperature moves: what differs later is a response, and a pulse
of height 0 has none (dissertation, section 4.2.2). Runs are stepped in batches, segment by segment;
an ordinary engine is a batch of one, and no run sees the others of its batch.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from softness import seeds
from softness.engines.batch import Batch
from softness.errors import InputError
from softness.files.frames import Frame, read_frames, write_segment
from softness.files.records.cycled import CycleHistory
from softness.simulate.chain import Chain
from softness.simulate.deadline import Deadline
from softness.simulate.progress import Progress
from softness.simulate.segments import Cuts, Segment
from softness.simulate.settings import RunSettings
from softness.simulate.together import folder_name

STREAM = "cycle"
TRAJECTORY = "trajectory.gsd"

# Temperatures at the beginning and at the end of the time from one frame to the next.
Interval = tuple[float, float]


@dataclass(frozen=True)
class CycleProtocol:
    """Temperature against time: low, up, high, down, low. Times are in time steps.

    Attributes
    ----------
    before
        At the low temperature, first.
    ramp
        Linearly from one temperature to the other, each way; 0 is a sudden step.
    hold
        At the high temperature: the length of the pulse.
    after
        At the low temperature, last.
    low, high
        In eps_AA/k_B. Their difference is the height of the pulse, which may be negative; equal
        ones make a control.
    frame_interval
        From frame to frame; all other times are multiples of it.
    """

    before: int
    ramp: int
    hold: int
    after: int
    low: float
    high: float
    frame_interval: int

    def __post_init__(self) -> None:
        if not (self.low > 0 and self.high > 0):
            raise InputError(f"low = {self.low}, high = {self.high}: give positive temperatures")
        if not self.frame_interval > 0:
            raise InputError(f"frame_interval = {self.frame_interval} steps: give 1 or more")
        for name in ("before", "ramp", "hold", "after"):
            steps = getattr(self, name)
            if steps < 0 or steps % self.frame_interval:
                raise InputError(
                    f"{name} = {steps} steps: give a multiple of frame_interval, which is "
                    f"{self.frame_interval} steps"
                )
        if self.steps == 0:
            raise InputError("before, ramp, hold and after are all 0: give a time to run")

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], time_step: float) -> "CycleProtocol":
        """Round the times of the settings (in tau) to time steps.

        Parameters
        ----------
        settings
            ``before``, ``ramp``, ``hold``, ``after``, ``frame_interval`` in tau; ``low``, ``high``.
        time_step
            In tau.
        """
        names = ("before", "ramp", "hold", "after", "frame_interval")
        steps = {name: round(settings[name] / time_step) for name in names}
        return cls(low=settings["low"], high=settings["high"], **steps)

    @property
    def is_control(self) -> bool:
        """Whether there is no pulse."""
        return self.high == self.low

    @property
    def steps(self) -> int:
        """Time steps of the whole run."""
        return self.before + 2 * self.ramp + self.hold + self.after

    def intervals(self) -> list[Interval]:
        """What the thermostat does from each frame to the next.

        Of a control all are equal: so one control, as long as the longest pulse needs it, stands
        for those of all pulses.
        """
        low, high = self.low, self.high
        phases = (
            (self.before, low, low),
            (self.ramp, low, high),
            (self.hold, high, high),
            (self.ramp, high, low),
            (self.after, low, low),
        )
        return [part for phase in phases for part in self._parts(*phase)]

    def _parts(self, steps: int, start: float, end: float) -> Iterator[Interval]:
        number = steps // self.frame_interval
        # The last one ends at the end itself, not at what rounding makes of it.
        way = [start + (end - start) * part / number for part in range(number)]
        return zip(way, [*way[1:], end], strict=False)

    def temperatures(self) -> np.ndarray:
        """(frames,) set temperature at each frame; after a sudden step, that to come."""
        parts = self.intervals()
        return np.array([start for start, _ in parts] + [parts[-1][1]] if parts else [self.low])


@dataclass(frozen=True)
class CycleRuns:
    """Runs of one snapshot through one protocol, to be done in one job.

    Attributes
    ----------
    run
        Liquid, engine and seed.
    protocol
        Temperature against time.
    positions
        (N, 3) of the snapshot.
    snapshot
        Its number: `softness.seeds.snapshot_key`.
    numbers
        Of the runs.
    segment
        Time steps from one saved state to the next, a multiple of the frame interval. Cycle and
        control must have the same: a restored state makes new neighbour lists.
    """

    run: RunSettings
    protocol: CycleProtocol
    positions: np.ndarray
    snapshot: int
    numbers: Sequence[int]
    segment: int

    def __post_init__(self) -> None:
        interval = self.protocol.frame_interval
        if self.segment <= 0 or self.segment % interval:
            raise InputError(
                f"segment = {self.segment} steps: give a multiple of frame_interval, which is "
                f"{interval} steps"
            )

    def velocities(self, number: int) -> np.ndarray:
        """(N, 3) velocities of one run: the same in a cycle and in its control."""
        low = self.protocol.low
        stream = seeds.stream(self.run.seed, STREAM, low, self.snapshot, number)
        return seeds.maxwell_boltzmann(stream, self.run.liquid.particles, low)

    def chain(self, folder: Path, batch: range, deadline: Deadline) -> Chain:
        """Where the runs of a batch are kept, below the folder of all."""
        return Chain(folder / folder_name(batch), Cuts(self.segment), deadline)


def trajectory_name(batch: range, number: int) -> str:
    """File of a run in the chain of its batch."""
    return TRAJECTORY if len(batch) == 1 else f"run{number}.gsd"


def run_batch(chain: Chain, engine: Batch, runs: CycleRuns, batch: range) -> None:
    """Do some runs together, segment by segment; their frames are left in the chain.

    Parameters
    ----------
    chain
        Where they are kept; locked by the caller.
    engine
        What is run.
    runs
        What they are some of.
    batch
        Their numbers; at most as many as the engine does at once.
    """
    steps, interval = runs.protocol.steps, runs.protocol.frame_interval
    if chain.covered() >= steps:
        return
    intervals, liquid = runs.protocol.intervals(), runs.run.liquid

    def start() -> None:
        velocities = [runs.velocities(number) for number in batch]
        # A batch that is not full is filled with its last run, which costs no time.
        velocities += velocities[-1:] * (engine.runs - len(batch))
        engine.load(runs.positions, liquid.types)
        engine.set_velocities(np.array(velocities))
        engine.set_thermostat(runs.protocol.low)
        engine.reset_thermostat()

    def advance(segment: Segment, progress: Progress) -> None:
        own = intervals[segment.begin // interval : segment.end // interval]
        moments = list(_moments(engine, own, segment.begin, interval, progress))
        # A batch that is filled up has more frames of a moment than runs.
        for number, frames in zip(batch, zip(*moments, strict=True), strict=False):
            path = chain.segment(segment, trajectory_name(batch, number))
            write_segment(path, frames, liquid.types, liquid.box_length)

    what = "control" if runs.protocol.is_control else "cycle"
    title = (
        f"{what} T={runs.protocol.low:g} to {runs.protocol.high:g} "
        f"{seeds.snapshot_name(runs.snapshot)} {_named(batch)}"
    )
    chain.run(engine, steps, start, advance, title)


def _named(batch: range) -> str:
    return f"run {batch[0]}" if len(batch) == 1 else f"runs {batch[0]} to {batch[-1]}"


def _moments(
    engine: Batch, intervals: Sequence[Interval], first: int, interval: int, progress: Progress
) -> Iterator[list[Frame]]:
    """Go from moment to moment; that at the beginning is in the segment before."""
    if first == 0:
        yield _frames(engine, 0)
    for number, (start, end) in enumerate(intervals, 1):
        # A ramp from a temperature to itself too: a control asks for what a cycle asks for.
        engine.ramp(start, end, interval)
        progress.advance(interval)
        yield _frames(engine, first + number * interval)


def _frames(engine: Batch, step: int) -> list[Frame]:
    """A frame of each run."""
    measured = engine.potential_energy(), engine.temperature(), engine.positions()
    return [
        Frame(step, positions, {"potential_energy": energy, "temperature": temperature})
        for energy, temperature, positions in zip(*measured, strict=True)
    ]


def history_of(trajectories: Sequence[Path], runs: CycleRuns) -> CycleHistory:
    """Energies of all runs at all frames.

    Parameters
    ----------
    trajectories
        Finished files of the runs, in their order.
    runs
        What was done.
    """
    protocol = runs.protocol
    temperatures = protocol.temperatures()
    # (runs, frames, potential and total energy)
    energies = np.array([_energies(path, runs.run.liquid.particles) for path in trajectories])
    return CycleHistory(
        low=np.array(protocol.low),
        high=np.array(protocol.high),
        snapshot=np.array(runs.snapshot),
        runs=np.array(runs.numbers),
        time=np.arange(len(temperatures)) * protocol.frame_interval * runs.run.time_step,
        set_temperature=temperatures,
        total_energy=energies[:, :, 1],
        potential_energy=energies[:, :, 0],
    )


def _energies(path: Path, particles: int) -> list[tuple[float, float]]:
    """Potential and total energy of each frame."""
    freedom = 3 * particles - 3
    return [
        (potential, potential + 0.5 * freedom * temperature)
        for potential, temperature in (
            (float(frame.log["potential_energy"][0]), float(frame.log["temperature"][0]))
            for frame in read_frames(path)
        )
    ]
