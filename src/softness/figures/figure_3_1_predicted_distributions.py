"""Figure 3.1: predicted ln p_r is distributed nearly as a Gaussian, and as softness."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from softness.figures import draw_models, style
from softness.figures.draw_models import LN_P
from softness.findings.figure_3_1_predicted_distributions import Findings
from softness.findings.learned import SOFTNESS


def plot(findings: Findings) -> Figure:
    """Distributions at all temperatures (a), and the joint one with softness (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.6))
    panels = figure.subplots(1, 2)
    _draw_distributions(panels[0], findings)
    _draw_joint(panels[1], findings)
    for panel, letter in zip(panels, "ab", strict=True):
        panel.set_title(f"({letter})", loc="left", fontsize=9)
    if findings.densities:
        style.temperature_legend(figure, findings.densities, loc="outside right center")
    return figure


def _draw_distributions(axes: Axes, findings: Findings) -> None:
    axes.set_xlabel(_axis_label(findings.name))
    axes.set_ylabel("density")
    if not findings.densities:
        draw_models.write_note(axes, "no test snapshots")
        return
    for temperature, density in reversed(findings.densities.items()):
        colour = style.temperature_colour(temperature)
        axes.stairs(density, findings.edges, color=colour, linewidth=0.9)
    axes.set_ylim(bottom=0)


def _axis_label(name: str) -> str:
    label = draw_models.look_of(name)[0]
    return label if name == SOFTNESS else f"{LN_P} by {label}"


def _draw_joint(axes: Axes, findings: Findings) -> None:
    axes.set_xlabel(draw_models.look_of(SOFTNESS)[0])
    axes.set_ylabel(_axis_label(findings.name))
    joint = findings.joint
    if not joint:
        draw_models.write_note(axes, findings.lacking)
        return
    shown = np.ma.masked_equal(joint.density.T, 0)
    # Without the whitest greys: few particles are not none.
    greys = ListedColormap(style.mpl.colormaps["Greys"](np.linspace(0.12, 1, 64)))
    mapped = axes.pcolormesh(joint.softness_edges, joint.edges, shown, cmap=greys, vmin=0)
    axes.figure.colorbar(mapped, ax=axes, label="density", aspect=30)
