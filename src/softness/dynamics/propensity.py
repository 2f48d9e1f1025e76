"""Dynamic propensity: how far each particle goes on average over isoconfigurational runs."""

from typing import Self

import numpy as np

from softness.errors import InputError


class Propensity:
    """Mean and variance over runs of |r_i(t) - r_i(0)|, one run after another.

    The runs start from one configuration and differ in their velocities (section 1.6.1 of the
    dissertation). Both positions are thermal, or both are inherent states, for the inherent-state
    propensity. No run is kept.

    Parameters
    ----------
    start
        (N, 3) unwrapped positions at t = 0, sigma_AA.

    Raises
    ------
    InputError
        Positions are not finite or not (N, 3).

    Notes
    -----
    Mean and sum of squared deviations are updated run by run (Welford, Technometrics 4, 419, 1962),
    which stays exact when the mean is much larger than the spread.
    """

    def __init__(self, start: np.ndarray) -> None:
        self.start = np.array(start, dtype=np.float64)
        if self.start.ndim != 2 or self.start.shape[1] != 3 or len(self.start) == 0:
            raise InputError(f"start has the shape {self.start.shape}: give positions (N, 3)")
        if not np.isfinite(self.start).all():
            raise InputError("start holds values that are not finite: leave out this snapshot")
        self.runs = 0
        self._mean = None
        self._deviation = None

    def add(self, positions: np.ndarray) -> None:
        """Take in one run.

        Parameters
        ----------
        positions
            (N, 3) unwrapped positions at one time, or (times, N, 3) at the same times in all runs.

        Raises
        ------
        InputError
            Positions are not finite, or not of the shape of the start or of the first run.
        """
        positions = np.asarray(positions, dtype=np.float64)
        expected = self.start.shape if self._mean is None else (*self._mean.shape, 3)
        if self._mean is None and positions.ndim == 3:
            expected = (len(positions), *expected)
        if positions.shape != expected:
            raise InputError(
                f"positions has the shape {positions.shape}: the runs of this snapshot have "
                f"{expected}"
            )
        distance = np.linalg.norm(positions - self.start, axis=-1)
        if not np.isfinite(distance).all():
            raise InputError("positions holds values that are not finite: leave out this run")
        if self._mean is None:
            self._mean = np.zeros(distance.shape)
            self._deviation = np.zeros(distance.shape)
        self.runs += 1
        before = distance - self._mean
        self._mean += before / self.runs
        self._deviation += before * (distance - self._mean)

    def merge(self, other: Self) -> None:
        """Take in all runs of another block of the same snapshot.

        Parameters
        ----------
        other
            Propensity of other runs from the same start, at the same times.

        Raises
        ------
        InputError
            The start or the times differ.
        """
        if not np.array_equal(self.start, other.start):
            raise InputError("other starts from another snapshot: merge runs of one snapshot only")
        if other.runs == 0:
            return
        if self.runs == 0:
            self.runs = other.runs
            self._mean = other._mean.copy()
            self._deviation = other._deviation.copy()
            return
        if self._mean.shape != other._mean.shape:
            raise InputError(
                f"other holds times and particles {other._mean.shape}: this block holds "
                f"{self._mean.shape}, merge runs with the same times"
            )
        runs = self.runs + other.runs
        apart = other._mean - self._mean
        self._mean += apart * (other.runs / runs)
        self._deviation += other._deviation + apart**2 * (self.runs * other.runs / runs)
        self.runs = runs

    @property
    def mean(self) -> np.ndarray:
        """(N,) or (times, N) propensity, sigma_AA."""
        self._require(1)
        return self._mean.copy()

    @property
    def variance(self) -> np.ndarray:
        """(N,) or (times, N) variance over runs, sigma_AA^2, without bias (divided by runs - 1)."""
        self._require(2)
        return self._deviation / (self.runs - 1)

    @property
    def standard_error(self) -> np.ndarray:
        """(N,) or (times, N) standard error of the mean, sigma_AA."""
        return np.sqrt(self.variance / self.runs)

    def _require(self, runs: int) -> None:
        if self.runs < runs:
            raise InputError(f"runs = {self.runs}: add at least {runs} before asking for this")


def propensity(start: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Propensity of runs that are all in memory.

    Parameters
    ----------
    start
        (N, 3) unwrapped positions at t = 0, sigma_AA.
    ends
        (runs, N, 3) or (runs, times, N, 3) unwrapped positions, at least two runs.

    Returns
    -------
    mean : numpy.ndarray
        (N,) or (times, N) mean over runs of |r_i(t) - r_i(0)|, sigma_AA.
    variance : numpy.ndarray
        The same shape, variance over runs, sigma_AA^2.

    Raises
    ------
    InputError
        Positions are not finite, shapes do not fit, or there are fewer than two runs.
    """
    accumulator = Propensity(start)
    for end in ends:
        accumulator.add(end)
    return accumulator.mean, accumulator.variance
