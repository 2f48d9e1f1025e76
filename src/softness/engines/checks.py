"""Checks that engines share: arrays before they reach compiled code."""

import numpy as np

from softness.errors import InputError
from softness.liquid import Liquid


def checked_particles(name: str, array: np.ndarray, particles: int) -> np.ndarray:
    """Return (N, 3) finite float64 copies, or say which array is wrong and how."""
    array = np.array(array, dtype=np.float64, order="C")
    if array.shape != (particles, 3):
        raise InputError(f"{name} has shape {array.shape}: expected ({particles}, 3)")
    if not np.isfinite(array).all():
        raise InputError(f"{name} has values that are not finite: check where they come from")
    return array


def checked_types(types: np.ndarray, liquid: Liquid) -> np.ndarray:
    """Return (N,) int32 species indices, or say what is wrong with them."""
    types = np.asarray(types)
    if types.shape != (liquid.particles,):
        raise InputError(f"types has shape {types.shape}: expected ({liquid.particles},)")
    if not np.isin(types, (0, 1)).all():
        raise InputError(f"types holds {np.unique(types)}: use 0 for A and 1 for B")
    return types.astype(np.int32)
