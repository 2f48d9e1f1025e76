"""Edges of the box of a trajectory: from its file, or as they are told."""

from collections.abc import Callable

import numpy as np

from softness.errors import InputError
from softness.files.opening import Opening

SAME_BOX = 1e-6
"""Relative difference up to which two edges are one: the box of a GSD file is in single precision,
and that of text in six digits or more."""

_SAME_AS_TOLD = 1e-5


def box_length(
    written: np.ndarray | None,
    told: Opening,
    extent: Callable[[], float],
    error: Callable[[str, str], InputError],
) -> float | np.ndarray:
    """Edges in sigma_AA: one number for a cube, (3,) for another box.

    Parameters
    ----------
    written
        (3,) edges of the file, in its unit of length; None if it has none. Edges of 0, or of 1
        around positions that need more, are what some programs write where there is no box.
    told
        What was told on opening it.
    extent
        Gives the longest distance between positions along an axis, in the file's unit.
    error
        Makes the error from a fault and a remedy.

    Raises
    ------
    InputError
        If there is no box, none with a length, or another than was told.
    """
    given = told.edges
    if written is not None and _stands_for_none(written, extent):
        written = None
    if written is None and given is None:
        raise error(
            "has no box, or edges of 0 or 1 in its place",
            "give box on opening it: its edge, or three, in the file's unit of length",
        )
    edges = given if written is None else written
    if not (np.isfinite(edges).all() and (edges > 0).all()):
        raise error(
            f"has the box {edges.tolist()}, without a length", "give a run in a periodic box"
        )
    if given is not None and not np.allclose(edges, given, rtol=_SAME_AS_TOLD, atol=0):
        raise error(f"has the box {edges.tolist()}, not {given.tolist()}", "leave box out")
    edges = edges * told.length_unit
    return float(edges[0]) if is_cube(edges) else edges


def is_cube(edges: np.ndarray) -> bool:
    """Whether edges are the same but for their digits."""
    return bool(np.allclose(edges, edges[0], rtol=SAME_BOX, atol=0))


def _stands_for_none(edges: np.ndarray, extent: Callable[[], float]) -> bool:
    return bool((edges == 0).all() or ((edges == 1).all() and extent() > 1 + 1e-2))
