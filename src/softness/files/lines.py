"""Going through the lines of a text file forward, many at a time, in constant memory."""

from typing import BinaryIO

import numpy as np

_BLOCK = 2**22


class Lines:
    """Lines of a file from its beginning.

    Attributes
    ----------
    offset : int
        Where the next line begins.
    """

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        self._file, self._begin = file, 0
        self._text, self._ends, self._next = b"", np.empty(0, np.int64), 0
        self._at = 0

    @property
    def offset(self) -> int:
        """Where the next line begins, in bytes from the beginning of the file."""
        return self._begin + self._at

    def _more(self) -> bool:
        """Read another block; False at the end of the file."""
        block = self._file.read(_BLOCK)
        self._begin += self._at
        self._text = self._text[self._at :] + block
        self._at, self._next = 0, 0
        self._ends = np.flatnonzero(np.frombuffer(self._text, np.uint8) == ord("\n")) + 1
        return bool(block)

    def line(self) -> bytes:
        """The next line with its end; nothing, or a line without an end, where the file ends."""
        while self._next == len(self._ends):
            if not self._more():
                rest, self._at = self._text[self._at :], len(self._text)
                return rest
        end = int(self._ends[self._next])
        line, self._at, self._next = self._text[self._at : end], end, self._next + 1
        return line

    def take(self, number: int) -> bytes:
        """The next lines; at the end of the file fewer, of which the last may have no end."""
        pieces = []
        while number:
            here = min(number, len(self._ends) - self._next)
            if here:
                end = int(self._ends[self._next + here - 1])
                pieces.append(self._text[self._at : end])
                self._at, self._next, number = end, self._next + here, number - here
            elif not self._more():
                pieces.append(self.line())
                break
        return b"".join(pieces)
