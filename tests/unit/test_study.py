"""A study as the workflow sees it."""

import contextlib
import json
import re
from pathlib import Path

import pytest

from locations import ROOT
from softness import configuration
from softness.errors import InputError
from softness.files.provenance import canonical_json
from softness.keeping import unneeded
from softness.physics import lock
from softness.planning import kept
from softness.planning.jobs import planned_jobs
from softness.planning.kept import announcement, done_otherwise
from softness.planning.rate import given_rate
from softness.simulate.store import CURRENT, Store, pointer_of, read_identity
from softness.stages import (
    cage,
    cycle,
    equilibrate,
    inherent_propensity,
    isoconfigurational,
    thermal,
)
from softness.study import Study, label
from softness.study.kept import KeptSimulations
from softness.study.memory import cycle_gain

PRESETS = ["dissertation", "laptop", "smoke", "overnight"]


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Study(configuration.load(ROOT / "tests" / "unit" / "two_replicas.yaml"))


def jobs_of(study):
    """Simulations by rule, temperature and number."""
    return {(s.rule, label(s.temperature), *s.number): s for s in study.all_simulations}


def test_scores_of_published_files_depend_on_no_run_of_our_own(study):
    alone, both = study.published_scores(), study.propensity_scores()
    assert both["model"] == "svr"
    assert both["grid"] == study.config["regression"]["grids"]["svr"]
    assert alone == both | {"places": []}
    study.config["inherent"] |= {"snapshots": 1, "runs": 2, "times": [25.0], "spacing": 10}
    assert study.published_scores() == alone
    study.config["inherent"]["model"] = "ridge"
    assert study.published_scores()["grid"] == study.config["regression"]["grids"].get("ridge", {})


def published(study, **entry):
    study.config["inherent"]["published"] = [{"time": 5.0, "files": ["a", "b", "c"]} | entry]


def test_states_of_our_own_snapshots_are_those_of_their_runs(study):
    settings = study.state_scores()
    assert settings["places"] == study.inherent_places
    assert settings["training_time"] == study.config["inherent"]["training_time"]
    assert settings["orders"] == [0, 1, 2]
    folder = "results/laptop/states"
    assert study.state_file("inherent", "1") == [f"{folder}/inherent/T0.56/replica1.gsd"]
    assert study.state_file("thermal", "1") == []
    features = study.state_features("cage", "1")
    assert features == study.inherent_features("1") | {"orders": [0, 1, 2]}
    study.config["states"]["orders"] = [0, 3]
    assert study.state_features("cage", "1")["orders"] == [0, 1, 2, 3]


def test_hyperparameters_of_other_models_of_states_are_left_out(study):
    study.config["states"]["grid"] = {"alpha": [1.0], "C": [0.1], "epsilon": [0.1]}
    assert study.state_scores()["grid"] == {"alpha": [1.0]}
    study.config["states"]["model"] = "svr"
    assert study.state_scores()["grid"] == {"C": [0.1], "epsilon": [0.1]}


def test_published_snapshots_are_files_or_rows_of_one(study):
    assert list(study.published_snapshots) == []
    published(study)
    assert list(study.published_snapshots) == [0, 1, 2]
    assert study.published_files("1") == ["b"]
    assert "row" not in study.published_propensity("1")
    published(study, files=["all"], snapshots=4)
    assert list(study.published_snapshots) == [0, 1, 2, 3]
    assert study.published_files("3") == ["all"]
    for settings in (
        study.published_propensity("3"),
        study.published_state("3"),
        study.published_features("inherent", "3"),
    ):
        assert settings["row"] == 3
        assert settings["temperature"] == 0.56
    study.config["inherent"]["published_temperature"] = 0.44
    assert study.published_propensity("3")["temperature"] == 0.44
    assert study.published_state("3")["temperature"] == 0.44


def test_published_snapshots_have_no_cages_and_need_no_run_of_our_own(study):
    assert study.scored_states == ["thermal", "inherent", "cage"]
    assert study.published_states == ["thermal", "inherent"]
    assert study.state_scores_published() == study.state_scores() | {"places": []}


def test_inherent_states_of_published_snapshots_are_kept(study):
    before = list(study.simulations())
    published(study)
    added = [each for each in study.simulations() if each.rule == "published_state"]
    assert len(added) == 3
    assert len(list(study.simulations())) == len(before) + 3
    assert {each.kind for each in added} == {"quench"}
    assert len({study.kept.identity(each).name for each in added}) == 3
    assert added[2].output == Path("results/laptop/states/published/snapshot2.gsd")


def test_labels_are_short_and_tell_temperatures_apart():
    assert [label(t) for t in (0.45, 0.5, 1.0, 2)] == ["0.45", "0.5", "1", "2"]


