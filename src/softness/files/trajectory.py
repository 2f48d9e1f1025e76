"""Reading trajectories as a stream: frame by frame, in constant memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

import gsd.fl
import numpy as np

from softness import periodic
from softness.errors import InputError

# What a damaged file raises, depending on which bytes are missing.
_DAMAGE = (OSError, RuntimeError, KeyError, ValueError)


class Trajectory:
    """A GSD trajectory of a binary mixture in a cubic box, read frame by frame.

    Parameters
    ----------
    path
        The GSD file.

    Attributes
    ----------
    frames : int
        Number of frames.
    particles : int
        Number of particles N.
    types : numpy.ndarray
        (N,) species indices: 0 for A, 1 for B.
    box_length : float
        Edge of the box, in sigma_AA.

    Raises
    ------
    InputError
        If the file is absent, truncated, foreign, or not a binary mixture in a cubic box.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise InputError(f"{path}: no such file: run the rule that makes it")
        try:
            self._file = gsd.fl.open(self.path, "r")
        except _DAMAGE as error:
            raise self._error("is no GSD file, or truncated") from error
        self._read_header()

    def _read_header(self) -> None:
        if self._file.schema != "hoomd":
            raise self._error(f"has schema {self._file.schema!r}, expected 'hoomd'")
        self.frames = self._file.nframes
        if self.frames == 0:
            raise self._error("has no frames")
        self.particles = int(self._chunk(0, "particles/N")[0])
        types = self._optional(0, "particles/typeid")
        self.types = np.zeros(self.particles, np.int32) if types is None else types.astype(np.int32)
        self.box_length = self._cubic_box()
        self._check_species()
        # A file that was cut short still opens; its last frame does not read.
        self.positions(self.frames - 1)

    def _cubic_box(self) -> float:
        box = self._chunk(0, "configuration/box").astype(np.float64)
        if not (np.allclose(box[:3], box[0], rtol=1e-6) and np.allclose(box[3:], 0)):
            raise self._error(f"has the box {box.tolist()}, expected a cubic one")
        # GSD keeps the box in single precision; our own files carry it in double as well.
        exact = self._optional(0, "log/box_length")
        return float(box[0]) if exact is None else float(exact[0])

    def _check_species(self) -> None:
        if len(self.types) != self.particles or not np.isin(self.types, (0, 1)).all():
            raise self._error(f"has species {np.unique(self.types).tolist()}, expected 0 and 1")

    @property
    def time_step(self) -> float:
        """Time step of the integrator, in tau."""
        value = self._optional(0, "log/time_step")
        if value is None:
            raise self._error("lacks its time step (log/time_step)")
        return float(value[0])

    @property
    def provenance(self) -> str:
        """What made the file, as canonical JSON; empty for other people's files."""
        text = self._optional(0, "log/provenance")
        return "" if text is None else text.tobytes().decode()

    def times(self) -> np.ndarray:
        """(frames,) moments of the frames, in tau."""
        steps = [self._chunk(i, "configuration/step") for i in range(self.frames)]
        return np.concatenate(steps).astype(np.float64) * self.time_step

    def logged(self, name: str) -> np.ndarray:
        """(frames,) values of a number that was logged with every frame."""
        return np.array([self._chunk(i, f"log/{name}")[0] for i in range(self.frames)])

    def positions(self, frame: int) -> np.ndarray:
        """(N, 3) unwrapped positions of a frame, float64, in sigma_AA."""
        wrapped = self._chunk(frame, "particles/position")
        if not np.isfinite(wrapped).all():
            raise self._error(f"frame {frame} has positions that are not finite")
        images = self._optional(frame, "particles/image")
        if images is None:
            images = np.zeros_like(wrapped, dtype=np.int32)
        return periodic.unwrap(wrapped, images, self.box_length)

    def __iter__(self) -> Iterator[np.ndarray]:
        """Positions of one frame after the other."""
        return (self.positions(frame) for frame in range(self.frames))

    def windows(self, length: int, overlap: int = 0) -> Iterator[np.ndarray]:
        """(at most ``length``, N, 3) positions of successive windows.

        Parameters
        ----------
        length
            Number of frames of a window.
        overlap
            Number of frames that a window shares with the one before.
        """
        if not 0 <= overlap < length:
            raise InputError(f"overlap is {overlap}: choose 0 to {length - 1}, less than length")
        for first in range(0, max(self.frames - overlap, 1), length - overlap):
            last = min(first + length, self.frames)
            yield np.stack([self.positions(frame) for frame in range(first, last)])

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def _chunk(self, frame: int, name: str) -> np.ndarray:
        """A chunk of a frame; GSD leaves out what is as in the first one, or zero."""
        found = self._optional(frame, name)
        if found is None and name == "configuration/step":
            return np.zeros(1, dtype=np.uint64)
        if found is None:
            raise self._error(f"frame {frame} lacks {name}")
        return found

    def _optional(self, frame: int, name: str) -> np.ndarray | None:
        try:
            for source in (frame, 0):
                if self._file.chunk_exists(frame=source, name=name):
                    return self._file.read_chunk(frame=source, name=name)
        except _DAMAGE as error:
            raise self._error(f"frame {frame} cannot be read: truncated or damaged") from error
        return None

    def _error(self, fault: str) -> InputError:
        return InputError(f"{self.path}: {fault}: delete it and run again, or give another file")
