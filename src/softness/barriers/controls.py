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


def distance_over_range(values: np.ndarray, curve: np.ndarray, reference: np.ndarray) -> float:
    """Rms difference of two curves over abs(x) <= `WITHIN`, over the range of the reference.

    The measure of collapse of figure 2.5. A flat curve through the middle of a straight reference
    has 1/sqrt(12) = 0.29 (a little more with few bins), and the reverse of the reference 0.58: this
    is what a variable without influence gives, and the most that a wrong sign can give.

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
    extent = np.ptp(reference[used]) if used.sum() > 1 else 0.0
    if extent == 0:
        return float("nan")
    return float(np.sqrt(np.mean((curve - reference)[used] ** 2)) / extent)


def slope_ratio(values: np.ndarray, curve: np.ndarray, reference: np.ndarray) -> float:
    """Slope of a curve over that of the reference: 1 if they collapse, 0 without influence.

    Unlike `distance_over_range` it does not see a common shift of all bins.

    Parameters
    ----------
    values, curve, reference
        As for `distance_over_range`.
    """
    used, curve, reference = _common(values, curve, reference)
    if used.sum() < 2:
        return float("nan")
    away = np.asarray(values, float)[used]
    away = away - away.mean()
    steepness = (away * reference[used]).sum()
    return float((away * curve[used]).sum() / steepness) if steepness != 0 else float("nan")


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
