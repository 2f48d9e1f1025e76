"""Labelled sets of a stage: balanced, complete or not, and what is said where samples lack."""

import numpy as np
import pytest

from softness.errors import InputError
from softness.files.records.hops import HopIndicator
from softness.learning.samples import Moments
from softness.stages.shared.labelled import drawn_set

SETTINGS = {"temperature": 0.5, "wanted": 100, "folds": 5, "too_few": "stop"}


def hops(replicas=2, frames=400):
    return [
        HopIndicator(
            temperature=np.array(0.5),
            replica=np.array(replica),
            interval=np.array(1.0),
            frames=np.array(frames),
            first_frame=np.array(5),
            particle=np.arange(4),
            values=np.zeros((frames - 10, 4), np.float32),
        )
        for replica in range(replicas)
    ]


def candidates(number):
    frames = np.arange(number) % 380
    return Moments(np.arange(number) % 2, np.arange(number) % 4, frames, np.arange(number))


def drawn(active, inactive, **changes):
    generator = np.random.default_rng(1)
    parts = candidates(active), candidates(inactive)
    return drawn_set(SETTINGS | changes, hops(), *parts, (0.02, 0.2), generator)


def test_a_set_is_balanced_and_says_what_was_found():
    found = drawn(150, 300)
    assert found.complete
    assert found.found.tolist() == [150, 300]
    assert (found.label == 1).sum() == (found.label == -1).sum() == 100
    assert float(found.duration) == 400.0
    assert len(found.group) == len(found.frame) == 200


def test_too_few_samples_stop_with_the_length_that_would_do():
    with pytest.raises(InputError) as refused:
        drawn(40, 300)
    text = str(refused.value)
    for part in ("T = 0.5", "40 active", "300 inactive", "2 runs of 400 tau", "100 of each"):
        assert part in text
    # 100 of 40 samples take two and a half times as long.
    assert "runs of 1000 tau should be enough" in text
    assert "too_few: go_on" in text


def test_too_few_samples_go_on_where_the_settings_say_so():
    found = drawn(40, 300, too_few="go_on")
    assert not found.complete
    assert len(found.label) == 80


@pytest.mark.parametrize("active", [0, 9])
def test_fewer_samples_than_folds_need_stop_in_any_case(active):
    with pytest.raises(InputError, match=f"found {active} active"):
        drawn(active, 300, too_few="go_on")
