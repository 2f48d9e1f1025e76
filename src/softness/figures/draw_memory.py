"""Bins of softness and their curves in time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from softness.figures import draw_learned
from softness.findings.memory import bin_labels
from softness.uncertainty import Estimate


def bin_colours(edges: np.ndarray) -> list[tuple[float, float, float, float]]:
    """Colour of each bin, from hard (blue) to soft (red)."""
    places = np.linspace(0, 1, len(edges) - 1) if len(edges) > 2 else [1.0]
    return [to_rgba(draw_learned.bin_colours()(float(place))) for place in places]


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
