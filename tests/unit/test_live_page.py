"""The page of a study that runs: true, cheap, and never in the way of the run."""

import itertools
import json
import re
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import run_progress
from run_progress import begun, ended, failed
from snakemake_interface_logger_plugins.common import LogEvent

from softness import progress as watched
from softness.figures.registry import FIGURES
from softness.files import tables
from softness.files.provenance import Provenance
from softness.files.records.dynamics import PairDistributions, ScatteringOrigins
from softness.progress import STATUS, Follower, Job, Progress, jobs_at_once, why
from softness.report import curves
from softness.report.live import LivePage
from softness.simulate.progress import format_duration


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Path("results/glass")


@pytest.fixture
def run(results):
    return Progress(run_progress.study(results), run_progress.jobs(results))


def write_tables(results, temperature=0.5):
    """g(r) and F_s of a run, as rules write them."""
    place = f"T{temperature}/replica0.h5"
    distance, lag = np.linspace(0.05, 5, 100), np.array([0.0, 0.1, 1.0, 10.0, 100.0])
    values = np.ones((2, 3, 100)) + np.exp(-((distance - 1.1) ** 2) * 50)
    scattering = np.exp(-np.tile(lag, (4, 1)) / 10)
    scattering[:, -1] = np.nan
    number = np.array(temperature)
    for kind, record in (
        ("pair_distribution", PairDistributions(number, number, distance, values, np.ones(2))),
        (
            "self_scattering",
            ScatteringOrigins(number, number, number, lag, np.arange(4.0), scattering),
        ),
    ):
        path = results / kind / place
        path.parent.mkdir(parents=True, exist_ok=True)
        tables.write(path, record, Provenance("example", {}))


def page_of(results, figures=FIGURES):
    return LivePage(results, figures, lambda entry: f"Caption of {entry.number}.")


# -- states --------------------------------------------------------------------------------


def test_jobs_are_counted_by_part(run):
    found = run.summary()
    assert (found["done"], found["running"], found["failed"], found["total"]) == (1, 0, 0, 5)
    assert [part["name"] for part in found["parts"]] == [
        "simulate",
        "dynamics",
        "figures",
        "report",
    ]
    for each in (begun(2), begun(3, "F_s at T=0.5"), ended(2)):
        run.hear(each)
    found = run.summary()
    assert (found["done"], found["running"]) == (2, 1)
    assert found["at_work"] == ["F_s at T=0.5"]
    assert found["parts"][1] == {
        "name": "dynamics",
        "total": 2,
        "done": 1,
        "running": 1,
        "failed": 0,
    }
    assert any(file.endswith("pair_distribution/T0.5/replica0.h5") for file in run.done())


def test_a_failed_job_is_named_with_the_line_that_tells_why(run, tmp_path):
    log = tmp_path / "results/glass/logs/pairs.log"
    log.parent.mkdir(parents=True)
    log.write_text("5 of 10 frames\nerror: a.h5: is damaged: run again\nTraceback\n")
    run.hear(begun(2))
    run.hear(failed(2, log))
    (fault,) = run.summary()["failures"]
    assert fault["why"] == "error: a.h5: is damaged: run again"
    assert fault["log"].endswith("logs/pairs.log")
    assert run.summary(ended=True)["state"] == "failed"
    # It is tried again, and well.
    run.hear(begun(2))
    assert run.summary()["failures"] == []


def test_the_last_line_tells_why_where_none_is_meant_to(tmp_path):
    log = tmp_path / "job.log"
    log.write_text("Traceback\n  File x\nZeroDivisionError: division by zero\n\n")
    assert why([str(log)]) == ("ZeroDivisionError: division by zero", str(log))
    log.write_text("")
    assert why([str(log)])[0].startswith("its log is empty")
    assert why([])[0].startswith("its log is empty")


