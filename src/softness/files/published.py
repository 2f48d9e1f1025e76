"""Published data: a snapshot, and where its particles were at one time, or how far they went."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from softness.errors import InputError
from softness.files.unreadable import unreadable
from softness.liquid import Liquid

_NAMES = ("types", "initial_positions", "positions")
_NAMES_OF_MEANS = ("types", "positions", "propensity")
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
class PublishedSnapshot:
    """A snapshot of a published data set.

    Attributes
    ----------
    types
        (N,) species indices, 0 for A and 1 for B, in any order.
    box_length
        Edge of the cubic box, in sigma_AA.
    initial_positions
        (N, 3) of the snapshot, in sigma_AA.
    """

    types: np.ndarray
    box_length: float
    initial_positions: np.ndarray


@dataclass(frozen=True)
class PublishedRuns(PublishedSnapshot):
    """Its runs until one time.

    Attributes
    ----------
    moved
        (runs, N, 3) displacements from the snapshot, in sigma_AA.
    """

    moved: np.ndarray


@dataclass(frozen=True)
class PublishedMeans(PublishedSnapshot):
    """Its propensity at one time, as a mean over runs that are not given.

    Attributes
    ----------
    propensity
        (N,) mean distance from the snapshot, in sigma_AA.
    """

    propensity: np.ndarray


Published = PublishedRuns | PublishedMeans


def read_published(path: str | Path, liquid: Liquid, row: int | None = None) -> Published:
    """Read an .npz of the runs of one snapshot, or of the propensities of several.

    The former has ``types`` (N,), ``initial_positions`` (N, 3) and ``positions`` (runs, N, 3); the
    latter ``types`` (N,), ``positions`` (snapshots, N, 3) at the start and ``propensity``
    (snapshots, N). The box is given in the file as ``box`` or ``box_length`` (one edge, or three
    equal ones), else it follows from N particles at the density of the liquid. Positions may be
    wrapped; no particle may go further than half the box.

    Parameters
    ----------
    path
        The file.
    liquid
        Whose data it is; the number of particles may be another.
    row
        Number of the snapshot in a file of several; not looked at in a file of runs.

    Raises
    ------
    InputError
        If the file cannot be read, an array is absent or does not fit, or it is of another liquid:
        of other species, or in a box that is further than `SAME_DENSITY` from the density.
    """
    path = Path(path)
    arrays = _arrays(path)
    if "propensity" in arrays:
        return _means(path, arrays, liquid, row)
    types, initial, positions = (arrays[name] for name in _NAMES)
    number = len(types) if types.ndim == 1 else 0
    fits = initial.shape == (number, 3) and positions.shape[1:] == (number, 3)
    if not (number and fits and positions.ndim == 3 and len(positions) >= 2):
        raise InputError(
            f"{path}: types {types.shape}, initial_positions {initial.shape} and positions "
            f"{positions.shape} do not fit: give (N,), (N, 3) and (runs, N, 3), two runs or more"
        )
    if not np.isfinite(positions).all():
        raise InputError(f"{path}: positions are not finite: get the file again")
    snapshot = _snapshot(path, arrays, initial, liquid)
    moved = positions - initial
    moved -= snapshot.box_length * np.round(moved / snapshot.box_length)
    return PublishedRuns(**vars(snapshot), moved=moved)


def _means(
    path: Path, arrays: Mapping[str, np.ndarray], liquid: Liquid, row: int | None
) -> PublishedMeans:
    types, positions, propensity = (arrays[name] for name in _NAMES_OF_MEANS)
    number = len(types) if types.ndim == 1 else 0
    fits = propensity.shape == (len(positions), number)
    if not (number and fits and positions.shape == (len(positions), number, 3)):
        raise InputError(
            f"{path}: types {types.shape}, positions {positions.shape} and propensity "
            f"{propensity.shape} do not fit: give (N,), (snapshots, N, 3) and (snapshots, N)"
        )
    if row is None or not 0 <= row < len(positions):
        raise InputError(
            f"{path}: holds {len(positions)} snapshots: set inherent.published.snapshots to this "
            "number, or to fewer"
        )
    if not (np.isfinite(propensity[row]).all() and (propensity[row] >= 0).all()):
        raise InputError(
            f"{path}: propensity of snapshot {row} is negative or not finite: give mean distances "
            "in sigma_AA"
        )
    snapshot = _snapshot(path, arrays, positions[row], liquid)
    return PublishedMeans(**vars(snapshot), propensity=propensity[row])


def _snapshot(
    path: Path, arrays: Mapping[str, np.ndarray], positions: np.ndarray, liquid: Liquid
) -> PublishedSnapshot:
    """Species, box and positions, if they are those of the liquid."""
    types = arrays["types"]
    same = replace(liquid, particles=len(types))
    found = np.bincount(types.astype(np.int64), minlength=2).tolist() if _is_binary(types) else []
    if found != list(same.counts):
        raise InputError(
            f"{path}: species {found or 'other than 0 and 1'} of {len(types)} particles, expected "
            f"{list(same.counts)} by liquid.fractions: it belongs to another liquid"
        )
    if not np.isfinite(positions).all():
        raise InputError(f"{path}: positions are not finite: get the file again")
    length = _box_length(path, arrays, same)
    _check_filled(path, positions, length)
    return PublishedSnapshot(types.astype(np.int32), length, positions)


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
                f"{path}: initial positions leave {bare:.4g} of the {length:.6g} sigma_AA of the "
                f"box bare along {axis}: give them in sigma_AA, and the box that they fill"
            )


def _arrays(path: Path) -> dict[str, np.ndarray]:
    """Species as they are, positions and the box, where there is one, as float64."""
    if not path.is_file():
        raise InputError(f"{path}: no such file: correct inherent.published, or get the file")
    try:
        with np.load(path, allow_pickle=False) as file:
            names = _NAMES_OF_MEANS if "propensity" in file else _NAMES
            absent = [name for name in names if name not in file]
            if absent:
                raise InputError(
                    f"{path}: lacks {', '.join(absent)}: give an .npz with {', '.join(names)}"
                )
            types = file["types"]
            numbers = {name: file[name] for name in names[1:]}
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
