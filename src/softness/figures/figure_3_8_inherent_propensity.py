"""Figure 3.8: what a model of thermal propensity knows about inherent-state propensity."""

from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import spearmanr

from softness.figures import draw_learned, draw_models, style
from softness.files.records.propensity import MODEL_OF_SOURCE, PropensityScores
from softness.findings import learned, memory, regressed
from softness.findings.data import FigureData
from softness.report.claims import Claim, Statement
from softness.uncertainty import Estimate, combined

NUMBER = "3.8"
TEMPERATURE_OF_SOURCE, TRAINING_TIME_OF_SOURCE = 0.56, 25.0
FEWEST_TIMES = 4
"""For a rank correlation."""

MOST_UNCONVERGED = 0.01
"""Share of quenches that may end above the force tolerance."""

THERMAL_TRAINED, DIRECTLY_TRAINED, ON_THERMAL, HALVES = range(4)
NAMES = (
    "trained on thermal propensity",
    "trained on the predicted propensity",
    "thermal propensity by the model of it",
    "ceiling",
)

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


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on the difference between the two models, and on the shape of their curves."""
    found = _scores(data)
    if found is None:
        return [each.not_tested("no propensity was predicted") for each in (BELOW, SHAPE)]
    if reason := _elsewhere(found):
        return [each.not_tested(reason) for each in (BELOW, SHAPE)]
    curves = _curves(data, found)
    replicas, doubt = len(np.unique(found.replica)), _doubt(found)
    difference = curves[THERMAL_TRAINED] - curves[DIRECTLY_TRAINED]
    members = {f"at t = {time:g}": difference[place] for place, time in enumerate(found.time)}
    below = learned.judged_all(BELOW, members, replicas, doubt)
    if len(found.time) < FEWEST_TIMES:
        shape = SHAPE.not_tested(f"needs {FEWEST_TIMES} times, {len(found.time)} were measured")
    else:
        rank = combined(_rank_correlation, [curves[n] for n in (0, 1)])
        shape = SHAPE.judge(float(rank.value), rank.draws, replicas, doubt)
    return [_noted(claim, found) for claim in (below, shape)]


def _scores(data: FigureData) -> PropensityScores | None:
    return data.propensity_scores[0] if data.propensity_scores else None


def _elsewhere(found: PropensityScores) -> str:
    """Why the study cannot test what the source says."""
    if reason := memory.elsewhere(float(found.temperature), TEMPERATURE_OF_SOURCE):
        return reason
    if not np.isclose(found.training_time, TRAINING_TIME_OF_SOURCE):
        return (
            f"trained at t = {float(found.training_time):g}, the source at "
            f"t = {TRAINING_TIME_OF_SOURCE:g}"
        )
    if np.isfinite(found.directly_trained).any() and np.isnan(found.thermal_trained).all():
        return "there were no thermal runs of our own to train with"
    return ""


def _doubt(found: PropensityScores) -> str:
    share = float(found.unconverged.max())
    return f"{share:.1%} of the quenches did not converge" if share > MOST_UNCONVERGED else ""


def _noted(claim: Claim, found: PropensityScores) -> Claim:
    """A claim that says what was predicted, and by which model, where that is not as usual."""
    data = f"published data of {_state(found)} positions" if found.published else ""
    other = _is_other_model(found)
    model = f"by {_model(found)}, the source by {MODEL_OF_SOURCE}" if other else ""
    return replace(claim, note="; ".join(filter(None, [claim.note, data, model])))


def _state(found: PropensityScores) -> str:
    return str(found.state.astype(str))


def _model(found: PropensityScores) -> str:
    return str(found.model.astype(str))


def _is_other_model(found: PropensityScores) -> bool:
    return _model(found) != MODEL_OF_SOURCE


def _curves(data: FigureData, found: PropensityScores) -> list[Estimate]:
    """(times,) means over snapshots: of the three correlations, and the ceiling of the first two.

    The ceiling is the root of the reliability of all runs (Spearman-Brown) from the mean
    correlation of their halves.
    """
    units = [regressed.Unit(float(found.temperature), int(replica)) for replica in found.replica]
    rows = (
        found.thermal_trained,
        found.directly_trained,
        found.thermal_on_thermal,
        found.half_correlation,
    )
    means = [regressed.mean_of(data, NUMBER, units, each) for each in rows]
    means[HALVES] = Estimate(_ceiling(means[HALVES].value), _ceiling(means[HALVES].draws))
    return means


def _ceiling(halves: np.ndarray) -> np.ndarray:
    """Root of the reliability; 0 where halves do not correlate. Draws are spread beyond 0 and 1."""
    halves = np.clip(halves, 0.0, 1.0)
    return np.sqrt(2 * halves / (1 + halves))


def _rank_correlation(curves: list[np.ndarray], axis: int) -> np.ndarray:
    """Spearman's correlation over time (the last axis) of two curves, for each draw."""
    first, second = (np.atleast_2d(each) for each in curves)
    rows = [_spearman(*pair) for pair in zip(first, second, strict=True)]
    return np.array(rows) if np.ndim(curves[0]) > 1 else np.array(rows[0])


