"""Figure 4.3: share of softness at time 0 that is left, beside the self-intermediate scattering."""

from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from softness.figures import draw_memory, draw_models, style
from softness.findings import memory
from softness.findings.data import FigureData
from softness.findings.memory import RELAXED, Decay, Member
from softness.report.claims import Claim, Inclusion, Statement
from softness.uncertainty import Estimate

NUMBER = "4.3"
TEMPERATURE_OF_SOURCE = 0.56

FIRST_LATE, LAST_LATE = 2.0, 2.0
"""Straight lines in log t begin so many tau after the origin, when the vibration is over, and end
after so many tau_alpha, before there is nothing left to forget."""

FEWEST_TIMES = 4
"""Within this range, so that a curvature can be told."""

SHORTEST_SHOWN = 0.1
"""From so many tau on, the first decay of F_s is seen beside that of softness."""

# Share of resamples that may not fall to 1/e.
LEAST_REACHED = 0.025

SHORT = Statement(
    figure=NUMBER,
    name="share left at the shortest time, every bin",
    claim="The share of softness that is left falls below 60 % at short times",
    source="less than 60 %",
    below=0.6,
)
STRAIGHT = Inclusion(
    figure=NUMBER,
    name="curvature of the share left in log10 t, every bin",
    claim="Later the share falls linearly with log t",
    source="linear, no value given",
    expected=0.0,
    half_width=0.15,
)
FASTER = Statement(
    figure=NUMBER,
    name="time to 1/e of the softest over that of the hardest group",
    claim="Soft particles forget faster than hard ones",
    source="relatively faster, no value given",
    below=1.0,
)
LATER = Statement(
    figure=NUMBER,
    name="change of the share in a decade, of the softest less that of the hardest group",
    claim="Ours: soft particles forget faster later as well, and not in the early drop alone",
    source="none",
    below=0.0,
)


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on the early drop, on the straight line, and on soft against hard."""
    statements = (SHORT, STRAIGHT, FASTER, LATER)
    found = _decay(data)
    if found is None:
        return [each.not_tested("no groups were followed") for each in statements]
    if reason := memory.elsewhere(found.temperature, TEMPERATURE_OF_SOURCE):
        return [each.not_tested(reason) for each in statements]
    if not found.apart:
        return [each.not_tested("no group starts apart from the mean") for each in statements]
    verdicts = [_short_claim(found), _straight_claim(found)]
    verdicts += [_faster_claim(found), _later_claim(found)]
    return [memory.noted(each, found.temperature, TEMPERATURE_OF_SOURCE) for each in verdicts]


def _short_claim(found: Decay) -> Claim:
    first = int(np.argmax(found.time > 0))
    members = {}
    for group in found.apart:
        share = memory.share(found, group)
        name = f"S(0) {found.labels[group]}"
        members[name] = Member(float(share.value[first]), share.draws[:, first])
    claim = memory.judged_each(SHORT, members, found.replicas)
    return replace(claim, note=f"{claim.note}; t = {found.time[first]:g} tau")


def _straight_claim(found: Decay) -> Claim:
    first, last = _line(found)
    number = _times_between(found, first, last)
    if number < FEWEST_TIMES:
        text = f"{number} times from {first:g} tau to {LAST_LATE:g} tau_alpha"
        return STRAIGHT.not_tested(text)
    members = {}
    for group in found.apart:
        curvature = found.found.curvature[group]
        name = f"S(0) {found.labels[group]}"
        members[name] = Member(float(curvature.value), curvature.draws)
    claim = memory.judged_each(STRAIGHT, members, found.replicas)
    return replace(claim, note=f"{claim.note}; t from {first:g} to {last:.3g} tau")


def _faster_claim(found: Decay) -> Claim:
    lowest, highest = found.apart[0], found.apart[-1]
    if lowest == highest:
        return FASTER.not_tested("one group alone starts apart from the mean")
    hard, soft = (memory.time_to(found, RELAXED, group) for group in (lowest, highest))
    late = max(hard[1], soft[1])
    reached = np.isfinite(found.found.times_to_level.value[RELAXED, [lowest, highest]]).all()
    doubt = ""
    if not reached or late > LEAST_REACHED:
        doubt = f"1/e is not reached within {found.time[-1]:g} tau"
    ratio = Estimate(soft[0].value / hard[0].value, soft[0].draws / hard[0].draws)
    claim = FASTER.judge(float(ratio.value), ratio.draws, found.replicas, doubt)
    names = f"S(0) {found.labels[highest]} over {found.labels[lowest]}"
    return replace(claim, note="; ".join(filter(None, [names, claim.note])))


def _later_claim(found: Decay) -> Claim:
    first, last = _line(found)
    difference, compared = found.found.slope_difference, found.found.compared
    if _times_between(found, first, last) < FEWEST_TIMES or compared is None:
        return LATER.not_tested(f"too few times from {first:g} tau on, or groups apart")
    claim = LATER.judge(float(difference.value), difference.draws, found.replicas)
    hard, soft = (found.labels[group] for group in compared)
    notes = [f"S(0) {soft} less {hard}", f"t from {first:g} to {last:.3g} tau", claim.note]
    return replace(claim, note="; ".join(filter(None, notes)))


def _decay(data: FigureData) -> Decay | None:
    """Groups at the coldest temperature at which they were followed."""
    temperatures = memory.decay_temperatures(data)
    if not temperatures:
        return None
    found = memory.decay_at(data, NUMBER, temperatures[0])
    first, last = _line(found)
    if _times_between(found, first, last) < FEWEST_TIMES:
        return found
    return memory.decay_at(data, NUMBER, temperatures[0], (first, last))


def _line(found: Decay) -> tuple[float, float]:
    """First and last time of the straight lines; nan if tau_alpha is unknown."""
    return FIRST_LATE, LAST_LATE * found.relaxation_time


def _times_between(found: Decay, first: float, last: float) -> int:
    return int(((found.time >= first) & (found.time <= last)).sum())


def table(data: FigureData) -> pd.DataFrame:
    """Means and shares against time, F_s, times to 1/e, slopes and curvatures in a decade."""
    found = _decay(data)
    if found is None:
        return memory.joined([], memory.DECAY_COLUMNS)
    parts = memory.decay_rows(found)
    for group, label in enumerate(found.labels):
        labels = {"temperature": found.temperature, "group": label}
        for name, estimate in _single_numbers(found):
            low, high = estimate.interval()
            measures = {"value": estimate.value, "low": low, "high": high}
            each = {key: values[group] for key, values in measures.items()}
            parts.append(memory.numbers({**labels, "quantity": name}, each))
    scattering = data.relaxation_at(found.temperature)
    if scattering:
        labels = {"temperature": found.temperature, "quantity": "F_s", "group": "everyone"}
        measures = {"value": scattering.mean, "low": scattering.low, "high": scattering.high}
        parts.append(memory.numbers(labels, measures, scattering.lag))
    return memory.joined(parts, memory.DECAY_COLUMNS)[list(memory.DECAY_COLUMNS)]


def _single_numbers(found: Decay) -> list:
    times = found.found.times_to_level
    relaxed = replace(times, value=times.value[RELAXED], draws=times.draws[:, RELAXED])
    shown = [("time to 1/e", relaxed)]
    if _times_between(found, *_line(found)) >= FEWEST_TIMES:
        shown += [("slope", found.found.slope), ("curvature", found.found.curvature)]
    return shown


def plot(data: FigureData) -> Figure:
    """Share of the start that is left of each group, and F_s, against time."""
    figure = Figure(figsize=(style.SINGLE_COLUMN + 1.6, 3.2))
    axes = figure.subplots()
    axes.set_xlabel(r"$t\;\;(\tau)$")
    label = r"$(\langle S \rangle_b(t) - \langle S \rangle)\,/\,(\langle S \rangle_b(0) - "
    axes.set_ylabel(label + r"\langle S \rangle),\;\;F_s$")
    found = _decay(data)
    if found is None:
        draw_models.say(axes, "no groups were followed")
        return figure
    axes.set_title(f"$T = {found.temperature:g}$", loc="right", fontsize=8)
    axes.set_xscale("log")
    _draw_shares(axes, found)
    _draw_scattering(axes, data, found)
    scattering = Line2D([], [], color="black", linestyle="--", label=r"$F_s(q, t)$")
    draw_memory.bin_legend(figure, found.edges, [scattering])
    return figure


def _draw_shares(axes: Axes, found: Decay) -> None:
    late = found.time > 0
    first, last = _line(found)
    if _times_between(found, first, last) >= FEWEST_TIMES:
        axes.axvspan(first, last, color="0.94", linewidth=0, zorder=-1)
        axes.text(
            first * 1.05,
            0.02,
            "tested for a straight line",
            transform=axes.get_xaxis_transform(),
            fontsize=7,
        )
    axes.axhline(SHORT.below, color="0.45", linestyle=":", linewidth=0.7, zorder=0)
    axes.axhline(0.0, color="0.6", linewidth=0.6, zorder=0)
    colours = draw_memory.bin_colours(found.edges)
    for group in found.apart:
        share = memory.share(found, group)
        values = Estimate(share.value[late], share.draws[:, late])
        draw_memory.draw_curve(axes, found.time[late], values, colours[group])
    if not found.apart:
        draw_models.say(axes, "no group starts apart from the mean")
    axes.set_ylim(-0.08, 1.04)
    axes.set_xlim(min(SHORTEST_SHOWN, found.time[late][0] / 2), 1.1 * found.time[-1])


def _draw_scattering(axes: Axes, data: FigureData, found: Decay) -> None:
    """F_s as far as softness was followed; its time scale is marked."""
    table = data.relaxation_at(found.temperature)
    if table is None:
        return
    shown = table.lag > 0
    lag = table.lag[shown]
    axes.plot(lag, table.mean[shown], color="black", linestyle="--")
    low, high = np.clip([table.low[shown], table.high[shown]], -0.02, 1)
    axes.fill_between(lag, low, high, color="black", alpha=0.15, linewidth=0)
    if np.isfinite(found.relaxation_time):
        axes.axvline(found.relaxation_time, color="0.3", linewidth=0.7, zorder=0)
        axes.text(
            1.08 * found.relaxation_time,
            0.98,
            r"$\tau_\alpha$",
            transform=axes.get_xaxis_transform(),
            fontsize=8,
            va="top",
        )
