"""Neighbour search in a cubic periodic box, shared by all structural features.

Particles are sorted into small cubic cells. The neighbours of a particle are gathered from columns
of cells that its sphere can touch; a column is contiguous in memory, so the search runs through
short, straight stretches of coordinates. Everything runs on one thread in a fixed order.

Compiled functions call no compiled function of another module: numba would go on using a cached
caller after the module it calls had changed.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numba
import numpy as np

from softness.errors import InputError


class Neighbours(NamedTuple):
    """Neighbours of some centre particles, those of one centre in one stretch.

    Attributes
    ----------
    first
        (centres + 1,) where the stretch of each centre begins, and where the last one ends.
    index
        (pairs,) index of the neighbour.
    vector
        (3, pairs) minimum-image vector from the centre to the neighbour.
    distance
        (pairs,) length of the vector.
    """

    first: np.ndarray
    index: np.ndarray
    vector: np.ndarray
    distance: np.ndarray


class _CellGrid(NamedTuple):
    """Particles sorted by cell, and the columns of cells that a sphere can touch."""

    coordinates: np.ndarray  # (3, N) wrapped, in cell order
    order: np.ndarray  # (N,) index that each sorted particle has for the caller
    rank: np.ndarray  # (N,) place of each of the caller's particles in cell order
    first: np.ndarray  # (cells^3 + 1,) first sorted particle of each cell; z runs fastest
    columns: np.ndarray  # (columns, 3) offsets in x and y of each column, half height, in cells
    cells: int  # along an edge of the box
    box_length: float
    reach: float


_ENTRIES = 2**17
"""Room for neighbours in a block of centres; small enough for the processor's cache."""


def checked_positions(positions: np.ndarray) -> np.ndarray:
    """Positions of one frame as contiguous float64.

    Parameters
    ----------
    positions
        (N, 3) positions, wrapped or not.

    Returns
    -------
    numpy.ndarray
        (N, 3) float64.

    Raises
    ------
    InputError
        The shape is not (N, 3) with N > 0, or a coordinate is not finite.
    """
    positions = np.ascontiguousarray(positions, dtype=np.float64)
    if positions.ndim != 2 or positions.shape[1] != 3 or len(positions) == 0:
        raise InputError(
            f"positions has the shape {positions.shape}: give one frame of shape (N, 3)"
        )
    broken = np.flatnonzero(~np.isfinite(positions).all(axis=1))
    if len(broken):
        raise InputError(
            f"positions of particle {broken[0]} is {positions[broken[0]]} ({len(broken)} particles "
            "in all are not finite): repair or leave out this frame"
        )
    return positions


def checked_box_length(box_length: float, reach: float) -> float:
    """Edge of a cubic box in which all distances below `reach` are unique.

    Parameters
    ----------
    box_length
        Edge of the box.
    reach
        Largest distance that is needed.

    Returns
    -------
    float
        The edge.

    Raises
    ------
    InputError
        The edge is not one finite positive number, or smaller than twice the reach.
    """
    if np.ndim(box_length) != 0:
        raise InputError(
            f"box_length = {box_length} has {np.size(box_length)} values: give the one edge of a "
            "cubic box"
        )
    length = float(box_length)
    if not (np.isfinite(length) and length > 0):
        raise InputError(f"box_length = {length}: give a positive, finite edge")
    if length < 2 * reach:
        raise InputError(
            f"box_length = {length:.6g} is smaller than twice the reach {reach:.6g}, so that "
            "neighbours would be ambiguous: take a larger system or shorter radii"
        )
    return length


def checked_centres(centres: np.ndarray | None, particles: int) -> np.ndarray:
    """Indices of centre particles; all particles if None.

    Parameters
    ----------
    centres
        (centres,) integer indices, or None.
    particles
        Number of particles.

    Returns
    -------
    numpy.ndarray
        (centres,) int64.

    Raises
    ------
    InputError
        They are not a list of integers, or one of them is out of range.
    """
    if centres is None:
        return np.arange(particles)
    centres = np.asarray(centres)
    if centres.ndim != 1 or (centres.size and centres.dtype.kind not in "iu"):
        raise InputError(
            f"centres has the shape {centres.shape} and the type {centres.dtype}: give a list of "
            "particle indices (numpy.flatnonzero turns a mask into one)"
        )
    outside = centres[(centres < 0) | (centres >= particles)]
    if len(outside):
        raise InputError(
            f"centres holds {outside[0]}: indices of {particles} particles run from 0 to "
            f"{particles - 1}"
        )
    return centres.astype(np.int64)


