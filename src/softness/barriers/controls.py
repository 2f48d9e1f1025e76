"""Controls: what the same analysis gives for a variable that was not learned."""

import numpy as np

from softness.checks import finite_array
from softness.errors import InputError
from softness.learning.hyperplane import Hyperplane

WITHIN = 2.0
"""Largest size of x at which curves are compared."""


def random_hyperplane(
    mean: np.ndarray, scale: np.ndarray, generator: np.random.Generator
) -> Hyperplane:
    """Draw a random unit direction in the space of standardised features, without bias.

    Z-scored and taken through the same bins and fits as a learned plane, it shows what of a result
    is due to the analysis alone: if its barriers collapse as well, a collapse is not evidence.

    Parameters
    ----------
    mean, scale
        (M,) standardisation of the features.
    generator
        Source of the direction; all directions are equally likely.
    """
    mean, scale = finite_array(mean, "mean", 1), finite_array(scale, "scale", 1)
    if mean.shape != scale.shape or len(mean) == 0:
        raise InputError(
            f"mean has the shape {mean.shape}, scale {scale.shape}: give a number for each feature"
        )
    direction = generator.normal(size=len(mean))
    return Hyperplane(direction / np.linalg.norm(direction), 0.0, mean, scale)


def slope_ratio(values: np.ndarray, curve: np.ndarray, reference: np.ndarray) -> float:
    """Slope of a curve over the slope of the reference: 1 if they collapse, 0 without influence.

    By total least squares over abs(x) <= `WITHIN`, since both curves have errors. A common shift of
    all bins, which comes from how many particles rearrange at all, does not count.

    Parameters
    ----------
    values
        (bins,) Z-score x of the bins.
    curve, reference
        (bins,) Delta E(x) or Sigma(x); bins where either is nan are left out.

    Returns
    -------
    float
        nan with fewer than two bins, or if the reference does not vary.
    """
    used, curve, reference = _common(values, curve, reference)
    if used.sum() < 2 or np.ptp(reference[used]) == 0:
        return float("nan")
    along, across = (each[used] - each[used].mean() for each in (reference, curve))
    both, excess = 2 * (along * across).sum(), (across**2).sum() - (along**2).sum()
    if both == 0:
        return 0.0 if excess < 0 else float("nan")
    return float((excess + np.hypot(excess, both)) / both)


def steepness(values: np.ndarray, curve: np.ndarray) -> float:
    """Slope of a curve with x by least squares; parameters as for `slope_ratio`."""
    used, curve, _ = _common(values, curve, values)
    if used.sum() < 2:
        return float("nan")
    away = np.asarray(values, float)[used]
    away = away - away.mean()
    return float((away * curve[used]).sum() / (away**2).sum())


def quadratic(values: np.ndarray, curve: np.ndarray, weights: np.ndarray) -> float:
    """Quadratic over linear term of a curve at x = `WITHIN`, by weighted least squares.

    0 for a straight line; parameters as for `slope_ratio`.

    Parameters
    ----------
    weights
        (bins,) inverse variances; a bin without one does not count.
    """
    used, curve, _ = _common(values, curve, values)
    used &= np.isfinite(weights) & (weights > 0)
    if used.sum() < 3:
        return float("nan")
    square, linear, _ = np.polyfit(values[used], curve[used], 2, w=np.sqrt(weights[used]))
    return float(WITHIN * square / linear) if linear != 0 else float("nan")


def _common(
    values: np.ndarray, curve: np.ndarray, reference: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    values = finite_array(values, "values", 1)
    curve, reference = np.asarray(curve, float), np.asarray(reference, float)
    if curve.shape != values.shape or reference.shape != values.shape:
        raise InputError(
            f"curve has the shape {curve.shape}, reference {reference.shape}: "
            f"give one value for each of the {len(values)} bins"
        )
    used = (np.abs(values) <= WITHIN) & np.isfinite(curve) & np.isfinite(reference)
    return used, curve, reference
