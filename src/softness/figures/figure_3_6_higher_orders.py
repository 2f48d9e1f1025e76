"""Figure 3.6: features that average over neighbours do not explain more of the dynamics."""

from matplotlib.figure import Figure

from softness.figures import draw_models, style
from softness.findings.barrier_curves import QUANTITIES
from softness.findings.figure_3_6_higher_orders import Findings


def plot(findings: Findings) -> Figure:
    """Delta E (a) and Sigma (b) against x, explained variance against temperature (c)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.4))
    panels = figure.subplots(1, 3)
    for panel, quantity in zip(panels, QUANTITIES, strict=False):
        draw_models.draw_barriers(panel, findings.barriers, quantity)
    draw_models.draw_by_temperature(panels[2], findings.scores, 0.0)
    panels[2].set_ylabel("explained variance")
    style.letter(panels)
    draw_models.curve_legend(figure, panels[0])
    return figure
