"""Figure 1.3: two-step, stretched relaxation of F_s(q, t)."""

import numpy as np
from matplotlib.figure import Figure

from softness.dynamics.scattering import RELAXED
from softness.figures import style
from softness.findings.figure_1_3_self_scattering import Findings


def plot(findings: Findings) -> Figure:
    """F_s against time, one curve for each temperature, with fits and the level 1/e."""
    figure = Figure(figsize=(style.SINGLE_COLUMN + 1.0, 3.0))
    axes = figure.subplots()
    fits = zip(findings.relaxation, findings.fits, findings.fitted, strict=True)
    for each, fit, fitted in fits:
        colour = style.temperature_colour(float(each.temperature))
        axes.plot(each.lag, each.mean, color=colour)
        # An interval from few blocks can reach beyond what F_s can be.
        low, high = np.clip([each.low, each.high], -0.02, 1)
        axes.fill_between(each.lag, low, high, color=colour, alpha=0.25, linewidth=0)
        if np.isfinite(fit.time):
            axes.plot(
                each.lag[fitted], fit(each.lag[fitted]), color="black", linestyle=":", linewidth=0.7
            )
    axes.axhline(RELAXED, color="0.4", linestyle="--", linewidth=0.7)
    axes.text(0.013, RELAXED - 0.015, r"$1/e$", fontsize=8, color="0.3", va="top")
    axes.set_xscale("log")
    axes.set_xlim(left=min(each.lag[0] for each in findings.relaxation))
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel(r"$t\;/\;\tau$")
    wave_number = float(findings.relaxation[0].wave_number)
    axes.set_ylabel(rf"$F_s(q={wave_number:g}\,\sigma_{{AA}}^{{-1}},\,t)$")
    temperatures = [float(each.temperature) for each in findings.relaxation]
    style.temperature_legend(figure, temperatures, loc="outside right center")
    return figure
