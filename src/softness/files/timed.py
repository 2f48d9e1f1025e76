"""Readers of files that number their frames by time steps, or say at what times they were taken."""

from abc import ABC
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np

from softness.errors import InputError
from softness.files.reader import TrajectoryReader
from softness.files.topology import read_types

# Relative; LAMMPS writes times in 16 digits, other programs in 6.
_TIME_TOLERANCE = 1e-5
# Of the interval between frames: what digits that were cut, or single precision, may leave of it.
_UNEVEN = 1e-3


class TimedReader(TrajectoryReader, ABC):
    """A trajectory whose frames have a time step, a time, both or neither.

    Set in `_open`: ``_frame_steps``, (frames,) int64, 0 in all frames that have none; and
    ``_frame_times``, (frames,) float64 in the file's unit, nan where there is none; and of a reader
    of one file ``_file``.
    """

    _file: BinaryIO | None = None
    _frame_steps: np.ndarray
    _frame_times: np.ndarray
    _time_name = "their times"
    _packed = False  # by gzip

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _check_open(self) -> None:
        if self._file.closed:
            raise self._error("is closed", "read it inside `with`")

    def _steps(self) -> np.ndarray:
        return self._frame_steps

    def _ordered_moments(self) -> np.ndarray:
        """As in any reader; refused where frames are not told apart."""
        if self.frames > 1 and not self._frame_steps.any() and self._written_times() is None:
            raise self._error(
                "has neither times nor time steps",
                "give frame_interval, in tau, on opening it, if its frames are equally spaced",
            )
        return super()._ordered_moments()

    def _set_moments(self, steps: Sequence[int | None], times: Sequence[float]) -> None:
        """Take what the frames say of their moments, each or none."""
        silent = [frame for frame, step in enumerate(steps) if step is None]
        if 0 < len(silent) < len(steps):
            raise self._error(f"frame {silent[0]} has no time step, and others have")
        self._frame_steps = np.array([0 if step is None else step for step in steps], np.int64)
        self._frame_times = np.array(times, np.float64)

    def _check_times(self) -> None:
        """Refuse a time step that the times of the frames contradict."""
        off, given = np.empty(0, np.int64), self._given.time_step
        if given is not None:
            given /= self._given.time_unit
            off = np.flatnonzero(~self._agree(given))
        if len(off):
            first, second = self._known()[off[0] : off[0] + 2]
            apart = self._frame_times[second] - self._frame_times[first]
            steps = self._frame_steps[second] - self._frame_steps[first]
            unit = self._given.time_unit
            raise self._error(
                f"frames {first} and {second} are {apart * unit:g} tau apart by {self._time_name}, "
                f"but {steps * given * unit:g} by time_step = {given * unit:g}",
                "leave time_step out, the file has its own times",
            )
        super()._check_times()

    def _known(self) -> np.ndarray:
        """Numbers of the frames that have a time."""
        return np.flatnonzero(np.isfinite(self._frame_times))

    def _agree(self, time_step: float) -> np.ndarray:
        """Whether times from frame to frame, among those that have one, are by this time step."""
        times, steps = self._frame_times[self._known()], self._frame_steps[self._known()]
        tolerance = _TIME_TOLERANCE * np.abs(times).max(initial=0)
        apart = np.abs(np.diff(times) - np.diff(steps) * time_step)
        # Where steps start over, times may continue: this is reported when times are asked for.
        return (apart <= tolerance) | (np.diff(steps) <= 0)

    def _written_time_step(self) -> float | None:
        known = self._known()
        if len(known) < 2:
            return None
        steps, times = self._frame_steps[known[[0, -1]]], self._frame_times[known[[0, -1]]]
        mean = (times[1] - times[0]) / (steps[1] - steps[0]) if steps[1] > steps[0] else 0.0
        told = float(mean) if mean > 0 and self._agree(mean).all() else None
        # Which it was found to agree with on opening, and which may have more digits.
        given = self._given.time_step
        return told if given is None else given / self._given.time_unit

    def _written_times(self) -> np.ndarray | None:
        """Times of the frames, where time steps do not tell them: they begin anew, or change."""
        told = (np.diff(self._frame_steps) > 0).all() and self._written_time_step() is not None
        if told or len(self._known()) < self.frames:
            return None
        times = self._frame_times
        even = np.linspace(times[0], times[-1], self.frames)
        tolerance = min(
            _UNEVEN * abs(times[-1] - times[0]) / max(self.frames - 1, 1),
            _TIME_TOLERANCE * np.abs(times).max(),
        )
        return even if (np.abs(times - even) <= tolerance).all() else times

    # -- particles --------------------------------------------------------------------------

    def _species_indices(self) -> np.ndarray:
        """As in any reader; where the file has no types, from its topology, or all of one."""
        if self._labels is not None:
            return super()._species_indices()
        if self._given.topology is not None:
            return read_types(self._given, self.particles)
        wanted = self._given.species
        if wanted is None or len(wanted) != 1:
            raise self._error(
                "has no types of particles",
                "give topology, a file that has them, or one species if all are of one",
            )
        return np.zeros(self.particles, np.int32)

    def _check_ids(self) -> None:
        """Refuse ids, in rising order, that stand twice."""
        twice = np.empty(0) if self._ids is None else self._ids[1:][np.diff(self._ids) == 0]
        if len(twice):
            raise self._error(f"has the particle id {twice[0]} twice")

    def _check_same(self, frame: int, ids: np.ndarray | None, types: np.ndarray | None) -> None:
        """Refuse a frame of other particles than those of the first."""
        if ids is not None and not np.array_equal(ids, self._ids):
            raise self._error(f"frame {frame} has different particle ids from the first")
        if types is not None and not np.array_equal(types, self._labels):
            remedy = "" if ids is not None else "write ids, or the same order in every frame"
            raise self._error(f"frame {frame} has different types from the first", remedy)

    def _unfinished(self, frame: int, offset: int, fault: str, last: bool = False) -> InputError:
        """The error for a frame that begins at an offset and is not whole."""
        if not last and frame + 1 < self.frames:
            return self._error(f"frame {frame} {fault}: damaged", "give another file")
        head = f"zcat FILE | head -c {offset}" if self._packed else f"head -c {offset}"
        whole = f", or keep what is whole ({head})" if frame else ""
        return self._error(
            f"frame {frame}, the last, {fault}: truncated, or still being written",
            f"wait for it to be finished{whole}",
        )
