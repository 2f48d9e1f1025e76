"""Self van Hove function and non-Gaussian parameter on known distributions."""

import numpy as np
import pytest

from softness.dynamics import van_hove
from softness.dynamics.van_hove import exponential_tail, self_van_hove_component
from softness.errors import InputError


def alpha(moved):
    """alpha_2 of (n, 3) displacements."""
    square = (moved**2).sum(axis=1)
    return van_hove.non_gaussian_parameter(np.mean(square), np.mean(square**2))


def gaussian(samples=200_000, spread=0.4, seed=0):
    return np.random.default_rng(seed).normal(scale=spread, size=(samples, 3))


def test_normalisation_is_one_over_all_space():
    edges = np.linspace(-5, 5, 77)
    density = self_van_hove_component(gaussian(), edges)
    assert (density * np.diff(edges)).sum() == pytest.approx(1)


def test_displacements_beyond_the_edges_still_count_in_the_normalisation():
    moved = np.array([[0.5, 0, 0], [9.0, 9.0, 9.0]])
    assert self_van_hove_component(moved, [0.4, 0.6])[0] == pytest.approx(1 / 6 / 0.2)


def test_free_diffusion_is_gaussian():
    spread = 0.4
    moved = gaussian(spread=spread)
    edges = np.linspace(0.2, 1.2, 11)
    middle = (edges[1:] + edges[:-1]) / 2
    expected = np.exp(-(middle**2) / (2 * spread**2)) / (2 * np.pi * spread**2) ** 0.5
    np.testing.assert_allclose(self_van_hove_component(moved, edges), expected, rtol=0.05)
    assert abs(alpha(moved)) < 0.02


def test_exponential_tails_have_the_known_alpha():
    tails = np.random.default_rng(1).laplace(size=(400_000, 3))
    # Independent components: the excess of one, which is 1, is shared among three.
    assert alpha(tails) == pytest.approx(3 / 5, abs=0.05)


def test_the_tail_tells_exponential_from_gaussian():
    """Each law is the more likely one for its own displacements."""
    generator = np.random.default_rng(2)
    exponential = np.mean([exponential_tail(generator.laplace(size=(2000, 3))) for _ in range(40)])
    normal = np.mean([exponential_tail(generator.normal(size=(2000, 3))) for _ in range(40)])
    assert exponential > 0.5
    assert normal < -0.005
    # A cage with rare hops of exponential length, as in a cold liquid.
    hops = generator.laplace(scale=0.3, size=(60_000, 3)) * (generator.random((60_000, 1)) < 0.1)
    assert exponential_tail(0.1 * generator.normal(size=hops.shape) + hops) > 0.5


def test_a_tail_of_equal_displacements_tells_nothing():
    assert np.isnan(exponential_tail(np.ones((100, 3))))


def test_a_single_length_of_jump_is_as_far_below_gaussian_as_can_be():
    directions = gaussian(1000)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    assert alpha(0.7 * directions) == pytest.approx(-2 / 5)


def test_two_mobilities_make_it_positive():
    moved = np.concatenate([gaussian(50_000, 0.1), gaussian(50_000, 0.3)])
    # Mixture of variances v with equal weight: <v^2>/<v>^2 - 1.
    expected = (0.01**2 + 0.09**2) / 2 / 0.05**2 - 1
    assert alpha(moved) == pytest.approx(expected, abs=0.05)


def test_bad_arguments_are_named():
    with pytest.raises(InputError, match="shape"):
        self_van_hove_component(np.zeros((4, 2)), [0, 1])
    with pytest.raises(InputError, match="NaN or infinite"):
        self_van_hove_component(np.full((4, 3), np.nan), [0, 1])
    with pytest.raises(InputError, match="edges"):
        self_van_hove_component(gaussian(10), [0, 1, 1])
