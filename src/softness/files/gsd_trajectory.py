"""Trajectories as GSD, of this project or any other."""

from collections.abc import Iterator

import numpy as np

from softness.errors import InputError
from softness.files import gsd_file
from softness.files.box import SAME_BOX
from softness.files.gsd_file import GsdFile
from softness.files.reader import BRING_AGAIN, TrajectoryReader
from softness.files.unreadable import RUN_AGAIN


class Trajectory(TrajectoryReader):
    """A GSD trajectory in a rectangular box, read frame by frame.

    Types are named by index, or by their names in the file; A and B are 0 and 1 if not given.
    HOOMD-blue writes images with every frame only if asked to: where they stay as in the first
    frame, ``unwrap="images"`` is refused, except for files of this project, which are read as they
    stand, whatever their species.

    Parameters
    ----------
    path
        The GSD file, of this project or of others.
    time_step, species, unwrap, **more
        As in `softness.files.trajectory.open_trajectory`.

    Raises
    ------
    InputError
        If the file is absent, truncated, foreign, or no such system in a rectangular box that
        stays as it is.
    """

    _usual = ((0, 1),)
    _wrapped = True
    _file: GsdFile | None = None

    def _open(self) -> None:
        self._file = GsdFile(self.path, BRING_AGAIN)
        self.frames = self._file.frames
        if self.frames == 0:
            raise self._error("has no frames")
        # Others' files have their box in single precision alone.
        self._own = self._file.logged(0, "box_length") is not None
        self._file.remedy = self._remedy()
        self._read_header()
        self._check_constant()
        self._read_labels()
        follow = self.frames == 1 and self._file.holds(0, gsd_file.IMAGES)
        self._has_images = self._own or follow or self._follows(gsd_file.IMAGES)

    def _remedy(self) -> str:
        return RUN_AGAIN if self._own else super()._remedy()

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
        self._edges = self._read_box()

    def _read_labels(self) -> None:
        self._labels = self._file.chunk(0, gsd_file.TYPES).astype(np.int64)
        wanted = self._given.species
        if wanted is not None and all(isinstance(one, str) for one in wanted):
            names = self._names(0)
            self._labels = np.array([names.get(i, str(i)) for i in self._labels.tolist()])

    @property
    def labels(self) -> tuple[str | int, ...]:
        """Names of the species, in the order of `types`; their indices if names are not unique."""
        found, names = super().labels, self._names(0)
        named = [names.get(label, "") for label in found]
        return tuple(named) if len(set(named) - {""}) == len(found) else found

    def _names(self, frame: int) -> dict[int, str]:
        """Names of the types that particles have, by index."""
        present = set(np.unique(self._file.chunk(frame, gsd_file.TYPES)).tolist())
        names = enumerate(self._file.type_names(frame))
        return {index: name for index, name in names if index in present}

    def _read_box(self) -> np.ndarray:
        box = self._file.chunk(0, gsd_file.BOX).astype(np.float64)
        remedy = "give a run in a cubic or rectangular box"
        if not (np.isfinite(box).all() and (box[:2] > 0).all() and box[2] >= 0):
            raise self._error(f"has the box {box.tolist()}, without a length", remedy)
        if box[2] == 0 or self._file.chunk(0, gsd_file.DIMENSIONS)[0] == 2:
            raise self._error(
                f"is two-dimensional, in the box {box.tolist()}",
                "give a run in three dimensions, which features are made for",
            )
        if not np.allclose(box[3:], 0):
            raise self._error(f"has the box {box.tolist()}, which is tilted", remedy)
        if not self._file.holds(0, gsd_file.BOX):
            self._check_unit_box()
        # GSD keeps the box in single precision; our own files carry it in double as well.
        exact = self._file.logged(0, "box_length")
        if exact is None:
            return box[:3]
        if np.shape(exact) not in ((1,), (3,)) or not np.allclose(
            exact, box[:3], rtol=SAME_BOX, atol=0
        ):
            raise self._error(
                f"has the box {_told(box[:3])}, but {_told(exact)} in log/box_length: damaged"
            )
        return np.broadcast_to(exact, 3).astype(np.float64)

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
        if self._file is not None:
            self._file.close()


def _told(edges: np.ndarray) -> str:
    """One number for a cube, three for a rectangle."""
    return ", ".join(f"{edge:g}" for edge in dict.fromkeys(np.ravel(edges).tolist()))
