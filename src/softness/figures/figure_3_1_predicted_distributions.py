"""Figure 3.1: predicted ln p_r is distributed nearly as a Gaussian, and as softness."""

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
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
    style.letter(panels)
    if findings.densities:
        style.temperature_legend(figure, findings.densities, loc="outside right center")
    return figure


def _draw_distributions(axes: Axes, findings: Findings) -> None:
    axes.set_xlabel(_axis_label(findings.name))
    if not findings.densities:
        draw_models.write_note(axes, "no test snapshots")
        return
    for temperature, density in reversed(findings.densities.items()):
        sns.histplot(
            x=_centres(findings.edges),
            weights=density,
            bins=list(findings.edges),
            element="step",
            color=style.temperature_colour(temperature),
            alpha=0.12,
            linewidth=0.9,
            ax=axes,
        )
    axes.set_ylabel("density")


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
    softness, predicted = np.meshgrid(
        *map(_centres, (joint.softness_edges, joint.edges)), indexing="ij"
    )
    sns.histplot(
        x=softness.ravel(),
        y=predicted.ravel(),
        weights=joint.density.ravel(),
        bins=(list(joint.softness_edges), list(joint.edges)),
        cmap=sns.light_palette("black", as_cmap=True),
        vmin=0,
        cbar=True,
        cbar_kws={"label": "density", "aspect": 30},
        ax=axes,
    )


def _centres(edges: np.ndarray) -> np.ndarray:
    return (edges[:-1] + edges[1:]) / 2
