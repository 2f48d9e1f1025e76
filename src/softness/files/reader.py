"""What trajectories of all formats have in common: streaming, unwrapping, species, times."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np

from softness import periodic
from softness.errors import InputError
from softness.files.jumps import Spikes, with_jumped_images
from softness.files.unreadable import unreadable

UNWRAPPING = ("images", "steps", "none")
"""Ways to unwrap positions: by the images in the file, by the nearest image from one frame to the
next, or not at all."""

Species = Sequence[int] | Sequence[str]

BRING_AGAIN = "bring a whole copy of it; one that the study has made, delete and run again"
"""The remedy for damage in a file that may be the study's or anyone's."""

# Where particles move by random amounts, some come near half a box before any goes beyond it.
_FARTHEST = 0.4
_SPACING = 64


class TrajectoryReader(ABC):
    """A trajectory of a binary mixture in a cubic periodic box, read frame by frame.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    frames : int
        Number of frames.
    particles : int
        Number of particles N.
    types : numpy.ndarray
        (N,) species indices: 0 for A, 1 for B.
    box_length : float
        Edge of the box, in the file's unit of length (sigma_AA).
    unwrapped : bool
        Whether positions are unwrapped, as dynamics needs them; structure does not.
    """

    path: Path
    frames: int
    particles: int
    types: np.ndarray
    box_length: float
    unwrapped: bool

    def __init__(self, path: str | Path, time_step: float | None) -> None:
        self.path = Path(path)
        with self._reading():
            if not self.path.exists():
                raise InputError(
                    f"{path}: no such file: check the path, or run the rule that makes it"
                )
        if time_step is not None and not (np.isfinite(time_step) and time_step > 0):
            raise InputError(f"time_step = {time_step}: give a positive number, in tau")
        self._given_time_step = time_step
        self._nearest: _NearestImages | None = None
        self._jump_check: _JumpCheck | None = None

    @abstractmethod
    def _stored(self, frame: int) -> tuple[np.ndarray, np.ndarray | None]:
        """(N, 3) positions as they stand in the file, and (N, 3) images if there are any."""

    @abstractmethod
    def _steps(self) -> np.ndarray:
        """(frames,) time steps at which the frames were written."""

    @abstractmethod
    def close(self) -> None:
        """Close the file."""

    def _written_time_step(self) -> float | None:
        """Time step of the integrator, if the file knows it."""
        return None

    def _written_times(self) -> np.ndarray | None:
        """(frames,) moments in tau, where the file has other ones than by its time steps."""
        return None

    def _name(self, particle: int) -> str:
        """How the file names a particle."""
        return f"particle {particle}"

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Say why the system does not let the file be read."""
        try:
            yield
        except OSError as error:
            raise unreadable(self.path, error, "cannot be read", BRING_AGAIN) from error

    @contextmanager
    def _closed_if_refused(self) -> Iterator[None]:
        """Close the file if it is refused on being opened."""
        with ExitStack() as stack:
            stack.callback(self.close)
            yield
            stack.pop_all()

    @property
    def time_step(self) -> float:
        """Time step of the integrator, in tau: from the file, or else as given on opening."""
        written, given = self._written_time_step(), self._given_time_step
        if written is None and given is None:
            raise self._error("lacks its time step", "give time_step, in tau, on opening it")
        return given if written is None else written

    def _check_time_step(self) -> None:
        """Refuse a time step that the file contradicts."""
        written, given = self._written_time_step(), self._given_time_step
        if None not in (written, given) and not np.isclose(written, given, rtol=1e-9, atol=0):
            raise self._error(f"has the time step {written:g}, not {given:g}", "leave it out")

    def times(self) -> np.ndarray:
        """(frames,) moments of the frames, in tau."""
        moments = self._ordered_moments()
        return moments if self._written_times() is not None else moments * self.time_step

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

    def positions(self, frame: int) -> np.ndarray:
        """(N, 3) positions of a frame, float64, unwrapped (see `unwrapped`).

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
        places, images = self._checked(frame)
        positions = places
        if images is not None and self.unwrapped:
            positions = periodic.unwrap(places, images, self.box_length)
        if self._jump_check is not None:
            self._jump_check.compare(frame, positions)
        return positions

    def _checked(self, frame: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Finite positions as float64, and images."""
        with self._reading():
            places, images = self._stored(frame)
        if not np.isfinite(places).all():
            raise self._error(f"frame {frame} has positions that are not finite")
        return places.astype(np.float64), images

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
        if self._steps().any():
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

    def _set_unwrapping(self, unwrap: str, wrapped: bool, images: bool, own: bool = False) -> None:
        """Choose how positions are unwrapped.

        Parameters
        ----------
        unwrap
            One of `UNWRAPPING`.
        wrapped, images
            What the file holds.
        own
            Whether this project has written it, with the images of every frame.
        """
        if unwrap not in UNWRAPPING:
            raise InputError(f"unwrap = {unwrap!r}: give one of {', '.join(UNWRAPPING)}")
        self.unwrapped = unwrap != "none"
        if self.frames == 1 or unwrap == "none":
            return
        if unwrap == "steps":
            self._nearest = _NearestImages(self)
            return
        if wrapped and not images:
            raise self._error(
                "has wrapped positions without images that follow the crossings of the box",
                "open it with unwrap='steps' if no particle moves half a box from frame to frame, "
                "or with unwrap='none' for structure alone",
            )
        if not own:
            self._jump_check = _JumpCheck(self)

    def _assign_species(
        self,
        labels: np.ndarray,
        species: Species | None,
        usual: tuple[int, int],
        own: bool = False,
    ) -> None:
        """Set types from the file's (N,) labels, of which the first of the pair is A."""
        pair: Sequence[Any] = usual if species is None else tuple(species)
        if len(set(pair)) != 2:
            raise InputError(f"species = {pair}: give the file's types that are A and B")
        present = np.unique(labels)
        if len(labels) != self.particles or not np.isin(present, pair).all():
            raise self._error(
                f"has species {present.tolist()}, expected {pair[0]} and {pair[1]}",
                "give a binary mixture, and species=(type of A, type of B) if they differ",
            )
        # A liquid of the study may be of one species: its configuration says so.
        if len(present) < 2 and not own:
            raise self._error(
                f"has particles of species {present[0]} alone, expected {pair[0]} and {pair[1]}",
                "write all particles of the mixture: the structure around each is made of both",
            )
        self.types = (labels == pair[1]).astype(np.int32)
        if species is None and 2 * self.types.sum() > self.particles:
            raise self._error(
                f"has more particles of species {pair[1]} than of {pair[0]}, but A, which is "
                "analysed, is the majority",
                f"open it with species=({pair[1]}, {pair[0]}), or in this order if that is meant",
            )

    def _error(self, fault: str, remedy: str = "") -> InputError:
        return InputError(f"{self.path}: {fault}: {remedy or self._remedy()}")

    def _remedy(self) -> str:
        """What to do about content that is wrong, where there is nothing better to say."""
        return "give another file"


