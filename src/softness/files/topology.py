"""Types of particles from another file, for formats that have none."""

from pathlib import Path

import numpy as np

from softness.errors import InputError
from softness.files.chemfiles_library import library
from softness.files.opening import Opening
from softness.files.species import species_indices
from softness.files.unreadable import unreadable

_BY_LIBRARY = (".gro", ".pdb")


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
    if path.suffix.lower() in _BY_LIBRARY and path.exists():
        types = _named_by_library(path, given)
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


def _named_by_library(path: Path, given: Opening) -> np.ndarray:
    chemfiles = library(path)

    def error(fault: str, remedy: str) -> InputError:
        return InputError(f"{path}: {fault}: {remedy}")

    try:
        with chemfiles.Trajectory(str(path)) as file:
            frame = file.read()
            labels = np.array([atom.name for atom in frame.atoms])
    except (chemfiles.ChemfilesError, OSError) as fault:
        raise unreadable(
            path, fault, "is no PDB or GRO file that chemfiles reads", "give another topology"
        ) from fault
    return species_indices(labels, given.species, (("A", "B"),), error)
