"""One trajectory from several files that follow each other: a frame each, or parts of one run."""

import glob
import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from softness.errors import InputError
from softness.files.box import SAME_BOX
from softness.files.opening import Species
from softness.files.reader import TrajectoryReader
from softness.files.timed import TimedReader

_KEPT_OPEN = 16
"""Files that are kept open: one is read through when it is opened, and few systems let a process
have more than a thousand."""

_SAME_INTERVAL = 1e-3


def matching_files(path: str | Path | Sequence[str | Path]) -> list[Path]:
    """Files in the order of time: of a list as they stand, of a pattern by the numbers in names.

    Raises
    ------
    InputError
        If there are none, or one stands twice.
    """
    if not isinstance(path, str | Path):
        paths = [Path(one) for one in path]
    elif not glob.has_magic(str(path)) or Path(path).exists():
        return [Path(path)]
    else:
        pattern = Path(path)
        found = Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor)))
        paths = sorted(found, key=_by_numbers)
    if not paths:
        raise InputError(f"{path}: no such file: check the pattern, or name a file or more")
    most, number = Counter(paths).most_common(1)[0]
    if number > 1:
        raise InputError(f"{most}: stands {number} times in the list of files: name each once")
    return paths


def _by_numbers(path: Path) -> list[tuple[int, str]]:
    """Numbers as numbers, and what lies between as text: frame.9 before frame.10."""
    parts = re.split(r"(\d+)", str(path))
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


