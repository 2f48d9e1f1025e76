"""g(r) by pair of species against closed forms."""

import numpy as np
import pytest

from softness.dynamics.pairs import PairDistribution, first_peak, second_minimum
from softness.errors import InputError

LENGTH = 10.0


def test_an_ideal_gas_has_no_structure():
    generator = np.random.default_rng(1)
    types = np.repeat([0, 1], [300, 100])
    result = PairDistribution(LENGTH, types, 0.5, 4.5)
    for _ in range(60):
        result.add(generator.uniform(0, LENGTH, size=(400, 3)))
    np.testing.assert_allclose(result.values()[:, 3:], 1, atol=0.06)
    assert result.values()[:, 3:].mean(axis=1) == pytest.approx([1, 1, 1], abs=0.01)


def test_counts_are_those_of_all_pairs():
    generator = np.random.default_rng(2)
    types = np.repeat([0, 1], [30, 12])
    positions = generator.uniform(-LENGTH / 2, LENGTH / 2, size=(42, 3))
    result = PairDistribution(LENGTH, types, 0.5, 4.0)
    result.add(positions)
    separation = positions[:, None] - positions[None, :]
    separation -= LENGTH * np.round(separation / LENGTH)
    distance = np.linalg.norm(separation, axis=-1)
    edges = np.linspace(0, 4, 9)
    shells = 4 / 3 * np.pi * np.diff(edges**3)
    is_a = types == 0
    for row, (first, second) in zip(
        result.values(), [(is_a, is_a), (is_a, ~is_a), (~is_a, ~is_a)], strict=True
    ):
        same = (first == second).all()
        pairs = distance[np.ix_(first, second)]
        counts, _ = np.histogram(pairs[pairs > 0], edges)
        partners = second.sum() - same
        expected = counts / first.sum() / shells / (partners / LENGTH**3)
        np.testing.assert_allclose(row, expected, rtol=1e-4)


def test_positions_may_be_unwrapped():
    generator = np.random.default_rng(3)
    types = np.repeat([0, 1], [50, 20])
    positions = generator.uniform(0, LENGTH, size=(70, 3))
    results = []
    for shift in (0, LENGTH * generator.integers(-2, 3, size=(70, 3))):
        results.append(PairDistribution(LENGTH, types, 0.1, 4.0))
        results[-1].add(positions + shift)
    # A pair on the edge of a bin may change sides by rounding in single precision.
    np.testing.assert_allclose(results[0].values(), results[1].values(), atol=0.5)
    assert np.median(np.abs(results[0].values() - results[1].values())) == 0


def test_the_peak_of_a_parabola_is_found_between_bins():
    distances = np.arange(0.01, 3, 0.02)
    place, height = first_peak(distances, 4.26 - 30 * (distances - 1.0712) ** 2)
    assert place == pytest.approx(1.0712, abs=1e-9)
    assert height == pytest.approx(4.26, abs=1e-9)


def test_a_peak_at_the_edge_is_none():
    assert np.isnan(first_peak(np.arange(5.0), np.arange(5.0))).all()


def test_what_reaches_beyond_half_the_box_is_refused():
    with pytest.raises(InputError, match="largest_distance is 6"):
        PairDistribution(LENGTH, np.zeros(4, int), 0.1, 6.0)


def test_no_frame_is_told():
    with pytest.raises(InputError, match="no frame"):
        PairDistribution(LENGTH, np.repeat([0, 1], [4, 2]), 0.1, 4.0).values()


def shells(distance, noise=0.0, split=True):
    """g(r) with a first peak at 1.07, a second one (split, as below the onset), and a third."""
    peaks = [(1.07, 0.06, 3.5), (3.0, 0.2, 0.2)]
    peaks += [(1.83, 0.1, 0.35), (2.08, 0.12, 0.35)] if split else [(1.95, 0.18, 0.5)]
    values = 1 + sum(height * np.exp(-0.5 * ((distance - r) / w) ** 2) for r, w, height in peaks)
    values -= 0.15 * np.exp(-0.5 * ((distance - 2.42) / 0.12) ** 2)
    values[distance < 0.9] = 0
    return values + np.random.default_rng(1).normal(scale=noise, size=len(distance))


@pytest.mark.parametrize(("noise", "split"), [(0.0, True), (0.0, False), (0.01, True)])
def test_the_second_minimum_lies_behind_the_second_shell(noise, split):
    distance = np.arange(0.01, 5, 0.02)
    values = shells(distance, noise, split)
    clean = shells(distance, 0.0, split)
    inside = (distance > 2.1) & (distance < 2.8)
    expected = distance[inside][np.argmin(clean[inside])]
    assert second_minimum(distance, values) == pytest.approx(expected, abs=0.06)


def test_a_range_that_ends_early_has_no_second_minimum():
    distance = np.arange(0.01, 2.4, 0.02)
    assert np.isnan(second_minimum(distance, shells(distance)))
    distance = np.arange(0.01, 5, 0.02)
    assert np.isnan(second_minimum(distance, 4 - distance))