def test_jobs_that_stop_in_time_or_are_interrupted_have_not_failed(run, tmp_path):
    log = tmp_path / "job.log"
    for line in (
        "stopped: 3 of 10 segments are done",
        "interrupted: run it again",
        "KeyboardInterrupt",
    ):
        log.write_text(f"step 1\n{line}\n")
        run.hear(begun(2))
        run.hear(failed(2, log))
        assert run.summary()["failed"] == 0
        assert run.summary(ended=True)["state"] == "stopped"


def test_a_run_has_finished_when_all_is_done(run):
    for number in (2, 3, 4, 5):
        run.hear(begun(number))
        run.hear(ended(number))
    assert run.summary(ended=True)["state"] == "finished"
    assert run.summary()["state"] == "running"


def test_records_of_other_things_are_passed_over(run):
    before = run.summary()
    run.hear(run_progress.record(LogEvent.PROGRESS, done=3, total=5))
    run.hear(run_progress.record(None))
    run.hear(begun(99))
    assert run.summary() == before


def test_time_left_follows_from_the_plan_and_the_pace_since_the_start(monkeypatch):
    run = SimpleNamespace(steps=1000, done=0)
    study = SimpleNamespace(steps_of=lambda run: run.done)
    clock = [100.0]
    monkeypatch.setattr(watched.time, "monotonic", lambda: clock[0])
    jobs = {
        1: Job("simulate", ("a",), 300.0, simulation=run),
        2: Job("learn", ("b",), 100.0),
        3: Job("learn", ("c",), 100.0, state="done"),
    }
    progress = Progress(study, jobs, at_once=2)
    # At first by the plan: 400 seconds on two cores, of which one is idle at the end.
    assert progress.pace() == (0.0, "about 5 min left")
    # Half of the simulation: 150 of 400 planned seconds in ten minutes; and a minute of the plan's.
    run.done, clock[0] = 500, 700.0
    assert progress.pace() == (0.5, f"about {format_duration(250 / 230 * 660)} left")
    run.done, clock[0] = 1000, 1300.0
    assert progress.pace() == (1.0, f"about {format_duration(100 / 380 * 1260)} left")
    progress.hear(ended(2))
    progress.hear(ended(1))
    assert progress.pace() == (1.0, "")


def test_of_jobs_that_wait_for_others_few_run_at_first(monkeypatch):
    monkeypatch.setattr(watched.time, "monotonic", lambda: 100.0)
    first = Job("simulate", ("start",), 600.0)
    later = {n: Job("learn", (f"{n}",), 60.0, ("start",)) for n in range(1, 11)}
    progress = Progress(None, {0: first} | later, at_once=100)
    assert progress.pace()[1] == "about 11 min left"
    # Of a run that is nearly done, what is left counts.
    done = {n: Job("learn", (f"{n}",), 60.0, state="done") for n in range(1, 11)}
    assert Progress(None, {0: first} | done, at_once=100).pace()[1] == "about 10 min left"


def test_work_that_grows_is_no_time_that_is_won(monkeypatch):
    """An old result is there until the job that makes it anew begins."""
    clock = [100.0]
    monkeypatch.setattr(watched.time, "monotonic", lambda: clock[0])
    run = SimpleNamespace(steps=1000, done=1000)
    study = SimpleNamespace(steps_of=lambda run: run.done)
    jobs = {n: Job("simulate", (str(n),), 1000.0, simulation=run) for n in (1, 2)}
    progress = Progress(study, jobs | {3: Job("learn", ("b",), 10.0)}, at_once=2)
    run.done, clock[0] = 0, 101.0
    assert progress.pace()[1] == f"about {format_duration(2010 / 120 * 61)} left"


def test_a_study_without_simulations_tells_its_time_left_as_well(run):
    assert run.pace()[1].startswith("about ")
    for number in (2, 3, 4, 5):
        run.hear(ended(number))
    assert run.pace() == (None, "")


@pytest.mark.parametrize(("nodes", "cores", "jobs"), [(None, 2, 2), (100, None, 100), (8, 1, 8)])
def test_jobs_at_once_are_those_of_the_cluster_or_of_the_cores(nodes, cores, jobs):
    workflow = SimpleNamespace(resource_settings=SimpleNamespace(nodes=nodes, cores=cores))
    assert jobs_at_once(workflow) == jobs