def test_steps_are_those_of_the_settings(study):
    assert study.steps("thermal", "0.5") == 160_000
    assert study.steps("equilibrate", "0.53") == 20_000
    # The seed temperature comes after melt and quench.
    assert study.steps("equilibrate", "0.5") == round((1000 + 10 + 50) / 0.005)


def test_patterns_part_the_seed_temperature_from_the_others(study):
    assert re.fullmatch(study.seed_pattern, "0.5")
    assert not re.fullmatch(study.seed_pattern, "0.53")
    assert all(re.fullmatch(study.other_pattern, name) for name in study.labels if name != "0.5")
    assert not re.fullmatch(study.other_pattern, "0.5")


def test_what_changes_no_number_is_no_setting_of_a_run(study):
    before = study.parameter("thermal", "0.5", "0")
    assert "device" not in before
    study.config["engine"] |= {"device": "gpu", "accepted_versions": ["1.0"]}
    assert study.parameter("thermal", "0.5", "0") == before


def test_only_the_seed_temperature_is_cooled(study):
    assert "cooling" in study.equilibrate("0.5", 0)
    assert "cooling" not in study.equilibrate("0.53", 0)


def test_each_rule_has_its_own_settings_and_those_of_every_run(study):
    common = {"engine", "liquid", "seed", "temperature", "replica"}
    own = {
        "equilibrate": {"duration", "segment", "sample_interval", "cooling"},
        "thermal": {"duration", "segment", "frame_interval", "burst"},
        "isoconfigurational": {
            *("snapshot", "frame", "runs", "of", "duration", "frame_interval"),
            *("hop_window", "csd_window"),
        },
        "inherent_propensity": {"snapshot", "frame", "runs", "times", "force_tolerance"},
        "cycle": {
            *("segment", "frame_interval", "snapshot", "frame", "runs"),
            *("before", "ramp", "hold", "after", "high"),
        },
    }
    for simulation in study.all_simulations:
        settings = simulation.settings
        assert settings["temperature"] == simulation.temperature
        assert common <= set(settings)
        if simulation.rule in own and simulation.temperature == 0.5:
            assert set(settings) - common == own[simulation.kind]
    assert set(study.quench("0.5", 0)) - common == {"frames", "force_tolerance"}
    window = {"start", "duration", "frame_interval"}
    assert set(study.cage("0.56", 0)) - common == {"frames", "runs"} | window


def test_wildcards_may_be_texts_or_numbers(study):
    for rule, numbers in (
        ("thermal", ("0.6", 1)),
        ("isoconfigurational", ("0.6", 1, 2, 0)),
        ("inherent_propensity", (1, 2, 0)),
        ("cage", ("0.56", 1)),
        ("cycle", (0, 1, 2)),
        ("control", (1, 2)),
    ):
        texts = [str(number) for number in numbers]
        assert study.parameter(rule, *texts) == study.parameter(rule, *numbers)


def test_a_rule_that_needs_no_more_is_given_blocks_and_its_place(study):
    found = json.loads(study.blocks("van_hove", "hop", temperature="0.50", replica="1"))
    blocks = {name: study.config[name] for name in ("van_hove", "hop")}
    assert found == {"temperature": 0.5, "replica": 1, **blocks}
    assert study.blocks(replica="1") == study.blocks(replica=1) == '{"replica":1}'


def test_every_simulation_starts_from_the_one_before(study):
    jobs = jobs_of(study)
    seed = jobs["equilibrate_seed", "0.5", 1]
    assert seed.source is None
    assert jobs["equilibrate", "0.6", 1].source is seed
    thermal = jobs["thermal", "0.6", 1]
    assert thermal.source is jobs["equilibrate", "0.6", 1]
    assert jobs["thermal", "0.5", 1].source is seed
    assert jobs["isoconfigurational", "0.6", 1, 2, 0].source is thermal
    assert jobs["inherent_propensity", "0.56", 1, 2, 0].source is jobs["thermal", "0.56", 1]
    assert jobs["cycle", "0.5", 0, 1, 2].source is jobs["thermal", "0.5", 1]
    assert jobs["control", "0.5", 1, 2].source is jobs["thermal", "0.5", 1]
    assert study.thermal_trajectory("0.6", "1") == str(thermal.output)


def test_steps_of_blocks_are_those_of_their_runs(study):
    jobs = jobs_of(study)
    assert jobs["isoconfigurational", "0.6", 0, 2, 0].steps == 96 * 6000
    # A quench takes as long as some thousand steps.
    assert jobs["inherent_propensity", "0.56", 1, 2, 0].steps == 16 * (5000 + 5 * 3700)
    assert ("inherent_propensity", "0.56", 1, 3, 0) not in jobs
    assert study.total_steps() == sum(job.steps for job in jobs.values())


