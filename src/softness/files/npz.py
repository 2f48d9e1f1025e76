"""Trajectories as .npz archives of arrays, read frame by frame."""

import zipfile
import zlib
from contextlib import ExitStack
from typing import BinaryIO, NamedTuple

import numpy as np

from softness.errors import InputError
from softness.files.timed import TimedReader

_POSITIONS = ("unwrapped_positions", "positions")
_IMAGES = ("images", "image")
_TYPES = ("types", "type", "species")
_IDS = ("ids", "id")
_BOX = ("box", "box_length")
_TIMES = ("times", "time")
_STEPS = ("steps", "step", "timesteps")
# What data sets of runs that start from one snapshot have beside their positions.
_OF_RUNS = ("initial_positions", "propensity")

_BLOCK = 2**16
# Where the header of a member of a zip archive has the lengths of its name and of what follows it.
_NAME_LENGTHS = 26


class _Rows(NamedTuple):
    """An array of the archive that is read frame by frame."""

    file: BinaryIO
    begin: int
    shape: tuple[int, ...]
    dtype: np.dtype


class NpzTrajectory(TimedReader):
    """An .npz archive, packed or not, read frame by frame.

    Parameters
    ----------
    path
        The archive, as numpy.savez and numpy.savez_compressed write it: ``positions`` (frames, N,
        3), or ``unwrapped_positions``, which are preferred; and, where there are any, ``images``
        of the same shape, ``types`` (N,), ``ids`` (N,), ``box`` or ``box_length`` (one edge, three,
        or such for each frame), ``times`` or ``steps`` (frames,).
    time_step, species, unwrap, **more
        As in `softness.files.trajectory.open_trajectory`. A and B are the types 0 and 1, 1 and 2,
        or the texts A and B, if not given.

    Raises
    ------
    InputError
        If the file is absent, truncated or foreign, its arrays do not fit each other, or it is no
        such system in a rectangular box that stays as it is.
    """

    _usual = ((0, 1), (1, 2), ("A", "B"))
    _time_name = "their times"

    def _open(self) -> None:
        self._files = ExitStack()
        try:
            self._archive = self._files.enter_context(zipfile.ZipFile(self.path))
            self._check_sums()
            self._read_arrays()
        # numpy raises errors of many kinds for what it cannot read. Their texts stay out: of Python
        # objects, they name the option that would let a file run its code.
        except (ValueError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            if isinstance(error, InputError):
                raise
            raise self._error(
                "is no .npz of arrays of plain numbers: damaged, cut short, or of Python objects",
                "get it again, or store numbers by numpy.savez",
            ) from None

    def _check_sums(self) -> None:
        """Read through the archive, which compares all bytes with their check sums."""
        for info in self._archive.infolist():
            with self._archive.open(info) as file:
                while file.read(_BLOCK):
                    pass

    def _read_arrays(self) -> None:
        self._names = {name.removesuffix(".npy") for name in self._archive.namelist()}
        runs = [name for name in _OF_RUNS if name in self._names]
        if runs:
            raise self._error(
                f"holds {runs[0]}: runs or snapshots of a published data set, not frames of a run",
                "name it in inherent.published",
            )
        name = self._name_of(_POSITIONS)
        if name is None:
            raise self._error(
                f"has the arrays {', '.join(sorted(self._names))}", "add positions (frames, N, 3)"
            )
        self._positions = self._rows(name, "f", "positions")
        self.frames, self.particles = self._positions.shape[:2]
        images = None if name == _POSITIONS[0] else self._name_of(_IMAGES)
        self._images = None if images is None else self._rows(images, "iu", "images")
        self._wrapped = False if name == _POSITIONS[0] else True if images else None
        self._has_images = images is not None
        self._labels = self._array(_TYPES, (self.particles,), "iuU")
        self._read_ids()
        self._read_box()
        steps = self._array(_STEPS, (self.frames,), "iu")
        times = self._array(_TIMES, (self.frames,), "iuf")
        self._set_moments(
            np.zeros(self.frames, np.int64) if steps is None else steps,
            np.full(self.frames, np.nan) if times is None else times,
        )

    def _name_of(self, names: tuple[str, ...]) -> str | None:
        return next((name for name in names if name in self._names), None)

    def _rows(self, name: str, kinds: str, what: str) -> _Rows:
        """An array (frames, N, 3) that stays in the file."""
        file = self._member(f"{name}.npy")
        version = np.lib.format.read_magic(file)
        read = {(1, 0): np.lib.format.read_array_header_1_0}.get(
            version, np.lib.format.read_array_header_2_0
        )
        shape, fortran, dtype = read(file)
        expected = getattr(self, "_positions", None)
        fits = len(shape) == 3 and shape[2] == 3 and min(shape) > 0
        if expected is not None:
            fits = shape == expected.shape
        if not fits or dtype.kind not in kinds:
            raise self._error(
                f"has {name} of shape {shape} and type {dtype}",
                f"give {what} (frames, N, 3), {'real' if kinds == 'f' else 'whole'} numbers",
            )
        if fortran:
            raise self._error(
                f"has {name} in the order of Fortran, in which a frame cannot be read alone",
                "store it by numpy.ascontiguousarray",
            )
        return _Rows(file, file.tell(), shape, dtype)

    def _member(self, name: str) -> BinaryIO:
        """An array of the archive as a file: where it is not packed, the archive at its place."""
        info = self._archive.getinfo(name)
        if info.compress_type != zipfile.ZIP_STORED:
            return self._files.enter_context(self._archive.open(info))
        file = self._files.enter_context(self.path.open("rb"))
        file.seek(info.header_offset + _NAME_LENGTHS)
        lengths = np.frombuffer(file.read(4), "<u2")
        file.seek(int(lengths.sum()), 1)
        return file

    def _array(
        self, names: tuple[str, ...], shape: tuple[int, ...], kinds: str
    ) -> np.ndarray | None:
        """A small array of this shape; None if the archive has none."""
        name = self._name_of(names)
        if name is None:
            return None
        values = self._whole(name)
        if values.shape != shape or values.dtype.kind not in kinds:
            raise self._error(
                f"has {name} of shape {values.shape} and type {values.dtype}, expected the shape "
                f"{shape}",
                "store what belongs to the positions",
            )
        if kinds != "iuU" and not np.isfinite(values).all():
            raise self._error(f"has {name} that are not finite")
        return values

    def _whole(self, name: str) -> np.ndarray:
        with self._archive.open(f"{name}.npy") as file:
            return np.lib.format.read_array(file, allow_pickle=False)

    def _read_ids(self) -> None:
        ids = self._array(_IDS, (self.particles,), "iu")
        self._order = None if ids is None else np.argsort(ids, kind="stable")
        if ids is not None:
            self._ids = ids[self._order]
            self._check_ids()
            if self._labels is not None:
                self._labels = self._labels[self._order]

    def _read_box(self) -> None:
        name = self._name_of(_BOX)
        if name is None:
            return
        box = np.atleast_1d(self._whole(name))
        told = f"has {name} of shape {box.shape}"
        if box.dtype.kind not in "iuf":
            raise self._error(f"{told} and type {box.dtype}", "give one edge, or three")
        if box.shape[-2:] == (3, 3) and box.shape != (self.frames, 3):
            diagonal = np.diagonal(box, axis1=-2, axis2=-1)
            if (np.abs(box - diagonal[..., None] * np.eye(3)) > 1e-6 * np.abs(box).max()).any():
                raise self._error(f"has a tilted box ({name})", "give a run in a rectangular box")
            box = diagonal
        if box.shape in ((self.frames,), (self.frames, 1)) and self.frames not in (1, 3):
            box = np.repeat(box.reshape(-1, 1), 3, axis=1)
        box = np.atleast_2d(box)
        if box.shape not in ((1, 1), (1, 3), (self.frames, 3)):
            raise self._error(told, "give one edge, or three")
        if not np.allclose(box, box[0], rtol=1e-6, atol=0):
            frame = np.flatnonzero(~np.isclose(box, box[0], rtol=1e-6, atol=0).all(axis=1))[0]
            raise self._error(
                f"frame {frame} has a different box from the first", "give a run at constant volume"
            )
        self._edges = np.broadcast_to(box[0], 3).astype(np.float64)

    def _stored(self, frame: int) -> tuple[np.ndarray, np.ndarray | None]:
        found = [
            None if rows is None else self._frame_of(rows, frame)
            for rows in (self._positions, self._images)
        ]
        if self._order is not None:
            found = [None if one is None else one[self._order] for one in found]
        return found[0], found[1]

    def _frame_of(self, rows: _Rows, frame: int) -> np.ndarray:
        if rows.file.closed:
            raise self._error("is closed", "read it inside `with`")
        size = rows.dtype.itemsize * self.particles * 3
        try:
            rows.file.seek(rows.begin + frame * size)
            text = rows.file.read(size)
        except zipfile.BadZipFile as error:
            raise self._error(f"frame {frame} cannot be read ({error}): damaged") from error
        if len(text) < size:
            raise self._error(f"frame {frame} is cut short: damaged")
        return np.frombuffer(text, rows.dtype).reshape(self.particles, 3)

    def close(self) -> None:
        """Close the file."""
        self._files.close()
