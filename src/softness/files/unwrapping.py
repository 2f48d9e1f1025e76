"""Positions unwrapped by images, watched for jumps, or by the nearest image from frame to frame."""

from typing import TYPE_CHECKING

import numpy as np

from softness import periodic
from softness.files.jumps import Spikes, with_jumped_images

if TYPE_CHECKING:
    from softness.files.reader import TrajectoryReader

# Where particles move by random amounts, some come near half a box before any goes beyond it.
_FARTHEST = 0.4
_SPACING = 64
_BOXES = 2**16
"""So far away, a position in single precision has no digits left to tell a place in the box."""


class JumpCheck:
    """Positions unwrapped by images, compared with those that were asked for before."""

    def __init__(self, trajectory: "TrajectoryReader") -> None:
        self._trajectory = trajectory
        self._before: tuple[int, np.ndarray] | None = None
        self._spikes = Spikes(trajectory._pace)

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


class NearestImages:
    """Unwrapping by the nearest image from one frame to the next.

    Frames may be asked for in any order: images are kept for every `_SPACING`-th frame, so that a
    step back reads at most this number of frames again.
    """

    def __init__(self, trajectory: "TrajectoryReader") -> None:
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
        if np.abs(crossed).max() > _BOXES:
            raise self._trajectory._error(
                f"frame {self._frame + 1} has positions more than {_BOXES} boxes from those of the "
                "frame before: damaged"
            )
        self._images = self._images - crossed.astype(np.int32)
        self._frame, self._places = self._frame + 1, places
        if self._frame % _SPACING == 0:
            self._kept[self._frame] = self._images
