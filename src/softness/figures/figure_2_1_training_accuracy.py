"""Figure 2.1: fluidity classifies extremes above the onset; softness does it almost as well."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softness.figures import draw_learned, style
from softness.files.records.learned import Accuracies
from softness.findings import learned
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.learning.scores import balanced_accuracy, middle_of_maxima
from softness.report.claims import Claim, Statement
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


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on accuracy, on the bias, and on softness at high and low temperature."""
    training = data.training[0]
    hot = learned.doubt(fluidity=data.fluidity, sets=data.extremes)
    both = learned.doubt(softness=data.softness, fluidity=data.fluidity, sets=data.extremes)
    cold = learned.doubt(softness=data.softness, sets=[training])
    replicas = learned.replicas_of(data.extremes)
    own = trained_accuracy(data, training, SOFTNESS)
    return [
        learned.judged_all(ABOVE_CHANCE, _at_each(data, trained_accuracy), replicas, hot),
        learned.judged_all(NEAR_PEAK, _at_each(data, bias_shift), replicas, hot),
        learned.judged_all(ALMOST_AS_GOOD, _at_each(data, softness_loss), replicas, both),
        learned.judged(SOFTNESS_LEARNS, own, learned.replicas_of([training]), cold),
    ]


def _at_each(
    data: FigureData, measure: Callable[[FigureData, Accuracies], Estimate]
) -> dict[str, Estimate]:
    """A measure of each set of extremes, by temperature."""
    return {learned.at(float(each.temperature)): measure(data, each) for each in data.extremes}


def trained_accuracy(data: FigureData, table: Accuracies, name: str = "") -> Estimate:
    """Accuracy at the bias of the training; of the set's own fluidity if no name is given."""
    variable = learned.place(table, name or own_fluidity(table))
    origin = float(table.origin[variable])
    return learned.accuracy(
        data,
        NUMBER,
        table,
        table.right[variable],
        lambda share: np.interp(origin, table.bias, share),
    )


def bias_shift(data: FigureData, table: Accuracies) -> Estimate:
    """Best minus trained bias of the set's own fluidity, in units of its spread."""
    variable = learned.place(table, own_fluidity(table))
    origin = float(table.origin[variable])
    return learned.accuracy(
        data,
        NUMBER,
        table,
        table.right[variable],
        lambda share: table.bias[middle_of_maxima(share)] - origin,
    )


def softness_loss(data: FigureData, table: Accuracies) -> Estimate:
    """Accuracy of the set's own fluidity minus that of softness, each with a held-out best bias.

    Both by models that never saw the replica.
    """
    own = learned.held_out_accuracy(data, NUMBER, table, f"{own_fluidity(table)}{UNSEEN}")
    return own - learned.held_out_accuracy(data, NUMBER, table, SOFTNESS)


def own_fluidity(table: Accuracies) -> str:
    """Name of the fluidity that was trained with a set of extremes."""
    return learned.fluidity_name(float(table.temperature))


def table(data: FigureData) -> pd.DataFrame:
    """Accuracy of fluidity and softness on each set of extremes, and of softness on its own set.

    ``plain_accuracy`` is by folds that ignore groups, the source's way; of a set that a model was
    not trained with there are no folds, and the number is the same.
    """
    parts = [_rows(data, each, name) for each in data.extremes for name in _drawn(each)]
    parts.append(_rows(data, data.training[0], SOFTNESS))
    return learned.with_full_intervals(pd.concat(parts, ignore_index=True))


def _drawn(table: Accuracies) -> tuple[str, str]:
    return own_fluidity(table), SOFTNESS


def _rows(data: FigureData, table: Accuracies, name: str) -> pd.DataFrame:
    found = learned.curve(data, NUMBER, table, name)
    low, high = found.interval()
    own = bool(table.own[learned.place(table, name)])
    return pd.DataFrame(
        {
            "temperature": float(table.temperature),
            "variable": name,
            "cross_validated": own,
            "trained_bias": float(table.origin[learned.place(table, name)]),
            "bias": table.bias,
            "accuracy": found.value,
            "low": low,
            "high": high,
            "plain_accuracy": _plain_accuracy(table) if own else found.value,
            # p_hop of the quiet class (the source: 0.0085) and of the active one.
            "quiet_below": float(table.lower),
            "active_above": float(table.upper),
        }
    )


def _plain_accuracy(table: Accuracies) -> np.ndarray:
    """(biases,) accuracy of the set's own model by folds that ignore groups."""
    return balanced_accuracy(table.plain_right, table.samples.sum(axis=(1, 2)))


def plot(data: FigureData) -> Figure:
    """Accuracy against bias of fluidity (a) and of softness on the same sets (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.7))
    panels = figure.subplots(1, 2, sharey=True)
    training, coldest = data.training[0], float(data.training[0].temperature)
    for number, panel in enumerate(panels):
        curves = {
            float(each.temperature): (
                each.bias,
                learned.curve(data, NUMBER, each, _drawn(each)[number]),
            )
            for each in data.extremes
        }
        draw_learned.draw_curves(panel, curves)
    for each in reversed(data.extremes):
        colour = style.fluidity_colour(float(each.temperature))
        _mark_trained_bias(panels[0], data, each, own_fluidity(each), colour)
    own = learned.curve(data, NUMBER, training, SOFTNESS)
    draw_learned.draw_curve(panels[1], training.bias, own, color="black")
    _mark_trained_bias(panels[1], data, training, SOFTNESS, "black")
    for panel, letter, symbol in zip(panels, "ab", (r"\mathcal{F}", "S"), strict=True):
        draw_learned.draw_chance(panel)
        panel.set_xlabel(rf"$b\;/\;\sigma_{{{symbol}}}$")
        panel.set_ylabel(f"accuracy of ${symbol}$")
        panel.set_title(f"({letter})", loc="left", fontsize=9)
    temperatures = [coldest, *(float(each.temperature) for each in data.extremes)]
    style.temperature_legend(
        figure,
        temperatures,
        lambda t: "black" if t == coldest else style.fluidity_colour(t),
        loc="outside right center",
    )
    return figure


def _mark_trained_bias(
    axes: Axes, data: FigureData, each: Accuracies, name: str, colour: Any
) -> None:
    axes.plot(
        each.origin[learned.place(each, name)],
        trained_accuracy(data, each, name).value,
        color=colour,
        marker="o",
        markeredgecolor="white",
        markeredgewidth=0.5,
        zorder=3,
    )
