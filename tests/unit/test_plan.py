"""What a plan is estimated from: rates, rows, bytes, schedules, statistics."""

import argparse
import dataclasses
import json
import math
import time

import pytest

from locations import ROOT, script
from softness import configuration, engines, plan
from softness.engines.batch import BatchOfOne
from softness.errors import InputError
from softness.learning.regressors import REGRESSORS
from softness.planning import statistics
from softness.planning.disk import job_bytes
from softness.planning.jobs import PlannedJob, planned_jobs
from softness.planning.rate import (
    START,
    _said_if_slow,
    assumed_rate,
    given_rate,
    measured_rate,
)
from softness.planning.schedule import Task, wall_seconds
from softness.planning.seconds import FIT, measured_seconds, modelled_seconds
from softness.planning.sizes import Sizes, rearranging_share
from softness.study import Study
from softness.study import speed as table
from softness.study.speed import displacement_rate, gain, gain_of_parting, whole_batches


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Study(configuration.load(ROOT / "tests" / "unit" / "two_replicas.yaml"))


def job(rule: str, inputs=(), outputs=(), benchmark="", threads=1, **wildcards) -> PlannedJob:
    return PlannedJob(
        rule=rule,
        part="simulate",
        wildcards=wildcards,
        inputs=tuple(inputs),
        code=(),
        outputs=tuple(outputs),
        threads=threads,
        command="command",
        benchmark=benchmark,
        is_due=True,
    )


def thermal(study: Study) -> list[PlannedJob]:
    return [
        job("thermal", outputs=[str(run.output)], temperature=f"{run.temperature:g}")
        for run in study.simulations()
        if run.rule == "thermal"
    ]


# -- rates ---------------------------------------------------------------------------------


def test_a_given_rate_counts_for_the_particles_of_the_study(study):
    rate = given_rate(study.config, 500)
    assert rate.updates_per_second == 500 * 2048
    assert rate.source == "given"


@pytest.mark.parametrize("steps", [0, -1, math.inf, math.nan])
def test_an_impossible_rate_is_refused(study, steps):
    with pytest.raises(InputError, match=f"--rate {steps:g}: give time steps per second"):
        given_rate(study.config, steps)


@pytest.mark.parametrize("seconds", [0, -2, 1e4])
def test_an_impossible_time_to_measure_is_refused(study, seconds):
    with pytest.raises(InputError, match=f"--measure {seconds:g}: give seconds"):
        measured_rate(study.config, seconds)


def test_an_engine_that_is_not_here_can_be_planned_with_a_rate(study, monkeypatch):
    def missing(*arguments):
        raise InputError("engine hoomd cannot be loaded")

    monkeypatch.setattr(engines, "create", missing)
    with pytest.raises(InputError, match="cannot be loaded; or plan without it: --rate"):
        measured_rate(study.config, 1)
    assumed = assumed_rate(study.config, "since it is not here")
    assert assumed.source == "assumed"
    assert "give --rate" in assumed.remark


def test_jobs_are_planned_in_the_folder_of_the_project_alone(study):
    """Its paths are relative, so that a study can be moved as a whole."""
    with pytest.raises(InputError, match=r"Snakefile: not in .*: run this in the project's folder"):
        planned_jobs(ROOT / "config" / "smoke.yaml")


def test_an_unknown_engine_is_told(study):
    config = study.config | {"engine": study.config["engine"] | {"name": "gromacs"}}
    with pytest.raises(InputError, match=r"'gromacs': choose one of hoomd, lammps.*--rate"):
        measured_rate(config, 1)


def test_a_rate_is_measured_with_the_liquid_of_the_study(study):
    config = study.config | {"liquid": study.config["liquid"] | {"particles": 500}}
    rate = measured_rate(config, 0.2)
    assert (rate.source, rate.particles) == ("measured", 500)
    assert 100 < rate.steps_per_second < 1e6


def test_a_rate_is_measured_on_all_cores_at_once(study):
    config = study.config | {"liquid": study.config["liquid"] | {"particles": 500}}
    rate = measured_rate(config, 0.2, cores=2)
    assert 100 < rate.steps_per_second < 1e6
    assert rate.core_steps_per_second == pytest.approx(rate.steps_per_second)
    assert "on each of 2 cores at once" in rate.remark