def _spearman(first: np.ndarray, second: np.ndarray) -> float:
    if not np.isfinite([first, second]).all() or min(np.ptp(first), np.ptp(second)) == 0:
        return float("nan")
    return float(spearmanr(first, second).statistic)


def table(data: FigureData) -> pd.DataFrame:
    """Each curve with its intervals, and the difference of the first two; a row for each time."""
    columns = ["quantity", "state", "temperature", "training_time", "time", "value", "low", "high"]
    found = _scores(data)
    if found is None:
        return pd.DataFrame(columns=columns)
    curves = _curves(data, found)
    named = dict(zip(NAMES, curves, strict=True))
    named["difference"] = curves[THERMAL_TRAINED] - curves[DIRECTLY_TRAINED]
    parts = []
    for name, each in named.items():
        low, high = each.interval()
        numbers = {"time": found.time, "value": each.value, "low": low, "high": high}
        state = "thermal" if name == NAMES[ON_THERMAL] else _state(found)
        labels = {"quantity": name, "state": state}
        labels |= {
            "temperature": float(found.temperature),
            "training_time": float(found.training_time),
        }
        parts.append(pd.DataFrame({**labels, **numbers})[columns])
    return pd.concat(parts).dropna(subset=["value", "low", "high"]).reset_index(drop=True)


LOOKS = {
    DIRECTLY_TRAINED: ("trained on it, at each time", "black", "^", "-"),
    THERMAL_TRAINED: ("trained on thermal propensity", "#56b4e9", "v", "-"),
    ON_THERMAL: ("thermal propensity, by the latter", "#d55e00", "s", ":"),
}


def plot(data: FigureData) -> Figure:
    """Pearson correlation of predicted and measured propensity against time, by both models."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN * 0.75, 2.9))
    axes = figure.subplots()
    axes.set_xlabel(r"$t\;\;(\tau)$")
    axes.set_ylabel("Pearson correlation")
    found = _scores(data)
    if found is None:
        draw_models.say(axes, "no propensity was predicted")
        return figure
    predicted = "inherent-state" if _state(found) == "inherent" else "thermal"
    source = ", published" if found.published else ""
    model = f", {_model(found)}" if _is_other_model(found) else ""
    axes.set_title(f"{predicted} propensity{source}{model}", loc="left", fontsize=8)
    axes.set_title(f"$T = {float(found.temperature):g}$", loc="right", fontsize=8)
    axes.set_xscale("log")
    _draw(axes, found, _curves(data, found))
    draw_models.curve_legend(figure, axes)
    return figure


def _draw(axes: Axes, found: PropensityScores, curves: list[Estimate]) -> None:
    draw_learned.draw_curve(
        axes, found.time, curves[HALVES], color="0.5", linestyle="--", label="ceiling of all runs"
    )
    axes.axvline(float(found.training_time), color="0.8", linewidth=0.6, zorder=0)
    for place, (number, (label, colour, marker, line)) in enumerate(LOOKS.items()):
        points = [curves[number][time] for time in range(len(found.time))]
        if not np.isfinite([float(each.value) for each in points]).any():
            continue
        # Beside each other on a logarithmic axis.
        times = found.time * 1.03 ** (place - 1)
        options = {"color": colour, "marker": marker, "linestyle": line, "label": label}
        draw_models.draw_points(axes, times, points, label, **options)
    shown = [each[time] for each in curves for time in range(len(found.time))]
    low, high = draw_models.limits(shown, 0.0)
    axes.set_ylim(low, min(high, 1.02))
