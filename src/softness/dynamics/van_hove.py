"""Self part of the van Hove correlation function, and the non-Gaussian parameter."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_ndtr

from softness.checks import checked_count, checked_trajectory
from softness.errors import InputError


def displacements(positions: np.ndarray, lag: int, stride: int = 1) -> np.ndarray:
    """Displacements r_i(t + lag) - r_i(t) from every `stride`-th frame t.

    Parameters
    ----------
    positions
        (frames, N, 3) unwrapped positions in sigma_AA, drift removed.
    lag
        Number of frame intervals.
    stride
        Number of frames from one origin to the next.

    Returns
    -------
    numpy.ndarray
        (origins, N, 3) float64.

    Raises
    ------
    InputError
        Positions are not (frames, N, 3), there are no more frames than the lag, or lag or stride is
        not a positive whole number.
    """
    positions = checked_trajectory(positions)
    lag = checked_count(lag, "lag")
    stride = checked_count(stride, "stride")
    if len(positions) <= lag:
        raise InputError(f"lag = {lag}: it must be shorter than the {len(positions)} frames")
    return positions[lag::stride].astype(np.float64) - positions[:-lag:stride]


def self_van_hove(displacements: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Self van Hove function G_s(r, t) of displacements over the time t.

    G_s(r, t) = 1/N sum_i <delta(r - |r_i(t) - r_i(0)|)> / (4 pi r^2), so that the integral of
    4 pi r^2 G_s over all r is 1 (Kob and Andersen, Phys. Rev. E 51, 4626, 1995).

    Parameters
    ----------
    displacements
        (..., 3) displacements over one time, sigma_AA.
    edges
        (bins + 1,) increasing edges of the bins in r, none negative.

    Returns
    -------
    numpy.ndarray
        (bins,) density in sigma_AA^-3, the mean over each spherical shell. Displacements outside
        the edges count in the normalisation.

    Raises
    ------
    InputError
        Displacements are not finite or not (..., 3), or edges do not increase from 0 or more.
    """
    displacements = _checked_displacements(displacements)
    edges = _checked_edges(edges)
    if edges[0] < 0:
        raise InputError(f"edges start at {edges[0]}: a distance is never negative, start at 0")
    count, _ = np.histogram(np.linalg.norm(displacements, axis=1), edges)
    return count / (len(displacements) * 4 / 3 * np.pi * np.diff(edges**3))


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


def non_gaussian_parameter(square: float, fourth: float, dimension: int = 3) -> float:
    """Non-Gaussian parameter alpha_2; 0 for a Gaussian.

    alpha_2 = 3 <r^4> / (5 <r^2>^2) - 1 in three dimensions, <x^4> / (3 <x^2>^2) - 1 in one.

    Parameters
    ----------
    square, fourth
        <r^2> and <r^4> of the displacements over one time, or <x^2> and <x^4> of their components.
    dimension
        3 for the distance, 1 for components.

    Returns
    -------
    float
        alpha_2, no unit.
    """
    return dimension * fourth / ((dimension + 2) * square**2) - 1


def exponential_tail(displacements: np.ndarray, quantile: float = 0.99) -> float:
    """By how much an exponential tail of G_s(x, t) is more likely than a Gaussian one.

    Both are fitted by maximum likelihood to the sizes of all components beyond a quantile, with one
    parameter each: the decay length, and the variance of a Gaussian about 0.

    Parameters
    ----------
    displacements
        (..., 3) displacements over one time, sigma_AA.
    quantile
        Fraction of the components that are smaller than the tail.

    Returns
    -------
    float
        Mean over the tail of ln p_exponential - ln p_Gaussian: positive where the tail is
        exponential. nan where sizes of the tail do not differ.
    """
    sizes = np.abs(_checked_displacements(displacements)).ravel()
    start = np.quantile(sizes, quantile)
    tail = sizes[sizes > start]
    if len(tail) < 2 or np.ptp(tail) == 0:
        return float("nan")
    exponential = -1 - np.log((tail - start).mean())
    square = (tail**2).mean()

    def minus_gaussian(log_deviation: float) -> float:
        deviation = np.exp(log_deviation)
        normal = np.log(2 * np.pi) / 2 + log_deviation + square / (2 * deviation**2)
        return normal + log_ndtr(-start / deviation)

    # Between a deviation that makes the tail a tail of many, and one that makes it flat.
    bounds = np.log(start / 10), np.log(10 * tail.max())
    gaussian = minimize_scalar(minus_gaussian, bounds=bounds, method="bounded")
    return float(exponential + gaussian.fun)


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
