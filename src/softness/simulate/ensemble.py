"""Isoconfigurational ensembles: runs of one snapshot that differ in their velocities alone.

Nothing of a run is kept but what it adds to the counts (dissertation, sections 1.6.1 and 3.2.1).
Velocities are drawn from a stream that is keyed by the number of the run, and counts are whole
numbers: they are the same to the last digit however an ensemble is cut into batches, workers and
jobs.
"""

import multiprocessing
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numba
import numpy as np

from softness import seeds
from softness.dynamics.csd import cumulative_squared_displacement
from softness.dynamics.hop import hop_indicator
from softness.engines.protocol import Engine
from softness.files import tables
from softness.files.ensemble_counts import RUNS_PER_FILE, EnsembleCounts, merged
from softness.files.provenance import Provenance
from softness.simulate.chain import Chain
from softness.simulate.progress import Progress
from softness.simulate.settings import RunSettings

# Fixed for good, so that another threshold never asks for another simulation (STUDY.md section 3).
HOP_THRESHOLDS = np.arange(1, 101) / 100
CSD_THRESHOLDS = np.arange(10, 201) / 500
# Displacements are summed in these units: as whole numbers, which no order of adding changes.
UNIT_BITS = 20
DISPLACEMENT_UNIT = 2.0**-UNIT_BITS

STREAM = "isoconfigurational"

# A batch is begun if the time left is that of the longest one so far, and this much more.
MARGIN = 1.25


class OutOfTime(Exception):
    """The wall time is nearly over; what was done is kept."""


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


def velocities(run: RunSettings, snapshot: int, number: int) -> np.ndarray:
    """(N, 3) velocities of one run: the same wherever and however often it is done."""
    stream = seeds.stream(run.seed, STREAM, run.temperature, snapshot, number)
    return seeds.maxwell_boltzmann(stream, run.liquid.particles, run.temperature)


class SequentialEnsemble:
    """Runs an engine once for each member of an ensemble.

    An engine that advances many copies of the liquid at once would take the place of this class.
    """

    def __init__(self, engine: Engine, temperature: float) -> None:
        self._engine = engine
        self._temperature = temperature

    def trajectories(
        self, positions: np.ndarray, starts: Sequence[np.ndarray], protocol: RunProtocol
    ) -> Iterator[np.ndarray]:
        """(frames + 1, N, 3) unwrapped positions of each run, from these velocities."""
        engine, types = self._engine, self._engine.liquid.types
        for start in starts:
            engine.load(positions, types, start)
            engine.set_thermostat(self._temperature)
            engine.reset_thermostat()
            frames = np.empty((protocol.frames + 1, *positions.shape))
            frames[0] = engine.positions()
            for frame in range(protocol.frames):
                engine.run(protocol.frame_interval)
                frames[frame + 1] = engine.positions()
            yield frames


