"""Dynamical heterogeneity: whether mobile particles are each other's neighbours."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from softness.checks import checked_box, checked_frame, finite_array, positive, same_length
from softness.errors import InputError

SHUFFLES, LEVEL = 200, 0.99


@dataclass(frozen=True)
class NeighbourCorrelation:
    """Pearson correlation of a quantity between neighbours, and what chance alone gives.

    Attributes
    ----------
    value
        Over all pairs of neighbours, each in both orders.
    chance
        Quantile `LEVEL` of the same after `SHUFFLES` shuffles of the quantity among the particles.
    """

    value: float
    chance: float


def displacement_sizes(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(N,) sizes of displacements between two moments.

    Parameters
    ----------
    start, end
        (N, 3) unwrapped positions, drift removed.

    Raises
    ------
    InputError
        Positions are not finite or not (N, 3), or the moments differ in N.
    """
    start, end = checked_frame(start, "start"), checked_frame(end, "end")
    if len(start) != len(end):
        raise InputError(
            f"start holds {len(start)} particles and end {len(end)}: give the same particles at "
            "both moments"
        )
    return np.linalg.norm(end - start, axis=1)


def neighbour_correlation(
    values: np.ndarray,
    positions: np.ndarray,
    box_length: float | np.ndarray,
    distance: float,
    generator: np.random.Generator,
) -> NeighbourCorrelation:
    """Correlate a quantity between neighbours.

    Parameters
    ----------
    values
        (N,) the quantity, for example sizes of displacements.
    positions
        (N, 3) wrapped or not.
    box_length
        Edge of a cubic box, or (3,) edges of a rectangular one; each at least twice the distance.
    distance
        Particles closer than this are neighbours.
    generator
        Source of the shuffles.

    Raises
    ------
    InputError
        If values or positions are not finite or differ in number, the box or the distance is not
        positive or an edge smaller than twice the distance, the values do not vary, or no two
        particles are neighbours.
    """
    positions = checked_frame(positions, "positions").astype(np.float64)
    values = same_length(finite_array(values, "values"), "values", len(positions), "the particles")
    distance = positive(distance, "distance")
    box_length = checked_box(box_length, distance, "distance")
    if not np.ptp(values) > 0:
        raise InputError("values are all the same: no correlation can be measured")
    wrapped = positions % box_length
    wrapped[wrapped == box_length] = 0
    pairs = cKDTree(wrapped, boxsize=box_length).query_pairs(distance, output_type="ndarray")
    if len(pairs) < 2:
        raise InputError(f"distance is {distance:g}: no particles are that close; use a larger one")
    shuffled = [_pearson(generator.permutation(values), pairs) for _ in range(SHUFFLES)]
    return NeighbourCorrelation(_pearson(values, pairs), float(np.quantile(shuffled, LEVEL)))


def _pearson(values: np.ndarray, pairs: np.ndarray) -> float:
    """Pearson correlation over pairs in both orders, so that it does not depend on the order."""
    first, second = values[pairs].T
    return float(np.corrcoef(np.r_[first, second], np.r_[second, first])[0, 1])
