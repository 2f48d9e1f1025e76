"""Mean, standard deviation and covariance of the features of a population, chunk by chunk."""

import numpy as np

from softness.errors import InputError
from softness.learning.checks import feature_table


class FeatureMoments:
    """First and second moments of features that need not fit into the memory.

    Parameters
    ----------
    origin
        (M,) about which squares are summed: a typical particle, so that no digits are lost.
    """

    def __init__(self, origin: np.ndarray) -> None:
        self._origin = np.asarray(origin, dtype=np.float64)
        self.particles = 0
        self._sum = np.zeros_like(self._origin)
        self._products = np.zeros((len(self._origin), len(self._origin)))

    def add(self, features: np.ndarray) -> None:
        """Take in (n, M) features.

        Raises
        ------
        InputError
            If the shape does not fit, or values are not finite.
        """
        away = feature_table(features, len(self._origin)) - self._origin
        self.particles += len(away)
        self._sum += away.sum(axis=0)
        self._products += away.T @ away

    def __add__(self, other: "FeatureMoments") -> "FeatureMoments":
        """Moments of two populations together, which were summed about the same origin."""
        both = FeatureMoments(self._origin)
        both.particles = self.particles + other.particles
        both._sum = self._sum + other._sum
        both._products = self._products + other._products
        return both

    @property
    def mean(self) -> np.ndarray:
        """(M,) means."""
        return self._origin + self._sum / self._number()

    @property
    def covariance(self) -> np.ndarray:
        """(M, M) covariances of the features as they are."""
        shift = self._sum / self._number()
        return self._products / self.particles - np.outer(shift, shift)

    @property
    def scale(self) -> np.ndarray:
        """(M,) standard deviations; 1 where a feature never varies."""
        variance = np.diag(self.covariance)
        # A constant column has a rounding error for a variance, not 0.
        varies = variance > 1e-24 * self.mean**2
        return np.where(varies, np.sqrt(np.maximum(variance, 0)), 1.0)

    def spread(self, weights: np.ndarray) -> float:
        """Standard deviation over the population of w.F with standardised features F."""
        raw = np.asarray(weights, dtype=np.float64) / self.scale
        return float(np.sqrt(raw @ self.covariance @ raw))

    def _number(self) -> int:
        if self.particles == 0:
            raise InputError("the population is empty: give the features of some particles")
        return self.particles
