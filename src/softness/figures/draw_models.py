"""Looks of the regressors, and what their figures share."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from softness.figures import draw_barriers as curves
from softness.figures import style
from softness.findings.barrier_curves import QUANTITIES, BarrierCurves
from softness.findings.learned import SOFTNESS
from softness.findings.regressed import (
    MODELS,
    RELABELLED,
    SVR_CSD,
    SVR_FIRST,
    SVR_RADIAL,
    SVR_SECOND,
)
from softness.learning.regressors import REGRESSORS
from softness.uncertainty import Estimate

Z_SCORE = r"$x = (y - \langle y \rangle_{tr})\;/\;\sigma_{tr}$"

LN_P = r"$\ln\,p_r$"

TEMPERATURE = r"$T\;\;(\epsilon_{AA}/k_B)$"

PALETTE = (
    ("black", "o"),
    ("#0072b2", "s"),
    ("#d55e00", "^"),
    ("#009e73", "D"),
    ("#aa3377", "v"),
    ("#cc79a7", "<"),
    ("#661144", ">"),
    ("#b58900", "P"),
    ("#56b4e9", "X"),
    ("#999933", "p"),
    ("#332288", "h"),
    ("#8c564b", "d"),
)
"""Colour and marker of softness and of the regressors, in their order."""

LABELS = {SOFTNESS: "$S$"} | {name: kind.label for name, kind in REGRESSORS.items()}

LOOKS = {name: (LABELS[name], *look) for name, look in zip(MODELS, PALETTE, strict=False)}
"""Label, colour and marker of each model, the same in all figures; in the order of legends."""

VARIANT_LOOKS = {
    SVR_CSD: ("SVR, CSD", "#d55e00", "^"),
    SVR_FIRST: ("SVR, orders 0 and 1", "#009e73", "D"),
    SVR_SECOND: ("SVR, orders 0 to 2", "#d55e00", "^"),
    SVR_RADIAL: ("SVR, radial alone", "#cc79a7", "v"),
}
"""The same of models that only differ from SVR in labels or features; each has its own figure."""

# Colours and marker of labels of other times and cut-offs, from small numbers to large ones; label.
RELABELLED_LOOKS = {
    "t": ("Greens", 30.0, "<", "$t = {}$"),
    "cutoff_": ("Purples", 1.6, "P", r"${} \times$ cut-off"),
    "_csdcutoff_": ("RdPu", 1.6, "X", r"CSD, ${} \times$ cut-off"),
}

# Horizontal room of the models beside each other, as a fraction of the least distance of two
# points, and at most of the whole range for each of them.
DODGE, LARGEST_DODGE = 0.8, 0.02

# Free space beside the outermost points, and bars that are cut, as fractions of the range of
# values.
MARGIN, LONG_BAR = 0.05, 0.4
# Bars that are cut say little, and stand back.
PALE = 0.3


def look_of(name: str) -> tuple[str, str, str]:
    """Label, colour and marker of a model."""
    if match := RELABELLED.fullmatch(name):
        by_csd, kind, number = match.groups(default="")
        colours, largest, marker, label = RELABELLED_LOOKS[by_csd + kind]
        colour = style.mpl.colormaps[colours](0.3 + 0.7 * min(float(number) / largest, 1.0))
        return label.format(number), to_hex(colour), marker
    return (LOOKS | VARIANT_LOOKS).get(name, (name, "0.5", "*"))


def dodged(x: np.ndarray, number: int, count: int) -> np.ndarray:
    """Places of one of several series beside each other."""
    x = np.asarray(x, dtype=np.float64)
    distances = np.diff(np.unique(x))
    narrow = LARGEST_DODGE * count * (np.ptp(x) or x.max())
    room = min(DODGE * distances.min(), narrow) if len(distances) else narrow
    return x + room * ((number + 0.5) / count - 0.5)


def draw_points(
    axes: Axes,
    x: np.ndarray,
    estimates: Sequence[Estimate],
    name: str,
    pale: Sequence[bool] | None = None,
    **options: Any,
) -> None:
    """Values of a model with their 95 % intervals, and a thin line through them.

    `pale` names the bars that stand back, if there are any.
    """
    _, colour, marker = look_of(name)
    options = {"color": colour, "marker": marker, **options}
    value = np.array([float(each.value) for each in estimates])
    low, high = np.array([each.interval() for each in estimates]).T
    # The interval of a skewed distribution can lie beside the value.
    ends = np.maximum([value - low, high - value], 0)
    if pale is not None:
        options["ecolor"] = [to_rgba(options["color"], PALE if each else 1.0) for each in pale]
    axes.errorbar(
        x,
        value,
        yerr=ends,
        markersize=3.5,
        linewidth=0.5,
        elinewidth=0.7,
        **options,
    )


def draw_by_temperature(
    axes: Axes, estimates: Mapping[str, Mapping[float, Estimate]], *included: float
) -> None:
    """Values of several models beside each other against temperature.

    Parameters
    ----------
    estimates
        By the name of the model, then by temperature.
    included
        What the axis must hold as well.
    """
    shown = [each for by_temperature in estimates.values() for each in by_temperature.values()]
    if not shown:
        write_note(axes, "no test snapshots")
    # Bars of few snapshots extend beyond the axis.
    low, high = limits(shown, *included)
    axes.set_ylim(low, high)
    for place, (name, by_temperature) in enumerate(estimates.items()):
        if by_temperature:
            x = dodged(list(by_temperature), place, len(estimates))
            pale = [_typical_bar(estimates, t) > LONG_BAR * (high - low) for t in by_temperature]
            draw_points(axes, x, list(by_temperature.values()), name, pale)
    axes.set_xlabel(TEMPERATURE)


def _typical_bar(
    estimates: Mapping[str, Mapping[float, Estimate]], temperature: float
) -> np.floating:
    """Median length of the bars of all models at a temperature."""
    there = [each[temperature] for each in estimates.values() if temperature in each]
    return np.median([np.ptp(each.interval()) for each in there])


def limits(estimates: Iterable[Estimate], *included: float) -> tuple[float, float]:
    """Range of an axis that holds all values and some others, and bars unless they are long."""
    estimates = list(estimates)
    values = np.array([float(each.value) for each in estimates] + list(included))
    values = values[np.isfinite(values)]
    low, high = (values.min(), values.max()) if len(values) else (0.0, 1.0)
    span = (high - low) or 1.0
    ends = np.array([low, high, *(end for each in estimates for end in each.interval())])
    ends = np.clip(ends[np.isfinite(ends)], low - LONG_BAR * span, high + LONG_BAR * span)
    return ends.min() - MARGIN * span, ends.max() + MARGIN * span


def barrier_figure(barriers: BarrierCurves) -> Figure:
    """Delta E (a) and Sigma (b) by several models, with the error of the first one."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.6))
    panels = figure.subplots(1, 2)
    for panel, quantity in zip(panels, QUANTITIES, strict=True):
        curves.draw_random(panel, barriers, quantity)
        draw_barriers(panel, barriers, quantity)
    style.letter(panels)
    curve_legend(figure, panels[0])
    return figure


def curve_legend(figure: Figure, axes: Axes, **options: Any) -> None:
    """Which curve of an axes is which, beside the panels."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside right center", **options)


def draw_barriers(axes: Axes, barriers: BarrierCurves, quantity: str) -> None:
    """Delta E or Sigma by several models, with the error of the first one."""
    for number, name in enumerate(barriers.names):
        label, colour, marker = look_of(name)
        options = {"label": label, "color": colour, "marker": marker, "markersize": 3}
        draw = curves.draw_one if number else curves.draw_reference
        draw(axes, barriers, name, quantity, **options)
    curves.finish(axes, barriers, quantity, Z_SCORE)
    if not barriers.names:
        write_note(axes, "no such models")


def model_legend(figure: Figure, shown: Iterable[str], **options: Any) -> None:
    """Which colour and marker is which model."""
    handles = []
    for name in shown:
        label, colour, marker = look_of(name)
        handles.append(
            Line2D([], [], color=colour, marker=marker, markersize=3.5, linewidth=0.5, label=label)
        )
    if handles:
        figure.legend(handles=handles, **{"loc": "outside right center"} | options)


def write_note(axes: Axes, text: str) -> None:
    """Text in an axes that has nothing to show."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color="0.4")
