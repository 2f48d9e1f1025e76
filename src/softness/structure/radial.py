"""Radial structure functions: the smoothed count of A and of B at each distance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import factorial
from typing import Any, ClassVar

import numba
import numpy as np
from numpy.polynomial import hermite_e

from softness.errors import InputError
from softness.structure.family import Family, evenly
from softness.structure.neighbours import (
    Neighbours,
    checked_box_length,
    checked_centres,
    checked_positions,
    neighbour_blocks,
)

RADII = np.arange(50) / 10
"""Default radii mu = 0.0, 0.1 ... 4.9 (sigma_AA)."""

_BINS_PER_WIDTH = 2
_MOMENTS = 10
# Distance from the radius, in widths, up to which a neighbour contributes to a feature.
_TAIL = 5


@dataclass(frozen=True)
class Radial(Family):
    """The family of radial structure functions.

    Attributes
    ----------
    radii
        (n,) in sigma_AA; empty for none.
    width
        Of the Gaussian shells, in sigma_AA.
    """

    radii: tuple[float, ...] = tuple(RADII.tolist())
    width: float = 0.2

    name: ClassVar[str] = "radial"

    @classmethod
    def from_settings(cls, block: Mapping[str, Any]) -> "Radial":
        """Radii first, first + step ... last, and their width."""
        return cls(evenly(block), block["width"])

    @property
    def kinds(self) -> dict[str, tuple[str, ...]]:
        """All radii of A, such as radial_A_1.1, and all of B."""
        kinds = ("radial_A", "radial_B")
        return {kind: tuple(f"{kind}_{radius:g}" for radius in self.radii) for kind in kinds}

    @property
    def reach(self) -> float:
        """Largest radius and the tail of its Gaussian."""
        return _reach(self.radii, self.width)

    def values(
        self, positions: np.ndarray, types: np.ndarray, box_length: float, centres: np.ndarray
    ) -> np.ndarray:
        """As of `radial_features`."""
        radii = np.array(self.radii)
        return radial_features(positions, types, box_length, centres, radii, self.width)


def _reach(radii: Sequence[float] | np.ndarray, width: float) -> float:
    return float(max(radii, default=0.0)) + _TAIL * width


def radial_features(
    positions: np.ndarray,
    types: np.ndarray,
    box_length: float,
    centres: np.ndarray | None = None,
    radii: np.ndarray | None = None,
    width: float = 0.2,
) -> np.ndarray:
    """Radial structure functions of one frame, eq. 2.1 of the dissertation.

    G_X(i; mu) = sum over particles j of species X of exp(-(mu - R_ij)^2 / (2 width^2)), over all
    j other than i closer than the largest radius + 5 widths (5.9 with the default radii).

    Parameters
    ----------
    positions
        (N, 3) positions, wrapped or not, in sigma_AA.
    types
        (N,) species, 0 for A and 1 for B.
    box_length
        Edge of the cubic periodic box, at least twice the largest distance in the sum.
    centres
        Indices of the particles whose features are wanted; all A particles by default.
    radii
        Radii mu in any order; 0.0, 0.1 ... 4.9 by default.
    width
        Width of the Gaussian shell.

    Returns
    -------
    numpy.ndarray
        (centres, 2 * radii) float64: all radii of A, then all radii of B. They differ from the sum
        written out by less than 1e-8 for each neighbour.

    Raises
    ------
    InputError
        Positions are not finite or not (N, 3), types are not 0 or 1, centres are out of range,
        radii are negative, or the box is smaller than twice the largest distance in the sum.

    Notes
    -----
    A neighbour is not spread over the radii at once. Its distance is put in a bin half a width wide
    as the first ten moments of its place in the bin; a bin's moments are then spread with the
    derivatives of the Gaussian at the centre of the bin. So no exponential is evaluated per pair.
    """
    positions = checked_positions(positions)
    types = _checked_types(types, len(positions))
    radii, width = _checked_shells(radii, width)
    reach = _reach(radii, width)
    box_length = checked_box_length(box_length, reach)
    centres = np.flatnonzero(types == 0) if centres is None else centres
    centres = checked_centres(centres, len(positions))
    bin_width = width / _BINS_PER_WIDTH
    spread = _spreading_table(radii, width, bin_width, int(reach / bin_width) + 1)
    features = np.zeros((len(centres), 2 * len(radii)))
    for chosen, neighbours in neighbour_blocks(positions, box_length, reach, centres):
        _spread_neighbours(neighbours, types, 1 / bin_width, spread, features[chosen])
    return features


def _checked_types(types: np.ndarray, particles: int) -> np.ndarray:
    types = np.asarray(types)
    if types.shape != (particles,):
        raise InputError(
            f"types has the shape {types.shape}: give one species for each of {particles} particles"
        )
    strange = types[(types != 0) & (types != 1)]
    if len(strange):
        raise InputError(f"types holds {strange[0]}: give 0 for A and 1 for B")
    return types.astype(np.int64)


def _checked_shells(radii: np.ndarray | None, width: float) -> tuple[np.ndarray, float]:
    radii = np.asarray(RADII if radii is None else radii, dtype=np.float64)
    if radii.ndim != 1 or len(radii) == 0:
        raise InputError(f"radii has the shape {radii.shape}: give a list of at least one radius")
    if not (np.isfinite(radii).all() and radii.min() >= 0):
        raise InputError(f"radii = {radii.tolist()}: give finite radii, none of them negative")
    if not (np.ndim(width) == 0 and np.isfinite(width) and width > 0):
        raise InputError(f"width = {width}: give a positive, finite width")
    return radii, float(width)


def _spreading_table(radii: np.ndarray, width: float, bin_width: float, bins: int) -> np.ndarray:
    """(bins, moments, radii): what each moment of a bin adds to the feature at each radius.

    With u = (R - c) / bin_width and x = (c - mu) / width, the Taylor series of the Gaussian is
    exp(-(x + u bin_width / width)^2 / 2) = sum_n u^n (-bin_width / width)^n He_n(x) / n!
    exp(-x^2 / 2). Ten terms leave 1e-9 at the peak and a few 1e-6 of the value five widths out.
    """
    centre = (np.arange(bins) + 0.5) * bin_width
    x = (centre[:, None] - radii[None, :]) / width
    table = np.empty((bins, _MOMENTS, len(radii)))
    for n in range(_MOMENTS):
        hermite = hermite_e.hermeval(x, np.eye(_MOMENTS)[n])
        table[:, n] = (-bin_width / width) ** n / factorial(n) * hermite * np.exp(-(x**2) / 2)
    return table


@numba.njit(cache=True, nogil=True, fastmath={"contract"})
def _spread_neighbours(
    neighbours: Neighbours,
    types: np.ndarray,
    bins_per_length: float,
    spread: np.ndarray,
    features: np.ndarray,
) -> None:
    """Add the neighbours of each centre to its row of features."""
    bins, _, radii = spread.shape
    total = np.empty((2, bins, _MOMENTS))
    for row in range(len(features)):
        total[:] = 0.0
        for pair in range(neighbours.first[row], neighbours.first[row + 1]):
            place = neighbours.distance[pair] * bins_per_length
            b = int(place)
            offset = place - b - 0.5
            moment = total[types[neighbours.index[pair]], b]
            power = 1.0
            for n in range(_MOMENTS):
                moment[n] += power
                power *= offset
        for species in range(2):
            feature = features[row, species * radii : (species + 1) * radii]
            for b in range(bins):
                if total[species, b, 0] > 0:
                    moment = total[species, b]
                    table = spread[b]
                    for k in range(radii):
                        amount = 0.0
                        for n in range(_MOMENTS):
                            amount += moment[n] * table[n, k]
                        feature[k] += amount
