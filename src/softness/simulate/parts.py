"""The files in which runs of a snapshot are kept: sums of runs, and trajectories not yet in one.

Sums cannot be taken apart. A part that is finished stays as it is; one that still grows is replaced
by the next, which holds it. So other numbers of runs, or other blocks, find what is there.
"""

import re
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from softness.errors import InputError
from softness.files.hdf5 import reading
from softness.files.unreadable import RUN_AGAIN, unreadable

FINISHED, GROWING = "runs", "growing"
_PART = re.compile(rf"({FINISHED}|{GROWING})-(\d+)-(\d+)-(\d+)(-[0-9a-f]+)?\.h5")
_FRAMES = re.compile(r"frames-(\d+)\.npy")


class Part(NamedTuple):
    """A file of sums.

    Attributes
    ----------
    count
        How many runs are in it.
    first, last
        Numbers of the first and of the last of them.
    path
        The file.
    """

    count: int
    first: int
    last: int
    path: Path

    def numbers(self) -> set[int]:
        """Numbers of the runs: by its name where there are no gaps, else as the file has them.

        Raises
        ------
        InputError
            If the file has to be read and is damaged; names it.
        """
        if self.count == self.last - self.first + 1:
            return set(range(self.first, self.last + 1))
        with reading(self.path) as file:
            return set(file["runs"][()].tolist())


def part_path(folder: Path, numbers: Iterable[int], kind: str = FINISHED) -> Path:
    """File of the sums of some runs; where some between are missing, no others have its name."""
    runs = sorted(numbers)
    first, last, count = runs[0], runs[-1], len(runs)
    which = f"-{zlib.crc32(repr(runs).encode()):08x}" if count < last - first + 1 else ""
    return folder / f"{kind}-{first:07d}-{last:07d}-{count:07d}{which}.h5"


def parts_in(folder: Path) -> list[Part]:
    """All parts of a snapshot, those that reach furthest first, of these the largest.

    In this order, what a smaller number of runs has made displaces nothing of a larger one.
    """
    names = [(_PART.fullmatch(path.name), path) for path in folder.glob("*.h5")]
    found = [Part(int(name[4]), int(name[2]), int(name[3]), path) for name, path in names if name]
    return sorted(found, key=lambda part: (-part.last, -part.count, part.path.name))


def disjoint(folder: Path, total: int) -> dict[Part, set[int]]:
    """Parts without a run in common that hold none beyond a number of runs, and their runs.

    Raises
    ------
    InputError
        If a file has to be read and is damaged; names it.
    """
    chosen: dict[Part, set[int]] = {}
    seen: set[int] = set()
    for part in parts_in(folder):
        if part.last >= total:
            continue
        try:
            numbers = part.numbers()
        except InputError:
            if part.path.exists():
                raise
            # Another block is at work, and has put a larger one in its place.
            return disjoint(folder, total)
        if not seen & numbers:
            chosen[part] = numbers
            seen |= numbers
    return chosen


def settle(folder: Path, first: int, end: int) -> None:
    """Make parts that have ceased to grow finished ones.

    A kill between a part and the removal of the one before leaves both: the larger holds the other.

    Parameters
    ----------
    folder
        Of the snapshot.
    first, end
        Runs that the caller alone is at: only parts that begin among them are looked at.
    """
    seen = set()
    for part in parts_in(folder):
        if part.path.name.startswith(GROWING) and first <= part.first < end:
            if part.first in seen:
                part.path.unlink()
            else:
                finish(part.path)
            seen.add(part.first)


def finish(growing: Path) -> Path:
    """Give a part that grows no more its name."""
    return growing.replace(growing.with_name(growing.name.replace(GROWING, FINISHED, 1)))


def frames_path(folder: Path, number: int) -> Path:
    """File of the trajectory of a run, which is kept until the run is in a part."""
    return folder / f"frames-{number:07d}.npy"


def frames_in(folder: Path, first: int, end: int) -> dict[int, Path]:
    """Trajectories that were kept of some runs, by their numbers."""
    names = [(_FRAMES.fullmatch(path.name), path) for path in folder.glob("frames-*.npy")]
    found = {int(name[1]): path for name, path in names if name}
    return {number: path for number, path in sorted(found.items()) if first <= number < end}


def read_frames(path: Path) -> np.ndarray | None:
    """A kept trajectory; None if it is not whole, so that the run has to be done again.

    Raises
    ------
    InputError
        If the system does not let it be read: it may be whole.
    """
    try:
        return np.load(path)
    except OSError as error:
        raise unreadable(path, error, "cannot be read", RUN_AGAIN) from error
    except (ValueError, EOFError):
        return None


def runs_done(folder: Path, first: int, end: int, total: int) -> int:
    """How many of some runs are done, by what lies on the disk.

    Parameters
    ----------
    folder
        Of the snapshot.
    first, end
        Numbers of the first and of the one after the last.
    total
        Runs of the whole ensemble.
    """
    # In this order: a run may be counted twice while it passes from one to the other, never missed.
    kept = set(frames_in(folder, first, end))
    kept.update(*disjoint(folder, total).values())
    return sum(number in kept for number in range(first, end))
