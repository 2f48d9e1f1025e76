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
    ("replicas", "blocks", "spread", "least", "most", "wide"),
    [
        (10, 6, 1.0, 0.92, 0.97, 1.15),  # replicas differ
        (5, 6, 1.0, 0.95, 0.99, 1.41),
        (5, 20, 0.0, 0.98, 1.0, 1.99),  # replicas are alike
        (2, 10, 0.0, 0.97, 1.0, 1.66),
        (2, 1, 0.0, 0.91, 0.97, 3.88),  # two numbers: nothing can be done but to be wide
        (2, 10, 1.0, 0.82, 0.9, 0.91),  # two replicas that differ cannot tell how much
    ],
)
def test_the_interval_of_a_mean_covers_the_truth(replicas, blocks, spread, least, most, wide):
    """Replicas scatter by ``spread``, blocks within them by 1; the truth is 0.

    Intervals are ``wide``: in units of what the known error of the mean asks for.
    """
    generator = np.random.default_rng(4)
    covered, trials, numbers, widths = 0, 400, [blocks] * replicas, []
    for _ in range(trials):
        values = generator.normal(size=(replicas, blocks))
        values += spread * generator.normal(size=(replicas, 1))
        sums, counts = list(values[:, :, None]), [np.ones((blocks, 1))] * replicas
        draws = bootstrap(sums, counts, lambda mean: mean[0], 200, generator)
        low, high = interval(widened(draws, values.mean(), numbers))
        covered += low < 0 < high
        widths.append(high - low)
    assert least <= covered / trials <= most
    error = np.sqrt((spread**2 + 1 / blocks) / replicas)
    assert np.mean(widths) / (2 * 1.96 * error) == pytest.approx(wide, rel=0.08)


def test_one_unit_has_no_interval():
    assert np.isnan(widened(np.array([1.0, 1.0]), 1.0, [1])).all()


def test_many_replicas_are_hardly_widened():
    draws = np.random.default_rng(1).normal(size=1000)
    ratio = np.std(widened(draws, 0.0, [3] * 100)) / np.std(draws)
    # sqrt(100/99), and Student's 1.9842 over 1.96.
    assert ratio == pytest.approx(np.sqrt(100 / 99) * 1.9842 / 1.96, rel=1e-4)


def test_the_mean_weights_blocks_by_their_counts():
    sums, counts = [np.array([[10.0], [0.0]])], [np.array([[10.0], [1.0]])]
    values = bootstrap(sums, counts, lambda mean: mean[0], 400, np.random.default_rng(1))
    # Two draws of two blocks: both the full one, one of each, both the thin one.
    assert sorted(set(np.round(values, 6))) == pytest.approx([0, 10 / 11, 1], abs=1e-6)


def test_an_interval_of_mostly_undefined_draws_is_undefined():
    assert np.isnan(interval(np.array([1.0, np.nan, 2.0]))).all()
    assert interval(np.linspace(0, 1, 1001)) == pytest.approx((0.025, 0.975))
