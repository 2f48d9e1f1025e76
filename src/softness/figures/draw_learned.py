"""Curves, bins and lines of ln P of learned variables."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure

from softness.figures import style
from softness.findings.learned import CHANCE, BinProbabilities, centres
from softness.uncertainty import Estimate

Z_SCORE = r"$x = (\mathbf{w}\cdot\mathbf{F} - b^{best})\;/\;\sigma$"

# An onset above this many times the hottest fitted temperature would squeeze the data: not drawn.
FARTHEST_ONSET = 3.0

# Free space beside the outermost points, as a fraction of the axis.
MARGIN = 0.04


def fluidity_label(temperature: float) -> str:
    """The same as a formula."""
    return rf"$\mathcal{{F}}^{{\,{temperature:.1f}}}$"


def draw_curve(
    axes: Axes, x: np.ndarray, estimate: Estimate, band: Estimate | None = None, **options: Any
) -> None:
    """A line with its 95 % interval as a band, or with the interval of other resamples."""
    (line,) = axes.plot(x, estimate.value, **options)
    low, high = (band or estimate).interval()
    axes.fill_between(
        x, low, high, color=line.get_color(), alpha=0.2, linewidth=0, zorder=line.get_zorder()
    )


def draw_curves(
    axes: Axes, curves: Mapping[float, tuple[np.ndarray, Estimate]], **options: Any
) -> None:
    """Lines by training temperature, with bands at the coldest and the hottest one.

    More bands would cover each other. Colder lines, which usually lie above, come last.

    Parameters
    ----------
    curves
        x and value at each temperature.
    """
    for temperature in sorted(curves, reverse=True):
        x, estimate = curves[temperature]
        look = {"color": style.fluidity_colour(temperature), **options}
        if temperature in (min(curves), max(curves)):
            draw_curve(axes, x, estimate, **look)
        else:
            axes.plot(x, estimate.value, **look)


def draw_chance(axes: Axes) -> None:
    """The accuracy of a guess."""
    axes.axhline(CHANCE, color="0.5", linestyle="--", linewidth=0.7, zorder=0)


def bin_colours() -> Colormap:
    """Blue to red for low to high values, dark enough in the middle for white paper."""
    colours = sns.color_palette("coolwarm", as_cmap=True)(np.linspace(0, 1, 65))[:, :3]
    return sns.blend_palette(0.82 * colours, as_cmap=True)


def bin_scale(bins: BinProbabilities) -> Normalize:
    """Range of the colours, which is the range of the bins."""
    return Normalize(float(bins.edges[0]), float(bins.edges[-1]))


def draw_probabilities(axes: Axes, bins: BinProbabilities) -> None:
    """P of each bin against 1/T, with dotted fits that extend to T0 where it is defined."""
    colours, scale = bin_colours(), bin_scale(bins)
    farthest = FARTHEST_ONSET * bins.temperature.max()
    has_onset = 0 < bins.onset.value < farthest and not bins.onset_doubt
    warmest = max(bins.temperature.max(), bins.onset.value if has_onset else 0)
    inverse = np.linspace(1 / warmest, 1 / bins.temperature.min(), 100)
    lines = bins.fitted(1 / inverse)
    for number, middle in enumerate(centres(bins)):
        rows = bins.rows[bins.rows["bin"] == middle]
        if rows.empty:
            continue
        colour = colours(scale(middle))
        _draw_points(axes, rows, color=colour)
        axes.plot(inverse, lines[:, number], color=colour, linestyle=":", linewidth=0.8)
    margin = MARGIN * np.ptp(inverse)
    axes.set_xlim(inverse[0] - margin, inverse[-1] + margin)
    axes.set_yscale("log")
    axes.set_xlabel(r"$1/T\;\;(k_B/\epsilon_{AA})$")
    if has_onset:
        _mark_onset(axes, bins.onset, farthest)


def _draw_points(axes: Axes, rows: pd.DataFrame, **options: Any) -> None:
    value = rows["probability"].to_numpy()
    low, high = (rows[key].to_numpy() for key in ("low", "high"))
    axes.errorbar(
        1 / rows["temperature"],
        value,
        # The interval of a skewed distribution can lie beside the value.
        yerr=np.maximum([value - low, high - value], 0),
        linestyle="none",
        marker="o",
        markersize=3,
        elinewidth=0.7,
        **options,
    )


def _mark_onset(axes: Axes, onset: Estimate, farthest: float) -> None:
    """1/T0 as a line, its interval as a band, as far as it is below a temperature."""
    low, high = onset.interval()
    if low > 0:
        left, right = axes.get_xlim()
        axes.axvspan(1 / high, 1 / low, color="0.92", linewidth=0, zorder=0)
        axes.set_xlim(min(left, 1 / min(1.05 * high, farthest)), right)
    axes.axvline(1 / onset.value, color="0.4", linewidth=0.8, zorder=0.5)
    # All lines of ln P fall from here to the right: the lower left corner is free.
    axes.annotate(
        rf"$T_0 = {onset.value:.2f}$",
        (1 / onset.value, 0.03),
        xycoords=("data", "axes fraction"),
        xytext=(4, 0),
        textcoords="offset points",
        fontsize=8,
    )


def bin_colourbar(figure: Figure, axes: Any, bins: BinProbabilities, label: str) -> Colorbar:
    """Which colour is which bin."""
    mapped = style.mpl.cm.ScalarMappable(norm=bin_scale(bins), cmap=bin_colours())
    return figure.colorbar(mapped, ax=axes, label=label, aspect=30)
