"""How far a study is, as its launcher hears of it: jobs by part, faults, and the time left.

What is known is written as ``.status.json`` into the folder of the results, and shown there as
``index.html``. Both are plain files beside the results: no rule makes them, and no fault in writing
them stops a run.
"""

import contextlib
import dataclasses
import json
import logging
import os
import platform
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snakemake_interface_logger_plugins.common import LogEvent

from softness.errors import STOPPED
from softness.files.atomic import replacing
from softness.planning.jobs import part_of
from softness.planning.rate import usual_rate
from softness.planning.schedule import Task, wall_seconds
from softness.planning.seconds import planned_seconds
from softness.planning.sizes import Sizes
from softness.report.live import LivePage
from softness.simulate.progress import format_duration
from softness.study import Simulation, Study

STATUS = ".status.json"

RUNNING, FINISHED, FAILED, STOPPED_EARLY = "running", "finished", "failed", "stopped"
"""States of a run: at work; or ended with all that was asked for, with failed jobs, or before."""

MISSING, AT_WORK, DONE, FAULTY = "missing", "running", "done", "failed"
"""States of a job."""

UNFINISHED = (STOPPED, "interrupted: ", "KeyboardInterrupt")
"""How a line in the log of a job begins that is to be run again, and has not failed."""

PAUSE = 4.0
"""Seconds from writing to writing, at least."""

SHARE = 0.05
"""Of a core that writing takes, at most."""

HEARTBEAT = 60.0
"""Seconds after which all is written again although nothing has changed."""

PLANNED_PACE = 60.0
"""Seconds for which the plan's pace counts beside the measured one: a start tells little."""


@dataclass
class Job:
    """A job of a study.

    Attributes
    ----------
    part
        Of the study: the file of its rule.
    outputs
        Files that it writes.
    seconds
        That it takes, by the plan.
    inputs
        Files that it waits for.
    simulation
        Whose steps it does.
    state
        Whether it is missing, running, done or failed.
    name
        As its message has it, once it has begun.
    fault
        Why it failed, and the log that tells so.
    """

    part: str
    outputs: tuple[str, ...]
    seconds: float = 1.0
    inputs: tuple[str, ...] = ()
    simulation: Simulation | None = None
    state: str = MISSING
    name: str = ""
    fault: tuple[str, str] = ("", "")


def planned(workflow: Any, study: Study) -> dict[int, Job]:
    """Jobs of Snakemake's graph in the order of their rules, by their numbers there.

    Done are those that it need not run.
    """
    dag, order = workflow.dag, {rule: place for place, rule in enumerate(workflow.rules)}
    sizes, rate = Sizes(study), usual_rate(study.config)
    found = {}
    for job in sorted(dag.jobs, key=lambda job: order[job.rule]):
        if job.rule.norun:
            continue
        outputs = tuple(map(str, job.output))
        simulation = study.simulation_of(outputs)
        seconds = planned_seconds(sizes, rate, job.rule.name, job.wildcards_dict, simulation)
        state = MISSING if dag.needrun(job) else DONE
        inputs = tuple(map(str, job.input))
        part = part_of(job.rule)
        found[dag.jobid(job)] = Job(part, outputs, seconds, inputs, simulation, state)
    return found


def jobs_at_once(workflow: Any) -> int:
    """How many jobs Snakemake runs side by side, at most: on a cluster, or on these cores."""
    settings = workflow.resource_settings
    return settings.nodes or settings.cores or 1


class Progress:
    """Jobs of a run and their states.

    Parameters
    ----------
    study
        That runs.
    jobs
        All its jobs, by their numbers.
    at_once
        How many run side by side, at most.
    """

    def __init__(self, study: Study, jobs: Mapping[int, Job], at_once: int = 1) -> None:
        self._study, self._jobs = study, jobs
        self._begun, self._start = time.time(), time.monotonic()
        self._work = sum(self._work_left().values())
        due = [job for job in jobs.values() if job.state == MISSING]
        wall = wall_seconds([Task(job.inputs, job.outputs, job.seconds) for job in due], at_once)
        # Seconds of work a second, as planned: of jobs that wait for others, few run at first.
        self._pace = sum(job.seconds for job in due) / wall if wall else 1.0

    def hear(self, record: logging.LogRecord) -> None:
        """Take note of a record of Snakemake's log."""
        event = getattr(record, "event", None)
        number = getattr(record, "job_id" if event == LogEvent.JOB_FINISHED else "jobid", None)
        job = self._jobs.get(number)
        if job is None:
            return
        if event == LogEvent.JOB_INFO:
            job.state, job.name = AT_WORK, record.rule_msg or record.rule_name
        elif event == LogEvent.JOB_FINISHED:
            job.state = DONE
        elif event == LogEvent.JOB_ERROR:
            job.fault = why(record.log)
            job.state = MISSING if job.fault[0].startswith(UNFINISHED) else FAULTY

    def pace(self) -> tuple[float | None, str]:
        """Fraction of simulations that is done, if there are any, and the time left as text.

        Seconds of work that is left count, at the pace since the run began; at first at the plan's.
        """
        left = self._work_left()
        whole = sum(job.seconds for job in self._jobs.values() if job.simulation)
        simulated = round(1 - left[True] / whole, 2) if whole else None
        work = sum(left.values())
        if not work:
            return simulated, ""
        # An old result counts as done until the job that makes it anew removes it.
        self._work = max(self._work, work)
        done = self._work - work + PLANNED_PACE * self._pace
        seconds = work / done * (time.monotonic() - self._start + PLANNED_PACE)
        return simulated, f"about {format_duration(seconds)} left"

    def _work_left(self) -> dict[bool, float]:
        """Seconds by the plan, of all jobs one after the other: of simulations, and of others."""
        left = {True: 0.0, False: 0.0}
        for job in self._jobs.values():
            left[job.simulation is not None] += job.seconds * self._missing(job)
        return left

    def _missing(self, job: Job) -> float:
        """Fraction of a job that is not done; only simulations tell before they are."""
        if job.state == DONE:
            return 0.0
        run = job.simulation
        return 1 - self._study.steps_of(run) / run.steps if run else 1.0

    def done(self) -> set[str]:
        """Files of all jobs that are done."""
        return {file for job in self._jobs.values() if job.state == DONE for file in job.outputs}

    def summary(self, ended: bool = False) -> dict[str, Any]:
        """How far the study is, for a page and for other processes.

        Parameters
        ----------
        ended
            Whether the run has ended.
        """
        jobs = [dataclasses.replace(job) for job in self._jobs.values()]
        for job in jobs:
            if ended and job.state == AT_WORK:
                job.state = MISSING
        simulated, left = self.pace()
        return {
            "study": self._study.config["study"],
            "state": self._ended_as(jobs) if ended else RUNNING,
            "host": platform.node(),
            "process": os.getpid(),
            "begun": self._begun,
            "total": len(jobs),
            **_counts(jobs),
            "simulated": simulated,
            "left": "" if ended else left,
            "parts": _by_part(jobs),
            "at_work": [job.name for job in jobs if job.state == AT_WORK],
            "failures": [
                {"job": job.name, "why": job.fault[0], "log": self._beside(job.fault[1])}
                for job in jobs
                if job.state == FAULTY
            ],
        }

    @staticmethod
    def _ended_as(jobs: Iterable[Job]) -> str:
        states = {job.state for job in jobs}
        if FAULTY in states:
            return FAILED
        return FINISHED if states <= {DONE} else STOPPED_EARLY

    def _beside(self, log: str) -> str:
        """A log as it is reached from the folder of the results."""
        return os.path.relpath(log, self._study.results) if log else ""


