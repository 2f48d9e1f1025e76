"""Barriers of softness of anyone's trajectories, as the estimator draws them."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softness.figures import draw_learned, style
from softness.figures.draw_barriers import AXIS_LABELS
from softness.files.records.barriers import BarrierTable
from softness.findings import barrier_curves, learned
from softness.findings.learned import KRAMERS, SOFTNESS

X = r"$x = \mathbf{w}\cdot\mathbf{F}\;/\;\sigma$"


def plot(table: BarrierTable) -> Figure:
    """P against 1/T by softness (a), Delta E (b) and Sigma (c) of the bins."""
    with style.applied():
        figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.4))
        lines, *panels = figure.subplots(1, 3, width_ratios=(1.2, 1, 1))
        bins = learned.bin_probabilities(table, SOFTNESS, KRAMERS)
        draw_learned.draw_probabilities(lines, bins)
        lines.set_ylabel(r"$P(R\,|\,x)$")
        draw_learned.bin_colourbar(figure, lines, bins, X)
        for axes, quantity in zip(panels, barrier_curves.QUANTITIES, strict=True):
            _draw_bins(axes, table, quantity)
        style.letter((lines, *panels))
    return figure


def _draw_bins(axes: Axes, table: BarrierTable, quantity: str) -> None:
    """A point for each bin at its mean softness, with its whole 95 % interval."""
    found = barrier_curves.curve(table, SOFTNESS, quantity)
    away = np.abs(np.array(found.interval()) - found.value)
    look = {"color": "black", "marker": "o", "markersize": 3, "elinewidth": 0.7, "linewidth": 0.8}
    axes.errorbar(table.value[learned.place(table, SOFTNESS)], found.value, yerr=away, **look)
    axes.set_xlabel(X)
    axes.set_ylabel(AXIS_LABELS[quantity])
