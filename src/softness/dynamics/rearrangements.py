"""Rearrangements, and quiet runs (times without rearrangement), found in the hop indicator."""

from collections.abc import Sequence

import numba
import numpy as np

from softness.checks import positive, whole_number
from softness.errors import InputError

EVENT = np.dtype(
    [
        ("particle", np.int64),
        ("frame", np.int64),
        ("value", np.float64),
        ("first", np.int64),
        ("last", np.int64),
        ("cut", np.bool_),
    ]
)
"""An event: its particle, the frame t* and value of its maximum, its first and last frame, and
whether the start or the end of the series cuts it, so that its true maximum may be unseen."""

QUIET_RUN = np.dtype(
    [("particle", np.int64), ("centre", np.int64), ("first", np.int64), ("last", np.int64)]
)
"""A quiet run: its particle, the frame in its middle, its first and last frame."""


def events(hop: np.ndarray, threshold: float = 0.2, first_frame: int = 5) -> np.ndarray:
    """Rearrangements: excursions of p_hop above a threshold, one entry for each.

    Parameters
    ----------
    hop
        (rows, N) p_hop of consecutive frames, sigma_AA^2.
    threshold
        p_c: an event lasts as long as p_hop > threshold.
    first_frame
        Frame of row 0; `half_window` for the rows of `hop_indicator`.

    Returns
    -------
    numpy.ndarray
        (events,) of the type `EVENT`, in the order in which they end, then of particles; those that
        the end of the series cuts come last. At equal maxima the first counts.

    Raises
    ------
    InputError
        p_hop is not (rows, N) or holds NaN, or the threshold is not a positive number.

    See Also
    --------
    EventStream : the same for p_hop that arrives in blocks.
    """
    stream = EventStream(threshold, first_frame)
    return np.concatenate([stream.push(hop), stream.close()])


class EventStream:
    """Events of a p_hop series that arrives in blocks of rows, in constant memory.

    Parameters
    ----------
    threshold
        p_c: an event lasts as long as p_hop > threshold.
    first_frame
        Frame of the first row.

    Raises
    ------
    InputError
        The threshold is not a positive number.
    """

    def __init__(self, threshold: float = 0.2, first_frame: int = 5) -> None:
        self._runs = _RunStream(threshold, first_frame, sign=1)

    def push(self, hop: np.ndarray) -> np.ndarray:
        """Take in the next (rows, N) of p_hop and return the events that ended in them."""
        return self._runs.push(hop)

    def close(self) -> np.ndarray:
        """Return the events that were going on in the last row; the stream takes no more rows."""
        return self._runs.close()


def quiet_runs(hop: np.ndarray, threshold: float, length: int, first_frame: int = 5) -> np.ndarray:
    """Stretches without rearrangement: p_hop < threshold in at least `length` frames on end.

    A stretch of m frames is shared out evenly among floor(m / length) runs, none of which overlap.

    Parameters
    ----------
    hop
        (rows, N) p_hop of consecutive frames, sigma_AA^2.
    threshold
        p_l: a run lasts as long as p_hop < threshold.
    length
        Minimum number of frames of a run.
    first_frame
        Frame of row 0; `half_window` for the rows of `hop_indicator`.

    Returns
    -------
    numpy.ndarray
        (runs,) of the type `QUIET_RUN`, in the order in which the stretches end, then of particles.

    Raises
    ------
    InputError
        p_hop is not (rows, N) or holds NaN, the threshold is not a positive number, or the length
        is not a positive whole number.

    See Also
    --------
    QuietRunStream : the same for p_hop that arrives in blocks.
    """
    stream = QuietRunStream(threshold, length, first_frame)
    return np.concatenate([stream.push(hop), stream.close()])


