"""Errors from independent units: replicas and blocks."""

import numpy as np
import pytest

from softness.uncertainty import block_labels, bootstrap, interval, widened


def test_blocks_are_equally_long_and_at_least_as_long_as_asked():
    times = np.arange(100.0)
    labels = block_labels(times, 100.0, 30.0)
    assert np.bincount(labels).tolist() == [34, 33, 33]
    assert (block_labels(times, 100.0, 300.0) == 0).all()


@pytest.mark.parametrize(
    ("replicas", "blocks", "spread", "least"),
    [
        (10, 6, 1.0, 0.92),  # replicas differ
        (5, 6, 1.0, 0.92),
        (5, 20, 0.0, 0.92),  # replicas are alike
        (2, 10, 0.0, 0.92),
        (2, 1, 0.0, 0.75),  # two numbers: nothing can be done but to be wide
        (2, 10, 1.0, 0.6),  # two replicas that differ cannot tell how much
    ],
)
def test_the_interval_of_a_mean_covers_the_truth(replicas, blocks, spread, least):
    """Replicas scatter by ``spread``, blocks within them by 1; the truth is 0."""
    generator = np.random.default_rng(4)
    covered, trials, numbers = 0, 400, [blocks] * replicas
    for _ in range(trials):
        values = generator.normal(size=(replicas, blocks))
        values += spread * generator.normal(size=(replicas, 1))
        sums, counts = list(values[:, :, None]), [np.ones((blocks, 1))] * replicas
        draws = bootstrap(sums, counts, lambda mean: mean[0], 200, generator)
        low, high = interval(widened(draws, values.mean(), numbers))
        covered += low < 0 < high
    assert covered / trials >= least


def test_one_unit_has_no_interval():
    assert np.isnan(widened(np.array([1.0, 1.0]), 1.0, [1])).all()


def test_many_replicas_are_hardly_widened():
    draws = np.random.default_rng(1).normal(size=1000)
    assert np.std(widened(draws, 0.0, [3] * 100)) == pytest.approx(np.std(draws), rel=0.03)


def test_the_mean_weights_blocks_by_their_counts():
    sums, counts = [np.array([[10.0], [0.0]])], [np.array([[10.0], [1.0]])]
    values = bootstrap(sums, counts, lambda mean: mean[0], 400, np.random.default_rng(1))
    # Two draws of two blocks: both the full one, one of each, both the thin one.
    assert sorted(set(np.round(values, 6))) == pytest.approx([0, 10 / 11, 1], abs=1e-6)


def test_an_interval_of_mostly_undefined_draws_is_undefined():
    assert np.isnan(interval(np.array([1.0, np.nan, 2.0]))).all()
    assert interval(np.linspace(0, 1, 1001)) == pytest.approx((0.025, 0.975))
