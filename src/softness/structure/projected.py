"""Linear functions of features, without the features: for frames by the thousand."""

import numpy as np

from softness.errors import InputError
from softness.structure.averaged import averaged_features
from softness.structure.feature_set import FeatureSet, own_features


def projected_features(
    positions: np.ndarray,
    types: np.ndarray,
    box_length: float | np.ndarray,
    features: FeatureSet,
    weights: np.ndarray,
    centres: np.ndarray | None = None,
) -> np.ndarray:
    """Values w.F of several linear variables for some particles of one frame.

    Means over neighbours are linear as well, so that the values are averaged instead of the
    features: sum_n w_n.F^(n) = w_0.F + A(w_1.F + A(w_2.F ...)), where A takes the mean over
    neighbours (eq. 3.5 of the dissertation).

    Parameters
    ----------
    positions, types, box_length, features, centres
        As for `softness.structure.feature_set.frame_features`.
    weights
        (V, M) of features that are not standardised, columns as `FeatureSet.names`.

    Returns
    -------
    numpy.ndarray
        (n, V) float64, in the order of the centres.

    Raises
    ------
    InputError
        As `frame_features`, or there is not one weight for each feature.
    """
    types, weights = np.asarray(types), np.asarray(weights, dtype=np.float64)
    if weights.ndim != 2 or weights.shape[1] != len(features):
        raise InputError(
            f"weights has the shape {weights.shape}: give rows of {len(features)}, one weight for "
            "each feature"
        )
    centres = np.flatnonzero(types == 0) if centres is None else np.asarray(centres)
    by_order = {order: weights[:, features.columns(order=order)] for order in features.orders}
    if features.orders == (0,):
        return own_features(positions, types, box_length, features, centres) @ by_order[0].T
    # A mean over neighbours needs the values of every particle.
    own = own_features(positions, types, box_length, features, np.arange(len(types)))
    orders = sorted({0, *features.orders}, reverse=True)
    values = np.zeros((len(types), len(weights)))
    for order, lower in zip(orders, [*orders[1:], 0], strict=True):
        if order in by_order:
            values = values + own @ by_order[order].T
        reach = (positions, box_length, features.cutoff, order - lower)
        values = averaged_features(values, *reach) if order > lower else values
    return values[centres]
