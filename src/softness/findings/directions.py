"""Directions of regressors: cosines with softness and with each other, and their errors."""

from collections.abc import Mapping
from itertools import product

import numpy as np

from softness.barriers.cosines import plain_cosine
from softness.files.records.regressed import Regression
from softness.findings import learned
from softness.findings.data import FigureData
from softness.findings.regressed import RIDGE, SVR
from softness.uncertainty import Estimate

COSINES_OF_SOURCE = {SVR: 0.13264, RIDGE: 0.75145}
"""With softness, by name of the model (table 3.1 of the dissertation)."""

COSINE_OF_BOTH_OF_SOURCE = 0.4


def near_equal(record: Regression) -> list[int]:
    """Numbers of the settings that validate as well as the chosen ones, within one standard error.

    The error is that of the difference, paired over the snapshots of the validation. The chosen
    settings come first, alone if there is a single snapshot.
    """
    chosen, scores = int(record.chosen), record.scores
    behind = scores[chosen] - scores
    number = behind.shape[1]
    if number < 2:
        return [chosen]
    error = behind.std(axis=1, ddof=1) / np.sqrt(number)
    # What is nan is not near.
    near = np.flatnonzero(behind.mean(axis=1) <= error)
    return [chosen, *(int(each) for each in near if each != chosen)]


def drawn_cosine(data: FigureData, record: Regression) -> Estimate:
    """Plain cosine of the chosen plane with softness.

    The draws are those of the settings that validate equally well, all alike, each with the error
    of softness (delete-a-group jackknife) and of the regressor (without one replica or snapshot).
    """
    parts = [_with_softness(data, record, setting) for setting in near_equal(record)]
    # The chosen settings come first.
    first = parts[0]
    return Estimate(first.value, np.concatenate([each.draws for each in parts]), first.units)


def _with_softness(data: FigureData, record: Regression, setting: int) -> Estimate:
    """Plain cosine of the plane of some settings with softness; errors as of the chosen ones."""
    softness, chosen = data.softness_all[0], record.weights[int(record.chosen)]
    plane = embedded(data, softness.weights, record)
    without_one = [
        [cosine(row, plane) for row in record.jackknife_weights],
        [cosine(chosen, embedded(data, row, record)) for row in softness.jackknife_weights],
    ]
    replicas = min(_replicas(record), len(softness.left_out_weights))
    value = cosine(record.weights[setting], plane)
    return learned.jackknifed(value, without_one, replicas, data.settings["draws"])


def _replicas(record: Regression) -> int:
    return len(record.left_out_weights)


def cosine(first: np.ndarray, second: np.ndarray) -> float:
    """Plain cosine of two planes; nan if one of them gives all particles the same."""
    return plain_cosine(first, second) if first.any() and second.any() else float("nan")


def embedded(
    data: FigureData, weights: np.ndarray, record: Regression, converted: bool = False
) -> np.ndarray:
    """(features,) weights of softness among the features of a regressor.

    Softness may see fewer features; the others have no weight.

    Parameters
    ----------
    converted
        Whether weights are converted to the units of the regressor's features. The dissertation
        compares planes as they are, each in the units of its own standardisation.
    """
    softness = data.softness_all[0]
    columns = record.columns.astype(str).tolist()
    places = [columns.index(name) for name in softness.columns.astype(str)]
    found = np.zeros(len(columns))
    found[places] = weights / softness.scale * record.scale[places] if converted else weights
    return found


def _of_both(
    data: FigureData, svr: Regression, ridge: Regression, pair: tuple[int, int]
) -> Estimate:
    """Plain cosine of two regressors at settings of each; errors as of the chosen ones.

    Leaving out one replica or snapshot turns both: they were trained with the same ones.
    """
    planes = zip(svr.jackknife_weights, ridge.jackknife_weights, strict=True)
    without_one = [[cosine(one, other) for one, other in planes]]
    value = cosine(svr.weights[pair[0]], ridge.weights[pair[1]])
    return learned.jackknifed(value, without_one, _replicas(svr), data.settings["draws"])


def nearest_cosines(data: FigureData, svr: Regression, ridge: Regression) -> dict[str, Estimate]:
    """() three cosines minus the dissertation's, at the settings that come nearest to it.

    Of the settings of both regressors that validate as well as the best.
    """

    def apart(pair: tuple[int, int]) -> dict[str, Estimate]:
        models = {SVR: (svr, pair[0]), RIDGE: (ridge, pair[1])}
        found = {
            f"{name} with softness": _minus(_with_softness(data, *given), COSINES_OF_SOURCE[name])
            for name, given in models.items()
        }
        of_both = _of_both(data, svr, ridge, pair)
        return found | {f"{RIDGE} with {SVR}": _minus(of_both, COSINE_OF_BOTH_OF_SOURCE)}

    def farthest(found: Mapping[str, Estimate]) -> float:
        return max(abs(float(each.value)) for each in found.values())

    return min(map(apart, product(near_equal(svr), near_equal(ridge))), key=farthest)


def _minus(found: Estimate, value: float) -> Estimate:
    return found.map(lambda each: each - value)
