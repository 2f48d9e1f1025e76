"""What is counted while runs go on: grids of thresholds, and distances as whole numbers.

Fixed for good, so that another threshold never asks for another simulation (STUDY.md section 3).
"""

import numpy as np

HOP_THRESHOLDS = np.arange(1, 101) / 100
"""Of p_hop, in sigma_AA^2."""

CSD_THRESHOLDS = np.arange(10, 201) / 500
"""Of the cumulative squared displacement, in sigma_AA^2."""

UNIT_BITS = 20
DISPLACEMENT_UNIT = 2.0**-UNIT_BITS
"""In sigma_AA; sums of whole numbers of it do not depend on the order of the runs."""


def whole_distances(moved: np.ndarray, particle: np.ndarray) -> np.ndarray:
    """(n, particles) distances that some particles went, in whole units.

    Parameters
    ----------
    moved
        (n, N, 3) displacements of all particles, in sigma_AA; their drift is taken off.
    particle
        (particles,) numbers of those that are followed.
    """
    sizes = np.linalg.norm((moved - moved.mean(axis=1, keepdims=True))[:, particle], axis=2)
    return np.rint(sizes / DISPLACEMENT_UNIT).astype(np.int64)


def whole_squares(distances: np.ndarray) -> np.ndarray:
    """Squares of whole distances, in units times sigma_AA: sums of many still fit into 64 bits."""
    return (distances * distances) >> UNIT_BITS
