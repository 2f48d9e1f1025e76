"""Table 3.1: directions, means and spreads of the regressors, and how well they predict."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from softness.barriers.cosines import covariance_cosine, plain_cosine
from softness.files.records.regressed import Regression
from softness.findings import learned, regressed
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.findings.regressed import RIDGE, SVR
from softness.learning.scores import pearson
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement

NUMBER = "T3.1"
TEMPERATURE_OF_SOURCE = 0.45
LABEL_OF_SOURCE = ("instant", 25.0, 0.2)
TOLERANCE, WIDE_TOLERANCE = 0.1, 0.3

COSINE, OF_BOTH, BIAS, PEARSON = "cosine", "cosine_of_both", "bias", "pearson"
CORRELATION, MEAN, SPREAD = "correlation", "mean", "spread"


@dataclass(frozen=True)
class SourceValues:
    """What the source says of one quantity; a name of a model stands for ``{}``.

    Attributes
    ----------
    name, claim
        As those of a `Statement`.
    lacking
        Why it is not tested where the study has no such number.
    values
        By name of the model.
    tolerance
        Largest difference at which a value counts as the source's.
    of_scale
        Whether the scale of p_r matters, which depends on what counts as rearranged.
    """

    name: str
    claim: str
    lacking: str
    values: Mapping[str, float]
    tolerance: float = TOLERANCE
    of_scale: bool = False

    def statement(self, model: str) -> Statement:
        """That the quantity of a model has the source's value."""
        value = self.values[model]
        return Statement(
            figure=NUMBER,
            name=self.name.format(model),
            claim=self.claim,
            source=f"{value:g}",
            above=value - self.tolerance,
            below=value + self.tolerance,
        )


OF_SOURCE = {
    COSINE: SourceValues(
        name="cosine of {} with softness",
        claim="Planes of regression are not orthogonal to that of softness",
        lacking="no weights of {}",
        values={SVR: 0.13264, RIDGE: 0.75145},
    ),
    OF_BOTH: SourceValues(
        name=f"cosine of {{}} with {SVR}",
        claim="Directions that predict almost equally well can differ",
        lacking=f"no weights of {{}} or {SVR}",
        values={RIDGE: 0.4},
    ),
    PEARSON: SourceValues(
        name="Pearson correlation of {} with the true logit",
        claim="Predictions at the training temperature correlate with the truth",
        lacking="no predictions of {}",
        values={SVR: 0.36, RIDGE: 0.38},
    ),
    MEAN: SourceValues(
        name="mean ln p_r of {}",
        claim="Mean of the predicted ln p_r at the training temperature",
        lacking="no predictions of {}",
        values={SVR: -8.41951, RIDGE: -8.33924, "rbf_svr": -8.47193, "mlp": -8.29172},
        tolerance=WIDE_TOLERANCE,
        of_scale=True,
    ),
    BIAS: SourceValues(
        name="bias of {}",
        claim="Bias b of logit p_r = w.F + b",
        lacking="no bias of {}",
        values={SVR: -8.36, RIDGE: -8.29, "rbf_svr": -8.85},
        tolerance=WIDE_TOLERANCE,
        of_scale=True,
    ),
    SPREAD: SourceValues(
        name="standard deviation of {}",
        claim="Standard deviation of the predicted ln p_r at the training temperature",
        lacking="no predictions of {}",
        values={SVR: 1.01994, RIDGE: 0.86906, "rbf_svr": 0.86576, "mlp": 0.78949},
        tolerance=WIDE_TOLERANCE,
        of_scale=True,
    ),
}


@dataclass(frozen=True)
class Findings:
    """What is known of all models.

    Attributes
    ----------
    estimates
        () numbers by model, then by quantity, as far as they are known.
    numbers
        Those of the table: by model with predictions, in their order, then by quantity.
    runs
        Those of the runs at the temperature of the training, by quantity.
    trained_replicas, test_replicas
        Number of replicas behind the training of each model, and of the test snapshots.
    doubt, doubt_of_softness
        Why numbers, and cosines with softness, cannot decide; empty if they can.
    incomparable, other_scale
        Why the source's values are of something else, and why its scale of p_r is; empty if not.
    untested
        Why there are no test snapshots; empty if there are.
    """

    estimates: Mapping[str, Mapping[str, Estimate]]
    numbers: Mapping[str, Mapping[str, float]]
    runs: Mapping[str, float]
    trained_replicas: Mapping[str, int]
    test_replicas: int
    doubt: str
    doubt_of_softness: str
    incomparable: str
    other_scale: str
    untested: str


