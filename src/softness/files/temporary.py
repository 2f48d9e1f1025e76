"""Temporary files, which lie beside what a job keeps: the system's own folder may be small."""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_PREFIX = ".temporary-"
# In use for moments; what is older was left behind by a process that was killed.
_LEFT_BEHIND_AFTER = 24 * 3600.0


def keep_temporary_in(folder: Path) -> None:
    """Let all temporary files of this process lie in a folder; clear what is left over there."""
    for left in folder.glob(f"{_PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _LEFT_BEHIND_AFTER:
                shutil.rmtree(left, ignore_errors=True)
    tempfile.tempdir = str(folder.absolute())


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a new, empty folder that goes away afterwards."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
        yield Path(folder)


def where_temporary() -> str:
    """Where temporary files lie, for a message."""
    # Without any folder that can be written to, the system's error lists those that were tried.
    return f"temporary folder {tempfile.tempdir}" if tempfile.tempdir else "temporary folder"
