"""One style for the whole study: sizes, fonts, and a colour for each temperature."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

SINGLE_COLUMN = 3.4
DOUBLE_COLUMN = 7.0

# The range of temperatures that the colours span, evenly in 1/T, whatever a study simulates: a
# temperature has the same colour in every figure of every study.
COLDEST, HOTTEST = 0.42, 2.1
# Dark blue to orange: its lightness rises evenly, so it survives grey print and colour blindness;
# the bright yellow end, which is pale on white, is left out.
COLOURS = mpl.colormaps["plasma"]
LIGHTEST = 0.9

SETTINGS = {
    "font.size": 8,
    "axes.labelsize": 9,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 1.1,
    "lines.markersize": 4,
    "legend.frameon": False,
    "legend.fontsize": 7,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "mathtext.fontset": "stix",
    "font.family": "STIXGeneral",
    "pdf.fonttype": 42,
    "savefig.dpi": 300,
    "figure.constrained_layout.use": True,
}


def applied() -> AbstractContextManager[None]:
    """The style, for as long as the context lasts."""
    return plt.rc_context(SETTINGS)


def temperature_colour(temperature: float) -> tuple[float, float, float, float]:
    """Colour of a temperature, from cold (dark blue) to hot (orange)."""
    place = (1 / COLDEST - 1 / temperature) / (1 / COLDEST - 1 / HOTTEST)
    return COLOURS(LIGHTEST * float(np.clip(place, 0, 1)))


def temperature_legend(target: Axes | Figure, temperatures: Iterable[float], **options: object):  # noqa: ANN201
    """A legend of temperatures, from hot to cold as curves usually lie."""
    ordered = sorted(temperatures, reverse=True)
    handles = [Line2D([], [], color=temperature_colour(t), label=f"{t:g}") for t in ordered]
    return target.legend(handles=handles, title=r"$T\;(\epsilon_{AA}/k_B)$", **options)


def save(figure: Figure, png: Path, pdf: Path) -> None:
    """Write a figure as PNG and PDF, without dates, so that equal figures are equal files."""
    with applied():
        figure.savefig(png, metadata={"Software": None})
        figure.savefig(pdf, metadata={"CreationDate": None, "Producer": None, "Creator": None})
    plt.close(figure)
