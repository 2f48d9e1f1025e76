"""Correlation between neighbours on configurations of known kind."""

import numpy as np
import pytest

from softness.dynamics import heterogeneity
from softness.dynamics.heterogeneity import displacement_sizes, neighbour_correlation
from softness.errors import InputError

LENGTH = 10.0


@pytest.fixture
def places():
    return np.random.default_rng(1).uniform(0, LENGTH, size=(1200, 3))


def test_sizes_of_displacements():
    start = np.zeros((2, 3))
    assert displacement_sizes(start, [[3, 4, 0], [0, 0, 0]]).tolist() == [5, 0]


def test_a_smooth_field_is_shared_by_neighbours(places):
    field = np.sin(2 * np.pi * places[:, 0] / LENGTH)
    found = neighbour_correlation(field, places, LENGTH, 1.0, np.random.default_rng(2))
    assert found.value > 0.8
    assert found.chance < 0.1


def test_noise_is_at_chance(places, monkeypatch):
    monkeypatch.setattr(heterogeneity, "SHUFFLES", 100)
    monkeypatch.setattr(heterogeneity, "LEVEL", 0.9)
    above = 0
    for seed in range(40):
        noise = np.random.default_rng(seed).normal(size=len(places))
        found = neighbour_correlation(noise, places, LENGTH, 1.0, np.random.default_rng(seed + 100))
        above += found.value > found.chance
    # One in ten by construction; 40 trials scatter by 2.
    assert above <= 11


def test_pairs_are_those_of_the_periodic_box(places):
    field = np.cos(2 * np.pi * places[:, 0] / LENGTH)
    shifted = places + LENGTH * np.random.default_rng(3).integers(-2, 3, size=places.shape)
    first, second = (
        neighbour_correlation(field, where, LENGTH, 1.0, np.random.default_rng(4)).value
        for where in (places, shifted)
    )
    assert first == pytest.approx(second, abs=1e-9)


def test_the_correlation_is_that_of_all_pairs(places):
    few = places[:60]
    field = np.random.default_rng(5).normal(size=60)
    separation = few[:, None] - few[None, :]
    separation -= LENGTH * np.round(separation / LENGTH)
    distance = np.linalg.norm(separation, axis=-1)
    first, second = np.nonzero((distance < 2.5) & (distance > 0))
    expected = np.corrcoef(field[first], field[second])[0, 1]
    found = neighbour_correlation(field, few, LENGTH, 2.5, np.random.default_rng(6))
    assert found.value == pytest.approx(expected)


def test_neighbours_may_be_half_a_box_apart_whatever_the_rounding_of_its_edge(places):
    edge = (150 / 1.2) ** (1 / 3)
    assert edge < 2 * 2.5
    for length in (edge, 5.0):
        found = neighbour_correlation(places[:, 0], places, length, 2.5, np.random.default_rng(1))
        assert np.isfinite(found.value)


def test_what_cannot_be_correlated_is_refused(places):
    generator = np.random.default_rng(1)
    with pytest.raises(InputError, match="all the same"):
        neighbour_correlation(np.ones(1200), places, LENGTH, 1.0, generator)
    with pytest.raises(InputError, match="distance is 1e-06"):
        neighbour_correlation(places[:, 0], places, LENGTH, 1e-6, generator)


@pytest.mark.parametrize(
    ("start", "end", "fault"),
    [
        (np.zeros((2, 3)), np.zeros((3, 3)), "start holds 2 particles and end 3: give the same"),
        (np.zeros((2, 2)), np.zeros((2, 3)), r"start has the shape \(2, 2\): give one frame"),
        (np.zeros((2, 3)), np.zeros((4, 2, 3)), r"end has the shape \(4, 2, 3\)"),
        (np.zeros((2, 3)), [[0, 0, 0], [0, np.nan, 0]], "end of particle 1 is .*repair"),
    ],
)
def test_moments_that_do_not_fit_are_named(start, end, fault):
    with pytest.raises(InputError, match=fault):
        displacement_sizes(start, end)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"values": np.arange(1199.0)}, r"values has the shape \(1199,\): .*particles, \(1200,\)"),
        (
            {"values": np.where(np.arange(1200) == 7, np.nan, 1)},
            r"values holds 1 values that are NaN or infinite, the first at \[7\]",
        ),
        ({"positions": np.zeros((1200, 2))}, r"positions has the shape \(1200, 2\)"),
        ({"positions": np.full((1200, 3), np.inf)}, "positions of particle 0 is .*1200 particles"),
        ({"box_length": 0.0}, r"box_length = 0\.0: give a positive"),
        ({"box_length": -LENGTH}, r"box_length = -10\.0: give a positive"),
        ({"box_length": np.full(2, LENGTH)}, "box_length = .*: give a positive"),
        ({"box_length": 1.9}, r"box_length = 1\.9 is smaller than twice the distance 1,"),
        ({"distance": np.nan}, "distance = nan: give a positive"),
    ],
)
def test_a_bad_argument_is_named(places, change, fault):
    good = {"values": places[:, 0], "positions": places, "box_length": LENGTH, "distance": 1.0}
    with pytest.raises(InputError, match=fault):
        neighbour_correlation(**good | change, generator=np.random.default_rng(1))
