"""Figure 4.2: mean softness of particles grouped by their softness at time 0, against time."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from softness.figures import draw_memory, draw_models, style
from softness.findings import memory
from softness.findings.data import FigureData
from softness.findings.memory import FORGOTTEN, LEVELS, LONGEST_SCATTER, Decay, Member
from softness.report.claims import Claim, Statement
from softness.uncertainty import Estimate

NUMBER = "4.2"
TEMPERATURE_OF_SOURCE = 0.83
SHORTEST, LONGEST = 30.0, 300.0

# Share of resamples that may be without an end before the upper one of the interval is unknown.
LEAST_REACHED = 0.025

TIME = Statement(
    figure=NUMBER,
    name="time to 5 % of the start over tau_alpha, every bin",
    claim="The mean softness of all groups goes to that of everyone within about 1e2 tau_alpha",
    source="of the order of 1e2 tau_alpha at T = 0.83",
    above=SHORTEST,
    below=LONGEST,
)


def claims(data: FigureData) -> list[Claim]:
    """Verdict on the time at which each group has forgotten its start."""
    found = _decay(data)
    if found is None:
        return [TIME.not_tested("no groups were followed")]
    if reason := memory.elsewhere(found.temperature, TEMPERATURE_OF_SOURCE):
        return [TIME.not_tested(reason)]
    if not np.isfinite(found.relaxation_time):
        return [TIME.not_tested(f"tau_alpha is unknown at T = {found.temperature:g}")]
    if not found.apart:
        return [TIME.not_tested("no group starts apart from the mean")]
    members = {f"S(0) {found.labels[group]}": _member(found, group) for group in found.apart}
    claim = memory.judged_each(TIME, members, found.replicas)
    return [memory.noted(claim, found.temperature, TEMPERATURE_OF_SOURCE)]


def _decay(data: FigureData) -> Decay | None:
    """Groups at the hottest temperature at which they were followed."""
    temperatures = memory.decay_temperatures(data)
    return memory.decay_at(data, NUMBER, temperatures[-1]) if temperatures else None


def _member(found: Decay, group: int) -> Member:
    """Time to 5 % of one group, in tau_alpha.

    The error of tau_alpha is left out: it is far below the factor of ten between the bounds.
    """
    time, late = memory.time_to(found, FORGOTTEN, group)
    unit = found.relaxation_time
    return Member(float(time.value) / unit, time.draws / unit, _doubt(found, group, late))


def _doubt(found: Decay, group: int, late: float) -> str:
    """Why the time cannot decide: the run is too short to see it, or the curve too noisy."""
    seen = float(found.time[-1]) / found.relaxation_time
    reached = np.isfinite(found.found.times_to_level.value[FORGOTTEN, group])
    if seen < LONGEST and not reached:
        return f"5 % is not reached within {seen:.3g} tau_alpha"
    if seen < LONGEST and late > LEAST_REACHED:
        return f"5 % is not reached within {seen:.3g} tau_alpha in {late:.0%} of the resamples"
    scatter = memory.scatter_at(found, FORGOTTEN, group)
    if scatter > LONGEST_SCATTER:
        return f"standard error {scatter * LEVELS[FORGOTTEN]:.2g} where 5 % is met"
    return ""


def table(data: FigureData) -> pd.DataFrame:
    """Mean and share of each group against time, and the time to 5 %, with intervals."""
    found = _decay(data)
    if found is None:
        return memory.joined([], memory.DECAY_COLUMNS)
    parts = memory.decay_rows(found)
    low, high = found.found.times_to_level.interval()
    for group, label in enumerate(found.labels):
        place = FORGOTTEN, group
        value = found.found.times_to_level.value[place]
        measures = {"value": value, "low": low[place], "high": high[place]}
        labels = {"temperature": found.temperature, "quantity": "time to 5 %", "group": label}
        parts.append(memory.numbers(labels, measures))
    labels = {"temperature": found.temperature, "quantity": "tau_alpha", "group": "everyone"}
    parts.append(memory.numbers(labels, {"value": found.relaxation_time}))
    return memory.joined(parts, memory.DECAY_COLUMNS)


def plot(data: FigureData) -> Figure:
    """<S>(t) of each group (a), and the share of its start that is left (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.7))
    panels = figure.subplots(1, 2)
    found = _decay(data)
    # Without tau_alpha the axis is in tau.
    unit = found.relaxation_time if found else float("nan")
    label = r"$t\;/\;\tau_\alpha$" if np.isfinite(unit) else r"$t\;\;(\tau)$"
    for panel, letter in zip(panels, "ab", strict=True):
        panel.set_title(f"({letter})", loc="left", fontsize=9)
        panel.set_xlabel(label)
    panels[0].set_ylabel(r"$\langle S(t) \rangle\;/\;\sigma_S$")
    panels[1].set_ylabel(r"share of $\langle S(0) \rangle - \langle S \rangle$ left")
    if found is None:
        for panel in panels:
            draw_models.say(panel, "no groups were followed")
        return figure
    panels[1].set_title(f"$T = {found.temperature:g}$", loc="right", fontsize=8)
    unit = unit if np.isfinite(unit) else 1.0
    _draw_means(panels[0], found, unit)
    _draw_shares(panels[1], found, unit)
    everyone = Line2D([], [], color="black", linestyle="--", label="everyone")
    draw_memory.bin_legend(figure, found.edges, [everyone])
    return figure


