"""p_hop, events and quiet runs, stated as physics."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from softness.dynamics.hop import HopStream, hop_indicator
from softness.dynamics.rearrangements import (
    EventStream,
    QuietRunStream,
    automatic_quiet_threshold,
    events,
    quiet_runs,
)
from softness.errors import InputError


def hop_by_definition(positions, half_window):
    """The equation of the source, written out."""
    positions = positions.astype(np.float64)
    rows = []
    for t in range(half_window, len(positions) - half_window):
        w1 = positions[t - half_window : t + 1]
        w2 = positions[t : t + half_window + 1]
        before = ((w1 - w2.mean(axis=0)) ** 2).sum(axis=2).mean(axis=0)
        after = ((w2 - w1.mean(axis=0)) ** 2).sum(axis=2).mean(axis=0)
        rows.append(np.sqrt(before * after))
    return np.array(rows)


def disjoint_by_definition(positions, half_window):
    """The same with windows that end before t and begin after it."""
    positions = positions.astype(np.float64)
    rows = []
    for t in range(half_window, len(positions) - half_window):
        w1 = positions[t - half_window : t]
        w2 = positions[t + 1 : t + half_window + 1]
        before = ((w1 - w2.mean(axis=0)) ** 2).sum(axis=2).mean(axis=0)
        after = ((w2 - w1.mean(axis=0)) ** 2).sum(axis=2).mean(axis=0)
        rows.append(np.sqrt(before * after))
    return np.array(rows)


def random_walk(frames=60, particles=40, seed=0):
    steps = np.random.default_rng(seed).normal(size=(frames, particles, 3))
    return np.cumsum(steps, axis=0)


def single_jump(frames, jump_frame, displacement):
    """One particle at rest that is moved by `displacement` between two frames."""
    positions = np.zeros((frames, 1, 3))
    positions[jump_frame:] = displacement
    return positions


@pytest.mark.parametrize("half_window", [1, 2, 5, 12])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_it_is_the_equation_of_the_source(half_window, kind):
    positions = random_walk().astype(kind)
    expected = hop_by_definition(positions, half_window)
    np.testing.assert_allclose(hop_indicator(positions, half_window), expected, rtol=1e-12)


def test_row_0_is_frame_half_window():
    assert hop_indicator(random_walk(31), half_window=5).shape == (21, 40)
    assert hop_indicator(random_walk(11), half_window=5).shape == (1, 40)


@pytest.mark.parametrize("half_window", [2, 5])
def test_a_single_jump_gives_the_closed_form_and_peaks_at_the_jump(half_window):
    displacement = np.array([0.5, -0.3, 0.8])
    jump, frames, window = 20, 41, half_window + 1
    hop = hop_indicator(single_jump(frames, jump, displacement), half_window)[:, 0]
    times = np.arange(half_window, frames - half_window)
    # Share of the mixed window that lies on the far side of the jump from the shared frame t.
    ahead = np.clip(times + half_window - jump + 1, 0, window) / window
    behind = np.clip(jump - (times - half_window), 0, window) / window
    expected = displacement @ displacement * np.where(times < jump, ahead, behind) ** 1.5
    np.testing.assert_allclose(hop, expected, rtol=1e-12, atol=1e-15)
    peak = (half_window / window) ** 1.5 * (displacement @ displacement)
    assert np.isclose(hop.max(), peak)
    assert set(times[np.isclose(hop, peak)]) == {jump - 1, jump}
    assert (hop[np.abs(times - jump + 0.5) > half_window] == 0).all()


def test_steady_motion_gives_the_closed_form():
    velocity = np.array([0.1, 0.2, -0.05])
    positions = np.arange(30)[:, None, None] * velocity
    h = 5
    expected = velocity @ velocity * (h * (h + 2) / 12 + h**2)
    np.testing.assert_allclose(hop_indicator(positions, h), expected, rtol=1e-12)


def test_a_particle_at_rest_has_none_wherever_it_is():
    positions = np.broadcast_to(np.float32([1e7, -3.3, 0.1]), (30, 2, 3))
    assert (hop_indicator(positions) == 0).all()


def test_vibration_in_a_harmonic_cage_stays_far_below_the_threshold():
    amplitude = 0.06
    positions = np.random.default_rng(1).normal(scale=amplitude, size=(400, 300, 3))
    hop = hop_indicator(positions)
    window = 6
    # Mean of each of the two factors: independent frames, one of which both windows share.
    factor = 3 * amplitude**2 * (1 + 1 / window - 2 / window**2)
    assert 0.97 < hop.mean() / factor < 1
    assert hop.max() < 0.2


def test_free_diffusion_grows_with_the_window():
    positions = random_walk(600, 300, seed=2)
    for h in (5, 20):
        hop = hop_indicator(positions, h)
        factor = 3 * (h / 2 + h * (2 * h + 1) / (6 * (h + 1)))
        # The mean of the root of a product is at most the product of the mean factors.
        assert 0.8 < hop.mean() / factor < 1


def test_it_does_not_depend_on_the_origin_or_the_axes_or_the_direction_of_time():
    positions = random_walk()
    hop = hop_indicator(positions)
    np.testing.assert_allclose(hop_indicator(positions + 1e6), hop, rtol=1e-8)
    np.testing.assert_allclose(hop_indicator(positions[:, :, [1, 0, 2]] * [1, -1, 1]), hop)
    np.testing.assert_allclose(hop_indicator(positions[::-1])[::-1], hop)
    order = np.random.default_rng(3).permutation(positions.shape[1])
    assert (hop_indicator(positions[:, order]) == hop[:, order]).all()


def test_it_scales_with_the_square_of_length():
    positions = random_walk()
    np.testing.assert_allclose(hop_indicator(3 * positions), 9 * hop_indicator(positions))


@pytest.mark.parametrize("half_window", [1, 2, 5, 12])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_disjoint_windows_leave_out_the_frame_between_them(half_window, kind):
    positions = random_walk().astype(kind)
    found = hop_indicator(positions, half_window, window="disjoint")
    np.testing.assert_allclose(found, disjoint_by_definition(positions, half_window), rtol=1e-12)
    moved = hop_indicator(positions.astype(float) + 1e6, half_window, "disjoint")
    np.testing.assert_allclose(moved, found, rtol=1e-8)
    back = hop_indicator(positions[::-1], half_window, "disjoint")[::-1]
    np.testing.assert_allclose(back, found, rtol=1e-12)


@pytest.mark.parametrize("half_window", [1, 2, 5])
def test_a_single_jump_reaches_its_square_with_disjoint_windows(half_window):
    displacement = np.array([0.5, -0.3, 0.8])
    jump, frames = 20, 41
    positions = single_jump(frames, jump, displacement)
    hop = hop_indicator(positions, half_window, "disjoint")[:, 0]
    times = np.arange(half_window, frames - half_window)
    # Share of the mixed window that lies on the far side of the jump.
    ahead = np.clip(times + half_window - jump + 1, 0, half_window) / half_window
    behind = np.clip(jump - (times - half_window), 0, half_window) / half_window
    expected = displacement @ displacement * np.where(times < jump, ahead, behind) ** 1.5
    np.testing.assert_allclose(hop, expected, rtol=1e-12, atol=1e-15)
    assert np.isclose(hop.max(), displacement @ displacement)
    assert set(times[np.isclose(hop, hop.max())]) == {jump - 1, jump}


def test_the_default_is_the_shared_frame():
    positions = random_walk()
    assert np.array_equal(hop_indicator(positions), hop_indicator(positions, 5, "shared"))
    assert (hop_indicator(positions) < hop_indicator(positions, 5, "disjoint")).mean() > 0.9


@given(
    cuts=st.lists(st.integers(0, 40), max_size=8),
    half_window=st.integers(1, 7),
    window=st.sampled_from(["shared", "disjoint"]),
)
@settings(deadline=None, max_examples=60)
def test_a_stream_equals_the_whole_however_it_is_cut(cuts, half_window, window):
    positions = random_walk(40, 5).astype(np.float32)
    stream = HopStream(half_window, window)
    rows = [stream.push(block) for block in np.split(positions, sorted(cuts))]
    assert np.array_equal(np.concatenate(rows), hop_indicator(positions, half_window, window))


@pytest.mark.parametrize("window", ["shared", "disjoint"])
def test_a_stream_holds_the_same_memory_after_any_number_of_frames(window):
    stream = HopStream(5, window)
    positions = random_walk(30)
    stream.push(positions)
    tracemalloc.start()
    for _ in range(100):
        # A copy: one array that the stream kept many times would count once.
        stream.push(positions.copy())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert stream.frames == 3030
    # All frames are 2.9 MB and all rows 1 MB; those of one push 0.04 MB.
    assert most < 2e5


@pytest.mark.parametrize(
    ("positions", "half_window", "named"),
    [
        (np.zeros((10, 4, 3)), 5, "10 frames"),
        (np.zeros((20, 4)), 5, "shape"),
        (np.zeros((20, 0, 3)), 5, "shape"),
        (np.zeros((20, 4, 3)), 0, "half_window = 0"),
        (np.zeros((20, 4, 3)), 2.5, "half_window = 2.5"),
        (np.full((20, 4, 3), np.nan), 5, "not finite"),
    ],
)
def test_a_bad_argument_is_named(positions, half_window, named):
    with pytest.raises(InputError, match=named):
        hop_indicator(positions, half_window)


@pytest.mark.parametrize("window", ["shared", "disjoint"])
def test_one_broken_coordinate_in_the_last_frame_is_found(window):
    positions = random_walk()
    positions[-1, 7, 1] = np.inf
    with pytest.raises(InputError, match="not finite"):
        hop_indicator(positions, window=window)


def test_an_unknown_window_is_named():
    with pytest.raises(InputError, match=r"window is 'apart': choose 'shared' or 'disjoint'"):
        hop_indicator(random_walk(), 5, "apart")


@pytest.mark.parametrize("window", ["shared", "disjoint"])
def test_a_stream_refuses_another_number_of_particles(window):
    stream = HopStream(window=window)
    stream.push(np.zeros((3, 4, 3)))
    with pytest.raises(InputError, match="5 particles"):
        stream.push(np.zeros((3, 5, 3)))


# Events


def runs_by_definition(flags):
    """(particle, first, last) of every run of True in a (rows, N) array, ends shut out."""
    found = []
    for particle in range(flags.shape[1]):
        row = 0
        while row < len(flags):
            first = row
            while row < len(flags) and flags[row, particle]:
                row += 1
            if row > first:
                found.append((particle, first, row - 1))
            row += 1
    return found


# Few levels, so that equal maxima and values equal to the threshold occur.
series = arrays(
    np.float64,
    st.tuples(st.integers(1, 30), st.integers(1, 4)),
    elements=st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.4]),
)


@given(hop=series, cuts=st.lists(st.integers(0, 30), max_size=5), start=st.sampled_from([0, 5]))
@settings(deadline=None, max_examples=100)
def test_events_are_the_excursions_above_the_threshold(hop, cuts, start):
    expected = set()
    for particle, first, last in runs_by_definition(hop > 0.2):
        frame = first + int(np.argmax(hop[first : last + 1, particle]))
        cut = first == 0 or last == len(hop) - 1
        value = hop[frame, particle]
        expected.add((particle, start + frame, value, start + first, start + last, cut))
    found = events(hop, first_frame=start)
    assert len(found) == len(expected)
    assert {tuple(event) for event in found.tolist()} == expected
    stream = EventStream(first_frame=start)
    parts = [stream.push(block) for block in np.split(hop, sorted(cuts))]
    assert np.array_equal(np.concatenate([*parts, stream.close()]), found)


def test_a_jump_is_one_event_at_its_time():
    positions = np.concatenate(
        [single_jump(60, 30, [0.8, 0, 0]), single_jump(60, 4, [0.8, 0, 0])], axis=1
    )
    (late, early) = sorted(events(hop_indicator(positions)).tolist())
    # The two frames on either side of the jump share the maximum, up to rounding.
    assert late[0] == 0
    assert late[1] in (29, 30)
    assert late[2] == pytest.approx(0.64 * (5 / 6) ** 1.5)
    assert not late[5]
    # The second particle jumped before p_hop exists: what is left of the excursion is cut.
    assert early[0] == 1
    assert early[5]


def test_a_jump_too_small_is_no_event():
    smallest = np.sqrt(0.2) * (6 / 5) ** 0.75
    for displacement, number in ((0.999 * smallest, 0), (1.001 * smallest, 1)):
        assert len(events(hop_indicator(single_jump(40, 20, [displacement, 0, 0])))) == number


def test_events_refuse_bad_arguments():
    with pytest.raises(InputError, match="threshold = -1"):
        events(np.zeros((4, 2)), threshold=-1)
    with pytest.raises(InputError, match="NaN"):
        events(np.full((4, 2), np.nan))
    with pytest.raises(InputError, match="first_frame = -3"):
        events(np.zeros((4, 2)), first_frame=-3)
    stream = EventStream()
    stream.close()
    with pytest.raises(InputError, match="closed"):
        stream.push(np.zeros((4, 2)))


# Quiet runs


@given(hop=series, length=st.integers(1, 6), cuts=st.lists(st.integers(0, 30), max_size=5))
@settings(deadline=None, max_examples=100)
def test_quiet_runs_are_long_enough_quiet_throughout_and_do_not_overlap(hop, length, cuts):
    threshold = 0.3
    found = quiet_runs(hop, threshold, length)
    taken = np.zeros(hop.shape, bool)
    for particle, centre, first, last in found.tolist():
        rows = slice(first - 5, last - 5 + 1)
        assert last - first + 1 >= length
        assert (hop[rows, particle] < threshold).all()
        assert not taken[rows, particle].any()
        taken[rows, particle] = True
        assert abs((centre - first) - (last - centre)) <= 1
    stretches = runs_by_definition(hop < threshold)
    assert len(found) == sum((last - first + 1) // length for _, first, last in stretches)
    stream = QuietRunStream(threshold, length)
    parts = [stream.push(block) for block in np.split(hop, sorted(cuts))]
    assert np.array_equal(np.concatenate([*parts, stream.close()]), found)


@given(
    hop=arrays(np.float64, (24, 3), elements=st.floats(0.001, 1)),
    length=st.integers(1, 6),
    wanted=st.integers(1, 12),
)
@settings(deadline=None, max_examples=60)
def test_the_automatic_threshold_is_the_smallest_that_gives_the_wanted_number(hop, length, wanted):
    threshold = automatic_quiet_threshold(hop, length, wanted, highest=2.0)
    assert len(quiet_runs(hop, threshold, length)) >= wanted
    below = np.nextafter(threshold, 0)
    assert len(quiet_runs(hop, below, length)) < wanted


def test_the_automatic_threshold_counts_all_replicas():
    rng = np.random.default_rng(4)
    replicas = [rng.random((50, 6)), rng.random((70, 6)).astype(np.float32)]
    threshold = automatic_quiet_threshold(replicas, 5, 30, highest=1.0)
    assert sum(len(quiet_runs(hop, threshold, 5)) for hop in replicas) >= 30
    below = np.nextafter(threshold, 0)
    assert sum(len(quiet_runs(hop, below, 5)) for hop in replicas) < 30


def test_a_series_without_room_for_the_wanted_runs_is_refused():
    with pytest.raises(InputError, match="room for 8"):
        automatic_quiet_threshold(np.zeros((25, 4)), length=12, wanted=9)


@given(
    hop=arrays(np.float64, (24, 3), elements=st.floats(0.001, 0.4)),
    length=st.integers(1, 6),
    wanted=st.integers(1, 12),
)
@settings(deadline=None, max_examples=60)
def test_no_quiet_run_holds_a_rearrangement(hop, length, wanted):
    found = len(quiet_runs(hop, 0.2, length))
    if found >= wanted:
        assert automatic_quiet_threshold(hop, length, wanted) <= 0.2
    else:
        with pytest.raises(
            InputError,
            match=f"found {found} of {wanted} quiet runs below p_c = 0.2: lengthen the run, or ask",
        ):
            automatic_quiet_threshold(hop, length, wanted)


def test_one_excursion_in_the_way_is_not_passed_over():
    hop = np.full((24, 1), 0.01)
    hop[11:13] = 0.6
    assert automatic_quiet_threshold(hop, 11, 2) < 0.02
    with pytest.raises(InputError, match="found 2 of 3"):
        automatic_quiet_threshold(hop, 8, 3)
    assert automatic_quiet_threshold(hop, 8, 3, highest=1.0) > 0.6
    with pytest.raises(InputError, match="highest = 0: give a positive"):
        automatic_quiet_threshold(hop, 8, 2, highest=0)
