"""The one place that reads GSD: chunks of files of the schema hoomd, by the format's own rules.

A frame leaves out what is as in the first frame, and the first frame what is the schema's default:
step 0, three dimensions, a box with edges of 1, no particles, all of type 0 with the name A, at the
origin, never across the box.
"""

import errno
import os
from pathlib import Path
from typing import NamedTuple, Self

import gsd.fl
import numpy as np

from softness.errors import InputError
from softness.files.unreadable import unreadable

STEP = "configuration/step"
DIMENSIONS = "configuration/dimensions"
BOX = "configuration/box"
NUMBER = "particles/N"
TYPE_NAMES = "particles/types"
TYPES = "particles/typeid"
POSITIONS = "particles/position"
IMAGES = "particles/image"


class _Rule(NamedTuple):
    """What the schema says of a chunk."""

    default: tuple[float, ...]  # of the frame, or of each particle
    each: bool  # whether there is a row for each particle
    dtype: type
    kinds: str  # of numbers that others may have written instead


_SCHEMA = {
    STEP: _Rule((0,), False, np.uint64, "iu"),
    DIMENSIONS: _Rule((3,), False, np.uint8, "iu"),
    BOX: _Rule((1, 1, 1, 0, 0, 0), False, np.float32, "f"),
    NUMBER: _Rule((0,), False, np.uint32, "u"),
    TYPES: _Rule((0,), True, np.uint32, "iu"),
    POSITIONS: _Rule((0, 0, 0), True, np.float32, "f"),
    IMAGES: _Rule((0, 0, 0), True, np.int32, "iu"),
}

# With these numbers the system refuses a place or a length that only damaged content can ask for;
# the GSD library leaves 0 where a file ends too early.
_OF_CONTENT = {0, errno.EINVAL, errno.EOVERFLOW}


