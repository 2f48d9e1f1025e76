"""Trajectories as LAMMPS text dumps, read frame by frame, in constant memory."""

import gzip
from collections.abc import Iterator
from itertools import pairwise
from typing import BinaryIO, NamedTuple

import numpy as np

from softness.files.box import is_cube
from softness.files.compressed import opened
from softness.files.timed import TimedReader

_FRAME = b"ITEM: TIMESTEP"
_BLOCK = 2**22
# Before a frame stand, where asked for, its units and its time: a few short lines.
_PREAMBLE = 256
# Whole numbers up to this one are floats as well.
_LARGEST = 2**53
_UNITS = "lj"
_UNWRAPPED = (("xu", "yu", "zu"), ("xsu", "ysu", "zsu"))
_WRAPPED = (("x", "y", "z"), ("xs", "ys", "zs"))
_IMAGES = ("ix", "iy", "iz")


class _Header(NamedTuple):
    """What stands above the particles of a frame."""

    step: int
    particles: int
    boundary: str  # flags such as "pp pp pp"; older files have none
    bounds: np.ndarray  # (3, 2) low and high ends of the box, or (3, 3) of a tilted one
    columns: list[str]
    units: str  # lj, if they are not said
    time: float  # nan if it is not said
    body: int  # offset of the first particle


