"""Particles of a slab through the box, as discs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle

LOOK = {"radius": 0.5, "edgecolor": "white", "linewidth": 0.3}
"""Of a disc, whose radius is in sigma_AA."""


def draw_particles(
    axes: Axes,
    positions: np.ndarray,
    box_length: float | np.ndarray,
    looks: Sequence[dict[str, Any]],
) -> None:
    """Draw discs in the plane of x and y, deep ones first, with axes in sigma_AA.

    Parameters
    ----------
    axes
        To draw in.
    positions
        (n, 3) in a box centred on the origin.
    box_length
        Its edge if it is cubic, or its (3,) edges.
    looks
        Keywords of each disc.
    """
    # Deep particles first, so that near ones lie on top.
    for number in np.argsort(positions[:, 2]):
        axes.add_patch(Circle(positions[number, :2], **looks[number]))
    half_x, half_y = np.broadcast_to(box_length, 3)[:2] / 2
    axes.set_aspect("equal")
    axes.set_xlim(-half_x, half_x)
    axes.set_ylim(-half_y, half_y)
    axes.set_xlabel(r"$x\;/\;\sigma_{AA}$")
    axes.set_ylabel(r"$y\;/\;\sigma_{AA}$")