def _counts(jobs: Collection[Job]) -> dict[str, int]:
    return {state: sum(job.state == state for job in jobs) for state in (DONE, AT_WORK, FAULTY)}


def _by_part(jobs: Collection[Job]) -> list[dict[str, Any]]:
    """Numbers of jobs of each part, in the order of the graph."""
    parts: dict[str, list[Job]] = {}
    for job in jobs:
        parts.setdefault(job.part, []).append(job)
    return [{"name": part, "total": len(own), **_counts(own)} for part, own in parts.items()]


def why(logs: Iterable[str]) -> tuple[str, str]:
    """Why a job failed, in one line of its log, and the name of that log.

    It is the line that is addressed to the user, or else the last one.
    """
    for log in map(Path, logs):
        lines = log.read_text(errors="replace").splitlines() if log.is_file() else []
        lines = [line.strip() for line in lines if line.strip()]
        told = [line for line in lines if line.startswith(("error: ", *UNFINISHED))]
        if lines:
            return (told[0] if told else lines[-1]), str(log)
    return "its log is empty: it was killed, or never began", ""


class Follower(logging.Handler):
    """Hears Snakemake's log, and keeps the page and the status of a run up to date.

    Parameters
    ----------
    progress
        Of the run.
    results
        Folder of its results.
    write_page
        Called with `Progress.summary` and `Progress.done`.
    """

    def __init__(
        self,
        progress: Progress,
        results: Path,
        write_page: Callable[[Mapping[str, Any], Collection[str]], None],
    ) -> None:
        super().__init__()
        self._progress, self._status, self._write_page = progress, results / STATUS, write_page
        self._written: dict[str, Any] = {}
        self._when = 0.0
        self._told: set[str] = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep_writing, daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Handle one record of Snakemake."""
        with self._telling_once():
            self._progress.hear(record)

    def close(self) -> None:
        """Write how the run has ended."""
        if not self._ended.is_set():
            self._ended.set()
            self._thread.join()
            self._write(ended=True)
        super().close()

    def _keep_writing(self) -> None:
        pause = 0.0
        while not self._ended.wait(pause):
            start = time.monotonic()
            self._write()
            pause = min(max(PAUSE, (time.monotonic() - start) / SHARE), HEARTBEAT)

    def _write(self, ended: bool = False) -> None:
        with self._telling_once():
            summary, now = self._progress.summary(ended), time.time()
            if summary == self._written and now - self._when < HEARTBEAT:
                return
            self._written, self._when = summary, now
            summary = summary | {"written": now}
            with replacing(self._status) as temporary:
                temporary.write_text(json.dumps(summary, indent=1))
            self._write_page(summary, self._progress.done())

    @contextlib.contextmanager
    def _telling_once(self) -> Iterator[None]:
        """Tell of each fault once, and go on: no page is worth a run."""
        try:
            yield
        except Exception as fault:
            said = f"{type(fault).__name__}: {fault}"
            if said not in self._told:
                self._told.add(said)
                say(f"the page of this run is not up to date: {said}")


def write_first_page(study: Study) -> None:
    """Write a page that says that the run is being prepared, unless an earlier run has left one.

    Planning takes seconds, and so does measuring the machine.
    """
    page = LivePage(study.results, figures=(), caption=str)
    if not page.path.exists():
        page.write(Progress(study, {}).summary() | {"written": time.time()}, done=())


def say(line: str) -> None:
    """Print a line in place of a status line that may stand on the terminal."""
    start = "\r\033[K" if sys.stderr.isatty() else ""
    print(f"{start}{line}", file=sys.stderr, flush=True)
