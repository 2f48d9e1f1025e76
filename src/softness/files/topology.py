"""Types of particles from another file, for formats that have none."""

from itertools import takewhile
from pathlib import Path

import numpy as np

from softness.errors import InputError
from softness.files.opening import Opening
from softness.files.species import species_indices
from softness.files.unreadable import unreadable

_REMEDY = "give a whole copy of it, or another topology"

_BY_NAMES = (".gro", ".pdb")


def read_types(given: Opening, particles: int) -> np.ndarray:
    """(N,) species indices from the file that is named as topology.

    That is any file of one frame or more that `softness.files.trajectory.open_trajectory` reads,
    whatever its box and its unit of length; or PDB or GRO, whose names of atoms are the types.

    Raises
    ------
    InputError
        If it cannot be read, has other species, or another number of particles.
    """
    path = Path(given.topology)
    if path.suffix.lower() in _BY_NAMES and path.exists():
        types = _named(path, given)
    else:
        from softness.files.trajectory import reader_of

        more = {"length_unit": given.length_unit, "time_unit": given.time_unit}
        with reader_of(path)(path, None, given.species, "none", types_only=True, **more) as reader:
            types = reader.types
    if len(types) != particles:
        raise InputError(
            f"{path}: has {len(types)} particles, and the trajectory {particles}: give the "
            "topology of the same system"
        )
    return types


def _named(path: Path, given: Opening) -> np.ndarray:
    """By the names of atoms in a PDB or GRO file, of which the first frame counts."""
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError as fault:
        raise unreadable(path, fault, "cannot be read", _REMEDY) from fault
    read = _names_of_gro if path.suffix.lower() == ".gro" else _names_of_pdb
    labels = np.array(read(lines))

    def error(fault: str, remedy: str) -> InputError:
        return InputError(f"{path}: {fault}: {remedy}")

    if not len(labels) or (labels == "").any():
        raise error("has no names of atoms, or fewer than it says", _REMEDY)
    return species_indices(labels, given.species, (("A", "B"),), error)


def _names_of_gro(lines: list[str]) -> list[str]:
    """A title, the number of atoms and a line for each, with its name in columns 11 to 15."""
    number = lines[1].strip() if len(lines) > 1 else ""
    if not number.isdecimal() or len(lines) < int(number) + 3:
        return []
    return [line[10:15].strip() for line in lines[2 : 2 + int(number)]]


def _names_of_pdb(lines: list[str]) -> list[str]:
    """Names in columns 13 to 16 of atoms, up to the end of the first model."""
    first = takewhile(lambda line: not line.startswith(("ENDMDL", "END ")), lines)
    return [line[12:16].strip() for line in first if line.startswith(("ATOM  ", "HETATM"))]