@pytest.mark.parametrize("preset", PRESETS)
def test_no_two_simulations_have_an_output_or_a_place_in_common(preset):
    study = Study(configuration.load(ROOT / "config" / f"{preset}.yaml"))
    simulations = study.all_simulations
    assert len({each.output for each in simulations}) == len(simulations)
    assert len({(each.rule, each.temperature, each.number) for each in simulations}) == len(
        simulations
    )


def test_simulations_are_those_of_the_rules(tmp_path, monkeypatch):
    """With the settings, and a version of the physics that makes them due."""
    config = tmp_path / "mine.yaml"
    smoke = (ROOT / "config" / "smoke.yaml").read_text()
    config.write_text(smoke.replace("study: smoke", "study: never-run"))
    monkeypatch.chdir(ROOT)
    study, jobs = Study(configuration.load(config)), planned_jobs(config)
    by_output = {output: job for job in jobs for output in job.outputs}
    rules = {simulation.rule for simulation in study.all_simulations}
    assert rules == {
        *("equilibrate_seed", "equilibrate", "thermal", "isoconfigurational"),
        *("inherent_propensity", "cycle", "control", "quench", "cage"),
    }
    for simulation in study.all_simulations:
        job = by_output[str(simulation.output)]
        assert job.rule == simulation.rule
        assert f"--settings '{canonical_json(simulation.settings)}'" in job.command
        assert f"softness.stages.{simulation.kind} " in job.command
        if simulation.source:
            assert job.inputs == (str(simulation.source.output),)
    assert sum(job.rule in rules for job in jobs) == len(study.all_simulations)


def test_each_kind_has_a_version_of_its_physics(study):
    versions = lock.versions()
    kinds = {each.kind for each in study.all_simulations}
    assert kinds == set(versions) == set(lock.KINDS)
    assert {kind: study.physics(kind) for kind in kinds} == versions


def test_snapshots_lie_in_the_middle_of_parts_as_long_as_the_spacing(study):
    assert study.inherent_snapshots == [(r, number) for r in (0, 1) for number in range(3)]
    assert study.inherent_places == [(r, frame) for r in (0, 1) for frame in (41, 123, 205)]
    assert study.inherent_frames("1") == [41, 123, 205]
    assert [study.cycle(0, 1, number)["frame"] for number in range(3)] == [133, 399, 665]
    assert set(study.inherent_frames("1")) < set(study.quench("0.56", 1)["frames"])


def test_neither_a_longer_run_nor_more_snapshots_move_one(study):
    before = study.isoconfigurational("0.6", 1, 2, 0)
    entry = study.entry("0.6")
    entry["production"] *= 3
    study.config["isoconfigurational"]["ensembles"][0]["snapshots"] = 9
    study.config["replicas"] = 5
    assert study.isoconfigurational("0.6", 1, 2, 0) == before
    assert len(study.snapshots_at("0.6")) == 45


def test_frames_are_counted_by_their_interval(study):
    study.config["thermal"]["frame_interval"] = 0.5
    assert study.frame_of(1, 50.0) == 150


def test_quenched_runs_are_cut_into_blocks(study):
    study.config["inherent"] |= {"runs": 10, "runs_per_block": 4}
    blocks = study.inherent_blocks
    runs = [study.inherent_propensity("0", "1", str(block))["runs"] for block in blocks]
    assert runs == [[0, 4], [4, 8], [8, 10]]


def test_controls_belong_to_no_pulse(study):
    """One for each snapshot; another pulse makes it longer, or leaves it as it is."""
    controls = [each for each in study.all_simulations if each.rule == "control"]
    assert [each.number for each in controls] == study.cycle_snapshots
    before = study.control("1", "2")
    assert before["high"] == before["temperature"] == 0.5
    assert not any(before[part] for part in ("before", "ramp", "hold"))
    block = study.config["cycle"]
    block["pulses"] = [{"high": 0.6, "hold": 10.0}, *block["pulses"]]
    assert study.control("1", "2") == before
    block["pulses"].append({"high": 0.6, "hold": 60.0})
    assert study.control("1", "2") == before | {"after": before["after"] + 30.0}


def test_a_control_is_longer_than_the_longest_cycle(study):
    steps = {(each.rule, each.number[-2:]): each.steps for each in study.all_simulations}
    for place in study.cycle_snapshots:
        extra = steps["control", place] - steps["cycle", place]
        assert extra == 16 * round(study.config["cycle"]["control_extra"] / 0.005)


