"""Files that are either whole or absent: write elsewhere, flush, rename. And files as locks."""

import contextlib
import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from softness.errors import InputError

_TAKEN = {errno.EAGAIN, errno.EACCES}
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
        yield temporary
        _flush(temporary)
        temporary.replace(path)
        _flush(path.parent)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise InputError(
            f"{path}: {os.strerror(error.errno)}: free some space or raise the quota, then run "
            "again; what was finished is kept"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def take_lock(file: TextIO, lock: Callable[[TextIO, int], None], taken: str) -> None:
    """Lock a file for as long as it is open.

    Parameters
    ----------
    file
        Open for writing.
    lock
        `fcntl.lockf`, which no child inherits, or `fcntl.flock`, which all do.
    taken
        What to say if another process holds it.

    Raises
    ------
    InputError
        If another process holds the file, or its file system has no locks.
    """
    try:
        lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _TAKEN:
            raise InputError(taken) from error
        raise InputError(
            f"{file.name}: this file system has no locks ({os.strerror(error.errno)}): mount it "
            "with them (Lustre: option flock), or put the study on another one"
        ) from error


def _flush(path: Path) -> None:
    """Make sure that a file or folder has reached the disk before it is relied on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
