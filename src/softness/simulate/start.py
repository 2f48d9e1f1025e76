"""Where a replica begins: random positions, pushed apart until no pair overlaps."""

import numpy as np
from scipy.spatial import cKDTree

from softness.errors import InputError
from softness.liquid import Liquid

# Pairs closer than this fraction of sigma_ij count as overlapping: there the Lennard-Jones force is
# about 200 eps/sigma, which a time step of 0.005 tau still follows.
OVERLAP = 0.9
STEP = 0.5
LARGEST_ITERATIONS = 20_000


def random_start(liquid: Liquid, generator: np.random.Generator) -> np.ndarray:
    """Random positions without overlaps, by a soft push-off.

    Particles placed at random repel each other by a harmonic force for as long as they overlap;
    steepest descent ends when no pair is closer than 0.9 sigma_ij. The same for every engine.

    Parameters
    ----------
    liquid
        The model liquid; its types tell the sizes.
    generator
        The stream of the replica.

    Returns
    -------
    numpy.ndarray
        (N, 3) positions in [-L/2, L/2), in sigma_AA.

    Raises
    ------
    InputError
        If the liquid is so dense that overlaps remain.
    """
    length = liquid.box_length
    positions = generator.uniform(0, length, size=(liquid.particles, 3))
    diameters = OVERLAP * _pair_sigma(liquid)
    types = liquid.types
    for _ in range(LARGEST_ITERATIONS):
        # The goal lies a little beyond the overlap, so that the descent ends in finite time.
        pairs = cKDTree(positions, boxsize=length).query_pairs(
            1.02 * diameters.max(), output_type="ndarray"
        )
        first, second = pairs.T
        separation = positions[first] - positions[second]
        separation -= length * np.round(separation / length)
        distance = np.linalg.norm(separation, axis=1)
        contact = diameters[types[first], types[second]]
        if not (distance < contact).any():
            return positions - length / 2
        overlap = np.maximum(1.02 * contact - distance, 0)
        push = STEP * (overlap / np.maximum(distance, 1e-9))[:, None] * separation / 2
        np.add.at(positions, first, push)
        np.add.at(positions, second, -push)
        positions %= length
        positions[positions == length] = 0  # a tiny negative number rounds to the length itself
    raise InputError(
        f"density {liquid.density:g}: random particles still overlap after "
        f"{LARGEST_ITERATIONS} steps: lower the density"
    )


def _pair_sigma(liquid: Liquid) -> np.ndarray:
    """(2, 2) sigma of the pairs of species."""
    aa, ab, bb = liquid.sigma
    return np.array([[aa, ab], [ab, bb]])
