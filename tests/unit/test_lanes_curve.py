"""The order of particles along a space-filling curve."""

import numpy as np
import pytest
from direct_sums import nearest_image

from softness.lanes.curve import BITS, curve_order


@pytest.fixture
def positions():
    return np.random.default_rng(1).uniform(0, 10, (4096, 3))


def mean_step(positions, box):
    apart = nearest_image(np.diff(positions, axis=0), box)
    return np.linalg.norm(apart, axis=1).mean()


def test_every_particle_comes_once(positions):
    order = curve_order(positions, 10.0)
    np.testing.assert_array_equal(np.sort(order), np.arange(len(positions)))


def test_consecutive_particles_are_near(positions):
    order = curve_order(positions, 10.0)
    # At random 4.8; the mean distance of neighbours is 0.55 (4096/1000)^(-1/3) = 0.34.
    assert mean_step(positions, 10.0) > 4.5
    assert mean_step(positions[order], 10.0) < 1.0


def test_the_curve_goes_through_all_cells_to_the_next_one():
    side = 1 << BITS
    cells = np.stack(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    order = curve_order(np.random.default_rng(2).permutation(cells) + 0.5, float(side))
    shuffled = np.random.default_rng(2).permutation(cells)[order]
    assert (np.abs(np.diff(shuffled, axis=0)).sum(axis=1) == 1).all()


def test_unwrapped_positions_have_the_order_of_wrapped_ones(positions):
    images = np.random.default_rng(3).integers(-3, 4, positions.shape)
    # A box that is a power of two, so that both positions are the same number.
    positions = np.round(positions * 2**20) / 2**20 * 0.8
    far = positions + 8.0 * images
    np.testing.assert_array_equal(curve_order(far % 8.0, 8.0), curve_order(far, 8.0))


@pytest.mark.parametrize("place", [0.0, 10.0, -10.0, np.nextafter(10.0, 0), -1e-18])
def test_the_edge_of_the_box_is_in_it(place):
    order = curve_order(np.full((3, 3), place), 10.0)
    assert list(order) == [0, 1, 2]
