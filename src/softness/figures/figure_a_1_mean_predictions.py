"""Figure A.1: the mean of what each model predicts grows with temperature, as that of softness."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from softness.barriers.zscore import varies
from softness.figures import draw_models, style
from softness.findings import learned, regressed
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.findings.regressed import SVR, Snapshot
from softness.report.claims import Claim, Inclusion, Statement
from softness.uncertainty import Estimate

NUMBER = "A.1"

# By the name of the model, then by temperature from cold to hot.
Means = dict[str, dict[float, Estimate]]
# Origin and spread.
Unit = tuple[float, float]
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


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on the order of all means, and on the slopes of SVR and of softness."""
    snapshots, tested = regressed.at_training(data), regressed.tested(data)
    if not snapshots:
        reason = regressed.no_test_snapshots(data)
        return [each.not_tested(reason) for each in (GROWS, SAME_RATE)]
    if len(tested) < 2:
        return [each.not_tested("needs two temperatures") for each in (GROWS, SAME_RATE)]
    means = _means(data)
    replicas = regressed.fewest_replicas(tested)
    # The models owe to the training temperature whatever they know.
    reason = regressed.doubt(data, [snapshots])
    steps = {
        f"{name} from T = {cold:g} to {warm:g}": by_temperature[warm] - by_temperature[cold]
        for name, by_temperature in means.items()
        for cold, warm in pairwise(by_temperature)
    }
    return [
        learned.judged_all(GROWS, steps, replicas, reason),
        _rate_claim(means, replicas, reason),
    ]


def _rate_claim(means: Means, replicas: int, reason: str) -> Claim:
    if not {SVR, SOFTNESS} <= set(means):
        return SAME_RATE.not_tested("needs SVR and softness")
    difference = _slope(means[SVR]) - _slope(means[SOFTNESS])
    return learned.judged(SAME_RATE, difference, replicas, reason)


def _slope(by_temperature: dict[float, Estimate]) -> Estimate:
    """Slope of the straight line through the means, all with equal weight."""
    temperatures = np.array(list(by_temperature))
    away = temperatures - temperatures.mean()
    weights = away / (away**2).sum()
    found = by_temperature.values()
    value = weights @ np.array([float(each.value) for each in found])
    return Estimate(value, weights @ np.array([each.draws for each in found]))


def _means(data: FigureData) -> Means:
    """Mean of each model at each temperature, in the unit of the training temperature."""
    tested, at_training = regressed.tested(data), regressed.at_training(data)
    means = {}
    for name in regressed.names(data):
        units = _units(at_training, name)
        means[name] = {t: _mean(data, each, name, units) for t, each in tested.items()}
    return means


def _mean(
    data: FigureData, snapshots: list[Snapshot], name: str, units: Mapping[int, Unit]
) -> Estimate:
    """Mean of a model over the particles of some snapshots, as a Z-score."""
    whole = units[ALL_REPLICAS]
    rows = [_sum(each.predicted[name], units.get(each.replica, whole)) for each in snapshots]
    sizes = np.array([float(len(each.predicted[name])) for each in snapshots])
    return regressed.resampled(data, NUMBER, snapshots, np.array(rows), sizes)


def _sum(values: np.ndarray, unit: Unit) -> float:
    origin, spread = unit
    return float(((values - origin) / spread).sum())


def _units(at_training: list[Snapshot], name: str) -> dict[int, Unit]:
    """Mean and standard deviation at the training temperature, by replica, and of all replicas.

    Each replica is judged by a model of its own, and models differ by an offset, which is the same
    at all temperatures. Units are taken as they are: they have no error.
    """
    units = {ALL_REPLICAS: _unit(at_training, name)}
    for replica in {each.replica for each in at_training}:
        units[replica] = _unit([each for each in at_training if each.replica == replica], name)
    return units


def _unit(snapshots: list[Snapshot], name: str) -> Unit:
    """Mean and standard deviation over particles; the latter is 1 where they do not vary."""
    given = [each.predicted[name] for each in snapshots]
    values = np.concatenate(given) if given else np.zeros(1)
    origin, spread = float(values.mean()), float(values.std())
    return (origin, spread) if varies(values) else (origin, 1.0)


def table(data: FigureData) -> pd.DataFrame:
    """Mean of each model at each temperature as a Z-score, with its unit.

    ``origin`` and ``spread`` are those of all replicas; each replica has its own. Intervals are
    left out if one of them is unknown.
    """
    tested, at_training = regressed.tested(data), regressed.at_training(data)
    rows = []
    for name, by_temperature in _means(data).items():
        origin, spread = _unit(at_training, name)
        for temperature, found in by_temperature.items():
            low, high = found.interval()
            rows.append(
                {
                    "variable": name,
                    "temperature": temperature,
                    "snapshots": len(tested[temperature]),
                    "mean": float(found.value),
                    "low": float(low),
                    "high": float(high),
                    "origin": origin,
                    "spread": spread,
                }
            )
    columns = ["variable", "temperature", "snapshots", "mean", "low", "high", "origin", "spread"]
    return pd.DataFrame(rows, columns=columns).dropna(axis="columns")


def plot(data: FigureData) -> Figure:
    """Means against temperature."""
    figure = Figure(figsize=(style.SINGLE_COLUMN + 1.0, 2.7))
    axes = figure.subplots()
    means, shown = _means(data), []
    for place, (name, by_temperature) in enumerate(means.items()):
        found = list(by_temperature.values())
        if found:
            x = draw_models.dodged(list(by_temperature), place, len(means))
            draw_models.draw_points(axes, x, found, name)
        shown += found
    if not shown:
        draw_models.say(axes, "no test snapshots")
    # Bars of few snapshots go on beyond the axis.
    axes.set_ylim(*draw_models.limits(shown, 0.0))
    axes.set_xlabel(draw_models.TEMPERATURE)
    axes.set_ylabel(r"mean output $\;/\;\sigma_{tr}$")
    draw_models.model_legend(figure, means)
    return figure
