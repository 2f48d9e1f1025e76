"""Checks of arguments: each gives back what it was given, or names it, its fault and the remedy."""

from collections.abc import Sequence

import numpy as np

from softness.errors import InputError
from softness.liquid import exceeds_half_box


def whole_number(value: int, name: str, least: int = 1) -> int:
    """Return a whole number not below ``least``, or raise."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise InputError(f"{name} = {value}: give a whole number of {least} or more")
    return int(value)


def positive(value: float, name: str) -> float:
    """Return a positive, finite number, or raise."""
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} = {value}: give a positive number") from error
    if not (np.isfinite(number) and number > 0):
        raise InputError(f"{name} = {value}: give a positive, finite number")
    return number


def one_of(value: str, name: str, choices: Sequence[str]) -> str:
    """Return a value that is one of the choices, or raise."""
    if value not in choices:
        raise InputError(f"{name} = {value!r}: give one of {', '.join(choices)}")
    return value


def finite_array(values: np.ndarray, name: str, dimensions: int | None = None) -> np.ndarray:
    """Return values as a float64 array, or raise.

    Parameters
    ----------
    values
        The numbers.
    name
        Of the argument, for the error message.
    dimensions
        Number of dimensions it must have; any if not given.

    Returns
    -------
    numpy.ndarray
        The same values, float64.

    Raises
    ------
    InputError
        They are not numbers, have another number of dimensions, or are not finite.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} does not hold numbers ({error}): give an array") from error
    if dimensions is not None and array.ndim != dimensions:
        raise InputError(
            f"{name} has the shape {array.shape}: give an array with {dimensions} dimension(s)"
        )
    finite = np.isfinite(array)
    if not finite.all():
        bad = np.argwhere(~finite)
        place = ", ".join(map(str, bad[0]))
        raise InputError(
            f"{name} holds {len(bad)} values that are NaN or infinite, the first at [{place}]: "
            "leave out those samples, or repair what they were computed from"
        )
    return array


def rising(values: np.ndarray, name: str) -> np.ndarray:
    """Return two or more numbers as float64, each above the one before, or raise."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or len(array) < 2 or not (array[1:] > array[:-1]).all():
        raise InputError(
            f"{name} = {array.tolist()}: give two or more numbers, each above the one before"
        )
    return array


def same_length(values: np.ndarray, name: str, length: int, what: str) -> np.ndarray:
    """Return values as an array of one dimension and a given length, or raise."""
    values = np.asarray(values)
    if values.shape != (length,):
        raise InputError(
            f"{name} has the shape {values.shape}: give one value for each of {what}, ({length},)"
        )
    return values


def checked_box(
    box_length: float | np.ndarray, distance: float = 0.0, name: str = "reach"
) -> float | np.ndarray:
    """Edges of a periodic box in which all distances below some distance are unique.

    Parameters
    ----------
    box_length
        Edge of a cubic box, or the (3,) edges of a rectangular one.
    distance
        Largest distance that is needed; at most half the shortest edge.
    name
        Of the distance, for the error message.

    Returns
    -------
    float or numpy.ndarray
        One edge of a cubic box, also where all three were given; otherwise (3,) float64.

    Raises
    ------
    InputError
        There are neither one nor three edges, one is not positive and finite, or the shortest one
        is less than twice the distance.
    """
    try:
        edges = np.asarray(box_length, dtype=np.float64)
    except (TypeError, ValueError):
        edges = np.empty(0)
    if edges.shape not in ((), (3,)) or not (np.isfinite(edges) & (edges > 0)).all():
        raise InputError(
            f"box_length = {box_length}: give a positive, finite edge of a cubic box, or three of "
            "a rectangular one"
        )
    shortest = float(edges.min())
    is_cubic = bool((edges == shortest).all())
    if exceeds_half_box(distance, shortest):
        named = "box_length" if is_cubic else "the shortest edge of box_length"
        raise InputError(
            f"{named} = {shortest:.6g} is smaller than twice the {name} {distance:.6g}, so that "
            f"neighbours would be ambiguous: take a larger system or a shorter {name}"
        )
    return shortest if is_cubic else edges


def checked_trajectory(positions: np.ndarray) -> np.ndarray:
    """Return (frames, N, 3) positions as a contiguous array of float32 or float64, or raise."""
    positions = np.asarray(positions)
    if positions.ndim != 3 or positions.shape[2] != 3 or positions.shape[1] == 0:
        raise InputError(
            f"positions has the shape {positions.shape}: give unwrapped positions (frames, N, 3)"
        )
    return np.ascontiguousarray(_as_floats(positions))


def checked_frame(positions: np.ndarray, name: str) -> np.ndarray:
    """Return (N, 3) positions as finite float32 or float64, or raise."""
    positions = np.asarray(positions)
    if positions.ndim != 2 or positions.shape[1] != 3 or len(positions) == 0:
        raise InputError(f"{name} has the shape {positions.shape}: give one frame of shape (N, 3)")
    positions = _as_floats(positions)
    finite = np.isfinite(positions)
    if not finite.all():
        broken = np.flatnonzero(~finite.all(axis=1))
        raise InputError(
            f"{name} of particle {broken[0]} is {positions[broken[0]]} ({len(broken)} particles in "
            "all are not finite): repair or leave out this frame"
        )
    return positions


def _as_floats(values: np.ndarray) -> np.ndarray:
    """Arrays of other types than float32 and float64 as float64."""
    return values if values.dtype in (np.float32, np.float64) else values.astype(np.float64)
