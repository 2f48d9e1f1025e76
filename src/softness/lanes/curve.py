"""Particles in the order of a space-filling curve, so that neighbours lie near in memory."""

import numpy as np

BITS = 5
"""Cells of the curve along each edge of the box, as a power of two."""


def curve_order(positions: np.ndarray, box_length: float) -> np.ndarray:
    """(N,) numbers of particles along Hilbert's curve through the box.

    Parameters
    ----------
    positions
        (N, 3), unwrapped, in sigma_AA.
    box_length
        Edge of the box.

    Notes
    -----
    J. Skilling, AIP Conf. Proc. 707, 381 (2004).
    """
    side = 1 << BITS
    share = positions / box_length
    cell = ((share - np.floor(share)) * side).astype(np.int64).clip(0, side - 1).T.copy()
    _transpose(cell)
    key = np.zeros(len(positions), np.int64)
    for bit in reversed(range(BITS)):
        for axis in range(3):
            key = 2 * key + (cell[axis] >> bit & 1)
    return np.argsort(key, kind="stable")


def _transpose(cell: np.ndarray) -> None:
    """Turn (3, N) coordinates of cells into the interleaved bits of their place on the curve."""
    top = 1 << (BITS - 1)
    bit = top
    while bit > 1:
        lower = bit - 1
        for axis in range(3):
            inverts = (cell[axis] & bit) != 0
            swapped = np.where(inverts, 0, (cell[0] ^ cell[axis]) & lower)
            cell[0] ^= np.where(inverts, lower, swapped)
            cell[axis] ^= swapped
        bit >>= 1
    for axis in (1, 2):
        cell[axis] ^= cell[axis - 1]
    flips = np.zeros_like(cell[0])
    bit = top
    while bit > 1:
        flips = np.where(cell[2] & bit, flips ^ (bit - 1), flips)
        bit >>= 1
    cell ^= flips
