"""Radial structure functions: the smoothed count of each species at each distance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import factorial
from string import ascii_uppercase
from typing import Any, ClassVar

import numba
import numpy as np
from numpy.polynomial import hermite_e

from softness.checks import checked_box, whole_number
from softness.errors import InputError
from softness.structure.family import Family, evenly
from softness.structure.neighbours import (
    Neighbours,
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
    species
        Number of species, each with columns of its own.
    """

    radii: tuple[float, ...] = tuple(RADII.tolist())
    width: float = 0.2
    species: int = 2

    name: ClassVar[str] = "radial"

    def __post_init__(self) -> None:
        _checked_species(self.species)

    @classmethod
    def from_settings(cls, block: Mapping[str, Any]) -> "Radial":
        """Radii first, first + step ... last, their width, and the number of species."""
        return cls(evenly(block), block["width"], block.get("species", 2))

    @property
    def kinds(self) -> dict[str, tuple[str, ...]]:
        """All radii of A, such as radial_A_1.1, then those of B and of further species."""
        kinds = (f"radial_{letter}" for letter in ascii_uppercase[: self.species])
        return {kind: tuple(f"{kind}_{radius:g}" for radius in self.radii) for kind in kinds}

    @property
    def reach(self) -> float:
        """Largest radius and the tail of its Gaussian."""
        return _reach(self.radii, self.width)

    def values(
        self,
        positions: np.ndarray,
        types: np.ndarray,
        box_length: float | np.ndarray,
        centres: np.ndarray,
    ) -> np.ndarray:
        """As of `radial_features`."""
        given = positions, types, box_length, centres, np.array(self.radii), self.width
        return radial_features(*given, self.species)


def _reach(radii: Sequence[float] | np.ndarray, width: float) -> float:
    return float(max(radii, default=0.0)) + _TAIL * width


def radial_features(
    positions: np.ndarray,
    types: np.ndarray,
    box_length: float | np.ndarray,
    centres: np.ndarray | None = None,
    radii: np.ndarray | None = None,
    width: float = 0.2,
    species: int | None = None,
) -> np.ndarray:
    """Radial structure functions of one frame, eq. 2.1 of the dissertation.

    G_X(i; mu) = sum over particles j of species X of exp(-(mu - R_ij)^2 / (2 width^2)), over all
    j other than i closer than the largest radius + 5 widths (5.9 with the default radii).

    Parameters
    ----------
    positions
        (N, 3) positions, wrapped or not, in sigma_AA.
    types
        (N,) species indices, 0 for A, 1 for B and so on.
    box_length
        Edge of the cubic periodic box, or (3,) edges of a rectangular one; each at least twice the
        largest distance in the sum.
    centres
        Indices of the particles whose features are wanted; all A particles by default.
    radii
        Radii mu in any order; 0.0, 0.1 ... 4.9 by default.
    width
        Width of the Gaussian shell.
    species
        Number of species; by default 2, or more where types hold more.

    Returns
    -------
    numpy.ndarray
        (centres, species * radii) float64: all radii of A, then those of B and of further species.
        They differ from the sum written out by less than 1e-8 for each neighbour.

    Raises
    ------
    InputError
        Positions are not finite or not (N, 3), types are not indices of that many species,
        centres are out of range, radii are negative, or the box is smaller than twice the largest
        distance in the sum.

    Notes
    -----
    A neighbour is not spread over the radii at once. Its distance is put in a bin half a width wide
    as the first ten moments of its place in the bin; a bin's moments are then spread with the
    derivatives of the Gaussian at the centre of the bin. So no exponential is evaluated per pair.
    """
    positions = checked_positions(positions)
    types, species = _checked_types(types, len(positions), species)
    radii, width = _checked_shells(radii, width)
    reach = _reach(radii, width)
    box_length = checked_box(box_length, reach)
    centres = np.flatnonzero(types == 0) if centres is None else centres
    centres = checked_centres(centres, len(positions))
    bin_width = width / _BINS_PER_WIDTH
    spread = _spreading_table(radii, width, bin_width, int(reach / bin_width) + 1)
    features = np.zeros((len(centres), species * len(radii)))
    for chosen, neighbours in neighbour_blocks(positions, box_length, reach, centres):
        _spread_neighbours(neighbours, types, 1 / bin_width, spread, features[chosen])
    return features


def _checked_types(
    types: np.ndarray, particles: int, species: int | None
) -> tuple[np.ndarray, int]:
    """Species indices, and the number of species."""
    types = np.asarray(types)
    if types.shape != (particles,):
        raise InputError(
            f"types has the shape {types.shape}: give one species for each of {particles} particles"
        )
    found = np.unique(types)
    species = _checked_species(max(2, len(found)) if species is None else species)
    strange = found[~np.isin(found, np.arange(species))]
    if len(strange):
        raise InputError(
            f"types holds {strange[0]}, which is none of {species} species: give 0 for A, 1 for B "
            "and so on, or the right number of species"
        )
    return types.astype(np.int64), species


def _checked_species(species: int) -> int:
    if whole_number(species, "species") > len(ascii_uppercase):
        raise InputError(f"species = {species}: give {len(ascii_uppercase)} at most")
    return species


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
    number = features.shape[1] // radii
    total = np.empty((number, bins, _MOMENTS))
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
        for species in range(number):
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
