"""Figure A.1: the mean of what each model predicts grows with temperature, as that of softness."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from softness.barriers.zscore import varies
from softness.findings import learned, regressed
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.findings.regressed import SVR, Snapshot
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Inclusion, Statement

NUMBER = "A.1"

# Origin and spread.
Scale = tuple[float, float]
ALL_REPLICAS = -1

GROWS = Statement(
    figure=NUMBER,
    name="every step of the mean with T, every model",
    claim="The mean of the output of every model grows with temperature (Z-score)",
    source="increases",
    above=0.0,
)
SAME_RATE = Inclusion(
    figure=NUMBER,
    name="slope of the mean against T, SVR minus softness",
    claim="The means of SVR and of softness grow at almost the same rate (Z-score per unit of T)",
    source="almost the same",
    expected=0.0,
    half_width=1.0,
)


@dataclass(frozen=True)
class Findings:
    """Mean output of all models.

    Attributes
    ----------
    means
        As Z-scores, by the name of the model, then by temperature from cold to hot.
    scales
        Origin and spread of each model at the training temperature, of all replicas.
    snapshots
        Number of test snapshots by temperature.
    replicas
        Fewest replicas of a temperature.
    lacking
        Why nothing can be tested; empty if it can.
    doubt
        Why means cannot decide; empty if they can.
    """

    means: dict[str, dict[float, Estimate]]
    scales: dict[str, Scale]
    snapshots: dict[float, int]
    replicas: int
    lacking: str
    doubt: str


def compute(data: FigureData) -> Findings:
    """Means of all models at all temperatures, in the unit of the training temperature."""
    tested, at_training = regressed.tested(data), regressed.at_training(data)
    scales = {name: _scales(at_training, name) for name in regressed.names(data)}
    lacking = "" if at_training else regressed.no_test_snapshots(data)
    return Findings(
        means={
            name: {t: _mean(data, each, name, own) for t, each in tested.items()}
            for name, own in scales.items()
        },
        scales={name: own[ALL_REPLICAS] for name, own in scales.items()},
        snapshots={t: len(each) for t, each in tested.items()},
        replicas=regressed.fewest_replicas(tested),
        lacking=lacking or ("" if len(tested) > 1 else "needs two temperatures"),
        # The models owe to the training temperature whatever they know.
        doubt=regressed.doubt(data, filter(None, [at_training])),
    )


def _mean(
    data: FigureData, snapshots: list[Snapshot], name: str, scales: Mapping[int, Scale]
) -> Estimate:
    """Mean of a model over the particles of some snapshots, as a Z-score."""
    whole = scales[ALL_REPLICAS]
    rows = [_sum(each.predicted[name], scales.get(each.replica, whole)) for each in snapshots]
    sizes = np.array([float(len(each.predicted[name])) for each in snapshots])
    return regressed.resampled(data, NUMBER, snapshots, np.array(rows), sizes)


def _sum(values: np.ndarray, scale: Scale) -> float:
    origin, spread = scale
    return float(((values - origin) / spread).sum())


def _scales(at_training: list[Snapshot], name: str) -> dict[int, Scale]:
    """Mean and standard deviation at the training temperature, by replica, and of all replicas.

    Each replica is judged by a model of its own, and models differ by an offset, which is the same
    at all temperatures. Scales are taken as they are: they have no error.
    """
    scales = {ALL_REPLICAS: _scale(at_training, name)}
    for replica in {each.replica for each in at_training}:
        scales[replica] = _scale([each for each in at_training if each.replica == replica], name)
    return scales


def _scale(snapshots: list[Snapshot], name: str) -> Scale:
    """Mean and standard deviation over particles; the latter is 1 where they do not vary."""
    given = [each.predicted[name] for each in snapshots]
    values = np.concatenate(given) if given else np.zeros(1)
    origin, spread = float(values.mean()), float(values.std())
    return (origin, spread) if varies(values) else (origin, 1.0)


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the order of all means, and on the slopes of SVR and of softness."""
    if findings.lacking:
        return [each.not_tested(findings.lacking) for each in (GROWS, SAME_RATE)]
    means, replicas, doubt = findings.means, findings.replicas, findings.doubt
    steps = {
        f"{name} from T = {cold:g} to {warm:g}": by_temperature[warm] - by_temperature[cold]
        for name, by_temperature in means.items()
        for cold, warm in pairwise(by_temperature)
    }
    grows = learned.judged_all(GROWS, steps, replicas, doubt)
    if not {SVR, SOFTNESS} <= set(means):
        return [grows, SAME_RATE.not_tested("needs SVR and softness")]
    difference = _slope(means[SVR]) - _slope(means[SOFTNESS])
    return [grows, learned.judged(SAME_RATE, difference, replicas, doubt)]


def _slope(by_temperature: dict[float, Estimate]) -> Estimate:
    """Slope of the straight line through the means, all with equal weight."""
    temperatures = np.array(list(by_temperature))
    away = temperatures - temperatures.mean()
    weights = away / (away**2).sum()
    found = by_temperature.values()
    value = weights @ np.array([float(each.value) for each in found])
    return Estimate(value, weights @ np.array([each.draws for each in found]))


def table(findings: Findings) -> pd.DataFrame:
    """Mean of each model at each temperature as a Z-score, with its unit.

    ``origin`` and ``spread`` are those of all replicas; each replica has its own. Intervals are
    left out if one of them is unknown.
    """
    rows = [
        (name, t, findings.snapshots[t], float(found.value), *map(float, found.interval()), *scale)
        for name, scale in findings.scales.items()
        for t, found in findings.means[name].items()
    ]
    columns = ["variable", "temperature", "snapshots", "mean", "low", "high", "origin", "spread"]
    return pd.DataFrame(rows, columns=columns).dropna(axis="columns")
