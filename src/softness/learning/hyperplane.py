"""The hyperplane of a linear classifier: softness, fluidity, or a random direction."""

from dataclasses import dataclass

import numpy as np

from softness.learning.checks import feature_table


@dataclass(frozen=True)
class Hyperplane:
    """A hyperplane in the space of standardised features.

    Attributes
    ----------
    weights
        (M,) normal vector w, not normalised.
    bias
        b of the value w.F - b.
    mean, scale
        (M,) of the features; the standardised feature is F = (feature - mean) / scale.
    """

    weights: np.ndarray
    bias: float
    mean: np.ndarray
    scale: np.ndarray

    def projection(self, features: np.ndarray) -> np.ndarray:
        """w.F of (n, M) features that are not standardised; (n,)."""
        features = feature_table(features, len(self.weights))
        return (features - self.mean) / self.scale @ self.weights

    def value(self, features: np.ndarray) -> np.ndarray:
        """Learned variable w.F - b (softness, fluidity) of (n, M) features; (n,).

        The features are not standardised; that is done here. It is not divided by the length
        of w, as in section 2.2.2 of the dissertation: the Z-score removes the scale.
        """
        return self.projection(features) - self.bias

    def raw_weights(self) -> np.ndarray:
        """(M,) normal vector for features that are not standardised."""
        return self.weights / self.scale
