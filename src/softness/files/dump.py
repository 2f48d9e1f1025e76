"""Trajectories as LAMMPS text dumps, read frame by frame, in constant memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from softness.errors import InputError
from softness.files.reader import Species, TrajectoryReader

_FRAME = b"ITEM: TIMESTEP"
_BLOCK = 2**22

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
        Time step of the integrator in tau; dumps lack it.
    species
        The types that are A and B; 1 and 2 if not given.
    unwrap
        As in `softness.files.trajectory.open_trajectory`; without effect on unwrapped positions.

    Raises
    ------
    InputError
        If the file is absent, truncated, foreign, lacks columns, or is not a binary mixture in a
        cubic periodic box that stays as it is.

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
        # Kept open for as long as frames are read; closed by `close`.
        self._file = self.path.open("rb")
        self._index_frames()
        self._choose_columns()
        first = self._table(0)
        self._ids, self._labels = first["id"], first["type"]
        twice = self._ids[1:][np.diff(self._ids) == 0]
        if len(twice):
            raise self._error(f"has the particle id {twice[0]} twice")
        self._assign_species(self._labels, species, usual=(1, 2))
        # A file that was cut short, or is still being written, has an unfinished last frame.
        self._checked(self.frames - 1)
        wrapped = self._place_columns in _WRAPPED
        self._set_unwrapping(unwrap, wrapped, images=bool(self._image_columns))

    # -- headers ----------------------------------------------------------------------------

    def _index_frames(self) -> None:
        """Read all headers; they must tell of one and the same system."""
        offsets = list(_frame_offsets(self._file))
        if not offsets:
            raise self._error(f"has no frames ({_FRAME.decode()})")
        self.frames = len(offsets)
        first = self._header(0, offsets[0])
        self.particles, self._columns = first.particles, first.columns
        self._low, self.box_length = self._cubic_box(first)
        steps, bodies = [], []
        for frame, offset in enumerate(offsets):
            header = self._header(frame, offset)
            self._check_constant(frame, header, first)
            steps.append(header.step)
            bodies.append(header.body)
        self._frame_steps = np.array(steps, dtype=np.int64)
        self._bodies = np.array(bodies, dtype=np.int64)
        self._begins = np.array(offsets, dtype=np.int64)

    def _header(self, frame: int, offset: int) -> _Header:
        self._file.seek(offset)
        found: dict[str, list[str]] = {}
        try:
            while "ATOMS" not in found:
                name, flags = self._section()
                count = {"BOX": 3, "ATOMS": 0}.get(name, 1)
                found[name] = [flags] + [self._line() for _ in range(count)]
            bounds = np.array([line.split() for line in found["BOX"][1:]], dtype=np.float64)
            return _Header(
                step=int(found["TIMESTEP"][1]),
                particles=int(found["NUMBER"][1]),
                boundary=found["BOX"][0],
                bounds=bounds,
                columns=found["ATOMS"][0].split(),
                body=self._file.tell(),
            )
        except (ValueError, KeyError) as error:
            raise self._unfinished(frame, offset, "has no whole header") from error

    def _section(self) -> tuple[str, str]:
        """Name and flags of a section: ITEM: BOX BOUNDS pp pp pp gives BOX and pp pp pp."""
        mark, name, *rest = self._line().split()
        if mark != "ITEM:":
            raise ValueError("no section")
        flags = rest[{"BOX": 1, "NUMBER": 2}.get(name, 0) :]
        return name, " ".join(flags)

    def _line(self) -> str:
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
        if header.particles != first.particles:
            raise self._error(
                f"frame {frame} has {header.particles} particles, the first {first.particles}",
                remedy,
            )
        same_box = header.bounds.shape == first.bounds.shape and np.allclose(
            header.bounds, first.bounds, rtol=0, atol=1e-6 * self.box_length
        )
        if not same_box:
            raise self._error(f"frame {frame} has another box than the first", remedy)
        if header.columns != first.columns:
            raise self._error(f"frame {frame} has other columns than the first", remedy)

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
        """(N,) id and type, (N, 3) places and images of a frame, sorted by id."""
        names = ("id", "type", *self._place_columns, *self._image_columns)
        chosen = [self._columns.index(name) for name in names]
        lines = self._lines(frame)
        try:
            values = np.loadtxt(lines, usecols=chosen, comments=None, ndmin=2)
        except ValueError as error:
            raise self._error(f"frame {frame} cannot be read ({error})") from error
        if not np.isfinite(values[:, :2]).all():
            raise self._error(f"frame {frame} has an id or a type that is not finite")
        values = values[np.argsort(values[:, 0], kind="stable")]
        return {
            "id": values[:, 0].astype(np.int64),
            "type": values[:, 1].astype(np.int64),
            "places": values[:, 2:5],
            "images": values[:, 5:],
        }

    def _lines(self, frame: int) -> list[bytes]:
        """Lines of the particles of a frame."""
        last = frame + 1 == self.frames
        self._file.seek(self._bodies[frame])
        body = self._file.read(-1 if last else self._begins[frame + 1] - self._bodies[frame])
        # Units and times, where wanted, stand before the time step of the next frame.
        body = body.partition(b"ITEM:")[0]
        lines = body.splitlines()
        if len(lines) != self.particles or not body.endswith(b"\n"):
            fault = f"holds {len(lines)} of {self.particles} particles"
            if len(lines) == self.particles:
                fault = "ends within a line"
            raise self._unfinished(frame, int(self._begins[frame]), fault)
        return lines

    def _stored(self, frame: int) -> tuple[np.ndarray, np.ndarray | None]:
        table = self._table(frame)
        if not np.array_equal(table["id"], self._ids):
            raise self._error(f"frame {frame} has other particle ids than the first")
        if not np.array_equal(table["type"], self._labels):
            raise self._error(f"frame {frame} has other types than the first")
        places = table["places"]
        if self._place_columns[0].startswith("xs"):
            places = self._low + places * self.box_length
        return places, table["images"] if self._image_columns else None

    def _steps(self) -> np.ndarray:
        return self._frame_steps

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _unfinished(self, frame: int, offset: int, fault: str) -> InputError:
        if frame + 1 < self.frames:
            return self._error(f"frame {frame} {fault}: damaged", "give another file")
        whole = f", or keep what is whole (head -c {offset})" if frame else ""
        return self._error(
            f"frame {frame}, the last, {fault}: truncated, or still being written",
            f"wait for it to be finished{whole}",
        )


def _frame_offsets(file: BinaryIO) -> Iterator[int]:
    """Offsets of all frames, found in one pass."""
    file.seek(0)
    offset, text = 0, b""
    while block := file.read(_BLOCK):
        text += block
        found = text.find(_FRAME)
        while found >= 0:
            yield offset + found
            found = text.find(_FRAME, found + 1)
        # The end of a block may hold the beginning of a mark.
        kept = len(_FRAME) - 1
        offset, text = offset + max(len(text) - kept, 0), text[-kept:]