def compute(data: FigureData) -> Findings:
    """Findings of all models."""
    names, snapshots = regressed.names(data), regressed.at_training(data)
    records = {str(record.name.astype(str)): record for record in data.regression}
    estimates = {name: _of_record(data, record) for name, record in records.items()}
    if snapshots:
        for name in names:
            estimates[name] = estimates.get(name, {}) | _of_predictions(data, name)
    if {SVR, RIDGE} <= {name for name, record in records.items() if len(record.weights)}:
        estimates[RIDGE] |= {OF_BOTH: _cosine_of_both(data, records[RIDGE], records[SVR])}
    softness = {SOFTNESS: len(data.softness[0].left_out_weights)}
    trained = {name: len(record.left_out_weights) for name, record in records.items()}
    return Findings(
        estimates=estimates,
        numbers={name: _numbers(data, name, estimates.get(name, {})) for name in names},
        runs=_numbers_of_runs(data),
        trained_replicas=softness | trained,
        test_replicas=regressed.replicas_of(snapshots),
        doubt=regressed.doubt_of_barriers(data, softness=False),
        doubt_of_softness=learned.doubt(softness=data.softness),
        incomparable=_incomparable(data),
        other_scale=_incomparable(data, labels=True),
        untested="" if snapshots else regressed.no_test_snapshots(data),
    )


def _of_record(data: FigureData, record: Regression) -> dict[str, Estimate]:
    """Cosine of a model with softness, and bias (equation 3.4), if it has them."""
    estimates = {}
    if len(record.weights):
        estimates[COSINE] = drawn_cosine(data, record)
    if np.isfinite(record.intercept):
        value, without_one = float(record.intercept), record.left_out_intercept.tolist()
        draws = learned.jackknife_draws(value, [without_one], data.settings["draws"])
        estimates[BIAS] = Estimate(value, draws)
    return estimates


def _of_predictions(data: FigureData, name: str) -> dict[str, Estimate]:
    """Means over test snapshots of correlations with the truth and with softness; moments."""
    snapshots = regressed.at_training(data)

    def correlation(others: list[np.ndarray]) -> Estimate:
        pairs = zip(snapshots, others, strict=True)
        rows = [pearson(each.predicted[name], other) for each, other in pairs]
        return regressed.mean_of(data, NUMBER, snapshots, rows)

    estimates = {PEARSON: correlation([each.target.values for each in snapshots])}
    if name == SOFTNESS:
        return estimates
    if SOFTNESS in regressed.names(data):
        estimates[CORRELATION] = correlation([each.predicted[SOFTNESS] for each in snapshots])
    moments = regressed.moments(
        data, NUMBER, snapshots, lambda each: regressed.log_probability(each.predicted[name])
    )
    return estimates | {MEAN: moments[regressed.MEAN], SPREAD: moments[regressed.SPREAD]}


def _incomparable(data: FigureData, labels: bool = False) -> str:
    """Why the source's values are of something else; empty if they are not.

    Parameters
    ----------
    labels
        Whether the scale of p_r matters as well, which depends on what counts as rearranged.
    """
    if not np.isclose(regressed.training_temperature(data), TEMPERATURE_OF_SOURCE):
        return f"needs training at T = {TEMPERATURE_OF_SOURCE:g}"
    record = data.regression[0]
    found = str(record.label.astype(str)), float(record.time), float(record.threshold)
    if labels and found != LABEL_OF_SOURCE:
        label, time, threshold = LABEL_OF_SOURCE
        return f"needs labels that are {label}, at {time:g} tau, with p_hop > {threshold:g}"
    return ""


# Directions


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
    softness, draws = data.softness[0], data.settings["draws"]
    plane, chosen = embedded(data, softness.weights, record), record.weights[int(record.chosen)]
    by_snapshot = [cosine(row, plane) for row in record.jackknife_weights]
    by_group = [embedded(data, row, record) for row in softness.jackknife_weights]
    by_softness = [cosine(chosen, row) for row in by_group]
    found = [cosine(weights, plane) for weights in record.weights[near_equal(record)]]
    parts = [learned.jackknife_draws(each, [by_snapshot, by_softness], draws) for each in found]
    # The chosen settings come first.
    return Estimate(found[0], np.concatenate(parts))


def cosine(first: np.ndarray, second: np.ndarray) -> float:
    """Plain cosine of two planes; nan if one of them gives all particles the same."""
    return plain_cosine(first, second) if first.any() and second.any() else float("nan")


def embedded(data: FigureData, weights: np.ndarray, record: Regression) -> np.ndarray:
    """(features,) weights of softness among the features of a regressor, in its unit.

    Softness may see fewer features; the others have no weight.
    """
    softness = data.softness[0]
    columns = record.columns.astype(str).tolist()
    places = [columns.index(name) for name in softness.columns.astype(str)]
    found = np.zeros(len(columns))
    found[places] = weights / softness.scale * record.scale[places]
    return found


