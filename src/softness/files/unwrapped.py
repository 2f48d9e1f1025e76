"""Unwrapped frames of the project's own trajectories, as the start of quenches.

Apart from the readers of trajectories, so that simulations depend on little.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import gsd.hoomd
import numpy as np

from softness import periodic
from softness.errors import InputError
from softness.liquid import Liquid


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
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file: run the rule that makes it")
    try:
        with gsd.hoomd.open(path) as trajectory:
            _check(path, trajectory, frames, liquid)
            for frame in frames:
                particles = trajectory[frame].particles
                yield periodic.unwrap(particles.position, particles.image, liquid.box_length)
    except (OSError, RuntimeError) as error:
        raise InputError(f"{path}: damaged ({error}): delete it and run again") from error


def _check(
    path: Path, trajectory: gsd.hoomd.HOOMDTrajectory, frames: Sequence[int], liquid: Liquid
) -> None:
    number = len(trajectory)
    outside = [frame for frame in frames if not 0 <= frame < number]
    if outside:
        raise InputError(f"{path}: has no frame {outside[0]}: its frames are 0 to {number - 1}")
    if number == 0:
        return
    found = trajectory[0]
    length = float(found.configuration.box[0])
    same_box = np.isclose(length, liquid.box_length, rtol=1e-6)
    if liquid.particles != found.particles.N or not same_box:
        raise InputError(
            f"{path}: has {found.particles.N} particles in a box of {length:.4f}, expected "
            f"{liquid.particles} in {liquid.box_length:.4f}: it belongs to another liquid"
        )
