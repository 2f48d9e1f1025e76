"""Figure 3.8: what a model of thermal propensity knows about inherent-state propensity."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from softness.files.records.propensity import MODEL_OF_SOURCE, PropensityScores
from softness.findings import learned, memory, regressed
from softness.findings.data import FigureData
from softness.uncertainty import Estimate, combined
from softness.verdicts import Claim, Statement

NUMBER = "3.8"
TEMPERATURE_OF_SOURCE, TRAINING_TIME_OF_SOURCE = 0.56, 25.0
FEWEST_TIMES = 4
"""For a rank correlation."""

MOST_UNCONVERGED = 0.01
"""Share of quenches that may end above the force tolerance."""

BELOW = Statement(
    figure=NUMBER,
    name="Pearson by the thermal-trained model minus that by the IS-trained, at every time",
    claim="Trained on thermal propensity, a model predicts inherent-state propensity less well",
    source="light triangles below black ones, no value given",
    below=0.0,
)
SHAPE = Statement(
    figure=NUMBER,
    name="rank correlation of the two Pearson curves over time",
    claim="The difference is quantitative, not qualitative: both curves have the same shape",
    source="no value given",
    above=0.9,
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
    rank
        () rank correlation of the first two over time; None with fewer than `FEWEST_TIMES`.
    replicas
        Number of replicas.
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
    rank: Estimate | None
    replicas: int
    unconverged: float

    @property
    def by_other_model(self) -> bool:
        """Whether the regressor is not that of the source."""
        return self.model != MODEL_OF_SOURCE


def compute(data: FigureData) -> Findings | None:
    """Findings; None if no propensity was predicted."""
    if not data.propensity_scores:
        return None
    scores = data.propensity_scores[0]
    thermal = _mean(data, scores, scores.thermal_trained)
    direct = _mean(data, scores, scores.directly_trained)
    halves = _mean(data, scores, scores.half_correlation)
    enough = len(scores.time) >= FEWEST_TIMES
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
        ceiling=Estimate(_ceiling(halves.value), _ceiling(halves.draws)),
        difference=thermal - direct,
        rank=combined(_rank_correlation, [thermal, direct]) if enough else None,
        replicas=len(np.unique(scores.replica)),
        unconverged=float(scores.unconverged.max()),
    )


def _mean(data: FigureData, scores: PropensityScores, rows: np.ndarray) -> Estimate:
    """(times,) mean over snapshots."""
    temperature = float(scores.temperature)
    places = [regressed.Unit(temperature, int(replica)) for replica in scores.replica]
    return regressed.mean_of(data, NUMBER, places, rows)


def _ceiling(halves: np.ndarray) -> np.ndarray:
    """Root of the reliability; 0 where halves do not correlate. Draws are spread beyond 0 and 1."""
    halves = np.clip(halves, 0.0, 1.0)
    return np.sqrt(2 * halves / (1 + halves))


def _rank_correlation(curves: Sequence[np.ndarray], axis: int) -> np.ndarray:
    """Spearman's correlation over time (the last axis) of two curves, for each draw."""
    first, second = (np.atleast_2d(each) for each in curves)
    rows = [_spearman(*pair) for pair in zip(first, second, strict=True)]
    return np.array(rows) if np.ndim(curves[0]) > 1 else np.array(rows[0])


def _spearman(first: np.ndarray, second: np.ndarray) -> float:
    if not np.isfinite([first, second]).all() or min(np.ptp(first), np.ptp(second)) == 0:
        return float("nan")
    return float(spearmanr(first, second).statistic)


def claims(findings: Findings | None) -> list[Claim]:
    """Verdicts on the difference between the two models, and on the shape of their curves."""
    if findings is None:
        return [each.not_tested("no propensity was predicted") for each in (BELOW, SHAPE)]
    if reason := _elsewhere(findings):
        return [each.not_tested(reason) for each in (BELOW, SHAPE)]
    replicas, share = findings.replicas, findings.unconverged
    doubt = f"{share:.1%} of the quenches did not converge" if share > MOST_UNCONVERGED else ""
    times = findings.time
    members = {f"at t = {time:g}": findings.difference[n] for n, time in enumerate(times)}
    below = learned.judged_all(BELOW, members, replicas, doubt)
    shape = SHAPE.not_tested(f"needs {FEWEST_TIMES} times, {len(times)} were measured")
    if findings.rank is not None:
        shape = learned.judged(SHAPE, findings.rank, replicas, doubt)
    return [_noted(claim, findings) for claim in (below, shape)]


def _elsewhere(findings: Findings) -> str:
    """Why the study cannot test what the source says."""
    if reason := memory.elsewhere(findings.temperature, TEMPERATURE_OF_SOURCE):
        return reason
    if not np.isclose(findings.training_time, TRAINING_TIME_OF_SOURCE):
        return (
            f"trained at t = {findings.training_time:g}, the source at "
            f"t = {TRAINING_TIME_OF_SOURCE:g}"
        )
    direct, thermal = findings.directly_trained.value, findings.thermal_trained.value
    if np.isfinite(direct).any() and np.isnan(thermal).all():
        return "there were no thermal runs of our own to train with"
    return ""


def _noted(claim: Claim, findings: Findings) -> Claim:
    """A claim that says what was predicted, and by which model, where that is not as usual."""
    data = f"published data of {findings.state} positions" if findings.published else ""
    model = f"by {findings.model}, the source by {MODEL_OF_SOURCE}"
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
