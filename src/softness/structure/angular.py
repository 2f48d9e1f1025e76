"""Bond-orientational order of the neighbours in spherical shells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numba
import numpy as np

from softness.checks import checked_box
from softness.errors import InputError
from softness.structure.family import Family, evenly
from softness.structure.neighbours import (
    Neighbours,
    checked_centres,
    checked_positions,
    neighbour_blocks,
)

SHELLS = np.arange(2, 7) / 2
"""Default inner radii 1.0, 1.5 ... 3.0 (sigma_AA) of shells of the thickness 0.5."""

SHELL_THICKNESS = 0.5
"""Thickness of a shell that is given by its inner radius alone (sigma_AA)."""

DEGREES = np.arange(2, 15, 2)
"""Default degrees l = 2, 4 ... 14."""


@dataclass(frozen=True)
class Angular(Family):
    """The family of bond-orientational order in shells.

    Attributes
    ----------
    shells
        (n,) inner radii, in sigma_AA; empty for none.
    degrees
        l of the spherical harmonics.
    thickness
        Of the shells, in sigma_AA.
    """

    shells: tuple[float, ...] = tuple(SHELLS.tolist())
    degrees: tuple[int, ...] = tuple(DEGREES.tolist())
    thickness: float = SHELL_THICKNESS

    name: ClassVar[str] = "angular"

    @classmethod
    def from_settings(cls, block: Mapping[str, Any]) -> "Angular":
        """Shells that begin at first, first + step ... last, and degrees."""
        return cls(evenly(block), tuple(block["degrees"]), block["step"])

    @property
    def kinds(self) -> dict[str, tuple[str, ...]]:
        """All degrees of the first shell, such as angular_1-1.5_l4, then those of the others."""
        names = (
            f"angular_{inner:g}-{inner + self.thickness:g}_l{degree}"
            for inner in self.shells
            for degree in self.degrees
        )
        return {"angular": tuple(names)}

    @property
    def reach(self) -> float:
        """Outermost radius."""
        return max(self.shells, default=0.0) + self.thickness

    def values(
        self,
        positions: np.ndarray,
        types: np.ndarray,
        box_length: float | np.ndarray,
        centres: np.ndarray,
    ) -> np.ndarray:
        """As of `angular_features`."""
        inner = np.array(self.shells)
        shells = np.stack([inner, inner + self.thickness], axis=1)
        return angular_features(positions, box_length, centres, shells, np.array(self.degrees))


def angular_features(
    positions: np.ndarray,
    box_length: float | np.ndarray,
    centres: np.ndarray | None = None,
    shells: np.ndarray | None = None,
    degrees: np.ndarray | None = None,
) -> np.ndarray:
    """Bond-orientational order Q_l in shells around particles, eq. 3.2-3.3 of the dissertation.

    Q_l(i; shell) = sqrt(4 pi / (2 l + 1) sum_m |<Y_lm(R_ij)>|^2), where the mean runs over the
    neighbours j of all species with inner <= R_ij < outer.

    Parameters
    ----------
    positions
        (N, 3) positions, wrapped or not, in sigma_AA.
    box_length
        Edge of the cubic periodic box, or (3,) edges of a rectangular one; each at least twice the
        outermost radius.
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
    box_length = checked_box(box_length, reach)
    centres = checked_centres(centres, len(positions))
    features = np.zeros((len(centres), len(shells), len(degrees)))
    chains = [_Chain.of(degrees, parity) for parity in np.unique(degrees % 2).tolist()]
    for chosen, neighbours in neighbour_blocks(positions, box_length, reach, centres):
        for chain in chains:
            orders = _shell_orders(neighbours, shells, chain.parity, chain.recurrence)
            features[chosen][:, :, chain.columns] = orders[:, :, chain.steps]
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
    if not (
        np.isfinite(shells).all() and shells.min() >= 0 and (shells[:, 0] < shells[:, 1]).all()
    ):
        raise InputError(f"shells = {shells.tolist()}: give 0 <= inner < outer, all finite")
    return shells


def _checked_degrees(degrees: np.ndarray | None) -> np.ndarray:
    degrees = np.asarray(DEGREES if degrees is None else degrees)
    if degrees.ndim != 1 or len(degrees) == 0 or degrees.dtype.kind not in "iu":
        raise InputError(f"degrees = {degrees.tolist()}: give a list of whole numbers")
    if degrees.min() < 0:
        raise InputError(f"degrees = {degrees.tolist()}: give degrees of 0 or more")
    return degrees.astype(np.int64)