def test_jobs_in_lanes_ask_for_the_time_of_a_core(study):
    place = {"temperature": "0.6", "replica": "0", "snapshot": "0", "block": "0"}
    in_lanes = study.ensemble_runtime(**place)
    study.config["isoconfigurational"]["engine"] = "same"
    one_by_one = study.ensemble_runtime(**place)
    study.config["isoconfigurational"]["engine"] = "lanes"
    assert 10 < in_lanes < one_by_one
    study.config["engine"]["device"] = "gpu"
    assert study.ensemble_runtime(**place) == in_lanes


def test_cages_are_of_the_snapshots_of_the_propensity(study):
    found = {each.number: each for each in of_kind(study, "cage")}
    assert list(found) == [(0,), (1,)]
    assert {each.temperature for each in found.values()} == {0.56}
    assert found[1,].settings["frames"] == study.inherent_frames(1) == [41, 123, 205]
    assert found[1,].source is study.thermal_run("0.56", 1)
    assert found[1,].steps == 3 * 16 * 400
    assert str(found[1,].output) == "results/laptop/states/cage/T0.56/replica1.gsd"
    assert study.cage_frames("0.5", 1) == []
    assert study.cage("0.5", 1)["frames"] == []


def test_cages_are_found_in_lanes_or_by_the_engine_of_the_study(study):
    study.config["cage"]["runs"] = 48
    in_lanes = study.cage_runtime("0.56", 0)
    assert study.cage("0.56", 0)["engine"]["name"] == "lanes"
    assert study.is_in_lanes("cage")
    study.config["cage"]["engine"] = "same"
    assert study.cage("0.56", 0)["engine"] == study.thermal("0.56", 0)["engine"]
    assert not study.is_in_lanes("cage")
    assert 10 <= in_lanes < study.cage_runtime("0.56", 0)
    # Nothing but what a study simulates asks for an engine.
    for block in ("isoconfigurational", "cycle", "inherent", "quench"):
        study.config[block]["engine"] = "same"
    assert Study(study.config).engines == ["lammps"]


def test_cycles_in_lanes_ask_for_the_time_of_a_core_and_have_frames_at_their_stride(study):
    place = {"replica": "0", "snapshot": "0"}
    settings = study.cycle(0, 0, 0)
    assert settings["engine"]["name"] == study.control(0, 0)["engine"]["name"] == "lanes"
    assert (settings["frame_interval"], settings["runs"]) == (5.0, [0, 16])
    in_lanes = study.cycle_runtime("control", **place)
    assert study.cycle_runtime("cycle", pulse="0", **place) < in_lanes
    study.config["cycle"] |= {"engine": "same", "stride": 1}
    assert 10 < in_lanes < study.cycle_runtime("control", **place)
    settings = study.cycle(0, 0, 0)
    assert settings["engine"]["name"] == "lammps"
    assert settings["frame_interval"] == study.thermal("0.5", 0)["frame_interval"]


def test_the_gain_of_lanes_in_cycles_falls_with_their_length(study):
    """The laptop's, measured: 14 times as fast in cycles, 13.6 in controls."""
    cycle, control = cycle_gain(study.cycle(0, 0, 0)), cycle_gain(study.control(0, 0))
    assert 12 < control < cycle < 16
    (job,) = (each for each in study.all_simulations if each.number == (0, 0))
    assert (job.rule, job.gain) == ("control", control)
    study.config["cycle"]["control_extra"] = 3000.0
    assert cycle_gain(study.control(0, 0)) < 4


def test_quenches_in_lanes_ask_for_the_time_of_a_core(study):
    study.config["states"]["stride"] = 1
    study.config["inherent"]["runs_per_block"] = 64
    study.config["inherent"]["runs"] = 64
    places = {
        "inherent": (study.inherent_runtime, {"replica": "0", "snapshot": "0", "block": "0"}),
        "quench": (study.quench_runtime, {"temperature": "0.5", "replica": "0"}),
    }
    for name, (runtime, place) in places.items():
        in_lanes = runtime(**place)
        study.config[name]["engine"] = "same"
        assert 10 < in_lanes < runtime(**place)
        assert not study.is_in_lanes(name)
        study.config[name]["engine"] = "lanes"
        study.config["engine"]["device"] = "gpu"
        assert runtime(**place) == in_lanes
        study.config["engine"]["device"] = "cpu"
    assert study.quench("0.5", 0)["engine"]["name"] == "lanes"
    assert study.quench("0.5", 0)["frames"] == study.quenched_frames("0.5", 0)
    assert study.inherent_propensity(0, 0, 0)["engine"]["name"] == "lanes"


def test_longer_jobs_ask_for_more_time(study):
    assert study.runtime("equilibrate", "0.5") > study.runtime("thermal", "2") >= 10


