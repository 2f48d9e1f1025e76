"""Cumulative squared displacement, and its threshold that matches the one of p_hop."""

import numba
import numpy as np

from softness.checks import checked_trajectory, whole_number
from softness.errors import InputError


def cumulative_squared_displacement(positions: np.ndarray, intervals: int = 10) -> np.ndarray:
    """Cumulative squared displacement of every particle, appendix A.0.2 of the dissertation.

    CSD(i, t) = 1/intervals sum of |r_i(t') - r_i(t' - 1)|^2 over the last `intervals` frames
    t' = t - intervals + 1 ... t. It is a mean over frame intervals, not the squared displacement
    over all of them.

    Parameters
    ----------
    positions
        (frames, N, 3) unwrapped positions in sigma_AA, drift removed, equally spaced in time.
    intervals
        Number of frame intervals in the mean.

    Returns
    -------
    numpy.ndarray
        (frames - intervals, N) float64 in sigma_AA^2; row 0 is frame `intervals`.

    Raises
    ------
    InputError
        Positions are not finite or not (frames, N, 3), there are no more frames than intervals, or
        intervals is not a positive whole number.

    See Also
    --------
    CumulativeSquaredDisplacementStream : the same for trajectories that do not fit into memory.
    """
    stream = CumulativeSquaredDisplacementStream(intervals)
    positions = checked_trajectory(positions)
    if len(positions) <= intervals:
        raise InputError(
            f"positions has {len(positions)} frames: intervals = {intervals} needs at least "
            f"{intervals + 1}"
        )
    return stream.push(positions)


class CumulativeSquaredDisplacementStream:
    """Cumulative squared displacement of a trajectory that arrives in blocks, in constant memory.

    The rows are equal to the rows of `cumulative_squared_displacement` to the last bit, however the
    trajectory is cut.

    Parameters
    ----------
    intervals
        Number of frame intervals in the mean.

    Raises
    ------
    InputError
        intervals is not a positive whole number.
    """

    def __init__(self, intervals: int = 10) -> None:
        self.intervals = whole_number(intervals, "intervals")
        self.frames = 0
        self._previous = None
        self._steps = None

    def push(self, frames: np.ndarray) -> np.ndarray:
        """Take in the next frames and return the rows that they complete.

        Parameters
        ----------
        frames
            (frames, N, 3) unwrapped positions, any number of frames.

        Returns
        -------
        numpy.ndarray
            (rows, N) float64; the last row belongs to the last frame.

        Raises
        ------
        InputError
            Frames are not finite or not (frames, N, 3), or N has changed.
        """
        frames = checked_trajectory(frames)
        particles = frames.shape[1]
        if self._previous is None:
            self._previous = np.zeros((particles, 3))
            self._steps = np.zeros((self.intervals, particles))
        if particles != len(self._previous):
            raise InputError(
                f"frames holds {particles} particles: all frames of this stream have "
                f"{len(self._previous)}"
            )
        done = max(0, self.frames - self.intervals)
        seen = self.frames
        self.frames += len(frames)
        rows = np.empty((max(0, self.frames - self.intervals) - done, particles))
        _push_frames(frames, seen, self._previous, self._steps, rows)
        if not np.isfinite(rows).all():
            raise InputError(
                f"positions up to frame {self.frames - 1} hold values that are not finite: repair "
                "or leave out these frames"
            )
        return rows


@numba.njit(cache=True, nogil=True, fastmath={"contract"})
def _push_frames(
    frames: np.ndarray, seen: int, previous: np.ndarray, steps: np.ndarray, rows: np.ndarray
) -> None:
    """Take in frames; `steps` is the ring of the latest squared one-frame displacements."""
    intervals = len(steps)
    row = 0
    for frame in range(len(frames)):
        time = seen + frame
        if time > 0:
            step = steps[(time - 1) % intervals]
            for particle in range(len(previous)):
                x = frames[frame, particle, 0] - previous[particle, 0]
                y = frames[frame, particle, 1] - previous[particle, 1]
                z = frames[frame, particle, 2] - previous[particle, 2]
                step[particle] = x * x + y * y + z * z
        previous[:] = frames[frame]
        if time >= intervals:
            # Summed anew, oldest first: a running sum would gather rounding errors for ever.
            rows[row] = 0.0
            for k in range(intervals):
                rows[row] += steps[(time + k) % intervals]
            rows[row] /= intervals
            row += 1


def matched_threshold(
    csd_samples: np.ndarray,
    share: float,
    step: float | None = 0.002,
    lowest: float | None = None,
    highest: float | None = None,
) -> float:
    """CSD threshold that flags the same fraction of samples as p_hop > p_c does.

    Appendix A.0.2 of the dissertation, read as a count of (particle, time) samples, not of separate
    excursions.

    Parameters
    ----------
    csd_samples
        CSD of (particle, time) samples, any shape, sigma_AA^2.
    share
        Fraction of (particle, time) samples with p_hop > p_c, between 0 and 1 without the ends.
    step
        The threshold is rounded to a multiple of this; None leaves it exact.
    lowest, highest
        Ends of the grid of thresholds that the caller knows, in sigma_AA^2; None for no end.

    Returns
    -------
    float
        Threshold in sigma_AA^2, to be used as CSD > threshold.

    Raises
    ------
    InputError
        There are no samples, they are not finite, the share is not between 0 and 1 or flags no
        sample, the step is not positive or rounds the threshold to 0, or the threshold lies outside
        of the grid.
    """
    samples = np.asarray(csd_samples, dtype=np.float64).ravel()
    if samples.size == 0 or not np.isfinite(samples).all():
        raise InputError(
            f"csd_samples holds {samples.size} samples, {np.count_nonzero(~np.isfinite(samples))} "
            "of them not finite: give at least one, all of them finite"
        )
    if not 0 < share < 1:
        raise InputError(f"share = {share}: give a number between 0 and 1")
    if step is not None and not step > 0:
        raise InputError(f"step = {step}: give a positive step, or None for no rounding")
    flagged = round(share * samples.size)
    if not 0 < flagged < samples.size:
        raise InputError(
            f"share = {share} flags {flagged} of {samples.size} samples: give more samples"
        )
    # The largest sample that is not to be flagged, since the comparison is strict.
    threshold = float(np.partition(samples, samples.size - flagged - 1)[samples.size - flagged - 1])
    if step is not None:
        exact = threshold
        # The second rounding takes off the binary tail of, for example, 47 * 0.002.
        threshold = round(round(exact / step) * step, 12)
        if threshold == 0:
            raise InputError(
                f"step = {step} rounds the threshold {exact:.3g} to 0: give a smaller step, or "
                "None for no rounding"
            )
    low = -np.inf if lowest is None else lowest
    high = np.inf if highest is None else highest
    if not low <= threshold <= high:
        raise InputError(
            f"the threshold {threshold:.6g} lies outside of lowest = {lowest} to highest = "
            f"{highest}: give a wider grid, or samples of another temperature"
        )
    return threshold
