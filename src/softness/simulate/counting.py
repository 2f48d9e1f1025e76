"""What is counted in isoconfigurational runs, in memory that does not grow with their number.

Counts are whole numbers: the same to the last digit in whatever order runs are added.
"""

import numba
import numpy as np

from softness.dynamics.counted import (
    CSD_THRESHOLDS,
    DISPLACEMENT_UNIT,
    HOP_THRESHOLDS,
    whole_squares,
)
from softness.dynamics.csd import cumulative_squared_displacement
from softness.dynamics.hop import hop_indicator
from softness.errors import InputError
from softness.files.ensemble_counts import EnsembleCounts
from softness.simulate.isoconfigurational import RunProtocol


class Accumulator:
    """Counts of an ensemble, run by run, in memory that does not grow with their number.

    Parameters
    ----------
    protocol
        What each run does.
    particle
        (n,) numbers of the particles that count.
    """

    def __init__(self, protocol: RunProtocol, particle: np.ndarray) -> None:
        self._protocol = protocol
        self._particle = np.asarray(particle)
        self._runs: list[int] = []
        size = len(self._particle)
        hop = (2, len(HOP_THRESHOLDS) + 1, len(protocol.hop_frames), size)
        csd = (2, len(CSD_THRESHOLDS) + 1, len(protocol.csd_frames), size)
        self._hop, self._hop_cumulative = np.zeros(hop, np.uint32), np.zeros(hop, np.uint32)
        self._csd, self._csd_cumulative = np.zeros(csd, np.uint32), np.zeros(csd, np.uint32)
        crowd = (2, len(HOP_THRESHOLDS), len(protocol.hop_frames))
        self._crowd, self._crowd_cumulative = np.zeros(crowd, np.int64), np.zeros(crowd, np.int64)
        self._displacement = np.zeros((2, protocol.frames, size), np.int64)
        self._square = np.zeros_like(self._displacement)

    def add(self, number: int, frames: np.ndarray) -> None:
        """Take in one run.

        Parameters
        ----------
        number
            Of the run; its parity decides the half.
        frames
            (frames + 1, N, 3) unwrapped positions; all arithmetic is in float64.

        Raises
        ------
        InputError
            The run is of another shape than the protocol has, or not finite; it is not counted.
        """
        half, protocol = number % 2, self._protocol
        own, distances = _followed(self._checked(frames), self._particle)
        hop = hop_indicator(own, protocol.half_window)
        csd = cumulative_squared_displacement(own, protocol.csd_window)
        csd = csd[: len(protocol.csd_frames)]
        _count(csd, CSD_THRESHOLDS, self._csd[half], self._csd_cumulative[half])
        crowds = _count(hop, HOP_THRESHOLDS, self._hop[half], self._hop_cumulative[half])
        self._crowd[half] += crowds[0] ** 2
        self._crowd_cumulative[half] += crowds[1] ** 2
        whole = np.rint(distances / DISPLACEMENT_UNIT).astype(np.int64)
        self._displacement[half] += whole
        self._square[half] += whole_squares(whole)
        self._runs.append(number)

    def _checked(self, frames: np.ndarray) -> np.ndarray:
        """Positions of a run as compiled functions need them, which do not look at the shape."""
        frames = np.ascontiguousarray(frames, dtype=np.float64)
        length, least = self._protocol.frames + 1, self._particle.max(initial=0) + 1
        if frames.ndim != 3 or frames.shape[::2] != (length, 3) or frames.shape[1] < least:
            raise InputError(
                f"a run has the shape {frames.shape}: give positions ({length}, N, 3) of at least "
                f"{least} particles"
            )
        return frames

    def counts(self, temperature: float, snapshot: int) -> EnsembleCounts:
        """What has been counted: views of the sums, which further runs change."""
        protocol = self._protocol
        return EnsembleCounts(
            temperature=np.array(temperature),
            snapshot=np.array(snapshot),
            runs=np.array(sorted(self._runs), dtype=np.int64),
            particle=self._particle,
            hop_threshold=HOP_THRESHOLDS,
            csd_threshold=CSD_THRESHOLDS,
            hop_time=protocol.hop_frames * protocol.time,
            csd_time=protocol.csd_frames * protocol.time,
            displacement_time=np.arange(1, protocol.frames + 1) * protocol.time,
            hop=self._hop,
            hop_cumulative=self._hop_cumulative,
            csd=self._csd,
            csd_cumulative=self._csd_cumulative,
            hop_crowd_square=self._crowd,
            hop_cumulative_crowd_square=self._crowd_cumulative,
            unit=np.array(DISPLACEMENT_UNIT),
            displacement=self._displacement,
            square=self._square,
        )


