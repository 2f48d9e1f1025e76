"""Progress lines of long runs."""

import io

import pytest

from softness.simulate.progress import Progress, format_duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5, "5 s"), (89, "89 s"), (600, "10 min"), (12_000, "3 h 20 min"), (float("inf"), "unknown")],
)
def test_durations_are_for_people(seconds, text):
    assert format_duration(seconds).startswith(text)


def test_lines_tell_share_speed_and_time_left():
    lines = io.StringIO()
    progress = Progress("thermal T=0.5", 1000, interval=0.0, stream=lines)
    progress.advance(250)
    progress.advance(750)
    first, last = lines.getvalue().splitlines()
    assert first.startswith("thermal T=0.5: 250 of 1000 steps (25%)")
    assert "steps/s" in first
    assert "left" in first
    assert "(100%)" in last


def test_a_resumed_run_says_where_it_goes_on_and_counts_only_its_own_steps():
    lines = io.StringIO()
    progress = Progress("run", 1000, done=600, interval=1000, stream=lines)
    assert "resumes after 600 of 1000 steps" in lines.getvalue()
    progress.advance(400)
    assert lines.getvalue().splitlines()[-1].startswith("run: 1000 of 1000")


def test_lines_are_not_too_many():
    lines = io.StringIO()
    progress = Progress("run", 1000, interval=1000, stream=lines)
    for _ in range(1000):
        progress.advance(1)
    assert len(lines.getvalue().splitlines()) == 1
