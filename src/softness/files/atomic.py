"""Files that are either whole or absent: write elsewhere, flush, rename. And files as locks."""

import contextlib
import errno
import fcntl
import os
import tempfile
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


def write_shared(path: Path, text: str) -> None:
    """Write a small file that several processes may write at once, each the same text."""
    if path.is_file() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    # Of a temporary file only its owner may read.
    Path(temporary).chmod(0o666 & ~_umask())
    Path(temporary).replace(path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextlib.contextmanager
def holding(
    path: Path, taken: str = "", waits: bool = False, span: tuple[int, int] = (0, 0)
) -> Iterator[None]:
    """Hold a file as a lock, so that no second process does the same work.

    Parameters
    ----------
    path
        The file; it stays.
    taken
        What to say if another process holds it.
    waits
        Wait for it instead.
    span
        First number and the one after the last of what is held; all by default. Only spans that
        overlap exclude each other.

    Raises
    ------
    InputError
        If another process holds it, or its file system has no locks.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    first, end = span

    def lock(file: TextIO, operation: int) -> None:
        fcntl.lockf(file, operation, end - first, first)

    with path.open("w") as file:
        take_lock(file, lock, taken, waits)
        yield


def take_lock(
    file: TextIO, lock: Callable[[TextIO, int], None], taken: str, waits: bool = False
) -> None:
    """Lock a file for as long as it is open.

    Parameters
    ----------
    file
        Open for writing.
    lock
        `fcntl.lockf`, which no child inherits, or `fcntl.flock`, which all do.
    taken
        What to say if another process holds it.
    waits
        Wait for it instead.

    Raises
    ------
    InputError
        If another process holds the file, or its file system has no locks.
    """
    try:
        lock(file, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
    except OSError as error:
        if error.errno in _TAKEN:
            raise InputError(taken) from error
        raise InputError(
            f"{file.name}: this file system has no file locks ({os.strerror(error.errno)}): mount "
            "it with them (Lustre: option flock), or put the study on another file system"
        ) from error


def _flush(path: Path) -> None:
    """Make sure that a file or folder has reached the disk before it is relied on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
