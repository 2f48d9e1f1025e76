"""Figure 4.1: mean probability of rearranging after different snapshots, against time."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from softness.figures import draw_learned, draw_memory, draw_models, style
from softness.findings.figure_4_1_snapshot_shares import COMMON, DISTINCT, Findings
from softness.uncertainty import Estimate


def plot(findings: Findings | None) -> Figure:
    """p_r(t) of each snapshot (a), and the spread of the snapshots against time (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.7))
    paths, spread = figure.subplots(1, 2)
    style.letter((paths, spread))
    for panel in (paths, spread):
        panel.set_xlabel(r"$t\;\;(\tau)$")
        panel.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    paths.set_ylabel(r"$\langle p_r(t) \rangle$")
    spread.set_ylabel("spread of snapshots / standard error")
    if findings is None:
        draw_models.write_note(paths, "no runs were counted")
        draw_models.write_note(spread, "no runs were counted")
        return figure
    paths.set_title(f"$T = {findings.temperature:g}$", loc="right", fontsize=8)
    _draw_paths(paths, findings)
    _draw_spread(spread, findings)
    return figure


def _draw_paths(axes: Axes, findings: Findings) -> None:
    """Each snapshot in a colour by where it begins: the order of the paths is seen later on."""
    begin = np.argsort(np.argsort(np.nan_to_num(findings.share[:, 0])))
    colours = draw_learned.bin_colours()
    for number, rank in enumerate(begin):
        colour = colours(rank / max(len(begin) - 1, 1))
        share, error = findings.share[number], findings.error[number]
        axes.plot(findings.time, share, color=colour, linewidth=0.9)
        axes.fill_between(
            findings.time, share - error, share + error, color=colour, alpha=0.25, linewidth=0
        )
    if len(begin) > 1:
        label = "mean of snapshots"
        axes.plot(findings.time, findings.mean, color="black", linestyle="--", label=label)
        axes.legend(loc="best")


def _draw_spread(axes: Axes, findings: Findings) -> None:
    spread = findings.spread
    if not np.isfinite(spread.value).any():
        draw_models.write_note(axes, findings.doubt(0) or "errors are unknown")
        return
    shown = Estimate(np.where(spread.value > 0, spread.value, np.nan), spread.draws)
    draw_memory.draw_curve(axes, findings.time, shown, "black", marker="o")
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, 0.7), max(high, 5.0))
    ticks = [tick for tick in (0.3, 1, 3, 10, 30, 100, 300) if axes.get_ylim()[0] <= tick]
    ticks = [tick for tick in ticks if tick <= axes.get_ylim()[1]]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    for level, text, line in (
        (DISTINCT, "distinct\nabove", "--"),
        (COMMON, "common\nbelow", "--"),
        (1.0, "runs\nalone", ":"),
    ):
        axes.axhline(level, color="0.45", linestyle=line, linewidth=0.7, zorder=0)
        axes.text(
            1.02,
            level,
            text,
            transform=axes.get_yaxis_transform(),
            va="center",
            fontsize=6,
            color="0.35",
            linespacing=0.9,
        )
