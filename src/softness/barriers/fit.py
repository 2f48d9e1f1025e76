"""Energy barrier and entropy of a bin of particles from how its probability grows with T."""

from dataclasses import dataclass

import numpy as np

from softness.barriers.likelihood import fit_log_binomial
from softness.checks import finite_array, one_of
from softness.errors import InputError

FORMS = ("arrhenius", "kramers")
METHODS = ("binomial", "least_squares")
OK = "ok"
NO_EVENTS = "no events"
TOO_FEW_TEMPERATURES = "too few temperatures"
TOO_FEW_WITH_EVENTS = "events at too few temperatures"
NO_OPTIMUM = "no optimum with P below 1"


@dataclass(frozen=True)
class Barrier:
    """Barrier of one bin (numbers), or of many bins (arrays of their shape).

    Attributes
    ----------
    energy
        Delta E, in eps_AA.
    entropy
        Sigma, in k_B.
    energy_error, entropy_error
        Standard errors. Those of the likelihood take events for independent; the errors to report
        come from resampled replicas (`softness.barriers.resample`).
    correlation
        Of the errors of energy and entropy; close to 1, since both come from one short range of T.
    flag
        ``"ok"``, or why the numbers are nan.
    left_out
        Number of temperatures that could not be used.
    """

    energy: float | np.ndarray
    entropy: float | np.ndarray
    energy_error: float | np.ndarray
    entropy_error: float | np.ndarray
    correlation: float | np.ndarray
    flag: str | np.ndarray
    left_out: int | np.ndarray


@dataclass(frozen=True)
class Curvature:
    """Departure from a straight line, c of ln P = Sigma - Delta E / T + c / T^2.

    Attributes
    ----------
    value, error
        c and its standard error, in eps_AA^2; positive where ln P against 1/T bends upwards.
    flag
        ``"ok"``, or why the numbers are nan.
    """

    value: float | np.ndarray
    error: float | np.ndarray
    flag: str | np.ndarray


