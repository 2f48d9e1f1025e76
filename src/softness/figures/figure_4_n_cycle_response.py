"""Figure 4.N: response of softness to a thermal cycle, beside what needs no memory."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.lines import Line2D

from softness.figures import draw_cycles, draw_memory, draw_models, style
from softness.findings import cycles, memory
from softness.findings.cycles import CONTROL, CYCLE, LONG_AFTER, Expected, Look, Pulse, Seen
from softness.findings.data import FigureData
from softness.findings.memory import Significance
from softness.report.claims import INCONCLUSIVE, Claim, Statement
from softness.uncertainty import Estimate

NUMBER = "4.N"
IN_A_ROW = 3
DOTS = 2.0
FARTHEST_EXPECTED = 3.0
"""Times the largest response, up to which the axis shows what linear response expects."""

WARM = Statement(
    figure=NUMBER,
    name="response of all particles while warm, in spreads",
    claim="Ours: the liquid becomes softer while it is warm",
    source="none",
    above=0.0,
)
CLOSER = Statement(
    figure=NUMBER,
    name="response of the softest less that of the hardest bin, in spreads",
    claim="Ours: a pulse brings soft and hard bins closer to each other",
    source="none",
    below=0.0,
)
BEYOND = Significance(
    figure=NUMBER,
    name="p of a difference of bins from plain relaxation",
    claim="Ours: a pulse does something else to bins than let them relax faster while it is warm",
    source="none",
)


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on the size of the response, and on what of it plain relaxation does not do."""
    found = cycles.pulses(data)
    main = cycles.of_source(found)
    if main is None:
        reason = "no pulse" if not found else "no pulse that warms"
        return [each.not_tested(reason) for each in (WARM, CLOSER, BEYOND)]
    contrast = _contrast(data, main, main.responses())
    closer = CLOSER.not_tested(cycles.ONE_BIN)
    if contrast is not None:
        closer = _judged(data, CLOSER, main, contrast)
    return [_judged(data, WARM, main, _everyone(main)), closer, _beyond_claim(data, found)]


def _judged(data: FigureData, statement: Statement, pulse: Pulse, rows: np.ndarray) -> Claim:
    """Verdict on a mean over snapshots; where nothing is found, what would have been."""
    size = cycles.size(data, NUMBER, pulse, rows)
    claim = statement.judge(float(size.value), size.draws, pulse.replicas)
    smallest = cycles.smallest_number(data, NUMBER, rows)
    missed = f"{smallest:.2g} spreads would have been found" if np.isfinite(smallest) else ""
    notes = [claim.note, missed if claim.verdict == INCONCLUSIVE else "", pulse.label]
    return replace(claim, note="; ".join(filter(None, notes)))


def _everyone(pulse: Pulse) -> np.ndarray:
    """(snapshots,) response of all particles, mean over the time at the high temperature."""
    return _of_everyone(pulse)[:, 0, pulse.warm].mean(axis=-1)


def _of_everyone(pulse: Pulse) -> np.ndarray:
    """(snapshots, 1, times) response of all particles."""
    return (pulse.everyone[CYCLE] - pulse.everyone[CONTROL])[:, None]


def _contrast(data: FigureData, pulse: Pulse, responses: np.ndarray) -> np.ndarray | None:
    """(snapshots,) response of the softest less that of the hardest bin.

    Mean from the beginning of the pulse to 3 tau_alpha (of the high temperature) after it, or to
    its end if that is unknown, over the times at which plain relaxation is known, if it is at all:
    so both are compared at the same times. The bins are the outermost ones with particles in every
    snapshot; None if there are fewer than two.
    """
    full = np.flatnonzero((pulse.weights > 0).all(axis=0))
    if len(full) < 2:
        return None
    delay = LONG_AFTER * data.relaxation_time_at(pulse.high)
    late = pulse.time >= pulse.time[pulse.end]
    window = pulse.moved | (late & ~pulse.after(delay) & np.isfinite(delay))
    clock = cycles.plain_relaxation(data, pulse).values
    if clock is not None:
        window &= np.isfinite(clock[:, full]).all(axis=(0, 1))
    apart = responses[:, full[-1]] - responses[:, full[0]]
    return apart[:, window].mean(axis=1) if window.any() else None


class Beyond(NamedTuple):
    """What bins do beyond plain relaxation.

    Attributes
    ----------
    look
        Responses without what bins share, and when they are known.
    expected
        (snapshots, bins, times) what plain relaxation does, nan where unknown.
    """

    look: Look
    expected: np.ndarray


