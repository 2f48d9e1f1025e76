"""Figure 5.1: which state of structure, and which orders of averaging, predict propensity."""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from softness.figures import draw_learned, draw_models, style
from softness.files.states import CAGE, INHERENT, THERMAL
from softness.findings.figure_5_1_states_of_structure import (
    PUBLISHED,
    Curves,
    Findings,
    orders_text,
)
from softness.uncertainty import Estimate

LOOKS = {
    THERMAL: ("thermal", "#d55e00", "o"),
    INHERENT: ("inherent", "black", "^"),
    CAGE: ("cage", "#0072b2", "s"),
}
"""Label, colour and marker of each state."""

LINES = ("-", "--", ":", "-.", (0, (1, 3)))
"""Of the sets of orders, from the largest one."""

CEILING = {"color": "0.5", "linestyle": "--", "linewidth": 0.9}
SMALL = {"markersize": 2.5, "markeredgewidth": 0.6}
"""Markers of all sets of orders but the largest, where there is a single time."""

BESIDE = 1.04
"""Factor of time between states, which lie beside each other on a logarithmic axis."""


def plot(findings: Findings) -> Figure:
    """Pearson correlation (a), and explained variance over its ceiling (b), against time."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.7))
    panels = figure.subplots(1, 2)
    style.letter(panels)
    panels[0].set_ylabel("Pearson correlation")
    for panel in panels:
        panel.set_xlabel(r"$t\;\;(\tau)$")
        panel.set_xscale("log")
    shown = [curves for _, curves in findings if curves]
    panels[1].set_ylabel("explained variance")
    if not shown:
        for panel in panels:
            draw_models.write_note(panel, "no propensity was predicted")
        return figure
    if any(_has_ceiling(curves) for curves in shown):
        panels[1].set_ylabel("explained variance / ceiling")
    panels[1].set_title("; ".join(map(_temperature, shown)), loc="right", fontsize=8)
    for place, panel in enumerate(panels):
        drawn = [each for curves in shown for each in _draw(panel, curves, place)]
        low, high = draw_models.limits(drawn, 0.0)
        panel.set_ylim(low, min(high, 1.05))
        panel.set_xlim(*_times(shown))
    figure.legend(handles=list(_handles(findings)), loc="outside right center", handlelength=2.4)
    return figure


def _temperature(curves: Curves) -> str:
    return f"$T = {curves.temperature:g}$" + f" ({PUBLISHED})" * curves.is_published


def _draw(axes: Axes, curves: Curves, panel: int) -> Iterator[Estimate]:
    """One curve for each state and set of orders, and the ceiling; yields what is drawn."""
    target = _target(curves)
    if panel == 0 and not curves.is_published:
        ceiling = curves.ceiling[target]
        draw_learned.draw_curve(axes, curves.time, ceiling, **CEILING)
        yield from (ceiling[time] for time in range(len(curves.time)))
        axes.axvline(curves.training_time, color="0.8", linewidth=0.6, zorder=0)
    for number, state in enumerate(curves.states):
        _, colour, marker = LOOKS[state]
        for place in reversed(range(len(curves.orders))):
            explained = curves.over_ceiling if _has_ceiling(curves) else curves.explained
            values = (curves.pearson, explained)[panel][target, number, place]
            points = [values[time] for time in range(len(curves.time))]
            yield from points
            from_largest = len(curves.orders) - 1 - place
            options = {
                "color": colour,
                "linestyle": LINES[from_largest],
                "marker": marker,
                "markerfacecolor": "white" if curves.is_published else colour,
            }
            time = curves.time * BESIDE ** (number - (len(curves.states) - 1) / 2)
            if from_largest == 0:
                draw_models.draw_points(axes, time, points, state, **options)
            else:
                options["marker"] = marker if len(time) == 1 else ""
                axes.plot(time, values.value, linewidth=0.8, **SMALL, **options)


def _target(curves: Curves) -> int:
    """Number of the propensity that is drawn: the thermal one."""
    return curves.targets.index(THERMAL) if THERMAL in curves.targets else 0


def _has_ceiling(curves: Curves) -> bool:
    """Whether it is known how reliable the runs are."""
    return bool(np.isfinite(curves.reliability.value[_target(curves)]).any())


def _times(shown: list[Curves]) -> tuple[float, float]:
    time = np.concatenate([curves.time for curves in shown])
    return time.min() / 1.5, time.max() * 1.5


def _handles(findings: Findings) -> Iterator[Line2D]:
    """What is which: states by colour, orders by line, open symbols, and the ceiling."""
    shown = [curves for _, curves in findings if curves]
    for state, (label, colour, marker) in LOOKS.items():
        if any(state in curves.states for curves in shown):
            yield Line2D([], [], color=colour, marker=marker, markersize=3.5, label=label)
    orders = shown[0].orders
    for line, highest in zip(LINES, reversed(orders), strict=False):
        label = f"order{'s' if highest else ''} {orders_text(highest)}"
        yield Line2D([], [], color="0.3", linestyle=line, linewidth=0.8, label=label)
    if findings.published:
        look = {"color": "0.3", "marker": "o", "markerfacecolor": "white", "markersize": 3.5}
        yield Line2D([], [], linestyle="none", label=PUBLISHED, **look)
    if findings.own:
        yield Line2D([], [], label="ceiling of all runs", **CEILING)
