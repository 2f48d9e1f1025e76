"""Progress of a long run, for its log: share done, steps per second, time left."""

import sys
import time
from collections.abc import Callable
from typing import TextIO


class Progress:
    """Report how far a run of known length is, at most every few seconds.

    Parameters
    ----------
    title
        What runs, for example ``"thermal T=0.5 replica 0"``.
    steps
        Time steps of the whole run, or how many units it has.
    done
        Of them, those that an earlier attempt has done.
    interval
        Minimum time between two lines, in seconds.
    check
        Called whenever steps were done; it may raise.
    unit
        What is counted.
    """

    def __init__(
        self,
        title: str,
        steps: int,
        done: int = 0,
        interval: float = 10.0,
        stream: TextIO | None = None,
        check: Callable[[], None] = lambda: None,
        unit: str = "steps",
    ) -> None:
        self._title = title
        self._steps = steps
        self._first = self._done = done
        self._interval = interval
        self._stream = stream or sys.stderr
        self._check = check
        self._unit = unit
        self._start = self._last = time.monotonic()
        if done:
            self._say(f"resumes after {done} of {steps} {unit}")

    def advance(self, steps: int) -> None:
        """Count steps that were done."""
        self._done += steps
        now = time.monotonic()
        if now - self._last >= self._interval or self._done >= self._steps:
            self._last = now
            self._say(self._line(now - self._start))
        self._check()

    def _line(self, elapsed: float) -> str:
        rate = (self._done - self._first) / max(elapsed, 1e-9)
        left = (self._steps - self._done) / rate if rate > 0 else float("inf")
        speed = f"{rate:.0f} {self._unit}/s" if rate >= 1 else f"{1 / max(rate, 1e-9):.1f} s each"
        return (
            f"{self._done} of {self._steps} {self._unit} ({self._done / self._steps:.0%}), "
            f"{speed}, {format_duration(left)} left"
        )

    def _say(self, text: str) -> None:
        print(f"{self._title}: {text}", file=self._stream, flush=True)


def format_duration(seconds: float) -> str:
    """A time for people: ``"45 s"``, ``"12 min"``, ``"3 h 20 min"``."""
    if seconds == float("inf"):
        return "unknown time"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"
