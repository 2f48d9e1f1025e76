"""Jumps of particles that no motion makes: images that begin anew or are missing, ids given anew.

Displacements here are in units of the edge of the box. What tells a jump from motion is not its
size: in a hot liquid, or between frames far apart, particles move any number of boxes, and end
up anywhere in them. It is how displacements are distributed.
"""

from collections.abc import Callable

import numpy as np

_NEAR = 0.25
"""Half of all places in a box are nearer than this to a particle's own, along one axis, and half
are farther: a particle that has forgotten where it was is as often near as not."""

_SMALL = 0.05
_USUAL = 10
"""After a jump, a particle is, but for whole boxes, no farther from its place than others: by this
part of a box, or this many times the median, which has room for what leaves its cage."""

_FEWER = 10
"""Motion leaves no gap. Whatever the time between two frames, displacements along an axis (without
the drift of all) are the rarer the longer they are: those of 1/4 to 3/4 of a box are at least as
common as those of 3/4 to 5/4, and so on. Images have jumped where those near whole boxes are more
than ten times the others. By chance, of 13 particles that have forgotten where they were, that is
so in less than one of 10^7 steps, and of more particles never. A single jump is seen as long as no
particle has moved 1/4 of a box; when particles spread over the box, they hide a few jumps."""

_STREWN = 0.125
"""Places that have nothing to do with each other are 1/4 of a box apart in the mean (along an axis,
to the nearest image); this is half of it, as if half of the particles were strewn over the box."""

_SPIKE = 10
"""How many times as far as in the step before, and in the one after, particles must seem to move to
have been taken for others. That is for equal times: displacements grow at most as time does, so
that frames at any intervals pass. Heating and cooling pass as well: they part what is before from
what is after."""


def with_jumped_images(moved: np.ndarray) -> np.ndarray:
    """Numbers of the particles whose images jumped between two frames, whatever time is between.

    Parameters
    ----------
    moved
        (N, 3) displacements, in boxes.
    """
    if max(moved.max(), -moved.min()) < 0.5:
        return np.empty(0, np.int64)
    # Not the mean of two in the middle: where half of all jump, it would be half a box.
    middle = (len(moved) - 1) // 2
    moved = moved - np.partition(moved, middle, axis=0)[middle]
    crossed = np.rint(moved)
    rest = np.abs(moved - crossed)
    far = (crossed != 0) | (rest >= _NEAR)
    small = np.clip(_USUAL * np.median(rest), _SMALL, _NEAR)
    jumped = far & (rest < small)
    if np.count_nonzero(jumped) <= _FEWER * np.count_nonzero(far & ~jumped):
        return np.empty(0, np.int64)
    return np.flatnonzero(jumped.any(axis=1))


class Spikes:
    """Steps, among successive ones, in which particles are scattered over the box, and in no other.

    Parameters
    ----------
    steps
        Gives the (frames,) time steps of all frames; asked only where there may be a spike.
    """

    def __init__(self, steps: Callable[[], np.ndarray]) -> None:
        self._steps = steps
        # Mean distances by the frame at which a step ends, and the distances in the latest step.
        self._means: dict[int, float] = {}
        self._latest = np.empty((0, 3))

    def before(self, frame: int, moved: np.ndarray) -> int | None:
        """The particle that moved farthest in the step before this one, if that was a spike.

        Parameters
        ----------
        frame
            Number of the frame at which the step ends.
        moved
            (N, 3) displacements in it, in boxes.
        """
        latest, self._latest = self._latest, np.abs(moved - np.rint(moved))
        means = {ends: mean for ends, mean in self._means.items() if frame - 2 <= ends < frame}
        self._means = means | {frame: float(self._latest.mean())}
        if len(self._means) < 3 or not self._is_spike(frame):
            return None
        return int(latest.max(axis=1).argmax())

    def _is_spike(self, frame: int) -> bool:
        before, between, after = self._means.values()
        if between < max(_STREWN, _SPIKE * before, _SPIKE * after):
            return False
        first, middle, last = np.diff(self._steps()[frame - 3 : frame + 1]).tolist()
        # Steps that take no time, or go back, tell nothing of what is usual.
        return all(
            other > 0 and between > _SPIKE * usual * max(1, middle / other)
            for usual, other in ((before, first), (after, last))
        )
