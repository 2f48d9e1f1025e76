"""What a family of descriptors says of itself; `softness.structure.feature_set` lists them all."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np

_NAME = re.compile(r"(?:order(\d+)_)?([^_]*)")


def order_of(name: str) -> int:
    """Order of a column by its name, such as 2 for order2_radial_A_0.9."""
    return int(_NAME.match(name)[1] or 0)


def family_of(name: str) -> str:
    """Family of a column by its name, such as radial for order2_radial_A_0.9."""
    return _NAME.match(name)[2]


class Family(ABC):
    """Some descriptors of one kind: a frozen dataclass of what they depend on.

    Attributes
    ----------
    name
        In settings, and what the names of its columns begin with; no underscore.
    """

    name: ClassVar[str]

    @classmethod
    @abstractmethod
    def from_settings(cls, block: Mapping[str, Any]) -> Self:
        """The descriptors that the block of this family in the configuration names."""

    @property
    @abstractmethod
    def kinds(self) -> dict[str, tuple[str, ...]]:
        """Names of the columns by their kind, in order, such as radial_A: (radial_A_0, ...)."""

    @property
    @abstractmethod
    def reach(self) -> float:
        """Largest distance of a neighbour that counts, in sigma_AA; half of each edge holds it."""

    @abstractmethod
    def values(
        self,
        positions: np.ndarray,
        types: np.ndarray,
        box_length: float | np.ndarray,
        centres: np.ndarray,
    ) -> np.ndarray:
        """(centres, columns) float64; parameters as of `feature_set.frame_features`."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns."""
        return tuple(name for names in self.kinds.values() for name in names)


def evenly(block: Mapping[str, Any]) -> tuple[float, ...]:
    """first, first + step ... last, without the rounding of repeated sums."""
    number = round((block["last"] - block["first"]) / block["step"]) + 1
    return tuple((block["first"] + np.arange(number) * block["step"]).round(10).tolist())
