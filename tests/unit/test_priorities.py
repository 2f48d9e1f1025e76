"""Figures become ready one after the other, and the whole is not later for it."""

import dataclasses
import random

import pytest

from locations import ROOT
from softness import configuration
from softness.figures.registry import FIGURES
from softness.plan import make_plan
from softness.planning.jobs import planned_jobs
from softness.planning.rate import given_rate
from softness.planning.schedule import Task, wall_seconds
from softness.study import Study

LAPTOP = ROOT / "config" / "laptop.yaml"


@pytest.fixture(scope="module")
def jobs():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return planned_jobs(LAPTOP)


def test_figures_go_first_in_the_order_of_the_report(jobs):
    of_rule = {job.rule: job.priority for job in jobs}
    drawn = [of_rule[entry.name] for entry in FIGURES]
    assert drawn == sorted(drawn, reverse=True)
    assert len(set(drawn)) == len(drawn)
    assert of_rule["report"] == 0


def test_a_job_is_as_urgent_as_the_first_figure_that_waits_for_it(jobs):
    maker = {name: job for job in jobs for name in job.outputs}
    follower = {}
    for job in jobs:
        for name in set(job.inputs) & set(maker):
            follower.setdefault(maker[name].outputs, []).append(job.priority)
    figures = {entry.name for entry in FIGURES}
    for job in jobs:
        if job.rule not in figures | {"report"}:
            assert job.priority == max(follower[job.outputs]), job.outputs
            # For the report alone: what may put a doubt on claims.
            assert (job.priority == 0) == (job.rule == "equilibration_evidence")


def test_what_chapter_1_waits_for_goes_before_runs_of_later_chapters(jobs):
    cold = [job.priority for job in jobs if job.rule in ("thermal", "relaxation")]
    later = ("isoconfigurational", "inherent_propensity", "cycle", "control", "quench")
    assert min(cold) > max(job.priority for job in jobs if job.rule in later)


@pytest.mark.parametrize("cores", [2, 8])
def test_the_order_takes_no_longer_than_any_order(jobs, cores):
    study = Study(configuration.load(LAPTOP))
    rate = given_rate(study.config, 1000)
    shuffled = random.Random(1)

    def wall(priority):
        ordered = [dataclasses.replace(job, priority=priority(job)) for job in jobs]
        return make_plan(study, ordered, rate, cores).wall

    of_any_order = wall(lambda job: shuffled.random())
    # Snakemake takes any of the jobs of one priority.
    assert wall(lambda job: job.priority + shuffled.random()) < 1.03 * of_any_order


def test_a_task_of_higher_priority_goes_first():
    tasks = [Task((), ("a",), 1.0), Task((), ("b",), 5.0), Task(("a",), ("c",), 3.0)]
    # The longest chain first: b beside a and c; in the other order b is left for the end.
    assert wall_seconds(tasks, 2) == 5
    urgent = [dataclasses.replace(tasks[0], priority=2), tasks[1]]
    urgent += [dataclasses.replace(tasks[2], priority=1), Task((), ("d",), 1.0, priority=2)]
    assert wall_seconds(urgent, 2) == 6