def _beyond(data: FigureData, pulse: Pulse) -> Beyond | str:
    """Responses less those by plain relaxation, from the beginning of the pulse on, or why not."""
    found = cycles.plain_relaxation(data, pulse)
    if found.values is None:
        return found.reason
    if not pulse.comparable:
        return cycles.ONE_BIN
    left = pulse.responses() - found.values
    empty = np.isnan(pulse.responses()[:, :, :1])
    known = (np.isfinite(left) | empty).all(axis=(0, 1))
    filled = np.where(empty, np.nan, np.nan_to_num(left))
    mask = known & (pulse.time > pulse.time[pulse.begin])
    return Beyond(Look(pulse, pulse.apart(filled), mask), found.values)


def _beyond_claim(data: FigureData, found: Sequence[Pulse]) -> Claim:
    """Verdict on all pulses together: p is corrected for their number."""
    tried = [_beyond(data, pulse) for pulse in found]
    looks = [each.look for each in tried if not isinstance(each, str) and each.look.mask.any()]
    if not looks:
        reasons = [each for each in tried if isinstance(each, str)]
        return BEYOND.not_tested(reasons[0] if reasons else "the control ends too early")
    name, test = cycles.clearest(cycles.sign_flips(data, NUMBER, looks))
    return BEYOND.judge_p(name, test, min(look.pulse.replicas for look in looks))


def _apart(data: FigureData, pulse: Pulse) -> Seen:
    """Response of bins without their mean, tested from the beginning of the pulse on."""
    mask = pulse.time > pulse.time[pulse.begin]
    look = Look(pulse, pulse.apart(pulse.responses()), mask)
    return cycles.sign_flips(data, NUMBER, [look])[0]


def table(data: FigureData) -> pd.DataFrame:
    """Responses of everyone and of bins with their null hypotheses, and sizes, for each pulse."""
    columns = ("low", "high", "hold", "quantity", "bin", "time", "measure", "value")
    parts = []
    for pulse in cycles.pulses(data):
        linear = cycles.equilibrium_response(pulse)
        parts += _rows(pulse, "response", *_mean_of(_of_everyone(pulse)))
        if linear.values is not None:
            parts += _rows(pulse, "linear response", *_mean_of(linear.values))
        parts += _bin_rows(data, pulse)
        parts += _size_rows(data, pulse)
    return memory.joined(parts, columns)


def _mean_of(values: np.ndarray) -> tuple[list[str], dict[str, np.ndarray]]:
    mean, error = cycles.over_snapshots(values)
    return ["everyone"], {"value": mean, "error": error}


def _rows(
    pulse: Pulse,
    quantity: str,
    bins: Sequence[str],
    measures: dict[str, np.ndarray],
    time: np.ndarray | None = None,
) -> list[pd.DataFrame]:
    """Numbers against time of each of several bins."""
    rows = []
    time = pulse.time if time is None else time
    for number, label in enumerate(bins):
        labels = {**cycles.labels_of(pulse), "quantity": quantity, "bin": label}
        each = {name: values[number] for name, values in measures.items()}
        rows.append(memory.numbers(labels, each, time))
    return rows


def _bin_rows(data: FigureData, pulse: Pulse) -> list[pd.DataFrame]:
    """Numbers of each bin, in the windows of the tests."""
    bins = memory.bin_labels(pulse.edges)
    seen = _apart(data, pulse)
    rows = _rows(pulse, "response without the mean", bins, _measures(seen), seen.time)
    beyond = _beyond(data, pulse)
    if isinstance(beyond, str) or not beyond.look.mask.any():
        return rows
    time, mean, error = _expected_apart(beyond)
    measures = {"value": mean, "error": error}
    rows += _rows(pulse, "plain relaxation without the mean", bins, measures, time)
    seen = cycles.sign_flips(data, NUMBER, [beyond.look])[0]
    return rows + _rows(pulse, "beyond plain relaxation", bins, _measures(seen), seen.time)


def _measures(seen: Seen) -> dict[str, np.ndarray]:
    return {
        "value": seen.mean,
        "error": seen.error,
        "p": seen.p,
        "null band": seen.critical * seen.error,
        "would be found": seen.smallest,
    }


