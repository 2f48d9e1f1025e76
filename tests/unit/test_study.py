"""A study as the workflow sees it."""

import re

import pytest

from locations import ROOT
from softness import configuration
from softness.files.ensemble_counts import part_path
from softness.simulate.chain import Chain
from softness.study import Study, label


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Study(configuration.load(ROOT / "config" / "laptop.yaml"))


def test_labels_are_short_and_tell_temperatures_apart():
    assert [label(t) for t in (0.45, 0.5, 1.0, 2)] == ["0.45", "0.5", "1", "2"]


def test_steps_are_those_of_the_settings(study):
    assert study.steps("thermal", "0.5") == 160_000
    assert study.steps("equilibrate", "0.53") == 20_000
    # The seed temperature comes after melt and quench.
    assert study.steps("equilibrate", "0.5") == round((1000 + 10 + 50) / 0.005)


def test_segments_add_up_to_the_steps(study):
    for rule in ("equilibrate", "thermal"):
        for name in study.labels:
            assert sum(study.segments(rule, name)) == study.steps(rule, name)


def test_patterns_part_the_seed_temperature_from_the_others(study):
    assert re.fullmatch(study.seed_pattern, "0.5")
    assert not re.fullmatch(study.seed_pattern, "0.53")
    assert all(re.fullmatch(study.other_pattern, name) for name in study.labels if name != "0.5")
    assert not re.fullmatch(study.other_pattern, "0.5")


def test_the_device_is_no_setting_of_a_run(study):
    assert "device" not in study.parameter("thermal", "0.5", "0")
    study.config["engine"]["device"] = "gpu"
    assert "gpu" not in study.parameter("thermal", "0.5", "0")


def test_only_the_seed_temperature_is_cooled(study):
    assert "cooling" in study.equilibrate("0.5", 0)
    assert "cooling" not in study.equilibrate("0.53", 0)


def test_progress_is_read_from_the_disk(study):
    assert sum(study.steps_done().values()) == 0
    jobs = study.simulations()
    simulations = {(s.rule, s.temperature, *s.number): s for s in jobs}
    finished = simulations["thermal", 2.0, 0]
    finished.output.parent.mkdir(parents=True)
    finished.output.touch()
    half = simulations["thermal", 0.5, 1]
    half.checkpoint.mkdir(parents=True)
    Chain(half.checkpoint, {}).state(4).touch()
    block = simulations["isoconfigurational", 0.6, 3, 0]
    assert block.steps == 32 * 6000
    block.checkpoint.mkdir(parents=True)
    part_path(block.checkpoint, first=3, runs=16).touch()
    part_path(block.checkpoint, first=4, runs=5).touch()
    # The next one has taken the place of this, which a kill has left.
    part_path(block.checkpoint, first=3, runs=8).touch()
    done = study.steps_done()
    assert done[finished] == finished.steps
    assert done[half] == 4 * 10_000
    assert done[block] == 21 * 6000
    assert sum(done.values()) == finished.steps + 40_000 + 21 * 6000


def test_quenched_runs_count_by_what_is_done(study):
    jobs = {(s.rule, *s.number): s for s in study.simulations()}
    block = jobs["inherent_propensity", 5, 0]
    # A quench takes as long as some thousand steps.
    assert block.steps == 4 * (5000 + 5 * 3700)
    assert ("inherent_propensity", 6, 0) not in jobs
    block.checkpoint.mkdir(parents=True)
    Chain(block.checkpoint, {}).state(3).touch()
    assert study.steps_of(block) == 3 * (5000 + 5 * 3700)
    block.output.touch()
    assert study.steps_of(block) == block.steps


def test_snapshots_of_quenched_runs_are_spread_over_replicas(study):
    places = [study.inherent_place(number) for number in study.inherent_snapshots]
    assert places == [(replica, frame) for replica in (0, 1) for frame in (41, 125, 208)]
    assert study.inherent_frames("1") == [41, 125, 208]
    study.config["inherent"]["runs"] = 10
    runs = [study.inherent_propensity("0", str(block))["runs"] for block in study.inherent_blocks]
    assert runs == [[0, 4], [4, 8], [8, 10]]


def test_longer_jobs_ask_for_more_time(study):
    assert study.runtime("equilibrate", "0.5") > study.runtime("thermal", "2") >= 10


def test_each_classifier_has_its_labelled_set(study):
    assert study.classifiers()["softness"] == ("activated", "0.5")
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


def test_snapshots_are_spread_over_replicas_and_time(study):
    assert study.snapshots()[:6] == [("0.6", number) for number in range(6)]
    places = [study.snapshot_place("0.6", number) for number in range(6)]
    # 150 tau of frames at 1 tau, in three parts.
    assert places == [(0, 25), (0, 75), (0, 125), (1, 25), (1, 75), (1, 125)]
    assert study.snapshot_frames("0.6", 1) == [25, 75, 125]
    assert study.predict("0.6")["places"] == places


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
    # Half of 32 runs, down to four.
    assert study.regress("ridge_thinned")["runs"] == [16, 8, 4]
    assert study.regress("rbf_svr")["grid"]["C"] == [1]
    assert [name for name in names if study.is_by_csd(name)] == ["svr_csd"]
    keys = {frozenset(study.regress(name)) for name in ("svr", "mlp", "boosting")}
    assert len(keys) == 1


def test_blocks_cover_all_runs_once(study):
    study.config["isoconfigurational"]["runs_per_block"] = 10
    runs = [
        study.isoconfigurational("0.6", "0", block)["runs"]
        for block in study.ensemble_blocks("0.6")
    ]
    assert runs == [[0, 10], [10, 20], [20, 30], [30, 32]]