class DumpTrajectory(TimedReader):
    """A LAMMPS text dump in a rectangular periodic box, read frame by frame.

    On opening, the file is read through once for the places of its frames and their headers.

    Parameters
    ----------
    path
        The dump, made by ``dump custom`` or ``dump atom``, packed by gzip or not: with the columns
        ``id``, ``type`` and positions ``xu yu zu``, ``xsu ysu zsu`` (unwrapped) or ``x y z``,
        ``xs ys zs`` (wrapped, to be unwrapped by ``ix iy iz``), in any order. Particles are sorted
        by their id.
    time_step, species, unwrap, **more
        As in `softness.files.trajectory.open_trajectory`. The time step is needed where there are
        no times (ITEM: TIME). A and B are 1 and 2 if not given. Unwrapped positions need no
        images.

    Raises
    ------
    InputError
        If the file is absent, truncated, foreign, in other units than lj where neither
        ``length_unit`` nor ``time_unit`` is given, lacks columns, or is no such system in a
        rectangular periodic box that stays as it is.

    Notes
    -----
    LAMMPS writes six digits unless ``dump_modify format float %.9g`` asks for more; positions then
    are true to 1e-4 at 100 sigma_AA, and p_hop, whose cage vibrations are 0.01 sigma_AA^2, is not
    affected.
    """

    _usual = ((1, 2),)
    _time_name = "their times (ITEM: TIME)"

    def _open(self) -> None:
        # Kept open for as long as frames are read; closed by `close`.
        self._file = opened(self.path)
        self._packed = isinstance(self._file, gzip.GzipFile)
        self._index_frames()
        self._choose_columns()
        first = self._table(0)
        self._ids, self._labels = first["id"], first["type"]
        self._check_ids()

    # -- headers ----------------------------------------------------------------------------

    def _index_frames(self) -> None:
        """Read all headers; they must tell of one and the same system."""
        offsets = list(_frame_offsets(self._file))
        if not offsets:
            raise self._error(f"has no frames ({_FRAME.decode()})")
        self.frames = len(offsets)
        first = self._header(0, offsets[0], after=0)
        if first.particles < 1:
            raise self._error(f"frame 0 has {first.particles} particles")
        self.particles, self._columns = first.particles, first.columns
        self._low, self._edges = self._box(first)
        steps, times, bodies = [], [], []
        for frame, offset in enumerate(offsets):
            header = self._header(frame, offset, after=offsets[frame - 1] if frame else 0)
            self._check_constant(frame, header, first)
            steps.append(header.step)
            times.append(header.time)
            bodies.append(header.body)
        self._frame_steps = np.array(steps, dtype=np.int64)
        self._frame_times = np.array(times, dtype=np.float64)
        self._bodies = np.array(bodies, dtype=np.int64)
        self._begins = np.array(offsets, dtype=np.int64)

    def _header(self, frame: int, offset: int, after: int) -> _Header:
        """The header of a frame that begins at an offset; the frame before begins at ``after``."""
        sections = self._preamble(offset, after)
        self._file.seek(offset)
        try:
            while "ATOMS" not in sections:
                name, flags = self._section()
                count = {"BOX": 3, "ATOMS": 0}.get(name, 1)
                sections[name] = [flags] + [self._line() for _ in range(count)]
            bounds = np.array([line.split() for line in sections["BOX"][1:]], dtype=np.float64)
            return _Header(
                step=_whole(sections["TIMESTEP"][1]),
                particles=_whole(sections["NUMBER"][1]),
                boundary=sections["BOX"][0],
                bounds=bounds,
                columns=sections["ATOMS"][0].split(),
                units=sections["UNITS"][1].strip() if "UNITS" in sections else _UNITS,
                time=float(sections["TIME"][1]) if "TIME" in sections else np.nan,
                body=self._file.tell(),
            )
        except _NotAnInteger as error:
            raise self._error(
                f"frame {frame} has {error} as its time step or number of particles, expected a "
                "whole number",
                "write the number of the step there; a time belongs under ITEM: TIME",
            ) from error
        except (ValueError, KeyError) as error:
            raise self._unfinished(frame, offset, "has an incomplete header") from error

    def _preamble(self, offset: int, after: int) -> dict[str, list[str]]:
        """Units and time, where they stand before the frame, after the frame before."""
        begin = max(offset - _PREAMBLE, after)
        self._file.seek(begin)
        lines = self._file.read(offset - begin).decode(errors="replace").splitlines()
        lines = [line.strip() for line in lines if line.strip()]
        marks = {f"ITEM: {name}": name for name in ("UNITS", "TIME")}
        return {marks[line]: ["", value] for line, value in pairwise(lines) if line in marks}

    def _section(self) -> tuple[str, str]:
        """Name and flags of a section: ITEM: BOX BOUNDS pp pp pp gives BOX and pp pp pp."""
        mark, name, *rest = self._line().split()
        if mark != "ITEM:":
            raise ValueError("no section")
        flags = rest[{"BOX": 1, "NUMBER": 2}.get(name, 0) :]
        return name, " ".join(flags)

    def _line(self) -> str:
        """The next line that is not blank."""
        line = b"\n"
        while line.endswith(b"\n") and not line.strip():
            line = self._file.readline()
        if not line.endswith(b"\n"):
            raise ValueError("no whole line")
        return line.decode()

    def _box(self, header: _Header) -> tuple[np.ndarray, np.ndarray]:
        """Lower corner and edges of the box."""
        remedy = "give a run in a cubic or rectangular box with periodic boundaries (pp pp pp)"
        if header.bounds.shape != (3, 2):
            raise self._error("has a triclinic box", remedy)
        if header.boundary.split() not in ([], ["pp"] * 3):
            raise self._error(f"has the boundaries {header.boundary}", remedy)
        edges = header.bounds[:, 1] - header.bounds[:, 0]
        if not (np.isfinite(edges).all() and (edges > 0).all()):
            raise self._error(f"has a box with the edges {edges.tolist()}", remedy)
        return header.bounds[:, 0], np.full(3, edges[0]) if is_cube(edges) else edges

    def _check_constant(self, frame: int, header: _Header, first: _Header) -> None:
        remedy = "give a run at constant volume with constant particles and columns"
        converted = self._given.length_unit != 1 or self._given.time_unit != 1
        if header.units != _UNITS and not converted:
            raise self._error(
                f"frame {frame} is in the units {header.units}, expected {_UNITS}",
                "give length_unit and time_unit on opening it, or convert lengths to sigma_AA and "
                "times to tau, and name these units lj",
            )
        if header.particles != first.particles:
            raise self._error(
                f"frame {frame} has {header.particles} particles, the first {first.particles}",
                remedy,
            )
        same_box = header.bounds.shape == first.bounds.shape and np.allclose(
            header.bounds, first.bounds, rtol=0, atol=1e-6 * self._edges.max()
        )
        if not same_box:
            raise self._error(f"frame {frame} has a different box from the first", remedy)
        if header.columns != first.columns:
            raise self._error(f"frame {frame} has different columns from the first", remedy)

    def _choose_columns(self) -> None:
        present = set(self._columns)
        choices = [names for names in (*_UNWRAPPED, *_WRAPPED) if present.issuperset(names)]
        if not choices or not {"id", "type"} <= present:
            raise self._error(
                f"has the columns {' '.join(self._columns)}",
                "dump id, type and positions (xu yu zu, or x y z ix iy iz)",
            )
        self._place_columns = choices[0]
        images = self._place_columns in _WRAPPED and present.issuperset(_IMAGES)
        self._image_columns = _IMAGES if images else ()
        self._wrapped, self._has_images = self._place_columns in _WRAPPED, images

    # -- particles --------------------------------------------------------------------------

    def _table(self, frame: int) -> dict[str, np.ndarray]:
        """(N,) id and type, (N, 3) positions and images of a frame, sorted by id."""
        names = ("id", "type", *self._place_columns, *self._image_columns)
        chosen = [self._columns.index(name) for name in names]
        lines = self._lines(frame)
        try:
            values = np.loadtxt(lines, usecols=chosen, comments=None, ndmin=2)
        except ValueError as error:
            raise self._error(f"frame {frame} cannot be read ({error})") from error
        whole = np.delete(values, slice(2, 5), axis=1)
        if not (np.isfinite(whole).all() and np.array_equal(whole, np.rint(whole))):
            raise self._error(
                f"frame {frame} has an id, a type or an image that is not a whole number"
            )
        values = values[np.argsort(values[:, 0], kind="stable")]
        return {
            "id": values[:, 0].astype(np.int64),
            "type": values[:, 1].astype(np.int64),
            "places": values[:, 2:5],
            "images": values[:, 5:],
        }

    def _lines(self, frame: int) -> list[bytes]:
        """Lines of the particles of a frame."""
        self._check_open()
        last = frame + 1 == self.frames
        self._file.seek(self._bodies[frame])
        body = self._file.read(-1 if last else self._begins[frame + 1] - self._bodies[frame])
        # Units and times, where wanted, stand before the time step of the next frame.
        body = body.partition(b"ITEM:")[0].rstrip(b" \t")
        lines = body.splitlines()
        if len(lines) != self.particles:
            lines = [line for line in lines if line.strip()]
        if len(lines) != self.particles or not body.endswith(b"\n"):
            fault = f"holds {len(lines)} of {self.particles} particles"
            if len(lines) == self.particles:
                fault = "ends within a line"
            raise self._unfinished(frame, int(self._begins[frame]), fault)
        return lines

    def _stored(self, frame: int) -> tuple[np.ndarray, np.ndarray | None]:
        table = self._table(frame)
        self._check_same(frame, table["id"], table["type"])
        places = table["places"]
        if self._place_columns[0].startswith("xs"):
            places = self._low + places * self._edges
        return places, table["images"] if self._image_columns else None


class _NotAnInteger(ValueError):
    """A number that should be whole."""


def _whole(text: str) -> int:
    """A whole number, which some programs write as 200.0 or 2e2."""
    number = float(text)
    if not (number.is_integer() and abs(number) < _LARGEST):
        raise _NotAnInteger(text.strip())
    return int(number)


def _frame_offsets(file: BinaryIO) -> Iterator[int]:
    """Offsets of all frames, found in one pass."""
    file.seek(0)
    offset, text = 0, b""
    while block := file.read(_BLOCK):
        text += block
        position = text.find(_FRAME)
        while position >= 0:
            yield offset + position
            position = text.find(_FRAME, position + 1)
        # The end of a block may hold the beginning of a mark.
        kept = len(_FRAME) - 1
        offset, text = offset + max(len(text) - kept, 0), text[-kept:]
