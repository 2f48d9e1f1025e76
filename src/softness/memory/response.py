"""Response of groups to a temperature cycle: its size, its test, and what would have been seen.

A cycle run and its control share snapshot, velocities and seeds, so that they are equal to the last
digit until the temperature moves. Their difference is a response plus what chaos makes of it. The
unit of all errors is the snapshot: runs of one snapshot share its structure, times share a run.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtri, nctdtr

from softness.checks import whole_number
from softness.errors import InputError

FEWEST_SNAPSHOTS = 6
"""With 5 snapshots all 2^5 sign flips give no p below 2/32 = 0.06; 6 give 2/64 = 0.03."""

ALL_FLIPS_UP_TO = 12
"""Snapshots up to which every combination of signs is taken, 4096 of them; random ones beyond."""

LEAST_VARIANCE = 1e-8
"""Guard against small variances in the statistic: their minimum over the mean square, so that
abs(t) stays below 1e4 sqrt(n - 1). Any statistic makes a valid test."""

ROUNDING = 1e-6
"""Relative difference within which two values of the largest abs(t) count as equal."""

CELLS_AT_ONCE = 2**20
FAR = 30.0

TESTED = "tested"
TOO_FEW = "too few snapshots"


def snapshot_means(differences: np.ndarray) -> np.ndarray:
    """Cycle minus control of each snapshot, averaged over its runs.

    Parameters
    ----------
    differences
        (snapshots, runs, bins, times), or (snapshots, bins, times) if averaged already: mean of S
        of a bin of S(0) in the cycle run, minus that in the control run. nan for a bin that is
        empty in a snapshot.

    Returns
    -------
    numpy.ndarray
        (snapshots, bins, times). Exactly 0 where the two runs are equal.

    Raises
    ------
    InputError
        If the shape is another one, a value is infinite, or a bin of a snapshot is nan in part.
    """
    differences = np.asarray(differences, dtype=np.float64)
    if differences.ndim not in (3, 4) or differences.size == 0:
        raise InputError(
            f"differences has the shape {differences.shape}: give (snapshots, runs, bins, times) "
            "or (snapshots, bins, times)"
        )
    if differences.ndim == 3:
        differences = differences[:, None]
    empty = np.isnan(differences)
    if np.isinf(differences).any() or (empty.any(axis=(1, 3)) & ~empty.all(axis=(1, 3))).any():
        raise InputError(
            "differences holds infinite values, or nan at some times or runs of a bin only: give "
            "nan for all of a bin that is empty in a snapshot, and finite values elsewhere"
        )
    return differences.mean(axis=1)


def without_common(responses: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Response of each bin minus its mean over bins: what is not alike in all of them.

    Parameters
    ----------
    responses
        (snapshots, bins, times) from `snapshot_means`.
    weights
        (bins,) or (snapshots, bins): with the numbers of particles the mean is that of all
        particles in bins. All alike if not given. Empty bins have no weight.

    Returns
    -------
    numpy.ndarray
        (snapshots, bins, times).

    Raises
    ------
    InputError
        If weights have another shape, are negative, or sum to 0 in a snapshot.
    """
    responses = _responses(responses)
    known = ~np.isnan(responses[:, :, 0])
    if weights is None:
        weights = np.ones(known.shape[1])
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape not in (known.shape, known.shape[1:]) or not (weights >= 0).all():
        raise InputError(
            f"weights has the shape {weights.shape}: give {known.shape[1:]} or {known.shape} "
            "numbers, none below 0"
        )
    weights = np.where(known, weights, 0.0)
    total = weights.sum(axis=1)
    if not (total > 0).all():
        raise InputError(
            f"weights sum to 0 in snapshot {np.argmin(total)}: leave out this snapshot, or give "
            "weight to a bin that is not empty"
        )
    common = np.einsum("sb,sbt->st", weights, np.nan_to_num(responses)) / total[:, None]
    return responses - common[:, None]


@dataclass(frozen=True)
class Response:
    """Mean response over snapshots, in the unit of the responses.

    Attributes
    ----------
    mean, error
        (bins, times) and its standard error; nan without snapshots, the error with fewer than two.
    snapshots
        (bins,) number of snapshots in which the bin is not empty.
    """

    mean: np.ndarray
    error: np.ndarray
    snapshots: np.ndarray


def mean_response(responses: np.ndarray) -> Response:
    """Average over snapshots, each with the same weight.

    Parameters
    ----------
    responses
        (snapshots, bins, times) from `snapshot_means` or `without_common`.
    """
    responses, number = _responses(responses), _present(responses)
    enough = np.where(number > 0, number, np.nan)
    mean = np.nansum(responses, axis=0) / enough
    squares = np.nansum((responses - mean) ** 2, axis=0)
    error = np.sqrt(squares / np.where(number > 1, number * (number - 1.0), np.nan))
    return Response(mean, error, number[:, 0])


