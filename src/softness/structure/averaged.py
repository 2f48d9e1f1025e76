"""Features averaged over the neighbourhood, once or several times."""

import numba
import numpy as np

from softness.checks import checked_box
from softness.errors import InputError
from softness.structure.neighbours import checked_positions, neighbour_blocks


def averaged_features(
    features: np.ndarray,
    positions: np.ndarray,
    box_length: float | np.ndarray,
    cutoff: float,
    order: int,
) -> np.ndarray:
    """Features of a higher order, eq. 3.5 of the dissertation.

    X_i^(n) = sum_j exp(-R_ij / cutoff) X_j^(n-1) / sum_j exp(-R_ij / cutoff) over the particles j
    of all species with R_ij < cutoff, the particle itself (R_ii = 0) included.

    Parameters
    ----------
    features
        (N, M) features of all particles, X^(0).
    positions
        (N, 3) positions, wrapped or not, in sigma_AA.
    box_length
        Edge of the cubic periodic box, or (3,) edges of a rectangular one; each at least twice the
        cut-off.
    cutoff
        Largest distance of a neighbour; in the dissertation the second minimum of g_AA(r), 2.37
        sigma_AA at T = 0.44.
    order
        Number of times n that the mean is taken; 0 gives the features themselves.

    Returns
    -------
    numpy.ndarray
        (N, M) float64 features of this order.

    Raises
    ------
    InputError
        Features are not finite or not (N, M), positions are not finite or not (N, 3), the cut-off
        is not positive, the box is smaller than twice the cut-off, or the order is negative.
    """
    positions = checked_positions(positions)
    features = _checked_features(features, len(positions))
    if not (np.ndim(cutoff) == 0 and np.isfinite(cutoff) and cutoff > 0):
        raise InputError(f"cutoff = {cutoff}: give a positive, finite distance")
    if not isinstance(order, (int, np.integer)) or isinstance(order, bool) or order < 0:
        raise InputError(f"order = {order}: give a whole number of 0 or more")
    box_length = checked_box(box_length, float(cutoff))
    if order == 0:
        return features.copy()
    first, neighbours, weights = _weighted_neighbours(positions, box_length, float(cutoff))
    for _ in range(order):
        features = _weighted_mean(features, first, neighbours, weights)
    return features


def _checked_features(features: np.ndarray, particles: int) -> np.ndarray:
    features = np.ascontiguousarray(features, dtype=np.float64)
    if features.ndim != 2 or len(features) != particles:
        raise InputError(
            f"features has the shape {features.shape}: give one row for each of all {particles} "
            "particles, since a mean needs every neighbour"
        )
    if not np.isfinite(features).all():
        row = np.flatnonzero(~np.isfinite(features).all(axis=1))[0]
        raise InputError(
            f"features of particle {row} is not finite: repair or leave out this frame"
        )
    return features


def _weighted_neighbours(
    positions: np.ndarray, box_length: float | np.ndarray, cutoff: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Neighbours and weights of all particles; entries first[i] to first[i + 1] belong to i."""
    particles = len(positions)
    counts, indices, weights = [], [], []
    for _, neighbours in neighbour_blocks(positions, box_length, cutoff, np.arange(particles)):
        pairs = neighbours.first[-1]
        counts.append(np.diff(neighbours.first))
        indices.append(neighbours.index[:pairs].copy())
        weights.append(np.exp(-neighbours.distance[:pairs] / cutoff))
    first = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    return first, np.concatenate(indices), np.concatenate(weights)


@numba.njit(cache=True, nogil=True, fastmath={"contract"})
def _weighted_mean(
    features: np.ndarray, first: np.ndarray, neighbours: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """(N, M) mean of each particle's own features, with weight 1, and of its neighbours'."""
    mean = features.copy()
    for i in range(len(features)):
        row = mean[i]
        total = 1.0
        for k in range(first[i], first[i + 1]):
            weight = weights[k]
            total += weight
            other = features[neighbours[k]]
            for column in range(len(row)):
                row[column] += weight * other[column]
        row /= total
    return mean
