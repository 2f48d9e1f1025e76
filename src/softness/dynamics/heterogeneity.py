"""Dynamical heterogeneity: whether mobile particles are each other's neighbours."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from softness.errors import InputError


@dataclass(frozen=True)
class NeighbourCorrelation:
    """Pearson correlation of a quantity between neighbours, and what chance alone gives.

    Attributes
    ----------
    value
        Over all pairs of neighbours, each in both orders.
    chance
        Quantile of the same after shuffling the quantity among the particles.
    """

    value: float
    chance: float


def displacement_sizes(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(N,) sizes of displacements between two moments.

    Parameters
    ----------
    start, end
        (N, 3) unwrapped positions, drift removed.
    """
    return np.linalg.norm(np.asarray(end) - np.asarray(start), axis=1)


def neighbour_correlation(
    values: np.ndarray,
    positions: np.ndarray,
    box_length: float,
    distance: float,
    generator: np.random.Generator,
    shuffles: int = 200,
    level: float = 0.99,
) -> NeighbourCorrelation:
    """Correlate a quantity between neighbours.

    Parameters
    ----------
    values
        (N,) the quantity, for example sizes of displacements.
    positions
        (N, 3) wrapped or not.
    box_length
        Edge of the cubic box.
    distance
        Particles closer than this are neighbours.
    generator
        Source of the shuffles.
    shuffles
        Number of shuffles behind ``chance``.
    level
        Of the quantile of the shuffles.

    Raises
    ------
    InputError
        If the values do not vary, or no two particles are neighbours.
    """
    values = np.asarray(values, dtype=np.float64)
    if not np.ptp(values) > 0:
        raise InputError("values are all the same: no correlation can be measured")
    wrapped = np.asarray(positions, dtype=np.float64) % box_length
    wrapped[wrapped == box_length] = 0
    pairs = cKDTree(wrapped, boxsize=box_length).query_pairs(distance, output_type="ndarray")
    if len(pairs) < 2:
        raise InputError(f"distance is {distance:g}: no particles are that close; use a larger one")
    shuffled = [_pearson(generator.permutation(values), pairs) for _ in range(shuffles)]
    return NeighbourCorrelation(_pearson(values, pairs), float(np.quantile(shuffled, level)))


def _pearson(values: np.ndarray, pairs: np.ndarray) -> float:
    """Pearson correlation over pairs in both orders, so that it does not depend on the order."""
    first, second = values[pairs].T
    return float(np.corrcoef(np.r_[first, second], np.r_[second, first])[0, 1])
