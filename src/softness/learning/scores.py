"""How good a learned variable is: accuracy, correlation, explained variance and their limits."""

from typing import NamedTuple

import numpy as np

from softness.checks import finite_array, same_length, whole_number
from softness.errors import InputError

PARTICLES_PER_BIN = 177
"""Of the explained variance, as in the dissertation: what chance adds is 1 / 177, however many
particles there are."""


class Estimate(NamedTuple):
    """A number and its standard error."""

    value: float
    error: float


def accuracy(values: np.ndarray, labels: np.ndarray, groups: np.ndarray | None = None) -> Estimate:
    """Share of right answers, with an error that counts dependent samples once.

    Parameters
    ----------
    values
        (n,) decision values; positive means +1.
    labels
        (n,) +1 and -1.
    groups
        (n,) groups of samples that depend on each other; if not given, each sample is its own.

    Returns
    -------
    Estimate
        The error is that of a ratio of sums over independent groups; nan for a single group.
    """
    values = finite_array(values, "values", 1)
    labels = same_length(labels, "labels", len(values), "the values")
    groups = np.arange(len(values)) if groups is None else groups
    groups = same_length(groups, "groups", len(values), "the values")
    right = ((values > 0) == (labels > 0)).astype(np.float64)
    _, number = np.unique(groups, return_inverse=True)
    residuals = np.bincount(number, weights=right - right.mean())
    count = len(residuals)
    if count < 2:
        return Estimate(float(right.mean()), float("nan"))
    variance = count / (count - 1) * (residuals**2).sum() / len(right) ** 2
    return Estimate(float(right.mean()), float(np.sqrt(variance)))


