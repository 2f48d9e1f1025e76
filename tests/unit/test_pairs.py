"""g(r) by pair of species against closed forms."""

import freud
import numpy as np
import pytest

from softness.dynamics.pairs import (
    PAIRS,
    PairDistribution,
    first_minimum,
    first_peak,
    neighbours,
    second_minimum,
)
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


def test_pairs_of_one_species_and_of_three():
    generator = np.random.default_rng(5)
    positions, types = generator.uniform(0, LENGTH, size=(90, 3)), np.repeat([0, 1, 2], 30)

    def measured(types):
        result = PairDistribution(LENGTH, types, 0.5, 4.0)
        result.add(positions[: len(types)])
        return result.values()

    three = measured(types)
    assert PAIRS[:6] == ("AA", "AB", "BB", "AC", "BC", "CC")
    assert len(three) == 6
    np.testing.assert_array_equal(three[:3], measured(types[:60]))
    np.testing.assert_array_equal(three[:1], measured(types[:30]))
    # C in place of B.
    exchanged = measured(np.repeat([0, 2, 1], 30))
    np.testing.assert_allclose(exchanged[[0, 3, 5, 1, 4, 2]], three, rtol=1e-6)


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
    with pytest.raises(InputError, match="smaller than twice the largest_distance 6"):
        PairDistribution(LENGTH, np.zeros(4, int), 0.1, 6.0)


@pytest.mark.parametrize("length", [10.0, (4096 / 1.2) ** (1 / 3), (150 / 1.2) ** (1 / 3), 7.3])
def test_half_the_box_is_the_largest_distance(length):
    """Against distances by freud's own box, of which no histogram is made."""
    generator = np.random.default_rng(11)
    types = np.repeat([0, 1], [90, 30])
    positions = generator.uniform(-length / 2, length / 2, size=(120, 3))
    result = PairDistribution(length, types, length / 40, length / 2)
    result.add(positions)
    assert result.largest_distance == pytest.approx(length / 2, rel=1e-12)
    box, a, b = freud.box.Box.cube(length), positions[types == 0], positions[types == 1]
    edges = np.linspace(0, length / 2, 21)
    shells = 4 / 3 * np.pi * np.diff(edges**3)
    for row, first, second, partners in zip(
        result.values(), (a, a, b), (a, b, b), (89, 30, 29), strict=True
    ):
        distance = box.compute_all_distances(first, second)
        counts, _ = np.histogram(distance[distance > 0], edges)
        expected = counts / len(first) / shells / (partners / length**3)
        # A pair on an edge may change sides by rounding in single precision.
        np.testing.assert_allclose(row * shells, expected * shells, atol=3 * length**3 / 900)
        assert np.median(np.abs(row - expected)[5:]) < 1e-5


def test_beyond_half_the_box_is_refused_where_it_is_not_rounding():
    length = (150 / 1.2) ** (1 / 3)
    PairDistribution(length, np.repeat([0, 1], [4, 2]), 0.1, 2.5)
    with pytest.raises(InputError, match=r"twice the largest_distance 2\.5001"):
        PairDistribution(length, np.repeat([0, 1], [4, 2]), 0.1, 2.5001)


@pytest.mark.parametrize(("width", "end"), [(0.3, 3.9), (0.7, 3.5), (2.5, 2.5), (0.1, 4.0)])
def test_bins_have_the_width_that_was_asked_for(width, end):
    """4.0 holds no whole number of most: the histogram ends before it."""
    generator = np.random.default_rng(4)
    types = np.repeat([0, 1], [40, 20])
    result = PairDistribution(LENGTH, types, width, 4.0)
    result.add(generator.uniform(0, LENGTH, size=(60, 3)))
    assert result.bin_width == width
    assert result.largest_distance == pytest.approx(end)
    expected = (np.arange(round(end / width)) + 0.5) * width
    np.testing.assert_allclose(result.distances, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("width", "end", "named"),
    [
        (0.0, 4.0, "bin_width = 0"),
        (0.1, np.nan, "largest_distance = nan"),
        (5.0, 4.0, "width is 5"),
    ],
)
def test_what_makes_no_bins_is_named(width, end, named):
    with pytest.raises(InputError, match=named):
        PairDistribution(LENGTH, np.repeat([0, 1], [4, 2]), width, end)


def test_real_configurations_are_measured_to_half_their_box(real_data):
    length, types = float(real_data["box_length"]), real_data["types"]
    whole = PairDistribution(length, types, length / 752, length / 2)
    part = PairDistribution(length, types, length / 752, 376 / 752 * length * (1 - 1 / 376))
    for result in (whole, part):
        result.add(real_data["positions"][0])
    np.testing.assert_allclose(whole.values()[:, :-1], part.values(), rtol=0.02, atol=0.02)
    np.testing.assert_allclose(whole.values()[:2, -1], 1, atol=0.1)


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


def test_the_first_minimum_lies_behind_the_first_shell():
    distance = np.arange(0.01, 5, 0.02)
    values = shells(distance) - 0.3 * np.exp(-0.5 * ((distance - 1.42) / 0.1) ** 2)
    assert first_minimum(distance, values) == pytest.approx(1.42, abs=0.06)
    assert np.isnan(first_minimum(distance, 4 - distance))


def test_neighbours_of_an_ideal_gas_fill_the_sphere():
    distance = np.arange(0.005, 3, 0.01)
    within = neighbours(distance, np.ones_like(distance), 2.0)
    assert within == pytest.approx(4 / 3 * np.pi * 8, rel=1e-3)
    shell = np.where((distance > 1) & (distance < 1.5), 2.0, 0.0)
    assert neighbours(distance, shell, 2.0) == pytest.approx(8 / 3 * np.pi * 2.375, rel=1e-2)


def test_a_range_that_ends_early_has_no_second_minimum():
    distance = np.arange(0.01, 2.4, 0.02)
    assert np.isnan(second_minimum(distance, shells(distance)))
    distance = np.arange(0.01, 5, 0.02)
    assert np.isnan(second_minimum(distance, 4 - distance))