def test_each_classifier_has_its_labelled_set(study):
    assert study.classifiers()["softness"] == ("activated", "0.5")
    assert study.trained_classifiers()["softness_all"] == ("activated", "0.5")
    assert study.train_classifier("softness_all")["features"] == "all"
    assert study.train_classifier("softness")["features"] == "radial"
    assert study.classifiers()["fluidity_1.2"] == ("extremes", "1.2")
    assert study.classifiers()["low_tail_2"] == ("low_tail", "2")
    assert set(study.classifiers().values()) | {("activated", "0.53")} == set(study.labelled_sets())
    assert study.variables() == ["softness"] + [
        f"fluidity_{t}" for t in ("1", "1.2", "1.4", "1.8", "2")
    ]
    assert study.labelled_at("0.5") == ["activated"]
    assert study.labelled_at("1") == ["extremes", "high_tail", "low_tail"]
    assert study.labelled_at("0.6") == []


def test_the_accuracy_of_a_classifiers_own_set_is_told_apart(study):
    assert study.accuracy("activated", "0.5")["own"] == "softness"
    assert study.accuracy("activated", "0.53")["own"] is None
    assert study.accuracy("extremes", "1.4")["own"] == "fluidity_1.4"


def test_barriers_are_fitted_below_the_onset_and_up_to_the_sensitivity_temperature(study):
    assert study.barrier_labels("below")[-1] == "0.78"
    assert study.barrier_labels("sensitivity")[-1] == "0.86"
    assert study.barrier_labels("below")[0] == "0.5"


def test_snapshots_are_those_of_each_replica(study):
    assert study.snapshots()[:6] == [("0.6", (r, number)) for r in (0, 1) for number in range(3)]
    # 150 tau of frames at 1 tau, in three parts.
    places = [(0, 25), (0, 75), (0, 125), (1, 25), (1, 75), (1, 125)]
    assert study.snapshot_places("0.6") == places
    assert study.snapshot_frames("0.6", 1) == [25, 75, 125]
    assert study.predict("0.6")["places"] == places
    assert study.snapshot_shares("0.6")["replicas"] == [0, 0, 0, 1, 1, 1]


def test_a_study_of_one_replica_says_that_its_models_have_seen_it(study):
    assert not study.predict("0.6")["seen"]
    study.config["replicas"] = 1
    assert study.predict("0.6")["seen"]
    assert not study.predict("0.7")["seen"]


def test_each_regressor_has_its_own_settings(study):
    names = study.regressors()
    assert list(names)[:2] == ["svr", "ridge"]
    assert study.averaged_regressors() == ["svr_order2"]
    assert set(study.direct_regressors()) | set(study.averaged_regressors()) == set(names)
    assert study.regress("svr_order2")["orders"] == (0, 1, 2)
    assert study.regress("svr_eliminated")["elimination"]["numbers"][0] == 4
    # Half of 96 runs, and so on.
    assert study.regress("ridge_thinned")["runs"] == [48, 24, 12]
    assert study.regress("rbf_svr")["grid"]["C"] == [1]
    assert [name for name in names if study.is_by_csd(name)] == ["svr_csd"]
    assert study.regress("svr_radial")["features"] == "radial"
    assert study.regress("svr_relabelled")["labels"] == {
        "svr_t15": {"time": 15, "cutoff": 1.0},
        "svr_t20": {"time": 20, "cutoff": 1.0},
        "svr_cutoff_0.8": {"time": 25, "cutoff": 0.8},
        "svr_cutoff_1.25": {"time": 25, "cutoff": 1.25},
    }
    assert list(study.regress("svr_csd")["labels"]) == [
        "svr_csd",
        "svr_csd_cutoff_0.8",
        "svr_csd_cutoff_1.25",
    ]
    keys = {frozenset(study.regress(name)) for name in ("svr", "mlp", "boosting")}
    assert len(keys) == 1


def test_blocks_cover_all_runs_once(study):
    study.config["isoconfigurational"]["runs_per_block"] = 30
    found = [
        study.isoconfigurational("0.6", "0", "1", block) for block in study.ensemble_blocks("0.6")
    ]
    assert [each["runs"] for each in found] == [[0, 30], [30, 60], [60, 90], [90, 96]]
    assert {each["of"] for each in found} == {96}


# -- what is done ------------------------------------------------------------------------------


def of_kind(study, kind):
    """Simulations of a kind."""
    return [each for each in study.simulations() if each.kind == kind]


