"""Writing trajectories as GSD: frames one by one, and segments merged in one pass."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import gsd.hoomd
import numpy as np

from softness import periodic
from softness.files import gsd_file
from softness.files.atomic import replacing
from softness.files.gsd_file import GsdFile

_SPECIES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Frame:
    """One moment of a trajectory.

    Attributes
    ----------
    step
        Number of time steps since the start of the run.
    positions
        (N, 3) unwrapped positions.
    log
        Numbers measured at this moment, by name.
    """

    step: int
    positions: np.ndarray
    log: Mapping[str, float] = field(default_factory=dict)


def write_segment(
    path: str | Path,
    frames: Iterable[Frame],
    types: np.ndarray,
    box_length: float | np.ndarray,
) -> None:
    """Write a stretch of a trajectory, whole or not at all.

    Positions are stored wrapped, in single precision, with the images that unwrap them.

    Parameters
    ----------
    path
        The GSD file.
    frames
        Taken one by one; none is kept.
    types
        (N,) species indices.
    box_length
        Edge of a cubic box, or the (3,) edges of a rectangular one.
    """
    with replacing(path) as temporary, gsd.hoomd.open(temporary, "w") as file:
        for frame in frames:
            file.append(encoded(frame, types, box_length))


def write_frames(
    path: str | Path, frames: Iterable[gsd.hoomd.Frame], header: Mapping[str, np.ndarray]
) -> None:
    """Write frames that were read as one trajectory, in one pass, whole or not at all.

    A GSD file that is reopened for appending differs from one written at once; so the file depends
    on the frames alone, not on where a run was interrupted or made longer.

    Parameters
    ----------
    path
        The GSD file to make.
    frames
        From `read_frames`, taken one by one.
    header
        Arrays for the log of the first frame: provenance and the like.

    Raises
    ------
    InputError
        If there is no room on the disk.
    """
    with replacing(path) as temporary, gsd.hoomd.open(temporary, "w") as file:
        for frame in frames:
            # What stands in the first frame of a file that was read is in all its frames.
            frame.log = {name: value for name, value in frame.log.items() if name not in header}
            if len(file) == 0:
                frame.log |= header
            file.append(frame)


def read_frames(path: Path, end: float = np.inf) -> Iterator[gsd.hoomd.Frame]:
    """Frames of a file of this project at time steps before an end, one by one.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    with GsdFile(path, "bring it back, or move its folder away to simulate again") as file:
        for number in range(file.frames):
            if file.chunk(number, gsd_file.STEP)[0] >= end:
                return
            yield _decoded(file, number)


def text_chunk(text: str) -> np.ndarray:
    """A text as the array of bytes that a GSD log can hold."""
    return np.frombuffer(text.encode(), dtype=np.uint8)


def encoded(frame: Frame, types: np.ndarray, box_length: float | np.ndarray) -> gsd.hoomd.Frame:
    """A frame as it stands in a file; parameters as of `write_segment`."""
    wrapped, images = periodic.wrap(frame.positions, box_length)
    encoded = gsd.hoomd.Frame()
    encoded.configuration.step = frame.step
    encoded.configuration.box = [*np.broadcast_to(box_length, 3), 0, 0, 0]
    encoded.particles.N = len(wrapped)
    encoded.particles.types = list(_SPECIES[: max(2, np.max(types) + 1)])
    encoded.particles.typeid = types
    encoded.particles.position = wrapped.astype(np.float32)
    encoded.particles.image = images
    encoded.log = {name: np.array([value]) for name, value in frame.log.items()}
    return encoded


def _decoded(file: GsdFile, number: int) -> gsd.hoomd.Frame:
    """A frame with all that files of this project hold, so that it can be written again."""
    frame = gsd.hoomd.Frame()
    frame.configuration.step = file.chunk(number, gsd_file.STEP)[0]
    frame.configuration.box = file.chunk(number, gsd_file.BOX)
    frame.particles.N = file.particles(number)
    frame.particles.types = file.type_names(number)
    frame.particles.typeid = file.chunk(number, gsd_file.TYPES)
    frame.particles.position = file.chunk(number, gsd_file.POSITIONS)
    frame.particles.image = file.chunk(number, gsd_file.IMAGES)
    logged = {name: file.logged(number, name) for name in file.logged_names()}
    frame.log = {name: value for name, value in logged.items() if value is not None}
    return frame
