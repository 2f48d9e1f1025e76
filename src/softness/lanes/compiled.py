"""How kernels of this package are compiled: once for all processes, and anew after every edit."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numba
from numba.core import config
from numba.misc.appdirs import AppDirs

HERE = Path(__file__).resolve().parent
Function = TypeVar("Function", bound=Callable)


def _digest() -> str:
    """Of all source text of this package."""
    text = b"".join(path.read_bytes() for path in sorted(HERE.glob("*.py")))
    return hashlib.sha256(text).hexdigest()[:16]


def _cache_folder() -> Path:
    """Where compiled kernels are kept, for this source text alone.

    numba looks whether the file of a function has changed, not whether one has that it imports
    types and functions from.
    """
    if config.CACHE_DIR:
        base = Path(config.CACHE_DIR)
    elif os.access(HERE, os.W_OK):
        base = HERE / "__pycache__"
    else:
        base = Path(AppDirs(appname="softness", appauthor=False).user_cache_dir)
    return base / f"lanes-{_digest()}"


_FOLDER = str(_cache_folder())


def kernel(function: Function) -> Function:
    """Compile a function at its first call, or take it from the cache."""
    before, config.CACHE_DIR = config.CACHE_DIR, _FOLDER
    try:
        return numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    finally:
        config.CACHE_DIR = before
