"""Checks of samples that several models share: features, labels, standardisation."""

import numpy as np

from softness.checks import finite_array, same_length
from softness.errors import InputError


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


def given_standardisation(
    mean: np.ndarray, scale: np.ndarray, columns: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return a (M,) mean and a (M,) positive scale of features with M columns, or raise."""
    mean = same_length(finite_array(mean, "mean"), "mean", columns, "the features")
    scale = same_length(finite_array(scale, "scale"), "scale", columns, "the features")
    if not (scale > 0).all():
        raise InputError(f"scale has the smallest value {scale.min()}: give positive numbers")
    return mean, scale