def small_study(**changes):
    """A study whose simulations take seconds, with settings changed by their dotted names."""
    config = configuration.load(ROOT / "config" / "smoke.yaml")
    config |= {"replicas": 1}
    config["liquid"]["particles"] = 200
    config["equilibration"] |= {"segment": 1.0, "sample_interval": 0.5}
    config["equilibration"]["cooling"] |= {"melt": 1.0, "quench": 1.0}
    config["temperatures"] = [
        {"temperature": 0.7, "equilibrate": 2.0, "production": 6.0},
        {"temperature": 0.75, "equilibrate": 2.0, "production": 2.0},
    ]
    config["thermal"]["segment"] = 2.0
    config["isoconfigurational"] |= {
        "engine": "same",
        "ensembles": [{"temperature": 0.7, "snapshots": 1, "spacing": 2.0, "runs": 3}],
    }
    config["cycle"] |= {"snapshots": 1, "spacing": 2.0, "runs": 2, "segment": 2.0, "engine": "same"}
    config["cycle"] |= {"before": 1.0, "ramp": 1.0, "after": 1.0, "control_extra": 1.0}
    config["inherent"] |= {"snapshots": 1, "spacing": 2.0, "runs": 3, "times": [0.1, 0.2]}
    config["inherent"]["engine"] = "same"
    # No frame of so short runs has its structure compared; a snapshot is quenched.
    config["states"]["softness"] = ["thermal"]
    config["quench"]["engine"] = config["cage"]["engine"] = "same"
    for name, value in changes.items():
        *places, last = name.split("__")
        block = config
        for place in places:
            block = block[int(place) if place.isdigit() else place]
        block[last] = value
    return Study(config)


STAGES = {
    stage.NAME: stage for stage in (cycle, equilibrate, inherent_propensity, isoconfigurational)
} | {thermal.NAME: thermal}


def simulate(study, *place):
    """Do a simulation as its rule does, with results that are not those of the study."""
    simulation = jobs_of(study)[place]
    source, name = simulation.source, simulation.kind
    frames, histories = ["trajectory.gsd"], ["history.h5"]
    options = {
        "equilibrate": {"--state": ["state.h5"], "--history": histories},
        "thermal": {"--trajectory": frames, "--bursts": ["bursts.gsd"]},
        "isoconfigurational": {"--output": ["counts.h5"]},
        "inherent_propensity": {"--output": ["sums.h5"]},
        "cycle": {"--trajectories": ["run0.gsd", "run1.gsd"], "--history": histories},
    }[name]
    folder = elsewhere(simulation)
    command = ["--settings", canonical_json(simulation.settings)]
    for option, names in options.items():
        command += [option, *(str(folder / each) for each in names)]
    if source:
        reads = {"equilibrate": "--seed-state", "thermal": "--state", "cycle": "--snapshots"}
        files = {"equilibrate": "state.h5", "thermal": "trajectory.gsd"}
        option = reads.get(name, "--trajectory")
        command += [option, str(elsewhere(source) / files[source.kind])]
    STAGES[name].main(STAGES[name].arguments().parse_args(command))


def elsewhere(simulation):
    return Path("elsewhere") / "-".join(map(str, simulation.output.parent.parts[2:]))


SEED = ("equilibrate_seed", "0.7", 0)
OTHER = ("equilibrate", "0.75", 0)
THERMAL = ("thermal", "0.7", 0)
RUNS = ("isoconfigurational", "0.7", 0, 0)
QUENCHED = ("inherent_propensity", "0.7", 0, 0, 0)
CYCLE = ("cycle", "0.7", 0, 0, 0)
CONTROL = ("control", "0.7", 0, 0)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """Folder in which most of a small study is kept."""
    folder, study = tmp_path_factory.mktemp("kept"), small_study(inherent__runs_per_block=2)
    with contextlib.chdir(folder):
        for place in (SEED, OTHER, THERMAL, (*RUNS, 0), QUENCHED, CYCLE):
            simulate(study, *place)
    return folder


@pytest.fixture
def here(simulated, monkeypatch):
    monkeypatch.chdir(simulated)


def steps_kept(study, *place):
    """Time steps that are kept of a simulation, and all of them."""
    simulation = jobs_of(study)[place]
    return study.kept.steps(simulation), simulation.steps


def all_kept(study):
    """Time steps that are kept of each simulation that has any."""
    found = {place: study.kept.steps(each) for place, each in jobs_of(study).items()}
    return {place: steps for place, steps in found.items() if steps}


def test_what_was_simulated_is_kept_and_the_rest_is_not(here):
    study = small_study(inherent__runs_per_block=2)
    places = (SEED, OTHER, THERMAL, (*RUNS, 0), QUENCHED, CYCLE)
    assert all_kept(study) == {place: jobs_of(study)[place].steps for place in places}


def test_nothing_is_kept_elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = small_study()
    assert all_kept(study) == {}
    assert {study.steps_of(run) for run in study.all_simulations} == {0}
    assert unneeded(Store(), [study]) == []


