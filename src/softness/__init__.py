"""Local structure and dynamics of supercooled liquids: simulation, learning, energy barriers."""

from importlib import import_module
from typing import Any

from softness.caches import find_numba_cache

# Before anything imports numba.
find_numba_cache()

_EXPORTED = {"Softness": "softness.estimator", "open_trajectory": "softness.files.trajectory"}


def __getattr__(name: str) -> Any:
    """What most people use, imported once it is asked for: commands start without it."""
    if name not in _EXPORTED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_EXPORTED[name]), name)
