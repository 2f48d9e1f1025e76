"""Folders for what can be made again: compiled functions, and what Snakemake keeps."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def find_numba_cache() -> None:
    """Give numba a folder for compiled functions where it would find none, and raise.

    It looks beside the sources and in the user's cache. Where neither can be written, each process
    compiles anew: a folder that others may write to is not safe for code.
    """
    if "NUMBA_CACHE_DIR" in os.environ or is_writable(_HERE) or is_writable(user_cache()):
        return
    folder = tempfile.mkdtemp(prefix="softness-numba-")
    os.environ["NUMBA_CACHE_DIR"] = folder
    atexit.register(_remove, folder, os.getpid())


def user_cache() -> Path:
    """Return the user's folder of caches; the user may have no home."""
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))  # noqa: PTH111


def is_writable(folder: Path) -> bool:
    """Whether files can be made in a folder, or in the nearest one above it that exists."""
    nearest = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    return os.access(nearest, os.W_OK | os.X_OK)


def _remove(folder: str, owner: int) -> None:
    # Not by a child that was forked: it shares the folder.
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
