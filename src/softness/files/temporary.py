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

# Of the job that this process does; none in a process that only uses the library.
_beside: Path | None = None


def keep_temporary_in(folder: Path) -> None:
    """Let temporary files of this process lie in a folder; clear what is left over there."""
    global _beside
    _beside = folder
    for left in folder.glob(f"{_PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _LEFT_BEHIND_AFTER:
                shutil.rmtree(left, ignore_errors=True)


@contextlib.contextmanager
def temporary_folder(parent: Path | None = None) -> Iterator[Path]:
    """Give a new, empty folder that goes away afterwards, in another one or where jobs keep it."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=parent or _parent()) as folder:
        yield Path(folder)


def where_temporary() -> str:
    """Where temporary files lie, for a message."""
    # Without any folder that can be written to, the system's error lists those that were tried.
    parent = _parent() or tempfile.tempdir
    return f"temporary folder {parent}" if parent else "temporary folder"


def _parent() -> Path | None:
    return _beside if _beside is not None and _beside.is_dir() else None
