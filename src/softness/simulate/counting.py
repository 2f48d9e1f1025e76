"""What is counted in isoconfigurational runs, in memory that does not grow with their number.

Counts are whole numbers: the same to the last digit in whatever order runs are added.
"""

import numba
import numpy as np

from softness.dynamics.counted import (
    CSD_THRESHOLDS,
    DISPLACEMENT_UNIT,
    HOP_THRESHOLDS,
    whole_distances,
    whole_squares,
)
from softness.dynamics.csd import cumulative_squared_displacement
from softness.dynamics.hop import hop_indicator
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
            (frames + 1, N, 3) unwrapped positions.
        """
        half, protocol = number % 2, self._protocol
        frames = frames - frames.mean(axis=1, keepdims=True)
        own = np.ascontiguousarray(frames[:, self._particle])
        hop = hop_indicator(own, protocol.half_window)
        csd = cumulative_squared_displacement(own, protocol.csd_window)
        csd = csd[: len(protocol.csd_frames)]
        _count(csd, CSD_THRESHOLDS, self._csd[half], self._csd_cumulative[half])
        crowds = _count(hop, HOP_THRESHOLDS, self._hop[half], self._hop_cumulative[half])
        self._crowd[half] += crowds[0] ** 2
        self._crowd_cumulative[half] += crowds[1] ** 2
        whole = whole_distances(frames[1:] - frames[0], self._particle)
        self._displacement[half] += whole
        self._square[half] += whole_squares(whole)
        self._runs.append(number)

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


@numba.njit(cache=True, nogil=True)
def _count(
    values: np.ndarray, thresholds: np.ndarray, instant: np.ndarray, cumulative: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Add one run of (rows, particles) to counts (thresholds + 1, rows, particles).

    Returns, for the values and for their largest up to each row, the (thresholds, rows) number of
    particles that exceed each threshold.
    """
    rows, particles = values.shape
    crowd = np.zeros((2, len(thresholds) + 1, rows), np.int64)
    for particle in range(particles):
        highest = 0
        for row in range(rows):
            # Thresholds that are strictly below the value.
            exceeded = np.searchsorted(thresholds, values[row, particle])
            instant[exceeded, row, particle] += 1
            crowd[0, exceeded, row] += 1
            highest = max(highest, exceeded)
            cumulative[highest, row, particle] += 1
            crowd[1, highest, row] += 1
    # Who exceeds a threshold exceeds all lower ones.
    for level in range(len(thresholds) - 1, 0, -1):
        crowd[:, level] += crowd[:, level + 1]
    return crowd[0, 1:], crowd[1, 1:]