class _Chain(NamedTuple):
    """The wanted degrees of one parity, reached from l = parity in steps of two."""

    parity: int
    columns: np.ndarray  # which of the wanted degrees these are
    steps: np.ndarray  # steps from l = parity to each of them
    recurrence: np.ndarray  # (steps, 3) factors of the recurrence

    @classmethod
    def of(cls, degrees: np.ndarray, parity: int) -> "_Chain":
        columns = np.flatnonzero(degrees % 2 == parity)
        steps = degrees[columns] // 2
        # Rounded up to an even number, since two steps are made at a time.
        longest = (int(steps.max()) + 1) // 2 * 2
        return cls(parity, columns, steps, _legendre_recurrence(parity, longest))


def _legendre_recurrence(parity: int, steps: int) -> np.ndarray:
    """Factors a, b, c of P_(l+2) = (a x^2 + b) P_l + c P_(l-2) for l = parity, parity + 2 ..."""
    degree = parity + 2.0 * np.arange(steps)
    upper = (2 * degree + 1) * (2 * degree + 3)
    lower = (2 * degree + 1) * (2 * degree - 1)
    lead = upper / ((degree + 1) * (degree + 2))
    middle = (degree + 1) ** 2 / upper + degree**2 / lower
    return np.stack([lead, -lead * middle, -lead * degree * (degree - 1) / lower], axis=1)


@numba.njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def _shell_orders(
    neighbours: Neighbours, shells: np.ndarray, parity: int, recurrence: np.ndarray
) -> np.ndarray:
    """(centres, shells, steps + 1) Q_l for l = parity, parity + 2 ..."""
    centres = len(neighbours.first) - 1
    pairs = neighbours.first[-1]
    inverse = 1 / neighbours.distance[:pairs]
    unit = np.empty((3, np.max(np.diff(neighbours.first)) + 1))
    orders = np.zeros((centres, len(shells), len(recurrence) + 1))
    for row in range(centres):
        for shell in range(len(shells)):
            inner, outer = shells[shell]
            members = 0
            for pair in range(neighbours.first[row], neighbours.first[row + 1]):
                for axis in range(3):
                    unit[axis, members] = neighbours.vector[axis, pair] * inverse[pair]
                distance = neighbours.distance[pair]
                # A particle at the very place of the centre lies in no direction.
                members += (distance >= inner) & (distance < outer) & (distance > 0)
            if members > 0:
                _mean_legendre(unit, members, parity, recurrence, orders[row, shell])
    return orders


@numba.njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def _mean_legendre(
    unit: np.ndarray, members: int, parity: int, recurrence: np.ndarray, order: np.ndarray
) -> None:
    """Q_l from the unit vectors of the members of one shell."""
    x, y, z = unit[0, :members], unit[1, :members], unit[2, :members]
    pairs = members * (members - 1) // 2
    cosine = np.empty(pairs)
    count = 0
    for j in range(members):
        # Contiguous slices, which the compiler turns into vector instructions.
        this_x, this_y, this_z = x[j], y[j], z[j]
        later_x, later_y, later_z = x[j + 1 :], y[j + 1 :], z[j + 1 :]
        row = cosine[count : count + members - j - 1]
        for k in range(len(row)):
            row[k] = this_x * later_x[k] + this_y * later_y[k] + this_z * later_z[k]
        count += len(row)
    argument = cosine * cosine
    current = cosine if parity else np.ones(pairs)
    previous = np.zeros(pairs)
    order[0] = np.sqrt(max(members + 2 * current.sum(), 0.0)) / members
    # Two steps at a time, which halves the traffic with the cache.
    for step in range(0, len(recurrence), 2):
        a, b, c = recurrence[step]
        next_a, next_b, next_c = recurrence[step + 1]
        total = 0.0
        next_total = 0.0
        for k in range(pairs):
            following = (a * argument[k] + b) * current[k] + c * previous[k]
            total += following
            previous[k] = following
            current[k] = (next_a * argument[k] + next_b) * following + next_c * current[k]
            next_total += current[k]
        order[step + 1] = np.sqrt(max(members + 2 * total, 0.0)) / members
        order[step + 2] = np.sqrt(max(members + 2 * next_total, 0.0)) / members
