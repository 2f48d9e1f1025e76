"""Figure 2.3: distributions of fluidity are nearly Gaussian, and move steadily with T."""

from collections.abc import Sequence

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure

from softness.figures import draw_learned, style
from softness.findings.figure_2_3_fluidity_distributions import Findings

# Density that can be seen, as a fraction of the highest.
LEAST_VISIBLE = 1e-3
# Width of the kernel that smooths a curve, in units of its standard deviation: about one bin, and
# wide enough that noise of few particles does not hide the shape.
SMOOTHING = 0.15
GRID = 400


def plot(findings: Findings) -> Figure:
    """Densities at all temperatures, one panel for each fluidity."""
    shown = findings.shapes
    figure = Figure(figsize=(style.DOUBLE_COLUMN if len(shown) > 1 else style.SINGLE_COLUMN, 2.6))
    panels = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    middles = (findings.edges[:-1] + findings.edges[1:]) / 2
    for panel, (trained_at, shapes) in zip(panels, shown.items(), strict=True):
        panel.set_xlim(_visible_range(findings.edges, [each.density for each in shapes.values()]))
        for temperature, shape in reversed(shapes.items()):
            sns.kdeplot(
                x=middles,
                weights=shape.density,
                bw_method=SMOOTHING,
                clip=panel.get_xlim(),
                gridsize=GRID,
                color=style.temperature_colour(temperature),
                linewidth=0.9,
                ax=panel,
            )
        label = draw_learned.fluidity_label(trained_at)
        panel.set_xlabel(rf"{label}$\;/\;\sigma$")
        panel.set_ylabel(rf"$P(${label}$)$", visible=True)
    style.letter(panels)
    # The panels share the axis: a limit set before all curves are drawn would cut the later ones.
    panels[0].set_ylim(bottom=0)
    style.temperature_legend(figure, shapes, loc="outside right center")
    return figure


def _visible_range(edges: np.ndarray, densities: Sequence[np.ndarray]) -> tuple[float, float]:
    """Range of fluidity outside which no curve can be told from the axis."""
    densities = np.array(densities)
    visible = np.flatnonzero((densities > LEAST_VISIBLE * densities.max()).any(axis=0))
    return edges[visible[0]], edges[visible[-1] + 1]
