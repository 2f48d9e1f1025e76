"""Cumulative squared displacement and its matched threshold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softness.dynamics.csd import (
    CumulativeSquaredDisplacementStream,
    cumulative_squared_displacement,
    matched_threshold,
)
from softness.dynamics.hop import hop_indicator
from softness.errors import InputError


def random_walk(frames=40, particles=20, seed=0):
    return np.cumsum(np.random.default_rng(seed).normal(size=(frames, particles, 3)), axis=0)


@pytest.mark.parametrize("intervals", [1, 3, 10])
def test_it_is_the_mean_over_the_last_intervals(intervals):
    positions = random_walk()
    square = (np.diff(positions, axis=0) ** 2).sum(axis=2)
    expected = [square[t - intervals : t].mean(axis=0) for t in range(intervals, len(positions))]
    np.testing.assert_allclose(
        cumulative_squared_displacement(positions, intervals), expected, rtol=1e-12
    )


def test_row_0_is_frame_intervals():
    assert cumulative_squared_displacement(np.zeros((31, 4, 3))).shape == (21, 4)


def test_one_jump_is_seen_for_ten_frames_with_a_tenth_of_its_square():
    positions = np.zeros((60, 1, 3))
    positions[30:] = [0.6, 0.0, 0.8]
    csd = cumulative_squared_displacement(positions)[:, 0]
    frames = np.arange(10, 60)
    seen = (frames >= 30) & (frames < 40)
    np.testing.assert_allclose(csd[seen], 0.1)
    assert (csd[~seen] == 0).all()


def test_it_counts_the_way_and_not_the_distance():
    positions = np.zeros((40, 1, 3))
    positions[::2, :, 0] = 0.3
    np.testing.assert_allclose(cumulative_squared_displacement(positions), 0.09)


def test_steady_motion_gives_the_square_of_the_step_far_from_the_origin_too():
    positions = 1e6 + np.arange(50)[:, None, None] * np.array([0.25, 0.5, 0.0])
    np.testing.assert_allclose(cumulative_squared_displacement(positions), 0.3125)


@given(cuts=st.lists(st.integers(0, 40), max_size=8), intervals=st.integers(1, 12))
@settings(deadline=None, max_examples=40)
def test_a_stream_equals_the_whole_however_it_is_cut(cuts, intervals):
    positions = random_walk(40, 5).astype(np.float32)
    stream = CumulativeSquaredDisplacementStream(intervals)
    rows = [stream.push(block) for block in np.split(positions, sorted(cuts))]
    whole = cumulative_squared_displacement(positions, intervals)
    assert np.array_equal(np.concatenate(rows), whole)


def test_bad_arguments_are_named():
    with pytest.raises(InputError, match="10 frames"):
        cumulative_squared_displacement(np.zeros((10, 4, 3)))
    with pytest.raises(InputError, match="intervals = 0"):
        cumulative_squared_displacement(np.zeros((20, 4, 3)), 0)
    with pytest.raises(InputError, match="not finite"):
        cumulative_squared_displacement(np.full((20, 4, 3), np.nan))
    stream = CumulativeSquaredDisplacementStream()
    stream.push(np.zeros((3, 4, 3)))
    with pytest.raises(InputError, match="5 particles"):
        stream.push(np.zeros((3, 5, 3)))


@given(
    samples=st.lists(st.integers(0, 10**6), min_size=2, max_size=50, unique=True),
    data=st.data(),
)
def test_the_exact_threshold_flags_exactly_the_wanted_number(samples, data):
    samples = np.array(samples) * 1e-6
    flagged = data.draw(st.integers(1, len(samples) - 1))
    threshold = matched_threshold(samples, flagged / len(samples), step=None)
    assert (samples > threshold).sum() == flagged


def test_the_threshold_is_rounded_to_the_grid():
    samples = np.linspace(0, 0.2, 200_001)
    assert matched_threshold(samples, 1 - 0.0934 / 0.2) == 0.094
    assert matched_threshold(samples, 1 - 0.0926 / 0.2) == 0.092
    assert matched_threshold(samples, 1 - 0.0926 / 0.2, step=0.01) == 0.09


def test_a_threshold_that_rounds_to_0_is_refused():
    samples = np.linspace(0, 0.2, 200_001)
    share = 1 - 0.0006 / 0.2
    with pytest.raises(
        InputError, match=r"step = 0\.002 rounds the threshold 0\.000599 to 0: .*step"
    ):
        matched_threshold(samples, share)
    assert matched_threshold(samples, share, step=0.0002) == 0.0006
    assert matched_threshold(samples, share, step=None) == pytest.approx(0.0006, abs=2e-6)


def test_a_threshold_outside_of_the_grid_is_refused():
    samples = np.linspace(0, 0.2, 200_001)
    share = 1 - 0.0934 / 0.2
    assert matched_threshold(samples, share, lowest=0.094, highest=0.094) == 0.094
    assert matched_threshold(samples, share, lowest=0.002) == 0.094
    for ends in ({"lowest": 0.096}, {"highest": 0.092}, {"lowest": 0.002, "highest": 0.092}):
        with pytest.raises(InputError, match=r"the threshold 0\.094 lies outside of .*wider grid"):
            matched_threshold(samples, share, **ends)


def test_it_flags_as_many_samples_as_p_hop_on_one_trajectory():
    positions = 0.12 * random_walk(400, 200, seed=1)
    hop, csd = hop_indicator(positions), cumulative_squared_displacement(positions)
    share = (hop > 0.2).mean()
    assert 0.01 < share < 0.99
    assert (csd > matched_threshold(csd, share, step=None)).mean() == pytest.approx(share, abs=1e-4)


@pytest.mark.parametrize(
    ("samples", "share", "step", "named"),
    [
        ([], 0.1, 0.002, "0 samples"),
        ([0.1, np.nan], 0.5, 0.002, "1 of them not finite"),
        ([0.1, 0.2], 0.0, 0.002, "share = 0.0"),
        ([0.1, 0.2], 0.01, 0.002, "flags 0 of 2"),
        ([0.1, 0.2], 0.5, -1, "step = -1"),
    ],
)
def test_a_bad_match_is_named(samples, share, step, named):
    with pytest.raises(InputError, match=named):
        matched_threshold(samples, share, step)
