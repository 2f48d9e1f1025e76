"""Mean squared displacement, its plateau, and p_hop's window and threshold, beside closed forms."""

import math

import numpy as np
import pytest

from softness.dynamics.caging import (
    Plateau,
    find_plateau,
    mean_squared_displacement,
    preferred,
    suggested_threshold,
    suggested_window,
)
from softness.dynamics.hop import hop_indicator
from softness.errors import InputError

LAGS = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48])
COLD = Plateau(2.5, 0.033, 0.05, 150.0)
HOT = Plateau(1.4, 0.3, 0.95, 3.0)


def numbered(positions):
    return enumerate(positions)


def test_constant_velocity_gives_its_square_whatever_the_origins():
    walk = np.arange(20)[:, None, None] * np.array([[0.1, 0.0, 0.2], [0.3, 0.0, 0.0]])
    found = mean_squared_displacement(numbered(walk), [0, 3, 7], [1, 5, 12])
    assert found == pytest.approx(0.07 * np.array([1, 25, 144]))


def test_frames_that_nobody_needs_may_be_left_out_and_lags_beyond_the_end_are_unknown():
    walk = np.random.default_rng(1).normal(size=(30, 4, 3))
    needed = [0, 2, 10, 12]
    some = ((number, walk[number]) for number in needed)
    found = mean_squared_displacement(some, [0, 10], [2, 25])
    expected = np.mean([((walk[k + 2] - walk[k]) ** 2).sum(-1).mean() for k in (0, 10)])
    assert found[0] == pytest.approx(expected)
    assert math.isnan(found[1])


def test_brownian_motion_has_the_slope_1_and_no_plateau():
    steps = np.random.default_rng(2).normal(size=(400, 300, 3))
    values = mean_squared_displacement(numbered(steps.cumsum(axis=0)), range(0, 300, 10), LAGS)
    assert values == pytest.approx(3.0 * LAGS, rel=0.1)
    found = find_plateau(LAGS, values)
    assert found.slope == pytest.approx(1.0, abs=0.15)
    assert not found.is_caged


def test_an_overdamped_harmonic_cage_has_its_own_height_and_no_end():
    times = np.geomspace(0.1, 100, 40)
    found = find_plateau(times, 0.04 * (1 - np.exp(-times)))
    assert found.is_caged
    assert found.height == pytest.approx(0.04, rel=0.02)
    # x / (e^x - 1), the slope, is 0.05 at x = 4.5, the first that differs too little from 0.
    assert found.begin == pytest.approx(4.5, rel=0.2)
    assert math.isnan(found.end)


def test_a_plateau_ends_where_diffusion_has_doubled_it():
    times = np.geomspace(0.1, 1000, 60)
    found = find_plateau(times, 0.04 * (1 - np.exp(-times)) + 0.0004 * times)
    assert found.end == pytest.approx(100 * (found.height * 2 / 0.04 - 1), rel=0.01)
    assert 2 < found.begin < 8


def test_unknown_lags_do_not_count_and_three_are_needed():
    values = np.array([0.1, np.nan, 0.2, 0.3])
    assert find_plateau([1, 2, 3, 4], values) == find_plateau([1, 3, 4], values[[0, 2, 3]])
    with pytest.raises(InputError, match="holds 2 known mean squared displacements"):
        find_plateau([1, 2, 3], [0.1, np.nan, 0.2])
    with pytest.raises(InputError, match="displacement of 0"):
        find_plateau([1, 2, 3], [0.0, 0.1, 0.2])


@pytest.mark.parametrize(
    ("plateau", "interval", "window"),
    [
        (COLD, 1.0, 10.0),
        (COLD, 0.2, 10.0),
        (COLD, 3.0, 30.0),
        (COLD, 25.0, 150.0),
        (COLD, 100.0, 400.0),
        (Plateau(2.5, 0.033, 0.05, math.nan), 25.0, 250.0),
        (HOT, 0.5, 5.0),
    ],
)
def test_the_window_follows_the_plateau_and_the_frames(plateau, interval, window):
    assert suggested_window(plateau, interval) == pytest.approx(window)


def test_the_threshold_is_a_jump_out_of_the_cage():
    assert suggested_threshold(COLD, 1.07) == 0.2
    assert suggested_threshold(HOT, 1.07) == 0.2
    assert suggested_threshold(HOT, 2.5) == 1.0


def test_a_planted_hop_out_of_a_measured_cage_is_found_and_nothing_else():
    generator = np.random.default_rng(3)
    positions = generator.normal(scale=0.075, size=(200, 50, 3))
    cage = find_plateau(LAGS, mean_squared_displacement(numbered(positions), range(100), LAGS))
    assert cage.height == pytest.approx(6 * 0.075**2, rel=0.05)
    positions[100:, 7, 0] += 3.5 * math.sqrt(cage.height)
    hop = hop_indicator(positions, round(suggested_window(cage, 1.0)) // 2)
    frames, particles = np.nonzero(hop > suggested_threshold(cage, 1.0))
    assert set(particles.tolist()) == {7}
    assert abs(np.median(frames) + 5 - 99.5) <= 2


@pytest.mark.parametrize(
    ("value", "nearest"),
    [(0.198, 0.2), (9.8, 10), (11.2, 10), (14, 15), (6.9, 6), (0.00712, 0.008), (1000, 1000)],
)
def test_numbers_as_people_write_them(value, nearest):
    assert preferred(value) == nearest


def test_what_is_not_positive_is_refused():
    with pytest.raises(InputError, match="frame_interval"):
        suggested_window(COLD, 0.0)