def neighbour_blocks(
    positions: np.ndarray, box_length: float, reach: float, centres: np.ndarray
) -> Iterator[tuple[slice, Neighbours]]:
    """Neighbours of the centres, a few centres at a time, so that memory stays small.

    Parameters
    ----------
    positions
        (N, 3) positions, wrapped or not.
    box_length
        Edge of the cubic periodic box, at least twice the reach.
    reach
        Neighbours are closer than this; the centre itself is left out.
    centres
        (centres,) indices of the centre particles.

    Yields
    ------
    tuple[slice, Neighbours]
        Which of the centres, and their neighbours. The arrays are written over by the next block.
    """
    grid = _cell_grid(positions, box_length, reach)
    particles = len(grid.order)
    block = max(1, _ENTRIES // particles)
    room = block * particles
    index, vector, distance = np.empty(room, np.int64), np.empty((3, room)), np.empty(room)
    for begin in range(0, len(centres), block):
        chosen = slice(begin, min(begin + block, len(centres)))
        first = _gather(grid.rank[centres[chosen]], grid, index, vector, distance)
        yield chosen, Neighbours(first, index, vector, distance)


def _cell_grid(positions: np.ndarray, box_length: float, reach: float) -> _CellGrid:
    """Particles sorted into cells."""
    particles = len(positions)
    # About two particles in a cell, unless the sphere is so large that fewer cells are quicker.
    edge = max(1.25 * box_length / np.cbrt(particles), reach / 4)
    cells = max(1, int(box_length / edge))
    wrapped = positions - np.floor(positions / box_length) * box_length
    # Rounding can leave a coordinate on the far face of the box, in the cell after the last.
    cell = np.minimum((wrapped * (cells / box_length)).astype(np.int64), cells - 1)
    cell = (cell[:, 0] * cells + cell[:, 1]) * cells + cell[:, 2]
    order = np.argsort(cell, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(particles)
    first = np.searchsorted(cell[order], np.arange(cells**3 + 1))
    return _CellGrid(
        coordinates=np.ascontiguousarray(wrapped[order].T),
        order=order,
        rank=rank,
        first=first,
        columns=_columns(box_length / cells, reach),
        cells=cells,
        box_length=box_length,
        reach=reach,
    )


def _columns(edge: float, reach: float) -> np.ndarray:
    """Offsets and half heights of the columns of cells that hold points closer than `reach`."""
    offsets = np.arange(-int(reach / edge) - 1, int(reach / edge) + 2)
    gap = np.maximum(np.abs(offsets) - 1, 0) * edge
    square = reach**2 - gap[:, None] ** 2 - gap[None, :] ** 2
    x, y = np.nonzero(square > 0)
    height = (np.sqrt(square[x, y]) / edge).astype(np.int64) + 1
    return np.stack([offsets[x], offsets[y], height], axis=1)


@numba.njit(cache=True, nogil=True, fastmath={"contract"})
def _gather(
    centres: np.ndarray,
    grid: _CellGrid,
    index: np.ndarray,
    vector: np.ndarray,
    distance: np.ndarray,
) -> np.ndarray:
    """Write the neighbours of the centres (in cell order); returns where each stretch begins."""
    x, y, z = grid.coordinates[0], grid.coordinates[1], grid.coordinates[2]
    cells = grid.cells
    length = grid.box_length
    limit = grid.reach * grid.reach
    first = np.zeros(len(centres) + 1, np.int64)
    count = 0
    for row in range(len(centres)):
        centre = centres[row]
        cell_x = min(int(x[centre] * (cells / length)), cells - 1)
        cell_y = min(int(y[centre] * (cells / length)), cells - 1)
        cell_z = min(int(z[centre] * (cells / length)), cells - 1)
        for column in range(len(grid.columns)):
            column_x = cell_x + grid.columns[column, 0]
            column_y = cell_y + grid.columns[column, 1]
            low = cell_z - grid.columns[column, 2]
            high = cell_z + grid.columns[column, 2]
            # The reach is at most half the box, so a column lies in this image or in the next.
            image_x = (column_x >= cells) - (column_x < 0)
            image_y = (column_y >= cells) - (column_y < 0)
            base = ((column_x - image_x * cells) * cells + column_y - image_y * cells) * cells
            origin_x = x[centre] - image_x * length
            origin_y = y[centre] - image_y * length
            for image in range(-(low < 0), 1 + (high >= cells)):
                origin_z = z[centre] - image * length
                begin = grid.first[base + max(low - image * cells, 0)]
                end = grid.first[base + min(high - image * cells, cells - 1) + 1]
                for j in range(begin, end):
                    dx = x[j] - origin_x
                    dy = y[j] - origin_y
                    dz = z[j] - origin_z
                    square = dx * dx + dy * dy + dz * dz
                    # Write always, go on only if it counts: a branch would be mispredicted.
                    index[count] = grid.order[j]
                    vector[0, count] = dx
                    vector[1, count] = dy
                    vector[2, count] = dz
                    distance[count] = square
                    count += (square < limit) & (j != centre)
        first[row + 1] = count
    for k in range(count):
        distance[k] = np.sqrt(distance[k])
    return first
