"""Figure 4.2: mean softness of particles grouped by their softness at time 0, against time."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from softness.figures import draw_memory, draw_models, style
from softness.findings.figure_4_2_softness_decay import DROP, LONGEST, SHORTEST, Findings
from softness.findings.memory import FORGOTTEN, Decay

LINE = {"color": "0.45", "linestyle": ":", "linewidth": 0.7, "zorder": 0}
"""Of 60 % at 1 tau."""


def plot(findings: Findings | None) -> Figure:
    """<S>(t) of each group (a), and the fraction of its start that is left (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.7))
    panels = figure.subplots(1, 2)
    # Without tau_alpha the axis is in tau.
    unit = findings.decay.relaxation_time if findings else float("nan")
    label = r"$t\;/\;\tau_\alpha$" if np.isfinite(unit) else r"$t\;\;(\tau)$"
    style.letter(panels)
    for panel in panels:
        panel.set_xlabel(label)
    panels[0].set_ylabel(r"$\langle S(t) \rangle\;/\;\sigma_S$")
    panels[1].set_ylabel(r"fraction of $\langle S(0) \rangle - \langle S \rangle$ left")
    if findings is None:
        for panel in panels:
            draw_models.write_note(panel, "no groups were followed")
        return figure
    panels[1].set_title(f"$T = {findings.decay.temperature:g}$", loc="right", fontsize=8)
    unit = unit if np.isfinite(unit) else 1.0
    _draw_means(panels[0], findings.decay, unit)
    _draw_left(panels[1], findings, unit)
    everyone = Line2D([], [], color="black", linestyle="--", label="everyone")
    draw_memory.bin_legend(figure, findings.decay.edges, [everyone])
    return figure


def _draw_means(axes: Axes, decay: Decay, unit: float) -> None:
    """Means on a logarithmic axis; time 0 stands at its left end."""
    late = decay.time > 0
    time = decay.time[late] / unit
    axes.set_xscale("log")
    # Labels of single powers alone: others run into each other.
    axes.xaxis.set_minor_formatter(NullFormatter())
    for group, colour in enumerate(draw_memory.bin_colours(decay.edges)):
        means = decay.groups.means[group]
        draw_memory.draw_curve(axes, time, means[late], colour)
        axes.plot(time[0] / 2, means.value[0], marker="<", color=colour, clip_on=False)
    everyone = decay.groups.means.value[-1]
    axes.plot(time, everyone[late], color="black", linestyle="--", linewidth=0.9)
    axes.set_xlim(time[0] / 2, time[-1])
    starts = decay.groups.means.value[:-1, 0]
    axes.annotate(
        "$t = 0$",
        (time[0] / 2, np.nanmax(starts)),
        xytext=(6, 5),
        textcoords="offset points",
        va="center",
        fontsize=7,
    )


def _draw_left(axes: Axes, findings: Findings, unit: float) -> None:
    decay = findings.decay
    late = decay.time > 0
    time = decay.time[late] / unit
    axes.set_xscale("log")
    axes.axhline(0.0, color="0.6", linewidth=0.6, zorder=0)
    axes.axhline(FORGOTTEN, color="0.35", linestyle="--", linewidth=0.7, zorder=0)
    if findings.short is not None:
        short = decay.time[findings.short] / unit
        axes.plot([time[0], short, short], [DROP.rule.below, DROP.rule.below, 0], **LINE)
    shown = [decay.left(group).value[late] for group in decay.apart]
    draw_memory.draw_left(axes, decay, unit)
    if not shown:
        draw_models.write_note(axes, "no group starts apart from the mean")
        return
    right = float(time[-1])
    if np.isfinite(decay.relaxation_time):
        axes.axvspan(SHORTEST, LONGEST, color="0.93", linewidth=0, zorder=-1)
        right = max(right, 1.2 * SHORTEST)
    axes.set_xlim(time[0] / 1.1, 1.1 * right)
    axes.set_ylim(min(-0.05, 1.2 * np.min(shown)), 1.08 * np.max(shown))
    axes.text(time[0], FORGOTTEN, "5 %", fontsize=7, color="0.35", va="bottom")
