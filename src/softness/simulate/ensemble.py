"""Isoconfigurational ensembles: runs of one snapshot that differ in their velocities alone.

Nothing of a run is kept but what it adds to the counts (dissertation, sections 1.6.1 and 3.2.1).
Velocities are drawn from a stream that is keyed by the number of the run, and counts are whole
numbers: they are the same to the last digit however an ensemble is cut into workers, attempts and
jobs.
"""

import contextlib
import multiprocessing
import multiprocessing.connection
import shutil
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numba
import numpy as np

from softness import seeds
from softness.dynamics.csd import cumulative_squared_displacement
from softness.dynamics.hop import hop_indicator
from softness.engines.protocol import Engine
from softness.errors import InputError
from softness.files import tables
from softness.files.ensemble_counts import (
    CSD_THRESHOLDS,
    HOP_THRESHOLDS,
    EnsembleCounts,
    frames_in,
    frames_path,
    merged,
    part_path,
    parts_in,
    runs_done,
)
from softness.files.provenance import Provenance
from softness.simulate.chain import Chain
from softness.simulate.deadline import Deadline
from softness.simulate.progress import Progress
from softness.simulate.settings import RunSettings

# Displacements are summed in these units: as whole numbers, which no order of adding changes.
UNIT_BITS = 20
DISPLACEMENT_UNIT = 2.0**-UNIT_BITS

STREAM = "isoconfigurational"

# A worker puts its sums on the disk after so many runs, and not before so many seconds have passed:
# a file takes as long to write as a short run of a fast engine. Until then it keeps the trajectory
# of each run, some megabytes. None of this changes a result.
RUNS_PER_CHECKPOINT = 16
SECONDS_PER_CHECKPOINT = 30.0
# Where workers write before a file gets its name: a folder for each, and the names in it.
UNFINISHED = "unfinished-"
COUNTS, FRAMES = "counts.h5", "frames.npy"


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
        crowd = (2, len(HOP_THRESHOLDS), len(protocol.hop_frames))
        self._crowd, self._crowd_cumulative = np.zeros(crowd, np.int64), np.zeros(crowd, np.int64)
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
        _count(csd, CSD_THRESHOLDS, self._csd[half], self._csd_cumulative[half])
        crowds = _count(hop, HOP_THRESHOLDS, self._hop[half], self._hop_cumulative[half])
        self._crowd[half] += crowds[0] ** 2
        self._crowd_cumulative[half] += crowds[1] ** 2
        sizes = np.linalg.norm(own[1:] - own[0], axis=2)
        whole = np.rint(sizes / DISPLACEMENT_UNIT).astype(np.int64)
        self._displacement[half] += whole
        # In the same unit, so that sums over 1e6 runs still fit into 64 bits.
        self._square[half] += (whole * whole) >> UNIT_BITS
        self._runs.append(number)

    def counts(self, temperature: float, snapshot: int) -> EnsembleCounts:
        """What has been counted: views of the sums, which further runs change."""
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
            hop_crowd_square=self._crowd,
            hop_cumulative_crowd_square=self._crowd_cumulative,
            unit=np.array(DISPLACEMENT_UNIT),
            displacement=self._displacement,
            square=self._square,
        )


