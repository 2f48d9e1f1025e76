"""Trajectories as GSD, the project's own and those of others, and the choice of a reader."""

from collections.abc import Iterator
from pathlib import Path

import gsd.fl
import numpy as np

from softness.errors import InputError
from softness.files.dump import DumpTrajectory
from softness.files.reader import Species, TrajectoryReader

# What a damaged file raises, depending on which bytes are missing.
_DAMAGE = (OSError, RuntimeError, KeyError, ValueError)
_GSD_MAGIC = b"\xdf\x65" * 4
_DUMP_MAGIC = b"ITEM:"


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
        ``"images"``: by the images in the file, refused where they are missing. ``"steps"``: by the
        nearest image from one frame to the next, right as long as no particle moves half a box in
        between. ``"none"``: positions as they stand in the file, for structure alone.

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
    if not path.is_file():
        raise InputError(f"{path}: no such file: check the path")
    with path.open("rb") as file:
        start = file.read(len(_GSD_MAGIC))
    if start == _GSD_MAGIC:
        return Trajectory(path, time_step, species, unwrap)
    if start.startswith(_DUMP_MAGIC):
        return DumpTrajectory(path, time_step, species, unwrap)
    raise InputError(
        f"{path}: {'neither GSD nor a LAMMPS text dump' if start else 'empty'}: give one of these "
        "two formats, unpacked"
    )


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

    def __init__(
        self,
        path: str | Path,
        time_step: float | None = None,
        species: Species | None = None,
        unwrap: str = "images",
    ) -> None:
        super().__init__(path, time_step)
        try:
            self._file = gsd.fl.open(self.path, "r")
        except _DAMAGE as error:
            raise self._error("is no GSD file, or truncated") from error
        self._read_header(species)
        self._check_constant()
        self._set_unwrapping(unwrap, wrapped=True, images=self._follows_images())
        # A file that was cut short still opens; its last frame does not read.
        self._checked(self.frames - 1)

    def _read_header(self, species: Species | None) -> None:
        if self._file.schema != "hoomd":
            raise self._error(f"has schema {self._file.schema!r}, expected 'hoomd'")
        self.frames = self._file.nframes
        if self.frames == 0:
            raise self._error("has no frames")
        self.particles = int(self._chunk(0, "particles/N")[0])
        self.box_length = self._cubic_box()
        labels = self._optional(0, "particles/typeid")
        labels = np.zeros(self.particles, np.int64) if labels is None else labels.astype(np.int64)
        if species is not None and all(isinstance(one, str) for one in species):
            names = self._type_names()
            labels = np.array([names[i] if i < len(names) else str(i) for i in labels.tolist()])
        self._assign_species(labels, species, usual=(0, 1))

    def _type_names(self) -> list[str]:
        """Names of the file's types; GSD leaves out those of a single species A."""
        rows = self._optional(0, "particles/types")
        if rows is None:
            return ["A"]
        return [row.tobytes().split(b"\0")[0].decode() for row in rows]

    def _cubic_box(self) -> float:
        box = self._chunk(0, "configuration/box").astype(np.float64)
        if not (np.allclose(box[:3], box[0], rtol=1e-6) and np.allclose(box[3:], 0)):
            raise self._error(f"has the box {box.tolist()}, expected a cubic one")
        # GSD keeps the box in single precision; our own files carry it in double as well.
        exact = self._optional(0, "log/box_length")
        return float(box[0]) if exact is None else float(exact[0])

    def _check_constant(self) -> None:
        """Refuse a box or particles that change; GSD holds them again where they do."""
        for name in ("configuration/box", "particles/N", "particles/typeid"):
            for frame in self._frames_with(name):
                if not np.array_equal(self._chunk(frame, name), self._chunk(0, name)):
                    raise self._error(
                        f"{name} changes at frame {frame}",
                        "give a run at constant volume with constant particles",
                    )

    def _frames_with(self, name: str) -> Iterator[int]:
        """Frames after the first that hold a chunk of their own."""
        found = self._file.chunk_exists
        return (frame for frame in range(1, self.frames) if found(frame=frame, name=name))

    def _follows_images(self) -> bool:
        """Whether images change with time; our own files leave out only what did not change."""
        own = self._optional(0, "log/box_length") is not None
        return own or any(True for _ in self._frames_with("particles/image"))

    def _written_time_step(self) -> float | None:
        value = self._optional(0, "log/time_step")
        return None if value is None else float(value[0])

    @property
    def provenance(self) -> str:
        """What made the file, as canonical JSON; empty for other people's files."""
        text = self._optional(0, "log/provenance")
        return "" if text is None else text.tobytes().decode()

    def _steps(self) -> np.ndarray:
        steps = [self._chunk(i, "configuration/step") for i in range(self.frames)]
        return np.concatenate(steps).astype(np.int64)

    def logged(self, name: str) -> np.ndarray:
        """(frames,) values of a number that was logged with every frame."""
        return np.array([self._chunk(i, f"log/{name}")[0] for i in range(self.frames)])

    def _stored(self, frame: int) -> tuple[np.ndarray, np.ndarray | None]:
        places = self._chunk(frame, "particles/position")
        return places, self._optional(frame, "particles/image")

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _chunk(self, frame: int, name: str) -> np.ndarray:
        """A chunk of a frame; GSD leaves out what is as in the first one, or zero."""
        found = self._optional(frame, name)
        if found is None and name == "configuration/step":
            return np.zeros(1, dtype=np.uint64)
        if found is None:
            raise self._error(f"frame {frame} lacks {name}")
        return found

    def _optional(self, frame: int, name: str) -> np.ndarray | None:
        try:
            for source in (frame, 0):
                if self._file.chunk_exists(frame=source, name=name):
                    return self._file.read_chunk(frame=source, name=name)
        except _DAMAGE as error:
            raise self._error(f"frame {frame} cannot be read: truncated or damaged") from error
        return None
