"""Figure 2.C: both tails of p_hop are needed to learn what matters for activated dynamics."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from softness.figures import draw_learned, style
from softness.files.records.learned import Accuracies
from softness.findings import learned
from softness.findings.data import FigureData
from softness.report.claims import Claim, Statement
from softness.uncertainty import Estimate, combined

NUMBER = "2.C"

WITHOUT_LOW_TAIL = Statement(
    figure=NUMBER,
    name="accuracy lost without the low tail",
    claim="Trained on the high tail against random moments, transfer is worse",
    source="both tails are crucial, no value given",
    above=0.0,
)
WITHOUT_HIGH_TAIL = Statement(
    figure=NUMBER,
    name="accuracy lost without the high tail",
    claim="Trained on the low tail against random moments, transfer is worse",
    source="both tails are crucial, no value given",
    above=0.0,
)

BOTH_TAILS, HIGH_TAIL, LOW_TAIL = "fluidity", "high_tail", "low_tail"
# The colours are those of the temperatures of training, as in the other figures.
LOOKS = {
    BOTH_TAILS: {"marker": "o", "label": "both tails"},
    HIGH_TAIL: {"marker": "^", "markerfacecolor": "white", "label": "high tail alone"},
    LOW_TAIL: {"marker": "v", "markerfacecolor": "white", "label": "low tail alone"},
}
# Distance between the symbols of one temperature, in units of temperature.
SHIFT = 0.03


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on what each tail alone loses on activated dynamics."""
    return [
        _claim(data, WITHOUT_LOW_TAIL, HIGH_TAIL),
        _claim(data, WITHOUT_HIGH_TAIL, LOW_TAIL),
    ]


def _claim(data: FigureData, statement: Statement, tail: str) -> Claim:
    transfer = data.transfer[0]
    temperatures = learned.fluidity_temperatures(data)
    if not all(f"{tail}_{t:g}" in learned.names_of(transfer) for t in temperatures):
        return statement.not_tested("the study has no classifier of this tail alone")
    losses = (
        _accuracy(data, transfer, BOTH_TAILS, t) - _accuracy(data, transfer, tail, t)
        for t in temperatures
    )
    reason = learned.doubt(fluidity=data.fluidity, sets=[transfer])
    found = combined(np.mean, losses)
    return learned.judged(statement, found, learned.replicas_of([transfer]), reason)


def _accuracy(data: FigureData, each: Accuracies, tails: str, temperature: float) -> Estimate:
    return learned.held_out_accuracy(data, NUMBER, each, f"{tails}_{temperature:g}")


def table(data: FigureData) -> pd.DataFrame:
    """Accuracy of each classifier on the transfer set and on the extremes of its temperature.

    ``temperature`` is that of the training, ``set_temperature`` that of the labelled set.
    """
    return learned.with_full_intervals(_numbers(data))


def _numbers(data: FigureData) -> pd.DataFrame:
    rows = []
    for own in data.extremes:
        temperature = float(own.temperature)
        for each in (data.transfer[0], own):
            rows += [_row(data, each, tails, temperature) for tails in LOOKS]
    return pd.DataFrame([row for row in rows if row])


def _row(data: FigureData, each: Accuracies, tails: str, temperature: float) -> dict:
    if f"{tails}_{temperature:g}" not in learned.names_of(each):
        return {}
    found = _accuracy(data, each, tails, temperature)
    low, high = found.interval()
    return {
        "temperature": temperature,
        "tails": tails,
        "set_temperature": float(each.temperature),
        "accuracy": float(found.value),
        "low": float(low),
        "high": float(high),
    }


def plot(data: FigureData) -> Figure:
    """Accuracy against training temperature on the transfer set (a), on the own extremes (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.6))
    panels = figure.subplots(1, 2, sharey=True)
    numbers, cold = _numbers(data), float(data.transfer[0].temperature)
    transferred = numbers["set_temperature"] == cold
    _draw(panels[0], numbers[transferred])
    _draw(panels[1], numbers[~transferred])
    panels[0].set_ylabel(rf"accuracy at $T = {cold:g}$")
    panels[1].set_ylabel("accuracy on extremes")
    for panel, letter in zip(panels, "ab", strict=True):
        panel.set_title(f"({letter})", loc="left", fontsize=9)
    handles = [
        Line2D([], [], color="0.3", linestyle="none", **options) for options in LOOKS.values()
    ]
    figure.legend(handles=handles, loc="outside right center")
    return figure


def _draw(axes: Axes, numbers: pd.DataFrame) -> None:
    for number, (tails, options) in enumerate(LOOKS.items()):
        for row in numbers[numbers["tails"] == tails].itertuples():
            # The interval of a skewed distribution can lie beside the value.
            ends = np.maximum([row.accuracy - row.low, row.high - row.accuracy], 0)
            axes.errorbar(
                row.temperature + (number - 1) * SHIFT,
                row.accuracy,
                yerr=ends[:, None],
                color=style.fluidity_colour(row.temperature),
                linestyle="none",
                capsize=2,
                elinewidth=0.8,
                **options,
            )
    draw_learned.draw_chance(axes)
    axes.set_xlabel(r"training $T\;\;(\epsilon_{AA}/k_B)$")
