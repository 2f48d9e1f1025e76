"""Evidence of equilibrium on runs of known kind."""

import numpy as np
import pytest
from scipy.signal import lfilter

from softness.dynamics.equilibrium import crystalline_share, energy_halves, scattering_halves


def test_noise_around_a_constant_agrees_within_its_error():
    ratios = []
    for seed in range(200):
        energies = np.random.default_rng(seed).normal(size=400)
        first, second, error, _ = energy_halves(energies)
        ratios.append((first - second) / error)
    assert np.mean(ratios) == pytest.approx(0, abs=0.2)
    assert 0.85 < np.std(ratios) < 1.15


def test_two_samples_in_each_half_have_an_error_and_one_has_none():
    assert energy_halves(np.array([1.0, 3, 2, 6])) == pytest.approx((2, 4, 5**0.5, 2))
    assert energy_halves(np.array([1.0, 3, 2])) == pytest.approx((1, 3, np.nan, 0), nan_ok=True)


def test_energies_that_depend_on_each_other_do_not_make_equilibrium_doubtful():
    """A walk that forgets in ten samples: blocks of that length know how far its means scatter."""
    generator = np.random.default_rng(3)
    memory, ratios = np.exp(-1 / 10), []
    for _ in range(200):
        noise = generator.normal(size=400) * np.sqrt(1 - memory**2)
        energies = lfilter([1.0], [1.0, -memory], noise)
        halves = energy_halves(energies[100:], 20)
        ratios.append((halves.second - halves.first) / halves.error)
    assert np.std(ratios) < 1.6
    assert energy_halves(energies, 150).freedom == 0


def test_a_relaxing_energy_differs_between_halves():
    time = np.linspace(0, 1, 400)
    energies = -7 + np.exp(-3 * time) + 0.05 * np.random.default_rng(1).normal(size=400)
    first, second, error, _ = energy_halves(energies)
    assert (first - second) / error > 5


def test_a_walk_at_constant_pace_scatters_alike_from_start_and_middle():
    walk = np.cumsum(np.random.default_rng(1).normal(scale=0.05, size=(9, 4000, 3)), axis=0)
    found = scattering_halves(walk, np.ones(4000, bool), 7.25)
    # Four steps, of a Gaussian each.
    expected = np.exp(-4 * (7.25 * 0.05) ** 2 / 2)
    assert found == pytest.approx((expected, expected), abs=0.01)


def test_a_walk_that_slows_down_shows_it():
    pace = np.repeat([0.1, 0.02], [5, 4])[:, None, None]
    steps = pace * np.random.default_rng(1).normal(size=(9, 4000, 3))
    found = scattering_halves(np.cumsum(steps, axis=0), np.ones(4000, bool), 7.25)
    expected = [np.exp(-4 * (7.25 * pace) ** 2 / 2) for pace in (0.1, 0.02)]
    assert found == pytest.approx(tuple(expected), abs=0.015)


def test_good_liquids_have_hardly_a_crystalline_particle(real_data):
    """The numbers of docs/findings.md, of ten configurations."""
    length, is_a = float(real_data["box_length"]), real_data["types"] == 0
    everyone, alone = (
        np.array([crystalline_share(*given, length, 1.4, 0.3) for given in each])
        for each in (
            [(frame, is_a) for frame in real_data["positions"]],
            [(frame[is_a], np.ones(is_a.sum(), bool)) for frame in real_data["positions"]],
        )
    )
    assert everyone.min() == 0
    assert everyone.max() == pytest.approx(0.00397, abs=1e-5)
    assert (alone.min(), alone.max()) == pytest.approx((0.00397, 0.0235), abs=1e-5)
    assert (alone > 0.01).sum() == 4


def test_a_lattice_is_crystalline_and_random_places_are_not():
    edge = 6
    cell = np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])
    grid = np.stack(np.meshgrid(*[np.arange(edge)] * 3, indexing="ij"), axis=-1).reshape(-1, 1, 3)
    lattice = (grid + cell).reshape(-1, 3) * np.sqrt(2)  # nearest neighbours at distance 1
    length = edge * np.sqrt(2)
    everyone = np.ones(len(lattice), bool)
    assert crystalline_share(lattice, everyone, length, 1.2, 0.3) == 1
    gas = np.random.default_rng(1).uniform(0, length, size=lattice.shape)
    assert crystalline_share(gas, everyone, length, 1.2, 0.3) < 0.3