# -- the page ------------------------------------------------------------------------------


def written(results, run, ended=False, figures=FIGURES):
    page_of(results, figures).write(run.summary(ended) | {"written": time.time()}, run.done())
    return (results / "index.html").read_text()


def test_the_page_reloads_while_the_study_runs_and_leads_to_the_report(results, run):
    text = written(results, run)
    assert 'http-equiv="refresh"' in text
    assert "report.html" not in text
    assert "1 of 5 jobs are done" in text
    for number in (2, 3, 4, 5):
        run.hear(ended(number))
    write_tables(results)
    text = written(results, run, ended=True)
    assert 'http-equiv="refresh"' not in text
    assert 'href="report.html"' in text
    assert "<b>finished</b>" in text
    assert not re.search("https?://", text)


def test_figures_are_shown_as_soon_as_they_are_drawn(results, run):
    text = written(results, run)
    assert "<img" not in text
    run.hear(ended(4))
    text = written(results, run)
    assert re.findall('<img src="([^"]+)"', text) == ["figures/1.2.png"]
    entry = next(entry for entry in FIGURES if entry.number == "1.2")
    assert f"Figure 1.2. {entry.title}." in text
    assert "Caption of 1.2." in text
    assert "Table 2.1 (" in text.partition("Not drawn yet")[2]


def test_failures_are_shown_as_text(results, run, tmp_path):
    log = tmp_path / "job.log"
    log.write_text("error: <b>: is no box\n")
    run.hear(begun(2, "pairs & more"))
    run.hear(failed(2, log))
    text = written(results, run)
    assert "pairs &amp; more" in text
    assert "error: &lt;b&gt;: is no box" in text


def test_curves_of_finished_runs_are_drawn_and_each_table_is_read_once(results, run, monkeypatch):
    write_tables(results)
    run.hear(ended(2))
    run.hear(ended(3))
    opened = []
    monkeypatch.setattr(
        curves, "read", lambda path, kind: opened.append(path) or tables.read(path, kind)
    )
    page = page_of(results)
    for _ in range(3):
        page.write(run.summary() | {"written": 1.0}, run.done())
    assert len(opened) == 2
    text = page.path.read_text()
    assert text.count("<polyline") == 2
    assert text.count("T = 0.5") == 2


def test_lines_are_those_of_the_tables(results):
    write_tables(results)
    pairs = curves.pair_distribution(results / "pair_distribution/T0.5/replica0.h5")
    assert pairs.temperature == 0.5
    assert pairs.x[pairs.y.argmax()] == pytest.approx(1.1, abs=0.05)
    scattering = curves.self_scattering(results / "self_scattering/T0.5/replica0.h5")
    # No lag of 0, which a logarithmic axis has no place for, and none that was not measured.
    np.testing.assert_allclose(scattering.x, [0.1, 1, 10])
    np.testing.assert_allclose(scattering.y, np.exp(-scattering.x / 10))


def test_a_chart_holds_its_curves():
    x = np.geomspace(0.01, 100, 500)
    cold, hot = curves.Curve(0.5, x, np.exp(-x / 50)), curves.Curve(2.0, x, np.exp(-x))
    made = curves.chart("F", "t", [hot, cold], logarithmic=True)
    assert [line.temperature for line in made.lines] == [0.5, 2.0]
    assert made.lines[0].colour != made.lines[1].colour
    points = np.array([pair.split(",") for pair in made.lines[0].points.split()], float)
    assert len(points) <= curves.MOST_POINTS
    assert points.min() >= 0
    assert points[:, 0].max() <= curves.WIDTH
    assert points[:, 1].max() <= curves.HEIGHT
    assert [text for _, text in made.x_ticks] == ["0.01", "0.1", "1", "10", "100"]
    at = {text: place for place, text in made.x_ticks}
    assert at["1"] == pytest.approx(curves.WIDTH / 2)


# -- writing -------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(watched, "PAUSE", 0.02)
    monkeypatch.setattr(watched, "SHARE", 1.0)