def _draw_means(axes: Axes, found: Decay, unit: float) -> None:
    """Means on a logarithmic axis; time 0 stands at its left end."""
    late = found.time > 0
    time = found.time[late] / unit
    axes.set_xscale("log")
    # Labels of single powers alone: others run into each other.
    axes.xaxis.set_minor_formatter(NullFormatter())
    for group, colour in enumerate(draw_memory.bin_colours(found.edges)):
        means = found.found.means[group]
        draw_memory.draw_curve(
            axes, time, Estimate(means.value[late], means.draws[:, late]), colour
        )
        axes.plot(time[0] / 2, means.value[0], marker="<", color=colour, clip_on=False)
    everyone = found.found.means.value[-1]
    axes.plot(time, everyone[late], color="black", linestyle="--", linewidth=0.9)
    axes.set_xlim(time[0] / 2, time[-1])
    starts = found.found.means.value[:-1, 0]
    axes.annotate(
        "$t = 0$",
        (time[0] / 2, np.nanmax(starts)),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=7,
    )


def _draw_shares(axes: Axes, found: Decay, unit: float) -> None:
    late = found.time > 0
    time = found.time[late] / unit
    axes.set_xscale("log")
    axes.axhline(0.0, color="0.6", linewidth=0.6, zorder=0)
    axes.axhline(LEVELS[FORGOTTEN], color="0.35", linestyle="--", linewidth=0.7, zorder=0)
    colours = draw_memory.bin_colours(found.edges)
    shown = [memory.share(found, group).value[late] for group in found.apart]
    for group in found.apart:
        share = memory.share(found, group)
        draw_memory.draw_curve(
            axes, time, Estimate(share.value[late], share.draws[:, late]), colours[group]
        )
    if not shown:
        draw_models.say(axes, "no group starts apart from the mean")
        return
    right = float(time[-1])
    if np.isfinite(found.relaxation_time):
        axes.axvspan(SHORTEST, LONGEST, color="0.93", linewidth=0, zorder=-1)
        right = max(right, 1.2 * SHORTEST)
    axes.set_xlim(time[0] / 1.1, 1.1 * right)
    axes.set_ylim(min(-0.05, 1.2 * np.min(shown)), 1.08 * np.max(shown))
    axes.text(time[0], LEVELS[FORGOTTEN], "5 %", fontsize=7, color="0.35", va="bottom")