class QuietRunStream:
    """Quiet runs of a p_hop series that arrives in blocks of rows, in constant memory.

    Parameters
    ----------
    threshold
        p_l: a run lasts as long as p_hop < threshold.
    length
        Minimum number of frames of a run.
    first_frame
        Frame of the first row.

    Raises
    ------
    InputError
        The threshold is not a positive number, or the length is not a positive whole number.
    """

    def __init__(self, threshold: float, length: int, first_frame: int = 5) -> None:
        self.length = whole_number(length, "length")
        self._runs = _RunStream(threshold, first_frame, sign=-1, shortest=self.length)

    def push(self, hop: np.ndarray) -> np.ndarray:
        """Take in the next (rows, N) of p_hop and return the runs of stretches that ended."""
        return self._share_out(self._runs.push(hop))

    def close(self) -> np.ndarray:
        """Return the runs of stretches that reach the last row; the stream takes no more rows."""
        return self._share_out(self._runs.close())

    def _share_out(self, stretches: np.ndarray) -> np.ndarray:
        frames = stretches["last"] - stretches["first"] + 1
        parts = frames // self.length
        whole = np.repeat(np.arange(len(stretches)), parts)
        part = np.arange(len(whole)) - np.repeat(np.cumsum(parts) - parts, parts)
        runs = np.empty(len(whole), QUIET_RUN)
        start = stretches["first"][whole]
        runs["particle"] = stretches["particle"][whole]
        runs["first"] = start + part * frames[whole] // parts[whole]
        runs["last"] = start + (part + 1) * frames[whole] // parts[whole] - 1
        runs["centre"] = (runs["first"] + runs["last"]) // 2
        return runs


