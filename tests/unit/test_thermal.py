"""The schedule of a thermal run, and the start of a replica."""

import numpy as np
import pytest

from softness.errors import InputError
from softness.liquid import Liquid, kob_andersen
from softness.seeds import stream
from softness.simulate.start import random_start
from softness.simulate.thermal import Schedule, burst_offsets

SCHEDULE = Schedule(frame_interval=200, burst_interval=1000, burst_offsets=(0, 2, 5, 200))


def test_bursts_are_log_spaced_from_the_first_to_the_last():
    offsets = burst_offsets(0.01, 1.0, 12, 0.005)
    assert offsets[:2] == (0, 2)
    assert offsets[-1] == 200
    ratios = np.diff(np.log(offsets[6:]))
    assert ratios.std() < 0.1 * ratios.mean()


def test_a_burst_cannot_be_finer_than_a_time_step():
    offsets = burst_offsets(0.005, 0.05, 40, 0.005)
    assert offsets == tuple(range(11))


def test_everything_is_due_once_however_the_run_is_cut():
    whole = SCHEDULE.due(0, 5000)
    assert whole == sorted(set(whole))
    for cut in (1, 200, 777, 1000, 1005, 4999):
        assert SCHEDULE.due(0, cut) + SCHEDULE.due(cut, 5000) == whole


def test_frames_and_bursts_are_where_the_schedule_says():
    due = SCHEDULE.due(0, 2000)
    assert [step for step in due if SCHEDULE.is_frame(step)] == list(range(0, 2000, 200))
    bursts = [step for step in due if SCHEDULE.is_burst(step)]
    assert bursts == [0, 2, 5, 200, 1000, 1002, 1005, 1200]


@pytest.mark.parametrize("particles", [300, 2048])
def test_a_random_start_has_no_overlaps(particles):
    liquid = kob_andersen(particles)
    positions = random_start(liquid, stream(1, "start", 0.0))
    separation = positions[:, None] - positions[None, :]
    separation -= liquid.box_length * np.round(separation / liquid.box_length)
    distance = np.linalg.norm(separation, axis=-1)
    np.fill_diagonal(distance, np.inf)
    aa, ab, bb = liquid.sigma
    sigma = np.array([[aa, ab], [ab, bb]])[liquid.types[:, None], liquid.types[None, :]]
    assert (distance / sigma).min() >= 0.9


def test_replicas_start_at_different_places():
    liquid = kob_andersen(300)
    first, second = (random_start(liquid, stream(1, "start", 0.0, r)) for r in (0, 1))
    assert np.abs(first - second).mean() > 1
    np.testing.assert_array_equal(first, random_start(liquid, stream(1, "start", 0.0, 0)))


def test_a_liquid_that_is_too_dense_is_refused(monkeypatch):
    monkeypatch.setattr("softness.simulate.start.LARGEST_ITERATIONS", 50)
    dense = Liquid(500, 6.0, ("A", "B"), (0.8, 0.2), (1, 1, 1), (1, 1, 1), "common", 2.0)
    with pytest.raises(InputError, match="density 6"):
        random_start(dense, stream(1, "start", 0.0))
