"""Figure 4.1: mean probability of rearranging after different snapshots, against time."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from softness.figures import draw_cycles, draw_learned, draw_memory, draw_models, style
from softness.findings.figure_4_1_snapshot_shares import LARGEST_LEFT, Findings


def plot(findings: Findings | None) -> Figure:
    """p_r(t) of each snapshot (a), and the variance between snapshots against time (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.7))
    paths, variance = figure.subplots(1, 2)
    style.letter((paths, variance))
    for panel in (paths, variance):
        panel.set_xlabel(r"$t\;\;(\tau)$")
        panel.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    paths.set_ylabel(r"$\langle p_r(t) \rangle$")
    variance.set_ylabel("variance between snapshots\n(that at the first time: 1)")
    if findings is None:
        draw_models.write_note(paths, "no runs were counted")
        draw_models.write_note(variance, "no runs were counted")
        return figure
    paths.set_title(f"$T = {findings.temperature:g}$", loc="right", fontsize=8)
    _draw_paths(paths, findings)
    _draw_variance(variance, findings)
    return figure


def _draw_paths(axes: Axes, findings: Findings) -> None:
    """Each snapshot in a colour by where it begins: the order of the paths is seen later on."""
    begin = np.argsort(np.argsort(np.nan_to_num(findings.share[:, 0])))
    colours = draw_learned.bin_colours()
    for number, rank in enumerate(begin):
        colour = colours(rank / max(len(begin) - 1, 1))
        axes.plot(findings.time, findings.share[number], color=colour, linewidth=0.9)
    # One for all: bands of each path would cover each other.
    error = np.sqrt(np.mean(findings.error**2, axis=0))
    draw_cycles.band(axes, findings.time, findings.mean, error, "black")
    if len(begin) > 1:
        label = "mean of snapshots"
        axes.plot(findings.time, findings.mean, color="black", linestyle="--", label=label)
        axes.legend(loc="best")


def _draw_variance(axes: Axes, findings: Findings) -> None:
    left = findings.left
    if not np.isfinite(left.value).any():
        draw_models.write_note(axes, findings.doubt or "no variance beyond that of runs")
        return
    draw_memory.draw_curve(axes, findings.time, left, "black", marker="o")
    axes.axhline(0.0, color="0.6", linewidth=0.6, zorder=0)
    axes.axhline(LARGEST_LEFT, color="0.45", linestyle="--", linewidth=0.7, zorder=0)
    axes.set_ylim(
        *draw_models.limits([left[number] for number in range(len(left.value))], 0.0, 1.0)
    )
