"""The whole chain at smoke size: every file is there, finite, scored and told."""

import csv
import json
import math
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from workflow_commands import SMOKE, command, reruns

from locations import ROOT
from softness.configuration import load
from softness.figures.registry import FIGURES
from softness.files import tables
from softness.files.features import reading_features
from softness.files.records.barriers import BarrierTable, BinnedCounts
from softness.files.records.dynamics import EquilibrationEvidence, RelaxationTable
from softness.files.records.hops import HopIndicator
from softness.files.records.inherent import InherentPropensity
from softness.files.records.learned import Classifier, LearnedValues, ReferenceFeatures
from softness.files.records.memory import CycleResponse
from softness.files.records.propensity import PropensityScores
from softness.files.records.regressed import Predictions, Regression
from softness.files.trajectory import Trajectory
from softness.learning.scores import pearson
from softness.physics.lock import versions
from softness.stages.shared.softness_in_time import softness_of_frames, softness_scale
from softness.study import Study
from softness.verdicts import VERDICTS
from softness.view import Place, columns_of

RESULTS = "results/smoke"
OVER_TEMPERATURES = ("1.2", "1.3", "1.4", "2.2", "2.3")
# Rows of claims of each figure.
CLAIMS = {
    "1.1": 2,
    "1.2": 4,
    "1.3": 3,
    "1.4": 2,
    "1.6": 4,
    "2.1": 5,
    "2.2": 5,
    "2.C": 2,
    "2.3": 6,
    "2.4": 3,
    "2.5": 7,
    "T2.1": 5,
    "3.1": 7,
    "3.2": 1,
    "3.3": 12,
    "T3.1": 16,
    "3.4": 3,
    "3.5": 5,
    "3.6": 10,
    "3.7": 9,
    "3.8": 2,
    "3.M": 2,
    "4.1": 1,
    "4.2": 2,
    "4.3": 3,
    "4.4": 4,
    "4.N": 3,
    "5.1": 5,
    "5.2": 5,
    "5.3": 3,
    "T5.1": 2,
    "A.1": 6,
    "A.2": 6,
}
# Of them, those for which the study lacks a temperature, a model or a run.
UNTESTED = {
    "1.2": 1,
    "1.3": 1,
    "1.4": 1,
    "T2.1": 4,
    "3.3": 3,
    "T3.1": 16,
    "3.4": 2,
    "3.5": 1,
    "3.6": 4,
    "3.7": 1,
    "3.8": 2,
    "3.M": 1,
    "4.2": 1,
    "4.3": 3,
    "4.4": 4,
    "4.N": 3,
    # There are no published data.
    "5.1": 2,
    "A.2": 6,
}
NUMBERS = [entry.number for entry in FIGURES]


def test_a_finished_study_has_nothing_left_to_do(smoke):
    assert reruns(smoke) == {}


def test_progress_names_jobs_counts_and_results(smoke):
    log = (smoke / "run.log").read_text()
    assert "jobs to do" in log
    assert "done: production run at T=0.7, replica 1" in log
    assert f"Report: {smoke / RESULTS / 'report.html'}" in log
    assert "Claims: " in log


