"""Checks of arguments that dynamics and structure share."""

import numpy as np

from softness.errors import InputError


def checked_trajectory(positions: np.ndarray) -> np.ndarray:
    """Positions of several frames as a contiguous array of float32 or float64.

    Parameters
    ----------
    positions
        (frames, N, 3) positions.

    Returns
    -------
    numpy.ndarray
        The same, copied only where that is needed.

    Raises
    ------
    InputError
        The shape is not (frames, N, 3) with N > 0.
    """
    positions = np.asarray(positions)
    if positions.ndim != 3 or positions.shape[2] != 3 or positions.shape[1] == 0:
        raise InputError(
            f"positions has the shape {positions.shape}: give unwrapped positions (frames, N, 3)"
        )
    if positions.dtype not in (np.float32, np.float64):
        positions = positions.astype(np.float64)
    return np.ascontiguousarray(positions)


def checked_frame(positions: np.ndarray, name: str) -> np.ndarray:
    """Positions of one frame as floats, all of them finite.

    Parameters
    ----------
    positions
        (N, 3) positions.
    name
        Their name in the error message.

    Returns
    -------
    numpy.ndarray
        The same, float64 if they were no floats.

    Raises
    ------
    InputError
        The shape is not (N, 3) with N > 0, or a coordinate is not finite.
    """
    positions = np.asarray(positions)
    if positions.ndim != 2 or positions.shape[1] != 3 or len(positions) == 0:
        raise InputError(f"{name} has the shape {positions.shape}: give one frame of shape (N, 3)")
    if positions.dtype not in (np.float32, np.float64):
        positions = positions.astype(np.float64)
    broken = np.flatnonzero(~np.isfinite(positions).all(axis=1))
    if len(broken):
        raise InputError(
            f"{name} of particle {broken[0]} is {positions[broken[0]]} ({len(broken)} particles in "
            "all are not finite): repair or leave out this frame"
        )
    return positions


def checked_positive(value: float, name: str) -> float:
    """Return one positive, finite number, or raise.

    Parameters
    ----------
    value
        The number.
    name
        Its name in the error message.

    Returns
    -------
    float
        The number.

    Raises
    ------
    InputError
        It is not one number, or not a positive and finite one.
    """
    if not (np.ndim(value) == 0 and np.isfinite(value) and value > 0):
        raise InputError(f"{name} = {value}: give a positive, finite number")
    return float(value)


def checked_count(value: int, name: str) -> int:
    """Return a whole number of 1 or more, or raise.

    Parameters
    ----------
    value
        The number.
    name
        Its name in the error message.

    Returns
    -------
    int
        The number.

    Raises
    ------
    InputError
        It is not a whole number, or smaller than 1.
    """
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 1:
        raise InputError(f"{name} = {value}: give a whole number of 1 or more")
    return int(value)
