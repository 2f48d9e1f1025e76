"""Clusters of particles that are chosen by a quantity, such as the softest ones of a frame."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from softness.checks import checked_box, finite_array, positive
from softness.errors import InputError


def cluster_sizes(
    positions: np.ndarray, box_length: float | np.ndarray, distance: float
) -> np.ndarray:
    """Sizes of the clusters of some particles, in which neighbours are connected.

    Parameters
    ----------
    positions
        (n, 3) of these particles alone, wrapped or not.
    box_length
        Edge of the cubic periodic box, or (3,) edges of a rectangular one; each at least twice the
        distance.
    distance
        Particles up to this distance are neighbours.

    Returns
    -------
    numpy.ndarray
        (clusters,) numbers of particles, which add up to n; a particle without a neighbour is a
        cluster of one.

    Raises
    ------
    InputError
        If positions are not finite, the box or the distance is not positive, or an edge is shorter
        than twice the distance.
    """
    positions = finite_array(positions, "positions", 2)
    box_length = checked_box(box_length, positive(distance, "distance"), "distance")
    wrapped = positions % box_length
    # Rounding can leave a particle on the far face.
    tree = cKDTree(np.where(wrapped < box_length, wrapped, 0.0), boxsize=box_length)
    first, second = tree.query_pairs(distance, output_type="ndarray").T
    joined = coo_array((np.ones(len(first)), (first, second)), shape=(len(positions),) * 2)
    return np.bincount(connected_components(joined, directed=False)[1])


def largest(values: np.ndarray, fraction: float) -> np.ndarray:
    """Indices of the particles with the largest values.

    Parameters
    ----------
    values
        (n,) of a quantity, such as softness.
    fraction
        Of the particles; the nearest whole number of them is taken.

    Raises
    ------
    InputError
        If not a single particle is chosen.
    """
    number = round(fraction * len(values))
    if number < 1:
        raise InputError(
            f"fraction = {fraction:g} of {len(values)} particles chooses none: give a larger one"
        )
    return np.argsort(values, kind="stable")[-number:]


def mean_size(counts: np.ndarray) -> np.ndarray:
    """Mean size of the cluster that a chosen particle is in: sum of s^2 n(s) over sum of s n(s).

    Parameters
    ----------
    counts
        (..., sizes) numbers n(s) of clusters of the sizes 1, 2 ...

    Returns
    -------
    numpy.ndarray
        (...) mean sizes, nan without clusters.
    """
    size = np.arange(1, np.shape(counts)[-1] + 1)
    with np.errstate(invalid="ignore"):
        return (counts @ size.astype(np.float64) ** 2) / (counts @ size)