class Accumulator:
    """Counts of an ensemble, run by run, in memory that does not grow with their number.

    Parameters
    ----------
    protocol
        What each run does.
    particle
        (n,) numbers of the particles that count.
    """

    def __init__(self, protocol: RunProtocol, particle: np.ndarray) -> None:
        self._protocol = protocol
        self._particle = np.asarray(particle)
        self._runs: list[int] = []
        size = len(self._particle)
        hop = (2, len(HOP_THRESHOLDS) + 1, len(protocol.hop_frames), size)
        csd = (2, len(CSD_THRESHOLDS) + 1, len(protocol.csd_frames), size)
        self._hop, self._hop_cumulative = np.zeros(hop, np.uint32), np.zeros(hop, np.uint32)
        self._csd, self._csd_cumulative = np.zeros(csd, np.uint32), np.zeros(csd, np.uint32)
        self._displacement = np.zeros((2, protocol.frames, size), np.int64)
        self._square = np.zeros_like(self._displacement)

    def add(self, number: int, frames: np.ndarray) -> None:
        """Take in one run.

        Parameters
        ----------
        number
            Of the run; its parity decides the half.
        frames
            (frames + 1, N, 3) unwrapped positions.
        """
        half, protocol = number % 2, self._protocol
        frames = frames - frames.mean(axis=1, keepdims=True)
        own = np.ascontiguousarray(frames[:, self._particle])
        hop = hop_indicator(own, protocol.half_window)
        csd = cumulative_squared_displacement(own, protocol.csd_window)
        csd = csd[: len(protocol.csd_frames)]
        for values, thresholds, instant, cumulative in (
            (hop, HOP_THRESHOLDS, self._hop, self._hop_cumulative),
            (csd, CSD_THRESHOLDS, self._csd, self._csd_cumulative),
        ):
            _count(values, thresholds, instant[half], cumulative[half])
        sizes = np.linalg.norm(own[1:] - own[0], axis=2)
        whole = np.rint(sizes / DISPLACEMENT_UNIT).astype(np.int64)
        self._displacement[half] += whole
        # In the same unit, so that sums over 1e6 runs still fit into 64 bits.
        self._square[half] += (whole * whole) >> UNIT_BITS
        self._runs.append(number)

    def counts(self, temperature: float, snapshot: int) -> EnsembleCounts:
        """What has been counted."""
        protocol = self._protocol
        return EnsembleCounts(
            temperature=np.array(temperature),
            snapshot=np.array(snapshot),
            runs=np.array(sorted(self._runs)),
            particle=self._particle,
            hop_threshold=HOP_THRESHOLDS,
            csd_threshold=CSD_THRESHOLDS,
            hop_time=protocol.hop_frames * protocol.time,
            csd_time=protocol.csd_frames * protocol.time,
            displacement_time=np.arange(1, protocol.frames + 1) * protocol.time,
            hop=self._hop,
            hop_cumulative=self._hop_cumulative,
            csd=self._csd,
            csd_cumulative=self._csd_cumulative,
            unit=np.array(DISPLACEMENT_UNIT),
            displacement=self._displacement,
            square=self._square,
        )


def run_batch(
    engine: Engine,
    run: RunSettings,
    protocol: RunProtocol,
    positions: np.ndarray,
    snapshot: int,
    numbers: Sequence[int],
) -> EnsembleCounts:
    """Do some runs of an ensemble and count.

    Parameters
    ----------
    engine
        What is run.
    run
        Liquid, temperature and seed.
    protocol
        What each run does.
    positions
        (N, 3) of the snapshot.
    snapshot
        Its number.
    numbers
        Of the runs.
    """
    particle = np.flatnonzero(run.liquid.types == 0)
    accumulator = Accumulator(protocol, particle)
    starts = [velocities(run, snapshot, number) for number in numbers]
    ensemble = SequentialEnsemble(engine, run.temperature)
    trajectories = ensemble.trajectories(positions, starts, protocol)
    for number, frames in zip(numbers, trajectories, strict=True):
        accumulator.add(number, frames)
    return accumulator.counts(run.temperature, snapshot)


@numba.njit(cache=True, nogil=True)
def _count(
    values: np.ndarray, thresholds: np.ndarray, instant: np.ndarray, cumulative: np.ndarray
) -> None:
    """Add one run of (rows, particles) to counts (thresholds + 1, rows, particles)."""
    rows, particles = values.shape
    for particle in range(particles):
        highest = 0
        for row in range(rows):
            # Thresholds that are strictly below the value.
            exceeded = np.searchsorted(thresholds, values[row, particle])
            instant[exceeded, row, particle] += 1
            highest = max(highest, exceeded)
            cumulative[highest, row, particle] += 1


@dataclass(frozen=True)
class Block:
    """Some runs of one snapshot, to be done in one job.

    Attributes
    ----------
    run
        Liquid, engine, temperature and seed.
    protocol
        What each run does.
    positions
        (N, 3) of the snapshot.
    snapshot
        Its number.
    first, last
        Numbers of the first run and of the one after the last.
    """

    run: RunSettings
    protocol: RunProtocol
    positions: np.ndarray
    snapshot: int
    first: int
    last: int

    def batches(self) -> list[range]:
        """Runs between checkpoints."""
        starts = range(self.first, self.last, RUNS_PER_FILE)
        return [range(start, min(start + RUNS_PER_FILE, self.last)) for start in starts]

    @property
    def steps_of_run(self) -> int:
        """Time steps of one run."""
        return self.protocol.frames * self.protocol.frame_interval


