"""Figure 3.4: how much of the variance of the true logit p_r the models explain."""

import numpy as np
from matplotlib.figure import Figure

from softness.figures import draw_models, style
from softness.findings.explained import EXPLAINED, OVER_CEILING
from softness.findings.figure_3_4_explained_variance import LARGEST, Findings
from softness.uncertainty import Estimate

LABELS = {
    EXPLAINED: "explained variance",
    OVER_CEILING: "explained variance / ceiling",
}


def _is_known(score: Estimate) -> bool:
    """Whether a score has an interval; over a ceiling that may be 0 it is any number."""
    return bool(np.isfinite(score.interval()).all())


def plot(findings: Findings) -> Figure:
    """Explained variance against temperature, as it is (a) and over the noise ceiling (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.7))
    panels = figure.subplots(1, 2)
    for panel, (quantity, label) in zip(panels, LABELS.items(), strict=True):
        found = {
            name: {
                t: score[quantity]
                for t, score in by_temperature.items()
                if _is_known(score[quantity])
            }
            for name, by_temperature in findings.scores.items()
        }
        draw_models.draw_by_temperature(panel, found, 0.0, LARGEST)
        panel.axhline(LARGEST, color="0.5", linestyle="--", linewidth=0.7, zorder=0)
        panel.set_ylabel(label)
    style.letter(panels)
    draw_models.model_legend(figure, findings.scores)
    return figure
