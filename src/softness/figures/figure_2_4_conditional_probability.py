"""Figure 2.4: probability of rearrangement by fluidity and by softness has one onset."""

from matplotlib.figure import Figure

from softness.figures import draw_learned, style
from softness.findings.figure_2_4_conditional_probability import Findings


def plot(findings: Findings) -> Figure:
    """P against 1/T in bins of fluidity (a) and of softness (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.9))
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    labels = (draw_learned.fluidity_label(findings.temperature), "$S$")
    variables = (findings.fluidity, findings.softness)
    for panel, bins, label in zip(panels, variables, labels, strict=True):
        draw_learned.draw_probabilities(panel, bins)
        panel.set_ylabel(rf"$P_R(${label}$)$")
    style.letter(panels)
    draw_learned.bin_colourbar(figure, list(panels), findings.softness, draw_learned.Z_SCORE)
    return figure
