"""Blocks of time of strided populations and of events in every frame."""

import numpy as np
import pytest

from softness.files.records.learned import LearnedValues
from softness.stages.shared.classified import stride_blocks

STRIDE, FIRST, STRIDES = 10, 3, 40


def values(events_per_frame=3, interval=1.0):
    frames = FIRST + STRIDE * np.arange(STRIDES)
    every = np.arange(FIRST, FIRST + STRIDE * STRIDES)
    event_frame = np.repeat(every, events_per_frame)
    return LearnedValues(
        temperature=np.array(0.7),
        replica=np.array(0),
        interval=np.array(interval),
        duration=np.array(420.0 * interval),
        stride=np.array(STRIDE),
        names=np.array(["softness"], dtype="S"),
        population_frame=np.repeat(frames, 5),
        population=np.zeros((5 * STRIDES, 1), np.float32),
        event_frame=event_frame,
        event=np.zeros((len(event_frame), 1), np.float32),
    )


@pytest.mark.parametrize("relaxation_time", [0.3, 3.0, 7.0, 23.0, 90.0, np.nan])
def test_events_and_population_of_a_block_are_of_the_same_moments(relaxation_time):
    """At a constant rate every block has the same share, however short relaxation is."""
    population, events, blocks = stride_blocks(values(), relaxation_time, 2.0)
    trials = STRIDE * np.bincount(population, minlength=blocks)
    rate = np.bincount(events, minlength=blocks) / trials
    np.testing.assert_allclose(rate, 3 / 5)


def test_blocks_are_as_long_as_asked_for_and_a_stride_at_least():
    assert stride_blocks(values(), 50.0, 2.0)[2] == 4
    assert stride_blocks(values(), 0.1, 2.0)[2] == STRIDES
    assert stride_blocks(values(), 0.1, 2.0, window=25.0)[2] == 16
    assert stride_blocks(values(), np.nan, 2.0)[2] == 1
    assert stride_blocks(values(interval=0.5), 50.0, 2.0)[2] == 2


def test_a_run_without_events_has_blocks_of_population():
    population, events, blocks = stride_blocks(values(events_per_frame=0), 20.0, 2.0)
    assert len(events) == 0
    assert len(np.unique(population)) == blocks == 10
