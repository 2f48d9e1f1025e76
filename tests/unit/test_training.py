"""Classifiers with what tells how well they are known; moments of a population."""

import numpy as np
import pytest

from softness.errors import InputError
from softness.findings.learned import jackknifed
from softness.learning.classify import standardisation, train_hyperplane
from softness.learning.population import FeatureMoments
from softness.learning.training import time_units, train_classifier

FEATURES = 6


def population(particles=5000, seed=1):
    """Collinear features far from 0, and one that never varies."""
    generator = np.random.default_rng(seed)
    mixing = generator.normal(size=(FEATURES, FEATURES))
    features = generator.normal(size=(particles, FEATURES)) @ mixing + 40
    features[:, 3] = 7.3
    return features.astype(np.float32)


def moments_of(features, pieces=7):
    moments = FeatureMoments(features[0])
    for part in np.array_split(features, pieces):
        moments.add(part)
    return moments


def test_moments_in_pieces_are_those_of_the_whole():
    features = population()
    moments = moments_of(features)
    mean, scale = standardisation(features)
    np.testing.assert_allclose(moments.mean, mean, rtol=1e-12)
    np.testing.assert_allclose(moments.scale, scale, rtol=1e-9)
    expected = np.cov(features.astype(float).T, bias=True)
    np.testing.assert_allclose(moments.covariance, expected, atol=1e-9)
    assert moments.particles == len(features)


def test_a_feature_that_never_varies_has_the_scale_one():
    assert moments_of(population()).scale[3] == 1.0


def test_the_spread_is_that_of_the_projection():
    features = population()
    moments = moments_of(features)
    weights = np.arange(FEATURES) - 2.0
    projection = (features - moments.mean) / moments.scale @ weights
    assert moments.spread(weights) == pytest.approx(projection.std(), rel=1e-9)


def test_an_empty_population_and_other_features_are_refused():
    with pytest.raises(InputError, match="population is empty"):
        _ = FeatureMoments(np.zeros(3)).mean
    with pytest.raises(InputError, match="4 columns"):
        FeatureMoments(np.zeros(3)).add(np.ones((2, 4)))


def trained(replicas=3, seed=2, samples=600):
    """Two classes that differ along the first feature, in several replicas."""
    generator = np.random.default_rng(seed)
    labels = np.repeat([1, -1], samples // 2)
    features = generator.normal(size=(samples, FEATURES))
    features[:, 0] += labels
    of_replica = generator.integers(replicas, size=samples)
    frames = generator.integers(100, size=samples)
    groups = np.arange(samples) // 2
    units = time_units(of_replica, frames, 100, replicas, 1.0, 6)
    found = train_classifier(
        features,
        labels,
        of_replica,
        units,
        groups,
        np.zeros(FEATURES),
        np.ones(FEATURES),
        0.01,
        5,
        replicas,
        np.random.default_rng(3),
    )
    return found, (features, labels, of_replica, units)


def test_each_replica_has_a_plane_that_never_saw_it():
    found, (features, labels, replicas, units) = trained()
    assert len(found.left_out) == 3
    kept = replicas != 1
    alone = train_hyperplane(
        features[kept], labels[kept], 0.01, np.zeros(FEATURES), np.ones(FEATURES)
    )
    np.testing.assert_array_equal(found.left_out[1].weights, alone.weights)
    assert len(found.jackknife) == len(np.unique(units)) == 6


def test_planes_of_units_and_halves_are_those_of_their_samples():
    found, (features, labels, replicas, units) = trained()
    still = np.zeros(FEATURES), np.ones(FEATURES)

    def plane(chosen):
        return train_hyperplane(features[chosen], labels[chosen], 0.01, *still).weights

    assert len(found.halves) == 2
    for half in (0, 1):
        np.testing.assert_array_equal(found.halves[half].weights, plane(replicas % 2 == half))
    for unit in range(6):
        np.testing.assert_array_equal(found.jackknife[unit].weights, plane(units != unit))


def test_accuracies_are_those_of_the_planted_difference():
    found, (_, labels, _, _) = trained(samples=4000)
    for values in (found.cross_validated, found.plain_cross_validated):
        # Phi(1): means two standard deviations apart.
        assert ((values > 0) == (labels > 0)).mean() == pytest.approx(0.841, abs=0.02)


def test_one_replica_is_its_own_unseen_one_and_a_replica_without_samples_is_left_out_by_all():
    alone, _ = trained(replicas=1)
    assert alone.left_out == [alone.plane]
    found, (features, labels, replicas, units) = trained(replicas=2)
    again = train_classifier(
        features,
        labels,
        replicas,
        units,
        np.arange(len(labels)),
        np.zeros(FEATURES),
        np.ones(FEATURES),
        0.01,
        5,
        3,
        np.random.default_rng(3),
    )
    np.testing.assert_array_equal(again.left_out[2].weights, found.plane.weights)


def test_units_of_time_are_equal_and_apart_in_each_replica():
    replicas, times = np.repeat([0, 1], 100), np.tile(np.arange(100.0), 2)
    units = time_units(replicas, times, 100, 2, 10.0, 10)
    assert np.bincount(units).tolist() == [20] * 10
    assert set(units[replicas == 0]).isdisjoint(units[replicas == 1])
    assert len(set(time_units(replicas, times, 100, 2, 10.0, 1))) == 2


def test_units_are_no_shorter_than_the_liquid_remembers():
    replicas, times = np.repeat([0, 1], 100), np.tile(np.arange(100.0), 2)
    assert np.bincount(time_units(replicas, times, 100, 2, 45.0, 10)).tolist() == [50] * 4
    assert len(set(time_units(replicas, times, 100, 2, 60.0, 10))) == 2


def test_five_replicas_are_units_by_themselves():
    replicas = np.repeat(np.arange(5), 20)
    times = np.tile(np.arange(20.0), 5)
    np.testing.assert_array_equal(time_units(replicas, times, 20, 5, 1.0, 10), replicas)


@pytest.mark.parametrize(("replicas", "correlation"), [(5, 0.0), (5, 0.5), (2, 0.0)])
def test_intervals_of_the_jackknife_hold_the_truth_as_often_as_they_say(replicas, correlation):
    """Stretches of one replica may depend on each other where replicas are the units."""
    generator = np.random.default_rng(replicas)
    stretches, samples, inside, studies = 5, 20, 0, 2000
    of_replica = np.repeat(np.arange(replicas), stretches * samples)
    times = np.tile(np.arange(stretches * samples), replicas)
    units = time_units(of_replica, times, stretches * samples, replicas, samples, 10)
    for _ in range(studies):
        common = np.sqrt(correlation) * generator.normal(size=(replicas, 1))
        own = np.sqrt(1 - correlation) * generator.normal(size=(replicas, stretches))
        values = np.repeat((common + own).ravel(), samples) + generator.normal(size=len(times))
        without = [values[units != unit].mean() for unit in np.unique(units)]
        low, high = jackknifed(values.mean(), [without], replicas, 500).interval()
        inside += low <= 0 <= high
    assert 0.93 <= inside / studies <= 0.97
