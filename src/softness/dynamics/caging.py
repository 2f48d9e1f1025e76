"""Mean squared displacement, its plateau, and the window and threshold of p_hop that follow.

In a supercooled liquid the mean squared displacement stays nearly the same for as long as particles
rattle in the cage of their neighbours: a plateau between ballistic motion and diffusion.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from softness.checks import positive, rising
from softness.errors import InputError

CAGED = 2 / 3
"""Slope of ln MSD against ln t below which there is a plateau: 1 is diffusion, 0 a rigid cage.

In the Kob-Andersen liquid, with frames 1 tau apart, it is 0.6 at T = 0.86, near the onset of
activated dynamics, and 0.7 at T = 1.0.
"""

WINDOW_IN_BEGINNINGS, THRESHOLD_IN_PLATEAUS = 4, 6
"""The dissertation's 10 tau and 0.2 sigma_AA^2, in units of the plateau at its coldest temperature,
T = 0.45, which begins at 2.5 tau and is 0.033 sigma_AA^2 high."""

USUAL_INTERVALS, FEWEST_INTERVALS = 10, 4
"""Frame intervals in a window of p_hop: as many as in the dissertation, and the fewest in which
both halves have a mean and a variance to speak of."""

# Slopes that differ by less are the same in a run of usual length.
_SAME_SLOPE = 0.05

_PREFERRED = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def mean_squared_displacement(
    frames: Iterable[tuple[int, np.ndarray]], origins: Sequence[int], lags: Sequence[int]
) -> np.ndarray:
    """Mean squared displacement at some lags, from a stream of frames that is read once.

    Only the frames at the origins are kept in memory, each as long as a later frame needs it.

    Parameters
    ----------
    frames
        Numbers and (n, 3) positions of frames in rising order, drift removed, in sigma_AA. Those
        that are neither an origin nor a lag after one may be left out.
    origins
        Numbers of the frames at which time starts.
    lags
        Numbers of frames between origin and moment, each 1 or more.

    Returns
    -------
    numpy.ndarray
        (lags,) mean over origins and particles, in sigma_AA^2; nan at lags that no origin reaches.
    """
    columns, starts = {int(lag): k for k, lag in enumerate(lags)}, {int(one) for one in origins}
    longest = max(columns)
    total, count = np.zeros(len(columns)), np.zeros(len(columns))
    kept: dict[int, np.ndarray] = {}
    for number, positions in frames:
        kept = {origin: each for origin, each in kept.items() if number - origin <= longest}
        for origin, reference in kept.items():
            column = columns.get(number - origin)
            if column is not None:
                total[column] += ((positions - reference) ** 2).sum(axis=-1).mean()
                count[column] += 1
        if number in starts:
            kept[number] = positions
    return np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)


@dataclass(frozen=True)
class Plateau:
    """The plateau of a mean squared displacement.

    Attributes
    ----------
    begin
        Time at which it begins, in tau.
    height
        Mean squared displacement there, in sigma_AA^2.
    slope
        Smallest slope of ln MSD against ln t.
    end
        Time at which the mean squared displacement is twice the height, in tau; nan if it is not
        reached.
    """

    begin: float
    height: float
    slope: float
    end: float

    @property
    def is_caged(self) -> bool:
        """Whether there is a plateau to speak of."""
        return self.slope < CAGED


def find_plateau(lag_times: np.ndarray, values: np.ndarray) -> Plateau:
    """Find where a mean squared displacement is flattest.

    The plateau begins at the first time at which the slope of ln MSD against ln t is its smallest
    one, or no more than 0.05 above it, since the slope of a long plateau is the same all along.

    Parameters
    ----------
    lag_times
        (lags,) rising, in tau, positive.
    values
        (lags,) mean squared displacement, in sigma_AA^2; nan where unknown.

    Raises
    ------
    InputError
        If fewer than three lags are known, lags do not rise, or nothing moves.
    """
    times, values = rising(lag_times, "lag_times"), np.asarray(values, dtype=np.float64)
    known = np.isfinite(values)
    if known.sum() < 3:
        raise InputError(
            f"values holds {known.sum()} known mean squared displacements: three or more are "
            "needed: give a longer run"
        )
    if not (values[known] > 0).all():
        raise InputError("values holds a mean squared displacement of 0: give frames that differ")
    times, values = np.log(times[known]), np.log(values[known])
    slopes = np.diff(values) / np.diff(times)
    at = int(np.flatnonzero(slopes <= slopes.min() + _SAME_SLOPE)[0])
    height = (values[at] + values[at + 1]) / 2
    beyond = np.flatnonzero(values >= height + np.log(2))
    end = float("nan")
    if len(beyond):
        upper = max(int(beyond[0]), 1)
        pair = slice(upper - 1, upper + 1)
        end = float(np.exp(np.interp(height + np.log(2), values[pair], times[pair])))
    begin = float(np.exp((times[at] + times[at + 1]) / 2))
    return Plateau(begin, float(np.exp(height)), float(slopes.min()), end)


def suggested_window(plateau: Plateau, frame_interval: float) -> float:
    """Window of p_hop, both halves together: vibrations are over, and few particles rearrange.

    Four times the beginning of the plateau, and at least ten frame intervals; no longer than to its
    end, but at least four frame intervals. Rounded to an even number of frame intervals.

    Parameters
    ----------
    plateau
        Of the coldest temperature.
    frame_interval
        Time between frames, in tau.

    Returns
    -------
    float
        In tau.
    """
    frame_interval = positive(frame_interval, "frame_interval")
    usual = USUAL_INTERVALS * frame_interval
    window = usual
    if plateau.is_caged:
        window = max(preferred(WINDOW_IN_BEGINNINGS * plateau.begin), usual)
        window = np.fmin(window, plateau.end)
    halves = max(round(window / (2 * frame_interval)), FEWEST_INTERVALS // 2)
    return float(f"{2 * halves * frame_interval:.6g}")


def suggested_threshold(plateau: Plateau, distance: float) -> float:
    """Threshold of p_hop: a jump out of the cage.

    Six times the height of the plateau. Without a plateau: that of a jump by half the distance of
    neighbours, 0.761 (distance / 2)^2.

    Parameters
    ----------
    plateau
        Of the coldest temperature.
    distance
        Of the first peak of g(r), in sigma_AA.

    Returns
    -------
    float
        In sigma_AA^2, rounded to a number as people write it (`preferred`).
    """
    if plateau.is_caged:
        return preferred(THRESHOLD_IN_PLATEAUS * plateau.height)
    return preferred(0.761 * (distance / 2) ** 2)


def preferred(value: float) -> float:
    """The nearest, as a ratio, of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten."""
    value = positive(value, "value")
    power = np.floor(np.log10(value))
    nearest = min(_PREFERRED, key=lambda each: abs(np.log10(value) - power - np.log10(each)))
    return float(f"{nearest * 10.0**power:.6g}")
