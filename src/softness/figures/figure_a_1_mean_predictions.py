"""Figure A.1: the mean of what each model predicts grows with temperature, as softness does."""

from matplotlib.figure import Figure

from softness.figures import draw_models, style
from softness.findings.figure_a_1_mean_predictions import Findings


def plot(findings: Findings) -> Figure:
    """Means against temperature."""
    figure = Figure(figsize=(style.SINGLE_COLUMN + 1.0, 2.7))
    axes = figure.subplots()
    draw_models.draw_by_temperature(axes, findings.means, 0.0)
    axes.set_ylabel(r"mean output $\;/\;\sigma_{tr}$")
    draw_models.model_legend(figure, findings.means)
    return figure
