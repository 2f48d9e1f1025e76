"""Where runs are cut: at the same places, whatever their length."""

import itertools

import pytest

from softness.simulate.segments import Cuts, Segment

ALL = [Cuts(5), Cuts(1), Cuts(5, (3, 4)), Cuts(5, (0, 4)), Cuts(5, (3, 0)), Cuts(4, (4, 8))]


def ends(cuts, steps):
    return [segment.end for segment in cuts.segments(steps)]


def test_the_last_segment_may_be_shorter():
    assert ends(Cuts(5), 23) == [5, 10, 15, 20, 23]
    assert ends(Cuts(5), 20) == [5, 10, 15, 20]
    assert ends(Cuts(5), 3) == [3]
    assert Cuts(5).segments(0) == []
    assert [segment.steps for segment in Cuts(5).segments(12)] == [5, 5, 2]


def test_parts_of_the_approach_come_before_equal_segments():
    cuts = Cuts(5, (3, 4))
    assert cuts.offset == 7
    assert ends(cuts, 7) == [3, 7]
    assert ends(cuts, 18) == [3, 7, 12, 17, 18]
    assert cuts.segments(8) == [Segment(0, 3), Segment(3, 7), Segment(7, 8)]


def test_a_part_without_steps_is_no_segment():
    assert ends(Cuts(5, (0, 4)), 10) == [4, 9, 10]
    assert ends(Cuts(5, (3, 0)), 10) == [3, 8, 10]


@pytest.mark.parametrize("cuts", ALL, ids=str)
def test_segments_cover_the_run_once(cuts):
    for steps in range(cuts.offset + 1, 30):
        segments = cuts.segments(steps)
        assert all(segment.steps > 0 for segment in segments)
        assert (segments[0].begin, segments[-1].end) == (0, steps)
        assert all(one.end == next_one.begin for one, next_one in itertools.pairwise(segments))


@pytest.mark.parametrize("cuts", ALL, ids=str)
def test_all_segments_but_the_last_are_those_of_any_longer_run(cuts):
    lengths = range(cuts.offset + 1, 30)
    for shorter, longer in itertools.combinations(lengths, 2):
        segments = cuts.segments(shorter)
        number = len(segments) if cuts.is_cut(shorter) else len(segments) - 1
        assert cuts.segments(longer)[:number] == segments[:number]


@pytest.mark.parametrize("cuts", ALL, ids=str)
def test_a_cut_is_where_every_longer_run_is_cut(cuts):
    assert cuts.is_cut(0)
    for step in range(1, 25):
        longer = range(max(step, cuts.offset) + 1, 30)
        assert cuts.is_cut(step) == all(step in ends(cuts, length) for length in longer)
