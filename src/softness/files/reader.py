"""What trajectories of all formats have in common: streaming, unwrapping, species, times."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from softness import periodic
from softness.errors import InputError

UNWRAPPING = ("images", "steps", "none")
"""Ways to unwrap positions: by the images in the file, by the nearest image from one frame to the
next, or not at all."""

Species = Sequence[int] | Sequence[str]

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
        if not self.path.is_file():
            raise InputError(f"{path}: no such file: run the rule that makes it")
        if time_step is not None and not (np.isfinite(time_step) and time_step > 0):
            raise InputError(f"time_step = {time_step}: give a positive number, in tau")
        self._given_time_step = time_step
        self._nearest: _NearestImages | None = None

    @abstractmethod
    def _stored(self, frame: int) -> tuple[np.ndarray, np.ndarray | None]:
        """(N, 3) places as they stand in the file, and (N, 3) images if there are any."""

    @abstractmethod
    def _steps(self) -> np.ndarray:
        """(frames,) time steps at which the frames were written."""

    @abstractmethod
    def close(self) -> None:
        """Close the file."""

    def _written_time_step(self) -> float | None:
        """Time step of the integrator, if the file knows it."""
        return None

    @property
    def time_step(self) -> float:
        """Time step of the integrator, in tau: from the file, or else as given on opening."""
        written, given = self._written_time_step(), self._given_time_step
        if written is None and given is None:
            raise self._error("lacks its time step", "give time_step, in tau, on opening it")
        if None not in (written, given) and not np.isclose(written, given, rtol=1e-9, atol=0):
            raise self._error(f"has the time step {written:g}, not {given:g}", "leave it out")
        return given if written is None else written

    def times(self) -> np.ndarray:
        """(frames,) moments of the frames, in tau."""
        steps = self._steps()
        back = np.flatnonzero(np.diff(steps) <= 0)
        if len(back):
            raise self._error(
                f"frame {back[0] + 1} has the time step {steps[back[0] + 1]:g} after "
                f"{steps[back[0]]:g}",
                "take out repeated frames, as a restarted run leaves them",
            )
        return steps.astype(np.float64) * self.time_step

    def frame_interval(self) -> float:
        """Time from each frame to the next, in tau.

        Raises
        ------
        InputError
            Frames are not equally spaced, as p_hop needs them, or there is only one.
        """
        intervals = np.diff(self.times())
        if len(intervals) == 0 or not np.allclose(intervals, intervals[0], rtol=1e-6, atol=0):
            raise self._error("has no equally spaced frames", "give a file of such frames alone")
        return float(intervals[0])

    def positions(self, frame: int) -> np.ndarray:
        """(N, 3) positions of a frame, float64, unwrapped (see `unwrapped`).

        Raises
        ------
        InputError
            There is no such frame, it cannot be read, or it holds values that are not finite.
        """
        if not 0 <= frame < self.frames:
            raise self._error(
                f"has no frame {frame}", f"its frames are numbered 0 to {self.frames - 1}"
            )
        if self._nearest is not None:
            return self._nearest.positions(frame)
        places, images = self._checked(frame)
        if images is None or not self.unwrapped:
            return places
        return periodic.unwrap(places, images, self.box_length)

    def _checked(self, frame: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Finite places as float64, and images."""
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

    def _set_unwrapping(self, unwrap: str, wrapped: bool, images: bool) -> None:
        """Choose how positions are unwrapped; `wrapped` and `images` say what the file holds."""
        if unwrap not in UNWRAPPING:
            raise InputError(f"unwrap = {unwrap!r}: give one of {', '.join(UNWRAPPING)}")
        self.unwrapped = not wrapped or unwrap != "none"
        if not wrapped or self.frames == 1:
            return
        if unwrap == "images" and not images:
            raise self._error(
                "has wrapped positions without images that follow the crossings of the box",
                "open it with unwrap='steps' if no particle moves half a box from frame to frame, "
                "or with unwrap='none' for structure alone",
            )
        if unwrap == "steps":
            self._nearest = _NearestImages(self)

    def _assign_species(
        self, labels: np.ndarray, species: Species | None, usual: tuple[int, int]
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
        self.types = (labels == pair[1]).astype(np.int32)
        if species is None and 2 * self.types.sum() > self.particles:
            raise self._error(
                f"has more particles of species {pair[1]} than of {pair[0]}, but A, which is "
                "analysed, is the majority",
                f"open it with species=({pair[1]}, {pair[0]}), or in this order if that is meant",
            )

    def _error(self, fault: str, remedy: str = "") -> InputError:
        remedy = remedy or "delete it and run again, or give another file"
        return InputError(f"{self.path}: {fault}: {remedy}")


class _NearestImages:
    """Unwrapping by the nearest image from one frame to the next.

    Frames may be asked for in any order: images are kept for every `_SPACING`-th frame, so that a
    step back reads at most so many frames again.
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
        farthest = np.abs(step - crossed).max()
        if farthest > _FARTHEST:
            raise self._trajectory._error(
                f"has a particle that moves {farthest:.2f} of the box from frame {self._frame} to "
                f"frame {self._frame + 1}, too far to tell by which side",
                "write frames more often, or with images",
            )
        self._images = self._images - crossed.astype(np.int32)
        self._frame, self._places = self._frame + 1, places
        if self._frame % _SPACING == 0:
            self._kept[self._frame] = self._images
