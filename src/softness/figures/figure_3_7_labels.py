"""Figure 3.7: barriers do not depend on how a rearrangement is defined: p_hop or the CSD."""

from matplotlib.figure import Figure

from softness.figures import draw_models
from softness.findings.figure_3_7_labels import Findings


def plot(findings: Findings) -> Figure:
    """Delta E (a) and Sigma (b) against x, by both labels."""
    figure = draw_models.barrier_figure(findings.barriers)
    if findings.matched:
        threshold = float(findings.matched.threshold)
        label = rf"CSD: $\Delta r^2 > {threshold:.3f}\,\sigma_{{AA}}^2$"
        figure.axes[0].set_title(label, loc="right", fontsize=8)
    return figure