def test_a_study_has_done_what_its_pointers_name(here):
    """Not what lies there of others, until its own jobs have taken it."""
    study = small_study(study="pointing")
    assert {study.steps_of(run) for run in study.all_simulations} == {0}
    store, jobs = Store(), jobs_of(study)
    for place in (THERMAL, (*RUNS, 0)):
        store.point(jobs[place].output.parent / CURRENT, study.kept.folder(jobs[place]))
    assert study.steps_of(jobs[THERMAL]) == 1200
    assert study.steps_of(jobs[(*RUNS, 0)]) == 6400
    assert sum(map(study.steps_of, study.all_simulations)) == 1200 + 6400
    # Pointers of other settings do not count.
    other = small_study(study="pointing", thermal__segment=3.0)
    assert other.steps_of(jobs_of(other)[THERMAL]) == 0


def test_a_result_of_the_study_is_done(here):
    study = small_study(study="finished", seed=3)
    simulation = jobs_of(study)[THERMAL]
    simulation.output.parent.mkdir(parents=True)
    simulation.output.touch()
    assert study.steps_of(simulation) == simulation.steps
    assert sum(map(study.steps_of, study.all_simulations)) == simulation.steps


def test_of_a_longer_simulation_what_a_shorter_one_did_is_kept(here):
    longer = small_study(temperatures__0__production=8.0, temperatures__1__equilibrate=4.0)
    assert steps_kept(longer, *THERMAL) == (1200, 1600)
    assert steps_kept(longer, *OTHER) == (400, 800)
    # All that starts from it is the same.
    assert steps_kept(longer, *RUNS, 0) == (6400, 6400)
    longer = small_study(cycle__after=5.0)
    assert steps_kept(longer, *CYCLE) == (2800, 4400)
    # Another seed state changes all that follows.
    assert steps_kept(small_study(temperatures__0__equilibrate=4.0), *THERMAL) == (0, 1200)


def test_of_a_shorter_simulation_all_is_kept_but_a_state_within_it(here):
    """A state is reached from the start again: that of its last cut alone is there."""
    shorter = small_study(temperatures__0__production=4.0)
    assert steps_kept(shorter, *THERMAL) == (800, 800)
    assert steps_kept(small_study(temperatures__1__equilibrate=1.0), *OTHER) == (0, 200)


def test_runs_are_kept_whatever_the_blocks(here):
    of_run = 3200
    assert steps_kept(small_study(), *RUNS, 0) == (2 * of_run, 2 * of_run)
    assert steps_kept(small_study(), *RUNS, 1) == (0, of_run)
    study = small_study(isoconfigurational__runs_per_block=8)
    assert steps_kept(study, *RUNS, 0) == (2 * of_run, 3 * of_run)
    study = small_study(isoconfigurational__runs_per_block=1)
    assert [steps_kept(study, *RUNS, block)[0] for block in range(3)] == [of_run, of_run, 0]
    # Sums cannot be taken apart.
    study = small_study(isoconfigurational__ensembles__0__runs=1)
    assert steps_kept(study, *RUNS, 0) == (0, of_run)
    of_run = 40 + 2 * 3700
    study = small_study(inherent__runs_per_block=3)
    assert steps_kept(study, *QUENCHED) == (2 * of_run, 3 * of_run)


def find_cages(study):
    """Do the job of the cages of a study as its rule does."""
    (simulation,) = of_kind(study, "cage")
    command = ["--settings", canonical_json(simulation.settings), "--output", simulation.output]
    command += ["--trajectory", elsewhere(simulation.source) / "trajectory.gsd"]
    cage.main(cage.arguments().parse_args([str(each) for each in command]))
    return simulation


def test_cages_are_kept_by_the_frames_that_they_are_of(here):
    changes = {"cage__start": 0.1, "cage__duration": 0.2, "cage__runs": 2, "cage__engine": "same"}
    study = small_study(study="caged", **changes)
    (simulation,) = of_kind(study, "cage")
    assert study.kept.steps(simulation) == 0
    find_cages(study)
    assert study.kept.steps(simulation) == simulation.steps == 2 * 40
    folder = study.kept.folder(simulation)
    assert study.kept.started(simulation) == folder
    assert Store().pointed(pointer_of(simulation.output)) == folder
    # Another snapshot, and another study.
    more = small_study(study="more", inherent__snapshots=2, **changes)
    (both,) = of_kind(more, "cage")
    assert more.kept.folder(both) == folder
    assert (more.kept.steps(both), both.steps) == (80, 160)
    simulation.output.unlink()
    assert study.steps_of(simulation) == 80
    # Of frames of another thermal run there are none, though they would be kept in the same folder.
    other = small_study(thermal__burst__frames=5, **changes)
    (of_another,) = of_kind(other, "cage")
    assert other.kept.folder(of_another) == folder
    assert other.kept.steps(of_another) == 0
    assert folder not in unneeded(Store(), [more])
    assert folder in unneeded(Store(), [small_study(**changes | {"cage__runs": 3})])