def test_no_more_processes_are_timed_than_there_are_cores(study, monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {0})
    config = study.config | {"liquid": study.config["liquid"] | {"particles": 500}}
    assert "on one core" in measured_rate(config, 0.1, cores=64).remark


# -- lanes ---------------------------------------------------------------------------------


def test_the_gain_of_lanes_lies_between_the_measured_points(monkeypatch):
    monkeypatch.setattr(table, "GAIN", {1000: {0.5: 10.0, 0.7: 6.0}, 3000: {0.5: 20.0, 0.9: 4.0}})
    assert [gain(temperature, 1000) for temperature in (0.4, 0.6, 2.0)] == [10, 8, 6]
    assert gain(0.5, 2000) == 15
    assert [gain(0.5, particles) for particles in (10, 9999)] == [10, 20]


def test_the_measured_gain_falls_with_temperature():
    for particles, points in table.GAIN.items():
        assert list(points) == sorted(points)
        assert list(points.values()) == sorted(points.values(), reverse=True), particles
    assert [whole_batches(runs) for runs in (0, 1, 16, 16.5, 100)] == [0, 16, 16, 32, 112]


@pytest.fixture
def in_lanes(study):
    assert study.config["isoconfigurational"]["engine"] == "lanes"
    return study


def blocks(study: Study) -> list[PlannedJob]:
    names, found = ("temperature", "replica", "snapshot", "block"), []
    for run in study.simulations():
        if run.rule == "isoconfigurational":
            place = zip(names, (f"{run.temperature:g}", *map(str, run.number)), strict=True)
            found.append(job(run.rule, outputs=[str(run.output)], **dict(place)))
    return found


def test_blocks_in_lanes_take_whole_batches_of_a_core(in_lanes):
    """The laptop's: 96 runs of 6 snapshots at 0.60, 16 of 2 at 0.70, 12 of 4 at 0.86."""
    made = plan.make_plan(in_lanes, blocks(in_lanes), given_rate(in_lanes.config, 1000), cores=2)
    runs = {0.60: 6 * 96, 0.70: 2 * 16, 0.86: 4 * 16}
    seconds = 12 * START + sum(
        number * 6000 / (1000 * gain(temperature, 2048)) for temperature, number in runs.items()
    )
    assert made.rows[0].core_hours == pytest.approx(seconds / 3600)
    assert made.rows[0].sources == {"lanes"}
    text = plan.as_text(made)
    assert "Lanes: run-steps/s of one core by the table" in text
    assert plan.as_dict(made)["lanes"]["0.6"] == pytest.approx(1000 * gain(0.6, 2048))
    assert max(map(len, text.splitlines())) <= 120


