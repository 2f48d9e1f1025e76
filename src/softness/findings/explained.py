"""How much of the variance of the true logit p_r a model explains, and how much it predicts."""

from collections.abc import Sequence

import numpy as np

from softness.findings import regressed
from softness.findings.data import FigureData
from softness.findings.regressed import Snapshot
from softness.learning.scores import bins_of, logit_share, reliability, within_bins
from softness.learning.targets import counts_target
from softness.uncertainty import Estimate

EXPLAINED, OVER_CEILING, CEILING, ETA, ETA_OVER_CEILING = range(5)

FEWEST_PARTICLES = 4
"""Of all test snapshots together: two bins of two."""


def scores(data: FigureData, figure: str, snapshots: Sequence[Snapshot], name: str) -> Estimate:
    """(5,) explained variance and eta of a model, each also over the noise ceiling.

    In the order of the constants: Var(<Y|X>) / Var(Y); the same without what chance adds, over the
    ceiling; the ceiling; eta = Var(X) / Var(Y); the same over the ceiling. All test snapshots of
    the temperature are taken together (section 3.3.2 of the dissertation), X of each replica about
    its own mean.
    """
    values = regressed.about_own_means(snapshots, name)
    counts = [each.counts for each in snapshots]
    return of_sums(data, figure, snapshots, sums(values, counts, snapshots[0].runs))


def reliability_of(halves: np.ndarray) -> np.ndarray:
    """(...) reliability of all runs (Spearman-Brown) from correlations of their halves.

    0 where they do not correlate; draws are spread beyond 0 and 1.
    """
    halves = np.clip(halves, 0.0, 1.0)
    return 2 * halves / (1 + halves)


def sums(
    values: Sequence[np.ndarray], counts: Sequence[np.ndarray], runs: np.ndarray
) -> np.ndarray:
    """(snapshots, 7) sums over the particles of each snapshot, from which scores come.

    They are about means of all snapshots together: squares of Y within bins of X, the same freed of
    chance, squares of Y and of X, products and squares of Y from the halves of the runs. Means of
    bins minimise the first one, so that resampled snapshots may keep them.

    Parameters
    ----------
    values
        (n,) X of the particles of each snapshot.
    counts
        (2, n) runs of each half in which they rearranged.
    runs
        (2,) runs of each half.

    Returns
    -------
    numpy.ndarray
        All nan where particles are fewer than `FEWEST_PARTICLES`, or have equally many events.
    """
    x, k = np.concatenate(values), np.concatenate(counts, axis=1)
    y, number = counts_target(k.sum(axis=0), int(runs.sum())).values, len(x)
    if number < FEWEST_PARTICLES or np.ptp(y) == 0:
        return np.full((len(values), 7), np.nan)
    bins = bins_of(number)
    within = within_bins(x, y, bins) ** 2
    unbiased = within * (number - 1) / (number - bins)
    halves = logit_share(k, runs[:, None]) if runs.min() > 0 else np.full(k.shape, np.nan)
    x, y, first, second = (each - each.mean() for each in (x, y, *halves))
    products = (within, unbiased, y**2, x**2, first * second, first**2, second**2)
    starts = np.cumsum([0, *map(len, values[:-1])])
    return np.add.reduceat(np.stack(products), starts, axis=1).T


def of_sums(
    data: FigureData, figure: str, snapshots: Sequence[Snapshot], rows: np.ndarray
) -> Estimate:
    """`scores` from `sums`, over resampled snapshots."""
    return regressed.resampled(data, figure, snapshots, rows, np.ones(rows.shape), _scores)


def _scores(mean: np.ndarray) -> np.ndarray:
    within, unbiased, total, predicted, both, first, second = mean
    ceiling = reliability(both / np.sqrt(first * second))
    explained, eta = 1 - within / total, predicted / total
    return np.array([explained, (1 - unbiased / total) / ceiling, ceiling, eta, eta / ceiling])
