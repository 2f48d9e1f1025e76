"""The status of a study from another terminal: true as it runs, after a kill, and at the end."""

import fcntl
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import run_progress
from run_progress import begun, ended, failed

from softness import status
from softness.__main__ import main
from softness.errors import InputError
from softness.progress import STATUS, Progress
from softness.workflow import LOCK


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = Path("results/glass")
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def run(results):
    return Progress(run_progress.study(results), run_progress.jobs(results))


@pytest.fixture
def held(results):
    """The folder, as a launcher holds it."""
    with LOCK.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def leave(results, run, over=False, **others):
    """What a launcher has written."""
    summary = run.summary(over) | {"written": time.time()} | others
    (results / STATUS).write_text(json.dumps(summary))


def gone():
    """Number of a process that has ended."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def asked(capsys, *arguments):
    code = main(["status", *arguments])
    return code, capsys.readouterr().out


def test_a_study_that_runs(results, run, held, capsys):
    run.hear(begun(2, "g(r) at T=0.5"))
    leave(results, run, simulated=0.43, left="about 12 min left", written=time.time() - 5)
    code, said = asked(capsys)
    assert code == 3
    assert "study glass: running\n" in said
    assert "written 5 s ago" in said or "wrote 5 s ago" in said
    assert "1 of 5 done, 1 running, 0 failed" in said
    assert "simulations: 43%\n  about 12 min left\n" in said
    assert "running: g(r) at T=0.5" in said
    assert "page: results/glass/index.html" in said


def test_a_study_with_a_failed_job(results, run, held, tmp_path, capsys):
    log = tmp_path / "job.log"
    log.write_text("error: a.h5: is damaged: run again\n")
    run.hear(begun(2, "g(r) at T=0.5"))
    run.hear(failed(2, log))
    leave(results, run)
    code, said = asked(capsys)
    assert code == 4
    assert "study glass: running, with failed jobs\n" in said
    assert "failed: g(r) at T=0.5: error: a.h5: is damaged: run again" in said
    leave(results, run, over=True)
    code, said = asked(capsys)
    assert code == 4
    assert "study glass: failed\n" in said


def test_a_launcher_that_was_killed(results, run, capsys):
    run.hear(begun(2, "g(r) at T=0.5"))
    LOCK.touch()
    leave(results, run, left="about 12 min left", simulated=0.5)
    code, said = asked(capsys)
    assert code == 5
    assert f"study glass: killed: the launcher, process {os.getpid()} on " in said
    assert "interrupted: g(r) at T=0.5" in said
    assert "12 min" not in said


def test_a_launcher_that_was_killed_while_another_study_runs_here(results, run, held, capsys):
    leave(results, run, process=gone())
    assert asked(capsys)[0] == 5
    # Of a process elsewhere nothing is known but that the folder is held.
    leave(results, run, process=gone(), host="another")
    assert asked(capsys)[0] == 3


def test_a_study_that_has_ended(results, run, held, capsys):
    leave(results, run, over=True)
    code, said = asked(capsys)
    assert (code, "study glass: stopped\n" in said) == (5, True)
    assert "a run has begun in this folder" in said
    for number in (2, 3, 4, 5):
        run.hear(ended(number))
    leave(results, run, over=True)
    code, said = asked(capsys)
    assert (code, "study glass: finished\n" in said) == (0, True)


def test_asking_does_not_hold_the_folder(results):
    LOCK.touch()
    assert not status.is_held(LOCK)
    with LOCK.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert status.is_held(LOCK)
    assert not status.is_held(Path("none"))


def test_the_study_that_ran_last_is_meant(results, run, capsys):
    leave(results, run, over=True)
    other = Path("results/other")
    other.mkdir()
    leave(other, run, over=True, study="other")
    os.utime(other / STATUS, (1, 1))
    assert "study glass" in asked(capsys)[1]


def test_a_study_is_named_by_its_configuration(results, run, tmp_path, capsys):
    config = tmp_path / "mine.yaml"
    config.write_text("study: glass\n")
    assert asked(capsys, str(config))[0] == 6
    leave(results, run, over=True)
    assert asked(capsys, str(config))[0] == 5
    config.write_text("study: glass\nnonsense: 1\n")
    assert main(["status", str(config)]) == 1
    assert "nonsense" in capsys.readouterr().err


def test_no_run_and_a_damaged_status(results, capsys):
    code, said = asked(capsys)
    assert (code, said) == (6, "no study has run in this folder\n")
    (results / STATUS).write_text("{")
    with pytest.raises(InputError, match=r"\.status\.json: holds no status"):
        status.read_status(results / STATUS)
    (results / STATUS).write_text("[]")
    assert main(["status"]) == 1


def test_files_count_once_whatever_their_names(tmp_path):
    folder = tmp_path / "one"
    (folder / "deep").mkdir(parents=True)
    (folder / "a").write_bytes(bytes(100_000))
    (folder / "deep" / "b").hardlink_to(folder / "a")
    found = status._files(folder)
    assert len(found) == 1
    assert sum(found.values()) >= 100_000


def test_long_lists_are_cut(results, run):
    names = [f"job {number}" for number in range(50)]
    leave(results, run, at_work=names)
    said = status.as_text(status.read_status(results / STATUS), "running", results)
    assert said.count("running: job") == status.MOST_LINES
    assert f"running: {50 - status.MOST_LINES} more" in said


def test_exit_codes_are_documented(capsys):
    with pytest.raises(SystemExit):
        main(["status", "--help"])
    said = capsys.readouterr().out
    for code in {*status.EXIT.values(), status.EXIT_OF_UNKNOWN}:
        assert f"\n  {code}  " in said
