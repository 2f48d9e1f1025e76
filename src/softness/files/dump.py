"""Trajectories as LAMMPS text dumps, read frame by frame, in constant memory."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from softness.errors import InputError
from softness.files.reader import Species, TrajectoryReader

_FRAME = b"ITEM: TIMESTEP"
_BLOCK = 2**22
# Before a frame stand, where asked for, its units and its time: a few short lines.
_PREAMBLE = 256
# Relative; LAMMPS writes times in 16 digits, other programs in 6.
_TIME_TOLERANCE = 1e-5

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


class DumpTrajectory(TrajectoryReader):
    """A LAMMPS text dump of a binary mixture in a cubic periodic box, read frame by frame.

    On opening, the file is read through once for the places of its frames and their headers.

    Parameters
    ----------
    path
        The dump, made by ``dump custom`` or ``dump atom``: with the columns ``id``, ``type`` and
        positions ``xu yu zu``, ``xsu ysu zsu`` (unwrapped) or ``x y z``, ``xs ys zs`` (wrapped, to
        be unwrapped by ``ix iy iz``), in any order. Particles are sorted by their id.
    time_step
        Time step of the integrator in tau; dumps lack it, unless they have times (ITEM: TIME).
    species
        The types that are A and B; 1 and 2 if not given.
    unwrap
        As in `softness.files.trajectory.open_trajectory`. Unwrapped positions need no images.

    Raises
    ------
    InputError
        If the file is absent, truncated, foreign, in other units than lj, lacks columns, or is not
        a binary mixture in a cubic periodic box that stays as it is.

    Notes
    -----
    LAMMPS writes six digits unless ``dump_modify format float %.9g`` asks for more; positions then
    are true to 1e-4 at 100 sigma_AA, and p_hop, whose cage vibrations are 0.01 sigma_AA^2, is not
    affected.
    """

    def __init__(
        self,
        path: str | Path,
        time_step: float | None = None,
        species: Species | None = None,
        unwrap: str = "images",
    ) -> None:
        super().__init__(path, time_step)
        with self._reading():
            # Kept open for as long as frames are read; closed by `close`.
            self._file = self.path.open("rb")
            with self._closed_if_refused():
                self._index_frames()
                self._check_times()
                self._choose_columns()
                self._read_particles(species)
                # A file that was cut short, or is being written, has an unfinished last frame.
                self._checked(self.frames - 1)
                wrapped = self._place_columns in _WRAPPED
                self._set_unwrapping(unwrap, wrapped, images=bool(self._image_columns))

    def _read_particles(self, species: Species | None) -> None:
        first = self._table(0)
        self._ids, self._labels = first["id"], first["type"]
        twice = self._ids[1:][np.diff(self._ids) == 0]
        if len(twice):
            raise self._error(f"has the particle id {twice[0]} twice")
        self._assign_species(self._labels, species, usual=(1, 2))

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
        self._low, self.box_length = self._cubic_box(first)
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

    def _cubic_box(self, header: _Header) -> tuple[np.ndarray, float]:
        """Lower corner and edge of the box."""
        remedy = "give a run in a cubic box with periodic boundaries (pp pp pp)"
        if header.bounds.shape != (3, 2):
            raise self._error("has a triclinic box", remedy)
        if header.boundary.split() not in ([], ["pp"] * 3):
            raise self._error(f"has the boundaries {header.boundary}", remedy)
        edges = header.bounds[:, 1] - header.bounds[:, 0]
        if not (np.isfinite(edges).all() and np.allclose(edges, edges[0], rtol=1e-6, atol=0)):
            raise self._error(f"has a box with the edges {edges.tolist()}", remedy)
        if not edges[0] > 0:
            raise self._error(f"has a box with the edge {edges[0]:g}", remedy)
        return header.bounds[:, 0], float(edges[0])

    def _check_constant(self, frame: int, header: _Header, first: _Header) -> None:
        remedy = "give a run at constant volume with constant particles and columns"
        if header.units != _UNITS:
            raise self._error(
                f"frame {frame} is in the units {header.units}, expected {_UNITS}",
                "convert lengths to sigma_AA and times to tau, and name these units lj",
            )
        if header.particles != first.particles:
            raise self._error(
                f"frame {frame} has {header.particles} particles, the first {first.particles}",
                remedy,
            )
        same_box = header.bounds.shape == first.bounds.shape and np.allclose(
            header.bounds, first.bounds, rtol=0, atol=1e-6 * self.box_length
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
        if self._file.closed:
            raise self._error("is closed", "read it inside `with`")
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
        if not np.array_equal(table["id"], self._ids):
            raise self._error(f"frame {frame} has different particle ids from the first")
        if not np.array_equal(table["type"], self._labels):
            raise self._error(f"frame {frame} has different types from the first")
        places = table["places"]
        if self._place_columns[0].startswith("xs"):
            places = self._low + places * self.box_length
        return places, table["images"] if self._image_columns else None

    def _steps(self) -> np.ndarray:
        return self._frame_steps

    def _name(self, particle: int) -> str:
        return f"the particle with id {self._ids[particle]}"

    # -- times ------------------------------------------------------------------------------

    def _check_times(self) -> None:
        """Refuse a time step that the times of the frames contradict."""
        given, off = self._given_time_step, np.empty(0, np.int64)
        if given is not None:
            off = np.flatnonzero(~self._agree(given))
        if len(off):
            first, second = self._known()[off[0] : off[0] + 2]
            apart = self._frame_times[second] - self._frame_times[first]
            steps = self._frame_steps[second] - self._frame_steps[first]
            raise self._error(
                f"frames {first} and {second} are {apart:g} tau apart by their times (ITEM: TIME), "
                f"but {steps * given:g} by time_step = {given:g}",
                "leave time_step out, the file has its own times",
            )

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
        if self._given_time_step is not None:
            return self._given_time_step
        steps, times = self._frame_steps[known[[0, -1]]], self._frame_times[known[[0, -1]]]
        mean = (times[1] - times[0]) / (steps[1] - steps[0]) if steps[1] > steps[0] else 0.0
        return float(mean) if mean > 0 and self._agree(mean).all() else None

    def _written_times(self) -> np.ndarray | None:
        """Times of the frames, where time steps do not tell them: they begin anew, or change."""
        told = (np.diff(self._frame_steps) > 0).all() and self._written_time_step() is not None
        return None if told or len(self._known()) < self.frames else self._frame_times

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _remedy(self) -> str:
        return "bring a whole copy of it, or give another file"

    def _unfinished(self, frame: int, offset: int, fault: str) -> InputError:
        if frame + 1 < self.frames:
            return self._error(f"frame {frame} {fault}: damaged", "give another file")
        whole = f", or keep what is whole (head -c {offset})" if frame else ""
        return self._error(
            f"frame {frame}, the last, {fault}: truncated, or still being written",
            f"wait for it to be finished{whole}",
        )


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
