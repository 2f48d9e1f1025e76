"""Runs of a published data set: one snapshot and where its particles were at one time."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from softness.errors import InputError
from softness.files.unreadable import unreadable
from softness.liquid import Liquid

_NAMES = ("types", "initial_positions", "positions")
_BOX_NAMES = ("box", "box_length")

SAME_DENSITY = 0.005
"""Relative difference in density up to which a file is of the configured liquid.

Groups round the box or the density: the configurations of Bapst et al., Nature Physics 16, 448
(2020), have an edge of 15.0433 where 4096 particles at a density of 1.2 have one of 15.0566, which
is 0.27 % in density. Relaxation follows density^5 / T, so that 0.5 % in density is 2.5 % in
temperature: the same state point for a score, and a step of the configured temperatures is not.
"""

SAME_EDGE = 1e-5
"""Relative difference up to which edges are one cube: single precision leaves less."""


@dataclass(frozen=True)
class PublishedRuns:
    """Runs of one snapshot until one time.

    Attributes
    ----------
    types
        (N,) species indices, 0 for A and 1 for B, in any order.
    box_length
        Edge of the cubic box, in sigma_AA.
    initial_positions
        (N, 3) of the snapshot, in sigma_AA.
    moved
        (runs, N, 3) displacements from there, in sigma_AA.
    """

    types: np.ndarray
    box_length: float
    initial_positions: np.ndarray
    moved: np.ndarray


def read_published(path: str | Path, liquid: Liquid) -> PublishedRuns:
    """Read an .npz with ``types`` (N,), ``initial_positions`` (N, 3), ``positions`` (runs, N, 3).

    The box is given in the file as ``box`` or ``box_length`` (one edge, or three equal ones), else
    it follows from N particles at the density of the liquid. Positions may be wrapped; no
    particle may go further than half the box.

    Parameters
    ----------
    path
        The file.
    liquid
        Whose data it is; the number of particles may be another.

    Raises
    ------
    InputError
        If the file cannot be read, an array is absent or does not fit, or it is of another liquid:
        of other species, or in a box that is further than `SAME_DENSITY` from the density.
    """
    path = Path(path)
    arrays = _arrays(path)
    types, initial, positions = (arrays[name] for name in _NAMES)
    number = len(types) if types.ndim == 1 else 0
    fits = initial.shape == (number, 3) and positions.shape[1:] == (number, 3)
    if not (number and fits and positions.ndim == 3 and len(positions) >= 2):
        raise InputError(
            f"{path}: types {types.shape}, initial_positions {initial.shape} and positions "
            f"{positions.shape} do not fit: give (N,), (N, 3) and (runs, N, 3), two runs or more"
        )
    same = replace(liquid, particles=number)
    found = np.bincount(types.astype(np.int64), minlength=2).tolist() if _is_binary(types) else []
    if found != list(same.counts):
        raise InputError(
            f"{path}: species {found or 'other than 0 and 1'} of {number} particles, expected "
            f"{list(same.counts)} by liquid.fractions: it belongs to another liquid"
        )
    if not (np.isfinite(initial).all() and np.isfinite(positions).all()):
        raise InputError(f"{path}: positions are not finite: get the file again")
    length = _box_length(path, arrays, same)
    _check_filled(path, initial, length)
    moved = positions - initial
    moved -= length * np.round(moved / length)
    return PublishedRuns(types.astype(np.int32), length, initial, moved)


def _is_binary(types: np.ndarray) -> bool:
    return bool(np.isin(types, (0, 1)).all())


def _box_length(path: Path, arrays: Mapping[str, np.ndarray], liquid: Liquid) -> float:
    """Edge of the file's own box, else of the liquid's; a contradiction is refused."""
    given = {name: arrays[name] for name in _BOX_NAMES if name in arrays}
    if not given:
        return liquid.box_length
    edges = np.concatenate([values.ravel() for values in given.values()])
    cubic = all(values.size in (1, 3) for values in given.values()) and (
        np.isfinite(edges).all() and edges.min() > 0 and np.ptp(edges) <= SAME_EDGE * edges.max()
    )
    if not cubic:
        told = ", ".join(f"{name} {values.tolist()}" for name, values in given.items())
        raise InputError(f"{path}: {told} is not cubic: give one edge, or three equal ones")
    length = float(edges[0])
    density = liquid.particles / length**3
    if abs(density / liquid.density - 1) > SAME_DENSITY:
        raise InputError(
            f"{path}: {next(iter(given))} is {length:.6g} sigma_AA, which is a density of "
            f"{density:.5g}, and liquid.density is {liquid.density:g}, an edge of "
            f"{liquid.box_length:.6g}: correct one of them, or leave the file out"
        )
    return length


def _check_filled(path: Path, positions: np.ndarray, length: float) -> None:
    """Positions, wrapped or not, must fill the box: other units, or a cut piece, leave a part bare.

    Half the box is far more than any liquid leaves, and less than coordinates from 0 to 1 do.
    """
    for axis, values in zip("xyz", np.sort(positions % length, axis=0).T, strict=True):
        bare = np.diff(values, append=values[0] + length).max()
        if bare > length / 2:
            raise InputError(
                f"{path}: initial_positions leave {bare:.4g} of the {length:.6g} sigma_AA of the "
                f"box bare along {axis}: give them in sigma_AA, and the box that they fill"
            )


def _arrays(path: Path) -> dict[str, np.ndarray]:
    """Species as they are, positions and the box, where there is one, as float64."""
    if not path.is_file():
        raise InputError(f"{path}: no such file: correct inherent.published, or get the file")
    try:
        with np.load(path, allow_pickle=False) as file:
            absent = [name for name in _NAMES if name not in file]
            if absent:
                raise InputError(
                    f"{path}: lacks {', '.join(absent)}: give an .npz with {', '.join(_NAMES)}"
                )
            types, *positions = (file[name] for name in _NAMES)
            numbers = dict(zip(_NAMES[1:], positions, strict=True))
            numbers |= {name: file[name] for name in _BOX_NAMES if name in file}
            found = {name: values.astype(np.float64) for name, values in numbers.items()}
    # numpy raises errors of many kinds for what it cannot read, or returns no archive at all. Its
    # texts stay out: of Python objects, they name the option that would let a file run its code.
    except (OSError, ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        if isinstance(error, InputError):
            raise
        fault = (
            "is no .npz of arrays of plain numbers (a file of Python objects is not opened, since "
            "it could run code)"
        )
        remedy = "get it again, or store numbers by numpy.savez"
        raise unreadable(path, error, fault, remedy) from None
    return {"types": types, **found}
