"""The static structure factor beside closed forms, and its first peak."""

import math

import numpy as np
import pytest

from softness.dynamics.structure_factor import (
    first_peak,
    range_of_first_peak,
    structure_factor,
    wave_vectors,
)
from softness.errors import InputError


def test_a_crystal_scatters_into_its_reciprocal_lattice_alone():
    cells = 4
    lattice = np.stack(np.meshgrid(*[np.arange(cells)] * 3), axis=-1).reshape(-1, 3) * 1.5
    bragg = 2 * np.pi / 1.5
    vectors = np.array([[bragg, 0, 0], [bragg, bragg, 0], [bragg / cells, 0, 0], [0, 0, bragg / 2]])
    found = structure_factor(lattice, vectors)
    assert found == pytest.approx([cells**3, cells**3, 0, 0], abs=1e-9)


def test_a_gas_scatters_as_many_independent_particles():
    generator = np.random.default_rng(4)
    edges = np.array([9.0, 10.0, 14.0])
    vectors = wave_vectors(edges, 5.0, 9.0)
    found = [structure_factor(generator.random((300, 3)) * edges, vectors) for _ in range(4)]
    assert np.mean(found) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("box_length", [12.0, np.array([8.0, 12.0, 20.0])])
def test_wave_vectors_fit_into_the_box_and_the_range_and_are_always_the_same(box_length):
    vectors = wave_vectors(box_length, 5.0, 9.0)
    whole = vectors * box_length / (2 * np.pi)
    assert whole == pytest.approx(np.rint(whole), abs=1e-9)
    magnitudes = np.linalg.norm(vectors, axis=1)
    assert 5.0 <= magnitudes.min() <= 5.3
    assert 8.7 <= magnitudes.max() <= 9.0
    assert len(np.unique(vectors, axis=0)) == len(vectors) > 300
    assert np.array_equal(vectors, wave_vectors(box_length, 5.0, 9.0))


def test_the_peak_of_a_noisy_lorentzian_is_found():
    generator = np.random.default_rng(5)
    magnitudes = generator.uniform(*range_of_first_peak(1.07), 600)
    values = 3 / (1 + ((magnitudes - 7.2) / 0.4) ** 2) * generator.gamma(10, 0.1, 600)
    assert first_peak(magnitudes, values) == pytest.approx(7.2, abs=0.06)


def test_without_a_peak_in_the_range_there_is_none():
    magnitudes = np.linspace(5, 9, 200)
    assert math.isnan(first_peak(magnitudes, magnitudes))
    with pytest.raises(InputError, match="give ten or more"):
        first_peak(magnitudes[:5], magnitudes[:5])