def _expected_apart(beyond: Beyond) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(windows,) times, (bins, windows) mean and error of what plain relaxation does to bins."""
    pulse, mask = beyond.look.pulse, beyond.look.mask
    empty = np.isnan(pulse.responses()[:, :, :1])
    filled = np.where(empty, np.nan, np.nan_to_num(beyond.expected))
    time, values = cycles.windowed(pulse, mask, pulse.apart(filled))
    return time, *cycles.over_snapshots(values)


def _size_rows(data: FigureData, pulse: Pulse) -> list[pd.DataFrame]:
    """Sizes with intervals, and what would have been found."""
    rows = []
    for name, each in _sizes(data, pulse).items():
        size = cycles.size(data, NUMBER, pulse, each)
        low, high = size.interval()
        measures = {"value": float(size.value), "low": float(low), "high": float(high)}
        measures["would be found"] = cycles.smallest_number(data, NUMBER, each)
        labels = {**cycles.labels_of(pulse), "quantity": name, "bin": "everyone"}
        rows.append(memory.numbers(labels, measures))
    return rows


MEASURED, BY_CLOCK = "softest less hardest bin", "softest less hardest bin by plain relaxation"


def _sizes(data: FigureData, pulse: Pulse) -> dict[str, np.ndarray]:
    """(snapshots,) numbers by name."""
    found = {"everyone while warm": _everyone(pulse)}
    clock = cycles.plain_relaxation(data, pulse)
    for name, responses in ((MEASURED, pulse.responses()), (BY_CLOCK, clock.values)):
        if responses is not None:
            contrast = _contrast(data, pulse, responses)
            if contrast is not None:
                found[name] = contrast
    return found


def plot(data: FigureData) -> Figure:
    """Everyone (a), soft against hard for all pulses (b), each bin without the mean (below)."""
    found = cycles.pulses(data)
    main = cycles.of_source(found) or (found[0] if found else None)
    bins = len(main.edges) - 1 if main else 0
    rows = -(-bins // IN_A_ROW)
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.4 + 1.55 * rows))
    grid = GridSpec(1 + rows, 2 * IN_A_ROW, figure, height_ratios=[1.6, *[1.15] * rows])
    whole = figure.add_subplot(grid[0, : IN_A_ROW + 1])
    contrast = figure.add_subplot(grid[0, IN_A_ROW + 1 :])
    for panel, letter in ((whole, "a"), (contrast, "b")):
        panel.set_title(f"({letter})", loc="left", fontsize=9)
    _draw_everyone(whole, data, main)
    _draw_contrasts(contrast, data, found)
    if main is None:
        return figure
    panels = []
    for number in range(bins):
        first = 2 * (number % IN_A_ROW)
        place = grid[1 + number // IN_A_ROW, first : first + 2]
        panels.append(figure.add_subplot(place, sharey=panels[0] if panels else None))
        if number == 0:
            panels[0].set_title("(c)", loc="left", fontsize=9)
    _draw_bins(panels, data, main)
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
        "band in which nothing is found": {"color": "0.82", "linewidth": 6},
    }
    return [Line2D([], [], label=label, **options) for label, options in styles.items()]


def _draw_everyone(axes: Axes, data: FigureData, pulse: Pulse | None) -> None:
    axes.set_xlabel(r"$t\;\;(\tau)$")
    axes.set_ylabel(r"$\Delta \langle S \rangle(t)\;/\;\sigma_S$")
    if pulse is None:
        draw_models.say(axes, "no pulse")
        return
    draw_cycles.mark_pulse(axes, pulse)
    axes.axhline(0.0, color="0.5", linewidth=0.6, zorder=0.5)
    mean, error = cycles.over_snapshots(_of_everyone(pulse))
    axes.plot(pulse.time, mean[0], color="#b40426")
    draw_cycles.band(axes, pulse.time, mean[0], error[0], "#b40426")
    values = [mean[0]]
    linear: Expected = cycles.equilibrium_response(pulse)
    if linear.values is not None:
        expected, scatter = cycles.over_snapshots(linear.values)
        axes.plot(pulse.time, expected[0], color="black", linestyle="--", linewidth=0.9)
        draw_cycles.band(axes, pulse.time, expected[0], scatter[0], "black")
        farthest = FARTHEST_EXPECTED * np.abs(mean[0]).max()
        values.append(np.clip(expected[0], -farthest, farthest))
    else:
        axes.text(
            0.98, 0.96, linear.reason, transform=axes.transAxes, ha="right", va="top", fontsize=7
        )
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


def _draw_contrasts(axes: Axes, data: FigureData, found: Sequence[Pulse]) -> None:
    """Size of the response of the softest less that of the hardest bin, for each pulse."""
    axes.set_xlabel("$T$ of the pulse, and time there")
    axes.set_ylabel(r"$\Delta S_{soft} - \Delta S_{hard}\;\;(\sigma_S)$")
    axes.axhline(0.0, color="0.5", linewidth=0.6, zorder=0)
    ordered = sorted(found, key=lambda pulse: (pulse.high, pulse.hold))
    looks = {
        MEASURED: {"color": "#b40426", "marker": "o"},
        BY_CLOCK: {"color": "black", "marker": "D", "markerfacecolor": "white"},
    }
    shown = False
    for place, pulse in enumerate(ordered):
        sizes = _sizes(data, pulse)
        for shift, (name, options) in zip((-0.12, 0.12), looks.items(), strict=True):
            if name in sizes:
                shown = True
                _point(axes, place + shift, cycles.size(data, NUMBER, pulse, sizes[name]), options)
    axes.set_xticks(
        range(len(ordered)), [f"${p.high:g}$\n${p.hold:g}\\,\\tau$" for p in ordered], fontsize=7
    )
    axes.set_xlim(-0.6, max(len(ordered), 1) - 0.4)
    if not shown:
        draw_models.say(axes, "no two bins to compare")


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


def _draw_bins(panels: Sequence[Axes], data: FigureData, pulse: Pulse) -> None:
    """Each bin without the mean: response, band of the test, and plain relaxation, in windows."""
    seen, beyond = _apart(data, pulse), _beyond(data, pulse)
    look = None if isinstance(beyond, str) or not beyond.look.mask.any() else beyond
    expected = _expected_apart(look) if look else None
    colours, labels = draw_memory.bin_colours(pulse.edges), memory.bin_labels(pulse.edges)
    for number, axes in enumerate(panels):
        draw_cycles.mark_pulse(axes, pulse)
        axes.axhline(0.0, color="0.5", linewidth=0.6, zorder=0.5)
        width = seen.critical * seen.error[number]
        if np.isfinite(width).any():
            edges = cycles.window_edges(pulse, len(seen.time))
            axes.stairs(width, edges, baseline=-width, fill=True, color="0.82", zorder=0.3)
        if expected is not None:
            _draw_windows(axes, pulse, *expected[:2], number, color="black", linestyle="--")
        _draw_windows(axes, pulse, seen.time, seen.mean, number, color=colours[number], marker="o")
        if not np.isfinite(seen.mean[number]).any():
            draw_models.say(axes, "no particles")
        axes.set_xlim(pulse.time[0], pulse.time[-1])
        axes.set_title(rf"$S(0)$ {labels[number]}", loc="right", fontsize=7, pad=3)
        axes.set_xlabel(r"$t\;\;(\tau)$")
        axes.set_ylabel(r"$D_b(t)\;/\;\sigma_S$")
    shown = [seen.mean.ravel(), *([expected[1].ravel()] if expected else [])]
    _scale_bins(panels, np.concatenate(shown), seen.error, seen.critical * seen.error)
    reasons = [f"{memory.snapshots(seen.snapshots)}: no test"] if np.isnan(seen.critical) else []
    reasons += [beyond] if isinstance(beyond, str) else []
    panels[0].text(
        0.02, 0.04, "\n".join(reasons), transform=panels[0].transAxes, fontsize=7, va="bottom"
    )


def _draw_windows(
    axes: Axes, pulse: Pulse, time: np.ndarray, values: np.ndarray, bin_number: int, **options: Any
) -> None:
    """A line through windows; before the pulse a response is 0."""
    known = values[bin_number]
    if np.isfinite(known).any():
        axes.plot(pulse.time[[0, pulse.begin]], [0, 0], linewidth=0.9, **options | {"marker": ""})
    axes.plot(time, known, markersize=DOTS, linewidth=0.9, **options)


def _scale_bins(
    panels: Sequence[Axes], values: np.ndarray, error: np.ndarray, band: np.ndarray
) -> None:
    """One range for all bins, which share their axis: values, and a typical band."""
    low, high = _range(values, error)
    if np.isfinite(band).any():
        typical = 1.1 * float(np.median(band[np.isfinite(band)]))
        low, high = min(low, -typical), max(high, typical)
    panels[0].set_ylim(low, high)
