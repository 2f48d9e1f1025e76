"""What trajectories of all formats have in common: streaming, unwrapping, species, times."""

import gzip
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from softness import periodic
from softness.errors import InputError
from softness.files.box import box_length
from softness.files.opening import Opening, Species
from softness.files.species import Pair, species_indices
from softness.files.unreadable import unreadable
from softness.files.unwrapping import JumpCheck, NearestImages

BRING_AGAIN = "bring a whole copy of it; one that the study has made, delete and run again"
"""The remedy for damage in a file that may be the study's or anyone's."""


class TrajectoryReader(ABC):
    """A trajectory in a rectangular periodic box that stays as it is, read frame by frame.

    Parameters
    ----------
    path
        The file.
    time_step, species, unwrap, **more
        As in `softness.files.trajectory.open_trajectory`.
    types_only
        Whether the species of the particles are all that is wanted, as of a topology.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    frames : int
        Number of frames.
    particles : int
        Number of particles N.
    types : numpy.ndarray
        (N,) species indices: 0 for the species that is analysed, then 1, 2, ...
    box_length : float or numpy.ndarray
        Edge of a cubic box, or the (3,) edges of a rectangular one, in sigma_AA.
    unwrapped : bool
        Whether positions are unwrapped, as dynamics needs them; structure does not.

    Raises
    ------
    InputError
        If the file is absent, truncated, foreign, or not such a system.
    """

    path: Path
    frames: int
    particles: int
    types: np.ndarray
    box_length: float | np.ndarray
    unwrapped: bool

    # What a format sets in `_open`, beside the number of frames and of particles.
    _labels: np.ndarray | None = None  # (N,) the file's types
    _ids: np.ndarray | None = None  # (N,) numbers of the particles, where they have any
    _edges: np.ndarray | None = None  # (3,) of the box, in the file's unit
    _wrapped: bool | None = None  # None: the file does not say
    _has_images = False
    _own = False  # whether this project has written the file

    # Types that are A and B where nothing is said, the first of these pairs that has them all.
    _usual: ClassVar[tuple[Pair, ...]]

    def __init__(
        self,
        path: str | Path,
        time_step: float | None = None,
        species: Species | None = None,
        unwrap: str = "images",
        *,
        types_only: bool = False,
        **more: Any,
    ) -> None:
        self.path = Path(path)
        self._given = Opening(time_step, species, unwrap, **more)
        self._nearest: NearestImages | None = None
        self._jump_check: JumpCheck | None = None
        with self._reading(), self._closed_if_refused():
            self._open()
            self.types = self._species_indices()
            if types_only:
                return
            self.box_length = box_length(self._edges, self._given, self._extent, self._error)
            self._check_times()
            # A file that was cut short, or is being written, has an unfinished last frame.
            self._checked(self.frames - 1)
            self._settle_unwrapping()

    @abstractmethod
    def _open(self) -> None:
        """Open the file and read what tells of the system."""

    @abstractmethod
    def _stored(self, frame: int) -> tuple[np.ndarray, np.ndarray | None]:
        """(N, 3) positions as they stand in the file, and (N, 3) images if there are any."""

    @abstractmethod
    def _steps(self) -> np.ndarray:
        """(frames,) time steps at which the frames were written; 0 in all that say none."""

    @abstractmethod
    def close(self) -> None:
        """Close the file; nothing happens where it was not opened."""

    def _written_time_step(self) -> float | None:
        """Time step of the integrator in the file's unit of time, if the file knows it."""
        return None

    def _written_times(self) -> np.ndarray | None:
        """(frames,) moments, in the file's unit, where it has other ones than by its time steps."""
        return None

    def _name(self, particle: int) -> str:
        """How the file names a particle."""
        if self._ids is None:
            return f"particle {particle}"
        return f"the particle with id {self._ids[particle]}"

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Say why the system does not let the file be read."""
        try:
            yield
        except (OSError, EOFError, zlib.error) as error:
            fault, remedy = "cannot be read", BRING_AGAIN
            if not isinstance(error, OSError) or isinstance(error, gzip.BadGzipFile):
                fault, remedy = f"cannot be unpacked ({error})", self._remedy()
            raise unreadable(self.path, error, fault, remedy) from error

    @contextmanager
    def _closed_if_refused(self) -> Iterator[None]:
        """Close the file if it is refused on being opened."""
        with ExitStack() as stack:
            stack.callback(self.close)
            yield
            stack.pop_all()

    # -- times ------------------------------------------------------------------------------

    @property
    def time_step(self) -> float:
        """Time step of the integrator, in tau: from the file, or else as given on opening."""
        written, given = self._written_time_step(), self._given.time_step
        if written is None and given is None:
            raise self._error("lacks its time step", "give time_step, in tau, on opening it")
        return given if written is None else written * self._given.time_unit

    def _check_times(self) -> None:
        """Refuse a time step, or an interval between frames, that the file contradicts."""
        written, given = self._written_time_step(), self._given.time_step
        if None not in (written, given):
            written *= self._given.time_unit
            if not np.isclose(written, given, rtol=1e-9, atol=0):
                raise self._error(f"has the time step {written:g}, not {given:g}", "leave it out")
        interval = self._given.frame_interval
        if interval is None or self.frames == 1:
            return
        if self._tells_times():
            found = self.frame_interval()
            if not np.isclose(found, interval, rtol=1e-5, atol=0):
                raise self._error(
                    f"has frames {found:.6g} tau apart, not frame_interval = {interval:g}",
                    "leave frame_interval out, or correct time_unit or time_step",
                )
        elif self._steps().any() and len(set(np.diff(self._steps()).tolist())) > 1:
            raise self._error(
                f"has frames that are not frame_interval = {interval:g} apart: their time steps "
                "are not equally spaced",
                "give time_step in its place",
            )

    def _tells_times(self) -> bool:
        """Whether times follow from the file, or from it and the time step."""
        known = self._written_time_step() is not None or self._given.time_step is not None
        numbered = self.frames == 1 or self._steps().any()
        return self._written_times() is not None or (known and numbered)

    def times(self) -> np.ndarray:
        """(frames,) moments of the frames, in tau."""
        interval = self._given.frame_interval
        if interval is not None and not self._tells_times():
            return interval * np.arange(self.frames)
        if self._written_times() is not None:
            return self._ordered_moments() * self._given.time_unit
        return self._ordered_moments() * self.time_step

    def _ordered_moments(self) -> np.ndarray:
        """(frames,) times of the file, or else time steps, as floats; refused if they go back."""
        written = self._written_times()
        if written is not None:
            self._check_order(written, "the time")
            return written
        steps = self._steps()
        self._check_order(steps, "the time step")
        return steps.astype(np.float64)

    def _check_order(self, moments: np.ndarray, name: str) -> None:
        """Refuse frames that are repeated, or at which time goes back."""
        back = np.flatnonzero(np.diff(moments) <= 0)
        if len(back):
            raise self._error(
                f"frame {back[0] + 1} has {name} {moments[back[0] + 1]:.10g} after "
                f"{moments[back[0]]:.10g}",
                "take out repeated frames, as a restarted run leaves them; where a run started "
                "over, give the frames before and after as separate files",
            )

    def frame_interval(self) -> float:
        """Time from each frame to the next, in tau.

        Raises
        ------
        InputError
            Frames are not equally spaced, as p_hop needs them, or there is only one.
        """
        intervals = np.diff(self.times())
        if len(intervals) == 0 or not np.allclose(intervals, intervals[0], rtol=1e-6, atol=0):
            raise self._error(
                "has frames that are not equally spaced",
                "give a file of equally spaced frames alone",
            )
        return float(intervals[0])

    def _pace(self) -> np.ndarray:
        """(frames,) moments in any unit, as far as they are known: what is usual in what time."""
        written = self._written_times()
        if written is not None:
            return written
        return self._steps() if self._given.frame_interval is None else np.arange(self.frames)

    # -- positions --------------------------------------------------------------------------

    def positions(self, frame: int) -> np.ndarray:
        """(N, 3) positions of a frame in sigma_AA, float64, unwrapped (see `unwrapped`).

        Raises
        ------
        InputError
            There is no such frame, it cannot be read, or it holds values that are not finite; or
            particles jump since the frame that was asked for before (`softness.files.jumps`).
        """
        if not 0 <= frame < self.frames:
            raise self._error(
                f"has no frame {frame}", f"its frames are numbered 0 to {self.frames - 1}"
            )
        if self._nearest is not None:
            return self._nearest.positions(frame)
        positions, images = self._checked(frame)
        if images is not None and self.unwrapped:
            positions = periodic.unwrap(positions, images, self.box_length)
        if self._jump_check is not None:
            self._jump_check.compare(frame, positions)
        return positions

    def _checked(self, frame: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Finite positions in sigma_AA as float64, and images."""
        with self._reading():
            places, images = self._stored(frame)
        if not np.isfinite(places).all():
            raise self._error(f"frame {frame} has positions that are not finite")
        places = places.astype(np.float64)
        unit = self._given.length_unit
        return places if unit == 1 else places * unit, images

    def __iter__(self) -> Iterator[np.ndarray]:
        """Positions of one frame after the other."""
        return (self.positions(frame) for frame in range(self.frames))

    def windows(self, length: int, overlap: int = 0) -> Iterator[np.ndarray]:
        """(at most ``length``, N, 3) unwrapped positions of successive windows.

        Each frame is read once.

        Parameters
        ----------
        length
            Number of frames of a window.
        overlap
            Number of frames that a window shares with the one before.
        """
        if not 0 <= overlap < length:
            raise InputError(f"overlap is {overlap}: choose 0 to {length - 1}, less than length")
        if not self.unwrapped:
            raise self._error(
                "was opened with unwrap='none'", "open it with 'images' or 'steps' for dynamics"
            )
        # A file that has no time steps has 0 in every frame, and only its user knows their order.
        if self._steps().any() or self._written_times() is not None:
            self._ordered_moments()
        shared = np.empty((0, self.particles, 3))
        for first in range(0, max(self.frames - overlap, 1), length - overlap):
            window = np.empty((min(length, self.frames - first), self.particles, 3))
            window[: len(shared)] = shared
            for row in range(len(shared), len(window)):
                window[row] = self.positions(first + row)
            # A copy, since the window is the caller's to change.
            shared = window[len(window) - overlap :].copy()
            yield window

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    # -- the system -------------------------------------------------------------------------

    def _settle_unwrapping(self) -> None:
        """Choose how positions are unwrapped, if the file holds what it takes."""
        unwrap = self._given.unwrap
        self.unwrapped = unwrap != "none"
        if self.frames == 1 or unwrap == "none":
            return
        if unwrap == "steps":
            self._nearest = NearestImages(self)
            return
        if self._wrapped is not False and not self._has_images:
            fault = "has wrapped positions without images that follow the crossings of the box"
            if self._wrapped is None:
                fault = "has positions that may be wrapped or not, and no images"
            raise self._error(
                fault,
                "open it with unwrap='steps' if no particle moves half a box from frame to frame, "
                "or with unwrap='none' for structure alone",
            )
        if not self._own:
            self._jump_check = JumpCheck(self)

    def _extent(self) -> float:
        """The longest distance between positions of a frame along an axis, in the file's unit."""
        return float(np.ptp(self._stored(0)[0], axis=0).max())

    def _species_indices(self) -> np.ndarray:
        """(N,) species indices from the file's labels."""
        labels, wanted = self._labels, self._given.species
        if self._given.topology is not None:
            raise self._error("has types of its own", "leave topology out")
        if self._own and wanted is None:
            return labels.astype(np.int32)
        return species_indices(labels, wanted, self._usual, self._error)

    @property
    def labels(self) -> tuple[str | int, ...]:
        """What the file calls each species, in the order of `types`; empty if it has no types."""
        if self._labels is None:
            return ()
        _, first = np.unique(self.types, return_index=True)
        found = self._labels[first]
        if found.dtype.kind == "S":
            found = np.char.decode(found, "utf-8", errors="replace")
        return tuple(found.tolist())

    def _error(self, fault: str, remedy: str = "") -> InputError:
        return InputError(f"{self.path}: {fault}: {remedy or self._remedy()}")

    def _remedy(self) -> str:
        """What to do about content that is wrong, where there is nothing better to say."""
        return "bring a whole copy of it, or give another file"