def automatic_quiet_threshold(
    hop: np.ndarray | Sequence[np.ndarray], length: int, wanted: int, highest: float = 0.2
) -> float:
    """Smallest p_l, not above p_c, at which there are at least as many quiet runs as wanted.

    Parameters
    ----------
    hop
        (rows, N) p_hop of consecutive frames, or a list of such series (replicas).
    length
        Minimum number of frames of a run.
    wanted
        Number of runs, over all series and particles.
    highest
        p_c, the threshold of `events`: a run with a higher p_hop would hold rearrangements.

    Returns
    -------
    float
        p_l; `quiet_runs` finds at least `wanted` runs with it, and fewer with any smaller number.

    Raises
    ------
    InputError
        p_hop is not (rows, N) or holds NaN, length or wanted is not a positive whole number, p_c
        is not a positive number, or the series are too short for the number wanted or rearrange
        too often.
    """
    length = whole_number(length, "length")
    wanted = whole_number(wanted, "wanted")
    highest = positive(highest, "highest")
    series = [_checked_hop(one) for one in ([hop] if isinstance(hop, np.ndarray) else hop)]
    most = sum(len(one) // length * one.shape[1] for one in series)
    if most < wanted:
        raise InputError(
            f"wanted = {wanted} quiet runs of {length} frames: the series have room for {most}, "
            "so ask for fewer or shorter runs, or take longer series"
        )

    def count(threshold: float) -> int:
        return sum(_count_quiet_runs(one, threshold, length) for one in series)

    available = count(highest)
    if available < wanted:
        raise InputError(
            f"found {available} of {wanted} quiet runs below p_c = {highest:g}: lengthen the run, "
            "or ask for fewer"
        )
    # The number of runs grows with the threshold, so that halving the interval finds the step; it
    # ends when no number lies between the two ends.
    too_low, enough = 0.0, highest
    while True:
        middle = too_low + (enough - too_low) / 2
        if not too_low < middle < enough:
            return enough
        if count(middle) >= wanted:
            enough = middle
        else:
            too_low = middle


def _checked_hop(hop: np.ndarray) -> np.ndarray:
    hop = np.asarray(hop)
    if hop.ndim != 2 or hop.dtype.kind != "f":
        raise InputError(
            f"hop has the shape {hop.shape} and the type {hop.dtype}: give floats (rows, N)"
        )
    # The smallest value is NaN as soon as one value is.
    if hop.size and np.isnan(hop.min()):
        raise InputError("hop holds NaN: repair or leave out the frames it was computed from")
    if hop.dtype not in (np.float32, np.float64):
        hop = hop.astype(np.float64)
    return np.ascontiguousarray(hop)


class _RunStream:
    """Runs of rows in which sign * p_hop > sign * threshold, of at least `shortest` rows."""

    def __init__(self, threshold: float, first_frame: int, sign: int, shortest: int = 1) -> None:
        self.threshold = positive(threshold, "threshold")
        self.first_frame = whole_number(first_frame, "first_frame", least=0)
        self.sign = sign
        self.shortest = shortest
        self.frame = self.first_frame
        self._state = None
        self._closed = False

    def push(self, hop: np.ndarray) -> np.ndarray:
        if self._closed:
            raise InputError(
                "hop was pushed into a closed stream: start a new one for a new series"
            )
        hop = _checked_hop(hop)
        particles = hop.shape[1]
        if self._state is None:
            self._state = (
                np.full(particles, -1),
                np.zeros(particles, np.int64),
                np.zeros(particles),
            )
        if particles != len(self._state[0]):
            raise InputError(
                f"hop holds {particles} particles: all rows of this stream have "
                f"{len(self._state[0])}"
            )
        room = _count_ends(hop, self.threshold, self.sign, self._state[0] >= 0)
        events_found = np.empty(room, EVENT)
        kept = _find_runs(
            hop,
            self.frame,
            self.threshold,
            self.sign,
            self.shortest,
            *self._state,
            events_found["particle"],
            events_found["frame"],
            events_found["value"],
            events_found["first"],
            events_found["last"],
        )
        self.frame += len(hop)
        events_found = events_found[:kept].copy()
        events_found["cut"] = events_found["first"] == self.first_frame
        return events_found

    def close(self) -> np.ndarray:
        self._closed = True
        if self._state is None:
            return np.empty(0, EVENT)
        first, peak_frame, peak = self._state
        open_ = np.flatnonzero((first >= 0) & (self.frame - first >= self.shortest))
        events_found = np.empty(len(open_), EVENT)
        events_found["particle"] = open_
        events_found["frame"] = peak_frame[open_]
        events_found["value"] = peak[open_]
        events_found["first"] = first[open_]
        events_found["last"] = self.frame - 1
        events_found["cut"] = True
        return events_found


@numba.njit(cache=True, nogil=True)
def _count_ends(hop: np.ndarray, threshold: float, sign: int, inside: np.ndarray) -> int:
    """Count the runs that end within these rows; `inside` says which were going on before."""
    count = 0
    for row in range(len(hop)):
        for particle in range(hop.shape[1]):
            now = sign * hop[row, particle] > sign * threshold
            count += inside[particle] & (not now)
            inside[particle] = now
    return count


@numba.njit(cache=True, nogil=True)
def _find_runs(
    hop: np.ndarray,
    frame: int,
    threshold: float,
    sign: int,
    shortest: int,
    first: np.ndarray,
    peak_frame: np.ndarray,
    peak: np.ndarray,
    found_particle: np.ndarray,
    found_frame: np.ndarray,
    found_value: np.ndarray,
    found_first: np.ndarray,
    found_last: np.ndarray,
) -> int:
    """Write the runs that end within these rows and carry on those that do not; returns how many.

    `first`, `peak_frame` and `peak` (N,) are the state of the run of each particle; first < 0 means
    that there is none.
    """
    kept = 0
    for row in range(len(hop)):
        now = frame + row
        for particle in range(hop.shape[1]):
            value = hop[row, particle]
            if sign * value > sign * threshold:
                if first[particle] < 0:
                    first[particle] = now
                    peak_frame[particle] = now
                    peak[particle] = value
                elif sign * value > sign * peak[particle]:
                    peak_frame[particle] = now
                    peak[particle] = value
            elif first[particle] >= 0:
                if now - first[particle] >= shortest:
                    found_particle[kept] = particle
                    found_frame[kept] = peak_frame[particle]
                    found_value[kept] = peak[particle]
                    found_first[kept] = first[particle]
                    found_last[kept] = now - 1
                    kept += 1
                first[particle] = -1
    return kept


@numba.njit(cache=True, nogil=True)
def _count_quiet_runs(hop: np.ndarray, threshold: float, length: int) -> int:
    """Count quiet runs, each when it has lasted for `length` frames."""
    count = 0
    quiet = np.zeros(hop.shape[1], np.int64)
    for row in range(len(hop)):
        for particle in range(hop.shape[1]):
            lasted = quiet[particle] + 1 if hop[row, particle] < threshold else 0
            done = lasted == length
            quiet[particle] = 0 if done else lasted
            count += done
    return count
