"""Trajectories as XYZ and extended XYZ text, packed by gzip or not, read frame by frame."""

import gzip
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from softness.files.compressed import opened
from softness.files.lines import Lines
from softness.files.rows import LABEL, LABEL_LENGTH, NUMBER, SKIPPED, read_rows
from softness.files.timed import TimedReader
from softness.files.xyz_comment import Comment, UnfitError, parse_comment, parse_properties

_TYPES = ("species", "type", "types", "element", "atom_types", "particle_type")
_IDS = ("id", "ids", "identifier", "particle_identifier", "atom_id")
_UNWRAPPED = (
    ("unwrapped",),
    ("pos_unwrapped",),
    ("unwrapped_pos",),
    ("position_unwrapped",),
    ("unwrapped_position",),
    ("unwrapped_positions",),
    ("xu", "yu", "zu"),
)
_WRAPPED = (("pos",), ("position",), ("positions",), ("x", "y", "z"))
_IMAGES = (("image",), ("images",), ("periodic_image",), ("periodic_images",), ("ix", "iy", "iz"))
# What rows without Properties= hold, by their length.
_PLAIN = {3: "pos:R:3", 4: "species:S:1:pos:R:3"}


class _Table(NamedTuple):
    """A frame, sorted by id where there are any."""

    ids: np.ndarray | None
    types: np.ndarray | None
    images: np.ndarray | None
    places: np.ndarray


