"""Figure 3.8: what a model of thermal propensity knows about inherent-state propensity."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from softness.files.records.propensity import MODEL_OF_SOURCE, PropensityScores
from softness.findings import memory, regressed
from softness.findings.data import FigureData
from softness.findings.explained import reliability_of
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement, below, equal, every

NUMBER = "3.8"
TEMPERATURE_OF_SOURCE, TRAINING_TIME_OF_SOURCE = 0.56, 25.0
FEWEST_TIMES = 3
"""For a slope that says more than one difference."""

MOST_UNCONVERGED = 0.01
"""Share of quenches that may end above the force tolerance."""

BELOW = Statement(
    figure=NUMBER,
    name="Pearson by the thermal-trained model minus that by the IS-trained, at every time",
    claim="Trained on thermal propensity, a model predicts inherent-state propensity less well",
    section="3.5",
    source="light triangles below black ones, no value given",
    rule=every(below(0.0)),
)
SHAPE = Statement(
    figure=NUMBER,
    name="slope of this difference against the decadic logarithm of time",
    claim="The difference is quantitative, not qualitative: both curves have the same shape",
    section="3.5",
    source="no value given",
    # In Pearson correlation per decade; curves of another shape differ by several tenths.
    rule=equal(0.0, 0.1),
)


@dataclass(frozen=True)
class Findings:
    """Pearson correlations of predicted with measured propensity, means over snapshots.

    Attributes
    ----------
    temperature
        In eps_AA / k_B.
    training_time
        At which the model on thermal propensity was trained, in tau.
    time
        (times,) in tau.
    state
        Of the positions that the predicted propensity is of: ``inherent`` or ``thermal``.
    model
        Name of the regressor.
    published
        Whether the predicted propensity is of a published data set.
    thermal_trained, directly_trained
        (times,) of the predicted propensity, by the model of thermal propensity and by those that
        were trained on it.
    thermal_on_thermal
        (times,) of thermal propensity, by the model of it; nan without thermal runs of our own.
    ceiling
        (times,) root of the reliability of all runs (Spearman-Brown).
    difference
        (times,) of the first two.
    trend
        () slope of the difference per decade of time; None with fewer than `FEWEST_TIMES`.
    unconverged
        Largest share of the quenches at a time that ended above the force tolerance.
    """

    temperature: float
    training_time: float
    time: np.ndarray
    state: str
    model: str
    published: bool
    thermal_trained: Estimate
    directly_trained: Estimate
    thermal_on_thermal: Estimate
    ceiling: Estimate
    difference: Estimate
    trend: Estimate | None
    unconverged: float

    @property
    def by_other_model(self) -> bool:
        """Whether the regressor is not that of the dissertation."""
        return self.model != MODEL_OF_SOURCE


def compute(data: FigureData) -> Findings | None:
    """Findings; None if no propensity was predicted."""
    if not data.propensity_scores:
        return None
    scores = data.propensity_scores[0]
    thermal = _mean(data, scores, scores.thermal_trained)
    direct = _mean(data, scores, scores.directly_trained)
    halves = _mean(data, scores, scores.half_correlation)
    difference, enough = thermal - direct, len(scores.time) >= FEWEST_TIMES
    return Findings(
        temperature=float(scores.temperature),
        training_time=float(scores.training_time),
        time=scores.time,
        state=str(scores.state.astype(str)),
        model=str(scores.model.astype(str)),
        published=bool(scores.published),
        thermal_trained=thermal,
        directly_trained=direct,
        thermal_on_thermal=_mean(data, scores, scores.thermal_on_thermal),
        ceiling=halves.map(reliability_of).map(np.sqrt),
        difference=difference,
        trend=_per_decade(scores.time, difference) if enough else None,
        unconverged=float(scores.unconverged.max()),
    )


def _mean(data: FigureData, scores: PropensityScores, rows: np.ndarray) -> Estimate:
    """(times,) mean over snapshots."""
    temperature = float(scores.temperature)
    places = [regressed.Unit(temperature, int(replica)) for replica in scores.replica]
    return regressed.mean_of(data, NUMBER, places, rows)


def _per_decade(time: np.ndarray, found: Estimate) -> Estimate:
    """() slope of (times,) values against the decadic logarithm of time."""
    away = np.log10(time) - np.log10(time).mean()
    return found.map(lambda values: values @ away / (away @ away))


def claims(findings: Findings | None) -> list[Claim]:
    """Verdicts on the difference between the two models, and on the shape of their curves."""
    if findings is None:
        return [each.not_tested("no propensity was predicted") for each in (BELOW, SHAPE)]
    if reason := _elsewhere(findings):
        return [each.not_tested(reason) for each in (BELOW, SHAPE)]
    share = findings.unconverged
    doubt = f"{share:.1%} of the quenches did not converge" if share > MOST_UNCONVERGED else ""
    times = findings.time
    members = {f"at t = {time:g}": findings.difference[n] for n, time in enumerate(times)}
    shape = SHAPE.not_tested(f"needs {FEWEST_TIMES} times, {len(times)} were measured")
    if findings.trend is not None:
        shape = SHAPE.judge(findings.trend, doubt)
    return [_noted(claim, findings) for claim in (BELOW.judge_every(members, doubt), shape)]


def _elsewhere(findings: Findings) -> str:
    """Why the study cannot test what the dissertation says."""
    if reason := memory.elsewhere(findings.temperature, TEMPERATURE_OF_SOURCE):
        return reason
    if not np.isclose(findings.training_time, TRAINING_TIME_OF_SOURCE):
        return (
            f"trained at t = {findings.training_time:g}, in the dissertation at "
            f"t = {TRAINING_TIME_OF_SOURCE:g}"
        )
    direct, thermal = findings.directly_trained.value, findings.thermal_trained.value
    if np.isfinite(direct).any() and np.isnan(thermal).all():
        return "there were no thermal runs of our own to train with"
    return ""


def _noted(claim: Claim, findings: Findings) -> Claim:
    """A claim that says what was predicted, and by which model, where that is not as usual."""
    data = f"published data of {findings.state} positions" if findings.published else ""
    model = f"by {findings.model}, in the dissertation by {MODEL_OF_SOURCE}"
    notes = [claim.note, data, model if findings.by_other_model else ""]
    return replace(claim, note="; ".join(filter(None, notes)))


def table(findings: Findings | None) -> pd.DataFrame:
    """Each curve with its intervals, and the difference of the first two; a row for each time."""
    columns = ["quantity", "state", "temperature", "training_time", "time", "value", "low", "high"]
    if findings is None:
        return pd.DataFrame(columns=columns)
    curves = {
        "trained on thermal propensity": (findings.thermal_trained, findings.state),
        "trained on the predicted propensity": (findings.directly_trained, findings.state),
        "thermal propensity by the model of it": (findings.thermal_on_thermal, "thermal"),
        "ceiling": (findings.ceiling, findings.state),
        "difference": (findings.difference, findings.state),
    }
    labels = {"temperature": findings.temperature, "training_time": findings.training_time}
    parts = []
    for name, (each, state) in curves.items():
        low, high = each.interval()
        numbers = {"time": findings.time, "value": each.value, "low": low, "high": high}
        parts.append(pd.DataFrame({"quantity": name, "state": state, **labels, **numbers}))
    rows = pd.concat(parts)[columns]
    return rows.dropna(subset=["value", "low", "high"]).reset_index(drop=True)
