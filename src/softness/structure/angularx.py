"""Bond-orientational order of the neighbours in spherical shells."""

import numba
import numpy as np

from softness.errors import InputError
from softness.structure.neighbours import (
    CellGrid,
    cell_grid,
    checked_box_length,
    checked_centres,
    checked_positions,
    gather,
)

SHELLS = np.arange(2, 7) / 2
"""Default inner radii 1.0, 1.5 ... 3.0 (sigma_AA) of shells of the thickness 0.5."""

SHELL_THICKNESS = 0.5
"""Thickness of a shell that is given by its inner radius alone (sigma_AA)."""

DEGREES = np.arange(2, 15, 2)
"""Default degrees l = 2, 4 ... 14."""


def angular_features(
    positions: np.ndarray,
    box_length: float,
    centres: np.ndarray | None = None,
    shells: np.ndarray | None = None,
    degrees: np.ndarray | None = None,
) -> np.ndarray:
    """Bond-orientational order Q_l in shells around particles, eq. 3.2-3.3 of the dissertation.

    Q_l(i; shell) = sqrt(4 pi / (2 l + 1) sum_m |<Y_lm(R_ij)>|^2), where the mean runs over the
    neighbours j of both species with inner <= R_ij < outer.

    Parameters
    ----------
    positions
        (N, 3) positions, wrapped or not, in sigma_AA.
    box_length
        Edge of the cubic periodic box, at least twice the outermost radius.
    centres
        Indices of the particles whose features are wanted; all particles by default.
    shells
        (shells,) inner radii of shells of the thickness 0.5, or (shells, 2) inner and outer radii;
        inner radii 1.0, 1.5, 2.0, 2.5, 3.0 by default.
    degrees
        Degrees l; 2, 4 ... 14 by default.

    Returns
    -------
    numpy.ndarray
        (centres, shells * degrees) float64, degrees fastest; between 0 and 1, and 0 where a shell
        is empty.

    Raises
    ------
    InputError
        Positions are not finite or not (N, 3), centres are out of range, shells or degrees are
        negative, or the box is smaller than twice the outermost radius.

    Notes
    -----
    The sum over m is carried out by the addition theorem of spherical harmonics:
    Q_l^2 = (1 / n^2) sum over pairs (j, k) of the n neighbours of P_l(cos(angle between j and k)).
    """
    positions = checked_positions(positions)
    shells = _checked_shells(shells)
    degrees = _checked_degrees(degrees)
    reach = float(shells.max())
    box_length = checked_box_length(box_length, reach)
    centres = checked_centres(centres, len(positions))
    grid = cell_grid(positions, box_length, reach)
    features = np.zeros((len(centres), len(shells), len(degrees)))
    for parity in (0, 1):
        wanted = degrees % 2 == parity
        if wanted.any():
            columns = degrees[wanted] // 2
            recurrence = _legendre_recurrence(parity, int(columns.max()))
            orders = _shell_orders(grid.rank[centres], grid, shells**2, parity, recurrence)
            features[:, :, wanted] = orders[:, :, columns]
    return features.reshape(len(centres), -1)


def _checked_shells(shells: np.ndarray | None) -> np.ndarray:
    """(shells, 2) inner and outer radii."""
    shells = np.asarray(SHELLS if shells is None else shells, dtype=np.float64)
    if shells.ndim == 1:
        shells = np.stack([shells, shells + SHELL_THICKNESS], axis=1)
    if shells.ndim != 2 or shells.shape[1] != 2 or len(shells) == 0:
        raise InputError(
            f"shells has the shape {shells.shape}: give inner radii, or pairs of inner and outer"
        )
    if not (np.isfinite(shells).all() and shells.min() >= 0 and (shells[:, 0] < shells[:, 1]).all()):
        raise InputError(f"shells = {shells.tolist()}: give 0 <= inner < outer, all finite")
    return shells


