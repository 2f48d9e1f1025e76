"""Maximum-likelihood fits of probabilities with a logarithmic link, many at once."""

from dataclasses import dataclass

import numpy as np

# The gain in log-likelihood that is still to be had, below which a fit has converged.
_TOLERANCE = 1e-13
_ITERATIONS = 200
# How near to P = 1 a fit may end (in ln P); nearer, the optimum lies on the edge.
_EDGE = 1e-7


@dataclass(frozen=True)
class LogBinomialFit:
    """Fits of ln P = design . coefficients + offset to numbers of events in trials.

    Attributes
    ----------
    coefficients
        (..., p).
    covariance
        (..., p, p) inverse of the observed information.
    log_likelihood
        (...) at the optimum, without the binomial coefficients.
    converged
        (...) false where the optimum lies at infinity or on the edge P = 1.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    log_likelihood: np.ndarray
    converged: np.ndarray


def fit_log_binomial(
    design: np.ndarray, events: np.ndarray, trials: np.ndarray, offset: np.ndarray | float = 0.0
) -> LogBinomialFit:
    """Fit probabilities by Newton's method, with steps that stay within P < 1.

    The log-likelihood sum k ln P + (n - k) ln(1 - P) is concave in ln P, so that the optimum, where
    there is one, is the only one. Unlike the logistic link, the logarithmic one has an edge, P = 1:
    a step goes at most nine tenths of the way to it, and is halved until the likelihood grows.

    Parameters
    ----------
    design
        (cells, p), or (..., cells, p) with one for each fit. Some combination of its columns must
        be constant.
    events, trials
        (..., cells) counts; cells without trials do not count.
    offset
        (cells,) known part of ln P.
    """
    events, trials = np.asarray(events, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    batch, cells = events.shape[:-1], events.shape[-1]
    k, n = events.reshape(-1, cells), trials.reshape(-1, cells)
    size = design.shape[-1]
    matrix = np.broadcast_to(design, (*batch, cells, size)).reshape(-1, cells, size)
    fixed = np.broadcast_to(offset, (cells,))
    coefficients = _start(matrix, k, n, fixed)
    converged = np.zeros(len(k), dtype=bool)
    active = np.arange(len(k))
    for _ in range(_ITERATIONS):
        done, coefficients[active] = _newton_step(
            matrix[active], k[active], n[active], fixed, coefficients[active]
        )
        converged[active[done]] = True
        active = active[~done]
        if len(active) == 0:
            break
    eta = _log_probability(matrix, coefficients, fixed, n)
    _, information = _derivatives(matrix, k, n, eta)
    covariance, regular = _inverse(information)
    converged &= regular & (eta.max(axis=-1) < -_EDGE)
    return LogBinomialFit(
        coefficients.reshape(*batch, size),
        covariance.reshape(*batch, size, size),
        _log_likelihood(k, n, eta).reshape(batch),
        converged.reshape(batch),
    )


def _log_probability(
    matrix: np.ndarray, coefficients: np.ndarray, offset: np.ndarray, trials: np.ndarray
) -> np.ndarray:
    """Log of P in each cell; any value will do in cells without trials."""
    eta = (matrix @ coefficients[..., None])[..., 0] + offset
    return np.where(trials > 0, eta, -1.0)


def _log_likelihood(events: np.ndarray, trials: np.ndarray, eta: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        missed = np.log(-np.expm1(eta))
    value = (events * eta + np.where(trials > events, (trials - events) * missed, 0.0)).sum(axis=-1)
    return np.where((eta > 0).any(axis=-1), -np.inf, value)


def _derivatives(
    matrix: np.ndarray, events: np.ndarray, trials: np.ndarray, eta: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Gradient and observed information of the log-likelihood."""
    chance = np.exp(eta)
    missed = -np.expm1(eta)
    score = (events - trials * chance) / missed
    # With events in every trial the curvature of the likelihood is 0: its mean stands in.
    curvature = np.where(
        events < trials, (trials - events) * chance / missed**2, trials * chance / missed
    )
    gradient = (matrix * score[..., None]).sum(axis=-2)
    information = np.swapaxes(matrix, -1, -2) @ (matrix * curvature[..., None])
    return gradient, information


def _start(
    matrix: np.ndarray, events: np.ndarray, trials: np.ndarray, offset: np.ndarray
) -> np.ndarray:
    """Weighted least squares on smoothed ln P, moved to where all P are below 1."""
    target = np.log((events + 0.5) / (trials + 1.0)) - offset
    weighted = matrix * np.where(trials > 0, events + 0.5, 0.0)[..., None]
    information = np.swapaxes(weighted, -1, -2) @ matrix
    right = (weighted * target[..., None]).sum(axis=-2)
    start = (np.linalg.pinv(information) @ right[..., None])[..., 0]
    highest = _log_probability(matrix, start, offset, trials).max(axis=-1)
    # The combination of columns that is the same in all cells shifts all ln P at once.
    shift = (np.linalg.pinv(matrix) @ np.ones((*matrix.shape[:-1], 1)))[..., 0]
    return start - shift * np.maximum(highest + 0.05, 0.0)[..., None]


def _newton_step(
    matrix: np.ndarray,
    events: np.ndarray,
    trials: np.ndarray,
    offset: np.ndarray,
    coefficients: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """One safeguarded step of each fit; says which of them had converged before it."""
    eta = _log_probability(matrix, coefficients, offset, trials)
    before = _log_likelihood(events, trials, eta)
    gradient, information = _derivatives(matrix, events, trials, eta)
    inverse, _ = _inverse(information)
    step = (inverse @ gradient[..., None])[..., 0]
    gain = (step * gradient).sum(axis=-1)
    change = np.where(trials > 0, (matrix @ step[..., None])[..., 0], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(change > 0, -0.9 * eta / change, np.inf).min(axis=-1)
    length = np.minimum(1.0, room)
    # A full step that gains next to nothing is taken as it is: it only removes rounding.
    done = (gain < _TOLERANCE * np.maximum(np.abs(before), 1.0)) & (room >= 1.0)
    # Next to P = 1 there is no way on: the optimum lies on the edge.
    done |= eta.max(axis=-1) > -_EDGE / 10
    for _ in range(60):
        after = _log_likelihood(events, trials, eta + length[..., None] * change)
        worse = ~(after >= before + 1e-4 * length * gain) & ~done
        if not worse.any():
            break
        length = np.where(worse, length / 2, length)
    return done, coefficients + length[..., None] * step


def _inverse(information: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inverse of symmetric matrices, scaled to ones on the diagonal; false where singular."""
    diagonal = np.diagonal(information, axis1=-2, axis2=-1)
    # A coefficient of which nothing is known stays where it is: nothing may overflow there.
    highest = diagonal.max(axis=-1, keepdims=True)
    diagonal = np.sqrt(np.maximum(diagonal, np.where(highest > 0, 1e-30 * highest, 1.0)))
    outer = diagonal[..., :, None] * diagonal[..., None, :]
    scaled = information / outer
    lowest = np.linalg.eigvalsh(scaled)[..., 0]
    regular = lowest > 1e-12
    safe = np.where(regular, 0.0, 1e-10)[..., None, None] * np.eye(information.shape[-1])
    return np.linalg.inv(scaled + safe) / outer, regular
