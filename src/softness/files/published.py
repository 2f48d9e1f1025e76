"""Runs of a published data set: one snapshot and where its particles were at one time."""

import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from softness.errors import InputError
from softness.liquid import Liquid

_NAMES = ("types", "initial_positions", "positions")


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

    The file has no box: its edge is that of N particles at the density of the liquid. Positions may
    be wrapped; no particle may go further than half the box.

    Parameters
    ----------
    path
        The file.
    liquid
        Whose data it is; the number of particles may be another.

    Raises
    ------
    InputError
        If the file cannot be read, an array is absent or does not fit, or it is of another liquid.
    """
    arrays = _arrays(Path(path))
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
    moved = positions - initial
    moved -= same.box_length * np.round(moved / same.box_length)
    return PublishedRuns(types.astype(np.int32), same.box_length, initial, moved)


def _is_binary(types: np.ndarray) -> bool:
    return bool(np.isin(types, (0, 1)).all())


def _arrays(path: Path) -> dict[str, np.ndarray]:
    """Species as they are, positions as float64."""
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
    # numpy raises errors of many kinds for what it cannot read, or returns no archive at all.
    except (OSError, ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: is no .npz of arrays ({error}): get the file again") from error
    return dict(zip(_NAMES, (types, *(each.astype(np.float64) for each in positions)), strict=True))
