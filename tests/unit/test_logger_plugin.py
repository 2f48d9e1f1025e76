"""Lines of the logger of Snakemake: what is done, what failed and why, what only stopped."""

import logging
import re

import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from snakemake_logger_plugin_softness import LogHandler


@pytest.fixture
def said(capsys):
    """Emit records of events with these values; returns the lines said, without their times."""
    handler = LogHandler(None, None)

    def emit(*events, level=logging.INFO, message=""):
        for event, values in events:
            record = logging.LogRecord("snakemake", level, "", 0, message, None, None)
            vars(record).update(values, event=event)
            handler.emit(record)
        lines = capsys.readouterr().err.splitlines()
        assert all(re.match(r"\d\d:\d\d:\d\d ", line) for line in lines)
        return [line[9:] for line in lines]

    yield emit
    handler.close()


STARTED = (
    LogEvent.JOB_INFO,
    {"jobid": 3, "rule_msg": "production run at T=0.7", "rule_name": "thermal"},
)


def failed(*logs):
    return LogEvent.JOB_ERROR, {"jobid": 3, "rule_name": "thermal", "log": [*map(str, logs)]}


def test_finished_jobs_are_counted(said):
    plan = LogEvent.RUN_INFO, {"stats": {"total": 12}}
    assert said(plan) == ["12 jobs to do"]
    counted = LogEvent.PROGRESS, {"done": 4, "total": 12}
    finished = LogEvent.JOB_FINISHED, {"job_id": 3}
    assert said(STARTED, counted, finished) == ["5 of 12 done: production run at T=0.7"]
    # It is done once.
    assert said(finished) == []


def test_a_job_that_failed_is_named_with_the_end_of_its_log(said, tmp_path):
    log = tmp_path / "thermal.log"
    log.write_text("".join(f"line {number}\n" for number in range(8)))
    assert said(STARTED, failed(log)) == [
        "failed: production run at T=0.7",
        *(f"    line {number}" for number in (3, 4, 5, 6, 7)),
        f"    log: {log}",
    ]


def test_a_job_that_nobody_saw_begin_is_named_by_its_rule(said, tmp_path):
    assert said(failed(tmp_path / "none.log")) == [
        "failed: thermal",
        f"    log: {tmp_path / 'none.log'}",
    ]


def test_a_job_that_is_out_of_time_has_stopped_and_not_failed(said, tmp_path):
    log = tmp_path / "thermal.log"
    log.write_text("a line\nstopped: thermal: 3 of 10 segments are done\n")
    assert said(STARTED, failed(log)) == ["stopped: thermal: 3 of 10 segments are done"]


def test_warnings_are_passed_on_but_a_failure_is_told_once(said):
    assert said((None, {}), level=logging.WARNING, message=" beware\n") == ["beware"]
    assert said((None, {}), message="a detail") == []
    repeated = None, {"exception": "CalledProcessError"}
    assert said(repeated, level=logging.ERROR, message="the whole command") == []
