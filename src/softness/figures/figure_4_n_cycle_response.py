"""Figure 4.N: response of softness to a thermal cycle, beside what needs no memory."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.lines import Line2D

from softness.figures import draw_cycles, draw_memory, draw_models, style
from softness.findings import memory, sign_flips
from softness.findings.cycles import Pulse
from softness.findings.figure_4_n_cycle_response import (
    BY_CLOCK,
    MEASURED,
    Excess,
    Findings,
    PulseResponse,
)
from softness.uncertainty import Estimate

IN_A_ROW = 3
DOTS = 2.0
BAND = {"color": "black", "alpha": 0.1, "zorder": 0.3}
"""Look of what a test allows, which is often wider than the curves: the pulse shines through."""
FARTHEST_EXPECTED = 3.0
"""Times the largest response, up to which the axis shows what linear response expects."""


def plot(findings: Findings) -> Figure:
    """Everyone (a), soft against hard for all pulses (b), each bin without the mean (below)."""
    main = findings.of_source or next(iter(findings.responses), None)
    bins = len(main.pulse.edges) - 1 if main else 0
    rows = -(-bins // IN_A_ROW)
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.4 + 1.55 * rows))
    grid = GridSpec(1 + rows, 2 * IN_A_ROW, figure, height_ratios=[1.6, *[1.15] * rows])
    whole = figure.add_subplot(grid[0, : IN_A_ROW + 1])
    contrast = figure.add_subplot(grid[0, IN_A_ROW + 1 :])
    style.letter((whole, contrast))
    _draw_everyone(whole, main)
    _draw_contrasts(contrast, findings.responses)
    if main is None:
        return figure
    panels = []
    for number in range(bins):
        first = 2 * (number % IN_A_ROW)
        place = grid[1 + number // IN_A_ROW, first : first + 2]
        panels.append(figure.add_subplot(place, sharey=panels[0] if panels else None))
        if number == 0:
            panels[0].set_title("(c)", loc="left", fontsize=9)
    _draw_bins(panels, main)
    figure.legend(handles=_handles(), loc="outside lower center", ncols=4, handlelength=2.2)
    return figure


def _handles() -> list[Line2D]:
    """Which line is what."""
    styles = {
        "measured": {"color": "#b40426", "marker": "o", "markersize": 3.5},
        "linear response to the energy (a), plain relaxation (b, c)": {
            "color": "black",
            "linestyle": "--",
            "marker": "D",
            "markersize": 3.5,
            "markerfacecolor": "white",
        },
        "band in which nothing is found": {**BAND, "linewidth": 6},
    }
    return [Line2D([], [], label=label, **options) for label, options in styles.items()]


def _draw_everyone(axes: Axes, response: PulseResponse | None) -> None:
    axes.set_xlabel(r"$t\;\;(\tau)$")
    axes.set_ylabel(r"$\Delta \langle S \rangle(t)\;/\;\sigma_S$")
    if response is None:
        draw_models.write_note(axes, "no pulse")
        return
    pulse, linear = response.pulse, response.linear
    draw_cycles.mark_pulse(axes, pulse)
    axes.axhline(0.0, color="0.5", linewidth=0.6, zorder=0.5)
    mean, error = response.everyone.mean, response.everyone.error
    axes.plot(pulse.time, mean[0], color="#b40426")
    draw_cycles.band(axes, pulse.time, mean[0], error[0], "#b40426")
    values = [mean[0]]
    if isinstance(linear, str):
        axes.text(0.98, 0.96, linear, transform=axes.transAxes, ha="right", va="top", fontsize=7)
    else:
        expected = linear.mean[0]
        axes.plot(pulse.time, expected, color="black", linestyle="--", linewidth=0.9)
        draw_cycles.band(axes, pulse.time, expected, linear.error[0], "black")
        farthest = FARTHEST_EXPECTED * np.abs(mean[0]).max()
        values.append(np.clip(expected, -farthest, farthest))
    axes.set_xlim(pulse.time[0], pulse.time[-1])
    axes.set_ylim(*_range(np.array(values), error))
    axes.set_title(
        rf"all particles, $T = {pulse.low:g}$ to ${pulse.high:g}$ for ${pulse.hold:g}\,\tau$",
        loc="right",
        fontsize=8,
    )


def _range(values: np.ndarray, error: np.ndarray) -> tuple[float, float]:
    """Of an axis: the values, and a typical error beyond them."""
    values, error = values[np.isfinite(values)], error[np.isfinite(error)]
    if not len(values):
        return -1.0, 1.0
    room = (2 * float(np.median(error)) if len(error) else 0.0) + 0.05 * np.ptp(values)
    return float(values.min()) - (room or 1e-3), float(values.max()) + (room or 1e-3)


def _draw_contrasts(axes: Axes, responses: Sequence[PulseResponse]) -> None:
    """Size of the response of the softest minus that of the hardest bin, for each pulse."""
    axes.set_xlabel("$T$ of the pulse, and time there")
    axes.set_ylabel(r"$\Delta S_{soft} - \Delta S_{hard}\;\;(\sigma_S)$")
    axes.axhline(0.0, color="0.5", linewidth=0.6, zorder=0)
    ordered = sorted(responses, key=lambda each: (each.pulse.high, each.pulse.hold))
    looks = {
        MEASURED: {"color": "#b40426", "marker": "o"},
        BY_CLOCK: {"color": "black", "marker": "D", "markerfacecolor": "white"},
    }
    for place, each in enumerate(ordered):
        for shift, (name, options) in zip((-0.12, 0.12), looks.items(), strict=True):
            if name in each.sizes:
                _point(axes, place + shift, each.sizes[name], options)
    labels = [f"${each.pulse.high:g}$\n${each.pulse.hold:g}\\,\\tau$" for each in ordered]
    axes.set_xticks(range(len(ordered)), labels, fontsize=7)
    axes.set_xlim(-0.6, max(len(ordered), 1) - 0.4)
    if not any(MEASURED in each.sizes for each in ordered):
        draw_models.write_note(axes, "no two bins to compare")


def _point(axes: Axes, x: float, size: Estimate, options: dict) -> None:
    low, high = size.interval()
    ends = np.nan_to_num(np.maximum([[size.value - low], [high - size.value]], 0))
    axes.errorbar(
        [x],
        [size.value],
        yerr=ends,
        linestyle="none",
        markersize=3.5,
        elinewidth=0.8,
        **options,
    )


def _draw_bins(panels: Sequence[Axes], response: PulseResponse) -> None:
    """Each bin without the mean: response, band of the test, and plain relaxation, in windows."""
    pulse, test, excess = response.pulse, response.apart, response.excess
    shown = [test.mean.ravel()]
    colours, labels = draw_memory.bin_colours(pulse.edges), draw_memory.bin_labels(pulse.edges)
    for number, axes in enumerate(panels):
        draw_cycles.mark_pulse(axes, pulse)
        axes.axhline(0.0, color="0.5", linewidth=0.6, zorder=0.5)
        width = test.band[number]
        if np.isfinite(width).any():
            edges = sign_flips.window_edges(pulse, len(test.time))
            axes.stairs(width, edges, baseline=-width, fill=True, **BAND)
            for end in (-width, width):
                axes.stairs(end, edges, baseline=None, color="0.6", linewidth=0.5, zorder=0.4)
        if isinstance(excess, Excess):
            time, expected = excess.test.time, excess.expected.mean[number]
            _draw_windows(axes, pulse, time, expected, color="black", linestyle="--")
            shown.append(expected)
        mean = test.mean[number]
        _draw_windows(axes, pulse, test.time, mean, color=colours[number], marker="o")
        if not np.isfinite(mean).any():
            draw_models.write_note(axes, "no particles")
        axes.set_xlim(pulse.time[0], pulse.time[-1])
        axes.set_title(rf"$S(0)$ {labels[number]}", loc="right", fontsize=7, pad=3)
        axes.set_xlabel(r"$t\;\;(\tau)$")
        axes.set_ylabel(r"$D_b(t)\;/\;\sigma_S$")
    _scale_bins(panels, np.concatenate(shown), test.error, test.band)
    reasons = [f"{memory.snapshots(test.snapshots)}: no test"] if np.isnan(test.critical) else []
    reasons += [excess] if isinstance(excess, str) else []
    panels[0].text(
        0.02, 0.04, "\n".join(reasons), transform=panels[0].transAxes, fontsize=7, va="bottom"
    )


def _draw_windows(
    axes: Axes, pulse: Pulse, time: np.ndarray, values: np.ndarray, **options: Any
) -> None:
    """A line through windows; before the pulse a response is 0."""
    if np.isfinite(values).any():
        axes.plot(pulse.time[[0, pulse.begin]], [0, 0], linewidth=0.9, **options | {"marker": ""})
    axes.plot(time, values, markersize=DOTS, linewidth=0.9, **options)


def _scale_bins(
    panels: Sequence[Axes], values: np.ndarray, error: np.ndarray, band: np.ndarray
) -> None:
    """One range for all bins, which share their axis: values, and a typical band."""
    low, high = _range(values, error)
    if np.isfinite(band).any():
        typical = 1.1 * float(np.median(band[np.isfinite(band)]))
        low, high = min(low, -typical), max(high, typical)
    panels[0].set_ylim(low, high)
