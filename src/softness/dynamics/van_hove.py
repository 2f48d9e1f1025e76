"""Self part of the van Hove correlation function, and the non-Gaussian parameter."""

import numpy as np

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
    displacements = _checked_displacements(displacements)
    edges = _checked_edges(edges)
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


def _checked_displacements(displacements: np.ndarray) -> np.ndarray:
    """Displacements as (samples, 3) float64."""
    displacements = np.asarray(displacements, dtype=np.float64)
    if displacements.ndim < 2 or displacements.shape[-1] != 3 or displacements.size == 0:
        raise InputError(f"displacements has the shape {displacements.shape}: give (..., 3)")
    if not np.isfinite(displacements).all():
        raise InputError("displacements holds values that are not finite: leave out these frames")
    return displacements.reshape(-1, 3)


def _checked_edges(edges: np.ndarray) -> np.ndarray:
    edges = np.asarray(edges, dtype=np.float64)
    if edges.ndim != 1 or len(edges) < 2 or not (np.diff(edges) > 0).all():
        raise InputError(f"edges = {edges.tolist()}: give at least two, each larger than the last")
    return edges
