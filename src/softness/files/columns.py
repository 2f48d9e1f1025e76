"""One frame with quantities of each particle, as OVITO and others read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import ascii_uppercase

import gsd.hoomd
import numpy as np

from softness import periodic
from softness.files.atomic import replacing


@dataclass(frozen=True)
class Columns:
    """A moment of a run, and what each particle has.

    Attributes
    ----------
    step, time
        Since the start of the run, in time steps and in tau.
    positions
        (N, 3) unwrapped, in sigma_AA.
    types
        (N,) species indices.
    box_length
        Edge of a cubic periodic box, or (3,) edges of a rectangular one, in sigma_AA.
    values
        (N,) quantities by name; nan where a particle has none.
    """

    step: int
    time: float
    positions: np.ndarray
    types: np.ndarray
    box_length: float | np.ndarray
    values: Mapping[str, np.ndarray]

    @property
    def edges(self) -> np.ndarray:
        """(3,) edges of the box."""
        return np.broadcast_to(np.asarray(self.box_length, np.float64), 3)

    @property
    def species(self) -> list[str]:
        """Names of the species, by index."""
        return list(ascii_uppercase[: int(self.types.max()) + 1])


def write_gsd(path: str | Path, columns: Columns) -> None:
    """Write GSD of the schema hoomd; quantities are in ``log/particles``, the time in ``log/time``.

    Raises
    ------
    InputError
        If there is no room on the disk.
    """
    wrapped, images = periodic.wrap(columns.positions, columns.box_length)
    frame = gsd.hoomd.Frame()
    frame.configuration.step = columns.step
    frame.configuration.box = [*columns.edges, 0, 0, 0]
    frame.particles.N = len(wrapped)
    frame.particles.types = columns.species
    frame.particles.typeid = columns.types
    frame.particles.position = wrapped.astype(np.float32)
    frame.particles.image = images
    frame.log = {"time": np.array([columns.time])}
    for name, values in columns.values.items():
        frame.log[f"particles/{name}"] = np.asarray(values, np.float32)
    with replacing(path) as temporary, gsd.hoomd.open(temporary, "w") as file:
        file.append(frame)


def write_xyz(path: str | Path, columns: Columns) -> None:
    """Write extended XYZ: wrapped positions in a box that begins at the origin, then quantities.

    Raises
    ------
    InputError
        If there is no room on the disk.
    """
    lattice = " ".join(f"{edge:.10g}" for edge in np.diag(columns.edges).ravel())
    names = ["species:S:1", "pos:R:3", *(f"{name}:R:1" for name in columns.values)]
    header = f'Lattice="{lattice}" pbc="T T T" Properties={":".join(names)} Time={columns.time:g}'
    labels = np.array(columns.species)[columns.types]
    numbers = np.column_stack([columns.positions % columns.edges, *columns.values.values()])
    with replacing(path) as temporary, temporary.open("w") as file:
        file.write(f"{len(labels)}\n{header}\n")
        for label, row in zip(labels, numbers, strict=True):
            file.write(f"{label} {' '.join(f'{number:.7g}' for number in row)}\n")


WRITERS = {"gsd": write_gsd, "xyz": write_xyz}
"""By the ending of the file."""
