"""Runs of one snapshot that are stepped together: which those are, and where they are kept.

What was begun together stays together, however many runs are asked for later: a batch has one saved
state. Runs that no kept batch holds are begun in batches of their own.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from softness.simulate.chain import Chain
from softness.simulate.segments import Cuts

_FOLDER = re.compile(r"run(\d+)|runs(\d+)-(\d+)")
# Folders need no place to cut a run to tell how far it is.
_UNCUT = Cuts(1)


def folder_name(batch: range) -> str:
    """Folder of a batch: ``"run3"``, ``"runs0-15"``."""
    return f"run{batch[0]}" if len(batch) == 1 else f"runs{batch[0]}-{batch[-1]}"


def kept_batches(folder: Path, numbers: Sequence[int]) -> list[range]:
    """Batches of a snapshot, on the disk, that hold some of the runs.

    Parameters
    ----------
    folder
        Of the snapshot.
    numbers
        Of the runs.
    """
    names = [_FOLDER.fullmatch(path.name) for path in folder.glob("run*")]
    ends = [(int(name[1] or name[2]), int(name[1] or name[3])) for name in names if name]
    batches = [range(first, last + 1) for first, last in sorted(ends)]
    return [
        batch
        for batch in batches
        if not set(batch).isdisjoint(numbers) and _chain(folder, batch).has_begun()
    ]


def batches_of(folder: Path, numbers: Sequence[int], at_once: int) -> list[range]:
    """Kept batches that hold some of the runs, and batches of those that none holds, in order.

    Parameters
    ----------
    folder
        Of the snapshot.
    numbers
        Of the runs, rising.
    at_once
        Most runs of a batch.
    """
    kept = kept_batches(folder, numbers)
    new: list[range] = []
    for number in numbers:
        if any(number in batch for batch in kept):
            continue
        if new and new[-1].stop == number and len(new[-1]) < at_once:
            new[-1] = range(new[-1].start, number + 1)
        else:
            new.append(range(number, number + 1))
    return sorted(kept + new, key=lambda batch: batch.start)


def steps_done(folder: Path, numbers: Sequence[int], steps: int) -> int:
    """Time steps of all runs together that need not be done again.

    Parameters
    ----------
    folder
        Of the snapshot.
    numbers
        Of the runs.
    steps
        Length of a run.
    """
    return sum(
        len(set(batch).intersection(numbers)) * min(_chain(folder, batch).covered(), steps)
        for batch in kept_batches(folder, numbers)
    )


def _chain(folder: Path, batch: range) -> Chain:
    return Chain(folder / folder_name(batch), _UNCUT)
