"""Barriers of softness of anyone's trajectories, as the estimator draws them."""

from matplotlib.figure import Figure

from softness.figures import draw_barriers, draw_learned, style
from softness.files.records.barriers import BarrierTable
from softness.findings import learned
from softness.findings.barrier_curves import QUANTITIES, curves_of
from softness.findings.learned import KRAMERS, SOFTNESS

X = r"$x = \mathbf{w}\cdot\mathbf{F}\;/\;\sigma$"


def plot(table: BarrierTable) -> Figure:
    """P against 1/T by softness (a), Delta E (b) and Sigma (c) of the bins."""
    with style.applied():
        figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.4))
        lines, *panels = figure.subplots(1, 3)
        bins = learned.bin_probabilities(table, SOFTNESS, KRAMERS)
        draw_learned.draw_probabilities(lines, bins)
        lines.set_ylabel(r"$P(R\,|\,x)$")
        draw_learned.bin_colourbar(figure, lines, bins, X)
        curves = curves_of(table, [SOFTNESS])
        for axes, quantity in zip(panels, QUANTITIES, strict=True):
            options = {"color": "black", "marker": "o", "markersize": 3}
            draw_barriers.draw_reference(axes, curves, SOFTNESS, quantity, "softness", **options)
            draw_barriers.finish(axes, curves, quantity, X)
        style.letter((lines, *panels))
    return figure