def _cosine_of_both(data: FigureData, first: Regression, second: Regression) -> Estimate:
    """Plain cosine of two regressors.

    The draws are those of pairs of settings that validate equally well, each with the error from
    leaving out one replica or snapshot: the same for both, since both were trained with it.
    """
    unit = second.scale / first.scale
    pairs = product(near_equal(first), near_equal(second))
    # The chosen settings of both come first.
    found = [cosine(first.weights[a] * unit, second.weights[b]) for a, b in pairs]
    planes = zip(first.jackknife_weights, second.jackknife_weights, strict=True)
    by_snapshot = [cosine(one * unit, other) for one, other in planes]
    draws = data.settings["draws"]
    parts = [learned.jackknife_draws(each, [by_snapshot], draws) for each in found]
    return Estimate(found[0], np.concatenate(parts))


# Verdicts and numbers


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on directions, means, spreads and correlations of the source's models."""
    return [
        _claim(findings, quantity, name)
        for quantity, of_source in OF_SOURCE.items()
        for name in of_source.values
    ]


def _claim(findings: Findings, quantity: str, name: str) -> Claim:
    of_source = OF_SOURCE[quantity]
    statement, trained = of_source.statement(name), findings.trained_replicas
    if reason := findings.other_scale if of_source.of_scale else findings.incomparable:
        return statement.not_tested(reason)
    estimate = findings.estimates.get(name, {}).get(quantity)
    if estimate is None:
        predicted = name in findings.numbers and quantity in (PEARSON, MEAN, SPREAD)
        reason = findings.untested if predicted else of_source.lacking.format(name)
        return statement.not_tested(reason)
    doubts = [findings.doubt_of_softness if quantity == COSINE else "", findings.doubt]
    replicas = findings.test_replicas
    if quantity in (COSINE, OF_BOTH, BIAS):
        others = {COSINE: SOFTNESS, OF_BOTH: SVR, BIAS: name}
        replicas = min(trained[name], trained[others[quantity]])
    return learned.judged(statement, estimate, replicas, "; ".join(filter(None, doubts)))


def table(findings: Findings) -> pd.DataFrame:
    """A row for each number that is known of a model: ``variable``, ``quantity``, ``value``.

    ``cosine_of_settings_low`` and ``_high`` are the range over the whole grid of settings, other
    ``_low`` and ``_high`` the ends of the 95 % interval. ``covariance_cosine`` is the cosine in the
    metric of the covariance of the training set, ``correlation`` the same over test particles.
    The variable ``runs`` is no model: how many runs and particles there are at the temperature of
    the training, and which share of particles never rearranges in them.
    """
    rows = [
        {"variable": name, "quantity": quantity, "value": value}
        for name, by_quantity in {**findings.numbers, "runs": findings.runs}.items()
        for quantity, value in by_quantity.items()
    ]
    return pd.DataFrame(rows, columns=["variable", "quantity", "value"])


def _finite(numbers: Mapping[str, float]) -> dict[str, float]:
    return {quantity: value for quantity, value in numbers.items() if np.isfinite(value)}


def _numbers(data: FigureData, name: str, estimates: Mapping[str, Estimate]) -> dict[str, float]:
    """Numbers of a model by quantity."""
    numbers = {COSINE: 1.0} if name == SOFTNESS else {}
    if COSINE in estimates:
        numbers = _with_interval(COSINE, estimates[COSINE])
        record = regressed.record_of(data, name)
        numbers |= {BIAS: float(record.intercept), **_single_cosines(data, record)}
    for quantity in (PEARSON, CORRELATION, MEAN, SPREAD):
        if quantity in estimates:
            numbers |= _with_interval(quantity, estimates[quantity])
    return _finite(numbers)


def _single_cosines(data: FigureData, record: Regression) -> dict[str, float]:
    """Range of the cosine with softness over all settings, and that in the covariance's metric."""
    plane = embedded(data, data.softness[0].weights, record)
    chosen = record.weights[int(record.chosen)]
    of_settings = np.array([cosine(weights, plane) for weights in record.weights])
    of_settings = of_settings[np.isfinite(of_settings)]
    numbers = {}
    if len(of_settings):
        numbers["cosine_of_settings_low"] = float(of_settings.min())
        numbers["cosine_of_settings_high"] = float(of_settings.max())
    if chosen.any() and plane.any():
        planes = (each / record.scale for each in (chosen, plane))
        numbers["covariance_cosine"] = covariance_cosine(*planes, record.covariance)
    return numbers


def _numbers_of_runs(data: FigureData) -> dict[str, float]:
    """Runs and particles, and the share of particles without events."""
    counts = regressed.count_particles(data)
    if not counts:
        return {}
    snapshots = regressed.all_at_training(data)
    rows = [(each.counts.sum(axis=0) == 0).mean() for each in snapshots]
    share = regressed.mean_of(data, NUMBER, snapshots, rows)
    return _finite(counts | _with_interval("share_without_events", share))


def _with_interval(quantity: str, estimate: Estimate) -> dict[str, float]:
    low, high = estimate.interval()
    return {
        quantity: float(estimate.value),
        f"{quantity}_low": float(low),
        f"{quantity}_high": float(high),
    }
