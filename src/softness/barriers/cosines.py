"""How alike two hyperplanes are."""

import numpy as np

from softness.checks import finite_array
from softness.errors import InputError


def plain_cosine(first: np.ndarray, second: np.ndarray) -> float:
    """Cosine of two normal vectors, as in tables 2.1 and 3.1 of the dissertation.

    Features are collinear: planes that give all particles nearly the same value can have a small
    cosine, and a change of the unit of a feature changes it. See `covariance_cosine`.

    Parameters
    ----------
    first, second
        (M,) weights for equally standardised features.
    """
    first, second = _pair(first, second)
    return float(first @ second / _length(first @ first, second @ second))


def covariance_cosine(first: np.ndarray, second: np.ndarray, covariance: np.ndarray) -> float:
    """Cosine of two normal vectors in the metric of the covariance of the features.

    It equals the Pearson correlation of the two learned variables over the population that the
    covariance comes from, and does not depend on the units of features.

    Parameters
    ----------
    first, second
        (M,) weights for features in the unit of the covariance: `Hyperplane.raw_weights` with the
        covariance of features as they are.
    covariance
        (M, M) of the features.
    """
    first, second = _pair(first, second)
    covariance = finite_array(covariance, "covariance", 2)
    if covariance.shape != (len(first), len(first)):
        raise InputError(
            f"covariance has the shape {covariance.shape}: give ({len(first)}, {len(first)}), "
            "the covariance of the features"
        )
    variances = first @ covariance @ first, second @ covariance @ second
    return float(first @ covariance @ second / _length(*variances))


def _pair(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    first, second = finite_array(first, "first", 1), finite_array(second, "second", 1)
    if first.shape != second.shape:
        raise InputError(
            f"first has {len(first)} weights, second {len(second)}: give hyperplanes of "
            "the same features"
        )
    return first, second


def _length(first: float, second: float) -> float:
    if not (first > 0 and second > 0):
        raise InputError("a hyperplane gives one value everywhere: give hyperplanes that vary")
    return float(np.sqrt(first * second))
