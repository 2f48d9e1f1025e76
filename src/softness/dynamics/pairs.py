"""Radial distribution functions by pair of species."""

import freud
import numpy as np

from softness.checks import positive
from softness.errors import InputError
from softness.liquid import exceeds_half_box

PAIRS = ("AA", "AB", "BB")

WHOLE = 1e-9
"""Relative difference up to which a range is a whole number of bins."""

# Where the second minimum is sought, in distances of the first peak.
LOWEST_IN_PEAKS, HIGHEST_IN_PEAKS = 1.8, 2.6


class PairDistribution:
    """g(r) of the pairs AA, AB, BB, averaged over the frames that are added.

    Attributes
    ----------
    bin_width
        Of the histogram.
    largest_distance
        End of the histogram, a whole number of bins.

    Parameters
    ----------
    box_length
        Edge of the cubic box.
    types
        (N,) species indices, 0 for A and 1 for B.
    bin_width
        Of the histogram of distances.
    largest_distance
        Distances beyond are not looked at; at most half the box. The histogram ends at the last
        whole bin before it (`largest_distance`): bins have the width that was asked for.

    Raises
    ------
    InputError
        If a distance is not positive and finite, `largest_distance` is beyond half the box, or
        before the end of the first bin.
    """

    def __init__(
        self, box_length: float, types: np.ndarray, bin_width: float, largest_distance: float
    ) -> None:
        box_length = positive(box_length, "box_length")
        bin_width = positive(bin_width, "bin_width")
        largest_distance = positive(largest_distance, "largest_distance")
        if exceeds_half_box(largest_distance, box_length):
            raise InputError(
                f"largest_distance is {largest_distance:g}: at most half the box, "
                f"{box_length / 2:.3f}"
            )
        # A whole number of bins up to the rounding of the division.
        bins = int(largest_distance / bin_width * (1 + WHOLE))
        if bins < 1:
            raise InputError(
                f"bin_width is {bin_width:g}: give no more than largest_distance, "
                f"{largest_distance:g}"
            )
        self.bin_width = bin_width
        self.largest_distance = min(bins * bin_width, largest_distance)
        self._box = freud.box.Box.cube(box_length)
        # freud, in single precision, takes no distance of half the box itself.
        within = np.nextafter(np.float32(box_length) / 2, np.float32(0))
        end = min(self.largest_distance, float(within))
        self._is_a = np.asarray(types) == 0
        self._histograms = [freud.density.RDF(bins, end) for _ in PAIRS]
        self._frames = 0

    def add(self, positions: np.ndarray) -> None:
        """Count the pairs of a frame, (N, 3) wrapped or not."""
        wrapped = self._box.wrap(positions)
        a, b = wrapped[self._is_a], wrapped[~self._is_a]
        for histogram, points, queries in zip(
            self._histograms, (a, a, b), (None, b, None), strict=True
        ):
            histogram.compute((self._box, points), query_points=queries, reset=False)
        self._frames += 1

    @property
    def distances(self) -> np.ndarray:
        """(bins,) middles of the bins."""
        return np.array(self._histograms[0].bin_centers, dtype=np.float64)

    def values(self) -> np.ndarray:
        """(3, bins) g(r) of AA, AB, BB.

        freud counts a particle among its own neighbours' ideal number; with N - 1 others in
        place of N, g goes to 1 at large distances also in a small system.
        """
        if self._frames == 0:
            raise InputError("no frame was added: add at least one")
        count_a, count_b = self._is_a.sum(), (~self._is_a).sum()
        correction = [count_a / (count_a - 1), 1.0, count_b / (count_b - 1)]
        rows = [np.array(histogram.rdf, dtype=np.float64) for histogram in self._histograms]
        return np.array(rows) * np.array(correction)[:, None]


def first_peak(distances: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    """Place and height of the largest value, by a parabola through it and its neighbours.

    Parameters
    ----------
    distances
        (bins,) equally spaced.
    values
        (bins,) g(r).

    Returns
    -------
    place, height
        nan where there is no maximum inside the range.
    """
    top = int(np.nanargmax(values))
    if not 0 < top < len(values) - 1:
        return float("nan"), float("nan")
    left, middle, right = values[top - 1 : top + 2]
    curvature = left - 2 * middle + right
    if curvature == 0:
        return float(distances[top]), float(middle)
    shift = 0.5 * (left - right) / curvature
    place = distances[top] + shift * (distances[1] - distances[0])
    return float(place), float(middle - 0.25 * (left - right) * shift)


def second_minimum(distances: np.ndarray, values: np.ndarray) -> float:
    """Place of the second minimum of g(r), which ends the second shell of neighbours.

    The second peak of a supercooled liquid is split, so that minima cannot simply be counted: it is
    the smallest value between 1.8 and 2.6 distances of the first peak, after a running mean over
    five bins against noise.

    Parameters
    ----------
    distances
        (bins,) equally spaced.
    values
        (bins,) g(r).

    Returns
    -------
    float
        nan where the smallest value lies at an end of that range, or the range is not covered.
    """
    peak, _ = first_peak(distances, values)
    if not np.isfinite(peak) or distances[-1] < HIGHEST_IN_PEAKS * peak:
        return float("nan")
    smooth = np.convolve(values, np.ones(5) / 5, mode="same")
    inside = (distances > LOWEST_IN_PEAKS * peak) & (distances < HIGHEST_IN_PEAKS * peak)
    shown = distances[inside]
    lowest = int(np.argmin(smooth[inside]))
    return float(shown[lowest]) if 0 < lowest < len(shown) - 1 else float("nan")
