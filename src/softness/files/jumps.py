"""Jumps of particles that no motion makes: images that begin anew or are missing, ids given anew.

Displacements here are in units of the edge of the box. What tells a jump from motion is not its
size, since in a hot liquid, or between frames far apart, particles move any number of boxes, and end
up anywhere in them. It is how displacements are distributed.
"""

from collections.abc import Callable

import numpy as np

_NEAR = 0.25
"""Half of all places in a box are nearer than this to a particle's own (along one axis), half are
farther: what has lost its memory is as often near as not."""

_FEWER = 10
"""Motion leaves no gap: displacements along an axis, without the drift of all, are the rarer the
longer they are, so that some 1/4 to 3/4 of a box long are at least as common as some 3/4 to 5/4
long, and so on, whatever the time between the frames. Where those near a whole box are more than
ten times the others, images have jumped. For displacements without any memory of where they began,
of 13 particles, that happens by chance once in 10^7 steps; of more particles, never. A particle
that alone jumps (where no other has moved by 1/4 of a box) is seen; so it is only in liquids whose
particles have begun to spread over the box that a few jumps hide."""

_STREWN = 0.125
"""Half of 1/4, the mean distance along an axis, to the nearest image, of places that have nothing
to do with each other: half of the particles are strewn over the box, or all by half."""

_SPIKE = 10
"""How many times farther than in the steps before and after, for the time that each takes, particles
must get to be other particles. Displacements grow less than time does, so that frames at any
intervals pass; so do heating and cooling, which part what is before from what is after."""


def with_jumped_images(moved: np.ndarray) -> np.ndarray:
    """Numbers of the particles whose images jumped between two frames, whatever time is between.

    Parameters
    ----------
    moved
        (N, 3) displacements, in boxes.
    """
    if np.abs(moved).max() < 0.5:
        return np.empty(0, np.int64)
    moved = moved - np.median(moved, axis=0)
    crossed = np.rint(moved)
    near = np.abs(moved - crossed) < _NEAR
    jumped = near & (crossed != 0)
    if np.count_nonzero(jumped) <= _FEWER * np.count_nonzero(~near):
        return np.empty(0, np.int64)
    return np.flatnonzero(jumped.any(axis=1))


class Spikes:
    """Steps, among successive ones, in which particles are strewn over the box, and in no other.

    Parameters
    ----------
    steps
        Gives the (frames,) time steps of all frames; asked only where there may be a spike.
    """

    def __init__(self, steps: Callable[[], np.ndarray]) -> None:
        self._steps = steps
        # By the frame at which the step ends: mean distance, and the particle that moved farthest.
        self._seen: dict[int, tuple[float, int]] = {}

    def before(self, frame: int, moved: np.ndarray) -> int | None:
        """The particle that moved farthest in the step before this one, if that was a spike.

        Parameters
        ----------
        frame
            Number of the frame at which the step ends.
        moved
            (N, 3) displacements in it, in boxes.
        """
        distance = np.abs(moved - np.rint(moved))
        seen = {
            number: self._seen[number] for number in (frame - 2, frame - 1) if number in self._seen
        }
        self._seen = seen | {frame: (float(distance.mean()), int(distance.max(axis=1).argmax()))}
        if len(self._seen) < 3:
            return None
        (before, _), (between, farthest), (after, _) = self._seen.values()
        if between < max(_STREWN, _SPIKE * before, _SPIKE * after):
            return None
        first, middle, last = np.diff(self._steps()[frame - 3 : frame + 1]).tolist()
        # Steps that take no time, or go back, tell nothing of what is usual.
        spike = all(
            other > 0 and between > _SPIKE * usual * max(1, middle / other)
            for usual, other in ((before, first), (after, last))
        )
        return farthest if spike else None
