"""Checks that engines share: arrays before they reach compiled code."""

import numpy as np

from softness.checks import finite_array, same_length
from softness.errors import InputError
from softness.liquid import Liquid


def checked_particles(name: str, array: np.ndarray, particles: int) -> np.ndarray:
    """Return (N, 3) finite float64 copies, or say which array is wrong and how."""
    array = finite_array(array, name)
    if array.shape != (particles, 3):
        raise InputError(f"{name} has the shape {array.shape}: give ({particles}, 3)")
    return np.array(array, order="C")


def checked_types(types: np.ndarray, liquid: Liquid) -> np.ndarray:
    """Return (N,) int32 species indices, or say what is wrong with them."""
    types = same_length(types, "types", liquid.particles, "the particles")
    if not np.isin(types, (0, 1)).all():
        raise InputError(f"types holds {np.unique(types)}: use 0 for A and 1 for B")
    return types.astype(np.int32)