@dataclass(frozen=True)
class SignFlipTest:
    """Whether a response is there at all, corrected for the number of bins and times.

    Attributes
    ----------
    verdict
        `TESTED`, or `TOO_FEW` with fewer than `FEWEST_SNAPSHOTS` in every bin: all p are nan.
    snapshots
        (bins,) number of snapshots in which the bin is not empty.
    statistic
        (bins, times) t = mean / standard error, 0 where the response is 0 in all snapshots; nan
        with fewer than two snapshots.
    p
        (bins, times) corrected p; nan outside the mask and for bins with too few snapshots.
    largest
        (flips,) largest abs(t) within the mask for each combination of signs, the data's own
        first. Of two opposite combinations, which have the same, only one is listed if all are
        taken.
    """

    verdict: str
    snapshots: np.ndarray
    statistic: np.ndarray
    p: np.ndarray
    largest: np.ndarray

    def critical(self, level: float = 0.05) -> float:
        """Smallest abs(t) whose corrected p is below a level; nan if none can be."""
        values = np.sort(self.largest)
        reached = 1 - np.searchsorted(values, values * (1 - ROUNDING)) / max(len(values), 1)
        allowed = values[reached < level]
        return float(allowed[0]) if len(allowed) else float("nan")


def sign_flip_test(
    responses: np.ndarray,
    mask: np.ndarray | None = None,
    generator: np.random.Generator | None = None,
    flips: int = 9999,
) -> SignFlipTest:
    """Test the response by a sign-flip permutation over snapshots, with a max-t correction.

    Without an effect cycle and control are exchangeable, so that the response of a snapshot, all
    bins and times together, has either sign with the same chance. Its signs are flipped, and p of a
    bin and a time is the fraction of flips whose largest abs(t) over all bins and times reaches the
    abs(t) found there (the single-step max-t of Westfall and Young, 1993). The share of false
    positives is held whatever the distribution of noise and however bins and times are correlated.
    Pulses that share a control are flipped together; that is exact for symmetric noise alone.

    Parameters
    ----------
    responses
        (snapshots, bins, times) from `snapshot_means` or `without_common`. Of the latter the test
        asks whether bins differ, and holds its level as far as what is left over is symmetric.
    mask
        (bins, times) or (times,) bool: where to look. Everywhere if not given. Fix it beforehand.
    generator
        Source of random flips; needed with more than `ALL_FLIPS_UP_TO` snapshots.
    flips
        Number of random flips, beside the data's own signs. The smallest p is 1 / (flips + 1).

    Returns
    -------
    SignFlipTest
        With the verdict `TOO_FEW`, and no exception, where there are too few snapshots.

    Raises
    ------
    InputError
        If shapes do not fit, or a generator is needed.
    """
    responses = _responses(responses)
    number = _present(responses)
    used = _mask(mask, responses.shape[1:]) & (number >= FEWEST_SNAPSHOTS)
    # Signs, times these, sum to r = mean / root mean square, all that t depends on.
    scaled = np.nan_to_num(responses)
    scaled = scaled / _nonzero(np.abs(scaled).max(axis=0))
    scaled = scaled / _nonzero(np.sqrt(number * (scaled**2).sum(axis=0)))
    statistic = _student(scaled.sum(axis=0), number)
    tested = bool(used.any())
    largest, p = np.empty(0), np.full(used.shape, np.nan)
    if tested:
        signs = (
            _all_signs(len(responses))
            if len(responses) <= ALL_FLIPS_UP_TO
            else _random_signs(len(responses), flips, generator)
        )
        largest = _largest(signs, scaled[:, used], number[used])
        p[used] = _share_reaching(largest, np.abs(statistic[used]))
    return SignFlipTest(
        verdict=TESTED if tested else TOO_FEW,
        snapshots=number[:, 0],
        statistic=statistic,
        p=p,
        largest=largest,
    )


