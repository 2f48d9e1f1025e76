"""Radial distribution functions by pair of species."""

from string import ascii_uppercase

import freud
import numpy as np

from softness.checks import checked_box, positive
from softness.errors import InputError

PAIRS = tuple(
    first + second
    for second in ascii_uppercase
    for first in ascii_uppercase[: ascii_uppercase.index(second) + 1]
)
"""Pairs of species in the order of tables: AA alone for one species, AA, AB, BB for two, then AC,
BC, CC for three, and so on."""

WHOLE = 1e-9
"""Relative difference up to which a range is a whole number of bins."""

# Where minima are sought, in distances of the first peak.
FIRST_IN_PEAKS, SECOND_IN_PEAKS = (1.1, 1.7), (1.8, 2.6)


class PairDistribution:
    """g(r) of each pair of species, averaged over the frames that are added.

    Attributes
    ----------
    bin_width
        Of the histogram.
    largest_distance
        End of the histogram, a whole number of bins.

    Parameters
    ----------
    box_length
        Edge of a cubic box, or (3,) edges of a rectangular one.
    types
        (N,) species indices, 0 for A, 1 for B and so on; there are as many species as they name.
    bin_width
        Of the histogram of distances.
    largest_distance
        Distances beyond are not looked at; at most half of each edge. The histogram ends at the
        last whole bin before it (`largest_distance`): bins have the width that was asked for.

    Raises
    ------
    InputError
        If a distance is not positive and finite, `largest_distance` is beyond half of an edge, or
        before the end of the first bin.
    """

    def __init__(
        self,
        box_length: float | np.ndarray,
        types: np.ndarray,
        bin_width: float,
        largest_distance: float,
    ) -> None:
        bin_width = positive(bin_width, "bin_width")
        largest_distance = positive(largest_distance, "largest_distance")
        edges = np.broadcast_to(checked_box(box_length, largest_distance, "largest_distance"), 3)
        # A whole number of bins up to the rounding of the division.
        bins = int(largest_distance / bin_width * (1 + WHOLE))
        if bins < 1:
            raise InputError(
                f"bin_width is {bin_width:g}: give no more than largest_distance, "
                f"{largest_distance:g}"
            )
        self.bin_width = bin_width
        self.largest_distance = min(bins * bin_width, largest_distance)
        self._box = freud.box.Box(*edges)
        # freud, in single precision, takes no distance of half the box itself.
        within = np.nextafter(np.float32(edges.min()) / 2, np.float32(0))
        end = min(self.largest_distance, float(within))
        types = np.asarray(types)
        self._members = [types == species for species in range(types.max() + 1)]
        self._pairs = [(i, j) for j in range(len(self._members)) for i in range(j + 1)]
        self._histograms = [freud.density.RDF(bins, end) for _ in self._pairs]
        self._frames = 0

    def add(self, positions: np.ndarray) -> None:
        """Count the pairs of a frame, (N, 3) wrapped or not."""
        wrapped = self._box.wrap(positions)
        places = [wrapped[members] for members in self._members]
        for (i, j), histogram in zip(self._pairs, self._histograms, strict=True):
            queries = None if i == j else places[j]
            histogram.compute((self._box, places[i]), query_points=queries, reset=False)
        self._frames += 1

    @property
    def distances(self) -> np.ndarray:
        """(bins,) middles of the bins."""
        return np.array(self._histograms[0].bin_centers, dtype=np.float64)

    def values(self) -> np.ndarray:
        """(pairs, bins) g(r), in the order of `PAIRS`.

        freud counts a particle among its own neighbours' ideal number; with N - 1 others in
        place of N, g goes to 1 at large distances also in a small system.
        """
        if self._frames == 0:
            raise InputError("no frame was added: add at least one")
        counts = [members.sum() for members in self._members]
        correction = [counts[i] / (counts[i] - 1) if i == j else 1.0 for i, j in self._pairs]
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


def first_minimum(distances: np.ndarray, values: np.ndarray) -> float:
    """Place of the first minimum of g(r), which ends the first shell of neighbours.

    The smallest value between 1.1 and 1.7 distances of the first peak; parameters and return value
    as for `second_minimum`.
    """
    return _minimum(distances, values, *FIRST_IN_PEAKS)


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
    return _minimum(distances, values, *SECOND_IN_PEAKS)


def neighbours(distances: np.ndarray, values: np.ndarray, within: float) -> float:
    """Number of neighbours within a distance at a number density of 1: integral of 4 pi r^2 g(r).

    Parameters
    ----------
    distances
        (bins,) equally spaced.
    values
        (bins,) g(r).
    within
        A bin counts if its centre is nearer.
    """
    inside = distances < within
    width = distances[1] - distances[0]
    return float(4 * np.pi * width * (distances[inside] ** 2 * values[inside]).sum())


def _minimum(distances: np.ndarray, values: np.ndarray, lowest: float, highest: float) -> float:
    peak, _ = first_peak(distances, values)
    if not np.isfinite(peak) or distances[-1] < highest * peak:
        return float("nan")
    smooth = np.convolve(values, np.ones(5) / 5, mode="same")
    inside = (distances > lowest * peak) & (distances < highest * peak)
    shown = distances[inside]
    place = int(np.argmin(smooth[inside]))
    return float(shown[place]) if 0 < place < len(shown) - 1 else float("nan")