class XyzTrajectory(TimedReader):
    """An XYZ or extended XYZ file, read frame by frame.

    A frame is the number of particles, a comment and a line for each particle: a label and three
    coordinates, or three coordinates alone, or what ``Properties=`` in the comment says. On
    opening, the file is read through once for the places of its frames and their comments.

    Parameters
    ----------
    path
        The file. Of a comment are used ``Lattice=``, ``pbc=``, ``Properties=``, ``Time=`` and
        ``Step=`` or ``Timestep=`` (with a colon as well, as LAMMPS writes it). Unwrapped positions
        are preferred to wrapped ones; particles are sorted by their id.
    time_step, species, unwrap, **more
        As in `softness.files.trajectory.open_trajectory`. A and B are the labels A and B, 1 and 2,
        or 0 and 1, if not given.

    Raises
    ------
    InputError
        If the file is absent, truncated or foreign, or no such system in a rectangular periodic
        box that stays as it is.
    """

    _usual = (("A", "B"), ("1", "2"), ("0", "1"))
    _time_name = "their times (Time=)"

    def _open(self) -> None:
        self._file = opened(self.path)
        self._packed = isinstance(self._file, gzip.GzipFile)
        self._index_frames()
        self._choose_columns()
        first = self._table(0)
        self._ids, self._labels = first.ids, first.types
        self._check_ids()
        if first.types is not None and np.char.str_len(first.types).max() >= LABEL_LENGTH:
            raise self._error(f"has labels of {LABEL_LENGTH} letters or more", "shorten them")

    # -- frames -----------------------------------------------------------------------------

    def _index_frames(self) -> None:
        """Read all counts and comments; they must tell of one and the same system."""
        self._texts: dict[int, bytes] = {}
        lines = Lines(self._file)
        places, steps, times = [], [], []
        first: Comment | None = None
        for begin, count, text in self._headers(lines):
            frame = len(places)
            comment = self._comment(frame, text)
            if first is None:
                first, self.particles = comment, count
            self._check_constant(frame, count, comment, first)
            steps.append(comment.step)
            times.append(comment.time)
            body = lines.offset
            text = lines.take(count)
            places.append((begin, body, lines.offset))
            # They are read again at once, which in a packed file would be from its beginning.
            self._texts = {0: self._texts.get(0, text), frame: text}
        if first is None:
            raise self._error("has no frames")
        self.frames, self._places = len(places), np.array(places, np.int64)
        self._set_moments(steps, times)
        self._edges = None if first.edges is None else np.array(first.edges)
        self._properties = first.properties

    def _headers(self, lines: Lines) -> Iterator[tuple[int, int, str]]:
        """Offset, number of particles and comment of each frame; the caller skips the particles.

        Blank lines may stand between frames.
        """
        frame, begin = 0, 0
        while line := lines.line():
            if line.strip():
                comment = lines.line()
                # Here, and at a count that is cut short, the file ends.
                if not comment.endswith(b"\n"):
                    raise self._unfinished(frame, begin, "has an incomplete header", last=True)
                count = line.decode(errors="replace").strip()
                if not count.isdecimal() or int(count) == 0:
                    raise self._error(
                        f"frame {frame} begins with {count[:40]!r}, expected its number of "
                        "particles",
                        "write as many lines for a frame as its first line says",
                    )
                yield begin, int(count), comment.decode(errors="replace")
                frame += 1
            begin = lines.offset

    def _comment(self, frame: int, text: str) -> Comment:
        try:
            return parse_comment(text)
        except UnfitError as unfit:
            raise self._error(f"frame {frame} {unfit.fault}", unfit.remedy) from unfit

    def _check_constant(self, frame: int, count: int, comment: Comment, first: Comment) -> None:
        remedy = "give a run at constant volume with constant particles and columns"
        if count != self.particles:
            raise self._error(
                f"frame {frame} has {count} particles, the first {self.particles}", remedy
            )
        if (comment.edges is None) != (first.edges is None):
            raise self._error(f"frame {frame} or the first has no Lattice=", "write it with each")
        if comment.edges != first.edges and not np.allclose(
            comment.edges, first.edges, rtol=0, atol=1e-6 * max(first.edges)
        ):
            raise self._error(f"frame {frame} has a different box from the first", remedy)
        if comment.properties != first.properties:
            raise self._error(f"frame {frame} has different Properties= from the first", remedy)

    def _choose_columns(self) -> None:
        text = self._properties or self._plain_properties()
        try:
            properties = parse_properties(text)
        except UnfitError as unfit:
            raise self._error(unfit.fault, unfit.remedy) from unfit
        kinds = [one.kind for one in properties for _ in range(one.number)]
        begins = accumulate((one.number for one in properties), initial=0)
        self._at = {
            one.name: list(range(begin, begin + one.number))
            for one, begin in zip(properties, begins, strict=False)
        }
        self._type_column = next((self._at[name] for name in _TYPES if name in self._at), [])
        self._id_column = next((self._at[name] for name in _IDS if name in self._at), [])
        unwrapped, wrapped = self._three(_UNWRAPPED), self._three(_WRAPPED)
        self._place_columns = unwrapped or wrapped
        self._image_columns = [] if unwrapped else self._three(_IMAGES)
        if not self._place_columns:
            raise self._error(f"has Properties={text}", "write positions, as in pos:R:3")
        numbers = [*self._place_columns, *self._image_columns, *self._id_column]
        if any(kinds[one] == "U16" for one in numbers):
            raise self._error(
                f"has Properties={text}", "give positions the kind R, ids and images the kind I"
            )
        self._kinds = [SKIPPED] * len(kinds)
        for one in numbers:
            self._kinds[one] = NUMBER
        if self._type_column:
            self._kinds[self._type_column[0]] = LABEL
        self._wrapped = False if unwrapped else None
        self._has_images = bool(self._image_columns)
        if self._has_images:
            self._wrapped = True

    def _three(self, names: tuple[tuple[str, ...], ...]) -> list[int]:
        """The three columns of the first of these names that are there; none if none are."""
        for choice in names:
            columns = [column for name in choice for column in self._at.get(name, [])]
            if len(columns) == 3:
                return columns
        return []

    def _plain_properties(self) -> str:
        found = len(self._texts[0].partition(b"\n")[0].split())
        if found not in _PLAIN:
            raise self._error(
                f"has rows of {found} columns, and no Properties= that names them",
                "write it in each comment, or rows of a label and three coordinates",
            )
        return _PLAIN[found]

    # -- particles --------------------------------------------------------------------------

    def _table(self, frame: int) -> _Table:
        text = self._text(frame)
        try:
            numbers, labels = read_rows(text, self.particles, self._kinds)
        except ValueError as error:
            fault = str(error).partition(";")[0]
            raise self._error(f"frame {frame} cannot be read ({fault})") from error
        # Blank rows were passed over.
        if len(numbers) < self.particles:
            raise self._error(f"frame {frame} holds {len(numbers)} of {self.particles} particles")
        order = np.cumsum(np.array(self._kinds) == NUMBER) - 1
        ids = images = None
        if self._id_column:
            ids = self._whole(frame, numbers[:, order[self._id_column[0]]])
        if self._image_columns:
            images = self._whole(frame, numbers[:, order[self._image_columns]])
        found = (ids, labels[:, 0] if self._type_column else None, images)
        places = numbers[:, order[self._place_columns]]
        if ids is None:
            return _Table(*found, places)
        by_id = np.argsort(ids, kind="stable")
        return _Table(*(None if one is None else one[by_id] for one in found), places[by_id])

    def _whole(self, frame: int, values: np.ndarray) -> np.ndarray:
        if not (np.isfinite(values).all() and np.array_equal(values, np.rint(values))):
            raise self._error(f"frame {frame} has an id or an image that is not a whole number")
        return values.astype(np.int64)

    def _text(self, frame: int) -> bytes:
        """Lines of the particles of a frame."""
        self._check_open()
        begin, body, end = self._places[frame].tolist()
        text = self._texts.get(frame)
        if text is None:
            self._file.seek(body)
            text = self._file.read(end - body)
        whole = text.count(b"\n")
        if whole < self.particles:
            fault = f"holds {whole} of {self.particles} particles"
            if whole == self.particles - 1 and not text.endswith(b"\n"):
                fault = "ends within a line"
            raise self._unfinished(frame, begin, fault)
        return text

    def _stored(self, frame: int) -> tuple[np.ndarray, np.ndarray | None]:
        table = self._table(frame)
        self._check_same(frame, table.ids, table.types)
        return table.places, table.images
