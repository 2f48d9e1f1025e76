"""Features averaged over the neighbourhood, against a dense matrix."""

import numpy as np
import pytest
from direct_sums import vectors_and_distances

from softness.errors import InputError
from softness.structure.averaged import averaged_features

CUTOFF = 2.37


def random_liquid(particles=400, box_length=7.0, seed=0):
    rng = np.random.default_rng(seed)
    positions = rng.uniform(0, box_length, (particles, 3))
    return rng.normal(size=(particles, 12)), positions, box_length


def averaged_by_definition(features, positions, box_length, cutoff, order):
    _, distance = vectors_and_distances(positions, box_length)
    np.fill_diagonal(distance, 0)
    weight = np.where(distance < cutoff, np.exp(-distance / cutoff), 0)
    weight /= weight.sum(axis=1, keepdims=True)
    return np.linalg.matrix_power(weight, order) @ features


@pytest.mark.parametrize("order", [0, 1, 2, 5])
def test_it_is_the_equation_of_the_source(order):
    frame = random_liquid()
    expected = averaged_by_definition(*frame, CUTOFF, order)
    np.testing.assert_allclose(averaged_features(*frame, CUTOFF, order), expected, atol=1e-13)


def test_two_particles_written_out():
    positions = np.array([[0.2, 0, 0], [9.5, 0, 0]])
    weight = np.exp(-0.7 / CUTOFF)
    found = averaged_features(np.array([[1.0], [0.0]]), positions, 10.0, CUTOFF, 1)
    np.testing.assert_allclose(found[:, 0], np.array([1, weight]) / (1 + weight))


def test_order_zero_is_a_copy():
    features, positions, box_length = random_liquid()
    found = averaged_features(features, positions, box_length, CUTOFF, 0)
    assert np.array_equal(found, features)
    assert not np.shares_memory(found, features)


def test_orders_follow_one_another():
    features, positions, box_length = random_liquid()
    once = averaged_features(features, positions, box_length, CUTOFF, 1)
    twice = averaged_features(once, positions, box_length, CUTOFF, 1)
    assert np.array_equal(averaged_features(features, positions, box_length, CUTOFF, 2), twice)


def test_what_is_the_same_everywhere_stays_and_the_rest_gets_smoother():
    features, positions, box_length = random_liquid()
    features[:, 0] = 3.7
    spread = features.std(axis=0)
    for order in (1, 2, 3):
        found = averaged_features(features, positions, box_length, CUTOFF, order)
        np.testing.assert_allclose(found[:, 0], 3.7)
        assert (found.std(axis=0)[1:] < spread[1:]).all()
        assert np.abs(found[:, 1:]).max() < np.abs(features[:, 1:]).max()
        spread = found.std(axis=0)


def test_a_particle_alone_keeps_its_features():
    features = np.array([[1.0, 2.0], [3.0, 4.0]])
    positions = np.array([[0.0, 0, 0], [5, 5, 5]])
    assert np.array_equal(averaged_features(features, positions, 10.0, CUTOFF, 2), features)
    assert np.array_equal(
        averaged_features(features[:1], positions[:1], 10.0, CUTOFF, 1), features[:1]
    )


def test_a_neighbour_is_closer_than_the_cutoff():
    features, positions = np.array([[1.0], [0.0]]), np.array([[0.0, 0, 0], [2, 0, 0]])
    assert averaged_features(features, positions, 8.0, 2.0, 1)[0] == 1
    within = np.nextafter(2.0, 3)
    assert averaged_features(features, positions, 8.0, within, 1)[0] == pytest.approx(
        1 / (1 + np.exp(-1))
    )


def test_it_does_not_depend_on_the_cut_of_the_box_or_the_order_of_particles():
    features, positions, box_length = random_liquid()
    expected = averaged_features(features, positions, box_length, CUTOFF, 2)
    rng = np.random.default_rng(1)
    moved = positions + rng.integers(-9, 9, positions.shape) * box_length + [0.3, 5.1, -2.0]
    order = rng.permutation(len(positions))
    found = averaged_features(features[order], moved[order], box_length, CUTOFF, 2)
    np.testing.assert_allclose(found, expected[order], atol=1e-11)


def test_float32_features_are_averaged_in_double_precision():
    features, positions, box_length = random_liquid()
    features = features.astype(np.float32)
    expected = averaged_by_definition(features.astype(np.float64), positions, box_length, CUTOFF, 1)
    found = averaged_features(features, positions, box_length, CUTOFF, 1)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, atol=1e-13)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"features": np.zeros((300, 12))}, "features has the shape"),
        ({"features": np.zeros(400)}, "features has the shape"),
        ({"features": np.full((400, 2), np.nan)}, "features of particle 0"),
        ({"positions": np.full((400, 3), np.nan)}, "positions of particle 0"),
        ({"box_length": 4.0}, "smaller than twice the reach 2.37"),
        ({"cutoff": 0.0}, "cutoff = 0.0"),
        ({"order": -1}, "order = -1"),
        ({"order": 1.5}, "order = 1.5"),
    ],
)
def test_a_bad_argument_is_named(change, named):
    features, positions, box_length = random_liquid()
    frame = {"features": features, "positions": positions, "box_length": box_length}
    with pytest.raises(InputError, match=named):
        averaged_features(**(frame | {"cutoff": CUTOFF, "order": 1} | change))