class GsdFile:
    """A GSD file of the schema hoomd, open for reading.

    Parameters
    ----------
    path
        The file.
    remedy
        What to do if its content is found wrong; may be set anew when more is known of the file.

    Attributes
    ----------
    frames : int
        Number of frames.

    Raises
    ------
    InputError
        If the file is absent, cannot be read, is damaged, or of another schema.
    """

    def __init__(self, path: str | Path, remedy: str) -> None:
        self.path, self.remedy = Path(path), remedy
        self._kept: dict[str, np.ndarray] = {}
        self._file = self._opened()
        self._is_open = True
        self.frames: int = self._file.nframes
        try:
            self._check_schema()
            self._number = int(self.chunk(0, NUMBER)[0]) if self.frames else 0
        except InputError:
            self.close()
            raise

    def _check_schema(self) -> None:
        schema, version = self._file.schema, self._file.schema_version
        if schema != "hoomd" or not (1, 0) <= version < (3, 0):
            raise self.error(
                f"has the schema {schema!r} of version {'.'.join(map(str, version))}, expected "
                "'hoomd' of version 1 or 2"
            )

    def _opened(self) -> gsd.fl.GSDFile:
        try:
            if not self.path.exists():
                raise InputError(f"{self.path}: no such file: run the rule that makes it")
            return gsd.fl.open(self.path, "r")
        # What damage raises depends on the bytes: a number may ask for an array of any size.
        except (OSError, RuntimeError, MemoryError) as error:
            fault = f"damaged ({_reason(error)})"
            if "Not a GSD" in str(error):
                fault = "is no GSD file, or cut short"
            raise self._unreadable(error, fault) from error

    def _unreadable(self, error: Exception, fault: str) -> InputError:
        if isinstance(error, OSError) and error.errno in _OF_CONTENT:
            error = RuntimeError(str(error))
        return unreadable(self.path, error, fault, self.remedy)

    def error(self, fault: str) -> InputError:
        """The error for content that is wrong, with the file and the remedy."""
        return InputError(f"{self.path}: {fault}: {self.remedy}")

    def holds(self, frame: int, name: str) -> bool:
        """Whether a frame has a chunk of its own."""
        if not self._is_open:
            raise InputError(f"{self.path}: is closed: read it inside `with`")
        return self._file.chunk_exists(frame=frame, name=name)

    def chunk(self, frame: int, name: str) -> np.ndarray:
        """A chunk of a frame, of the first frame, or the default: as the schema has it.

        Parameters
        ----------
        frame
            Number of the frame.
        name
            `STEP`, `DIMENSIONS`, `BOX`, `NUMBER`, `TYPES`, `POSITIONS` or `IMAGES`.

        Returns
        -------
        numpy.ndarray
            (values,), or (N,) and (N, 3) for what each particle has; not to be written to.

        Raises
        ------
        InputError
            If the file is damaged, or what it holds there has another shape or type of numbers.
        """
        shape = self._shape(frame, name)
        if self.holds(frame, name):
            return self._checked(frame, name, shape)
        # What particles have is that of the first frame only if there are as many.
        if shape != self._shape(0, name):
            return _default(name, shape)
        if name not in self._kept:
            held = self.holds(0, name)
            values = self._checked(0, name, shape) if held else _default(name, shape)
            values.flags.writeable = False
            self._kept[name] = values
        return self._kept[name]

    def _shape(self, frame: int, name: str) -> tuple[int, ...]:
        default = _SCHEMA[name].default
        if not _SCHEMA[name].each:
            return (len(default),)
        return (self.particles(frame), len(default))[: 1 if len(default) == 1 else 2]

    def particles(self, frame: int) -> int:
        """Number of particles of a frame."""
        if self.holds(frame, NUMBER):
            return int(self.chunk(frame, NUMBER)[0])
        return self._number

    def type_names(self, frame: int) -> list[str]:
        """Names of the types, by index."""
        source = frame if self.holds(frame, TYPE_NAMES) else 0
        if not self.holds(source, TYPE_NAMES):
            return ["A"]
        rows = np.atleast_2d(self._read(source, TYPE_NAMES))
        if rows.ndim != 2 or rows.dtype.kind not in "iu" or rows.itemsize != 1:
            raise self.error(f"frame {source} has no texts in {TYPE_NAMES}: damaged")
        return [row.tobytes().split(b"\0")[0].decode(errors="replace") for row in rows]

    def logged(self, frame: int, name: str) -> np.ndarray | None:
        """What a frame, or else the first one, has logged under a name; None if neither has."""
        chunk = f"log/{name}"
        for source in (frame, 0):
            if self.holds(source, chunk):
                return self._read(source, chunk)
        return None

    def logged_number(self, frame: int, name: str) -> float | None:
        """A single number of the log; None if there is none of that name.

        Raises
        ------
        InputError
            If it is not one number.
        """
        values = self.logged(frame, name)
        if values is None:
            return None
        if np.shape(values) != (1,):
            raise self.error(f"frame {frame} has no single number in log/{name}: damaged")
        return values[0]

    def logged_names(self) -> list[str]:
        """Names of all that any frame has logged."""
        return [name.removeprefix("log/") for name in self._file.find_matching_chunk_names("log/")]

    def _read(self, frame: int, name: str) -> np.ndarray:
        try:
            return self._file.read_chunk(frame=frame, name=name)
        except MemoryError as error:
            raise InputError(
                f"{self.path}: frame {frame} does not fit into the memory ({_reason(error)}): free "
                f"some; if it asks for more than the file is long, it is damaged: {self.remedy}"
            ) from error
        except (OSError, RuntimeError, ValueError) as error:
            fault = f"damaged: frame {frame} cannot be read ({_reason(error)})"
            raise self._unreadable(error, fault) from error

    def _checked(self, frame: int, name: str, shape: tuple[int, ...]) -> np.ndarray:
        """A chunk that has a row for each particle, and such numbers; GSD does not look."""
        values = self._read(frame, name)
        if np.shape(values) != shape:
            raise self.error(
                f"frame {frame} has {name} of shape {np.shape(values)}, expected {shape}: damaged"
            )
        if values.dtype.kind not in _SCHEMA[name].kinds:
            raise self.error(f"frame {frame} has {name} of type {values.dtype}: damaged")
        return values

    def close(self) -> None:
        """Close the file."""
        self._is_open = False
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()


def _default(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """The schema's value of a chunk that is nowhere in the file; takes no memory."""
    rule = _SCHEMA[name]
    return np.broadcast_to(np.array(rule.default, rule.dtype), shape)


def _reason(error: Exception) -> str:
    """What the library says, in one line, without the path, which the message begins with."""
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno) if error.errno else "ends too early"
    text = str(error).partition(": ")[0] if isinstance(error, RuntimeError) else str(error)
    return " ".join(text.split()) or type(error).__name__