@numba.njit(cache=True, nogil=True)
def _count(
    values: np.ndarray, thresholds: np.ndarray, instant: np.ndarray, cumulative: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Add one run of (rows, particles) to counts (thresholds + 1, rows, particles).

    Returns, for the values and for their largest up to each row, the (thresholds, rows) number of
    particles that exceed each threshold.
    """
    rows, particles = values.shape
    crowd = np.zeros((2, len(thresholds) + 1, rows), np.int64)
    for particle in range(particles):
        highest = 0
        for row in range(rows):
            # Thresholds that are strictly below the value.
            exceeded = np.searchsorted(thresholds, values[row, particle])
            instant[exceeded, row, particle] += 1
            crowd[0, exceeded, row] += 1
            highest = max(highest, exceeded)
            cumulative[highest, row, particle] += 1
            crowd[1, highest, row] += 1
    # Who exceeds a threshold exceeds all lower ones.
    for level in range(len(thresholds) - 1, 0, -1):
        crowd[:, level] += crowd[:, level + 1]
    return crowd[0, 1:], crowd[1, 1:]


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

    @property
    def steps_of_run(self) -> int:
        """Time steps of one run."""
        return self.protocol.frames * self.protocol.frame_interval


def trajectory(engine: Engine, block: Block, number: int) -> np.ndarray:
    """Do one run of an ensemble.

    Parameters
    ----------
    engine
        What is run.
    block
        Snapshot and settings.
    number
        Of the run; it may be any.

    Returns
    -------
    numpy.ndarray
        (frames + 1, N, 3) unwrapped positions.
    """
    start = velocities(block.run, block.snapshot, number)
    ensemble = SequentialEnsemble(engine, block.run.temperature)
    (frames,) = ensemble.trajectories(block.positions, [start], block.protocol)
    return frames


def run_block(
    chain: Chain,
    block: Block,
    device: str,
    workers: int,
    provenance: Provenance,
) -> EnsembleCounts:
    """Do the runs of a block that are not yet done, and add up all of them.

    Each worker keeps the sums of its runs and now and then puts them into its one file in the
    chain's folder; the trajectories of the runs that came after lie beside it. A killed job loses
    the runs that it was in, and nothing else; the next attempt adds up those trajectories and does
    what is left, with whatever number of workers.

    Parameters
    ----------
    chain
        Where files are kept, and until when; locked by the caller.
    block
        What is to be done.
    device
        Where the engine runs.
    workers
        Processes, each with an engine of its own.
    provenance
        What makes the counts.

    Raises
    ------
    OutOfTime
        If the next run might not end in time; nothing that was done is lost.
    InputError
        If a file of an earlier attempt is damaged, a worker ended, or the job is too short for one
        run.
    """
    waiting, pace = _not_counted(chain.folder, block), _Pace(chain.deadline)
    kept = frames_in(chain.folder)
    total, steps = block.last - block.first, block.steps_of_run
    before = total - len(waiting) + len(kept)
    title = f"isoconfigurational T={block.run.temperature:g} snapshot {block.snapshot}"
    progress = Progress(title, total * steps, before * steps)
    with _working(chain.folder, block, device, min(workers, len(waiting)), provenance) as crew:
        for number in _work(crew, waiting, pace):
            if number not in kept:
                progress.advance(steps)
    if waiting:
        raise chain.deadline.stop(title, "runs", before, runs_done(chain.folder), total)
    paths = [part.path for part in parts_in(chain.folder)[0]]
    return merged((tables.read(path, EnsembleCounts) for path in paths), [str(p) for p in paths])


def _not_counted(folder: Path, block: Block) -> list[int]:
    """Numbers of the runs that are in no part; clears what earlier attempts have left behind."""
    for waste in folder.glob(f"{UNFINISHED}*"):
        shutil.rmtree(waste, ignore_errors=True)
    parts, outdated = parts_in(folder)
    done = {number for part in parts for number in part.numbers().tolist()}
    # Not before the files that take their place are known to be whole.
    for part in outdated:
        part.path.unlink()
    for number, path in frames_in(folder).items():
        if number in done:
            path.unlink()
    return [number for number in range(block.first, block.last) if number not in done]


class _Pace:
    """Whether another run, and putting it on the disk, will end in time, by the longest so far."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._run = 0.0
        self._save = 0.0

    def took(self, task: int | None, seconds: float) -> None:
        """Learn how long a run took, or a file."""
        if task is None:
            self._save = max(self._save, seconds)
        else:
            self._run = max(self._run, seconds)

    def allows_another(self) -> bool:
        # A file is taken to need as long as a run, until one was written.
        return self._deadline.allows(self._run + (self._save or self._run))


# What a worker is asked to do: the run of this number, or to put its sums on the disk.
_Task = int | None


class _Counter:
    """Does runs one after the other, in this process, and keeps their sums.

    Parameters
    ----------
    block, device
        What is run, and where.
    provenance
        What makes the counts.
    folder
        Of the block, where trajectories of earlier attempts are found.
    place
        Folder where sums and trajectories are put: they belong elsewhere in the end.
    """

    def __init__(
        self, block: Block, device: str, provenance: Provenance, folder: Path, place: Path
    ) -> None:
        self._block, self._provenance = block, provenance
        self._folder, self._place = folder, place
        self._engine = block.run.create_engine(device)
        particle = np.flatnonzero(block.run.liquid.types == 0)
        self._accumulator = Accumulator(block.protocol, particle)

    def do(self, task: _Task) -> float:
        """Do a task; return its seconds."""
        begin = time.monotonic()
        if task is None:
            block = self._block
            counts = self._accumulator.counts(block.run.temperature, block.snapshot)
            tables.write(self._place / COUNTS, counts, self._provenance)
        else:
            self._accumulator.add(task, self._frames(task))
        return time.monotonic() - begin

    def _frames(self, number: int) -> np.ndarray:
        """Trajectory of a run: of an earlier attempt, or done and written now."""
        # Absent, or cut short when the machine failed: these files are not flushed.
        with contextlib.suppress(OSError, ValueError, EOFError):
            return np.load(frames_path(self._folder, number))
        frames = trajectory(self._engine, self._block, number)
        np.save(self._place / FRAMES, frames)
        return frames


class _Here:
    """A counter in this process: a task is done when its result is asked for."""

    def __init__(self, *job: Any) -> None:
        self._counter = _Counter(*job)

    def begin(self, task: _Task) -> None:
        self._task = task

    def result(self) -> float:
        return self._counter.do(self._task)

    def stop(self) -> None:
        pass


class _Elsewhere:
    """A counter in a process of its own."""

    def __init__(self, *job: Any) -> None:
        # A fresh interpreter: no engine survives a fork.
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, *job), daemon=True)
        self._process.start()
        other.close()

    def begin(self, task: _Task) -> None:
        # A process that has died is found out by its result.
        with contextlib.suppress(ConnectionError):
            self.connection.send(task)

    def result(self) -> float:
        try:
            found = self.connection.recv()
        except (EOFError, ConnectionError) as error:
            self._process.join()
            raise InputError(
                f"a worker ended with exit status {self._process.exitcode}, perhaps for want of "
                "memory: run again, with fewer workers or more memory; what is on the disk is kept"
            ) from error
        if isinstance(found, Exception):
            raise found
        return found

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self.connection.close()


