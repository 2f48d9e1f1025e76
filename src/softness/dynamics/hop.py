"""The hop indicator p_hop of a trajectory, whole or in blocks of frames."""

from typing import Literal

import numba
import numpy as np

from softness.checks import checked_trajectory, whole_number
from softness.errors import InputError

Window = Literal["shared", "disjoint"]
WINDOWS = ("shared", "disjoint")


def hop_indicator(
    positions: np.ndarray, half_window: int = 5, window: Window = "shared"
) -> np.ndarray:
    """Hop indicator of every particle, section 2.2.2 of the dissertation.

    p_hop(i, t) = sqrt(<|r_i - <r_i>_w2|^2>_w1 <|r_i - <r_i>_w1|^2>_w2) with the windows
    w1 = [t - half_window, t] and w2 = [t, t + half_window], which both include t.

    Other codes leave t out: w1 = [t - half_window, t) and w2 = (t, t + half_window], without a
    frame in common. A clean jump by d then reaches d^2, where windows that share a frame reach
    0.761 d^2 (half_window = 5), so that thresholds of the two do not compare.

    Parameters
    ----------
    positions
        (frames, N, 3) unwrapped positions in sigma_AA, drift removed, equally spaced in time.
    half_window
        Length of each window in frame intervals.
    window
        ``"shared"``: frame t is in both windows, as in the dissertation; ``"disjoint"``: in none.

    Returns
    -------
    numpy.ndarray
        (frames - 2 half_window, N) float64 in sigma_AA^2; row 0 is frame `half_window`.

    Raises
    ------
    InputError
        Positions are not finite or not (frames, N, 3), there are no more than 2 half_window frames,
        half_window is not a positive whole number, or window is unknown.

    See Also
    --------
    HopStream : the same for trajectories that do not fit into memory.
    """
    stream = HopStream(half_window, window)
    positions = checked_trajectory(positions)
    if len(positions) <= 2 * half_window:
        raise InputError(
            f"positions has {len(positions)} frames: p_hop with half_window = {half_window} needs "
            f"at least {2 * half_window + 1}"
        )
    return stream.push(positions)


class HopStream:
    """Hop indicator of a trajectory that arrives in blocks of frames, in constant memory.

    The rows are equal to those of `hop_indicator` to the last bit, however the trajectory is cut.

    Parameters
    ----------
    half_window
        Length of each window in frame intervals.
    window
        ``"shared"`` or ``"disjoint"``, as for `hop_indicator`.

    Raises
    ------
    InputError
        half_window is not a positive whole number, or window is unknown.

    Notes
    -----
    With the mean m and the variance V of each window, <|r - m2|^2>_w1 = V1 + |m1 - m2|^2, so that
    a window is averaged once and serves as w2 and, half_window frames later, as w1. Means are kept
    relative to the frame t that both windows share, so that nothing is lost far from the origin.
    Disjoint windows are taken relative to t as well, each anew from the frames that are kept.
    """

    def __init__(self, half_window: int = 5, window: Window = "shared") -> None:
        self.half_window = whole_number(half_window, "half_window")
        if window not in WINDOWS:
            raise InputError(f"window is {window!r}: choose {' or '.join(map(repr, WINDOWS))}")
        self.window = window
        self.frames = 0
        self._state = None

    def push(self, frames: np.ndarray) -> np.ndarray:
        """Take in the next frames and return the rows that they complete.

        Parameters
        ----------
        frames
            (frames, N, 3) unwrapped positions, any number of frames.

        Returns
        -------
        numpy.ndarray
            (rows, N) p_hop, float64. The row after `frames` frames have been pushed in all belongs
            to the frame `frames - 1 - half_window`.

        Raises
        ------
        InputError
            Frames are not finite or not (frames, N, 3), or N has changed.
        """
        frames = checked_trajectory(frames)
        particles = frames.shape[1]
        if self._state is None:
            self._state = self._empty_state(particles)
        expected = self._state[-1].shape[1]
        if particles != expected:
            raise InputError(
                f"frames holds {particles} particles: all frames of this stream have {expected}"
            )
        done = max(0, self.frames - 2 * self.half_window)
        self.frames += len(frames)
        rows = np.empty((max(0, self.frames - 2 * self.half_window) - done, particles))
        if self.window == "shared":
            _push_frames(
                frames.reshape(len(frames), 3 * particles),
                self.frames - len(frames),
                self.half_window,
                *self._state,
                rows,
            )
        else:
            self._push_disjoint(frames, rows)
        if not np.isfinite(rows).all():
            raise InputError(
                f"positions up to frame {self.frames - 1} hold values that are not finite: repair "
                "or leave out these frames"
            )
        return rows

    def _push_disjoint(self, frames: np.ndarray, rows: np.ndarray) -> None:
        """Fill the rows that the next frames complete, and keep what later rows need."""
        (kept,) = self._state
        known = np.concatenate([kept, frames], dtype=np.float64)
        if len(rows):
            _disjoint_rows(known[-len(rows) - 2 * self.half_window :], self.half_window, rows)
        self._state = (known[-2 * self.half_window :].copy(),)

    def _empty_state(self, particles: int) -> tuple[np.ndarray, ...]:
        """Rings of the latest frames, and of mean and variance of the windows that end there.

        Of disjoint windows the latest frames alone.
        """
        if self.window == "disjoint":
            return (np.zeros((0, particles, 3)),)
        slots = self.half_window + 1
        return (
            np.zeros((slots, 3 * particles)),
            np.zeros((slots, 3 * particles)),
            np.zeros((slots, particles)),
        )


