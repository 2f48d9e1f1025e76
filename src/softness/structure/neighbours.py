"""Neighbour search in a rectangular periodic box, shared by all structural features.

Particles are sorted into small cells, cubic ones in a cube. The neighbours of a particle are
gathered from the columns of cells that its sphere touches; a column is contiguous in memory and
followed by its own periodic image, so that each visit is one straight stretch of coordinates.
Everything runs on one thread in a fixed order.

Compiled functions call no compiled function of another module: numba would go on using a cached
caller after the module it calls had changed.
"""

from collections.abc import Iterator
from math import floor
from typing import NamedTuple

import numba
import numpy as np

from softness.checks import checked_frame
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
    """Particles sorted by cell; each column of cells along z stands there twice, one above another.

    Sorted particles are the N particles in the box and their N images one edge up in z.
    """

    coordinates: np.ndarray  # (3, 2 N) in cell order
    order: np.ndarray  # (2 N,) index that each sorted particle has for the caller
    rank: np.ndarray  # (N,) place of each of the caller's particles in cell order
    first: np.ndarray  # (2 * cells + 1,) first sorted particle of each cell
    cells: tuple[int, int, int]  # along each edge of the box
    edges: tuple[float, float, float]
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
    return np.ascontiguousarray(checked_frame(positions, "positions"), dtype=np.float64)


def checked_centres(centres: np.ndarray | None, particles: int) -> np.ndarray:
    """Check the indices of centre particles; None stands for all particles.

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
    positions: np.ndarray, box_length: float | np.ndarray, reach: float, centres: np.ndarray
) -> Iterator[tuple[slice, Neighbours]]:
    """Neighbours of the centres, a few centres at a time, so that memory stays small.

    Parameters
    ----------
    positions
        (N, 3) positions, wrapped or not.
    box_length
        Edge of the cubic periodic box, or (3,) edges of a rectangular one; each at least twice the
        reach.
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
    particles = len(positions)
    block = max(1, _ENTRIES // particles)
    room = block * particles
    index, vector, distance = np.empty(room, np.int64), np.empty((3, room)), np.empty(room)
    for begin in range(0, len(centres), block):
        chosen = slice(begin, min(begin + block, len(centres)))
        first = _gather(grid.rank[centres[chosen]], grid, index, vector, distance)
        yield chosen, Neighbours(first, index, vector, distance)


def _cell_grid(positions: np.ndarray, box_length: float | np.ndarray, reach: float) -> _CellGrid:
    """Sort particles into cells."""
    particles, edges = len(positions), np.broadcast_to(box_length, 3)
    # At half the box exactly, rounding could count a particle and its image.
    reach = min(reach, float(edges.min()) / 2 * (1 - 1e-12))
    # About four particles in a cell are quickest for spheres from 2 to 6 particle distances.
    aspect = edges / edges.min()
    in_shortest = np.cbrt(particles / aspect.prod()) / 1.5
    cells = np.maximum((in_shortest * aspect).astype(np.int64), 1)
    wrapped = positions - np.floor(positions / edges) * edges
    # Rounding can leave a coordinate on the far face of the box, in the cell after the last.
    cell = np.minimum((wrapped * (cells / edges)).astype(np.int64), cells - 1)
    cell = (cell[:, 0] * cells[1] + cell[:, 1]) * 2 * cells[2] + cell[:, 2]
    wrapped = np.concatenate([wrapped, wrapped + np.array([0, 0, edges[2]])])
    cell = np.concatenate([cell, cell + cells[2]])
    order = np.argsort(cell, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(2 * particles)
    return _CellGrid(
        coordinates=np.ascontiguousarray(wrapped[order].T),
        order=order % particles,
        rank=rank[:particles],
        first=np.searchsorted(cell[order], np.arange(2 * cells.prod() + 1)),
        cells=tuple(cells.tolist()),
        edges=tuple(edges.tolist()),
        reach=reach,
    )


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
    limit = grid.reach * grid.reach
    columns = (grid.cells[0] + 2) * (grid.cells[1] + 2)
    stretches = np.empty((columns, 2), np.int64)
    origins = np.empty((columns, 3))
    first = np.zeros(len(centres) + 1, np.int64)
    count = 0
    for row in range(len(centres)):
        centre = centres[row]
        itself = grid.order[centre]
        for column in range(_touched_columns(centre, grid, stretches, origins)):
            origin_x, origin_y, origin_z = origins[column]
            for j in range(stretches[column, 0], stretches[column, 1]):
                dx = x[j] - origin_x
                dy = y[j] - origin_y
                dz = z[j] - origin_z
                square = dx * dx + dy * dy + dz * dz
                # Write always, go on only if it counts: a branch would be mispredicted.
                particle = grid.order[j]
                index[count] = particle
                vector[0, count] = dx
                vector[1, count] = dy
                vector[2, count] = dz
                distance[count] = square
                count += (square < limit) & (particle != itself)
        first[row + 1] = count
    for k in range(count):
        distance[k] = np.sqrt(distance[k])
    return first


@numba.njit(cache=True, nogil=True, fastmath={"contract"})
def _touched_columns(
    centre: int, grid: _CellGrid, stretches: np.ndarray, origins: np.ndarray
) -> int:
    """Find the columns of cells that the sphere around a centre touches; returns how many.

    For each, write the stretch of particles in the touched cells, and the image of the centre that
    is nearest to them. The reach is less than half of each edge, so that a column lies in this
    image of the box or in the next to either side, and no sphere leaves the box at both ends.
    """
    reach = grid.reach
    cells_x, cells_y, cells_z = grid.cells
    length_x, length_y, length_z = grid.edges
    width_x, width_y = length_x / cells_x, length_y / cells_y
    scale_x, scale_y, scale_z = cells_x / length_x, cells_y / length_y, cells_z / length_z
    x, y, z = grid.coordinates[:, centre]
    columns = 0
    for column_x in range(floor((x - reach) * scale_x), floor((x + reach) * scale_x) + 1):
        image_x = (column_x >= cells_x) - (column_x < 0)
        gap_x = max(column_x * width_x - x, x - (column_x + 1) * width_x, 0.0)
        square_y = max(reach * reach - gap_x * gap_x, 0.0)
        half_y = np.sqrt(square_y)
        for column_y in range(floor((y - half_y) * scale_y), floor((y + half_y) * scale_y) + 1):
            image_y = (column_y >= cells_y) - (column_y < 0)
            gap_y = max(column_y * width_y - y, y - (column_y + 1) * width_y, 0.0)
            half_z = np.sqrt(max(square_y - gap_y * gap_y, 0.0))
            low_z = floor((z - half_z) * scale_z)
            high_z = floor((z + half_z) * scale_z)
            up = low_z < 0
            column = (column_x - image_x * cells_x) * cells_y + column_y - image_y * cells_y
            base = 2 * cells_z * column + up * cells_z
            stretches[columns, 0] = grid.first[base + low_z]
            stretches[columns, 1] = grid.first[base + high_z + 1]
            origins[columns, 0] = x - image_x * length_x
            origins[columns, 1] = y - image_y * length_y
            origins[columns, 2] = z + up * length_z
            columns += 1
    return columns
