"""The wall time of a job: whether the next piece of work still ends before the scheduler kills it.

A limit changes no result. It is not a setting: it enters neither what is kept nor the record of
what made a file, and another limit makes nothing run again.
"""

import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from softness.errors import InputError, OutOfTime
from softness.simulate.progress import format_duration

# When a job of SLURM begins and ends, as Unix times. Older versions have no such variables, and
# Snakemake's plugin removes them; the number of the job is left, by which SLURM is asked.
SLURM_TIMES, SLURM_JOB = ("SLURM_JOB_START_TIME", "SLURM_JOB_END_TIME"), "SLURM_JOB_ID"
SECONDS_TO_ANSWER = 60.0

# A piece of work is begun if the time left is what the slowest one so far would need, times this.
MARGIN = 1.25
# Kept free at the end, for the start of the job, which the clock has not seen, and for the last
# files: a fraction of the time, at most this number of seconds.
RESERVED_SHARE = 0.1
RESERVED_SECONDS = 60.0
# Who begins when more than this fraction of the job is over is one of several that share the job.
LATE = 0.5


class Deadline:
    """The end of a job.

    Parameters
    ----------
    seconds
        From now until the job would be killed; without limit by default.
    clock
        Tells seconds.
    is_late
        Whether others have had most of the job: it is not too short for this work alone.
    """

    def __init__(
        self,
        seconds: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
        is_late: bool = False,
    ) -> None:
        self.seconds = max(seconds, 0.0)
        self.clock = clock
        self._is_late = is_late
        reserved = min(RESERVED_SHARE * self.seconds, RESERVED_SECONDS)
        self._end = clock() + self.seconds - reserved

    @classmethod
    def of_job(cls, minutes: float, environment: Mapping[str, str] = os.environ) -> "Deadline":
        """The end of this job: in ``minutes``, or when SLURM ends it, if that is sooner."""
        now = time.time()
        begin, end = _slurm_times(environment)
        # By the whole seconds that SLURM tells, the job may begin after now.
        is_late = math.isfinite(end) and now - begin > LATE * (end - begin)
        return cls(min(60 * minutes, end - now), is_late=is_late)

    def left(self) -> float:
        """Seconds that may be worked."""
        return self._end - self.clock()

    def allows(self, seconds: float) -> bool:
        """Whether work that takes this time ends before the limit."""
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
        if done > before or self._is_late:
            return OutOfTime(
                f"{title}: the time limit is nearly reached: {done} of {total} {pieces} are done, "
                f"{total - done} remain; the job resumes here when it is run again"
            )
        return InputError(
            f"{title}: the time limit of {format_duration(self.seconds)} is too short for one of "
            f"the {pieces} ({total - done} remain): give the job a longer limit, or make "
            f"{pieces} shorter"
        )


def _slurm_times(environment: Mapping[str, str]) -> tuple[float, float]:
    """Unix times at which SLURM begins and ends this job; infinite outside of SLURM."""
    if all(name in environment for name in SLURM_TIMES):
        begin, end = (float(environment[name]) for name in SLURM_TIMES)
        return begin, end
    if SLURM_JOB not in environment:
        return -math.inf, math.inf
    program = ["squeue", "--noheader", "--format=%S %e", f"--jobs={environment[SLURM_JOB]}"]
    try:
        answer = subprocess.run(
            program,
            env={**environment, "SLURM_TIME_FORMAT": "standard"},
            capture_output=True,
            text=True,
            check=True,
            timeout=SECONDS_TO_ANSWER,
        )
        begin, end = map(datetime.fromisoformat, answer.stdout.split())
        return begin.timestamp(), end.timestamp()
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        print(f"SLURM does not tell when this job ends ({error}): no time limit", file=sys.stderr)
        return -math.inf, math.inf
