"""Figure 2.C: both tails of p_hop are needed to learn what matters for activated dynamics."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from softness.figures import draw_learned, style
from softness.findings.figure_2_c_one_tail_controls import (
    BOTH_TAILS,
    HIGH_TAIL,
    LOW_TAIL,
    ByTails,
    Findings,
)

# The colours are those of the temperatures of training, as in the other figures.
LOOKS = {
    BOTH_TAILS: {"marker": "o", "label": "both tails"},
    HIGH_TAIL: {"marker": "^", "markerfacecolor": "white", "label": "high tail alone"},
    LOW_TAIL: {"marker": "v", "markerfacecolor": "white", "label": "low tail alone"},
}
# Distance between the symbols of one temperature, in units of temperature.
SHIFT = 0.03


def plot(findings: Findings) -> Figure:
    """Accuracy against training temperature on the transfer set (a), on the own extremes (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.6))
    panels = figure.subplots(1, 2, sharey=True)
    _draw(panels[0], findings.transfer)
    _draw(panels[1], findings.extremes)
    panels[0].set_ylabel(rf"accuracy at $T = {findings.transfer_temperature:g}$")
    panels[1].set_ylabel("accuracy on extremes")
    style.letter(panels)
    handles = [
        Line2D([], [], color="0.3", linestyle="none", **options) for options in LOOKS.values()
    ]
    figure.legend(handles=handles, loc="outside right center")
    return figure


def _draw(axes: Axes, by_tails: ByTails) -> None:
    for number, (tails, options) in enumerate(LOOKS.items()):
        for temperature, accuracy in by_tails[tails].items():
            low, high = accuracy.interval()
            # The interval of a skewed distribution can lie beside the value.
            ends = np.maximum([accuracy.value - low, high - accuracy.value], 0)
            axes.errorbar(
                temperature + (number - 1) * SHIFT,
                accuracy.value,
                yerr=ends[:, None],
                color=style.fluidity_colour(temperature),
                linestyle="none",
                capsize=2,
                elinewidth=0.8,
                **options,
            )
    draw_learned.draw_chance(axes)
    axes.set_xlabel(r"training $T\;\;(\epsilon_{AA}/k_B)$")
