"""Radial structure functions against the sum written out."""

import numpy as np
import pytest
from direct_sums import vectors_and_distances
from hypothesis import given, settings
from hypothesis import strategies as st

from softness.errors import InputError
from softness.structure.radial import RADII, radial_features


def radial_by_definition(positions, types, box_length, centres, radii=RADII, width=0.2):
    """Eq. 2.1, every pair and every radius, with the same end of the sum."""
    _, distance = vectors_and_distances(positions, box_length, centres)
    distance[distance >= np.max(radii) + 5 * width] = np.inf
    gaussian = np.exp(-((distance[:, :, None] - radii) ** 2) / (2 * width**2))
    number = max(2, types.max() + 1)
    blocks = [gaussian[:, types == species].sum(axis=1) for species in range(number)]
    return np.concatenate(blocks, axis=1)


def random_liquid(particles=300, box_length=12.0, seed=0):
    rng = np.random.default_rng(seed)
    positions = rng.uniform(0, box_length, (particles, 3))
    return positions, (rng.random(particles) < 0.2).astype(int), box_length


def face_centred_cubic(cells=7, edge=1.7):
    corners = np.stack(np.meshgrid(*3 * [np.arange(cells)], indexing="ij"), axis=-1)
    basis = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]) / 2
    positions = (corners.reshape(-1, 1, 3) + basis).reshape(-1, 3) * edge
    return positions, np.arange(len(positions)) % 5 // 4, cells * edge


def assert_equal_to_a_part_in_a_million(found, expected):
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("configuration", [random_liquid, face_centred_cubic])
def test_it_is_the_equation_of_the_source(configuration):
    positions, types, box_length = configuration()
    centres = np.flatnonzero(types == 0)
    expected = radial_by_definition(positions, types, box_length, centres)
    found = radial_features(positions, types, box_length)
    assert found.shape == (len(centres), 100)
    assert_equal_to_a_part_in_a_million(found, expected)


def test_a_third_species_has_a_block_of_its_own():
    positions, _, box_length = random_liquid()
    types = np.arange(300) % 3
    centres = np.flatnonzero(types == 0)
    expected = radial_by_definition(positions, types, box_length, centres)
    found = radial_features(positions, types, box_length)
    assert found.shape == (100, 150)
    assert_equal_to_a_part_in_a_million(found, expected)
    # What is not told apart adds up.
    as_b = radial_features(positions, np.minimum(types, 1), box_length)
    np.testing.assert_allclose(as_b[:, 50:], found[:, 50:100] + found[:, 100:], atol=1e-8)


def test_one_species_has_one_block_where_it_is_asked_for():
    positions, _, box_length = random_liquid()
    types = np.zeros(300, int)
    both = radial_features(positions, types, box_length)
    assert (both[:, 50:] == 0).all()
    one = radial_features(positions, types, box_length, species=1)
    assert np.array_equal(one, both[:, :50])
    four = radial_features(positions, types, box_length, species=4)
    assert four.shape == (300, 200)
    assert np.array_equal(four[:, :100], both)


def test_features_far_out_in_the_tail_are_right_relative_to_their_own_size():
    # No two particles are closer than 1, so that G at mu = 0 is 1e-5 or less: it still has to be
    # right, since every feature is scaled by its own standard deviation before it is used.
    positions, types, box_length = face_centred_cubic(cells=8, edge=1.5)
    rng = np.random.default_rng(0)
    positions = positions + rng.uniform(-0.02, 0.02, positions.shape)
    expected = radial_by_definition(positions, types, box_length, np.arange(40))[:, [0, 1, 2, 50]]
    found = radial_features(positions, types, box_length, np.arange(40))[:, [0, 1, 2, 50]]
    assert expected.max() < 1e-2
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-12)


def test_one_neighbour_of_either_species_gives_one_gaussian():
    for species, block in ((0, slice(0, 50)), (1, slice(50, 100))):
        positions = np.array([[0.1, 0.2, 0.3], [0.1, 0.2, 13.7]])
        found = radial_features(positions, [0, species], 14.0, centres=[0])[0]
        # Across the face of the box the distance is 0.6.
        expected = np.exp(-((RADII - 0.6) ** 2) / 0.08)
        np.testing.assert_allclose(found[block], expected, atol=1e-8)
        assert np.count_nonzero(found) == 50


