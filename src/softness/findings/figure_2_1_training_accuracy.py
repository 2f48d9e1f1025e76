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
from softness.learning.scores import balanced_accuracy, middle_of_maxima
from softness.verdicts import Claim, Statement
from softness.uncertainty import Estimate

# As the stage names the values of a set's own model for replicas that it never saw.
UNSEEN = "_unseen"

NUMBER = "2.1"

ABOVE_CHANCE = Statement(
    figure=NUMBER,
    name="accuracy at every temperature",
    claim="At every temperature above the onset structure tells extremes of p_hop apart",
    source="above chance, no value given",
    above=0.55,
)
NEAR_PEAK = Statement(
    figure=NUMBER,
    name="best minus trained bias at every temperature",
    claim="Each classifier is near its best at a small bias (unit: spread of fluidity)",
    source="small values of the bias",
    above=-0.3,
    below=0.3,
)
ALMOST_AS_GOOD = Statement(
    figure=NUMBER,
    name="loss of softness at every high temperature",
    claim="Softness, trained far below, classifies the extremes almost as well as fluidity",
    source="almost as good",
    below=0.03,
)
SOFTNESS_LEARNS = Statement(
    figure=NUMBER,
    name="grouped cross-validation of softness",
    claim="Ours: softness is well above chance where no particle is split over folds",
    source="none",
    above=0.65,
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
    trained_accuracy, bias_shift, softness_loss
        Of the sets of extremes, by temperature as text: accuracy of fluidity at the bias of the
        training; best minus trained bias in units of the spread; accuracy of fluidity minus that of
        softness, each with a held-out best bias and by models that never saw the replica.
    softness_accuracy
        On its own set at the bias of the training.
    replicas, training_replicas
        Fewest of the extremes, and of the training set.
    fluidity_doubt, softness_doubt, doubt
        Which sets of samples are incomplete, for claims on each and on both.
    """

    fluidity: Sequence[Curve]
    softness: Sequence[Curve]
    training: Curve
    trained_accuracy: dict[str, Estimate]
    bias_shift: dict[str, Estimate]
    softness_loss: dict[str, Estimate]
    softness_accuracy: Estimate
    replicas: int
    training_replicas: int
    fluidity_doubt: str
    softness_doubt: str
    doubt: str


def compute(data: FigureData) -> Findings:
    """Accuracies of fluidity and softness; all draws on one set are paired."""
    training, extremes = data.training[0], data.extremes
    own = {learned.at(float(each.temperature)): (each, _own_fluidity(each)) for each in extremes}
    return Findings(
        fluidity=[_curve(data, each, name) for each, name in own.values()],
        softness=[_curve(data, each, SOFTNESS) for each in extremes],
        training=_curve(data, training, SOFTNESS),
        trained_accuracy={key: _trained_accuracy(data, *each) for key, each in own.items()},
        bias_shift={key: _bias_shift(data, *each) for key, each in own.items()},
        softness_loss={key: _softness_loss(data, *each) for key, each in own.items()},
        softness_accuracy=_trained_accuracy(data, training, SOFTNESS),
        replicas=learned.replicas_of(extremes),
        training_replicas=learned.replicas_of([training]),
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


def _bias_shift(data: FigureData, table: Accuracies, name: str) -> Estimate:
    return _beside_trained(
        data, table, name, lambda share, origin: table.bias[middle_of_maxima(share)] - origin
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


def _softness_loss(data: FigureData, table: Accuracies, name: str) -> Estimate:
    own = learned.held_out_accuracy(data, NUMBER, table, f"{name}{UNSEEN}")
    return own - learned.held_out_accuracy(data, NUMBER, table, SOFTNESS)


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on accuracy, on the bias, and on softness at high and low temperature."""
    replicas, hot = findings.replicas, findings.fluidity_doubt
    return [
        learned.judged_all(ABOVE_CHANCE, findings.trained_accuracy, replicas, hot),
        learned.judged_all(NEAR_PEAK, findings.bias_shift, replicas, hot),
        learned.judged_all(ALMOST_AS_GOOD, findings.softness_loss, replicas, findings.doubt),
        learned.judged(
            SOFTNESS_LEARNS,
            findings.softness_accuracy,
            findings.training_replicas,
            findings.softness_doubt,
        ),
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
