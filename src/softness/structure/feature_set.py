"""The structural features of a particle: which of them, in which columns, and their values."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from softness.errors import InputError
from softness.structure.angular import DEGREES, SHELL_THICKNESS, SHELLS, Angular
from softness.structure.averaged import averaged_features
from softness.structure.family import Family
from softness.structure.radial import RADII, Radial

FAMILIES: tuple[type[Family], ...] = (
    Radial,
    Angular,
)
"""All families of descriptors, in the order of the columns of tables."""


def families_of(settings: Mapping[str, Any]) -> list[Family]:
    """The families that the block ``features`` of a configuration names."""
    return [each.from_settings(settings[each.name]) for each in FAMILIES if each.name in settings]


@dataclass(frozen=True)
class FeatureSet:
    """Which structural features a table holds, in the order of its columns.

    For each order: all radii of A, of B and of further species, then the angular ones, degrees
    fastest, then those of other families. Lists and arrays become tuples.

    Attributes
    ----------
    radii
        Of the radial features, in sigma_AA; empty for none.
    width
        Of the Gaussian shells, in sigma_AA.
    shells
        Inner radii of the shells of the angular features, in sigma_AA; empty for none.
    degrees
        l of the angular features.
    orders
        Times that the features are averaged over the neighbourhood; 0 for the features themselves.
    cutoff
        Of that neighbourhood, in sigma_AA; needed for orders above 0.
    thickness
        Of the shells of the angular features, in sigma_AA.
    others
        Families beside the radial and the angular one.
    species
        Number of species that the radial features tell apart.
    """

    radii: tuple[float, ...] = tuple(RADII.tolist())
    width: float = 0.2
    shells: tuple[float, ...] = tuple(SHELLS.tolist())
    degrees: tuple[int, ...] = tuple(DEGREES.tolist())
    orders: tuple[int, ...] = (0,)
    cutoff: float | None = None
    thickness: float = SHELL_THICKNESS
    others: tuple[Family, ...] = ()
    species: int = 2

    def __post_init__(self) -> None:
        for name in ("radii", "shells", "degrees", "orders"):
            object.__setattr__(self, name, _as_tuple(getattr(self, name), name))
        if not any(family.names for family in self.families):
            raise InputError("radii and shells are empty: give one of them")
        whole = all(isinstance(n, (int, np.integer)) and n >= 0 for n in self.orders)
        if not (self.orders and whole and list(self.orders) == sorted(set(self.orders))):
            raise InputError(f"orders = {self.orders}: give increasing whole numbers of 0 or more")
        if self.orders[-1] > 0 and self.cutoff is None:
            raise InputError(f"orders = {self.orders} need a cutoff: give one, in sigma_AA")

    @classmethod
    def of(
        cls, families: Iterable[Family], orders: Sequence[int] = (0,), cutoff: float | None = None
    ) -> "FeatureSet":
        """The features of some families alone."""
        given = {family.name: family for family in families}
        radial = given.pop(Radial.name, Radial(radii=()))
        angular = given.pop(Angular.name, Angular(shells=()))
        others = tuple(given.values())
        return cls(**vars(radial), **vars(angular), orders=orders, cutoff=cutoff, others=others)

    @property
    def families(self) -> tuple[Family, ...]:
        """The families, in the order of the columns; some may have none."""
        radial = Radial(self.radii, self.width, self.species)
        return radial, Angular(self.shells, self.degrees, self.thickness), *self.others

    def only(self, names: Container[str]) -> "FeatureSet":
        """The features of the families of these names."""
        chosen = [family for family in self.families if family.name in names]
        return FeatureSet.of(chosen, self.orders, self.cutoff)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, such as radial_A_1.1, angular_1-1.5_l4, order2_radial_B_0.9."""
        return tuple(
            f"order{order}_{name}" if order else name
            for order in self.orders
            for family in self.families
            for name in family.names
        )

    def __len__(self) -> int:
        """Number of columns M."""
        return len(self.orders) * sum(len(family.names) for family in self.families)

    def columns(self, kind: str | None = None, order: int | None = None) -> np.ndarray:
        """Numbers of the columns of one kind, such as radial_A, and of one order; of all else."""
        counts = {
            kind: len(names) for family in self.families for kind, names in family.kinds.items()
        }
        if kind is not None and kind not in counts:
            raise InputError(f"kind = {kind!r}: give one of {', '.join(counts)}")
        if order is not None and order not in self.orders:
            raise InputError(f"order = {order}: this table holds the orders {self.orders}")
        kinds = np.tile(np.repeat(list(counts), list(counts.values())), len(self.orders))
        orders = np.repeat(self.orders, sum(counts.values()))
        chosen = np.ones(len(self), dtype=bool)
        if kind is not None:
            chosen &= kinds == kind
        if order is not None:
            chosen &= orders == order
        return np.flatnonzero(chosen)


def _as_tuple(values: Sequence[float] | np.ndarray, name: str) -> tuple[float, ...]:
    """Numbers as a tuple of Python's own, which can be compared and hashed."""
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise InputError(f"{name} = {values!r}: give a list of numbers") from error
    if array.ndim != 1 or array.dtype.kind not in "iuf":
        raise InputError(f"{name} = {values!r}: give a list of numbers")
    return tuple(array.tolist())


def frame_features(
    positions: np.ndarray,
    types: np.ndarray,
    box_length: float | np.ndarray,
    features: FeatureSet,
    centres: np.ndarray | None = None,
) -> np.ndarray:
    """Features of some particles of one frame.

    Parameters
    ----------
    positions
        (N, 3) positions of all particles, wrapped or not, in sigma_AA.
    types
        (N,) species indices, 0 for A, 1 for B and so on.
    box_length
        Edge of the cubic periodic box, or (3,) edges of a rectangular one; each at least twice the
        reach of the features.
    features
        Which features.
    centres
        (n,) indices of the particles whose features are wanted; all A particles if not given.

    Returns
    -------
    numpy.ndarray
        (n, M) float32, in the order of the centres; columns as `FeatureSet.names`.

    Raises
    ------
    InputError
        As `radial_features`, `angular_features`, other families, and `averaged_features`.
    """
    types = np.asarray(types)
    centres = np.flatnonzero(types == 0) if centres is None else np.asarray(centres)
    if features.orders == (0,):
        own = own_features(positions, types, box_length, features, centres)
        return own.astype(np.float32)
    # A mean over neighbours needs the features of every particle.
    current = own_features(positions, types, box_length, features, np.arange(len(types)))
    parts, reached = [], 0
    for order in features.orders:
        current = averaged_features(
            current, positions, box_length, features.cutoff, order - reached
        )
        reached = order
        parts.append(current[centres])
    return np.concatenate(parts, axis=1).astype(np.float32)


def own_features(
    positions: np.ndarray,
    types: np.ndarray,
    box_length: float | np.ndarray,
    features: FeatureSet,
    centres: np.ndarray,
) -> np.ndarray:
    """Features of order 0 of some particles; parameters as for `frame_features`.

    Returns
    -------
    numpy.ndarray
        (n, columns of one order) float64: features that are not averaged.
    """
    given = positions, types, box_length, centres
    parts = [family.values(*given) for family in features.families if family.names]
    return np.concatenate(parts, axis=1)
