"""Self van Hove function and non-Gaussian parameter on known distributions."""

import numpy as np
import pytest

from softness.dynamics import van_hove
from softness.dynamics.van_hove import (
    displacements,
    self_van_hove,
    self_van_hove_component,
)
from softness.errors import InputError


def alpha(moved, dimension=3):
    """alpha_2 of (n, 3) displacements, or of their components taken together."""
    square = moved**2 if dimension == 1 else (moved**2).sum(axis=1)
    return van_hove.non_gaussian_parameter(np.mean(square), np.mean(square**2), dimension)


def gaussian(samples=200_000, spread=0.4, seed=0):
    return np.random.default_rng(seed).normal(scale=spread, size=(samples, 3))


def test_displacements_are_taken_from_every_origin_or_every_few():
    positions = np.random.default_rng(0).normal(size=(12, 5, 3))
    moved = displacements(positions, lag=3)
    assert moved.shape == (9, 5, 3)
    np.testing.assert_allclose(moved[4], positions[7] - positions[4])
    np.testing.assert_allclose(displacements(positions, 3, stride=4), moved[::4])


def test_displacements_of_float32_positions_do_not_lose_digits():
    positions = np.float32([[[1000.0, 0, 0]], [[1000.0001, 0, 0]]])
    exact = np.float64(positions[1]) - np.float64(positions[0])
    assert np.array_equal(displacements(positions, 1)[0], exact)


def test_normalisation_is_one_over_all_space():
    edges = np.linspace(0, 5, 83)
    moved = gaussian()
    shells = 4 / 3 * np.pi * np.diff(edges**3)
    assert (self_van_hove(moved, edges) * shells).sum() == pytest.approx(1)
    edges = np.linspace(-5, 5, 77)
    assert (self_van_hove_component(moved, edges) * np.diff(edges)).sum() == pytest.approx(1)


def test_displacements_beyond_the_edges_still_count_in_the_normalisation():
    moved = np.array([[0.5, 0, 0], [9.0, 9.0, 9.0]])
    assert self_van_hove(moved, [0, 1])[0] == pytest.approx(0.5 / (4 / 3 * np.pi))
    assert self_van_hove_component(moved, [0.4, 0.6])[0] == pytest.approx(1 / 6 / 0.2)


def test_free_diffusion_is_gaussian():
    spread = 0.4
    moved = gaussian(spread=spread)
    edges = np.linspace(0.2, 1.2, 11)
    middle = (edges[1:] + edges[:-1]) / 2
    expected = np.exp(-(middle**2) / (2 * spread**2)) / (2 * np.pi * spread**2) ** 1.5
    np.testing.assert_allclose(self_van_hove(moved, edges), expected, rtol=0.05)
    expected = np.exp(-(middle**2) / (2 * spread**2)) / (2 * np.pi * spread**2) ** 0.5
    np.testing.assert_allclose(self_van_hove_component(moved, edges), expected, rtol=0.05)
    for dimension in (1, 3):
        assert abs(alpha(moved, dimension)) < 0.02


def test_exponential_tails_have_the_known_alpha():
    tails = np.random.default_rng(1).laplace(size=(400_000, 3))
    assert alpha(tails, dimension=1) == pytest.approx(1, abs=0.05)
    # Independent components: the excess of one is shared among three.
    assert alpha(tails, dimension=3) == pytest.approx(3 / 5, abs=0.05)


def test_a_single_length_of_jump_is_as_far_below_gaussian_as_can_be():
    directions = gaussian(1000)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    assert alpha(0.7 * directions) == pytest.approx(-2 / 5)


def test_two_mobilities_make_it_positive():
    moved = np.concatenate([gaussian(50_000, 0.1), gaussian(50_000, 0.3)])
    # Mixture of variances v with equal weight: <v^2>/<v>^2 - 1.
    expected = (0.01**2 + 0.09**2) / 2 / 0.05**2 - 1
    assert alpha(moved) == pytest.approx(expected, abs=0.05)
    assert alpha(moved, dimension=1) == pytest.approx(expected, abs=0.05)


def test_bad_arguments_are_named():
    moved = gaussian(10)
    with pytest.raises(InputError, match="shape"):
        self_van_hove(np.zeros((4, 2)), [0, 1])
    with pytest.raises(InputError, match="not finite"):
        self_van_hove(np.full((4, 3), np.nan), [0, 1])
    with pytest.raises(InputError, match="start at -1"):
        self_van_hove(moved, [-1, 1])
    for edges in ([0, 1, 1], [1], [[0], [1]]):
        with pytest.raises(InputError, match="edges = "):
            self_van_hove_component(moved, edges)
    with pytest.raises(InputError, match="lag = 5"):
        displacements(np.zeros((5, 2, 3)), 5)