def _checked_degrees(degrees: np.ndarray | None) -> np.ndarray:
    degrees = np.asarray(DEGREES if degrees is None else degrees)
    if degrees.ndim != 1 or len(degrees) == 0 or degrees.dtype.kind not in "iu":
        raise InputError(f"degrees = {degrees.tolist()}: give a list of whole numbers")
    if degrees.min() < 0:
        raise InputError(f"degrees = {degrees.tolist()}: give degrees of 0 or more")
    return degrees.astype(np.int64)


def _legendre_recurrence(parity: int, steps: int) -> np.ndarray:
    """(steps, 3) factors a, b, c of P_(l+2) = (a x^2 + b) P_l + c P_(l-2), l = parity, parity + 2 ..."""
    l = parity + 2.0 * np.arange(steps)  # noqa: E741 - the degree is called l everywhere
    upper = (2 * l + 1) * (2 * l + 3)
    lower = (2 * l + 1) * (2 * l - 1)
    lead = upper / ((l + 1) * (l + 2))
    middle = (l + 1) ** 2 / upper + l**2 / lower
    return np.stack([lead, -lead * middle, -lead * l * (l - 1) / lower], axis=1)


@numba.njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def _shell_orders(
    centres: np.ndarray, grid: CellGrid, squares: np.ndarray, parity: int, recurrence: np.ndarray
) -> np.ndarray:
    """(centres, shells, steps + 1) Q_l for l = parity, parity + 2 ...; centres in cell order."""
    particles = len(grid.order)
    neighbour = np.empty(particles, np.int64)
    vector = np.empty((3, particles))
    square = np.empty(particles)
    inverse = np.empty(particles)
    unit = np.empty((3, 2 * particles))
    orders = np.zeros((len(centres), len(squares), len(recurrence) + 1))
    for row in range(len(centres)):
        count = gather(centres[row], grid, neighbour, vector, square)
        for k in range(count):
            inverse[k] = 1 / np.sqrt(square[k])
        for shell in range(len(squares)):
            inner, outer = squares[shell]
            members = 0
            for k in range(count):
                for axis in range(3):
                    unit[axis, members] = vector[axis, k] * inverse[k]
                members += (square[k] >= inner) & (square[k] < outer)
            if members > 0:
                _mean_legendre(unit, members, parity, recurrence, orders[row, shell])
    return orders


@numba.njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def _mean_legendre(
    scratch, unit: np.ndarray, members: int, parity: int, recurrence: np.ndarray, order: np.ndarray
) -> None:
    """Q_l from the unit vectors of the members of one shell."""
    x, y, z = unit
    pairs = members * (members - 1) // 2
    cosine = scratch[0,:pairs]
    argument = scratch[1,:pairs]
    current = scratch[2,:pairs]
    previous = scratch[3,:pairs]
    previous[:] = 0
    # Each member with the one s places on, going round: n pairs at every s in one straight loop.
    for k in range(members):
        x[members + k], y[members + k], z[members + k] = x[k], y[k], z[k]
    for shift in range(1, members // 2 + 1):
        begin = (shift - 1) * members
        row = cosine[begin : begin + members]
        ahead_x, ahead_y, ahead_z = x[shift:], y[shift:], z[shift:]
        for k in range(len(row)):
            row[k] = x[k] * ahead_x[k] + y[k] * ahead_y[k] + z[k] * ahead_z[k]
    total = 0.0
    for k in range(pairs):
        current[k] = cosine[k] if parity else 1.0
        argument[k] = cosine[k] * cosine[k]
        total += current[k]
    order[0] = np.sqrt(max(members + 2 * total, 0.0)) / members
    for step in range(len(recurrence)):
        a, b, c = recurrence[step]
        total = 0.0
        for k in range(pairs):
            following = (a * argument[k] + b) * current[k] + c * previous[k]
            previous[k] = current[k]
            current[k] = following
            total += following
        order[step + 1] = np.sqrt(max(members + 2 * total, 0.0)) / members
