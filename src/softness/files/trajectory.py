"""Trajectories as GSD, of this project or any other, and the choice of a reader."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from softness.errors import InputError
from softness.files import gsd_file
from softness.files.dump import DumpTrajectory
from softness.files.gsd_file import GsdFile
from softness.files.reader import BRING_AGAIN, Species, TrajectoryReader
from softness.files.unreadable import RUN_AGAIN, unreadable

_GSD_MAGIC = b"\xdf\x65" * 4
_DUMP_MAGIC = b"ITEM:"
# Enough for the first line, and for blank ones before it.
_BEGINNING = 64


def open_trajectory(
    path: str | Path,
    time_step: float | None = None,
    species: Species | None = None,
    unwrap: str = "images",
) -> TrajectoryReader:
    """Open a trajectory of a binary mixture in a cubic box: GSD, or a LAMMPS text dump.

    The reader is chosen by what the file holds, not by its name.

    Parameters
    ----------
    path
        The file.
    time_step
        Time step of the integrator in tau, for files that lack it (LAMMPS dumps, and GSD files of
        others). It is needed for times alone.
    species
        The file's types that are A and B, such as ``("Ni", "P")`` (names in a GSD file), or
        ``(2, 1)`` (LAMMPS); if not given, the types 0 and 1 (GSD), 1 and 2 (LAMMPS).
    unwrap
        ``"images"``: by the images in the file, refused where they are missing, and frames at which
        they jump. ``"steps"``: by the nearest image from one frame to the next, right as long as no
        particle moves half a box in between. ``"none"``: positions as they stand in the file, for
        structure alone.

    Returns
    -------
    TrajectoryReader
        To be used in a ``with`` statement, or closed.

    Raises
    ------
    InputError
        If the file is absent, of another format, truncated, or not such a system; the message names
        the file, the fault and the remedy.
    """
    path = Path(path)
    start = _beginning(path)
    if start.startswith(_GSD_MAGIC):
        return Trajectory(path, time_step, species, unwrap)
    if start.lstrip().startswith(_DUMP_MAGIC):
        return DumpTrajectory(path, time_step, species, unwrap)
    raise InputError(
        f"{path}: {'neither GSD nor a LAMMPS text dump' if start else 'empty'}: give one of these "
        "two formats, unpacked"
    )


def _beginning(path: Path) -> bytes:
    try:
        if not path.exists():
            raise InputError(f"{path}: no such file: check the path")
        with path.open("rb") as file:
            return file.read(_BEGINNING)
    except OSError as error:
        raise unreadable(path, error, "cannot be read", BRING_AGAIN) from error


class Trajectory(TrajectoryReader):
    """A GSD trajectory of a binary mixture in a cubic box, read frame by frame.

    Parameters
    ----------
    path
        The GSD file, of this project or of others.
    time_step
        Time step of the integrator in tau, for files that lack it.
    species
        The file's types that are A and B, by name or by index; index 0 and 1 if not given.
    unwrap
        As in `open_trajectory`. HOOMD-blue writes images with every frame only if asked to: where
        they stay as in the first frame, ``"images"`` is refused, except for files of this project.

    Raises
    ------
    InputError
        If the file is absent, truncated, foreign, or not a binary mixture in a cubic box that
        stays as it is.
    """

    # Whether this project has written the file.
    _own = False

    def __init__(
        self,
        path: str | Path,
        time_step: float | None = None,
        species: Species | None = None,
        unwrap: str = "images",
    ) -> None:
        super().__init__(path, time_step)
        self._file = GsdFile(self.path, BRING_AGAIN)
        with self._closed_if_refused():
            self.frames = self._file.frames
            if self.frames == 0:
                raise self._error("has no frames")
            # Others' files have their box in single precision alone.
            self._own = self._file.logged(0, "box_length") is not None
            self._file.remedy = self._remedy()
            self._read_header()
            self._check_constant()
            self._read_species(species)
            self._check_time_step()
            images = self._own or self._follows(gsd_file.IMAGES)
            self._set_unwrapping(unwrap, wrapped=True, images=images, own=self._own)
            # A file that was cut short still opens; its last frame does not read.
            self._checked(self.frames - 1)

    def _remedy(self) -> str:
        return RUN_AGAIN if self._own else "bring a whole copy of it, or give another file"

    def _read_header(self) -> None:
        self.particles = self._file.particles(0)
        if self.particles == 0:
            raise self._error(
                "has no particles in its first frame (particles/N)", "write them with every frame"
            )
        if not self._file.holds(0, gsd_file.POSITIONS):
            raise self._error(
                "has no positions in its first frame, which in GSD means that all are at the "
                "origin",
                "write them with every frame",
            )
        self.box_length = self._cubic_box()

    def _read_species(self, species: Species | None) -> None:
        labels = self._file.chunk(0, gsd_file.TYPES).astype(np.int64)
        if species is not None and all(isinstance(one, str) for one in species):
            names = self._names(0)
            labels = np.array([names.get(i, str(i)) for i in labels.tolist()])
        self._assign_species(labels, species, usual=(0, 1), own=self._own)

    def _names(self, frame: int) -> dict[int, str]:
        """Names of the types that particles have, by index."""
        present = set(np.unique(self._file.chunk(frame, gsd_file.TYPES)).tolist())
        names = enumerate(self._file.type_names(frame))
        return {index: name for index, name in names if index in present}

    def _cubic_box(self) -> float:
        box = self._file.chunk(0, gsd_file.BOX).astype(np.float64)
        remedy = "give a run in a cubic box"
        if not (np.isfinite(box).all() and (box[:2] > 0).all() and box[2] >= 0):
            raise self._error(f"has the box {box.tolist()}, without a length", remedy)
        if box[2] == 0 or self._file.chunk(0, gsd_file.DIMENSIONS)[0] == 2:
            raise self._error(
                f"is two-dimensional, in the box {box.tolist()}",
                "give a run in three dimensions, which features are made for",
            )
        if not (np.allclose(box[:3], box[0], rtol=1e-6) and np.allclose(box[3:], 0)):
            raise self._error(f"has the box {box.tolist()}, expected a cubic one", remedy)
        if not self._file.holds(0, gsd_file.BOX):
            self._check_unit_box()
        # GSD keeps the box in single precision; our own files carry it in double as well.
        exact = self._file.logged_number(0, "box_length")
        if exact is not None and not np.isclose(exact, box[0], rtol=1e-6, atol=0):
            raise self._error(f"has the box {box[0]:g}, but {exact:g} in log/box_length: damaged")
        return float(box[0] if exact is None else exact)

    def _check_unit_box(self) -> None:
        """Refuse a file without a box, for which the format means edges of 1, if they are not."""
        places = self._file.chunk(0, gsd_file.POSITIONS)
        outside = np.flatnonzero((np.abs(places) > 0.5 * (1 + 1e-6)).any(axis=1))
        if len(outside):
            raise self._error(
                f"has no box, which in GSD means edges of 1, but particle {outside[0]} is at "
                f"{[round(float(x), 3) for x in places[outside[0]]]}",
                "write the box (configuration/box) with the first frame",
            )

    def _check_constant(self) -> None:
        """Refuse a system that changes; GSD holds again what is not as in the first frame."""
        for name in (gsd_file.BOX, gsd_file.DIMENSIONS, gsd_file.NUMBER, gsd_file.TYPES):
            first = self._file.chunk(0, name)
            for frame in self._frames_with(name):
                if not np.array_equal(self._file.chunk(frame, name), first):
                    raise self._changed(frame, name)
        self._check_names()
        if self.frames > 1 and not self._follows(gsd_file.POSITIONS):
            raise self._error(
                "has positions in its first frame alone: no particle moves",
                "write positions with every frame (HOOMD-blue: dynamic=['property'])",
            )

    def _check_names(self) -> None:
        """Refuse types that change their names, if there are particles of them."""
        called = self._file.type_names(0)
        for frame in self._frames_with(gsd_file.TYPE_NAMES):
            others = self._file.type_names(frame)
            if others != called and self._names(frame) != self._names(0):
                raise self._error(
                    f"the types {called} are called {others} from frame {frame} on "
                    "(particles/types)",
                    "give a run in which the names stay the same, or cut it there",
                )

    def _changed(self, frame: int, name: str) -> InputError:
        fault, remedy = f"{name} changes at frame {frame}", "give a run at constant volume with "
        if self._file.holds(0, name):
            return self._error(fault, f"{remedy}constant particles")
        default = self._file.chunk(0, name).ravel()[0]
        return self._error(
            f"{fault}: the first frame leaves it out, which in GSD means {default:g}",
            "write it with the first frame, or cut that frame off",
        )

    def _frames_with(self, name: str) -> Iterator[int]:
        """Frames after the first that hold a chunk of their own."""
        return (frame for frame in range(1, self.frames) if self._file.holds(frame, name))

    def _follows(self, name: str) -> bool:
        """Whether a chunk changes with time."""
        return any(True for _ in self._frames_with(name))

    def _written_time_step(self) -> float | None:
        value = self._file.logged_number(0, "time_step")
        if value is not None and not 0 < value < np.inf:
            raise self._error(f"has log/time_step = {value:g}", "write it in tau, greater than 0")
        return None if value is None else float(value)

    @property
    def provenance(self) -> str:
        """What made the file, as canonical JSON; empty for other people's files."""
        text = self._file.logged(0, "provenance")
        if text is None:
            return ""
        try:
            return text.tobytes().decode()
        except UnicodeDecodeError as error:
            raise self._error("has no text in log/provenance: damaged") from error

    def _steps(self) -> np.ndarray:
        steps = [self._file.chunk(i, gsd_file.STEP) for i in range(self.frames)]
        return np.concatenate(steps).astype(np.int64)

    def logged(self, name: str) -> np.ndarray:
        """(frames,) values of a number that was logged with every frame.

        Raises
        ------
        InputError
            If a frame has no such number.
        """
        values = [self._file.logged_number(frame, name) for frame in range(self.frames)]
        if None in values:
            raise self._error(f"has no log/{name} in frame {values.index(None)}")
        return np.array(values)

    def _stored(self, frame: int) -> tuple[np.ndarray, np.ndarray | None]:
        return self._file.chunk(frame, gsd_file.POSITIONS), self._file.chunk(frame, gsd_file.IMAGES)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
