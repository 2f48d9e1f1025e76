"""Files that are either whole or absent: write elsewhere, flush, rename."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from softness.errors import InputError

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextlib.contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside ``path``; rename it to ``path`` when all went well.

    Yields
    ------
    pathlib.Path
        Where to write. It keeps the suffix of ``path``, which some writers go by.

    Raises
    ------
    InputError
        If there is no room for the file; nothing that was there before is touched.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.unfinished{path.suffix}")
    try:
        with telling_of_full_disk(path):
            yield temporary
            _flush(temporary)
            temporary.replace(path)
            _flush(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def telling_of_full_disk(path: str | Path) -> Iterator[None]:
    """Turn the errors of a full disk into one line that names the file and the remedy.

    HDF5 reports a failed write as an error of its own kind, with the system's number in the text.
    """
    try:
        yield
    except OSError as error:
        numbers = {error.errno} | {n for n in _NO_ROOM if f"errno = {n}," in str(error)}
        if numbers & _NO_ROOM:
            raise _no_room(path, os.strerror(min(numbers & _NO_ROOM))) from error
        raise
    except RuntimeError as error:
        for number in _NO_ROOM:
            if f"errno = {number}," in str(error) or os.strerror(number) in str(error):
                raise _no_room(path, os.strerror(number)) from error
        raise


def _no_room(path: str | Path, reason: str) -> InputError:
    return InputError(
        f"{path}: {reason}: free some space or raise the quota, then run again; "
        "what was finished is kept"
    )


def _flush(path: Path) -> None:
    """Make sure that a file or folder has reached the disk before it is relied on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
