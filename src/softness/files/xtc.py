"""Trajectories as XTC (GROMACS, LAMMPS), read frame by frame."""

import struct
from typing import Any, BinaryIO

import numpy as np

from softness.errors import InputError
from softness.files.chemfiles_library import library
from softness.files.timed import TimedReader

MAGIC = 1995
"""How frames begin; those of 2023, for hundreds of millions of particles, chemfiles cannot read."""

_HEAD = struct.Struct(">iiif9fi")
# Before packed coordinates: precision, six bounds, a size and their length in bytes.
_PACKED = struct.Struct(">f6iii")
# Frames of so few particles are not packed.
_FEW = 9
# The library gives lengths in Angstrom, whatever unit they had, by this factor.
_ANGSTROM = 10


class XtcTrajectory(TimedReader):
    """An XTC file, read frame by frame.

    Headers are read here, all on opening, and positions by chemfiles, in the unit of the file. It
    has no types, and does not say whether positions are wrapped.

    Parameters
    ----------
    path
        The file.
    time_step, species, unwrap, **more
        As in `softness.files.trajectory.open_trajectory`; ``topology`` has the types.

    Raises
    ------
    InputError
        If the file is absent, truncated or foreign, chemfiles is not installed, or it is no such
        system in a rectangular box that stays as it is.
    """

    _file: Any = None
    _closed = False

    def _open(self) -> None:
        with self.path.open("rb") as file:
            self._read_heads(file)
        self._errors = library(self.path).ChemfilesError
        try:
            self._file = library(self.path).Trajectory(str(self.path), "r", "XTC")
        except self._errors as error:
            raise self._unread("", error) from error
        if self._file.nsteps != self.frames:
            raise self._error(
                f"holds {self.frames} frames, of which chemfiles finds {self._file.nsteps}"
            )

    def _read_heads(self, file: BinaryIO) -> None:
        """Steps, times and the box, from the headers of all frames up to the end of the file."""
        length = file.seek(0, 2)
        steps, times, begin, first = [], [], 0, None
        while begin < length:
            frame = len(steps)
            self.frames = frame + 1
            file.seek(begin)
            text = file.read(_HEAD.size + _PACKED.size)
            end = self._end(frame, begin, text)
            if end > length:
                raise self._unfinished(frame, begin, f"has {length - begin} of {end - begin} bytes")
            _, particles, step, time, *box, _ = _HEAD.unpack_from(text)
            first = first or (particles, np.array(box).reshape(3, 3))
            self._check_constant(frame, particles, np.array(box).reshape(3, 3), first)
            steps.append(step)
            times.append(time)
            begin = end
        if first is None:
            raise self._error("has no frames")
        self.particles, box = first
        self._edges = np.diagonal(box).copy()
        if (np.abs(box - np.diag(self._edges)) > 1e-6 * np.abs(box).max()).any():
            raise self._error(
                f"has a tilted box ({box.tolist()})", "give a run in a cubic or rectangular box"
            )
        self._set_moments(steps, times)

    def _end(self, frame: int, begin: int, text: bytes) -> int:
        """Where a frame ends, from its beginning."""
        if len(text) < _HEAD.size:
            raise self._unfinished(frame, begin, "has an incomplete header")
        magic, particles, *_, again = _HEAD.unpack_from(text)
        if magic != MAGIC or particles < 1 or again != particles:
            raise self._error(f"frame {frame} has no header where it should begin: damaged")
        if particles <= _FEW:
            return begin + _HEAD.size + 12 * particles
        if len(text) < _HEAD.size + _PACKED.size:
            raise self._unfinished(frame, begin, "has an incomplete header")
        *_, packed = _PACKED.unpack_from(text, _HEAD.size)
        if packed < 0:
            raise self._error(f"frame {frame} has a negative length: damaged")
        return begin + _HEAD.size + _PACKED.size + -(-packed // 4) * 4

    def _check_constant(
        self, frame: int, particles: int, box: np.ndarray, first: tuple[int, np.ndarray]
    ) -> None:
        remedy = "give a run at constant volume with constant particles"
        if particles != first[0]:
            raise self._error(
                f"frame {frame} has {particles} particles, the first {first[0]}", remedy
            )
        if not np.allclose(box, first[1], rtol=1e-6, atol=0):
            raise self._error(f"frame {frame} has a different box from the first", remedy)

    def _stored(self, frame: int) -> tuple[np.ndarray, np.ndarray | None]:
        if self._closed:
            raise self._error("is closed", "read it inside `with`")
        try:
            # Held while its positions are in use, which are a view of memory of the library.
            found = self._file.read_step(frame)
            return found.positions / _ANGSTROM, None
        except self._errors as error:
            raise self._unread(f"frame {frame} ", error) from error

    def _unread(self, what: str, error: Exception) -> InputError:
        return self._error(f"{what}cannot be read ({' '.join(str(error).split())}): damaged")

    def close(self) -> None:
        """Close the file."""
        self._closed = True
        if self._file is not None:
            self._file.close()
