"""Figure 1.3: two-step, stretched relaxation of F_s(q, t)."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from softness.dynamics.scattering import RELAXED, StretchedExponential
from softness.figures import style
from softness.files.records.dynamics import RelaxationTable
from softness.findings.data import FigureData
from softness.report.claims import Claim, Statement

WARMEST_STRETCHED = 0.6

STRETCHING = Statement(
    figure="1.3",
    name="stretching exponent at every T <= 0.6",
    claim="On supercooling the final relaxation becomes a stretched exponential",
    source="stretched, no value given",
    below=0.8,
)


def claims(data: FigureData) -> list[Claim]:
    """Verdict on the exponents at all temperatures up to 0.6."""
    cold = [table for table in data.relaxation if float(table.temperature) <= WARMEST_STRETCHED]
    if not cold:
        return [STRETCHING.not_tested(f"no temperature up to {WARMEST_STRETCHED:g}")]
    exponents = {
        f"at T = {float(table.temperature):g}": (float(table.stretching), table.stretching_draws)
        for table in cold
    }
    return [STRETCHING.judge_all(exponents, min(int(table.replicas) for table in cold))]


def table(data: FigureData) -> pd.DataFrame:
    """F_s with its interval, and the fitted stretched exponential."""
    parts = [
        pd.DataFrame(
            {
                "temperature": float(each.temperature),
                "time": each.lag,
                "self_scattering": each.mean,
                "low": each.low,
                "high": each.high,
                "origins": each.origins,
                "amplitude": float(each.amplitude),
                "stretched_time": float(each.stretched_time),
                "stretching": float(each.stretching),
            }
        )
        for each in data.relaxation
    ]
    return pd.concat(parts, ignore_index=True)


def plot(data: FigureData) -> Figure:
    """F_s against time, one curve for each temperature, with fits and the level 1/e."""
    figure = Figure(figsize=(style.SINGLE_COLUMN + 1.0, 3.0))
    axes = figure.subplots()
    for each in data.relaxation:
        colour = style.temperature_colour(float(each.temperature))
        axes.plot(each.lag, each.mean, color=colour)
        # An interval from few blocks can reach beyond what F_s can be.
        low, high = np.clip([each.low, each.high], -0.02, 1)
        axes.fill_between(each.lag, low, high, color=colour, alpha=0.25, linewidth=0)
        _draw_fit(axes, each)
    axes.axhline(RELAXED, color="0.4", linestyle="--", linewidth=0.7)
    axes.text(0.013, RELAXED - 0.015, r"$1/e$", fontsize=8, color="0.3", va="top")
    axes.set_xscale("log")
    axes.set_xlim(left=min(each.lag[0] for each in data.relaxation))
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel(r"$t\;/\;\tau$")
    wave_number = float(data.relaxation[0].wave_number)
    axes.set_ylabel(rf"$F_s(q={wave_number:g}\,\sigma_{{AA}}^{{-1}},\,t)$")
    style.temperature_legend(figure, data.temperatures(), loc="outside right center")
    return figure


def _draw_fit(axes, each: RelaxationTable) -> None:  # noqa: ANN001 - matplotlib axes
    fit = StretchedExponential(
        float(each.amplitude), float(each.stretched_time), float(each.stretching)
    )
    if np.isfinite(fit.time):
        late = each.lag[each.mean < 1.1 * fit.amplitude]
        axes.plot(late, fit(late), color="black", linestyle=":", linewidth=0.7)