def test_cages_in_lanes_take_whole_batches_for_each_snapshot(in_lanes):
    """Three snapshots of 20 runs, that is of two batches; then one of them is left."""
    in_lanes.config["cage"]["runs"] = 20
    first = next(each for each in in_lanes.simulations() if each.kind == "cage")
    rate = given_rate(in_lanes.config, 1000)
    of_snapshot = 32 * 400 / (1000 * gain(0.56, 2048))
    assert rate.seconds(first, first.steps) == pytest.approx(START + 3 * of_snapshot)
    assert rate.seconds(first, first.steps // 3) == pytest.approx(START + of_snapshot)
    in_lanes.config["cage"]["engine"] = "same"
    first = next(each for each in in_lanes.simulations() if each.kind == "cage")
    assert rate.seconds(first, first.steps) == pytest.approx(START + 3 * 20 * 400 / 1000)


def test_cycles_in_lanes_go_on_together(in_lanes):
    in_lanes.config["cycle"]["runs"] = 20
    job = next(each for each in in_lanes.simulations() if each.rule == "cycle")
    rate = given_rate(in_lanes.config, 1000)
    whole = 2 * 16 * job.steps / 20 / (1000 * job.gain)
    assert rate.seconds(job, job.steps) == pytest.approx(START + whole)
    assert rate.seconds(job, job.steps // 2) == pytest.approx(START + whole / 2)


def test_runs_in_lanes_gain_less_the_further_they_part():
    rates = [displacement_rate(temperature) for temperature in (0.3, 0.5, 0.55, 0.86, 2.0)]
    assert rates[0] == rates[1] == pytest.approx(0.0015)
    assert rates[1] < rates[2] < rates[3] == rates[4] == pytest.approx(0.047)
    # As measured: at T = 0.5 for 330 tau 13.6, at T = 0.86 for 130 tau 2.2.
    assert gain_of_parting(330 * 0.0015) == pytest.approx(13.6, rel=0.15)
    assert gain_of_parting(130 * 0.047) == pytest.approx(2.2, rel=0.15)


def test_hours_of_cores_in_lanes_are_apart_from_those_of_gpus(in_lanes):
    in_lanes.config["engine"]["device"] = "gpu"
    jobs = [*thermal(in_lanes), *blocks(in_lanes)]
    rate = given_rate(in_lanes.config, 5000)
    # The rate is that of a GPU, and tells nothing of a core.
    assert rate.core_steps_per_second == table.CORE_UPDATES_PER_SECOND / 2048
    made = plan.make_plan(in_lanes, jobs, rate, cores=2)
    rows = {row.rule: row for row in made.rows}
    assert rows["isoconfigurational"].gpu_hours == rows["thermal"].core_hours == 0
    assert rows["isoconfigurational"].core_hours > 0
    text = plan.as_text(made)
    assert f"core hours and {made.total.gpu_hours:,.1f} GPU hours" in text
    assert "of it on GPUs" in text


def test_lanes_are_measured_beside_the_engine(in_lanes, monkeypatch):
    """By a stand-in of lanes that is the engine, sixteen times."""

    class Sixteen(BatchOfOne):
        runs = 16

        def set_velocities(self, velocities):
            assert velocities.shape == (16, 500, 3)
            super().set_velocities(velocities[:1])

    real = engines.create
    monkeypatch.setattr(
        engines, "create_batch", lambda name, liquid, *_: Sixteen(real("lammps", liquid))
    )
    # Steps and seconds as if both were as fast: the clock of a busy machine tells nothing.
    monkeypatch.setattr("softness.planning.rate._timed", lambda engine, seconds: (100, seconds))
    config = in_lanes.config | {"liquid": in_lanes.config["liquid"] | {"particles": 500}}
    rate = measured_rate(config, 0.3, with_lanes=True)
    cold = config["roles"]["training"]
    assert rate.in_lanes(cold) == pytest.approx(16 * rate.steps_per_second)
    assert "measured now at T=0.5 with 16 runs at once" in rate.lanes_remark


def test_lanes_that_do_not_run_here_are_told_with_a_way_on(in_lanes, monkeypatch):
    def missing(*arguments):
        raise InputError("this CPU has no FMA")

    monkeypatch.setattr(engines, "create_batch", missing)
    config = in_lanes.config | {"liquid": in_lanes.config["liquid"] | {"particles": 500}}
    with pytest.raises(InputError, match=r"no FMA; or set isoconfigurational\.engine, cycle"):
        measured_rate(config, 0.1, with_lanes=True)


def test_what_is_slow_is_said(capsys):
    with _said_if_slow("compiling", seconds=0.01):
        time.sleep(0.2)
    with _said_if_slow("never said"):
        pass
    assert capsys.readouterr().err == "compiling\n"


# -- sizes and bytes -----------------------------------------------------------------------


def test_rows_are_those_of_a_finished_laptop_study(study):
    """Counted in its files: 129 402 rows of the population, 790 moments of 1638 particles."""
    sizes, cold = Sizes(study), {"temperature": "0.5", "replica": "0"}
    assert sizes.features == 135
    assert sizes.population_rows(cold) == 129_402
    assert sizes.hop_values(cold) == 790 * 1638
    assert sizes.history_frames(cold) == 101
    assert sizes.variables == 16


@pytest.mark.parametrize(
    ("rule", "temperature", "megabytes"),
    [
        ("thermal", "0.5", 51.43 + 39.49),
        ("thermal", "1.8", 21.88 + 16.80),
        ("population_features", "0.5", 71.38),
        ("population_features", "1.8", 29.84),
        ("hop_indicator", "0.5", 4.24),
        ("learned_values", "0.5", 7.53),
        ("equilibrate_seed", "0.5", 2.34),
    ],
)
def test_bytes_are_those_of_a_finished_laptop_study(study, rule, temperature, megabytes):
    place = {"temperature": temperature, "replica": "0"}
    assert job_bytes(Sizes(study), rule, place) / 1e6 == pytest.approx(megabytes, rel=0.05)


def test_counts_of_a_block_are_those_of_a_finished_one(study):
    study.config["isoconfigurational"]["ensembles"][0]["runs"] = 32
    place = {"temperature": "0.6", "replica": "0", "snapshot": "0", "block": "0"}
    found = job_bytes(Sizes(study), "isoconfigurational", place)
    assert found / 1e6 == pytest.approx(2.99, rel=0.2)


@pytest.mark.parametrize(
    ("temperature", "share"), [(0.5, 0.0029), (0.56, 0.0134), (0.65, 0.0458), (0.78, 0.210)]
)
def test_the_guess_of_rearrangements_is_near_what_the_laptop_study_found(temperature, share):
    assert rearranging_share(temperature) == pytest.approx(share, rel=0.3)
    assert rearranging_share(temperature, "cumulative") > rearranging_share(temperature)
    assert rearranging_share(100) == 1


# -- seconds -------------------------------------------------------------------------------


def test_a_rule_that_is_not_known_is_a_guess(study):
    assert modelled_seconds(Sizes(study), "new_rule", {})[1] == "guess"
    assert modelled_seconds(Sizes(study), "figure_1_2", {})[1] == "constants"
    assert job_bytes(Sizes(study), "new_rule", {}) > 0


def test_a_regressor_that_nobody_has_timed_is_a_guess(study, monkeypatch):
    own = next(iter(study.regressors()))
    assert modelled_seconds(Sizes(study), "regress", {"regressor": own})[1] == "constants"
    monkeypatch.setattr("softness.planning.seconds.FIT", {})
    seconds, source = modelled_seconds(Sizes(study), "regress", {"regressor": own})
    assert source == "guess" and seconds > 10


def test_a_regressor_may_cost_as_much_as_another_one(study, monkeypatch):
    assert {kind.cost for kind in REGRESSORS.values()} - {""} <= set(FIT) <= set(REGRESSORS)
    svr = modelled_seconds(Sizes(study), "regress", {"regressor": "svr"})
    cheap = dataclasses.replace(REGRESSORS["svr"], cost="ridge")
    monkeypatch.setitem(REGRESSORS, "svr", cheap)
    seconds, source = modelled_seconds(Sizes(study), "regress", {"regressor": "svr"})
    assert source == "constants" and seconds < svr[0] / 3


def test_the_model_of_propensity_decides_the_time_of_its_scores(study):
    by_svr, _ = modelled_seconds(Sizes(study), "propensity_scores", {})
    study.config["inherent"]["model"] = "ridge"
    by_ridge, _ = modelled_seconds(Sizes(study), "propensity_scores", {})
    assert 2.5 < by_ridge < by_svr / 5


def test_scores_of_states_take_a_minute_at_most_by_ridge_on_the_laptop(study):
    features, source = modelled_seconds(Sizes(study), "state_features", {})
    by_ridge, _ = modelled_seconds(Sizes(study), "state_scores", {})
    assert source == "constants"
    assert 2.5 < by_ridge < 60
    assert 0.6 < features < 10
    study.config["states"] |= {"model": "svr", "grid": {"C": [0.1], "epsilon": [0.1]}}
    by_svr, _ = modelled_seconds(Sizes(study), "state_scores", {})
    assert by_svr > 5 * by_ridge
    study.config["states"]["orders"] = [0]
    assert modelled_seconds(Sizes(study), "state_scores", {})[0] < by_svr / 3
    assert modelled_seconds(Sizes(study), "state_features", {})[0] < features


def test_planned_and_measured_minutes_stand_side_by_side(study, tmp_path):
    benchmarks = [tmp_path / "first.tsv", tmp_path / "second.tsv"]
    for path, seconds in zip(benchmarks, (90, 30), strict=True):
        path.write_text(f"s\th:m:s\n{seconds}\t0:01:30\n")
    run = study.thermal_run("0.5", 0)
    jobs = [
        job("thermal", outputs=[str(run.output)], benchmark=str(benchmarks[0])),
        dataclasses.replace(job("figure_1_2", benchmark=str(benchmarks[1])), part="figures"),
    ]
    rate = given_rate(study.config, 1000)
    simulated, drawn = rate.seconds(run, run.steps) / 60, 2.3 / 60
    assert script("minutes").table(study, jobs, rate).splitlines()[2:] == [
        f"| simulate | 1 | {simulated:.1f} | 1.5 |",
        f"| figures | 1 | {drawn:.1f} | 0.5 |",
        f"| all | 2 | {simulated + drawn:.1f} | 2.0 |",
    ]
    benchmarks[1].unlink()
    jobs[1] = dataclasses.replace(jobs[1], outputs=("results/laptop/figures/1.2.pdf",))
    with pytest.raises(InputError, match=r"1\.2\.pdf: was not timed: run the study first"):
        script("minutes").table(study, jobs, rate)


def test_the_time_of_a_job_that_has_run_is_in_its_benchmark(tmp_path):
    path = tmp_path / "job.tsv"
    path.write_text("s\th:m:s\tmax_rss\n12.5\t0:00:12\t100\n")
    assert measured_seconds(job("any", benchmark=str(path))) == 12.5
    assert measured_seconds(job("any", benchmark=str(tmp_path / "none.tsv"))) is None
    assert measured_seconds(job("any")) is None
    path.write_text("nothing\n")
    assert measured_seconds(job("any", benchmark=str(path))) is None


# -- schedule ------------------------------------------------------------------------------


def chain(lengths) -> list[Task]:
    return [Task((n,), (n + 1,), seconds) for n, seconds in enumerate(lengths)]


def test_a_chain_takes_its_sum_on_any_number_of_cores():
    for cores in (1, 4, math.inf):
        assert wall_seconds(chain([1, 2, 3]), cores) == 6


def test_independent_tasks_share_the_cores():
    tasks = [Task((), (n,), 1.0) for n in range(6)]
    assert [wall_seconds(tasks, cores) for cores in (1, 2, 4, 6)] == [6, 3, 2, 1]
    assert wall_seconds(tasks) == 1


def test_the_longest_chain_goes_first():
    tasks = [Task((), ("a",), 1.0), Task((), ("b",), 1.0), Task((), ("c",), 1.0)]
    tasks += [Task(("c",), ("d",), 2.0)]
    assert wall_seconds(tasks, 2) == 3


def test_a_task_of_several_cores_waits_for_them():
    tasks = [Task((), ("a",), 1.0), Task((), ("b",), 1.0, cores=2)]
    assert wall_seconds(tasks, 2) == 2
    assert wall_seconds(tasks, 3) == 1
    assert wall_seconds([Task((), ("a",), 1.0, cores=8)], 2) == 1


def test_no_tasks_take_no_time():
    assert wall_seconds([], 2) == 0


# -- statistics ----------------------------------------------------------------------------


def test_expected_events_are_runs_times_probability(study):
    found = statistics.expected_events(study)
    assert [each.temperature for each in found] == [0.6, 0.7, 0.86]
    assert found[0].events == pytest.approx(96 * rearranging_share(0.6, "cumulative"))
    given = statistics.expected_events(study, 0.05)
    assert given[0].events == pytest.approx(96 * 0.05)
    assert given[0].without == pytest.approx(0.95**96)
    assert given[1].probability / found[1].probability == pytest.approx(
        given[0].probability / found[0].probability
    )
    assert all(each.probability <= 1 for each in statistics.expected_events(study, 1.0))


def test_half_as_many_units_widen_intervals_by_the_root_of_two():
    assert statistics.width_factor("production time", 5) == pytest.approx(math.sqrt(2))
    assert statistics.width_factor("replicas", 4) == pytest.approx(math.sqrt(2))
    assert statistics.width_factor("replicas", 5) == pytest.approx(math.sqrt(5 / 2))
    assert math.isinf(statistics.width_factor("replicas", 2))
    assert statistics.width_factor("equilibration time", 2) == 1
    assert "inconclusive" in statistics.consequence("replicas", 2)


def test_each_part_may_be_halved_once():
    rules = ["thermal", "equilibrate", "equilibrate_seed", "cycle"]
    found = [
        "production time",
        "equilibration time",
        "snapshots that go through cycles",
        "replicas",
    ]
    assert statistics.parts_of(rules) == found
    assert all(statistics.consequence(part, 5) for part in found)


# -- the plan ------------------------------------------------------------------------------


def test_a_plan_adds_up(study):
    jobs = [*thermal(study), job("relaxation", temperature="0.5"), job("new_rule")]
    made = plan.make_plan(study, jobs, given_rate(study.config, 1000), cores=2)
    steps = sum(run.steps for run in study.simulations() if run.rule == "thermal")
    assert made.rows[0].rule == "thermal"
    assert (made.total.jobs, made.total.steps) == (28, steps)
    seconds = 26 * START + 1.01 * steps / 1000
    assert made.rows[0].core_hours == pytest.approx(seconds / 3600)
    assert made.total.gpu_hours == 0
    assert made.chain < made.wall < made.total.hours * 3600


def test_hours_of_a_gpu_are_apart(study):
    study.config["engine"]["device"] = "gpu"
    jobs = [*thermal(study), job("relaxation", temperature="0.5")]
    made = plan.make_plan(study, jobs, given_rate(study.config, 1000), cores=2)
    assert made.total.gpu_hours > 0.3
    assert made.total.core_hours < 0.01
    assert "GPU hours" in plan.as_text(made)
    assert plan.as_dict(made)["wall_hours"] is None


def test_the_table_is_aligned_and_ends_with_the_total(study):
    jobs = [*thermal(study), job("new_rule"), job("figure_1_2"), job("table_3_1")]
    made = plan.make_plan(study, jobs, given_rate(study.config, 1000), cores=2)
    lines = plan.as_text(made).splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("rule"))
    rule = next(number for number, line in enumerate(lines) if line.startswith("---"))
    assert "core hours" in lines[head]
    assert "disk (GB)" in lines[head]
    assert lines[rule + 1].split()[:2] == ["total", "29"]
    assert [line.split()[0] for line in lines[head + 1 : rule]] == [
        "thermal",
        "figures",
        "new_rule",
    ]
    column = lines[head].index("jobs") + len("jobs")
    assert all(line[column - 1].isdigit() for line in [*lines[head + 1 : rule], lines[rule + 1]])
    text = "\n".join(lines)
    assert "a guess for a rule that the plan does not know" in text
    assert "thermal dominates" in text
    assert max(map(len, lines)) <= 120


def test_a_plan_for_machines_has_its_keys(study):
    made = plan.make_plan(study, thermal(study), given_rate(study.config, 1000), cores=2)
    found = json.loads(json.dumps(plan.as_dict(made), allow_nan=False))
    assert set(found) == {
        *("study", "engine", "device", "particles", "rate", "rules", "total", "cores"),
        *("wall_hours", "longest_chain_hours", "unknown_disk", "events", "halving", "lanes"),
    }
    assert set(found["rules"][0]) == {
        *("rule", "jobs", "steps", "steps_kept", "core_hours", "gpu_hours", "bytes", "time_from")
    }
    assert found["total"]["jobs"] == sum(rule["jobs"] for rule in found["rules"])


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"cores": 0}, "--cores 0: give 1 or more"),
        ({"probability": 0.0}, "--probability 0: give more than 0"),
        ({"probability": 1.5}, "--probability 1.5"),
        ({"config": "none.yaml"}, "none.yaml: No such file"),
    ],
)
def test_impossible_options_are_told(changes, fault):
    values = {"config": "none.yaml", "cores": 1, "probability": None, "rate": 1.0}
    options = argparse.Namespace(**(values | changes))
    with pytest.raises(InputError, match=fault):
        plan.command(options)