# Coordinates that are averaged together; their window of frames fits into the fastest cache.
_TILE = 384


@numba.njit(cache=True, nogil=True, fastmath={"contract"})
def _push_frames(
    frames: np.ndarray,
    seen: int,
    half_window: int,
    recent: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
    rows: np.ndarray,
) -> None:
    """Take in (frames, 3 N) positions; row 0 of `rows` is the first that they complete."""
    slots = half_window + 1
    size = frames.shape[1]
    shift = np.empty(size)
    square = np.empty(size)
    row = 0
    for frame in range(len(frames)):
        time = seen + frame
        newest = time % slots
        oldest = (time + 1) % slots
        recent[newest] = frames[frame]
        if time < half_window:
            continue
        _window_moments(recent, oldest, shift, square)
        # The window that ends at the oldest frame of this one is w1; this one is w2.
        if time >= 2 * half_window:
            _combine(mean[oldest], variance[oldest], shift, square, rows[row])
            row += 1
        _store_moments(
            recent[newest], recent[oldest], shift, square, mean[newest], variance[newest]
        )


@numba.njit(cache=True, nogil=True, fastmath={"contract"})
def _window_moments(recent: np.ndarray, oldest: int, shift: np.ndarray, square: np.ndarray) -> None:
    """Mean of each coordinate relative to the oldest frame, and variance, over all slots.

    The sum of squares about a member of the window loses no digits that matter: the mean square is
    at most as many times the variance as there are frames in the window.
    """
    slots, size = recent.shape
    for begin in range(0, size, _TILE):
        origin = recent[oldest, begin : begin + _TILE]
        total = shift[begin : begin + _TILE]
        total_square = square[begin : begin + _TILE]
        total[:] = 0.0
        total_square[:] = 0.0
        for later in range(1, slots):
            current = recent[(oldest + later) % slots, begin : begin + _TILE]
            for k in range(len(total)):
                step = current[k] - origin[k]
                total[k] += step
                total_square[k] += step * step
        for k in range(len(total)):
            average = total[k] / slots
            total[k] = average
            total_square[k] = total_square[k] / slots - average * average


@numba.njit(cache=True, nogil=True, fastmath={"contract"})
def _store_moments(
    newest: np.ndarray,
    oldest: np.ndarray,
    shift: np.ndarray,
    square: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
) -> None:
    """Keep the mean relative to the newest frame, and the variance of the three coordinates."""
    for k in range(len(shift)):
        mean[k] = shift[k] - (newest[k] - oldest[k])
    for particle in range(len(variance)):
        k = 3 * particle
        variance[particle] = square[k] + square[k + 1] + square[k + 2]


@numba.njit(cache=True, nogil=True, fastmath={"contract"})
def _combine(
    mean: np.ndarray, variance: np.ndarray, shift: np.ndarray, square: np.ndarray, row: np.ndarray
) -> None:
    """p_hop from mean and variance of w1 (relative to t) and of w2 (relative to t)."""
    for particle in range(len(row)):
        k = 3 * particle
        x = mean[k] - shift[k]
        y = mean[k + 1] - shift[k + 1]
        z = mean[k + 2] - shift[k + 2]
        apart = x * x + y * y + z * z
        later = square[k] + square[k + 1] + square[k + 2]
        row[particle] = np.sqrt((variance[particle] + apart) * (later + apart))


@numba.njit(cache=True, nogil=True)
def _disjoint_rows(frames: np.ndarray, half_window: int, rows: np.ndarray) -> None:
    """p_hop of (rows + 2 half_window, N, 3) frames with windows that leave out the middle one."""
    for row in range(rows.shape[0]):
        middle = row + half_window
        for particle in range(rows.shape[1]):
            apart, earlier, later = 0.0, 0.0, 0.0
            for axis in range(3):
                origin = frames[middle, particle, axis]
                mean_1, mean_2 = 0.0, 0.0
                for k in range(half_window):
                    mean_1 += frames[row + k, particle, axis] - origin
                    mean_2 += frames[middle + 1 + k, particle, axis] - origin
                mean_1 /= half_window
                mean_2 /= half_window
                apart += (mean_1 - mean_2) ** 2
                for k in range(half_window):
                    earlier += (frames[row + k, particle, axis] - origin - mean_1) ** 2
                    later += (frames[middle + 1 + k, particle, axis] - origin - mean_2) ** 2
            variances = earlier / half_window, later / half_window
            rows[row, particle] = np.sqrt((variances[0] + apart) * (variances[1] + apart))
