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
    """Do the pieces whose files are not there.

    Parameters
    ----------
    pieces
        File of each piece, and what it is.
    do
        Takes both and writes the file.
    deadline
        When the job ends.
    title, name
        Of the work and of its pieces, for messages.

    Raises
    ------
    OutOfTime
        If the next piece might not end in time; nothing that was done is lost.
    InputError
        If the job is too short for one piece.
    """
    waiting = [(path, piece) for path, piece in pieces if not path.exists()]
    before, longest = len(pieces) - len(waiting), 0.0
    for done, (path, piece) in enumerate(waiting, before):
        begin = deadline.clock()
        try:
            if not deadline.allows(longest):
                raise OutOfTime
            do(path, piece)
        except OutOfTime:
            raise deadline.stop(title, name, before, done, len(pieces)) from None
        longest = max(longest, deadline.clock() - begin)