def _serve(connection: multiprocessing.connection.Connection, *job: Any) -> None:
    """Do what the other end asks for, until it is gone."""
    with contextlib.suppress(ConnectionError, KeyboardInterrupt):
        try:
            counter = _Counter(*job)
            while True:
                connection.send(counter.do(connection.recv()))
        except Exception as error:  # to be raised at the other end, if that is still there
            error.add_note(traceback.format_exc())
            connection.send(error)


@dataclass(eq=False)
class _Worker:
    """A counter, and the files that it has in the folder of the block.

    Only the process that holds the folder gives files their names: one that has lost its parent to
    a kill and still goes on can add nothing.

    Attributes
    ----------
    counter
        Does the tasks.
    place
        Where it writes.
    folder
        Where its files belong.
    first, runs
        Number of its first run; how many it has done.
    task
        What it does, or has just done.
    path
        Its part.
    kept
        Trajectories of the runs that are not yet in its part.
    since
        When that was written.
    """

    counter: _Here | _Elsewhere
    place: Path
    folder: Path
    first: int | None = None
    runs: int = 0
    kept: list[Path] = field(default_factory=list)
    task: _Task = None
    path: Path | None = None
    since: float = field(default_factory=time.monotonic)

    def begin(self, task: _Task) -> None:
        """Begin a run, or to put sums on the disk."""
        self.task = task
        self.counter.begin(task)

    def end(self) -> float:
        """Take in that the task is done; return its seconds."""
        seconds = self.counter.result()
        if self.task is None:
            self._name_part()
        else:
            self.first = self.task if self.first is None else self.first
            self.runs += 1
            self._name_frames(self.task)
        return seconds

    def _name_part(self) -> None:
        """Give the new part its name, then remove what it holds: see `parts_in`."""
        before, self.path = self.path, part_path(self.folder, self.first, self.runs)
        (self.place / COUNTS).replace(self.path)
        for path in self.kept if before is None else [before, *self.kept]:
            path.unlink()
        self.kept, self.since = [], time.monotonic()

    def _name_frames(self, number: int) -> None:
        self.kept.append(frames_path(self.folder, number))
        # Nothing was written if the trajectory is of an earlier attempt.
        with contextlib.suppress(FileNotFoundError):
            (self.place / FRAMES).replace(self.kept[-1])

    def is_due(self) -> bool:
        """Whether it is time to put sums on the disk."""
        late = time.monotonic() - self.since >= SECONDS_PER_CHECKPOINT
        return late and len(self.kept) >= RUNS_PER_CHECKPOINT


@contextlib.contextmanager
def _working(
    folder: Path, block: Block, device: str, number: int, provenance: Provenance
) -> Iterator[list[_Worker]]:
    """So many workers: this process, or several of their own."""
    kind = _Elsewhere if number > 1 else _Here
    workers: list[_Worker] = []
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder) as unfinished:
        try:
            for index in range(number):
                place = Path(unfinished) / str(index)
                place.mkdir()
                counter = kind(block, device, provenance, folder, place)
                workers.append(_Worker(counter, place, folder))
            yield workers
        finally:
            for worker in workers:
                worker.counter.stop()
            # Their sums take the memory that merging needs.
            workers.clear()


def _work(crew: Sequence[_Worker], waiting: list[int], pace: _Pace) -> Iterator[int]:
    """Take runs from those that wait, as long as there is time; give their numbers as they end.

    Ends when there are no more runs or no more time, with all that was done on the disk.
    """
    busy: list[_Worker] = []
    idle = list(crew)
    while True:
        for worker in idle:
            due = worker.is_due()
            if waiting and not due and pace.allows_another():
                worker.begin(waiting.pop(0))
                busy.append(worker)
            elif worker.kept:
                worker.begin(None)
                busy.append(worker)
        if not busy:
            return
        idle = _ended(busy)
        busy = [worker for worker in busy if worker not in idle]
        for worker in idle:
            pace.took(worker.task, worker.end())
            if worker.task is not None:
                yield worker.task


def _ended(busy: Sequence[_Worker]) -> list[_Worker]:
    """Workers whose results are there; waits for the first of them."""
    if isinstance(busy[0].counter, _Here):
        return list(busy)
    workers = {worker.counter.connection: worker for worker in busy}
    return [workers[each] for each in multiprocessing.connection.wait(list(workers))]
