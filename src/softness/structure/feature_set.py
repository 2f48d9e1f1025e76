"""The structural features of a particle: which of them, in which columns, and their values."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from softness.errors import InputError
from softness.structure.angular import DEGREES, SHELL_THICKNESS, SHELLS, angular_features
from softness.structure.averaged import averaged_features
from softness.structure.radial import RADII, radial_features

KINDS = ("radial_A", "radial_B", "angular")


@dataclass(frozen=True)
class FeatureSet:
    """Which structural features a table holds, in the order of its columns.

    For each order: all radii of A, all radii of B, then the angular ones, degrees fastest. Lists
    and arrays become tuples.

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
    """

    radii: tuple[float, ...] = tuple(RADII.tolist())
    width: float = 0.2
    shells: tuple[float, ...] = tuple(SHELLS.tolist())
    degrees: tuple[int, ...] = tuple(DEGREES.tolist())
    orders: tuple[int, ...] = (0,)
    cutoff: float | None = None
    thickness: float = SHELL_THICKNESS

    def __post_init__(self) -> None:
        for name in ("radii", "shells", "degrees", "orders"):
            object.__setattr__(self, name, _as_tuple(getattr(self, name), name))
        if not self.radii and not (self.shells and self.degrees):
            raise InputError("radii and shells are empty: give one of them")
        whole = all(isinstance(n, (int, np.integer)) and n >= 0 for n in self.orders)
        if not (self.orders and whole and list(self.orders) == sorted(set(self.orders))):
            raise InputError(f"orders = {self.orders}: give increasing whole numbers of 0 or more")
        if self.orders[-1] > 0 and self.cutoff is None:
            raise InputError(f"orders = {self.orders} need a cutoff: give one, in sigma_AA")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, such as radial_A_1.1, angular_1-1.5_l4, order2_radial_B_0.9."""
        radial = [f"radial_{species}_{radius:g}" for species in "AB" for radius in self.radii]
        angular = [
            f"angular_{inner:g}-{inner + self.thickness:g}_l{degree}"
            for inner in self.shells
            for degree in self.degrees
        ]
        return tuple(
            f"order{order}_{name}" if order else name
            for order in self.orders
            for name in radial + angular
        )

    def __len__(self) -> int:
        """Number of columns M."""
        return len(self.orders) * (2 * len(self.radii) + len(self.shells) * len(self.degrees))

    def columns(self, kind: str | None = None, order: int | None = None) -> np.ndarray:
        """Numbers of the columns of one kind (of `KINDS`) and of one order; of all if not given."""
        if kind is not None and kind not in KINDS:
            raise InputError(f"kind = {kind!r}: give one of {', '.join(KINDS)}")
        if order is not None and order not in self.orders:
            raise InputError(f"order = {order}: this table holds the orders {self.orders}")
        counts = (len(self.radii), len(self.radii), len(self.shells) * len(self.degrees))
        kinds = np.tile(np.repeat(KINDS, counts), len(self.orders))
        orders = np.repeat(self.orders, sum(counts))
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
    box_length: float,
    features: FeatureSet,
    centres: np.ndarray | None = None,
) -> np.ndarray:
    """Features of some particles of one frame.

    Parameters
    ----------
    positions
        (N, 3) positions of all particles, wrapped or not, in sigma_AA.
    types
        (N,) species, 0 for A and 1 for B.
    box_length
        Edge of the cubic periodic box, at least twice the reach of the features.
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
        As `radial_features`, `angular_features` and `averaged_features`.
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
    box_length: float,
    features: FeatureSet,
    centres: np.ndarray,
) -> np.ndarray:
    """Features of order 0 of some particles; parameters as for `frame_features`.

    Returns
    -------
    numpy.ndarray
        (n, columns of one order) float64: features that are not averaged.
    """
    parts = []
    if features.radii:
        parts.append(
            radial_features(
                positions, types, box_length, centres, np.array(features.radii), features.width
            )
        )
    if features.shells and features.degrees:
        inner = np.array(features.shells)
        shells = np.stack([inner, inner + features.thickness], axis=1)
        degrees = np.array(features.degrees)
        parts.append(angular_features(positions, box_length, centres, shells, degrees))
    return np.concatenate(parts, axis=1)
