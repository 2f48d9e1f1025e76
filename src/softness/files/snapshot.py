"""Frames of the project's own trajectories as the start of other runs.

Apart from the readers of trajectories, so that simulations depend on little. Each frame is compared
with the configured liquid before anything starts from it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import gsd.hoomd
import numpy as np

from softness import periodic
from softness.errors import InputError
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
    with _opened(path, [frame]) as trajectory:
        found = _checked(trajectory, f"{path}: frame {frame}", frame, liquid)
        return np.asarray(found.position, dtype=np.float64)


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
    with _opened(path, frames) as trajectory:
        for frame in frames:
            found = _checked(trajectory, f"{path}: frame {frame}", frame, liquid)
            yield periodic.unwrap(found.position, found.image, liquid.box_length)


@contextmanager
def _opened(path: str | Path, frames: Sequence[int]) -> Iterator[gsd.hoomd.HOOMDTrajectory]:
    """Open a trajectory that has these frames, or say in one line why it cannot be read."""
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file: run the rule that makes it")
    try:
        with gsd.hoomd.open(path) as trajectory:
            outside = [frame for frame in frames if not 0 <= frame < len(trajectory)]
            if outside:
                raise InputError(
                    f"{path}: has no frame {outside[0]}: its frames are 0 to {len(trajectory) - 1}"
                )
            yield trajectory
    except InputError:
        raise
    # What damage raises depends on the bytes: a number may ask for an array of any size.
    except (OSError, RuntimeError, KeyError, ValueError, MemoryError) as error:
        raise InputError(f"{path}: damaged ({error}): delete it and run again") from error


def _checked(
    trajectory: gsd.hoomd.HOOMDTrajectory, name: str, frame: int, liquid: Liquid
) -> gsd.hoomd.ParticleData:
    """The particles of a frame, if they are the configured liquid."""
    found = trajectory[frame]
    _check_box(name, found, liquid)
    _check_shapes(name, found.particles, liquid.particles)
    _check_species(name, found.particles, liquid)
    _check_finite(name, found.particles.position)
    return found.particles


def _check_box(name: str, found: gsd.hoomd.Frame, liquid: Liquid) -> None:
    """Compare number, box and, for the message, density."""
    number, box = int(found.particles.N), np.asarray(found.configuration.box, np.float64)
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


def _check_shapes(name: str, particles: gsd.hoomd.ParticleData, number: int) -> None:
    """Refuse arrays that do not have a row for each particle; GSD itself does not look."""
    shapes = {"typeid": (number,), "position": (number, 3), "image": (number, 3)}
    for array, expected in shapes.items():
        found = np.shape(getattr(particles, array))
        if found != expected:
            raise InputError(
                f"{name} has particles/{array} of shape {found}, expected {expected}: "
                "it is damaged: delete it and run again"
            )


def _check_species(name: str, particles: gsd.hoomd.ParticleData, liquid: Liquid) -> None:
    """Compare the species of every particle."""
    labels = _labels(name, particles)
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


def _labels(name: str, particles: gsd.hoomd.ParticleData) -> np.ndarray:
    """(N,) name of the species of each particle."""
    indices = np.asarray(particles.typeid, dtype=np.int64)
    outside = np.flatnonzero(indices >= len(particles.types))
    if len(outside):
        raise InputError(
            f"{name} has type {indices[outside[0]]} at particle {outside[0]}, but only "
            f"{len(particles.types)} types: it is damaged: delete it and run again"
        )
    return np.array(particles.types)[indices]


def _check_finite(name: str, positions: np.ndarray) -> None:
    wrong = np.flatnonzero(~np.isfinite(positions).all(axis=1))
    if len(wrong):
        raise InputError(
            f"{name} has position {positions[wrong[0]].tolist()} at particle {wrong[0]}, "
            "expected finite numbers: it is damaged: delete it and run again"
        )
