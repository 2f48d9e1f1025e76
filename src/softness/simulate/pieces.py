"""Work that leaves a file for each of its pieces: those that are there are not done again."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from softness.errors import OutOfTime
from softness.simulate.deadline import Deadline

Piece = TypeVar("Piece")


def do_pieces(
    pieces: Sequence[tuple[Path, Piece]],
    do: Callable[[Path, Piece], None],
    deadline: Deadline,
    title: str,
    name: str,
) -> None:
    """Do the pieces whose files are not there, one by one.

    Parameters
    ----------
    pieces, deadline, title, name
        As in `do_together`.
    do
        Takes the file of a piece and what it is, and writes the file.

    Raises
    ------
    OutOfTime, InputError
        As `do_together`.
    """
    do_together(pieces, lambda some: do(*some[0]), 1, deadline, title, name)


def do_together(
    pieces: Sequence[tuple[Path, Piece]],
    do: Callable[[Sequence[tuple[Path, Piece]]], None],
    at_once: int,
    deadline: Deadline,
    title: str,
    name: str,
) -> None:
    """Do the pieces whose files are not there, some at once.

    Parameters
    ----------
    pieces
        File of each piece, and what it is.
    do
        Takes some pieces and writes their files.
    at_once
        How many it takes; the last time perhaps fewer.
    deadline
        When the job ends.
    title, name
        Of the work and of its pieces, for messages.

    Raises
    ------
    OutOfTime
        If the next pieces might not end in time; nothing that was done is lost.
    InputError
        If the job is too short for those that are done at once.
    """
    waiting = [(path, piece) for path, piece in pieces if not path.exists()]
    before, longest = len(pieces) - len(waiting), 0.0
    for first in range(0, len(waiting), at_once):
        begin = deadline.clock()
        try:
            if not deadline.allows(longest):
                raise OutOfTime
            do(waiting[first : first + at_once])
        except OutOfTime:
            raise deadline.stop(title, name, before, before + first, len(pieces)) from None
        longest = max(longest, deadline.clock() - begin)
