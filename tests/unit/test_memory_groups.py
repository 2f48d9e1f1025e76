"""Groups of S(0): who belongs to them, how they forget, and how well that is known."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import norm

from softness.errors import InputError
from softness.memory import curves as curves_of
from softness.memory import groups

EDGES = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])


def forgetting(generator, replicas=5, origins=40, particles=1000, fast=0.5, time=100.0):
    """Sums of particles that lose half of S at once and the rest linearly in log t; 8 blocks.

    The share that is left after the drop falls by 0.1 in a decade, and for S > 1 by 0.15; what they
    lose so goes to the middle, as the mean of everyone does not move in equilibrium.
    """
    times = np.concatenate([[0.0], np.geomspace(0.1, time, 16)])
    tables = []
    for _ in range(replicas):
        sums = groups.GroupSums(EDGES, len(times), blocks=8)
        for number in range(origins):
            start = generator.normal(size=particles)
            origin = sums.begin(start, block=number * 8 // origins)
            slope, gain = np.where(start > 1, 0.15, 0.1), np.where(np.abs(start) < 1, GAIN, 0.0)
            for place, when in enumerate(times):
                decades = np.log10(when / 0.1) if when else 0.0
                left = fast - slope * decades if when else np.ones(particles)
                noise = np.sqrt(1 - left**2) * generator.normal(size=particles)
                sums.add(origin, place, left * start + gain * decades + noise)
        tables.append(sums)
    return times, [each.sums for each in tables], [each.counts for each in tables]


GAIN = 0.05 * norm.pdf(1) / (norm.cdf(1) - norm.cdf(-1))


# Means of bins


def bin_means(values_at_0, values, edges):
    """Means of the groups of one time origin."""
    sums = groups.GroupSums(edges, times=len(values))
    origin = sums.begin(values_at_0)
    for time, frame in enumerate(values):
        sums.add(origin, time, frame)
    return sums.means(origin)


def test_means_are_those_of_a_loop_over_particles():
    generator = np.random.default_rng(1)
    start, values = generator.normal(size=500), generator.normal(size=(7, 500))
    found = bin_means(start, values, EDGES)
    for number, (low, high) in enumerate(pairwise(EDGES)):
        inside = (start >= low) & (start < high)
        assert found.numbers[number] == inside.sum()
        assert found.means[number] == pytest.approx([frame[inside].mean() for frame in values])
    assert found.everyone == pytest.approx(values.mean(axis=1))


def test_edges_belong_to_the_upper_bin_and_the_last_one_to_the_last_bin():
    start = np.array([-2.0, -1.0, 0.0, 1.0, 2.0, 2.1, -2.1])
    found = bin_means(start, start[None], EDGES)
    assert found.numbers.tolist() == [1, 1, 1, 2]
    assert found.everyone == pytest.approx([0.0])
    unbounded = bin_means(start, start[None], np.array([-np.inf, 0.0, np.inf]))
    assert unbounded.numbers.tolist() == [3, 4]


def test_empty_bin_is_nan():
    found = bin_means(np.array([-0.5, 0.5]), np.ones((3, 2)), EDGES)
    assert np.isnan(found.means[[0, 3]]).all()
    assert (found.means[[1, 2]] == 1).all()
    assert found.numbers.tolist() == [0, 1, 1, 0]


def test_frames_one_by_one_give_what_all_origins_together_give():
    """Origins overlap, belong to two blocks, and the last ones do not reach the last times."""
    generator = np.random.default_rng(2)
    run = generator.normal(size=(10, 200)).cumsum(axis=0)
    sums = groups.GroupSums(EDGES, times=4, blocks=2)
    still_open = {}
    for number, frame in enumerate(run):
        still_open[number] = sums.begin(frame, block=number // 5)
        for first, origin in still_open.items():
            if number - first < 4:
                sums.add(origin, number - first, frame)
    expected, numbers = np.zeros((2, 5, 4)), np.zeros((2, 5, 4))
    for first in range(10):
        for time in range(min(4, 10 - first)):
            for particle in range(200):
                for group in range(4):
                    if EDGES[group] <= run[first, particle] < EDGES[group + 1]:
                        expected[first // 5, group, time] += run[first + time, particle]
                        numbers[first // 5, group, time] += 1
                expected[first // 5, 4, time] += run[first + time, particle]
                numbers[first // 5, 4, time] += 1
    assert sums.sums == pytest.approx(expected)
    assert (sums.counts == numbers).all()


# Normalised form


def test_normalised_form_is_one_at_the_start_and_zero_when_forgotten():
    times, rates = np.linspace(0, 50, 20), np.array([0.5, 1.0, 2.0])
    start, mean = np.array([-1.0, 0.5, 2.0]), 0.2
    means = mean + (start - mean)[:, None] * np.exp(-rates[:, None] * times)
    found = curves_of.normalised(means, mean)
    assert (found[:, 0] == 1).all()
    assert found == pytest.approx(np.exp(-rates[:, None] * times))


def test_normalised_form_takes_draws_and_a_mean_that_moves():
    generator = np.random.default_rng(3)
    means, everyone = generator.normal(size=(6, 4, 9)), generator.normal(size=(6, 9))
    found = curves_of.normalised(means, everyone)
    fixed = curves_of.normalised(means, everyone[:, 0])
    for draw in range(6):
        assert found[draw] == pytest.approx(curves_of.normalised(means[draw], everyone[draw]))
        assert fixed[draw] == pytest.approx(curves_of.normalised(means[draw], everyone[draw, 0]))
    shifted = curves_of.normalised(means + 3 * everyone[:, None], 4 * everyone)
    assert shifted == pytest.approx(found)


def test_groups_that_start_within_the_noise_are_nan():
    means = np.array([[0.5, 0.1], [0.1, 0.1], [-0.5, 0.0], [0.0, 1.0]])
    known = np.isfinite(curves_of.normalised(means, 0.0)).all(axis=1)
    assert known.tolist() == [True, True, True, False]
    known = np.isfinite(curves_of.normalised(means, 0.0, noise=0.1)).all(axis=1)
    assert known.tolist() == [True, False, True, False]
    known = np.isfinite(curves_of.normalised(means, 0.0, np.array([0.6, 0, 0, 0]))).all(axis=1)
    assert known.tolist() == [False, True, True, False]


# Times, slopes, other times


def test_time_to_a_level_is_exact_on_a_line_in_log_time():
    times = np.geomspace(0.1, 1000, 13)
    curves = 0.6 - np.array([0.1, 0.2])[:, None] * np.log10(times)
    assert curves_of.time_to_level(times, curves, 0.5) == pytest.approx([10, 10**0.5])
    assert np.isnan(curves_of.time_to_level(times, curves, 0.05)).tolist() == [True, False]


def test_time_to_a_level_of_an_exponential():
    times = np.concatenate([[0], np.geomspace(0.01, 100, 400)])
    curves = np.exp(-times / np.array([1.0, 7.0])[:, None])
    assert curves_of.time_to_level(times, curves, 1 / np.e) == pytest.approx([1, 7], rel=1e-3)
    assert curves_of.time_to_level(times, curves, 0.05) == pytest.approx(
        [np.log(20), 7 * np.log(20)], rel=1e-3
    )


def test_before_the_first_positive_time_interpolation_is_linear():
    assert curves_of.time_to_level(np.array([0.0, 0.1, 1.0]), np.array([1, 0.2, 0]), 0.6) == (
        pytest.approx(0.05)
    )


def test_time_to_a_level_is_the_first_one_and_unknown_where_it_cannot_be_told():
    times = np.array([1.0, 10.0, 100.0, 1000.0])
    curves = np.array(
        [
            [1.0, 0.0, 1.0, 0.0],
            [0.4, 0.3, 0.2, 0.1],  # begins below
            [1.0, np.nan, 0.2, 0.1],  # unknown just before
            [np.nan, 1.0, 0.0, 0.0],
            [1.0, 0.9, 0.8, 0.7],
        ]
    )
    found = curves_of.time_to_level(times, curves, 0.5)
    assert found[[0, 3]] == pytest.approx([10**0.5, 10**1.5])
    assert np.isnan(found[[1, 2, 4]]).all()
    stacked = curves_of.time_to_level(times, np.stack([curves, curves[::-1]]), 0.5)
    np.testing.assert_array_equal(stacked, [found, found[::-1]])


def test_line_in_log_time():
    times = np.concatenate([[0], np.geomspace(0.01, 100, 30)])
    decades = np.log10(np.maximum(times, 1e-9))
    curves = np.stack([0.5 - 0.1 * decades, 0.5 - 0.1 * decades + 0.03 * decades**2])
    curves[:, times < 1] = 7.0
    found = curves_of.fit_log_line(times, curves, 1, 100)
    assert found.slope[0] == pytest.approx(-0.1)
    # The slope of a parabola over a symmetric range is that at its middle, log10 t = 1.
    assert found.slope[1] == pytest.approx(-0.1 + 0.06, abs=0.003)
    assert found.curvature == pytest.approx([0.0, 0.06], abs=1e-10)
    brute = np.polyfit(np.log10(times[times >= 1]), curves[1, times >= 1], 1)
    assert found.slope[1] == pytest.approx(brute[0])
    two = curves_of.fit_log_line(np.array([1.0, 10.0]), np.array([1.0, 0.4]), 1, 10)
    assert two.slope == pytest.approx(-0.6)
    assert np.isnan(two.curvature)


def test_a_curve_with_gaps_spoils_no_other_curve():
    curves = np.array([[1.0, 0.5, np.nan], [1.0, 0.5, 0.0]])
    found = curves_of.fit_log_line(np.array([1.0, 10.0, 100.0]), curves, 1, 100)
    assert np.isnan(found.slope[0])
    assert found.slope[1] == pytest.approx(-0.5)


def test_a_level_of_its_own_for_each_curve():
    times = np.geomspace(0.1, 1000, 13)
    curves = 0.6 - np.array([0.1, 0.2])[:, None] * np.log10(times)
    found = curves_of.time_to_level(times, curves, np.array([0.5, 0.4]))
    assert found == pytest.approx([10, 10])


LATE = np.unique(np.geomspace(3, 400, 24).round())
RELAXING = {
    "stretched": (lambda t: 0.6 * np.exp(-((t / 40) ** 0.6)), 182.4, 0.01),
    "exponential": (lambda t: 0.5 * np.exp(-t / 50), 115.1, 0.03),
    "early": (lambda t: 0.5 * np.exp(-t / 4), 9.21, 0.02),
    "linear in log t": (
        lambda t: np.maximum(0.55 - 0.5 * np.log10(t) / np.log10(260), 0),
        260.0,
        0.1,
    ),
}


@pytest.mark.parametrize("name", RELAXING)
def test_a_fit_of_the_tail_finds_when_a_level_is_met(name):
    curve, expected, tolerance = RELAXING[name]
    exact = curves_of.time_by_fit(LATE, curve(LATE), np.ones(len(LATE)), 0.05)
    assert exact == pytest.approx(expected, rel=tolerance)


@pytest.mark.parametrize("name", RELAXING)
def test_noise_makes_a_first_crossing_early_and_a_fit_not(name):
    """Noise as large as the level: the median over 400 curves."""
    curve, expected, tolerance = RELAXING[name]
    noise = np.random.default_rng(3).normal(size=(400, len(LATE)))
    noisy = curve(LATE) + 0.05 * noise
    fitted = curves_of.time_by_fit(LATE, noisy, np.full(len(LATE), 0.05), 0.05)
    assert np.median(fitted) == pytest.approx(expected, rel=tolerance + 0.08)
    assert np.nanmedian(curves_of.time_to_level(LATE, noisy, 0.05)) < 0.93 * np.median(fitted)


def test_times_beyond_the_measured_ones_are_of_the_fit_or_a_bound():
    slow, fast = np.exp(-LATE / 400), 0.04 * np.exp(-LATE / 50)
    unknown = np.where(LATE > 100, np.nan, slow)
    errors = np.full(len(LATE), np.nan)
    found = curves_of.time_by_fit(LATE, np.stack([slow, fast, unknown]), errors, 0.05)
    assert found == pytest.approx([400 * np.log(20), 3.0, np.nan], rel=0.03, nan_ok=True)


# Everything, with intervals


def test_planted_curves_are_found_within_their_intervals():
    times, sums, counts = forgetting(np.random.default_rng(4))
    found = groups.analyse_groups(times, sums, counts, 300, np.random.default_rng(5))
    assert (found.curves.value[:, 0] == 1).all()
    outer = found.curves[np.array([0, 3])]
    expected = 0.5 - np.array([0.1, 0.15])[:, None] * np.log10(times[1:] / 0.1)
    assert outer.value[:, 1:] == pytest.approx(expected, abs=0.03)
    low, high = (bound[:, 1:] for bound in outer.interval())
    assert ((low < expected) & (expected < high)).mean() > 0.85
    assert (high - low < 0.1).all()
    slopes = outer.map(lambda each: curves_of.fit_log_line(times, each, 0.1, 100).slope)
    low, high = slopes.interval()
    assert ((low < [-0.1, -0.15]) & (high > [-0.1, -0.15])).all()
    assert found.means.draws.shape == (300, 5, 17)
    assert (found.curves.units.replicas, found.curves.units.parts) == (5, 40)


def test_group_at_the_mean_is_left_out_of_all_draws():
    times = np.array([0.0, 1.0, 10.0])
    generator = np.random.default_rng(6)
    edges = np.array([-np.inf, -0.5, 0.5, np.inf])
    tables = []
    for _ in range(5):
        sums = groups.GroupSums(edges, 3, blocks=2)
        for block in range(2):
            start = generator.normal(size=300)
            origin = sums.begin(start, block)
            for place, left in enumerate((1.0, 0.5, 0.3)):
                sums.add(origin, place, left * start)
        tables.append(sums)
    found = groups.analyse_groups(
        times, [t.sums for t in tables], [t.counts for t in tables], 100, generator
    )
    assert np.isnan(found.curves.value[1]).all()
    assert np.isnan(found.curves.draws[:, 1]).all()
    assert np.isfinite(found.means.draws).all()
    assert found.curves.value[[0, 2]] == pytest.approx(np.tile([1.0, 0.5, 0.3], (2, 1)))


def test_a_group_is_left_out_for_the_error_of_its_own_distance_from_the_mean():
    """The first group is always 0.1 below everyone, who differ by more from replica to replica."""
    generator = np.random.default_rng(14)
    everyone, scatter = generator.normal(size=(2, 5, 1))
    means = np.stack([everyone - 0.1, everyone + 5 + scatter, everyone], axis=1)
    times, counts = np.array([0.0, 1.0, 10.0]), np.full((1, 3, 3), 50.0)
    sums = [50 * (one + 0.01 * times)[None] for one in means]
    found = groups.analyse_groups(times, sums, [counts] * 5, 100, generator)
    assert np.isfinite(found.curves.value).all()


def test_single_unit_has_values_and_no_interval():
    times, sums, counts = forgetting(np.random.default_rng(7), replicas=1, origins=4)
    total = [sums[0].sum(axis=0, keepdims=True)], [counts[0].sum(axis=0, keepdims=True)]
    found = groups.analyse_groups(times, *total, 50, np.random.default_rng(8))
    assert np.isfinite(found.curves.value).all()
    assert np.isnan(found.curves.interval()).all()


def test_same_generator_gives_the_same_draws():
    times, sums, counts = forgetting(np.random.default_rng(9), replicas=2, origins=8)
    one, other = (
        groups.analyse_groups(times, sums, counts, 20, np.random.default_rng(1)) for _ in "ab"
    )
    np.testing.assert_array_equal(one.curves.draws, other.curves.draws)


def test_messages_name_argument_value_and_remedy():
    sums = groups.GroupSums(EDGES, times=3, blocks=2)
    origin = sums.begin(np.zeros(4))
    with pytest.raises(InputError, match="block = 2: give 0 to 1"):
        sums.begin(np.zeros(4), block=2)
    with pytest.raises(InputError, match="time = 3: give 0 to 2"):
        sums.add(origin, 3, np.zeros(4))
    with pytest.raises(InputError, match="values has the shape"):
        sums.add(origin, 0, np.zeros(5))
    with pytest.raises(InputError, match="values holds 1 values that are NaN"):
        sums.begin(np.array([0.0, np.nan]))
    for edges in ([0.0, np.nan], [1.0, 1.0], [1.0], [[0.0], [1.0]]):
        with pytest.raises(InputError, match="edges = "):
            groups.GroupSums(np.array(edges), 3)
    with pytest.raises(InputError, match="everyone"):
        curves_of.normalised(np.ones((2, 3)), np.ones(2))
    with pytest.raises(InputError, match="times = "):
        curves_of.time_to_level(np.array([1.0, 1.0]), np.ones(2), 0.5)
    with pytest.raises(InputError, match="curves has the shape"):
        curves_of.time_to_level(np.array([1.0, 2.0]), np.ones(3), 0.5)
    with pytest.raises(InputError, match=r"lowest = 3, highest = 9: 0 of the times"):
        curves_of.fit_log_line(np.array([1.0, 2.0]), np.ones(2), 3, 9)
    tables = [np.ones((2, 3, 2))]
    with pytest.raises(InputError, match="times begins at 1"):
        groups.analyse_groups(np.array([1.0, 2.0]), tables, tables, 10, None)
    with pytest.raises(InputError, match="sums has the shapes"):
        groups.analyse_groups(np.array([0.0, 1, 2]), tables, tables, 10, None)
