"""Progress of a study on the terminal: `snakemake --logger softness`.

A plugin of Snakemake, which finds it by the name of this package. It says which jobs run, how many
of how many are done, how far the simulations are, and about how long they will take.
"""

import logging
import shutil
import sys
import threading
import time
from pathlib import Path

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from softness.errors import STOPPED

INTERVAL = {True: 2.0, False: 30.0}  # seconds between lines, on a terminal and elsewhere
LOG_LINES = 5


class LogHandler(LogHandlerBase):
    """Prints one line for each finished job, and a line on how far the study is."""

    def __post_init__(self) -> None:
        self._running: dict[int, str] = {}
        self._done = self._total = 0
        self._on_terminal = sys.stderr.isatty()
        self._lock = threading.RLock()
        self._stopped = threading.Event()
        self._actions = {
            LogEvent.WORKFLOW_STARTED: self._begin,
            LogEvent.JOB_INFO: self._start_job,
            LogEvent.JOB_FINISHED: self._finish_job,
            LogEvent.JOB_ERROR: self._fail_job,
            LogEvent.PROGRESS: self._count,
            LogEvent.RUN_INFO: self._plan,
        }

    # -- what Snakemake asks of a logger --------------------------------------------------

    writes_to_stream = True
    writes_to_file = False
    has_filter = True
    has_formatter = True
    needs_rulegraph = False

    def emit(self, record: logging.LogRecord) -> None:
        """Handle one record of Snakemake."""
        action = self._actions.get(getattr(record, "event", None))
        with self._lock:
            if action:
                action(record)
            elif record.levelno >= logging.WARNING and not self._is_repeated(record):
                self._say(record.getMessage().strip())

    @staticmethod
    def _is_repeated(record: logging.LogRecord) -> bool:
        """Whether it tells of a failed job, as `_fail_job` does, but with the whole command."""
        return getattr(record, "exception", "") in ("RuleException", "CalledProcessError")

    def close(self) -> None:
        """Stop the status line."""
        self._stopped.set()
        super().close()

    # -- events ---------------------------------------------------------------------------

    def _begin(self, record: logging.LogRecord) -> None:
        threading.Thread(target=self._tick, daemon=True).start()

    def _plan(self, record: logging.LogRecord) -> None:
        self._total = int(record.stats.get("total", 0))
        self._say(f"{self._total} jobs to do")

    def _start_job(self, record: logging.LogRecord) -> None:
        self._running[record.jobid] = record.rule_msg or record.rule_name

    def _finish_job(self, record: logging.LogRecord) -> None:
        name = self._running.pop(record.job_id, None)
        if name and name != "all":
            self._say(f"{self._done + 1} of {self._total} done: {name}")

    def _count(self, record: logging.LogRecord) -> None:
        self._done, self._total = record.done, record.total

    def _fail_job(self, record: logging.LogRecord) -> None:
        name = self._running.pop(record.jobid, record.rule_name)
        logs = [Path(path) for path in record.log]
        lines = [line for log in logs if log.exists() for line in log.read_text().splitlines()]
        if lines and lines[-1].startswith(STOPPED):
            # It left before its time limit, with all that it has done.
            self._say(lines[-1])
            return
        self._say(f"failed: {name}")
        for line in lines[-LOG_LINES:]:
            self._say(f"    {line}")
        self._say(f"    log: {', '.join(map(str, logs))}")

    # -- output ---------------------------------------------------------------------------

    def _tick(self) -> None:
        while not self._stopped.wait(INTERVAL[self._on_terminal]):
            with self._lock:
                if self._total and self._done < self._total:
                    self._show(self._status())

    def _status(self) -> str:
        parts = [f"{self._done} of {self._total} jobs"]
        # Not before it is asked for: Snakemake imports every logger, for any workflow and job.
        from softness import workflow

        if workflow.followed is not None:
            simulated, left = workflow.followed.pace()
            parts += [f"simulations {simulated:.0%}"] if simulated is not None else []
            parts += [left] if left else []
        if self._running:
            parts.append("running: " + "; ".join(self._running.values()))
        return " | ".join(parts)

    def _show(self, line: str) -> None:
        """Show a status line; on a terminal it is written over by the next."""
        if not self._on_terminal:
            self._say(line)
            return
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write("\r\033[K" + line[:width])
        sys.stderr.flush()

    def _say(self, line: str) -> None:
        start = "\r\033[K" if self._on_terminal else ""
        print(f"{start}{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)