class _JumpCheck:
    """Positions unwrapped by images, compared with those that were asked for before."""

    def __init__(self, trajectory: TrajectoryReader) -> None:
        self._trajectory = trajectory
        self._before: tuple[int, np.ndarray] | None = None
        self._spikes = Spikes(trajectory._steps)

    def compare(self, frame: int, positions: np.ndarray) -> None:
        """Refuse jumps that no motion makes (`softness.files.jumps`)."""
        # A copy, since the positions are the caller's to change.
        before, self._before = self._before, (frame, positions.copy())
        if before is None or before[0] == frame:
            return
        moved = (positions - before[1]) / self._trajectory.box_length
        self._check_images(before[0], frame, moved)
        if frame == before[0] + 1:
            self._check_ids(frame, moved)

    def _check_ids(self, frame: int, moved: np.ndarray) -> None:
        farthest = self._spikes.before(frame, moved)
        if farthest is not None:
            raise self._trajectory._error(
                f"{self._trajectory._name(farthest)} and others are scattered over the box from "
                f"frame {frame - 2} to frame {frame - 1}, and hardly move before and after, as if "
                "ids were reassigned",
                "give the frames before and after as separate files, or all with the same ids",
            )

    def _check_images(self, first: int, second: int, moved: np.ndarray) -> None:
        jumped = with_jumped_images(moved)
        if not len(jumped):
            return
        others = f" ({len(jumped)} particles do)" if len(jumped) > 1 else ""
        raise self._trajectory._error(
            f"{self._trajectory._name(jumped[0])} jumps by about a whole box from frame {first} to "
            f"frame {second}{others}, and none or few move half as far: images were reset, or "
            "are missing in some frames",
            "open it with unwrap='steps' if no particle moves half a box from frame to frame, or "
            "with unwrap='none' for structure alone",
        )


class _NearestImages:
    """Unwrapping by the nearest image from one frame to the next.

    Frames may be asked for in any order: images are kept for every `_SPACING`-th frame, so that a
    step back reads at most this number of frames again.
    """

    def __init__(self, trajectory: TrajectoryReader) -> None:
        self._trajectory = trajectory
        self._kept = {0: np.zeros((trajectory.particles, 3), np.int32)}
        self._go_to(0)

    def positions(self, frame: int) -> np.ndarray:
        """(N, 3) unwrapped positions of a frame."""
        if frame < self._frame:
            self._go_to(frame // _SPACING * _SPACING)
        while self._frame < frame:
            self._advance()
        return periodic.unwrap(self._places, self._images, self._trajectory.box_length)

    def _go_to(self, kept: int) -> None:
        self._frame, self._images = kept, self._kept[kept]
        self._places, _ = self._trajectory._checked(kept)

    def _advance(self) -> None:
        places, _ = self._trajectory._checked(self._frame + 1)
        step = (places - self._places) / self._trajectory.box_length
        crossed = np.rint(step)
        distance = np.abs(step - crossed)
        if distance.max() > _FARTHEST:
            particle = np.unravel_index(distance.argmax(), distance.shape)[0]
            raise self._trajectory._error(
                f"{self._trajectory._name(particle)} moves {distance.max():.2f} of the box from "
                f"frame {self._frame} to frame {self._frame + 1}, too far to tell by which face",
                "write frames more often, or with images, and open it with unwrap='images'",
            )
        self._images = self._images - crossed.astype(np.int32)
        self._frame, self._places = self._frame + 1, places
        if self._frame % _SPACING == 0:
            self._kept[self._frame] = self._images
