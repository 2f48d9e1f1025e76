"""Figure 3.3: barriers and entropies by all regressors are correlated with those by softness."""

from matplotlib.figure import Figure

from softness.figures import draw_models
from softness.findings.figure_3_3_predicted_barriers import Findings


def plot(findings: Findings) -> Figure:
    """Delta E (a) and Sigma (b) against x, by all models and by random directions."""
    return draw_models.barrier_figure(findings.barriers)
