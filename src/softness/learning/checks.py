"""Checks of arguments that the learning and the barrier modules share."""

from collections.abc import Sequence

import numpy as np

from softness.errors import InputError


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
    bad = array.size - np.count_nonzero(np.isfinite(array))
    if bad:
        raise InputError(
            f"{name} holds {bad} values that are NaN or infinite: leave out those samples, "
            "or repair what they were computed from"
        )
    return array


def feature_table(features: np.ndarray, columns: int | None = None) -> np.ndarray:
    """Return features as a finite (n, M) float64 table with at least one row, or raise.

    Parameters
    ----------
    features
        (n, M) structural features.
    columns
        M that the model was trained with; any if not given.

    Raises
    ------
    InputError
        The shape does not fit, or there is NaN.
    """
    table = finite_array(features, "features", 2)
    if table.size == 0:
        raise InputError(f"features has the shape {table.shape}: give at least one sample")
    if columns is not None and table.shape[1] != columns:
        raise InputError(
            f"features has {table.shape[1]} columns: the model was trained with {columns}, "
            "so compute the same features"
        )
    return table


def class_labels(labels: np.ndarray, samples: int) -> np.ndarray:
    """Return (n,) labels of +1 and -1 of which both occur, or raise.

    Parameters
    ----------
    labels
        (n,) numbers.
    samples
        n, the number of rows of the features.

    Raises
    ------
    InputError
        Another length, other values, or one class only.
    """
    labels = same_length(labels, "labels", samples, "the samples")
    present = np.unique(labels)
    if not np.isin(present, (-1, 1)).all():
        raise InputError(
            f"labels holds {present[~np.isin(present, (-1, 1))][:5].tolist()}: "
            "give +1 (rearranging) and -1 (not rearranging)"
        )
    if len(present) < 2:
        raise InputError(
            f"labels holds the class {int(present[0]):+d} only: give samples of both classes"
        )
    return labels.astype(np.int64)


def same_length(values: np.ndarray, name: str, length: int, what: str) -> np.ndarray:
    """Return values as an array of one dimension and a given length, or raise."""
    values = np.asarray(values)
    if values.shape != (length,):
        raise InputError(
            f"{name} has the shape {values.shape}: give one value for each of {what}, ({length},)"
        )
    return values


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


def given_standardisation(
    mean: np.ndarray, scale: np.ndarray, columns: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return a (M,) mean and a (M,) positive scale of features with M columns, or raise."""
    mean = same_length(finite_array(mean, "mean"), "mean", columns, "the features")
    scale = same_length(finite_array(scale, "scale"), "scale", columns, "the features")
    if not (scale > 0).all():
        raise InputError(f"scale has the smallest value {scale.min()}: give positive numbers")
    return mean, scale