class JoinedTrajectory(TimedReader):
    """Files of one system that follow each other in time, read as one trajectory.

    Parameters
    ----------
    paths
        Two files or more, of any format, in the order of time.
    reader_of
        Gives the reader of a file.
    time_step, species, unwrap, **more
        As in `softness.files.trajectory.open_trajectory`.

    Raises
    ------
    InputError
        If a file is refused by its reader, they differ in particles, species, ids or box, the time
        of one overlaps with that of the one before, or frames are missing between them; both files
        are named.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        reader_of: Callable[[Path], type[TrajectoryReader]],
        time_step: float | None = None,
        species: Species | None = None,
        unwrap: str = "images",
        **more: Any,
    ) -> None:
        self._paths, self._reader_of = list(paths), reader_of
        self._parts: OrderedDict[int, TrajectoryReader] = OrderedDict()
        self._closed = False
        super().__init__(f"{paths[0]} to {paths[-1]}", time_step, species, unwrap, **more)

    @property
    def labels(self) -> tuple[str | int, ...]:
        """What the first file calls each species."""
        return self._part(0).labels

    def _open(self) -> None:
        told = self._given
        # Each file takes what is told of its own content; what follows from all is made here.
        self._of_part = replace(told, unwrap="none", frame_interval=None)
        self._given = replace(told, box=None, topology=None, time_unit=1.0, length_unit=1.0)
        counts, steps, times = [], [], []
        for number in range(len(self._paths)):
            part = self._part(number)
            counts.append(part.frames)
            steps.append(part._steps())
            known = part._tells_times()
            times.append(part.times() if known else np.full(part.frames, np.nan))
        self._begins = np.concatenate([[0], np.cumsum(counts)])
        self.frames = int(self._begins[-1])
        self._frame_steps, self._frame_times = np.concatenate(steps), np.concatenate(times)
        self._check_succession()

    def _part(self, number: int) -> TrajectoryReader:
        """A file, opened if it is not open, and found to be of the same system as the first."""
        if number in self._parts:
            self._parts.move_to_end(number)
            return self._parts[number]
        path = self._paths[number]
        part = self._reader_of(path)(path, **vars(self._of_part))
        self._parts[number] = part
        if len(self._parts) > _KEPT_OPEN:
            self._parts.popitem(last=False)[1].close()
        if number == 0:
            self.particles, self._first_types, self._ids = part.particles, part.types, part._ids
            self._edges = np.broadcast_to(part.box_length, 3).astype(np.float64)
            self._wrapped, self._has_images = part._wrapped, part._has_images
        self._check_same_system(part)
        return part

    def _check_same_system(self, part: TrajectoryReader) -> None:
        remedy = "give files of one system at constant volume, written in one way"
        first = f"in {self._paths[0]}"
        if part.particles != self.particles:
            raise part._error(
                f"has {part.particles} particles, and there are {self.particles} {first}", remedy
            )
        if not np.allclose(part.box_length, self._edges, rtol=SAME_BOX, atol=0):
            raise part._error(f"has another box than that {first}", remedy)
        if not np.array_equal(part.types, self._first_types):
            raise part._error(f"has particles of other species than those {first}", remedy)
        ids = (part._ids, self._ids)
        if not (ids == (None, None) if None in map(type, ids) else np.array_equal(*ids)):
            raise part._error(f"has other particle ids than those {first}", remedy)
        if (part._wrapped, part._has_images) != (self._wrapped, self._has_images):
            raise part._error(f"has its positions or images in another way than {first}", remedy)

    def _check_succession(self) -> None:
        """Refuse files that overlap in time, and frames that are missing between two."""
        starts = self._begins[1:-1]
        moments, unit = self._frame_times, " tau"
        if not np.isfinite(moments).all():
            moments, unit = self._frame_steps, " time steps"
        if not moments.any():
            moments, unit = self._numbers_of_names(), " by their names"
        intervals = np.diff(moments)
        for number, start in enumerate(starts, 1):
            before, after = self._paths[number - 1], self._paths[number]
            if intervals[start - 1] <= 0:
                raise InputError(
                    f"{after}: begins at {moments[start]:.10g}{unit}, and {before} ends at "
                    f"{moments[start - 1]:.10g}: name files in the order of time, and take frames "
                    "that stand in both out of one"
                )
            usual = _usual_around(intervals, start - 1)
            if usual is not None and intervals[start - 1] > usual * (1 + _SAME_INTERVAL):
                raise InputError(
                    f"{after}: begins {intervals[start - 1]:.6g}{unit} after the end of {before}, "
                    f"where frames are {usual:.6g} apart: add what is missing between them, or "
                    "give what is before and after it as two trajectories"
                )

    def _numbers_of_names(self) -> np.ndarray:
        """(frames,) numbers in which names differ, if files have one frame; else 0, 1, ..."""
        counted = np.arange(self.frames)
        numbers = [re.findall(r"\d+", path.name) for path in self._paths]
        if self.frames != len(self._paths) or len(set(map(len, numbers))) != 1:
            return counted
        varying = [column for column in zip(*numbers, strict=True) if len(set(column)) > 1]
        found = np.array(varying[0], np.float64) if len(varying) == 1 else counted
        # In a list, names need not be in the order of time.
        return found if (np.diff(found) > 0).all() else counted

    def _species_indices(self) -> np.ndarray:
        return self._first_types

    def _stored(self, frame: int) -> tuple[np.ndarray, np.ndarray | None]:
        if self._closed:
            raise self._error("is closed", "read it inside `with`")
        number = int(np.searchsorted(self._begins, frame, side="right")) - 1
        return self._part(number)._checked(frame - int(self._begins[number]))

    def close(self) -> None:
        """Close all files."""
        self._closed = True
        while self._parts:
            self._parts.popitem()[1].close()


def _usual_around(intervals: np.ndarray, place: int) -> float | None:
    """The interval that frames have before and after a place, two on one side if there is no other.

    None where they differ, so that frames at times that grow have no gaps.
    """
    before, after = intervals[max(place - 2, 0) : place], intervals[place + 1 : place + 3]
    near = [before[-1], after[0]] if len(before) and len(after) else [*before, *after]
    even = len(near) == 2 and np.isclose(*near, rtol=_SAME_INTERVAL, atol=0)
    return float(near[0]) if even else None
