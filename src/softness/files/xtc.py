"""Trajectories as XTC (GROMACS, LAMMPS), read frame by frame."""

import struct
from typing import BinaryIO

import numpy as np

from softness.files.timed import TimedReader
from softness.files.xtc_coordinates import HEAD as PACKED
from softness.files.xtc_coordinates import unpack

MAGIC = 1995
"""How frames begin; those of 2023 are for hundreds of millions of particles, and not read."""

_HEAD = struct.Struct(">iiif9fi")
# Frames of so few particles are not packed.
_FEW = 9


class XtcTrajectory(TimedReader):
    """An XTC file, read frame by frame, in its own unit of length.

    It has no types, and does not say whether positions are wrapped. On opening, the headers of all
    frames are read.

    Parameters
    ----------
    path
        The file.
    time_step, species, unwrap, **more
        As in `softness.files.trajectory.open_trajectory`; ``topology`` has the types.

    Raises
    ------
    InputError
        If the file is absent, truncated or foreign, or no such system in a rectangular box that
        stays as it is.
    """

    def _open(self) -> None:
        self._file = self.path.open("rb")
        self._read_heads(self._file)

    def _read_heads(self, file: BinaryIO) -> None:
        """Steps, times and the box, from the headers of all frames up to the end of the file."""
        length = file.seek(0, 2)
        steps, times, ends, begin, first = [], [], [0], 0, None
        while begin < length:
            frame = len(steps)
            self.frames = frame + 1
            file.seek(begin)
            text = file.read(_HEAD.size + PACKED.size)
            end = self._end(frame, begin, text)
            if end > length:
                raise self._unfinished(frame, begin, f"has {length - begin} of {end - begin} bytes")
            _, particles, step, time, *box, _ = _HEAD.unpack_from(text)
            first = first or (particles, box)
            self._check_constant(frame, particles, box, first)
            steps.append(step)
            times.append(time)
            ends.append(end)
            begin = end
        if first is None:
            raise self._error("has no frames")
        self.particles, box = first[0], np.array(first[1]).reshape(3, 3)
        self._ends = np.array(ends, np.int64)
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
        if len(text) < _HEAD.size + PACKED.size:
            raise self._unfinished(frame, begin, "has an incomplete header")
        *_, packed = PACKED.unpack_from(text, _HEAD.size)
        if packed < 0:
            raise self._error(f"frame {frame} has a negative length: damaged")
        return begin + _HEAD.size + PACKED.size + -(-packed // 4) * 4

    def _check_constant(
        self, frame: int, particles: int, box: list[float], first: tuple[int, list[float]]
    ) -> None:
        remedy = "give a run at constant volume with constant particles"
        if particles != first[0]:
            raise self._error(
                f"frame {frame} has {particles} particles, the first {first[0]}", remedy
            )
        if box != first[1] and not np.allclose(box, first[1], rtol=1e-6, atol=0):
            raise self._error(f"frame {frame} has a different box from the first", remedy)

    def _stored(self, frame: int) -> tuple[np.ndarray, np.ndarray | None]:
        self._check_open()
        begin, end = self._ends[frame : frame + 2].tolist()
        self._file.seek(begin + _HEAD.size)
        text = self._file.read(end - begin - _HEAD.size)
        if self.particles <= _FEW:
            return np.frombuffer(text, ">f4").reshape(self.particles, 3), None
        try:
            return unpack(text, self.particles), None
        except ValueError as error:
            raise self._error(f"frame {frame} cannot be read ({error}): damaged") from error