def smallest_effect(
    test: SignFlipTest, response: Response, power: float = 0.8, level: float = 0.05
) -> np.ndarray:
    """Effect that would have been found at one bin and time with a given power.

    From the standard error there and the critical abs(t) of the flips: t of an effect d has a
    noncentral t distribution with noncentrality d / error. Snapshots are averages over hundreds of
    particles and several runs, hence near normal. In simulations an effect of this size was found
    with a power of 0.76 to 0.78, for 0.8, with 8 to 20 snapshots, and 0.67 with 6, where the
    critical value is one of 32. Since the error is itself estimated, the size is known to 20 % with
    20 snapshots and to 50 % with 6. An effect that is the same at several times is found more
    easily: this is an upper bound for it.

    Parameters
    ----------
    test, response
        Of the same responses.
    power
        Chance to find it.
    level
        Corrected p below which it counts as found.

    Returns
    -------
    numpy.ndarray
        (bins, times); nan where nothing was tested, 0 where all snapshots are equal.

    Raises
    ------
    InputError
        If power or level are not between 0 and 1.
    """
    for value, name in ((power, "power"), (level, "level")):
        if not 0 < value < 1:
            raise InputError(f"{name} = {value}: give a number between 0 and 1")
    critical = test.critical(level)
    away = np.full(len(test.snapshots), np.nan)
    for number in np.unique(test.snapshots[test.snapshots >= FEWEST_SNAPSHOTS]):
        away[test.snapshots == number] = _noncentrality(critical, number - 1, power)
    return np.where(np.isnan(test.p), np.nan, away[:, None] * response.error)


def _noncentrality(critical: float, freedom: int, power: float) -> float:
    """Noncentrality with which t exceeds a critical value with a given chance; nan if none does."""
    if not critical > 0:
        return float("nan")

    def missed(noncentrality: float) -> float:
        return float(nctdtr(freedom, noncentrality, critical)) - (1 - power)

    # Far out, where nctdtr fails, the scatter of the mean is small beside that of its error.
    far = critical * np.sqrt(chdtri(freedom, 1 - power) / freedom)
    if critical > FAR:
        return float(far)
    return brentq(missed, 0.0, far + FAR) if missed(0.0) > 0 else 0.0


def _student(ratio: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Student's t from r = mean / root mean square; nan with fewer than two snapshots."""
    unexplained = np.maximum(1 - ratio**2, LEAST_VARIANCE)
    return ratio * np.sqrt(np.where(number > 1, number - 1.0, np.nan) / unexplained)


def _largest(signs: np.ndarray, scaled: np.ndarray, number: np.ndarray) -> np.ndarray:
    """(flips,) largest abs(t) over (snapshots, cells) responses, a part of the flips at a time."""
    rows = max(CELLS_AT_ONCE // len(number), 1)
    return np.concatenate(
        [
            np.abs(_student(signs[first : first + rows] @ scaled, number)).max(axis=1)
            for first in range(0, len(signs), rows)
        ]
    )


def _share_reaching(largest: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Fraction of the largest values that reach each of the found ones."""
    below = np.searchsorted(np.sort(largest), found * (1 - ROUNDING), side="left")
    return 1 - below / len(largest)


def _all_signs(snapshots: int) -> np.ndarray:
    """(2^(n - 1), n) combinations of signs with the first one +1; all +1 come first."""
    numbers = np.arange(2 ** (snapshots - 1))[:, None]
    return 1.0 - 2.0 * (numbers >> np.arange(snapshots)[::-1] & 1)


def _random_signs(snapshots: int, flips: int, generator: np.random.Generator | None) -> np.ndarray:
    """(flips + 1, n) random signs; all +1 come first."""
    flips = whole_number(flips, "flips")
    if generator is None:
        raise InputError(
            f"generator = None: {snapshots} snapshots have too many combinations of signs to take "
            "all; give a numpy Generator"
        )
    signs = 2.0 * generator.integers(0, 2, size=(flips + 1, snapshots)) - 1
    signs[0] = 1
    return signs


def _nonzero(values: np.ndarray) -> np.ndarray:
    return np.where(values > 0, values, 1.0)


def _present(responses: np.ndarray) -> np.ndarray:
    """(bins, times) number of snapshots in which a bin is not empty."""
    return np.count_nonzero(~np.isnan(responses), axis=0)


def _mask(mask: np.ndarray | None, shape: tuple[int, int]) -> np.ndarray:
    mask = np.asarray(True if mask is None else mask)
    if mask.dtype != bool or mask.shape not in ((), shape[1:], shape):
        raise InputError(
            f"mask has the shape {mask.shape} and the type {mask.dtype}: give bool, {shape} or "
            f"{shape[1:]}"
        )
    return np.broadcast_to(mask, shape)


def _responses(responses: np.ndarray) -> np.ndarray:
    responses = np.asarray(responses, dtype=np.float64)
    if responses.ndim != 3:
        raise InputError(
            f"responses has the shape {responses.shape}: give (snapshots, bins, times), from "
            "snapshot_means"
        )
    return snapshot_means(responses)
