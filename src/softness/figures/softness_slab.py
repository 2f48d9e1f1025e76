"""A slab through the box whose particles are coloured by softness."""

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from softness.figures import draw_learned, draw_slab, style

SCALE = Normalize(-2.5, 2.5)
"""Softness that the colours span, in standard deviations about the mean of the training
temperature: a softness has the same colour in every picture."""

MARK = {"edgecolor": "black", "linewidth": 1.3}
OTHERS = {**draw_slab.LOOK, "radius": 0.2, "facecolor": "0.9", "edgecolor": "0.6"}
"""Particles without softness."""


def plot(
    positions: np.ndarray,
    box_length: float | np.ndarray,
    softness: np.ndarray,
    is_marked: np.ndarray,
    title: str,
    mark: str,
) -> Figure:
    """Draw a slab.

    Parameters
    ----------
    positions
        (n, 3) in a box centred on the origin, of all species, in sigma_AA.
    box_length
        Its edge if it is cubic, or its (3,) edges.
    softness
        (n,) in standard deviations; nan of other species.
    is_marked
        (n,) particles with a black rim.
    title
        Of the picture.
    mark
        What the rim means; empty for no legend.
    """
    colours = draw_learned.bin_colours()
    looks = [
        OTHERS
        if np.isnan(value)
        else draw_slab.LOOK | {"facecolor": colours(SCALE(value))} | (MARK if marked else {})
        for value, marked in zip(softness, is_marked, strict=True)
    ]
    width, depth = np.broadcast_to(box_length, 3)[:2]
    # As high as the box is beside its width, and room for what is above and below.
    height = 0.62 + 2.78 * float(np.clip(depth / width, 0.3, 2.5))
    figure = Figure(figsize=(style.SINGLE_COLUMN + 0.9, height))
    axes = figure.subplots()
    draw_slab.draw_particles(axes, positions, box_length, looks)
    axes.spines[["top", "right"]].set_visible(True)
    axes.set_title(title, loc="left", fontsize=9)
    if mark:
        ring = {"marker": "o", "markersize": 7, "markerfacecolor": "none", "linestyle": "none"}
        handle = Line2D([], [], markeredgecolor="black", label=mark, **ring)
        place = {"loc": "lower right", "bbox_to_anchor": (1, 1), "borderpad": 0}
        axes.legend(handles=[handle], handletextpad=0, **place)
    mapped = ScalarMappable(norm=SCALE, cmap=colours)
    figure.colorbar(mapped, ax=axes, label=r"softness$\;/\;\sigma_S$", extend="both", shrink=0.85)
    return figure
