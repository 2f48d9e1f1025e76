"""Figure 4.3: fraction of softness at time 0 that is left, beside self-intermediate scattering."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from softness.figures import draw_memory, draw_models, style
from softness.findings.figure_4_3_normalised_decay import Findings
from softness.uncertainty import Estimate


def plot(findings: Findings | None) -> Figure:
    """Fraction of the start that is left of each group, and F_s, against time."""
    figure = Figure(figsize=(style.SINGLE_COLUMN + 1.6, 3.2))
    axes = figure.subplots()
    axes.set_xlabel(r"$t\;\;(\tau)$")
    label = r"$(\langle S \rangle_b(t) - \langle S \rangle)\,/\,(\langle S \rangle_b(0) - "
    axes.set_ylabel(label + r"\langle S \rangle),\;\;F_s$")
    if findings is None:
        draw_models.write_note(axes, "no groups were followed")
        return figure
    axes.set_title(f"$T = {findings.decay.temperature:g}$", loc="right", fontsize=8)
    axes.set_xscale("log")
    _draw_curves(axes, findings)
    _draw_scattering(axes, findings)
    scattering = Line2D([], [], color="black", linestyle="--", label=r"$F_s(q, t)$")
    draw_memory.bin_legend(figure, findings.decay.edges, [scattering])
    return figure


def _draw_curves(axes: Axes, findings: Findings) -> None:
    decay = findings.decay
    late = decay.time > 0
    if findings.bends:
        axes.axvspan(findings.first, findings.last, color="0.94", linewidth=0, zorder=-1)
        axes.text(
            findings.first * 1.05,
            0.02,
            "tested for a straight line",
            transform=axes.get_xaxis_transform(),
            fontsize=7,
        )
    axes.axhline(0.0, color="0.6", linewidth=0.6, zorder=0)
    colours = draw_memory.bin_colours(decay.edges)
    draw_memory.draw_left(axes, decay)
    if not decay.apart:
        draw_models.write_note(axes, "no group starts apart from the mean")
    axes.set_ylim(-0.08, 1.04)
    for group in decay.apart:
        _mark_half(axes, findings.halves.get(f"S(0) {decay.labels[group]}"), colours[group])
    axes.set_xlim(decay.time[late][0] / 1.2, 1.1 * decay.time[-1])


def _mark_half(axes: Axes, half: Estimate | None, colour: Any) -> None:
    """Time of half the first drop, at the upper edge."""
    if half is not None:
        axes.plot(
            half.value, 1.0, "v", color=colour, markersize=4, transform=axes.get_xaxis_transform()
        )


def _draw_scattering(axes: Axes, findings: Findings) -> None:
    """F_s as far as softness was followed; its time scales are marked."""
    table, relaxation_time = findings.scattering, findings.decay.relaxation_time
    if table is None:
        return
    shown = table.lag > 0
    lag = table.lag[shown]
    axes.plot(lag, table.mean[shown], color="black", linestyle="--")
    low, high = np.clip([table.low[shown], table.high[shown]], -0.02, 1)
    axes.fill_between(lag, low, high, color="black", alpha=0.15, linewidth=0)
    half = findings.half_of_scattering
    times = {r"$\tau_\alpha$": relaxation_time, r"$\tau_\beta$": half}
    for label, time in times.items():
        if not np.isfinite(time):
            continue
        axes.axvline(time, color="0.3", linewidth=0.7, zorder=0)
        axes.text(
            1.08 * time,
            0.94,
            label,
            transform=axes.get_xaxis_transform(),
            fontsize=8,
            va="top",
        )
