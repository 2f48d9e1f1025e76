"""Table 3.1: directions, means and spreads of the regressors, and how well they predict."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from softness.barriers.cosines import covariance_cosine
from softness.files.records.regressed import Regression
from softness.findings import learned, regressed
from softness.findings.data import FigureData
from softness.findings.directions import (
    COSINE_OF_BOTH_OF_SOURCE,
    COSINES_OF_SOURCE,
    cosine,
    drawn_cosine,
    embedded,
    nearest_cosines,
)
from softness.findings.learned import SOFTNESS
from softness.findings.regressed import NETWORK, RBF_SVR, RIDGE, SVR
from softness.learning.scores import pearson
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement, above, equal, every

NUMBER = "T3.1"
TEMPERATURE_OF_SOURCE = 0.45
LABEL_OF_SOURCE = ("instant", 25.0, 0.2)
TOLERANCE, WIDE_TOLERANCE = 0.1, 0.3

COSINE, BIAS, PEARSON = "cosine", "bias", "pearson"
CORRELATION, MEAN, SPREAD = "correlation", "mean", "spread"

NOT_ORTHOGONAL = Statement(
    figure=NUMBER,
    name="cosine of {} with softness",
    claim="The plane of a regression is not orthogonal to that of softness",
    section="3.3.2",
    source="{}",
    rule=above(0.0),
)
SAME_COSINES = Statement(
    figure=NUMBER,
    name="cosines of SVR, RR and softness with each other, minus the dissertation's",
    claim="Some settings that validate as well as the best give the dissertation's three cosines",
    section="3.3.2",
    source="0.133 (SVR with softness), 0.751 (RR with softness), about 0.4 (RR with SVR)",
    rule=every(equal(0.0, TOLERANCE)),
)


@dataclass(frozen=True)
class SourceValues:
    """What the dissertation says of one quantity; a name of a model stands for ``{}``.

    Attributes
    ----------
    name, claim, section
        As those of a `Statement`.
    lacking
        Why it is not tested where the study has no such number.
    values
        By name of the model.
    tolerance
        Largest difference at which a value counts as the dissertation's.
    of_scale
        Whether the scale of p_r matters, which depends on what counts as rearranged.
    """

    name: str
    claim: str
    section: str
    lacking: str
    values: Mapping[str, float]
    tolerance: float = WIDE_TOLERANCE
    of_scale: bool = True

    def statement(self, model: str) -> Statement:
        """That the quantity of a model has the dissertation's value."""
        value = self.values[model]
        return Statement(
            figure=NUMBER,
            name=self.name.format(model),
            claim=self.claim,
            section=self.section,
            source=f"{value:g}",
            rule=equal(value, self.tolerance),
        )


