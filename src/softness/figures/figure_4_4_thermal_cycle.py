"""Figure 4.4: mean softness of bins through a thermal cycle, and in its control."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.lines import Line2D

from softness.figures import draw_cycles, draw_memory, draw_models, style
from softness.findings import memory
from softness.findings.cycles import Pulse
from softness.findings.figure_4_4_thermal_cycle import BinMeans, Findings

IN_A_ROW = 3


def plot(findings: Findings) -> Figure:
    """Temperature and <S>(t) of bins for the dissertation's pulse; other pulses small, below."""
    main = findings.of_source or next(iter(findings.all_means), None)
    others = [each for each in findings.all_means if each is not main]
    others = sorted(others, key=lambda each: (each.pulse.high, each.pulse.hold))
    rows = -(-len(others) // IN_A_ROW)
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 3.6 + 1.7 * rows))
    grid = GridSpec(2 + rows, IN_A_ROW, figure, height_ratios=[0.55, 2.6, *[1.5] * rows])
    strip, axes = (figure.add_subplot(grid[row, :]) for row in range(2))
    strip.sharex(axes)
    strip.set_xlabel("")
    if main is None:
        strip.set_axis_off()
        axes.set_xlabel(r"$t\;\;(\tau)$")
        axes.set_ylabel(r"$\langle S \rangle_b(t)\;/\;\sigma_S$")
        draw_models.write_note(axes, "no pulse")
        return figure
    draw_cycles.draw_protocol(strip, main.pulse)
    strip.set_title(_title(main.pulse), loc="right", fontsize=8)
    draw_bins(axes, main)
    for number, each in enumerate(others):
        place = 2 + number // IN_A_ROW, number % IN_A_ROW
        small = figure.add_subplot(grid[place])
        draw_bins(small, each, linewidth=0.7)
        small.set_title(_title(each.pulse), loc="right", fontsize=7, pad=3)
    branches = [Line2D([], [], color="0.3", linestyle=line) for line in ("-", "--")]
    for line, label in zip(branches, ("cycle", "control"), strict=True):
        line.set_label(label)
    draw_memory.bin_legend(figure, main.pulse.edges, branches)
    return figure


def _title(pulse: Pulse) -> str:
    snapshots = memory.snapshots(len(pulse.tables))
    return rf"$T = {pulse.low:g}$ to ${pulse.high:g}$ for ${pulse.hold:g}\,\tau$, {snapshots}"


def draw_bins(axes: Axes, means: BinMeans, linewidth: float = 1.0) -> None:
    """Means of the cycle with standard errors, and of the control, dashed.

    The axis shows what follows the first frame: there the vibration of softness is gone.
    """
    pulse, cycle, control = means.pulse, means.cycle, means.control
    draw_cycles.mark_pulse(axes, pulse)
    colours = draw_memory.bin_colours(pulse.edges)
    for number, colour in enumerate(colours):
        axes.plot(pulse.time, control.mean[number], "--", color=colour, linewidth=linewidth)
    for number, colour in enumerate(colours):
        axes.plot(pulse.time, cycle.mean[number], "-", color=colour, linewidth=linewidth)
        draw_cycles.band(axes, pulse.time, cycle.mean[number], cycle.error[number], colour)
    values = np.concatenate([control.mean[:, 1:], cycle.mean[:, 1:]])
    values = values[np.isfinite(values)]
    if len(values):
        room = 0.06 * (np.ptp(values) or 1.0)
        axes.set_ylim(values.min() - room, values.max() + room)
    axes.set_xlim(pulse.time[0], pulse.time[-1])
    axes.set_xlabel(r"$t\;\;(\tau)$")
    axes.set_ylabel(r"$\langle S \rangle_b(t)\;/\;\sigma_S$")
