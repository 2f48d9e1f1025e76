"""Propensity: the mean displacement over isoconfigurational runs."""

import numpy as np
import pytest

from softness.dynamics.propensity import Propensity, propensity
from softness.errors import InputError


def snapshot_and_runs(runs=30, particles=25, seed=0):
    rng = np.random.default_rng(seed)
    start = rng.uniform(0, 15, (particles, 3))
    mobility = rng.uniform(0.05, 0.5, (particles, 1))
    return start, start + mobility * rng.normal(size=(runs, particles, 3))


def accumulate(start, ends):
    accumulator = Propensity(start)
    for end in ends:
        accumulator.add(end)
    return accumulator


def test_it_is_the_mean_distance_over_runs():
    start, ends = snapshot_and_runs()
    distance = np.linalg.norm(ends - start, axis=2)
    mean, variance = propensity(start, ends)
    np.testing.assert_allclose(mean, distance.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(variance, distance.var(axis=0, ddof=1), rtol=1e-10)
    error = accumulate(start, ends).standard_error
    np.testing.assert_allclose(error, np.sqrt(variance / 30))


def test_it_is_a_mean_of_lengths_and_not_the_length_of_a_mean():
    start = np.zeros((1, 3))
    mean, variance = propensity(start, np.array([[[0.3, 0, 0]], [[-0.3, 0, 0]]]))
    assert mean == pytest.approx(0.3)
    assert variance == pytest.approx(0)


def test_gaussian_displacements_give_the_maxwell_mean():
    rng = np.random.default_rng(1)
    start = rng.uniform(0, 15, (2000, 3))
    mean, _ = propensity(start, start + 0.2 * rng.normal(size=(50, 2000, 3)))
    assert mean.mean() == pytest.approx(0.2 * np.sqrt(8 / np.pi), rel=0.01)


def test_particles_of_different_mobility_are_told_apart():
    start, ends = snapshot_and_runs(runs=400)
    mobility = np.random.default_rng(0)
    mobility.uniform(0, 15, (25, 3))
    mean, _ = propensity(start, ends)
    assert np.corrcoef(mean, mobility.uniform(0.05, 0.5, 25))[0, 1] > 0.99


def test_several_times_are_kept_apart():
    start, ends = snapshot_and_runs()
    times = np.stack([start + (ends - start) * factor for factor in (0, 1, 2)], axis=1)
    mean, variance = propensity(start, times)
    assert mean.shape == variance.shape == (3, 25)
    assert (mean[0] == 0).all()
    np.testing.assert_allclose(mean[2], 2 * mean[1])


def test_blocks_of_runs_merge_to_the_whole():
    start, ends = snapshot_and_runs()
    whole = accumulate(start, ends)
    first, second = accumulate(start, ends[:7]), accumulate(start, ends[7:])
    empty = Propensity(start)
    empty.merge(first)
    empty.merge(second)
    empty.merge(Propensity(start))
    assert empty.runs == 30
    np.testing.assert_allclose(empty.mean, whole.mean, rtol=1e-13)
    np.testing.assert_allclose(empty.variance, whole.variance, rtol=1e-11)
    # The blocks themselves are left as they were.
    assert first.runs == 7


def test_bad_arguments_are_named():
    start, ends = snapshot_and_runs()
    with pytest.raises(InputError, match="start has the shape"):
        Propensity(start[:, :2])
    with pytest.raises(InputError, match="start holds"):
        Propensity(start * np.nan)
    accumulator = accumulate(start, ends[:1])
    with pytest.raises(InputError, match="positions has the shape"):
        accumulator.add(ends[0][:5])
    with pytest.raises(InputError, match="positions has the shape"):
        accumulator.add(ends[:2])
    with pytest.raises(InputError, match="not finite"):
        accumulator.add(ends[0] * np.nan)
    assert accumulator.runs == 1
    with pytest.raises(InputError, match="runs = 1"):
        _ = accumulator.variance
    with pytest.raises(InputError, match="another snapshot"):
        accumulator.merge(Propensity(start + 1))