OF_SOURCE = {
    PEARSON: SourceValues(
        name="Pearson correlation of {} with the true logit",
        claim="Predictions at the training temperature correlate with the truth",
        section="3.3.1",
        lacking="no predictions of {}",
        values={SVR: 0.36, RIDGE: 0.38},
        tolerance=TOLERANCE,
        of_scale=False,
    ),
    MEAN: SourceValues(
        name="mean ln p_r of {}",
        claim="Mean of the predicted ln p_r at the training temperature",
        section="3.3.2",
        lacking="no predictions of {}",
        values={SVR: -8.41951, RIDGE: -8.33924, RBF_SVR: -8.47193, NETWORK: -8.29172},
    ),
    BIAS: SourceValues(
        name="bias of {}",
        claim="Bias b of logit p_r = w.F + b",
        section="3.3.2",
        lacking="no bias of {}",
        values={SVR: -8.35800, RIDGE: -8.28735, RBF_SVR: -8.84931},
    ),
    SPREAD: SourceValues(
        name="standard deviation of {}",
        claim="Standard deviation of the predicted ln p_r at the training temperature",
        section="3.3.2",
        lacking="no predictions of {}",
        values={SVR: 1.01994, RIDGE: 0.86906, RBF_SVR: 0.86576, NETWORK: 0.78949},
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
    nearest
        () three cosines minus the dissertation's by what they are, at the settings, of those that
        validate as well as the best, that come nearest to it; empty without SVR or RR.
    constant
        Models that say the same of all particles.
    doubt, doubt_of_softness
        Why numbers, and cosines with softness, cannot decide; empty if they can.
    incomparable, other_scale
        Why the dissertation's values are of something else, and why its scale of p_r is; empty if
        not.
    untested
        Why there are no test snapshots; empty if there are.
    """

    estimates: Mapping[str, Mapping[str, Estimate]]
    numbers: Mapping[str, Mapping[str, float]]
    runs: Mapping[str, float]
    nearest: Mapping[str, Estimate]
    constant: list[str]
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
    planes = {name: record for name, record in records.items() if record.weights.any()}
    both = (planes[SVR], planes[RIDGE]) if {SVR, RIDGE} <= set(planes) else None
    return Findings(
        estimates=estimates,
        numbers={name: _numbers(data, name, estimates.get(name, {})) for name in names},
        runs=_numbers_of_runs(data),
        nearest=nearest_cosines(data, *both) if both else {},
        constant=[name for name in names if regressed.is_constant(snapshots, name)],
        doubt=regressed.doubt_of_barriers(data, softness=False),
        doubt_of_softness=learned.doubt(softness=data.softness_all),
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
        given = [without_one], len(without_one), data.settings["draws"]
        estimates[BIAS] = learned.jackknifed(value, *given)
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
    values = [regressed.log_probability(each.predicted[name]) for each in snapshots]
    moments = regressed.moments(data, NUMBER, snapshots, values)
    return estimates | {MEAN: moments[regressed.MEAN], SPREAD: moments[regressed.SPREAD]}


def _incomparable(data: FigureData, labels: bool = False) -> str:
    """Why the dissertation's values are of something else; empty if they are not.

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


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on directions, means, spreads and correlations of the dissertation's models."""
    return [
        *(_orthogonality_claim(findings, name) for name in COSINES_OF_SOURCE),
        _cosines_claim(findings),
        *(
            _claim(findings, quantity, name)
            for quantity, of_source in OF_SOURCE.items()
            for name in of_source.values
        ),
    ]


def _orthogonality_claim(findings: Findings, name: str) -> Claim:
    texts = {"name": name, "source": f"{COSINES_OF_SOURCE[name]:g}"}
    texts = {key: getattr(NOT_ORTHOGONAL, key).format(text) for key, text in texts.items()}
    statement = replace(NOT_ORTHOGONAL, **texts)
    estimate = findings.estimates.get(name, {}).get(COSINE)
    if findings.incomparable or estimate is None:
        return statement.not_tested(findings.incomparable or f"no weights of {name}")
    return statement.judge(estimate, _doubt_of_cosines(findings))


def _cosines_claim(findings: Findings) -> Claim:
    if findings.incomparable or not findings.nearest:
        return SAME_COSINES.not_tested(findings.incomparable or f"no weights of {SVR} or {RIDGE}")
    return SAME_COSINES.judge_every(findings.nearest, _doubt_of_cosines(findings))


def _doubt_of_cosines(findings: Findings) -> str:
    return "; ".join(filter(None, [findings.doubt_of_softness, findings.doubt]))


def _claim(findings: Findings, quantity: str, name: str) -> Claim:
    of_source = OF_SOURCE[quantity]
    statement = of_source.statement(name)
    if reason := findings.other_scale if of_source.of_scale else findings.incomparable:
        return statement.not_tested(reason)
    if quantity != BIAS and name in findings.constant:
        return statement.not_tested(f"{name} says the same of all particles")
    estimate = findings.estimates.get(name, {}).get(quantity)
    if estimate is None:
        predicted = name in findings.numbers and quantity in (PEARSON, MEAN, SPREAD)
        reason = findings.untested if predicted else of_source.lacking.format(name)
        return statement.not_tested(reason)
    return statement.judge(estimate, findings.doubt)


def table(findings: Findings) -> pd.DataFrame:
    """A row for each number that is known of a model: ``variable``, ``quantity``, ``value``.

    ``cosine`` is that of the planes as they are, each in the units of its own standardisation (as
    in the dissertation), ``converted_cosine`` that of both in the units of the regressor,
    ``covariance_cosine`` the cosine in the metric of the covariance of the training set,
    ``correlation`` the same over test particles. ``cosine_of_settings_low`` and ``_high`` are the
    range of ``cosine`` over the whole grid of settings, other ``_low`` and ``_high`` the ends of
    the 95 % interval. The variable ``nearest settings`` is no model: the three cosines at the
    settings, of those that validate as well as the best, whose cosines are nearest to the
    dissertation's. Nor is ``runs``: how many runs and particles there are at the temperature of the
    training, and which share of particles never rearranges in them.
    """
    of_source = [*COSINES_OF_SOURCE.values(), COSINE_OF_BOTH_OF_SOURCE]
    nearest = {
        f"cosine of {name}": float(each.value) + value
        for (name, each), value in zip(findings.nearest.items(), of_source, strict=False)
    }
    others = {"nearest settings": _finite(nearest), "runs": findings.runs}
    rows = [
        {"variable": name, "quantity": quantity, "value": value}
        for name, by_quantity in (findings.numbers | others).items()
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
    """Cosines with softness: over all settings, in one unit, and in the covariance's metric."""
    plane = embedded(data, data.softness_all[0].weights, record)
    chosen = record.weights[int(record.chosen)]
    of_settings = np.array([cosine(weights, plane) for weights in record.weights])
    of_settings = of_settings[np.isfinite(of_settings)]
    converted = embedded(data, data.softness_all[0].weights, record, converted=True)
    numbers = {"converted_cosine": cosine(chosen, converted)}
    if len(of_settings):
        numbers["cosine_of_settings_low"] = float(of_settings.min())
        numbers["cosine_of_settings_high"] = float(of_settings.max())
    if chosen.any() and plane.any():
        planes = (each / record.scale for each in (chosen, converted))
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
