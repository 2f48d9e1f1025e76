"""Figure 1.6: rearrangements by softness are activated, and their lines meet at the onset."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softness.figures import draw_learned, style
from softness.findings.figure_1_6_softness_barriers import Findings
from softness.findings.learned import BinProbabilities


def plot(findings: Findings) -> Figure:
    """P against 1/T by softness (a), and all of it on one line (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.9))
    lines, collapse = figure.subplots(1, 2)
    draw_learned.draw_probabilities(lines, findings.bins)
    lines.set_ylabel(r"$P(R\,|\,S)$")
    _draw_collapse(collapse, findings.bins)
    style.letter((lines, collapse))
    draw_learned.bin_colourbar(figure, [lines, collapse], findings.bins, draw_learned.Z_SCORE)
    return figure


def _draw_collapse(axes: Axes, bins: BinProbabilities) -> None:
    """P over its prefactor against Delta E / T, and the line that an activated process follows."""
    rows = bins.rows
    reduced = rows["energy"] / rows["temperature"]
    scaled = rows["probability"] / np.exp(rows["entropy"])
    axes.scatter(
        reduced,
        scaled,
        c=draw_learned.bin_colours()(draw_learned.bin_scale(bins)(rows["bin"].to_numpy())),
        s=8,
        zorder=2,
    )
    ends = np.array([reduced.min(), reduced.max()])
    law = r"$e^{-\Delta E / k_B T}$"
    axes.plot(ends, np.exp(-ends), color="black", linestyle=":", linewidth=0.8, label=law)
    axes.set_yscale("log")
    axes.set_xlabel(r"$\Delta E\,/\,k_B T$")
    axes.set_ylabel(r"$P(R\,|\,S)\,/\,e^{\Sigma}$")
    axes.legend(loc="upper right")
