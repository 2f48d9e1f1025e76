"""Removal of the centre-of-mass drift."""

import numpy as np


def remove_drift(positions: np.ndarray) -> np.ndarray:
    """Positions relative to the centre of mass, which stays where it was in the first frame.

    Parameters
    ----------
    positions
        (frames, N, 3) unwrapped positions of all particles, which have equal masses.

    Returns
    -------
    numpy.ndarray
        (frames, N, 3) positions of the same unit and type.
    """
    centre = positions.mean(axis=1, keepdims=True, dtype=np.float64)
    return (positions - (centre - centre[:1])).astype(positions.dtype, copy=False)


def relative_to_centre(positions: np.ndarray) -> np.ndarray:
    """(N, 3) positions of one frame relative to its own centre of mass.

    What a stream uses in place of `remove_drift`: displacements between any two frames are the
    same, without a first frame to remember.
    """
    return positions - positions.mean(axis=0)
