"""One style for the whole study: sizes, fonts, and a colour for each temperature."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from string import ascii_lowercase

import matplotlib as mpl
import numpy as np
import seaborn as sns
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
COLOURS = sns.color_palette("plasma", as_cmap=True)
LIGHTEST = 0.9

# Another scale for variables learned above the onset, by the temperature of their training and
# evenly in it: there the scale above, which is even in 1/T, has next to one colour. Navy by way of
# green to olive, in equal steps of lightness (L* from 20 to 76).
COLDEST_LEARNED, HOTTEST_LEARNED = 1.0, 2.0
LEARNED_COLOURS = sns.blend_palette(
    [
        "#1a267a",
        "#023f80",
        "#005487",
        "#036985",
        "#087e85",
        "#239474",
        "#73a352",
        "#9fb141",
        "#d3bc32",
    ],
    as_cmap=True,
)

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


@contextmanager
def applied() -> Iterator[None]:
    """The style, for as long as the context lasts, whatever the user's own settings are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        yield


def temperature_colour(temperature: float) -> tuple[float, float, float, float]:
    """Colour of a temperature, from cold (dark blue) to hot (orange)."""
    place = (1 / COLDEST - 1 / temperature) / (1 / COLDEST - 1 / HOTTEST)
    return COLOURS(LIGHTEST * float(np.clip(place, 0, 1)))


def fluidity_colour(temperature: float) -> tuple[float, float, float, float]:
    """Colour of a fluidity by the temperature of its training, from cold (dark) to hot (light)."""
    place = (temperature - COLDEST_LEARNED) / (HOTTEST_LEARNED - COLDEST_LEARNED)
    return LEARNED_COLOURS(float(np.clip(place, 0, 1)))


def letter(panels: Iterable[Axes]) -> None:
    """Name panels (a), (b), and so on."""
    for panel, name in zip(panels, ascii_lowercase, strict=False):
        panel.set_title(f"({name})", loc="left", fontsize=9)


def temperature_legend(  # noqa: ANN201 - of axes or of a figure
    target: Axes | Figure,
    temperatures: Iterable[float],
    colour: Callable[[float], object] = temperature_colour,
    **options: object,
):
    """A legend of temperatures, from hot to cold as curves usually lie."""
    ordered = sorted(temperatures, reverse=True)
    handles = [Line2D([], [], color=colour(t), label=f"{t:g}") for t in ordered]
    return target.legend(handles=handles, title=r"$T\;(\epsilon_{AA}/k_B)$", **options)


def save(figure: Figure, png: Path, pdf: Path) -> None:
    """Write a figure as PNG and PDF, without dates, so that equal figures are equal files."""
    with applied():
        figure.savefig(png, metadata={"Software": None})
        figure.savefig(pdf, metadata={"CreationDate": None, "Producer": None, "Creator": None})