def wait_until(condition):
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_status_is_written_at_once_and_at_the_end(results, run, quick):
    follower = Follower(run, results, page_of(results).write)
    wait_until(lambda: (results / "index.html").exists())
    status = json.loads((results / STATUS).read_text())
    assert (status["state"], status["done"], status["study"]) == ("running", 1, "glass")
    for number in (2, 3, 4, 5):
        follower.handle(ended(number))
    write_tables(results)
    follower.close()
    assert json.loads((results / STATUS).read_text())["state"] == "finished"
    assert "<b>finished</b>" in (results / "index.html").read_text()


def test_nothing_is_written_where_nothing_has_changed(results, run, quick):
    pages = []
    follower = Follower(run, results, lambda summary, done: pages.append(summary["done"]))
    wait_until(lambda: pages)
    time.sleep(0.2)
    assert pages == [1]
    follower.handle(ended(4))
    wait_until(lambda: len(pages) == 2)
    follower.close()
    assert pages[1] == 2


def test_a_slow_disk_is_written_to_less_often(results, run, monkeypatch):
    monkeypatch.setattr(watched, "PAUSE", 0.0)
    number = itertools.count()
    monkeypatch.setattr(run, "summary", lambda ended=False: {"done": next(number)})
    pages = []

    def slow(summary, done):
        time.sleep(0.02)
        pages.append(summary)

    start = time.monotonic()
    follower = Follower(run, results, slow)
    time.sleep(0.9)
    follower.close()
    # A twentieth of the time, and the last page.
    assert len(pages) <= 2 + 0.05 * (time.monotonic() - start) / 0.02


def test_a_fault_is_told_once_and_stops_nothing(results, run, quick, monkeypatch, capsys):
    monkeypatch.setattr(watched, "HEARTBEAT", 0.01)
    calls = []

    def faulty(summary, done):
        calls.append(summary)
        raise KeyError("a caption")

    follower = Follower(run, results, faulty)
    wait_until(lambda: len(calls) > 2)
    broken = run_progress.record(LogEvent.JOB_INFO, jobid=2)
    follower.handle(broken)
    follower.handle(broken)
    follower.close()
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert all(line.startswith("the page of this run is not up to date: ") for line in said)
    assert json.loads((results / STATUS).read_text())["state"] == "stopped"


def test_a_table_that_cannot_be_read_is_left_out(results, run, quick, capsys):
    path = results / "pair_distribution/T0.5/replica0.h5"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"nothing")
    run.hear(ended(2))
    follower = Follower(run, results, page_of(results).write)
    wait_until(lambda: (results / STATUS).exists())
    follower.handle(ended(4))
    follower.close()
    assert "figures/1.2.png" in (results / "index.html").read_text()
    assert capsys.readouterr().err.count("replica0.h5") == 1


def test_the_page_of_a_large_study_is_cheap(results):
    jobs = {n: Job(f"part {n % 15}", (f"{results}/x/{n}.h5",)) for n in range(2500)}
    run, page = Progress(run_progress.study(results), jobs), page_of(results)
    page.write(run.summary() | {"written": 1.0}, run.done())
    start = time.process_time()
    for _ in range(3):
        page.write(run.summary() | {"written": 1.0}, run.done())
    assert time.process_time() - start < 1.0


# -- before the jobs are planned -----------------------------------------------------------


def test_a_first_page_says_that_the_run_is_prepared(results):
    watched.write_first_page(run_progress.study(results))
    page = (results / "index.html").read_text()
    assert "this machine is measured and the jobs are planned" in page
    assert 'http-equiv="refresh"' in page
    assert "Parts of the study" not in page
    assert "0 of 0" not in page


def test_the_page_of_an_earlier_run_stays_until_the_jobs_are_planned(results, run):
    page_of(results).write(run.summary() | {"written": time.time()}, run.done())
    before = (results / "index.html").read_text()
    watched.write_first_page(run_progress.study(results))
    assert (results / "index.html").read_text() == before
