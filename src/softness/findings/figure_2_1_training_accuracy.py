"""Figure 2.1: fluidity classifies extremes above the onset; softness does it almost as well."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from softness.files.records.learned import Accuracies
from softness.findings import learned
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.learning.scores import balanced_accuracy
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement, above, below, every

# As the stage names the values of a set's own model for replicas that it never saw.
UNSEEN = "_unseen"

NUMBER = "2.1"

ABOVE_CHANCE = Statement(
    figure=NUMBER,
    name="accuracy of fluidity at the trained bias, every temperature",
    claim="At every temperature above the onset structure tells extremes of p_hop apart",
    section="2.3",
    source="above chance, no value given",
    # Ours: a fraction of 0.05 above chance can be seen in a plot.
    rule=every(above(0.55)),
)
NEAR_PEAK = Statement(
    figure=NUMBER,
    name="accuracy lost at the trained bias, every temperature",
    claim="Each classifier is near its best accuracy at the small bias of its training",
    section="2.3",
    source="near its peak at small values of the bias",
    rule=every(below(0.02)),
)
ALMOST_AS_GOOD = Statement(
    figure=NUMBER,
    name="excess of softness over chance, over that of fluidity, every temperature",
    claim="Softness, trained far below, classifies the extremes almost as well as fluidity",
    section="2.3",
    source="almost as good, no value given",
    rule=every(above(0.8)),
)
OTHER_BIASES = Statement(
    figure=NUMBER,
    name="best bias of softness at the hottest set, distance to that at the coldest one",
    claim="Softness is best at very different biases at different temperatures (unit: sigma_T)",
    section="2.3",
    source="very different, no value given",
    rule=above(1.0),
)
SOFTNESS_LEARNS = Statement(
    figure=NUMBER,
    name="grouped cross-validation of softness",
    claim="Softness is well above chance where no particle is split over folds",
    section="",
    source="none",
    rule=above(0.65),
)


@dataclass(frozen=True)
class Curve:
    """Accuracy of a variable on a labelled set.

    Attributes
    ----------
    temperature
        Of the set, in eps_AA / k_B.
    variable
        Its name.
    own
        Whether it was trained with this set.
    trained_bias, bias
        That of the training, and (biases,) all others, in units of the spread.
    accuracy
        (biases,) cross-validated, or by models that never saw the replica.
    plain_accuracy
        (biases,) by folds that ignore groups; the same if there are no folds.
    quiet_below, active_above
        p_hop of the quiet class (the source: 0.0085) and of the active one, in sigma_AA^2.
    """

    temperature: float
    variable: str
    own: bool
    trained_bias: float
    bias: np.ndarray
    accuracy: Estimate
    plain_accuracy: np.ndarray
    quiet_below: float
    active_above: float


@dataclass(frozen=True)
class Findings:
    """Accuracies on extremes of p_hop above the onset, and on the training set of softness.

    Attributes
    ----------
    fluidity, softness
        On each set of extremes, from cold to hot; fluidity is the one trained with the set.
    training
        Of softness on its own set.
    trained_accuracy, loss, softness_excess
        Of the sets of extremes, by temperature as text: accuracy of fluidity at the bias of the
        training; what it loses there against a best bias chosen on other replicas; and excess over
        chance of softness over that of fluidity, each with a best bias chosen on other replicas and
        by models that never saw the replica.
    bias_range
        () distance of the best biases of softness on the hottest and the coldest set, in units of
        its standard deviation at its training temperature.
    softness_accuracy
        On its own set at the bias of the training.
    fluidity_doubt, softness_doubt, doubt
        Which sets of samples are incomplete, for claims on each and on both.
    """

    fluidity: Sequence[Curve]
    softness: Sequence[Curve]
    training: Curve
    trained_accuracy: dict[str, Estimate]
    loss: dict[str, Estimate]
    softness_excess: dict[str, Estimate]
    bias_range: Estimate
    softness_accuracy: Estimate
    fluidity_doubt: str
    softness_doubt: str
    doubt: str


def compute(data: FigureData) -> Findings:
    """Accuracies of fluidity and softness; all draws on one set are paired."""
    training, extremes = data.training[0], data.extremes
    own = {learned.at(float(each.temperature)): (each, _own_fluidity(each)) for each in extremes}
    coldest, hottest = (
        learned.best_bias(data, NUMBER, each, SOFTNESS) for each in (extremes[0], extremes[-1])
    )
    return Findings(
        fluidity=[_curve(data, each, name) for each, name in own.values()],
        softness=[_curve(data, each, SOFTNESS) for each in extremes],
        training=_curve(data, training, SOFTNESS),
        trained_accuracy={key: _trained_accuracy(data, *each) for key, each in own.items()},
        loss={key: _loss(data, *each) for key, each in own.items()},
        softness_excess={key: _softness_excess(data, *each) for key, each in own.items()},
        bias_range=(hottest - coldest).size(),
        softness_accuracy=_trained_accuracy(data, training, SOFTNESS),
        fluidity_doubt=learned.doubt(fluidity=data.fluidity, sets=extremes),
        softness_doubt=learned.doubt(softness=data.softness, sets=[training]),
        doubt=learned.doubt(softness=data.softness, fluidity=data.fluidity, sets=extremes),
    )


def _own_fluidity(table: Accuracies) -> str:
    """Name of the fluidity that was trained with a set of extremes."""
    return learned.fluidity_name(float(table.temperature))


def _curve(data: FigureData, table: Accuracies, name: str) -> Curve:
    variable, accuracy = learned.place(table, name), learned.curve(data, NUMBER, table, name)
    own = bool(table.own[variable])
    samples = table.samples.sum(axis=(1, 2))
    return Curve(
        temperature=float(table.temperature),
        variable=name,
        own=own,
        trained_bias=float(table.origin[variable]),
        bias=table.bias,
        accuracy=accuracy,
        plain_accuracy=balanced_accuracy(table.plain_right, samples) if own else accuracy.value,
        quiet_below=float(table.lower),
        active_above=float(table.upper),
    )


def _trained_accuracy(data: FigureData, table: Accuracies, name: str) -> Estimate:
    return _beside_trained(
        data, table, name, lambda share, origin: np.interp(origin, table.bias, share)
    )


def _beside_trained(
    data: FigureData,
    table: Accuracies,
    name: str,
    statistic: Callable[[np.ndarray, float], Any],
) -> Estimate:
    """A statistic of the accuracy at each bias, and of the bias of the training."""
    variable = learned.place(table, name)
    origin = float(table.origin[variable])
    right = table.right[variable]
    return learned.accuracy(data, NUMBER, table, right, lambda share: statistic(share, origin))


def _loss(data: FigureData, table: Accuracies, name: str) -> Estimate:
    best = learned.held_out_accuracy(data, NUMBER, table, name)
    return best - _trained_accuracy(data, table, name)


def _softness_excess(data: FigureData, table: Accuracies, name: str) -> Estimate:
    softness, own = (
        learned.held_out_accuracy(data, NUMBER, table, each).map(lambda one: one - learned.CHANCE)
        for each in (SOFTNESS, f"{name}{UNSEEN}")
    )
    return softness / own


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on accuracy, on the bias, and on softness at high and low temperature."""
    hot, doubt = findings.fluidity_doubt, findings.doubt
    return [
        ABOVE_CHANCE.judge_every(findings.trained_accuracy, hot),
        NEAR_PEAK.judge_every(findings.loss, hot),
        ALMOST_AS_GOOD.judge_every(findings.softness_excess, doubt),
        OTHER_BIASES.judge(findings.bias_range, doubt)
        if len(findings.softness) > 1
        else OTHER_BIASES.not_tested("needs fluidity at two temperatures"),
        SOFTNESS_LEARNS.judge(findings.softness_accuracy, findings.softness_doubt),
    ]


def table(findings: Findings) -> pd.DataFrame:
    """Accuracy of fluidity and softness on each set of extremes, and of softness on its own set.

    ``plain_accuracy`` is by folds that ignore groups, the source's way; of a set that a model was
    not trained with there are no folds, and the number is the same.
    """
    pairs = zip(findings.fluidity, findings.softness, strict=True)
    curves = [*(curve for pair in pairs for curve in pair), findings.training]
    return learned.with_full_intervals(pd.concat(map(_rows, curves), ignore_index=True))


def _rows(curve: Curve) -> pd.DataFrame:
    low, high = curve.accuracy.interval()
    return pd.DataFrame(
        {
            "temperature": curve.temperature,
            "variable": curve.variable,
            "cross_validated": curve.own,
            "trained_bias": curve.trained_bias,
            "bias": curve.bias,
            "accuracy": curve.accuracy.value,
            "low": low,
            "high": high,
            "plain_accuracy": curve.plain_accuracy,
            "quiet_below": curve.quiet_below,
            "active_above": curve.active_above,
        }
    )
