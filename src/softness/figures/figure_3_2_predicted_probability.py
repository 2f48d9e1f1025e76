"""Figure 3.2: rearrangements by predicted ln p_r are activated, as those by softness are."""

from matplotlib.figure import Figure

from softness.figures import draw_learned, draw_models, style
from softness.figures.draw_models import LN_P
from softness.findings.figure_3_2_predicted_probability import Findings


def plot(findings: Findings) -> Figure:
    """Share f against 1/T in bins of predicted ln p_r."""
    figure = Figure(figsize=(style.SINGLE_COLUMN + 1.4, 3.0))
    axes = figure.subplots()
    axes.set_xlabel(r"$1/T\;\;(k_B/\epsilon_{AA})$")
    axes.set_ylabel(r"$f(\ln\,p_r^{\,\mathrm{SVR}})$")
    if not findings.bins:
        draw_models.write_note(axes, "no barriers by SVR")
        return figure
    draw_learned.draw_probabilities(axes, findings.bins)
    bar = draw_learned.bin_colourbar(figure, axes, findings.bins, draw_models.Z_SCORE)
    if scale := findings.scale:
        # The same colours as probabilities, on the other side of the bar.
        functions = (scale.log_probability, scale.z_score)
        bar.ax.secondary_yaxis("left", functions=functions).set_ylabel(f"{LN_P} by SVR")
    return figure
