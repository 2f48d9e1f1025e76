"""Normalised curves in time: when they reach a level, and lines through them in log t."""

from dataclasses import dataclass

import numpy as np

from softness.checks import positive, rising
from softness.errors import InputError


def normalised(
    means: np.ndarray, everyone: np.ndarray | float, noise: np.ndarray | float = 0.0
) -> np.ndarray:
    """Fraction of a group's start that is left: 1 at time 0, 0 when it is forgotten.

    (<S>_b(t) - <S>) / (<S>_b(0) - <S>), section 4.2 of the dissertation. The start includes the
    fast vibration of S by which particles are selected as well, hence the drop at short times.

    Parameters
    ----------
    means
        (..., groups, times) mean of S in each group; the first time is 0.
    everyone
        Mean of S of everyone: a number, (...,) one for each draw, or (..., times). The mean at the
        same moments takes out what fluctuates alike in all groups.
    noise
        (groups,) or a number: distance from the mean at or below which a start tells nothing.

    Returns
    -------
    numpy.ndarray
        (..., groups, times); nan for groups that start within the noise.

    Raises
    ------
    InputError
        If shapes do not fit.
    """
    means, everyone = np.asarray(means, dtype=np.float64), np.asarray(everyone, dtype=np.float64)
    if means.ndim < 2 or everyone.shape not in ((), means.shape[:-2], without_groups(means)):
        raise InputError(
            f"means has the shape {means.shape}, everyone {everyone.shape}: give (..., groups, "
            "times), and a number, (...,) or (..., times)"
        )
    if everyone.shape == without_groups(means):
        away = means - everyone[..., None, :]
    else:
        away = means - everyone[..., None, None]
    start = away[..., :1]
    apart = np.abs(start) > np.broadcast_to(noise, means.shape[-2:-1])[:, None]
    return ratio(away, np.where(apart, start, 0.0))


def time_to_level(times: np.ndarray, curves: np.ndarray, level: float) -> np.ndarray:
    """Time at which curves first fall to a level, interpolated in the logarithm of time.

    Between time 0 and the first time after it, where the logarithm has no say, the interpolation is
    linear. A noisy curve meets a low level early: where its error is comparable to the level, the
    time is a lower bound.

    Parameters
    ----------
    times
        (times,) rising, from 0 or later.
    curves
        (..., times) values; nan where unknown.
    level
        E.g. 1/e, or 0.05.

    Returns
    -------
    numpy.ndarray
        (...,) in the unit of ``times``; nan if the level is not reached, if the curve begins at or
        below it, or if it is unknown just before.
    """
    times, curves = _curves(times, curves)
    below = curves <= level
    after = np.argmax(below, axis=-1)
    reached = below.any(axis=-1) & (after > 0)
    after = np.where(reached, after, 1)
    high, low = _at(curves, after - 1), _at(curves, after)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(reached, (high - level) / (high - low), np.nan)
        return _between(times[after - 1], times[after], share)


@dataclass(frozen=True)
class LogLine:
    """Straight lines in the logarithm of time.

    Attributes
    ----------
    slope
        (...,) change in a decade of time.
    curvature
        (...,) change of the slope in a decade, of the parabola through the same points: 0 for a
        curve that is linear in log t. nan with two times.
    """

    slope: np.ndarray
    curvature: np.ndarray


def fit_log_line(times: np.ndarray, curves: np.ndarray, lowest: float, highest: float) -> LogLine:
    """Fit lines in log10 of time by least squares, all times alike.

    Parameters
    ----------
    times
        (times,) rising, from 0 or later.
    curves
        (..., times) values; a curve with nan in the range gets nan.
    lowest, highest
        Range of times, both included.

    Raises
    ------
    InputError
        If the range holds fewer than two positive times.
    """
    times, curves = _curves(times, curves)
    positive(lowest, "lowest")
    used = (times >= lowest) & (times <= highest)
    if used.sum() < 2:
        raise InputError(
            f"lowest = {lowest}, highest = {highest}: {used.sum()} of the times from {times[0]} to "
            f"{times[-1]} lie between; give a range with two or more"
        )
    decades, values = np.log10(times[used]), curves[..., used]
    # About their middle the two fits do not mix rounding errors of large powers.
    decades = decades - decades.mean()
    powers = np.vander(decades, 3, increasing=True)
    line = values @ np.linalg.pinv(powers[:, :2]).T
    curvature = np.full(curves.shape[:-1], np.nan)
    if len(decades) > 2:
        curvature = 2 * (values @ np.linalg.pinv(powers)[2])
    return LogLine(line[..., 1], curvature)


def outermost(values: np.ndarray) -> tuple[int, int] | None:
    """Numbers of the lowest and the highest group with a value; None if fewer than two have one.

    Parameters
    ----------
    values
        (groups,) values of the whole sample, nan where a group has none.
    """
    known = np.flatnonzero(np.isfinite(values))
    return (int(known[0]), int(known[-1])) if len(known) > 1 else None


def _at(curves: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(...,) value of each of (..., times) curves at its own place."""
    return np.take_along_axis(curves, places[..., None], axis=-1)[..., 0]


def _between(early: np.ndarray, late: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Time at a fraction of the way from one time to another, in the logarithm unless from 0."""
    return np.where(early > 0, early * (late / early) ** share, late * share)


def rising_times(times: np.ndarray) -> np.ndarray:
    """Times as an array of rising numbers, none before 0."""
    times = rising(times, "times")
    if times[0] < 0:
        raise InputError(f"times begins at {times[0]:g}: give no time before 0")
    return times


def _curves(times: np.ndarray, curves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    times, curves = rising_times(times), np.asarray(curves, dtype=np.float64)
    if curves.shape[-1:] != times.shape:
        raise InputError(
            f"curves has the shape {curves.shape}: give (..., {len(times)}), a value at each time"
        )
    return times, curves


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Quotient; nan where below is 0 or nan."""
    empty = np.full(np.broadcast_shapes(above.shape, below.shape), np.nan)
    return np.divide(above, below, out=empty, where=below != 0)


def without_groups(means: np.ndarray) -> tuple[int, ...]:
    """Shape of means of everyone, for means of groups."""
    return (*means.shape[:-2], means.shape[-1])
