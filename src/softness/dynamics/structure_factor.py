"""Static structure factor of one species, near its first peak."""

import numpy as np

from softness.checks import checked_frame, finite_array
from softness.errors import InputError

PEAK_IN_DISTANCES = 7.7
"""First peak of S(q) times that of g(r), about: 7.2 times 1.07 in the Kob-Andersen liquid."""

_RANGE = (0.7, 1.3)
_MAGNITUDES, _DIRECTIONS = 50, 16
# Relative distance from the highest point up to which the peak is a parabola.
_NEAR = 0.05


def wave_vectors(box_length: float | np.ndarray, lowest: float, highest: float) -> np.ndarray:
    """Some wave vectors that fit into the box, spread over magnitudes and directions.

    Parameters
    ----------
    box_length
        Edge of a cubic box, or (3,) edges of a rectangular one.
    lowest, highest
        Range of the magnitudes, in one over the unit of the box.

    Returns
    -------
    numpy.ndarray
        (vectors, 3), each once; always the same ones for a box.
    """
    generator = np.random.default_rng(0)
    edges = np.broadcast_to(np.asarray(box_length, dtype=np.float64), 3)
    directions = generator.normal(size=(_MAGNITUDES, _DIRECTIONS, 3))
    directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
    wanted = directions * np.linspace(lowest, highest, _MAGNITUDES)[:, None, None]
    whole = np.rint(wanted.reshape(-1, 3) * edges / (2 * np.pi))
    vectors = np.unique(whole, axis=0) * 2 * np.pi / edges
    magnitudes = np.linalg.norm(vectors, axis=1)
    return vectors[(magnitudes >= lowest) & (magnitudes <= highest)]


def structure_factor(positions: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """S(q) = |sum over particles of exp(i q . r)|^2 / n of one configuration.

    Parameters
    ----------
    positions
        (n, 3) positions, wrapped or not.
    vectors
        (vectors, 3) that fit into the box, from `wave_vectors`.

    Returns
    -------
    numpy.ndarray
        (vectors,), no unit.
    """
    positions, vectors = checked_frame(positions, "positions"), finite_array(vectors, "vectors", 2)
    found = np.empty(len(vectors))
    # One vector after the other: a matrix of all would not fit into the cache.
    for row, vector in enumerate(vectors):
        phases = positions @ vector
        found[row] = (np.cos(phases).sum() ** 2 + np.sin(phases).sum() ** 2) / len(positions)
    return found


def first_peak(magnitudes: np.ndarray, values: np.ndarray) -> float:
    """Wave number of the highest point of S(q), by a parabola through what is near it.

    Parameters
    ----------
    magnitudes
        (vectors,) of the wave vectors.
    values
        (vectors,) S(q), averaged over configurations.

    Returns
    -------
    float
        nan where the highest point lies at an end of the range.

    Raises
    ------
    InputError
        If there are fewer than ten wave vectors.
    """
    magnitudes, values = finite_array(magnitudes, "magnitudes", 1), finite_array(values, "values")
    if len(magnitudes) < 10:
        raise InputError(f"magnitudes holds {len(magnitudes)} wave vectors: give ten or more")
    ends = magnitudes.min(), magnitudes.max()
    grid = np.linspace(*ends, 61)
    smooth = np.array([_weighted(magnitudes, values, each) for each in grid])
    top = grid[int(np.argmax(smooth))]
    near = np.abs(magnitudes / top - 1) < _NEAR
    if not ends[0] < top < ends[1]:
        return float("nan")
    # In a small box there are few magnitudes, and no parabola through them.
    if len(np.unique(magnitudes[near].round(6))) < 4:
        return float(top)
    curvature, slope, _ = np.polyfit(magnitudes[near] - top, values[near], 2)
    shift = -slope / (2 * curvature) if curvature < 0 else 0.0
    return float(top + np.clip(shift, -_NEAR * top, _NEAR * top))


def range_of_first_peak(distance: float) -> tuple[float, float]:
    """Wave numbers among which the first peak of S(q) is, from the first peak of g(r)."""
    lowest, highest = _RANGE
    return lowest * PEAK_IN_DISTANCES / distance, highest * PEAK_IN_DISTANCES / distance


def _weighted(magnitudes: np.ndarray, values: np.ndarray, centre: float) -> float:
    """Mean of S(q) near a wave number, with Gaussian weights."""
    weights = np.exp(-(((magnitudes / centre - 1) / (_NEAR / 2)) ** 2) / 2)
    return float((weights * values).sum() / weights.sum())