def run_block(
    chain: Chain,
    block: Block,
    device: str,
    workers: int,
    provenance: Provenance,
    wall_time: float = float("inf"),
) -> EnsembleCounts:
    """Do the runs of a block that are not yet done, and add up all of them.

    Each batch of runs is a file of its own in the chain's folder, so that a killed job loses the
    batches at hand and nothing else, and the next attempt may have another number of workers.

    Parameters
    ----------
    chain
        Where batches are kept; locked by the caller.
    block
        What is to be done.
    device
        Where the engine runs.
    workers
        Processes, each with an engine of its own.
    provenance
        What makes the counts.
    wall_time
        Seconds after which the job would be killed.

    Raises
    ------
    OutOfTime
        If the next batch might not end in time; nothing that was done is lost.
    """
    deadline = _Deadline(wall_time)
    batches = block.batches()
    files = [chain.segment(number, "counts.h5") for number in range(len(batches))]
    waiting = [pair for pair in zip(batches, files, strict=True) if not pair[1].exists()]
    total, left = block.last - block.first, sum(len(batch) for batch, _ in waiting)
    title = f"isoconfigurational T={block.run.temperature:g} snapshot {block.snapshot}"
    steps = block.steps_of_run
    progress = Progress(title, total * steps, (total - left) * steps)
    with _Workers(block, device, provenance, min(workers, len(waiting))) as pool:
        for batch, seconds in pool.results(waiting, deadline):
            progress.advance(len(batch) * steps)
            deadline.batch_took(seconds)
    if not all(file.exists() for file in files):
        raise OutOfTime
    return merged((tables.read(file, EnsembleCounts) for file in files), [str(f) for f in files])


class _Deadline:
    """Whether another batch will end in time, if it takes as long as the longest one so far."""

    def __init__(self, wall_time: float) -> None:
        self._end = time.monotonic() + wall_time
        self._longest = 0.0

    def batch_took(self, seconds: float) -> None:
        self._longest = max(self._longest, seconds)

    def allows_another(self) -> bool:
        return time.monotonic() + MARGIN * self._longest < self._end


class _Workers:
    """Processes that do batches, or this process alone."""

    def __init__(self, block: Block, device: str, provenance: Provenance, number: int) -> None:
        self._job = (block, device, provenance)
        self._number = number
        self._pool = None

    def __enter__(self) -> "_Workers":
        if self._number > 1:
            # A fresh interpreter each: no engine survives a fork.
            context = multiprocessing.get_context("spawn")
            self._pool = context.Pool(self._number, _prepare, self._job)
        else:
            _prepare(*self._job)
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.terminate()
            self._pool.join()

    def results(
        self, waiting: Sequence[tuple[range, Path]], deadline: _Deadline
    ) -> Iterator[tuple[range, float]]:
        """Batches as they end, each with its seconds; none is begun that might not end in time."""
        if self._pool is None:
            for pair in waiting:
                if not deadline.allows_another():
                    return
                yield _do(pair)
            return
        waiting, running = list(waiting), []
        while waiting or running:
            while waiting and len(running) < self._number and deadline.allows_another():
                running.append(self._pool.apply_async(_do, (waiting.pop(0),)))
            if not running:
                return
            ended = [each for each in running if each.ready()]
            running = [each for each in running if each not in ended]
            for each in ended:
                yield each.get()
            if not ended:
                running[0].wait(0.2)


# The engine of this process, and what it is to do.
_mine: dict[str, Any] = {}


def _prepare(block: Block, device: str, provenance: Provenance) -> None:
    _mine.update(block=block, engine=block.run.create_engine(device), provenance=provenance)


def _do(pair: tuple[range, Path]) -> tuple[range, float]:
    """Do one batch and write its counts."""
    batch, path = pair
    begin = time.monotonic()
    block = _mine["block"]
    job = (_mine["engine"], block.run, block.protocol, block.positions, block.snapshot)
    tables.write(path, run_batch(*job, batch), _mine["provenance"])
    return batch, time.monotonic() - begin
