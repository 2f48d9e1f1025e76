"""Errors from independent units: replicas and blocks."""

import numpy as np
import pytest

from softness.errors import InputError
from softness.uncertainty import block_labels, bootstrap, interval, resample_blocks


def test_blocks_are_equally_long_and_at_least_as_long_as_asked():
    times = np.arange(100.0)
    labels = block_labels(times, 100.0, 30.0)
    assert np.bincount(labels).tolist() == [34, 33, 33]
    assert (block_labels(times, 100.0, 300.0) == 0).all()


def test_resamples_take_whole_replicas_then_blocks_within_them():
    for sample in resample_blocks([3, 4, 5], 50, np.random.default_rng(1)):
        replicas = [replica for replica, _ in sample]
        assert len({*replicas}) <= 3
        assert all(block < [3, 4, 5][replica] for replica, block in sample)
        # Each time that a replica is drawn, it gives as many blocks as it has.
        assert all(replicas.count(r) % [3, 4, 5][r] == 0 for r in set(replicas))


def test_a_replica_without_blocks_is_refused():
    with pytest.raises(InputError, match="at least one"):
        resample_blocks([3, 0], 10, np.random.default_rng(1))


def test_the_interval_of_a_mean_covers_the_truth_nineteen_times_in_twenty():
    """Replicas scatter by 1, blocks within them by 1; the truth is 0."""
    generator = np.random.default_rng(4)
    covered, trials = 0, 300
    for _ in range(trials):
        replicas = generator.normal(size=(10, 1)) + generator.normal(size=(10, 6))
        sums = [row[:, None] for row in replicas]
        counts = [np.ones((6, 1))] * 10
        samples = resample_blocks([6] * 10, 200, generator)
        low, high = interval(bootstrap(samples, sums, counts, lambda mean: mean[0]))
        covered += low < 0 < high
    # Percentile intervals of ten units are a little narrow; particles as units would give 10 %.
    assert 0.86 < covered / trials < 0.99


def test_the_mean_weights_blocks_by_their_counts():
    sums, counts = [np.array([[10.0], [0.0]])], [np.array([[10.0], [1.0]])]
    values = bootstrap([[(0, 0), (0, 1)]], sums, counts, lambda mean: mean[0])
    assert values.tolist() == pytest.approx([10 / 11])


def test_an_interval_of_mostly_undefined_draws_is_undefined():
    assert np.isnan(interval(np.array([1.0, np.nan, 2.0]))).all()
    assert interval(np.linspace(0, 1, 1001)) == pytest.approx((0.025, 0.975))
