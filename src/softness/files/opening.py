"""What is told on opening a trajectory of what its file may leave out, checked once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from softness.errors import InputError

UNWRAPPING = ("images", "steps", "none")
"""Ways to unwrap positions: by the images in the file, by the nearest image from one frame to the
next, or not at all."""

Species = Sequence[int] | Sequence[str]


@dataclass(frozen=True)
class Opening:
    """Arguments of `softness.files.trajectory.open_trajectory`, which describes them."""

    time_step: float | None = None
    species: Species | None = None
    unwrap: str = "images"
    box: float | Sequence[float] | None = None
    topology: str | Path | None = None
    frame_interval: float | None = None
    time_unit: float = 1.0
    length_unit: float = 1.0

    def __post_init__(self) -> None:
        units = {"time_step": "tau", "frame_interval": "tau", "time_unit": "tau"}
        for name, unit in (units | {"length_unit": "sigma_AA"}).items():
            value = getattr(self, name)
            if value is not None and not (np.isfinite(value) and value > 0):
                raise InputError(f"{name} = {value}: give a positive number, in {unit}")
        if self.unwrap not in UNWRAPPING:
            raise InputError(f"unwrap = {self.unwrap!r}: give one of {', '.join(UNWRAPPING)}")
        if self.species is not None and (
            isinstance(self.species, str) or not len(set(self.species)) == len(self.species) > 0
        ):
            raise InputError(
                f"species = {self.species!r}: give the file's types, each once, the analysed first"
            )
        if self.box is not None and np.shape(self.box) not in ((), (1,), (3,)):
            raise InputError(f"box = {self.box}: give the edge of a cube, or three edges")

    @property
    def edges(self) -> np.ndarray | None:
        """(3,) edges of the box as given, in the file's unit of length."""
        if self.box is None:
            return None
        return np.broadcast_to(np.asarray(self.box, np.float64), 3).copy()
