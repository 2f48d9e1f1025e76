"""How a block of isoconfigurational runs is carried out: batch by batch, in one process.

Sums go to the disk now and then, and the trajectory of each run until then. A kill costs the batch
that was under way, no more.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from softness.files import tables
from softness.files.atomic import holding, replacing
from softness.files.ensemble_counts import EnsembleCounts, merged
from softness.files.provenance import Provenance
from softness.seeds import snapshot_name
from softness.simulate import parts
from softness.simulate.counting import Accumulator
from softness.simulate.deadline import Deadline
from softness.simulate.isoconfigurational import Ensemble, Runner
from softness.simulate.progress import Progress

# Sums are put on the disk after this number of runs, and not before this time in seconds: a file
# takes as long to write as a short run of a fast engine. None of this changes a result.
RUNS_PER_FILE = 16
SECONDS_PER_FILE = 30.0
LOCK = ".parts"


@dataclass(frozen=True)
class Block:
    """Some runs of an ensemble, to be done in one job.

    Attributes
    ----------
    first, end
        Numbers of the first run and of the one after the last.
    total
        Runs of the whole ensemble.
    """

    first: int
    end: int
    total: int


def run_block(
    folder: Path,
    block: Block,
    ensemble: Ensemble,
    runner: Runner,
    provenance: Provenance,
    deadline: Deadline,
) -> list[Path]:
    """Do the runs of a block that are not yet done.

    Parameters
    ----------
    folder
        Where runs of the snapshot are kept; the runs of the block are locked by the caller.
    block
        What is to be done.
    ensemble
        Snapshot and settings.
    runner
        What does the runs.
    provenance
        What makes the sums.
    deadline
        When the job ends.

    Returns
    -------
    list of pathlib.Path
        The parts that begin in this block. Together, those of all blocks hold each run once,
        whatever blocks they were made in.

    Raises
    ------
    OutOfTime
        If the next batch might not end in time; nothing that was done is lost.
    InputError
        If a file of an earlier attempt is damaged, or the job is too short for one batch.
    """
    waiting = _waiting(folder, block)
    sums = _Sums(folder, ensemble, provenance)
    kept = [number for number in waiting if sums.add_kept(number)]
    waiting = [number for number in waiting if number not in kept]
    total, steps = block.end - block.first, ensemble.steps_of_run
    before = total - len(waiting)
    place = snapshot_name(ensemble.snapshot)
    title = f"isoconfigurational T={ensemble.run.temperature:g} {place}"
    progress = Progress(title, total * steps, before * steps)
    left = len(waiting)
    for _ in _batches(waiting, runner, sums, deadline):
        progress.advance(steps)
        left -= 1
    sums.finish()
    if left:
        raise deadline.stop(title, "runs", before, total - left, total)
    return _own(folder, block)


def _waiting(folder: Path, block: Block) -> list[int]:
    """Numbers of the runs that are in no part; clears what earlier attempts have left behind."""
    # One after the other: what one block calls finished may reach into the runs of the next.
    with holding(folder / LOCK, waits=True):
        parts.settle(folder, block.first, block.end)
        done = set().union(*parts.disjoint(folder, block.total).values())
    for number, path in parts.frames_in(folder, block.first, block.end).items():
        if number in done:
            path.unlink()
    return [number for number in range(block.first, block.end) if number not in done]


def _own(folder: Path, block: Block) -> list[Path]:
    """Parts that begin in a block, in order."""
    found = parts.disjoint(folder, block.total)
    own = sorted((part.first, part.path) for part in found if block.first <= part.first < block.end)
    return [path for _, path in own]


def _batches(
    waiting: Sequence[int], runner: Runner, sums: "_Sums", deadline: Deadline
) -> Iterator[int]:
    """Do runs batch by batch, as long as there is time; give their numbers as they end."""
    longest = 0.0
    for begin in range(0, len(waiting), runner.at_once):
        # A file is taken to need as long as a batch, until one was written.
        if not deadline.allows(longest + (sums.seconds_of_file or longest)):
            return
        start = deadline.clock()
        for number, frames in runner.trajectories(waiting[begin : begin + runner.at_once]):
            sums.add(number, frames)
            yield number
        longest = max(longest, deadline.clock() - start)
        if sums.is_due():
            sums.write()


class _Sums:
    """Sums of the runs of one attempt, and their files."""

    def __init__(self, folder: Path, ensemble: Ensemble, provenance: Provenance) -> None:
        self._folder, self._provenance = folder, provenance
        self._place = ensemble.run.temperature, ensemble.snapshot
        particle = np.flatnonzero(ensemble.run.liquid.types == 0)
        self._accumulator = Accumulator(ensemble.protocol, particle)
        self._numbers: list[int] = []
        self._unwritten: list[int] = []
        self._path: Path | None = None
        self._since = time.monotonic()
        self.seconds_of_file = 0.0

    def add_kept(self, number: int) -> bool:
        """Take in the trajectory of a run of an earlier attempt, if there is one."""
        path = parts.frames_path(self._folder, number)
        frames = parts.read_frames(path) if path.exists() else None
        if frames is not None:
            self._add(number, frames)
        return frames is not None

    def add(self, number: int, frames: np.ndarray) -> None:
        """Take in a run; keep its trajectory until it is in a part."""
        with replacing(parts.frames_path(self._folder, number)) as temporary:
            np.save(temporary, frames)
        self._add(number, frames)

    def _add(self, number: int, frames: np.ndarray) -> None:
        self._accumulator.add(number, frames)
        self._numbers.append(number)
        self._unwritten.append(number)

    def is_due(self) -> bool:
        """Whether it is time to put sums on the disk."""
        late = time.monotonic() - self._since >= SECONDS_PER_FILE
        return late and len(self._unwritten) >= RUNS_PER_FILE

    def write(self) -> None:
        """Put the sums on the disk, then remove what they hold."""
        begin = time.monotonic()
        before, self._path = self._path, parts.part_path(self._folder, self._numbers, parts.GROWING)
        counts = self._accumulator.counts(*self._place)
        tables.write(self._path, counts, self._provenance)
        # Read back before what it replaces goes.
        tables.read(self._path, EnsembleCounts)
        if before is not None:
            before.unlink()
        for number in self._unwritten:
            parts.frames_path(self._folder, number).unlink()
        self._unwritten, self._since = [], time.monotonic()
        self.seconds_of_file = max(self.seconds_of_file, time.monotonic() - begin)

    def finish(self) -> None:
        """Put the rest on the disk; the part grows no more."""
        if self._unwritten:
            self.write()
        if self._path is not None:
            parts.finish(self._path)


def counts_of(paths: Sequence[Path], ensemble: Ensemble) -> EnsembleCounts:
    """Sums of some parts; of none if an earlier block holds all runs of this one."""
    if not paths:
        particle = np.flatnonzero(ensemble.run.liquid.types == 0)
        empty = Accumulator(ensemble.protocol, particle)
        return empty.counts(ensemble.run.temperature, ensemble.snapshot)
    return merged((tables.read(path, EnsembleCounts) for path in paths), [str(p) for p in paths])
