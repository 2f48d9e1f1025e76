"""The wall time of a job: whether the next piece of work still ends before the scheduler kills it.

A limit changes no result. It is no setting: it enters neither checkpoints nor the record of what
made a file, and another limit makes nothing run again.
"""

import math
import os
import time
from collections.abc import Callable, Mapping

from softness.errors import InputError, OutOfTime
from softness.simulate.progress import format_duration

# Says when a job of SLURM ends, as a Unix time; older versions of SLURM do not set it.
SLURM_END = "SLURM_JOB_END_TIME"

# A piece of work is begun if the time left is what the slowest one so far would need, times this.
MARGIN = 1.25
# Kept free at the end, for the start of the job, which the clock has not seen, and for the last
# files: a share of the time, at most so many seconds.
RESERVED_SHARE = 0.1
RESERVED_SECONDS = 60.0


class Deadline:
    """The end of a job.

    Parameters
    ----------
    seconds
        From now until the job would be killed; without limit by default.
    clock
        Tells seconds.
    """

    def __init__(
        self, seconds: float = math.inf, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.seconds = max(seconds, 0.0)
        self.clock = clock
        reserved = min(RESERVED_SHARE * self.seconds, RESERVED_SECONDS)
        self._end = clock() + self.seconds - reserved

    @classmethod
    def of_job(cls, minutes: float, environment: Mapping[str, str] = os.environ) -> "Deadline":
        """The end of this job: what it was given, or what SLURM says, whichever is sooner."""
        end = float(environment.get(SLURM_END, math.inf))
        return cls(min(60 * minutes, end - time.time()))

    def left(self) -> float:
        """Seconds that may be worked."""
        return self._end - self.clock()

    def allows(self, seconds: float) -> bool:
        """Whether work that needs so long ends in time."""
        return self.left() > MARGIN * seconds

    def check(self) -> None:
        """Raise OutOfTime if the end is here, in the middle of a piece of work."""
        if self.left() <= 0:
            raise OutOfTime

    def stop(self, title: str, pieces: str, before: int, done: int, total: int) -> Exception:
        """What to raise when the time is over.

        Parameters
        ----------
        title, pieces
            What runs, and what it consists of, for the message.
        before, done, total
            Pieces that were done before this job, that are done now, and of the whole run.

        Returns
        -------
        OutOfTime
            If another job like this one gets further.
        InputError
            If this job has done nothing, so that the next one would not either.
        """
        if done > before:
            return OutOfTime(
                f"{title}: the wall time is nearly over: {done} of {total} {pieces} are done, "
                f"{total - done} are left; runs again from here"
            )
        return InputError(
            f"{title}: the wall time of {format_duration(self.seconds)} is too short for one of "
            f"the {total - done} {pieces} that are left: give the job a longer runtime, or make "
            f"{pieces} shorter"
        )