@pytest.mark.parametrize("number", NUMBERS)
def test_every_figure_is_there_as_picture_and_numbers(smoke, number):
    folder = smoke / RESULTS / "figures"
    assert (folder / f"{number}.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / f"{number}.pdf").read_bytes().startswith(b"%PDF")
    numbers = pd.read_csv(folder / f"{number}.csv")
    assert len(numbers) >= 2
    # A fit of so short a run may be undefined; everything else is a number.
    columns = numbers.drop(columns=["amplitude", "stretched_time", "stretching"], errors="ignore")
    assert np.isfinite(columns.select_dtypes("number").to_numpy(dtype=float)).all()
    if number in OVER_TEMPERATURES:
        assert numbers["temperature"].nunique() == 6


def test_the_table_is_there_as_html_and_latex(smoke):
    folder = smoke / RESULTS / "figures"
    for kind, begin in (("html", "<table>"), ("tex", "\\begin{tabular}")):
        assert (folder / f"T2.1.{kind}").read_text().startswith(begin)


def test_every_claim_is_a_row(smoke):
    claims = pd.read_csv(smoke / RESULTS / "claims.csv", dtype={"figure": str})
    assert claims["figure"].value_counts().to_dict() == CLAIMS
    assert not claims.duplicated(["figure", "name"]).any()


def test_learned_values_are_of_models_that_never_saw_the_replica(smoke):
    """The same particles, projected by hand with the classifier that was trained on the others."""
    softness = tables.read(smoke / RESULTS / "classifiers/softness.h5", Classifier)
    values = tables.read(smoke / RESULTS / "learned_values/T0.8/replica1.h5", LearnedValues)
    with reading_features(smoke / RESULTS / "features/population/T0.8/replica1.h5") as table:
        radial = [name.encode() in softness.columns.tolist() for name in table.columns]
        standardised = (table.features()[:, radial] - softness.mean) / softness.scale
    projected = standardised @ softness.left_out_weights[1] / softness.left_out_spread[1]
    # Planes of both replicas are aligned at the transfer temperature.
    reference = tables.read(smoke / RESULTS / "reference_features.h5", ReferenceFeatures)
    levels = [
        (mean - softness.mean) / softness.scale @ weights / deviation
        for mean, weights, deviation in zip(
            reference.mean, softness.left_out_weights, softness.left_out_spread, strict=True
        )
    ]
    expected = projected - (levels[1] - np.mean(levels))
    np.testing.assert_allclose(values.population[:, 0], expected, rtol=1e-4, atol=1e-4)
    assert abs(levels[1] - levels[0]) > 1e-3
    assert np.abs(softness.left_out_weights[1] - softness.left_out_weights[0]).max() > 0
    assert values.names.astype(str).tolist() == [
        *("softness", "fluidity_1", "fluidity_2"),
        *(f"random_{number}" for number in range(4)),
    ]


def test_counts_add_up_to_the_events_of_all_frames_and_the_population_times_stride(smoke):
    counts = tables.read(smoke / RESULTS / "binned_counts/T0.75.h5", BinnedCounts)
    for replica in (0, 1):
        name = f"learned_values/T0.75/replica{replica}.h5"
        values = tables.read(smoke / RESULTS / name, LearnedValues)
        inside = counts.events[replica].sum(axis=(0, 2)), counts.trials[replica].sum(axis=(0, 2))
        outside = counts.left_out[replica].T
        np.testing.assert_array_equal(inside[0] + outside[0], len(values.event))
        np.testing.assert_array_equal(inside[1] + outside[1], 5 * len(values.population))


def test_every_figure_has_claims_with_verdicts(smoke):
    with (smoke / RESULTS / "claims.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["figure"] for row in rows} == set(NUMBERS)
    untested = Counter(row["figure"] for row in rows if row["verdict"] == "not tested")
    assert untested == UNTESTED
    for row in rows:
        assert row["verdict"] in VERDICTS
        assert row["claim"]
        assert row["origin"] == "ours" or re.match(r"Section [A1-4]\.", row["origin"])
        is_test = row["rule"].startswith("corrected p")
        assert is_test or row["rule"].startswith(("the 95 % interval", "each 95 % interval"))
        if row["verdict"] == "not tested":
            assert row["note"]
            assert row["low"] == row["value"] == row["high"] == ""
        elif is_test:
            # A p has no interval.
            assert 0 < float(row["value"]) <= 1
        elif row["low"] and row["high"]:
            low, value, high = (float(row[key]) for key in ("low", "value", "high"))
            assert math.isfinite(low + value + high)
            assert low <= high
        else:
            # So small a study leaves these intervals undefined, never without saying why.
            assert row["verdict"] == "inconclusive"
            assert row["figure"] in ("3.3", "3.4", "3.6", "4.1")
            assert re.search("events a particle|snapshots with a known error", row["doubt"])


def test_the_report_opens_offline_and_tells_everything(smoke):
    page = (smoke / RESULTS / "report.html").read_text()
    pictures = [entry for entry in FIGURES if "html" not in entry.formats]
    assert page.count("data:image/png;base64,") == len(pictures)
    assert "http://" not in page
    assert "https://" not in page
    for entry in FIGURES:
        kind = "Table" if entry.number.startswith("T") else "Figure"
        assert f"{kind} {entry.number.removeprefix('T')}. {entry.title}" in page
        assert entry.title in page
    for word in ("commit", "seed", "engine lammps", "cutoff_distance", "Crystalline fraction"):
        assert word in page


def test_the_page_of_the_run_shows_all_figures_and_leads_to_the_report(smoke):
    assert f"Page of this run: {smoke / RESULTS / 'index.html'}" in (smoke / "run.log").read_text()
    page = (smoke / RESULTS / "index.html").read_text()
    assert "<b>finished</b>" in page
    assert 'http-equiv="refresh"' not in page
    assert 'href="report.html"' in page
    assert re.findall('<img src="([^"]+)"', page) == [f"figures/{number}.png" for number in NUMBERS]
    study = Study(load(smoke / SMOKE))
    # g(r) and F_s of each run.
    assert page.count("<polyline") == 2 * len(study.labels) * len(study.replicas)


def test_the_status_of_a_finished_study(smoke):
    done = command(smoke, "softness", "status", SMOKE)
    assert done.returncode == 0, done.stderr
    assert "study smoke: finished" in done.stdout
    assert "simulations: 100%" in done.stdout


def test_the_effective_configuration_stands_beside_the_results(smoke):
    done = command(smoke, "softness", "check", f"{RESULTS}/config.yaml")
    assert done.returncode == 0, done.stderr
    assert "Study smoke" in done.stdout


def test_trajectories_carry_settings_versions_and_inputs(smoke):
    path = smoke / RESULTS / "thermal" / "T0.7" / "replica0" / "trajectory.gsd"
    with Trajectory(path) as trajectory:
        assert (trajectory.frames, trajectory.particles) == (60, 500)
        np.testing.assert_allclose(trajectory.times(), np.arange(60.0))
        made_by = json.loads(trajectory.provenance)
    assert made_by["settings"]["temperature"] == 0.7
    assert made_by["settings"]["replica"] == 0
    assert {"lammps", "numpy", "python"} <= set(made_by["versions"])
    # Of the arrays that it started from, whatever file they were in.
    assert list(made_by["inputs"]) == ["arrays"]
    assert made_by["code"] == f"physics {versions()['thermal']}"


def test_bursts_are_whole_and_log_spaced(smoke):
    path = smoke / RESULTS / "thermal" / "T0.7" / "replica0" / "bursts.gsd"
    with Trajectory(path) as bursts:
        begins, counts = np.unique(bursts.logged("burst_begin"), return_counts=True)
        times = bursts.times()
    assert begins.tolist() == [1000.0 * number for number in range(12)]
    assert len(set(counts)) == 1
    np.testing.assert_allclose(times[counts[0] - 1], 1.0)


def test_replicas_are_different_runs(smoke):
    ends = []
    for replica in (0, 1):
        folder = smoke / RESULTS / "thermal" / "T1" / f"replica{replica}"
        with Trajectory(folder / "trajectory.gsd") as trajectory:
            ends.append(trajectory.positions(trajectory.frames - 1))
    assert np.abs(ends[0] - ends[1]).mean() > 1


def test_a_colder_liquid_relaxes_more_slowly(smoke):
    times = []
    for name in ("0.7", "0.75", "0.8", "0.9", "1", "2"):
        found = tables.read(smoke / RESULTS / "relaxation" / f"T{name}.h5", RelaxationTable)
        times.append(float(found.relaxation_time))
        assert (found.origins >= 5).all()
    assert times == sorted(times, reverse=True)
    # STUDY's reference, 0.35 at T = 2 and 5 at T = 0.7, as far as so short a run can tell.
    assert times[-1] == pytest.approx(0.35, rel=0.2)
    assert times[0] == pytest.approx(5, rel=0.4)


def test_every_run_has_its_evidence(smoke):
    found = tables.read(smoke / RESULTS / "equilibration" / "evidence.h5", EquilibrationEvidence)
    assert len(found.temperature) == 12
    # Each row is of its own run: at T = 0.7 they were equilibrated twice as long.
    assert found.duration.tolist() == pytest.approx(np.where(found.temperature == 0.7, 20, 10))
    assert (found.relaxation_times_covered > 0.5).all()
    assert (found.crystalline_share < 0.05).all()
    assert np.isfinite(found.first_half_scattering).all()
    cold = found.temperature < 1
    assert (np.abs(found.second_half_energy - found.first_half_energy)[cold] < 0.2).all()


def test_probabilities_of_rearranging_are_counted_and_learned(smoke):
    found = tables.read(smoke / RESULTS / "predictions" / "T0.7.h5", Predictions)
    assert found.names.astype(str).tolist() == [
        *("softness", *(f"random_{number}" for number in range(4))),
        *("svr", "ridge", "mlp", "binomial"),
        *("svr_csd", "svr_csd_cutoff_0.8", "svr_csd_cutoff_1.25"),
        *("svr_cutoff_0.8", "svr_cutoff_1.25", "svr_t9", "svr_radial"),
        *(f"svr_{number}_features" for number in (4, 8, 16, 64)),
        *("ridge_2_runs", "svr_order2"),
    ]
    # Two snapshots of each replica, 400 A each; no model saw the replica that it judges.
    assert found.counts.shape == (2, 4 * 400)
    assert found.runs.tolist() == [2, 2]
    assert (found.counts.max(axis=1) <= 2).all()
    assert 0.05 < found.counts.sum() / (4 * found.counts.shape[1]) < 0.6
    assert not found.seen.any()
    assert np.isfinite(found.predicted).all()
    colder = found.counts.sum() / found.counts.shape[1]
    warmer = tables.read(smoke / RESULTS / "predictions" / "T0.9.h5", Predictions)
    assert warmer.counts.sum() / warmer.counts.shape[1] > colder


def test_predictions_of_snapshots_are_those_of_the_model_without_their_replica(smoke):
    """By hand, from the weights in the record of the regressor."""
    svr = tables.read(smoke / RESULTS / "regressors/svr_order2.h5", Regression)
    found = tables.read(smoke / RESULTS / "predictions/T0.7.h5", Predictions)
    predicted = found.predicted[found.names.tolist().index(b"svr_order2")]
    for replica in (0, 1):
        path = smoke / RESULTS / f"features/snapshots/T0.7/replica{replica}.h5"
        with reading_features(path) as table:
            assert table.columns == tuple(svr.columns.astype(str))
            standardised = (table.features() - svr.mean) / svr.scale
        projection = standardised @ svr.left_out_weights[replica, 0]
        difference = predicted[found.replica == replica] - projection
        np.testing.assert_allclose(difference, difference.mean(), atol=1e-4)


def test_values_along_a_run_are_those_of_the_same_snapshots(smoke):
    """Averaged frame by frame, or from a table of averaged features: the same."""
    found = tables.read(smoke / RESULTS / "predictions/T0.7.h5", Predictions)
    along = tables.read(smoke / RESULTS / "averaged_values/T0.7/replica0.h5", LearnedValues)
    frames = Study(load(ROOT / SMOKE)).snapshot_frames("0.7", 0)
    shared = [frame for frame in frames if frame in along.population_frame]
    assert shared
    name = found.names.tolist().index(b"svr_order2")
    for frame in shared:
        snapshot = frames.index(frame)
        expected = found.predicted[name, found.snapshot == snapshot]
        values = along.population[along.population_frame == frame, 0]
        difference = expected - values
        # The bias, which Z-scores do without.
        np.testing.assert_allclose(difference, difference.mean(), atol=1e-4)


def test_softness_along_a_run_is_that_of_the_table_of_features(smoke):
    """Projected frame by frame, or from stored features: the same, up to rounding to float32."""
    results, settings = smoke / RESULTS, Study(load(ROOT / SMOKE)).softness_decay("0.7", "1")
    along = tables.read(results / "learned_values/T0.7/replica1.h5", LearnedValues)
    name = along.names.tolist().index(b"softness")
    names = ("classifiers/softness.h5", "reference_features.h5", "distribution/T0.7.h5")
    files = [results / name for name in names]
    scale = softness_scale(settings, *files, replica=1)
    frames = np.unique(along.population_frame).tolist()
    assert len(frames) > 5
    # The values of the table are neither about their mean nor in units of their spread.
    table = along.population[:, name]
    table = (table - table.mean()) / table.std()
    with Trajectory(results / "thermal/T0.7/replica1/trajectory.gsd") as trajectory:
        for frame, softness in softness_of_frames(trajectory, scale, frames):
            expected = table[along.population_frame == frame]
            np.testing.assert_allclose(softness, expected, atol=1e-4)


@pytest.mark.parametrize(("temperature", "replica"), [(0.7, 1), (2.0, 0)])
def test_softness_of_a_frame_that_is_looked_at_is_that_of_learned_values(
    smoke, temperature, replica
):
    results = smoke / RESULTS
    name = f"T{temperature:g}/replica{replica}.h5"
    along = tables.read(results / "learned_values" / name, LearnedValues)
    hop = tables.read(results / "hop_indicator" / name, HopIndicator)
    for frame in np.unique(along.population_frame).tolist():
        found, threshold = columns_of(Place(results, temperature, replica, frame))
        expected = along.population[along.population_frame == frame, 0]
        np.testing.assert_allclose(found.values["softness"][hop.particle], expected, atol=1e-6)
        row = frame - int(hop.first_frame)
        if row >= 0:
            np.testing.assert_array_equal(found.values["p_hop"][hop.particle], hop.values[row])
    assert threshold == 0.2


def test_cycles_and_controls_are_the_same_until_the_pulse(smoke):
    paths = sorted((smoke / RESULTS / "cycle_response/pulse0").glob("replica*/snapshot*.h5"))
    assert len(paths) == 6
    for path in paths:
        found = tables.read(path, CycleResponse)
        before = found.time <= 3
        frames = len(found.time)
        assert found.control_time[-1] == found.time[-1] + 6
        assert (found.cycle[..., before] == found.control[..., :frames][..., before]).all()
        assert (found.cycle != found.control[..., :frames]).any()
        assert found.numbers.sum() == 400


def test_propensity_is_that_of_the_same_runs_before_and_after_their_quench(smoke):
    folder = smoke / RESULTS / "inherent_propensity"
    paths = sorted(folder.glob("replica*/snapshot*/block0.h5"))
    assert len(paths) == 4
    for path in paths:
        found = tables.read(path, InherentPropensity)
        assert found.states.tolist() == [b"inherent", b"thermal"]
        assert found.time.tolist() == [0.1, 0.3, 1.0, 2.0]
        assert not found.unconverged.any()
        inherent, thermal = (found.propensity(state) for state in ("inherent", "thermal"))
        # Runs are the same, so that both states know of the same jumps.
        assert (np.diff(thermal.mean(axis=1)) > 0).all()
        assert pearson(inherent[-1], thermal[-1]) > 0.2
    scores = tables.read(smoke / RESULTS / "propensity_scores.h5", PropensityScores)
    assert scores.replica.tolist() == [0, 0, 1, 1]


def test_barriers_by_predictions_are_of_all_variables(smoke):
    found = tables.read(smoke / RESULTS / "barriers/predicted.h5", BarrierTable)
    names = found.names.astype(str).tolist()
    assert {"softness", "random_0", "svr", "svr_4_features", "ridge_2_runs", "svr_order2"} <= set(
        names
    )
    assert found.temperature.tolist() == [0.7, 0.75, 0.8, 0.9]
    # All variables are of the same particles at the same moments.
    events = found.events.sum(axis=2)
    assert (events > 0.9 * events.max(axis=1, keepdims=True)).all()


def test_snakemakes_own_report_works_with_captions(study):
    done = command(
        study, "snakemake", "--configfile", SMOKE, "--cores", "1", "--report", "report.zip"
    )
    assert done.returncode == 0, done.stderr
    assert (study / "report.zip").stat().st_size > 100_000


def test_captions_name_every_figure():
    for entry in FIGURES:
        caption = ROOT / "workflow" / "captions" / f"{entry.name}.rst"
        assert len(caption.read_text()) > 100
