"""Figure 5.3: whether soft particles, and hard ones, lie beside each other."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softness.figures import draw_learned, draw_models, style
from softness.files.records.learned import (
    CLUSTERED,
    HARD,
    RANDOM_DIRECTIONS,
    RANDOM_PARTICLES,
    SOFT,
)
from softness.findings.figure_5_3_softness_clusters import Clusters
from softness.uncertainty import Estimate

LOOKS = {
    SOFT: {"color": draw_learned.bin_colours()(1.0), "marker": "o"},
    HARD: {"color": draw_learned.bin_colours()(0.0), "marker": "s"},
    RANDOM_PARTICLES: {"color": "black", "marker": "x", "linestyle": "--"},
    RANDOM_DIRECTIONS: {"color": "0.55", "marker": "^", "linestyle": ":"},
}


def plot(findings: list[Clusters]) -> Figure:
    """Mean size of clusters against T (a), and n(s) in the coldest liquid (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.7))
    sizes, density = panels = figure.subplots(1, 2)
    style.letter(panels)
    sizes.set_xlabel(draw_models.TEMPERATURE)
    sizes.set_ylabel(r"mean size $\sum s^2 n(s)\;/\;\sum s\,n(s)$")
    density.set_xlabel("cluster size $s$")
    density.set_ylabel("$n(s)$ per chosen particle")
    if not findings:
        for panel in panels:
            draw_models.write_note(panel, "no clusters were measured")
        return figure
    density.set_title(f"$T = {findings[0].temperature:g}$", loc="right", fontsize=8)
    _draw_sizes(sizes, findings)
    _draw_density(density, findings[0])
    handles, labels = density.get_legend_handles_labels()
    share = f"{100 * findings[0].fraction:g} % of A"
    figure.legend(handles, labels, loc="outside right center", title=share)
    return figure


def _draw_sizes(axes: Axes, findings: list[Clusters]) -> None:
    temperature = [each.temperature for each in findings]
    for group, look in LOOKS.items():
        _draw(axes, temperature, [each.sizes_of(group) for each in findings], look)
    # Bars of few units are long.
    axes.set_ylim(0, 1.5 * max(np.nanmax(each.mean_size.value) for each in findings))


def _draw_density(axes: Axes, coldest: Clusters) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    # The middle of a bin in the logarithm.
    size = np.sqrt(coldest.first * coldest.last)
    for number, group in enumerate(CLUSTERED):
        there = np.flatnonzero(coldest.density.value[number] > 0)
        found = [coldest.density[number, int(place)] for place in there]
        _draw(axes, size[there], found, LOOKS[group] | {"label": group})


def _draw(
    axes: Axes, places: Sequence[float], found: Sequence[Estimate], look: Mapping[str, Any]
) -> None:
    """Values with their 95 % intervals."""
    values = np.array([each.value for each in found])
    reach = np.abs(np.array([each.interval() for each in found]).T - values)
    axes.errorbar(places, values, yerr=reach, elinewidth=0.8, capsize=1.5, **look)
