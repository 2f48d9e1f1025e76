"""Bins of softness and their curves in time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from softness.figures import draw_learned
from softness.findings import memory
from softness.uncertainty import Estimate


def bin_colours(edges: np.ndarray) -> list[tuple[float, float, float, float]]:
    """Colour of each bin, from hard (blue) to soft (red)."""
    places = np.linspace(0, 1, len(edges) - 1) if len(edges) > 2 else [1.0]
    return [to_rgba(draw_learned.bin_colours()(float(place))) for place in places]


def bin_labels(edges: np.ndarray) -> list[str]:
    """What each bin holds, with signs of minus."""
    return [label.replace("-", "−") for label in memory.bin_labels(edges)]


def bin_legend(
    figure: Figure, edges: np.ndarray, others: Sequence[Line2D] = (), **options: Any
) -> None:
    """Which colour is which bin of softness at time 0, from soft to hard; then other lines."""
    pairs = list(zip(bin_labels(edges), bin_colours(edges), strict=True))[::-1]
    handles = [Line2D([], [], color=colour, label=label) for label, colour in pairs]
    options = {"loc": "outside right center", "title": r"$S(0)\;/\;\sigma_S$", **options}
    figure.legend(handles=[*handles, *others], **options)


def draw_curve(axes: Axes, x: np.ndarray, found: Estimate, colour: Any, **options: Any) -> None:
    """A line with its 95 % interval as a band, where both are known."""
    axes.plot(x, found.value, color=colour, **options)
    low, high = found.interval()
    axes.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)


def draw_left(axes: Axes, decay: memory.Decay, unit: float = 1.0) -> None:
    """Fraction of each group's start that is left against time, in units of `unit`.

    The hardest and the softest group have their bands; those of others would cover them.
    """
    late, colours = decay.time > 0, bin_colours(decay.edges)
    time = decay.time[late] / unit
    for group in decay.apart:
        left = decay.left(group)[late]
        if group in (decay.apart[0], decay.apart[-1]):
            draw_curve(axes, time, left, colours[group])
        else:
            axes.plot(time, left.value, color=colours[group])
