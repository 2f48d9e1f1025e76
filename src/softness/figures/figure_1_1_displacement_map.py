"""Figure 1.1: mobile regions of the supercooled liquid cluster."""

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from softness.figures import style
from softness.findings.figure_1_1_displacement_map import Findings


def plot(findings: Findings) -> Figure:
    """A slab through the box; each A particle is coloured by how far it moved."""
    positions, (half_x, half_y, _) = findings.positions, findings.edges / 2
    figure = Figure(figsize=(style.SINGLE_COLUMN + 0.8, 3.3))
    axes = figure.subplots()
    # Dark for fast: mobile regions stand out from the paper as well as from the rest.
    colours = sns.color_palette("rocket_r", as_cmap=True)
    scale = style.mpl.colors.Normalize(0, findings.fast)
    # Deep particles first, so that near ones lie on top.
    for number in np.argsort(positions[:, 2]):
        axes.add_patch(
            Circle(
                positions[number, :2],
                0.5,
                facecolor=colours(scale(findings.displacement[number])),
                edgecolor="white",
                linewidth=0.3,
            )
        )
    axes.set_aspect("equal")
    axes.set_xlim(-half_x, half_x)
    axes.set_ylim(-half_y, half_y)
    axes.set_xlabel(r"$x\;/\;\sigma_{AA}$")
    axes.set_ylabel(r"$y\;/\;\sigma_{AA}$")
    axes.set_title(rf"$T = {findings.temperature:g}$", loc="left", fontsize=9)
    mapped = style.mpl.cm.ScalarMappable(norm=scale, cmap=colours)
    label = rf"$|\Delta \mathbf{{r}}(t = {findings.lag:g}\,\tau)|\;/\;\sigma_{{AA}}$"
    figure.colorbar(mapped, ax=axes, label=label, extend="max", shrink=0.85)
    return figure
