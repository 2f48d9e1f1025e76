"""Self part of the van Hove correlation function, and the non-Gaussian parameter."""

import numpy as np
from scipy.special import log_ndtr

from softness.checks import finite_array, rising
from softness.errors import InputError


def self_van_hove_component(displacements: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Self van Hove function G_s(x, t) of one component, the three components taken together.

    Parameters
    ----------
    displacements
        (..., 3) displacements over one time, sigma_AA.
    edges
        (bins + 1,) increasing edges of the bins in x.

    Returns
    -------
    numpy.ndarray
        (bins,) density in 1/sigma_AA, whose integral over all x is 1. Displacements outside the
        edges count in the normalisation.

    Raises
    ------
    InputError
        Displacements are not finite or not (..., 3), or edges do not increase.
    """
    displacements, edges = finite_array(displacements, "displacements"), rising(edges, "edges")
    if displacements.shape[-1:] != (3,) or displacements.size == 0:
        raise InputError(f"displacements has the shape {displacements.shape}: give (..., 3)")
    count, _ = np.histogram(displacements, edges)
    return count / (displacements.size * np.diff(edges))


def non_gaussian_parameter(square: float, fourth: float) -> float:
    """Non-Gaussian parameter alpha_2 = 3 <r^4> / (5 <r^2>^2) - 1 in three dimensions.

    Parameters
    ----------
    square, fourth
        <r^2> and <r^4> of the displacements over one time.

    Returns
    -------
    float
        alpha_2, no unit; 0 for a Gaussian.
    """
    return 3 * fourth / (5 * square**2) - 1


def exponential_tail(displacements: np.ndarray, quantile: float = 0.99) -> float:
    """By how much an exponential tail of G_s(x, t) is more likely than the tail of a Gaussian.

    The exponential is fitted by maximum likelihood to the sizes of all components beyond a
    quantile; the Gaussian has the variance of all components. What a fit of one parameter gains by
    chance is taken off (Akaike).

    Parameters
    ----------
    displacements
        (..., 3) displacements over one time, sigma_AA.
    quantile
        Fraction of the components that are smaller than the tail.

    Returns
    -------
    float
        Mean over the tail of ln p_exponential - ln p_Gaussian, positive where the tail is
        exponential. nan where sizes in the tail do not differ.
    """
    sizes = np.abs(finite_array(displacements, "displacements")).ravel()
    start = np.quantile(sizes, quantile)
    tail = sizes[sizes > start]
    if len(tail) < 2 or np.ptp(tail) == 0:
        return float("nan")
    exponential = -1 - np.log((tail - start).mean()) - 1 / len(tail)
    deviation = np.sqrt((sizes**2).mean())
    normal = -np.log(deviation) - np.log(2 * np.pi) / 2 - (tail**2).mean() / (2 * deviation**2)
    return float(exponential - normal + log_ndtr(-start / deviation))