def test_runs_of_another_engine_are_others(here):
    """Lanes and the engine of the study share no folder, and each is looked up by its own name."""
    same, lanes = small_study(), small_study(isoconfigurational__engine="lanes")
    assert (same.engines, lanes.engines) == (["lammps"], ["lammps", "lanes"])
    place = (*RUNS, 0)
    names = [s.kept.identity(jobs_of(s)[place]).settings["engine"]["name"] for s in (same, lanes)]
    assert names == ["lammps", "lanes"]
    assert all(steps_kept(lanes, *other) == steps_kept(same, *other) for other in (SEED, THERMAL))
    assert steps_kept(lanes, *place)[0] == 0
    differences = {"engine.name": ("lammps", "lanes")}
    assert lanes.kept.others(jobs_of(lanes)[place]) == [differences]
    lanes.refuse_other_versions({"lanes": "0.1"})
    # What else starts from snapshots stays with the engine of the study.
    engines = {each.kind: each.settings["engine"]["name"] for each in lanes.all_simulations}
    assert {kind for kind, name in engines.items() if name == "lanes"} == {"isoconfigurational"}


def test_what_was_done_with_other_settings_is_told(here, monkeypatch):
    """Of the study itself, by the pointers beside its results, and what follows from that."""
    study = small_study(study="told")
    jobs, places = jobs_of(study), (SEED, THERMAL, (*RUNS, 0))
    assert announcement(study) == ""
    for place in places:
        Store().point(jobs[place].output.parent / CURRENT, study.kept.folder(jobs[place]))
    assert announcement(study) == ""
    assert announcement(small_study(study="another", thermal__segment=1.0)) == ""
    monkeypatch.setattr(kept, "measured_or_assumed_rate", lambda config: given_rate(config, 10.0))
    lanes = small_study(study="told", isoconfigurational__engine="lanes")
    # Two blocks have the pointer of their snapshot in common.
    reason = "isoconfigurational: engine.name is lanes, was lammps (2 jobs)"
    assert done_otherwise(lanes)[1] == [reason]
    said = announcement(lanes)
    assert "2 of 12 simulations of this study" in said
    assert reason in said
    assert "min of one core" in said
    other = small_study(study="told", thermal__segment=1.0)
    anew, reasons = done_otherwise(other)
    assert [each.kind for each in anew] == ["thermal", "isoconfigurational", "isoconfigurational"]
    assert reasons == ["thermal: segment is 1.0, was 2.0 (1 job)"]


def test_other_settings_keep_what_does_not_depend_on_them(here):
    other = small_study(thermal__burst__frames=5)
    assert steps_kept(other, *SEED)[0] == 800
    assert steps_kept(other, *THERMAL)[0] == 0
    assert all_kept(small_study(engine__coupling_time=0.4)) == {}
    assert all_kept(small_study(study="of-another-name")) == all_kept(small_study())
    assert steps_kept(small_study(cycle__segment=1.0), *CYCLE)[0] == 0


def test_another_version_of_the_engine_is_refused_unless_it_is_accepted(here):
    study = small_study()
    thermal, seed = jobs_of(study)[THERMAL], jobs_of(study)[SEED]
    mine = read_identity(study.kept.folder(thermal)).version
    study.refuse_other_versions({"lammps": mine, "lanes": "0.1"})
    with pytest.raises(InputError, match=rf"accepted_versions: \['{re.escape(mine)}'\]"):
        study.refuse_other_versions({"lammps": "0.1"})
    assert KeptSimulations(study.config, Store(), {"lammps": "0.1"}).folder(seed) is None
    accepts = small_study(engine__accepted_versions=[mine])
    accepts.refuse_other_versions({"lammps": "0.1"})
    kept = KeptSimulations(accepts.config, Store(), {"lammps": "0.1"})
    assert kept.folder(thermal) == study.kept.folder(thermal)


def test_another_version_of_the_physics_keeps_nothing(here, monkeypatch):
    versions = lock.versions()
    monkeypatch.setattr(lock, "versions", lambda: versions | {"thermal": 99})
    study = small_study()
    assert steps_kept(study, *SEED)[0] == 800
    assert steps_kept(study, *THERMAL)[0] == 0
    assert steps_kept(study, *RUNS, 0)[0] == 0


def test_settings_that_differ_from_those_of_a_kept_simulation_are_named(here):
    study = small_study(engine__coupling_time=0.4, thermal__segment=3.0)
    (differences,) = study.kept.others(jobs_of(study)[THERMAL])
    assert differences == {"engine.coupling_time": (0.5, 0.4), "segment": (2.0, 3.0)}
    assert small_study().kept.others(jobs_of(small_study())[THERMAL]) == []
