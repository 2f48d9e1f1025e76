"""Frames of the project's own trajectories as the start of other runs.

Apart from the readers of trajectories, so that simulations depend on little. Each frame is compared
with the configured liquid before anything starts from it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from softness import periodic
from softness.errors import InputError
from softness.files import gsd_file
from softness.files.gsd_file import GsdFile
from softness.files.unreadable import RUN_AGAIN
from softness.liquid import Liquid

# Names of the species in the files of this project, whatever the configuration calls them.
SPECIES = ("A", "B")
# Relative; GSD keeps the box in single precision.
BOX_TOLERANCE = 1e-6


def snapshot_positions(path: str | Path, frame: int, liquid: Liquid) -> np.ndarray:
    """(N, 3) wrapped positions of a frame, float64, in sigma_AA.

    Parameters
    ----------
    path
        A GSD trajectory.
    frame
        Number of the frame.
    liquid
        Whose trajectory it is.

    Raises
    ------
    InputError
        If the file or the frame cannot be read, or it is of another liquid.
    """
    with _opened(path, [frame]) as file:
        _check(file, frame, liquid)
        return file.chunk(frame, gsd_file.POSITIONS).astype(np.float64)


def unwrapped_frames(
    path: str | Path, frames: Sequence[int], liquid: Liquid
) -> Iterator[np.ndarray]:
    """(N, 3) unwrapped positions of some frames, one by one, float64, in sigma_AA.

    Parameters
    ----------
    path
        A GSD trajectory that this project has written, with images in every frame.
    frames
        Numbers of the frames.
    liquid
        Whose trajectory it is.

    Raises
    ------
    InputError
        If the file or a frame cannot be read, or it is of another liquid.
    """
    with _opened(path, frames) as file:
        for frame in frames:
            _check(file, frame, liquid)
            places, images = (
                file.chunk(frame, name) for name in (gsd_file.POSITIONS, gsd_file.IMAGES)
            )
            yield periodic.unwrap(places, images, liquid.box_length)


def steps_of_frames(path: str | Path, frames: Sequence[int]) -> list[int]:
    """Time steps of some frames since the start of their run.

    Parameters
    ----------
    path
        A GSD trajectory.
    frames
        Numbers of the frames.

    Raises
    ------
    InputError
        If the file or a frame cannot be read.
    """
    with _opened(path, frames) as file:
        return [int(file.chunk(frame, gsd_file.STEP)[0]) for frame in frames]


@contextmanager
def _opened(path: str | Path, frames: Sequence[int]) -> Iterator[GsdFile]:
    """Open a trajectory that has these frames, or say in one line why it cannot be read."""
    with GsdFile(path, RUN_AGAIN) as file:
        outside = [frame for frame in frames if not 0 <= frame < file.frames]
        if outside:
            raise InputError(
                f"{path}: has no frame {outside[0]}: its frames are 0 to {file.frames - 1}"
            )
        yield file


def _check(file: GsdFile, frame: int, liquid: Liquid) -> None:
    """Refuse a frame that is not of the configured liquid."""
    name = f"{file.path}: frame {frame}"
    box = file.chunk(frame, gsd_file.BOX).astype(np.float64)
    _check_box(name, file.particles(frame), box, liquid)
    _check_species(name, _labels(name, file, frame), liquid)
    _check_finite(name, file.chunk(frame, gsd_file.POSITIONS))


def _check_box(name: str, number: int, box: np.ndarray, liquid: Liquid) -> None:
    """Compare number, box and, for the message, density."""
    edges, tilt = box[:3], box[3:]
    same_box = np.allclose(edges, liquid.box_length, rtol=BOX_TOLERANCE, atol=0) and not tilt.any()
    if number == liquid.particles and same_box:
        return
    raise InputError(
        f"{name} has {number} particles in a box of {_edges(edges, tilt)}, density "
        f"{_density(number, edges)}, expected {liquid.particles} in {liquid.box_length:.6f}, "
        f"density {liquid.density:g}: it belongs to another liquid: give a trajectory of this one, "
        "or correct liquid.particles and liquid.density"
    )


def _edges(edges: np.ndarray, tilt: np.ndarray) -> str:
    """One length for a cube, otherwise all of them."""
    if tilt.any():
        return " x ".join(f"{edge:.6f}" for edge in edges) + f" tilted by {tilt.tolist()}"
    if np.allclose(edges, edges[0], rtol=BOX_TOLERANCE, atol=0):
        return f"{edges[0]:.6f}"
    return " x ".join(f"{edge:.6f}" for edge in edges)


def _density(number: int, edges: np.ndarray) -> str:
    volume = float(np.prod(edges))
    return f"{number / volume:.6g}" if volume > 0 else "unknown"


def _check_species(name: str, labels: np.ndarray, liquid: Liquid) -> None:
    """Compare the species of every particle."""
    known = SPECIES if set(labels) <= set(SPECIES) else liquid.species
    expected = np.array(known)[liquid.types]
    wrong = np.flatnonzero(labels != expected)
    if len(wrong):
        first = wrong[0]
        raise InputError(
            f"{name} has species {labels[first]} at particle {first}, expected {expected[first]}: "
            f"{liquid.counts[0]} particles of {known[0]} come first, then {liquid.counts[1]} of "
            f"{known[1]}: bring the particles into this order, or correct liquid.species and "
            "liquid.fractions"
        )


def _labels(name: str, file: GsdFile, frame: int) -> np.ndarray:
    """(N,) name of the species of each particle."""
    indices = file.chunk(frame, gsd_file.TYPES).astype(np.int64)
    names = file.type_names(frame)
    outside = np.flatnonzero((indices < 0) | (indices >= len(names)))
    if len(outside):
        raise InputError(
            f"{name} has type {indices[outside[0]]} at particle {outside[0]}, but only "
            f"{len(names)} types: it is damaged: {RUN_AGAIN}"
        )
    return np.array(names)[indices]


def _check_finite(name: str, positions: np.ndarray) -> None:
    wrong = np.flatnonzero(~np.isfinite(positions).all(axis=1))
    if len(wrong):
        raise InputError(
            f"{name} has position {positions[wrong[0]].tolist()} at particle {wrong[0]}, "
            f"expected finite numbers: it is damaged: {RUN_AGAIN}"
        )
