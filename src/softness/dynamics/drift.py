"""Removal of the centre-of-mass drift."""

import numpy as np

from softness.checks import checked_frame, checked_trajectory
from softness.errors import InputError


def remove_drift(positions: np.ndarray) -> np.ndarray:
    """Positions relative to the centre of mass, which stays where it was in the first frame.

    Parameters
    ----------
    positions
        (frames, N, 3) unwrapped positions of all particles, which have equal masses.

    Returns
    -------
    numpy.ndarray
        (frames, N, 3) positions of the same unit and type; float64 if they were no floats.

    Raises
    ------
    InputError
        Positions are not finite or not (frames, N, 3).
    """
    positions = checked_trajectory(positions)
    with np.errstate(invalid="ignore"):
        centre = positions.mean(axis=1, keepdims=True, dtype=np.float64)
    # A sum is finite only if all that went into it is: one look at each frame is enough.
    broken = np.flatnonzero(~np.isfinite(centre).all(axis=(1, 2)))
    if len(broken):
        raise InputError(
            f"positions of frame {broken[0]} are not finite ({len(broken)} frames in all): repair "
            "or leave out these frames"
        )
    return (positions - (centre - centre[:1])).astype(positions.dtype, copy=False)


def relative_to_centre(positions: np.ndarray) -> np.ndarray:
    """(N, 3) positions of one frame relative to its own centre of mass.

    What a stream uses in place of `remove_drift`: displacements between any two frames are the
    same, without a first frame to remember.

    Parameters
    ----------
    positions
        (N, 3) unwrapped positions of all particles, which have equal masses.

    Raises
    ------
    InputError
        Positions are not finite or not (N, 3).
    """
    positions = checked_frame(positions, "positions")
    return positions - positions.mean(axis=0)