@given(distance=st.floats(0.001, 5.89), width=st.floats(0.1, 0.3))
@settings(deadline=None, max_examples=60)
def test_a_pair_at_any_distance_is_spread_exactly(distance, width):
    positions = distance * np.array([[0, 0, 0], [0.6, 0.0, -0.8]])
    found = radial_features(positions, [0, 0], 20.0, [0], width=width)[0, :50]
    reach = 4.9 + 5 * width
    expected = np.exp(-((RADII - distance) ** 2) / (2 * width**2)) * (distance < reach)
    np.testing.assert_allclose(found, expected, atol=1e-8)


@pytest.mark.parametrize("particles", [1, 2, 3, 7])
def test_a_nearly_empty_box_is_no_exception(particles):
    positions, _, box_length = random_liquid(particles)
    types = np.zeros(particles, int)
    expected = radial_by_definition(positions, types, box_length, np.arange(particles))
    np.testing.assert_allclose(radial_features(positions, types, box_length), expected, atol=1e-7)


@given(
    particles=st.integers(1, 80),
    box_length=st.floats(1.8, 9.0),
    grid=st.sampled_from([0, 2, 3, 5, 10]),
    seed=st.integers(0, 2**32 - 1),
)
@settings(deadline=None, max_examples=150)
def test_every_neighbour_is_found_once_in_a_box_of_any_size(particles, box_length, grid, seed):
    rng = np.random.default_rng(seed)
    positions = rng.uniform(-2 * box_length, 2 * box_length, (particles, 3))
    if grid:
        # On the faces of the cells of the search, and several particles at one place.
        positions = np.round(positions / box_length * grid) / grid * box_length
        positions += rng.uniform(0, 1e-3)
    types = rng.integers(0, 2, particles)
    radii, everything = np.array([0.0, 0.2, 0.4]), np.arange(particles)
    expected = radial_by_definition(positions, types, box_length, everything, radii, 0.1)
    found = radial_features(positions, types, box_length, everything, radii, 0.1)
    # A pair at the very end of the sum, five widths from the last radius, may round either way; on
    # a grid nearly all may be there.
    at_the_end = particles if grid else 8
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=at_the_end * 4e-6)


def test_a_box_of_exactly_twice_the_reach_counts_no_pair_twice():
    box_length = 2 * 5.9
    positions = np.array([[0, 0, 0], [box_length / 2 - 1e-9, 0, 0], [0, 5.9 - 1e-3, 0]])
    expected = radial_by_definition(positions, np.zeros(3, int), box_length, np.arange(3))
    np.testing.assert_allclose(
        radial_features(positions, [0, 0, 0], box_length), expected, atol=1e-7
    )


def test_the_rounding_of_the_edge_refuses_no_reach_of_half_the_box():
    """Radii to 1.5 and five widths beyond: 2.5, in the box of 150 particles at 1.2."""
    edge, radii = (150 / 1.2) ** (1 / 3), np.array([0.5, 1.0, 1.5])
    assert edge < 5
    positions = np.random.default_rng(2).uniform(0, 5, size=(60, 3))
    types = np.repeat([0, 1], 30)
    found = radial_features(positions, types, edge, None, radii, 0.2)
    np.testing.assert_allclose(found, radial_features(positions, types, 5.0, None, radii, 0.2))
    with pytest.raises(InputError, match=r"smaller than twice the reach 2\.5"):
        radial_features(positions, types, 4.9999, None, radii, 0.2)


def test_it_is_the_same_wherever_the_box_is_cut():
    positions, types, box_length = random_liquid()
    expected = radial_features(positions, types, box_length)
    images = np.random.default_rng(1).integers(-50, 50, positions.shape)
    for moved in (positions + images * box_length, positions + np.array([3.3, -7.1, 100.0])):
        assert_equal_to_a_part_in_a_million(radial_features(moved, types, box_length), expected)


