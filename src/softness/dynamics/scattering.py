"""Self-intermediate scattering function and what is read from it: relaxation time, stretching."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import curve_fit

from softness.errors import InputError

RELAXED = 1 / np.e


def self_scattering(
    reference: np.ndarray, positions: np.ndarray, wave_number: float | np.ndarray
) -> float | np.ndarray:
    """F_s(q) between two moments: the mean over particles of sin(q d) / (q d).

    This is the exact average of exp(i q . d) over the directions of q.

    Parameters
    ----------
    reference, positions
        (n, 3) positions of the same particles at two moments, drift removed, in sigma_AA.
    wave_number
        q, in sigma_AA^-1.
    """
    distance = np.sqrt(((positions - reference) ** 2).sum(axis=-1))
    return np.sinc(wave_number * distance / np.pi).mean()


def scattering_from_origins(
    frames: Iterable[np.ndarray],
    origins: Sequence[int],
    lags: Sequence[int],
    wave_number: float,
) -> np.ndarray:
    """F_s for each origin and lag, from a stream of frames that is read once.

    Only the frames at the origins are kept in memory.

    Parameters
    ----------
    frames
        (n, 3) positions of the analysed particles, drift removed, one frame after the other.
    origins
        Numbers of the frames at which time starts.
    lags
        Numbers of frames between origin and moment.
    wave_number
        q, in sigma_AA^-1.

    Returns
    -------
    numpy.ndarray
        (origins, lags); nan where the stream ends before origin + lag.
    """
    column = {int(lag): number for number, lag in enumerate(lags)}
    row = {int(origin): number for number, origin in enumerate(origins)}
    kept: dict[int, np.ndarray] = {}
    values = np.full((len(row), len(column)), np.nan)
    for number, positions in enumerate(frames):
        if number in row:
            kept[number] = positions
        for origin, reference in kept.items():
            lag = number - origin
            if lag in column:
                values[row[origin], column[lag]] = self_scattering(
                    reference, positions, wave_number
                )
    return values


def log_spaced_lags(last: int, per_decade: int) -> np.ndarray:
    """Whole numbers from 1 to ``last``, about equally spaced in their logarithm."""
    if last < 1:
        raise InputError(f"last is {last}: give at least 1, or a longer trajectory")
    count = max(int(np.ceil(np.log10(last) * per_decade)) + 1, 2)
    return np.unique(np.rint(np.geomspace(1, last, count)).astype(int))


def relaxation_time(lag_times: np.ndarray, values: np.ndarray) -> float:
    """Time at which F_s first falls to 1/e, interpolated in the logarithm of time.

    Where F_s is below 1/e at the first lag already, it fell there from F_s(0) = 1, which holds
    exactly: then it is interpolated in time itself, as there is no logarithm of 0. The true time
    lies between 0 and that lag in any case; the line is right within a few percent if F_s(first
    lag) is near 1/e, and an estimate of the order only where it is near 0 (0.63 of the first lag).
    Earlier lags tell more.

    Parameters
    ----------
    lag_times
        (lags,) rising, in tau; a lag of 0 may be among them.
    values
        (lags,) F_s; nan where unknown.

    Returns
    -------
    float
        tau_alpha in tau; nan if F_s does not fall that far.
    """
    lag_times, values = np.asarray(lag_times, dtype=np.float64), np.asarray(values)
    known = np.isfinite(values) & (lag_times > 0)
    times, values = lag_times[known], values[known]
    below = np.flatnonzero(values < RELAXED)
    if len(below) == 0:
        return float("nan")
    after = below[0]
    if after == 0:
        return float(times[0] * (1 - RELAXED) / (1 - values[0]))
    times = np.log(times)
    span = values[after - 1] - values[after]
    share = (values[after - 1] - RELAXED) / span
    return float(np.exp(times[after - 1] + share * (times[after] - times[after - 1])))


def plateau_slope(lag_times: np.ndarray, values: np.ndarray) -> float:
    """Smallest slope of F_s against ln t between its two steps, over the slope at tau_alpha.

    A liquid that relaxes in two steps has a plateau between them, where F_s falls more slowly than
    both before and at tau_alpha: the ratio is below 1, and near 0 for a flat plateau. In a liquid
    that relaxes in one step the slope grows up to tau_alpha, and the ratio is 1.

    Parameters
    ----------
    lag_times, values
        As for `relaxation_time`.

    Returns
    -------
    float
        nan if F_s does not fall to 1/e, or has fewer than two slopes before it.
    """
    lag_times, values = np.asarray(lag_times, dtype=np.float64), np.asarray(values)
    known = np.isfinite(values) & (lag_times > 0)
    times, values = np.log(lag_times[known]), values[known]
    below = np.flatnonzero(values < RELAXED)
    if len(below) == 0 or below[0] < 3:
        return float("nan")
    slopes = -np.diff(values[: below[0] + 1]) / np.diff(times[: below[0] + 1])
    early, at_relaxation = slopes[:-1], slopes[-1]
    after_step = early[early < np.maximum.accumulate(early)]
    return float(min(after_step.min() / at_relaxation, 1.0)) if len(after_step) else 1.0


@dataclass(frozen=True)
class StretchedExponential:
    """F_s(t) = amplitude * exp(-(t / time)^stretching); nan if it could not be fitted."""

    amplitude: float
    time: float
    stretching: float

    def __call__(self, lag_times: np.ndarray) -> np.ndarray:
        """Values at some times."""
        return self.amplitude * np.exp(-((np.asarray(lag_times) / self.time) ** self.stretching))


def fitted_lags(
    lag_times: np.ndarray, values: np.ndarray, window: Mapping[str, float]
) -> np.ndarray:
    """Which lags a stretched exponential is fitted to, (lags,) bool.

    Parameters
    ----------
    lag_times
        (lags,) in tau.
    values
        (lags,) F_s.
    window
        ``highest`` and ``lowest`` value of F_s that is fitted, and ``earliest`` time: below the
        plateau, above the noise, after the first step of the relaxation.
    """
    lag_times, values = np.asarray(lag_times), np.asarray(values)
    within = (values <= window["highest"]) & (values >= window["lowest"])
    return within & (lag_times >= window["earliest"])


def fit_stretched_exponential(
    lag_times: np.ndarray, values: np.ndarray, window: Mapping[str, float]
) -> StretchedExponential:
    """Fit the final relaxation of F_s by a stretched exponential.

    Parameters
    ----------
    lag_times
        (lags,) in tau.
    values
        (lags,) F_s.
    window
        Of `fitted_lags`.

    Returns
    -------
    StretchedExponential
        With nan where fewer than four points are in the window or no fit was found.
    """
    chosen = fitted_lags(lag_times, values, window)
    nothing = StretchedExponential(np.nan, np.nan, np.nan)
    if chosen.sum() < 4:
        return nothing
    times, values = np.asarray(lag_times)[chosen], np.asarray(values)[chosen]
    guess = (0.8, float(np.interp(-0.3, -values, times)), 0.8)
    try:
        fitted, _ = curve_fit(
            lambda t, amplitude, time, power: amplitude * np.exp(-((t / time) ** power)),
            times,
            values,
            p0=guess,
            bounds=([0.05, 1e-6, 0.1], [1.0, 1e9, 2.0]),
        )
    except RuntimeError:
        return nothing
    return StretchedExponential(*map(float, fitted))