def fit_barrier(
    temperatures: np.ndarray,
    events: np.ndarray,
    trials: np.ndarray,
    form: str = "arrhenius",
    method: str = "binomial",
) -> Barrier:
    """Fit Delta E and Sigma to the counts of one bin, or of many bins at once.

    Parameters
    ----------
    temperatures
        (T,) in eps_AA / k_B.
    events, trials
        (T,), or (..., T) for many bins: moments at which a particle of the bin rearranges, out of
        how many.
    form
        ``"arrhenius"``: ln P = Sigma - Delta E / T. ``"kramers"``: P = exp(Sigma - Delta E / T) / T
        (dissertation, section 2.4).
    method
        ``"binomial"``: maximum likelihood of the counts; a temperature with trials but no events
        counts. ``"least_squares"``: straight line through ln P, all points alike, as in the
        source; temperatures without events must be left out there.

    Returns
    -------
    Barrier
        nan with a flag where there are no events, events at one temperature only, or fewer than
        three different temperatures that can be used.

    Raises
    ------
    InputError
        Shapes do not fit, temperatures are not positive, counts are negative, NaN or not whole, or
        there are more events than trials.
    """
    temperatures, events, trials = _checked(temperatures, events, trials, form, method)
    fit, covariance, flag, left_out = _fit(temperatures, events, trials, form, method, degree=1)
    middle = np.mean(1 / temperatures)
    # ln P = level + slope (1/T - middle)
    level, slope = fit[..., 0], fit[..., 1]
    level_variance, slope_variance = covariance[..., 0, 0], covariance[..., 1, 1]
    both = covariance[..., 0, 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        energy_error = np.sqrt(slope_variance)
        entropy_error = np.sqrt(level_variance + middle**2 * slope_variance - 2 * middle * both)
        correlation = (middle * slope_variance - both) / (energy_error * entropy_error)
    values = (
        -slope, level - middle * slope, energy_error, entropy_error, correlation, flag, left_out,
    )  # fmt: skip
    return Barrier(*(_plain(value) for value in values))


def fit_curvature(
    temperatures: np.ndarray, events: np.ndarray, trials: np.ndarray, form: str = "arrhenius"
) -> Curvature:
    """Fit ln P with a term c / T^2 added, to see whether it is straight in 1/T.

    Particles of one bin whose barriers scatter with variance V give c = V / 2 > 0 even if each
    particle is straight, since <exp(-Delta E / T)> = exp(-<Delta E> / T + V / (2 T^2)).

    Parameters
    ----------
    temperatures, events, trials, form
        As for `fit_barrier`; by maximum likelihood. An exact process of Kramers is bent in the form
        of Arrhenius, so the form that is drawn counts.

    Returns
    -------
    Curvature
        nan with a flag where there are fewer than four different temperatures that can be used, or
        fewer than three with events.
    """
    given = _checked(temperatures, events, trials, form, "binomial")
    fit, covariance, flag, _ = _fit(*given, form, "binomial", degree=2)
    with np.errstate(invalid="ignore"):
        return Curvature(_plain(fit[..., 2]), _plain(np.sqrt(covariance[..., 2, 2])), _plain(flag))


def log_prefactor(temperatures: np.ndarray, form: str) -> np.ndarray:
    """Known part of ln P at each temperature: 0 (Arrhenius) or -ln T (Kramers)."""
    one_of(form, "form", FORMS)
    temperatures = np.asarray(temperatures, dtype=np.float64)
    return -np.log(temperatures) if form == "kramers" else np.zeros_like(temperatures)


def checked_temperatures(temperatures: np.ndarray) -> np.ndarray:
    """Return (T,) positive temperatures as float64, or raise."""
    temperatures = finite_array(temperatures, "temperatures", 1)
    if len(temperatures) == 0 or (temperatures <= 0).any():
        raise InputError(
            f"temperatures is {temperatures.tolist()}: give positive numbers, in eps_AA / k_B"
        )
    return temperatures


def checked_counts(
    events: np.ndarray, trials: np.ndarray, last: int, what: str = "temperatures"
) -> tuple[np.ndarray, np.ndarray]:
    """Return counts (..., last) as float64, or raise."""
    events, trials = finite_array(events, "events"), finite_array(trials, "trials")
    if events.shape != trials.shape or events.ndim == 0 or events.shape[-1] != last:
        raise InputError(
            f"events has the shape {events.shape}, trials {trials.shape}: "
            f"give both with the {last} {what} in the last dimension"
        )
    for name, counts in (("events", events), ("trials", trials)):
        if (counts < 0).any() or (counts != np.rint(counts)).any():
            wrong = counts[(counts < 0) | (counts != np.rint(counts))].flat[0]
            raise InputError(f"{name} holds {wrong:g}: give counts, whole numbers from 0")
    if (events > trials).any():
        cell = np.unravel_index(np.argmax(events - trials), events.shape)
        raise InputError(
            f"events = {events[cell]:g} exceeds trials = {trials[cell]:g} in cell "
            f"{tuple(int(i) for i in cell)}: leave out thin cells "
            "(softness.barriers.bins.without_thin_cells)"
        )
    return events, trials


def _checked(
    temperatures: np.ndarray, events: np.ndarray, trials: np.ndarray, form: str, method: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    one_of(form, "form", FORMS)
    one_of(method, "method", METHODS)
    temperatures = checked_temperatures(temperatures)
    return temperatures, *checked_counts(events, trials, len(temperatures))


def _fit(
    temperatures: np.ndarray,
    events: np.ndarray,
    trials: np.ndarray,
    form: str,
    method: str,
    degree: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Polynomial in 1/T - <1/T>: coefficients, covariance, flags, temperatures left out."""
    inverse = 1 / temperatures - np.mean(1 / temperatures)
    design = inverse[:, None] ** np.arange(degree + 1)
    offset = log_prefactor(temperatures, form)
    usable = (trials > 0) if method == "binomial" else (events > 0)
    flag = _flags(temperatures, events, usable, least=degree + 2)
    good = flag == OK
    shape = events.shape[:-1]
    coefficients = np.full((*shape, degree + 1), np.nan)
    covariance = np.full((*shape, degree + 1, degree + 1), np.nan)
    if good.any() and method == "binomial":
        fit = fit_log_binomial(design, events[good], trials[good], offset)
        keep = fit.converged
        flag[good] = np.where(keep, OK, NO_OPTIMUM)
        coefficients[good] = np.where(keep[:, None], fit.coefficients, np.nan)
        covariance[good] = np.where(keep[:, None, None], fit.covariance, np.nan)
    elif good.any():
        coefficients[good], covariance[good] = _line(design, events[good], trials[good], offset)
    return coefficients, covariance, flag, (~usable).sum(axis=-1)


def _flags(
    temperatures: np.ndarray, events: np.ndarray, usable: np.ndarray, least: int
) -> np.ndarray:
    different = np.unique(temperatures)
    member = (temperatures[:, None] == different).astype(np.int64)
    number = ((usable.astype(np.int64) @ member) > 0).sum(axis=-1)
    with_events = (((events > 0).astype(np.int64) @ member) > 0).sum(axis=-1)
    flag = np.full(events.shape[:-1], OK, dtype=object)
    # A line (a parabola) with events at one (two) temperatures steepens without end.
    flag[with_events < least - 1] = TOO_FEW_WITH_EVENTS
    flag[number < least] = TOO_FEW_TEMPERATURES
    flag[with_events == 0] = NO_EVENTS
    return flag


def _line(
    design: np.ndarray, events: np.ndarray, trials: np.ndarray, offset: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Unweighted least squares on ln P, with the error from the scatter about the line."""
    used = events > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        target = np.where(used, np.log(events / trials) - offset, 0.0)
    weighted = design * used[..., None]
    inverse = np.linalg.inv(np.swapaxes(weighted, -1, -2) @ weighted)
    coefficients = (inverse @ (weighted * target[..., None]).sum(axis=-2)[..., None])[..., 0]
    residuals = np.where(used, target - coefficients @ design.T, 0.0)
    freedom = used.sum(axis=-1) - design.shape[1]
    variance = (residuals**2).sum(axis=-1) / freedom
    return coefficients, inverse * variance[:, None, None]


def _plain(value: np.ndarray) -> float | int | str | np.ndarray:
    """Return a number or a text where there is one bin, else the array."""
    value = np.asarray(value)
    return value.item() if value.ndim == 0 else value