def test_it_does_not_depend_on_the_axes():
    positions, types, box_length = random_liquid()
    turned = positions[:, [1, 0, 2]] * [-1, 1, 1]
    expected = radial_features(positions, types, box_length)
    assert_equal_to_a_part_in_a_million(radial_features(turned, types, box_length), expected)


def test_it_does_not_depend_on_the_order_of_particles():
    positions, types, box_length = random_liquid()
    order = np.random.default_rng(2).permutation(len(positions))
    centres = np.arange(len(positions))
    expected = radial_features(positions, types, box_length, centres)[order]
    found = radial_features(positions[order], types[order], box_length, centres)
    assert_equal_to_a_part_in_a_million(found, expected)


def test_exchanging_the_species_exchanges_the_halves():
    positions, types, box_length = random_liquid()
    centres = np.arange(len(positions))
    found = radial_features(positions, 1 - types, box_length, centres)
    expected = radial_features(positions, types, box_length, centres)
    assert np.array_equal(found, np.roll(expected, 50, axis=1))


def test_the_same_input_gives_the_same_bits():
    frame = random_liquid()
    assert np.array_equal(radial_features(*frame), radial_features(*frame))


def test_any_centres_in_any_order_and_radii_in_any_order():
    positions, types, box_length = random_liquid()
    whole = radial_features(positions, types, box_length, np.arange(len(positions)))
    few = radial_features(positions, types, box_length, [7, 3, 7])
    assert np.array_equal(few, whole[[7, 3, 7]])
    radii = np.array([2.0, 0.31, 4.7, 0.31])
    expected = radial_by_definition(positions, types, box_length, np.arange(20), radii, 0.15)
    found = radial_features(positions, types, box_length, np.arange(20), radii, 0.15)
    assert_equal_to_a_part_in_a_million(found, expected)
    assert radial_features(positions, types, box_length, []).shape == (0, 100)


def test_an_ideal_gas_has_the_density_times_the_volume_of_the_shell():
    positions, types, box_length = random_liquid(4000)
    found = radial_features(positions, types, box_length).mean(axis=0)[30]
    density = np.mean(types == 0) * 4000 / box_length**3
    # Integral of 4 pi r^2 times the Gaussian: 4 pi (mu^2 + width^2) sqrt(2 pi) width.
    shell = 4 * np.pi * (3.0**2 + 0.2**2) * np.sqrt(2 * np.pi) * 0.2
    assert found == pytest.approx(density * shell, rel=0.02)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"positions": np.zeros((300, 2))}, "positions has the shape"),
        ({"positions": np.zeros((0, 3))}, "positions has the shape"),
        ({"positions": np.full((300, 3), np.nan)}, "positions of particle 0"),
        ({"types": np.zeros(299, int)}, "types has the shape"),
        ({"types": np.full(300, 2)}, "types holds 2, which is none of 2 species"),
        ({"types": np.arange(300) % 2 + 1}, "types holds 2, which is none of 2 species"),
        ({"types": np.arange(300) % 2 - 1}, "types holds -1"),
        ({"types": np.full(300, 0.5)}, r"types holds 0\.5"),
        ({"species": 1}, "types holds 1, which is none of 1 species"),
        ({"species": 0}, "species = 0"),
        ({"species": 27}, "species = 27: give 26 at most"),
        ({"box_length": 11.7}, "smaller than twice the reach 5.9"),
        ({"box_length": -3.0}, "box_length = -3.0"),
        ({"box_length": [12.0, 12.0]}, "edge of a cubic box, or three of a rectangular one"),
        ({"centres": [0, 300]}, "centres holds 300"),
        ({"centres": [-1]}, "centres holds -1"),
        ({"centres": np.ones(300, bool)}, "flatnonzero"),
        ({"radii": [-0.1, 0.5]}, "radii"),
        ({"radii": []}, "radii"),
        ({"width": 0.0}, "width = 0.0"),
    ],
)
def test_a_bad_argument_is_named(change, named):
    positions, types, box_length = random_liquid()
    frame = {"positions": positions, "types": types, "box_length": box_length}
    with pytest.raises(InputError, match=named):
        radial_features(**(frame | change))
