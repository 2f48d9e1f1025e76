"""Trajectories as DCD (CHARMM, NAMD, LAMMPS, OpenMM), read frame by frame."""

import numpy as np

from softness.files.timed import TimedReader

MAGIC = b"CORD"
_CELL_BYTES = 48
# What single precision, and cosines of it, leave of a right angle.
_RIGHT_ANGLE = 1e-5
_HEADER = 84


class DcdTrajectory(TimedReader):
    """A DCD file, read frame by frame.

    It has no types, and does not say whether positions are wrapped. Its frames are numbered by time
    steps; the time step is needed as well, since programs write it in different units.

    Parameters
    ----------
    path
        The file.
    time_step, species, unwrap, **more
        As in `softness.files.trajectory.open_trajectory`; ``topology`` has the types.

    Raises
    ------
    InputError
        If the file is absent, truncated or foreign, has fixed atoms or four dimensions, or is no
        such system in a rectangular box that stays as it is.
    """

    def _open(self) -> None:
        self._file = self.path.open("rb")
        self._read_header()
        self._read_cells()
        self._frame_times = np.full(self.frames, np.nan)

    def _record(self) -> bytes:
        """The next record of Fortran: its length stands before and after it."""
        length = int(np.frombuffer(self._file.read(4), self._whole)[0])
        text = self._file.read(length)
        if len(text) < length or self._file.read(4) != np.array([length], self._whole).tobytes():
            raise ValueError("no whole record")
        return text

    def _read_header(self) -> None:
        start = self._file.read(4)
        little = start == np.array([_HEADER], "<i4").tobytes()
        self._whole = np.dtype("<i4" if little else ">i4")
        self._real = np.dtype("<f4" if little else ">f4")
        self._file.seek(0)
        try:
            numbers = np.frombuffer(self._record()[4:], self._whole)
            self._record()
            self.particles = int(np.frombuffer(self._record(), self._whole)[0])
        except (ValueError, IndexError) as error:
            raise self._error("has an incomplete header, or one in records of 64 bits") from error
        claimed, first, every = numbers[:3].tolist()
        charmm = numbers[19] != 0
        self._has_cells = bool(charmm and numbers[10])
        if self.particles < 1:
            raise self._error(f"has {self.particles} particles")
        if numbers[8] or (charmm and numbers[11]):
            raise self._error(
                f"has {numbers[8]} fixed atoms, or four dimensions", "write all three coordinates"
            )
        self._begin = self._file.tell()
        self._cell_size = _CELL_BYTES + 8 if self._has_cells else 0
        self._size = self._cell_size + 3 * (4 * self.particles + 8)
        self._check_length(claimed)
        self._frame_steps = first + every * np.arange(self.frames, dtype=np.int64)

    def _check_length(self, claimed: int) -> None:
        """Frames by the length of the file; a last one that is cut short is refused."""
        self.frames, rest = divmod(self._file.seek(0, 2) - self._begin, self._size)
        if rest:
            self.frames += 1
            offset = self._begin + (self.frames - 1) * self._size
            raise self._unfinished(self.frames - 1, offset, f"has {rest} of {self._size} bytes")
        if self.frames == 0:
            raise self._error("has no frames")
        # Some programs write 0 until they have ended.
        if claimed not in (0, self.frames):
            raise self._error(
                f"holds {self.frames} frames, and its header tells of {claimed}",
                "bring a whole copy of it, or write the file anew",
            )

    def _read_cells(self) -> None:
        """The box of all frames, which must be one and the same."""
        if not self._has_cells:
            return
        real = self._real.newbyteorder(self._whole.byteorder).str[0] + "f8"
        first = None
        for frame in range(self.frames):
            self._file.seek(self._begin + frame * self._size + 4)
            cell = np.frombuffer(self._file.read(_CELL_BYTES), real)
            first = cell if first is None else first
            if not np.allclose(cell, first, rtol=1e-6, atol=1e-6):
                raise self._error(
                    f"frame {frame} has a different box from the first",
                    "give a run at constant volume",
                )
        # Angles in degrees, or their cosines.
        angles = first[[1, 3, 4]]
        right = np.minimum(np.abs(angles), np.abs(angles / 90 - 1)) < _RIGHT_ANGLE
        edges = first[[0, 2, 5]]
        if not right.all() and edges.any():
            raise self._error(
                f"has a tilted box, with the angles {angles.tolist()}",
                "give a run in a cubic or rectangular box",
            )
        self._edges = edges

    def _stored(self, frame: int) -> tuple[np.ndarray, np.ndarray | None]:
        self._check_open()
        self._file.seek(self._begin + frame * self._size + self._cell_size)
        text = self._file.read(self._size - self._cell_size)
        records = np.frombuffer(text, self._real).reshape(3, self.particles + 2)
        if (records[:, [0, -1]].view(self._whole) != 4 * self.particles).any():
            raise self._error(f"frame {frame} has records of another length: damaged")
        return records[:, 1:-1].T, None
