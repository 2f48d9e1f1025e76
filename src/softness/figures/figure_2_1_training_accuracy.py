"""Figure 2.1: fluidity classifies extremes above the onset; softness does it almost as well."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softness.figures import draw_learned, style
from softness.findings.figure_2_1_training_accuracy import Curve, Findings


def plot(findings: Findings) -> Figure:
    """Accuracy against bias of fluidity (a) and of softness on the same sets (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.7))
    panels = figure.subplots(1, 2, sharey=True)
    coldest = findings.training
    for panel, curves in zip(panels, (findings.fluidity, findings.softness), strict=True):
        draw_learned.draw_curves(
            panel, {each.temperature: (each.bias, each.accuracy) for each in curves}
        )
    for curve in reversed(findings.fluidity):
        _mark_trained_bias(panels[0], curve, style.fluidity_colour(curve.temperature))
    draw_learned.draw_curve(panels[1], coldest.bias, coldest.accuracy, color="black")
    _mark_trained_bias(panels[1], coldest, "black")
    for panel, symbol in zip(panels, (r"\mathcal{F}", "S"), strict=True):
        draw_learned.draw_chance(panel)
        panel.set_xlabel(rf"$b\;/\;\sigma_{{{symbol}}}$")
        panel.set_ylabel(f"accuracy of ${symbol}$")
    style.letter(panels)
    temperatures = [each.temperature for each in (coldest, *findings.fluidity)]
    style.temperature_legend(
        figure,
        temperatures,
        lambda t: "black" if t == coldest.temperature else style.fluidity_colour(t),
        loc="outside right center",
    )
    return figure


def _mark_trained_bias(axes: Axes, curve: Curve, colour: Any) -> None:
    axes.plot(
        curve.trained_bias,
        np.interp(curve.trained_bias, curve.bias, curve.accuracy.value),
        color=colour,
        marker="o",
        markeredgecolor="white",
        markeredgewidth=0.5,
        zorder=3,
    )
