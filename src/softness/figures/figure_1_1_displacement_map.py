"""Figure 1.1: mobile regions of the supercooled liquid cluster."""

import seaborn as sns
from matplotlib.figure import Figure

from softness.figures import draw_slab, style
from softness.findings.figure_1_1_displacement_map import Findings


def plot(findings: Findings) -> Figure:
    """A slab through the box; each A particle is coloured by how far it moved."""
    figure = Figure(figsize=(style.SINGLE_COLUMN + 0.8, 3.3))
    axes = figure.subplots()
    # Dark for fast: mobile regions stand out from the paper as well as from the rest.
    colours = sns.color_palette("rocket_r", as_cmap=True)
    scale = style.mpl.colors.Normalize(0, findings.fast)
    faces = colours(scale(findings.displacement))
    looks = [{**draw_slab.LOOK, "facecolor": face} for face in faces]
    draw_slab.draw_particles(axes, findings.positions, findings.edges, looks)
    axes.set_title(rf"$T = {findings.temperature:g}$", loc="left", fontsize=9)
    mapped = style.mpl.cm.ScalarMappable(norm=scale, cmap=colours)
    label = rf"$|\Delta \mathbf{{r}}(t = {findings.lag:g}\,\tau)|\;/\;\sigma_{{AA}}$"
    figure.colorbar(mapped, ax=axes, label=label, extend="max", shrink=0.85)
    return figure