# Compiled functions call those of this module alone: numba would go on using a cached caller after
# another module had changed.


@numba.njit(cache=True, nogil=True)
def _followed(frames: np.ndarray, particle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(frames + 1, n, 3) positions of some particles, (frames, n) distances from the first frame.

    The drift of all particles is taken off, from displacements once more. Equal to the last bit to
    `softness.dynamics.counted.whole_distances` before it rounds, and to the mean of numpy.
    """
    own = np.empty((len(frames), len(particle), 3))
    distances = np.empty((len(frames) - 1, len(particle)))
    first = frames[0] - _centre(frames[0])
    for frame in range(len(frames)):
        current = frames[frame] - _centre(frames[frame])
        for k, one in enumerate(particle):
            for axis in range(3):
                own[frame, k, axis] = current[one, axis]
        if frame == 0:
            continue
        moved = current - first
        drift = _centre(moved)
        for k, one in enumerate(particle):
            x = moved[one, 0] - drift[0]
            y = moved[one, 1] - drift[1]
            z = moved[one, 2] - drift[2]
            distances[frame - 1, k] = np.sqrt(x * x + y * y + z * z)
    return own, distances


@numba.njit(cache=True, nogil=True)
def _centre(positions: np.ndarray) -> np.ndarray:
    """Mean of (N, 3), summed one particle after the other."""
    x = y = z = 0.0
    for particle in range(len(positions)):
        x += positions[particle, 0]
        y += positions[particle, 1]
        z += positions[particle, 2]
    return np.array([x, y, z]) / len(positions)


@numba.njit(cache=True, nogil=True)
def _count(
    values: np.ndarray, thresholds: np.ndarray, instant: np.ndarray, cumulative: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Add one run of (rows, particles) to counts (thresholds + 1, rows, particles).

    Returns, for the values and for their largest up to each row, the (thresholds, rows) number of
    particles that exceed each threshold.
    """
    rows, particles = values.shape
    crowd = np.zeros((2, rows, len(thresholds) + 1), np.int64)
    level, highest = np.empty(particles, np.int64), np.zeros(particles, np.int64)
    for row in range(rows):
        _exceeded(values[row], thresholds, level)
        highest = np.maximum(highest, level)
        _add(level, instant[:, row], crowd[0, row])
        _add(highest, cumulative[:, row], crowd[1, row])
    # Who exceeds a threshold exceeds all lower ones.
    for lower in range(len(thresholds) - 1, 0, -1):
        crowd[..., lower] += crowd[..., lower + 1]
    return crowd[0, :, 1:].T, crowd[1, :, 1:].T


@numba.njit(cache=True, nogil=True)
def _exceeded(values: np.ndarray, thresholds: np.ndarray, level: np.ndarray) -> None:
    """Number of thresholds that are strictly below each of some finite values.

    Guessed from the spacing of the first two, then put right by comparison with the thresholds
    themselves: the guess matters for the speed alone.
    """
    end = len(thresholds)
    per_unit = 1.0 / (thresholds[1] - thresholds[0])
    for particle, value in enumerate(values):
        guess = (value - thresholds[0]) * per_unit + 1.0
        found = int(min(max(guess, 0.0), float(end)))
        while found > 0 and thresholds[found - 1] >= value:
            found -= 1
        while found < end and thresholds[found] < value:
            found += 1
        level[particle] = found


@numba.njit(cache=True, nogil=True)
def _add(level: np.ndarray, counts: np.ndarray, crowd: np.ndarray) -> None:
    """Add one row of a run to counts (levels, particles) and to the number at each level."""
    for particle in range(len(level)):
        counts[level[particle], particle] += 1
        crowd[level[particle]] += 1