def middle_of_maxima(curve: np.ndarray) -> int:
    """Place of the largest value of a (n,) curve; of several equal ones the middle one."""
    curve = finite_array(curve, "curve", 1)
    best = np.flatnonzero(curve == curve.max())
    return int(best[len(best) // 2])


def balanced_accuracy(right: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """Mean over the two classes of the share of right answers of that class.

    Equal to the plain share where there are as many samples of one class as of the other. Where
    there are not, as in a part of a labelled set, one that always gives the same answer still has
    one half.

    Parameters
    ----------
    right
        (classes, ...) right answers.
    samples
        (classes,) number of samples.

    Returns
    -------
    numpy.ndarray
        (...) accuracies; nan where a class has no samples.
    """
    whole = 2.0 * np.prod(samples)
    answers = _weighted(right, samples)
    return np.divide(answers, whole, out=np.full(answers.shape, np.nan), where=whole > 0)


def _weighted(right: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """(...) right answers of each class times the samples of the other one: whole numbers.

    In the order of the balanced accuracy, and without rounding, so that equals stay equal.
    """
    return np.tensordot(np.asarray(samples, dtype=np.float64)[::-1], right, axes=1)


def most_accurate(right: np.ndarray, samples: np.ndarray) -> int:
    """Place of the bias with the highest balanced accuracy; of several equal ones the middle one.

    Parameters
    ----------
    right
        (classes, replicas, blocks, biases) right answers at each bias.
    samples
        (classes, replicas, blocks) number of samples.
    """
    return middle_of_maxima(_weighted(right.sum(axis=(1, 2)), samples.sum(axis=(1, 2))))


def held_out_right(right: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """Right answers with a bias that was chosen on other samples than those it is judged on.

    The best of many biases on the samples themselves flatters: a variable without influence comes
    out above one half. Here each replica gets the bias with the highest balanced accuracy on all
    others.

    Parameters
    ----------
    right
        (classes, replicas, blocks, biases) right answers at each bias.
    samples
        (classes, replicas, blocks) number of samples; blocks may be empty.

    Returns
    -------
    numpy.ndarray
        (classes, replicas, blocks) right answers. Where the others lack a class, as with a single
        replica, the bias is chosen on all samples, and flatters.

    Raises
    ------
    InputError
        If the shapes do not fit, or there are more right answers than samples.
    """
    right, samples = finite_array(right, "right", 4), finite_array(samples, "samples", 3)
    if right.shape[:3] != samples.shape or len(right) != 2 or right.size == 0:
        raise InputError(
            f"right has the shape {right.shape}, samples {samples.shape}: give "
            "(2, replicas, blocks, biases) and (2, replicas, blocks)"
        )
    if (right > samples[..., None]).any() or (right < 0).any():
        raise InputError(
            f"right runs from {right.min():g} to {right.max():g}: give no more right answers "
            "than samples in any block"
        )
    chosen = np.empty(samples.shape)
    for replica in range(samples.shape[1]):
        judges = np.arange(samples.shape[1]) != replica
        if not samples[:, judges].any(axis=(1, 2)).all():
            judges[:] = True
        place = most_accurate(right[:, judges], samples[:, judges])
        chosen[:, replica] = right[:, replica, :, place]
    return chosen


def pearson(first: np.ndarray, second: np.ndarray) -> float:
    """Pearson correlation of two (n,) variables; nan if one of them does not vary."""
    first = finite_array(first, "first", 1)
    second = same_length(finite_array(second, "second"), "second", len(first), "the first")
    first, second = first - first.mean(), second - second.mean()
    size = np.sqrt((first**2).sum() * (second**2).sum())
    return float((first * second).sum() / size) if size > 0 else float("nan")


def logit_share(counts: np.ndarray, trials: np.ndarray | int) -> np.ndarray:
    """Logit of a probability from counts, by Haldane's estimator ln((k + 1/2) / (M - k + 1/2)).

    Finite also at k = 0 and k = M, and free of bias to first order in 1/M.

    Parameters
    ----------
    counts
        (...) number k of runs in which the particle rearranged.
    trials
        Number M of runs.

    Raises
    ------
    InputError
        If a count is negative or above the number of trials.
    """
    counts, trials = finite_array(counts, "counts"), finite_array(trials, "trials")
    if (counts < 0).any() or (counts > trials).any() or (trials <= 0).any():
        raise InputError(
            f"counts from {counts.min():g} to {counts.max():g} of trials = {trials.min():g}: "
            "give 0 <= counts <= trials and at least one trial"
        )
    return np.log((counts + 0.5) / (trials - counts + 0.5))


def jensen_shannon_divergence(
    first: np.ndarray, second: np.ndarray, bins: int = 50, width: float = 5.0
) -> float:
    """Jensen-Shannon divergence in bits of two standardised distributions, section 3.3.1.

    Each sample is brought to mean 0 and variance 1; histograms on equal bins from -width to width,
    what lies beyond counts in the outer bins.

    Parameters
    ----------
    first, second
        (n,), (m,) values.
    bins
        Number of bins.
    width
        Half the range of the histogram in standard deviations.

    Returns
    -------
    float
        Between 0 (equal) and 1 (nowhere both). Finite samples of one distribution give
        `divergence_of_equals` on average, not 0.

    Raises
    ------
    InputError
        If a sample does not vary.
    """
    bins = whole_number(bins, "bins", least=2)
    edges = np.linspace(-width, width, bins + 1)
    shares = []
    for name, values in (("first", first), ("second", second)):
        values = finite_array(values, name, 1)
        spread = values.std() if len(values) else 0.0
        if spread == 0:
            raise InputError(f"{name} has {len(values)} equal values: give values that vary")
        inside = np.clip((values - values.mean()) / spread, -width, width)
        shares.append(np.histogram(inside, edges)[0] / len(values))
    middle = (shares[0] + shares[1]) / 2
    return float(_entropy(middle) - (_entropy(shares[0]) + _entropy(shares[1])) / 2)


def divergence_of_equals(first: int, second: int, bins: int = 50) -> float:
    """Jensen-Shannon divergence in bits that samples of one distribution have on average.

    Follows from the bias of the entropy of a histogram, (occupied bins - 1) / (2 n); an upper
    bound where some of the bins are empty.

    Parameters
    ----------
    first, second
        Sizes of the two samples.
    bins
        Number of bins that are occupied.
    """
    return (bins - 1) / 8 * (1 / first + 1 / second) / np.log(2)


def bins_of(particles: int) -> int:
    """Number of bins of the explained variance: about `PARTICLES_PER_BIN` in each, at least two."""
    return max(round(particles / PARTICLES_PER_BIN), 2)


def within_bins(values: np.ndarray, truth: np.ndarray, bins: int) -> np.ndarray:
    """(n,) Y less the mean of its bin of X; bins have equal counts.

    Parameters
    ----------
    values
        (n,) learned variable X, of any scale.
    truth
        (n,) Y.
    bins
        Number of bins.

    Raises
    ------
    InputError
        If there are fewer than two samples for each bin.
    """
    values = finite_array(values, "values", 1)
    truth = same_length(finite_array(truth, "truth"), "truth", len(values), "the values")
    bins = whole_number(bins, "bins", least=2)
    if len(values) < 2 * bins:
        raise InputError(
            f"bins = {bins}: there are {len(values)} samples, give fewer bins or more samples"
        )
    residual = np.empty(len(truth))
    for part in np.array_split(np.argsort(values, kind="stable"), bins):
        residual[part] = truth[part] - truth[part].mean()
    return residual


def explained_variance(
    values: np.ndarray, truth: np.ndarray, bins: int | None = None, corrected: bool = False
) -> float:
    """Share of the variance of Y that X explains, Var(<Y|X>) / Var(Y), section 3.3.2.

    Parameters
    ----------
    values
        (n,) learned variable X, of any scale.
    truth
        (n,) Y, the true logit p_r.
    bins
        Number of bins of X with equal counts; if not given, that of `bins_of`.
    corrected
        A variable without influence gets (bins - 1) / (n - 1) in the dissertation's way, since
        means of bins scatter. If true, that is taken out (epsilon squared), and the mean is then 0.

    Raises
    ------
    InputError
        If there are fewer than two samples for each bin, or Y does not vary.
    """
    bins = bins_of(len(values)) if bins is None else bins
    within = (within_bins(values, truth, bins) ** 2).sum()
    truth = np.asarray(truth, dtype=np.float64)
    total = ((truth - truth.mean()) ** 2).sum()
    if total == 0:
        raise InputError(f"truth has {len(truth)} equal values: give values that vary")
    if corrected:
        return float(1 - within / (len(truth) - bins) / (total / (len(truth) - 1)))
    return float(1 - within / total)


def reliability(halves: float) -> float:
    """Share of the variance of a measured logit p_r that a perfect model could explain.

    Spearman-Brown from the correlation r of the two halves of the runs: 2 r / (1 + r) is the
    reliability of all runs together. The ceiling of a Pearson correlation is its square root.

    Parameters
    ----------
    halves
        Correlation, over particles, of logit p_r from the two halves of the runs.

    Returns
    -------
    float
        nan where the halves do not correlate: nothing is then known about the ceiling.

    Notes
    -----
    Spearman-Brown takes the noise of all runs for half that of each half. The logit of a few counts
    is not linear in them, and the ceiling then comes out too high: 0.68 instead of 0.63 with three
    events a particle, right to 0.01 with thirty.
    """
    return 2 * halves / (1 + halves) if halves > 0 else float("nan")


def _entropy(shares: np.ndarray) -> float:
    """Entropy in bits."""
    shares = shares[shares > 0]
    return float(-(shares * np.log2(shares)).sum())
