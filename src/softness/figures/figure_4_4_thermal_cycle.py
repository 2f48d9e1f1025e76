"""Figure 4.4: mean softness of bins through a thermal cycle, and in its control."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.lines import Line2D

from softness.figures import draw_cycles, draw_memory, draw_models, style
from softness.findings import cycles, memory
from softness.findings.cycles import CONTROL, CYCLE, LONG_AFTER, Look, Pulse, Seen
from softness.findings.data import FigureData
from softness.findings.memory import Finding, Significance
from softness.report.claims import Claim

NUMBER = "4.4"
IN_A_ROW = 3

SOFTER = Significance(
    figure=NUMBER,
    name="p of a softer bin while warm, every bin",
    claim="Soft and hard bins all become softer during the temperature cycle",
    source="seen, and said to be perhaps noise",
    sign=1,
)
LASTING = Significance(
    figure=NUMBER,
    name="p of a response that bins do not share, 3 tau_alpha after the pulse",
    claim="Needed for memory: what a pulse does to bins outlasts it",
    source="open question",
)
NECESSARY = "needed for memory, but plain relaxation can do it: see 4.N"


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on the response while warm (the source's pulse), and after any pulse."""
    found = cycles.pulses(data)
    main = cycles.of_source(found)
    if main is None:
        reason = "no pulse" if not found else "no pulse that warms"
        return [each.not_tested(reason) for each in (SOFTER, LASTING)]
    warm = SOFTER.judge_every(_while_warm(data, main).bins(), main.replicas)
    warm = replace(warm, note=f"{warm.note}; {main.label}")
    return [warm, _lasting_claim(data, found)]


def _while_warm(data: FigureData, pulse: Pulse) -> Seen:
    return cycles.sign_flips(data, NUMBER, [Look(pulse, pulse.responses(), pulse.moved)])[0]


def _lasting_claim(data: FigureData, found: Sequence[Pulse]) -> Claim:
    """Verdict on all pulses together: p is corrected for their number."""
    looks = _late_looks(data, found)
    if not looks:
        if not any(pulse.comparable for pulse in found):
            return LASTING.not_tested(cycles.ONE_BIN)
        return LASTING.not_tested("no frames 3 tau_alpha after a pulse, or tau_alpha is unknown")
    name, test = cycles.clearest(cycles.sign_flips(data, NUMBER, looks))
    claim = LASTING.judge_p(name, test, min(look.pulse.replicas for look in looks))
    return replace(claim, note=f"{claim.note}; {NECESSARY}")


def _late_looks(data: FigureData, found: Sequence[Pulse]) -> list[Look]:
    looks = []
    for pulse in found:
        mask = pulse.after(LONG_AFTER * data.relaxation_time_at(pulse.high))
        if mask.any() and pulse.comparable:
            looks.append(Look(pulse, pulse.apart(pulse.responses()), mask))
    return looks


def table(data: FigureData) -> pd.DataFrame:
    """Means of cycle and control with standard errors, and p of each bin, for each pulse."""
    columns = ("low", "high", "hold", "quantity", "bin", "time", "measure", "value")
    parts = []
    found = cycles.pulses(data)
    for pulse in found:
        warm = _while_warm(data, pulse).bins()
        for name, branch in (("cycle", CYCLE), ("control", CONTROL)):
            mean, error = cycles.over_snapshots(pulse.bins[branch])
            for number, label in enumerate(memory.bin_labels(pulse.edges)):
                labels = {**cycles.labels_of(pulse), "quantity": name, "bin": label}
                measures = {"value": mean[number], "error": error[number]}
                parts.append(memory.numbers(labels, measures, pulse.time))
        parts += _test_rows(pulse, "while warm", warm)
        labels = {**cycles.labels_of(pulse), "quantity": "set temperature", "bin": "everyone"}
        parts.append(memory.numbers(labels, {"value": pulse.temperature}, pulse.time))
    if looks := _late_looks(data, found):
        for seen in cycles.sign_flips(data, NUMBER, looks):
            parts += _test_rows(seen.look.pulse, "after the pulse, without the mean", seen.bins())
    return memory.joined(parts, columns)


def _test_rows(pulse: Pulse, quantity: str, tests: dict[str, Finding]) -> list[pd.DataFrame]:
    rows = []
    labels = memory.bin_labels(pulse.edges)
    for label, test in zip(labels, tests.values(), strict=True):
        given = {**cycles.labels_of(pulse), "quantity": quantity, "bin": label}
        measures = {"p": test.p, "effect": test.effect, "would be found": test.smallest}
        rows.append(memory.numbers(given, measures))
    return rows


def plot(data: FigureData) -> Figure:
    """Temperature and <S>(t) of bins for the source's pulse; other pulses small, below."""
    found = cycles.pulses(data)
    main = cycles.of_source(found) or (found[0] if found else None)
    others = sorted((p for p in found if p is not main), key=lambda p: (p.high, p.hold))
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
        draw_models.say(axes, "no pulse")
        return figure
    draw_cycles.draw_protocol(strip, main)
    strip.set_title(_title(main), loc="right", fontsize=8)
    draw_bins(axes, main)
    for number, pulse in enumerate(others):
        place = 2 + number // IN_A_ROW, number % IN_A_ROW
        small = figure.add_subplot(grid[place])
        draw_bins(small, pulse, linewidth=0.7)
        small.set_title(_title(pulse), loc="right", fontsize=7, pad=3)
    branches = [Line2D([], [], color="0.3", linestyle=line) for line in ("-", "--")]
    for line, label in zip(branches, ("cycle", "control"), strict=True):
        line.set_label(label)
    draw_memory.bin_legend(figure, main.edges, branches)
    return figure


def _title(pulse: Pulse) -> str:
    snapshots = memory.snapshots(len(pulse.tables))
    return rf"$T = {pulse.low:g}$ to ${pulse.high:g}$ for ${pulse.hold:g}\,\tau$, {snapshots}"


def draw_bins(axes: Axes, pulse: Pulse, linewidth: float = 1.0) -> None:
    """Means of the cycle with standard errors, and of the control, dashed.

    The axis shows what follows the first frame: there the vibration of softness is gone.
    """
    draw_cycles.mark_pulse(axes, pulse)
    shown = []
    for branch, line in ((CONTROL, "--"), (CYCLE, "-")):
        mean, error = cycles.over_snapshots(pulse.bins[branch])
        for number, colour in enumerate(draw_memory.bin_colours(pulse.edges)):
            axes.plot(pulse.time, mean[number], line, color=colour, linewidth=linewidth)
            if branch == CYCLE:
                draw_cycles.band(axes, pulse.time, mean[number], error[number], colour)
        shown.append(mean[:, 1:])
    values = np.concatenate(shown)
    values = values[np.isfinite(values)]
    if len(values):
        room = 0.06 * (np.ptp(values) or 1.0)
        axes.set_ylim(values.min() - room, values.max() + room)
    axes.set_xlim(pulse.time[0], pulse.time[-1])
    axes.set_xlabel(r"$t\;\;(\tau)$")
    axes.set_ylabel(r"$\langle S \rangle_b(t)\;/\;\sigma_S$")
