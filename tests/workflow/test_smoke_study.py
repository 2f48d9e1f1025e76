"""The whole chain at smoke size: every file is there, finite, scored and told."""

import csv
import json
import math

import numpy as np
import pandas as pd
import pytest
from workflow_commands import SMOKE, command, reruns

from locations import ROOT
from softness.figures.registry import FIGURES
from softness.files import tables
from softness.files.features import reading_features
from softness.files.records.barriers import BinnedCounts
from softness.files.records.dynamics import EquilibrationEvidence, RelaxationTable
from softness.files.records.learned import Classifier, LearnedValues
from softness.files.records.regressed import Predictions
from softness.files.trajectory import Trajectory
from softness.report.claims import VERDICTS

RESULTS = "results/smoke"
OVER_TEMPERATURES = ("1.2", "1.3", "1.4", "2.2", "2.3")
# Rows of claims of each figure.
CLAIMS = {
    "1.1": 2,
    "1.2": 2,
    "1.3": 1,
    "1.4": 1,
    "1.6": 4,
    "2.1": 4,
    "2.2": 4,
    "2.C": 2,
    "2.3": 3,
    "2.4": 2,
    "2.5": 6,
    "T2.1": 5,
}
REPORTED = [entry for entry in FIGURES if entry.reported]
NUMBERS = [entry.number for entry in REPORTED]


def test_a_finished_study_has_nothing_left_to_do(smoke):
    assert reruns(smoke) == {}


def test_progress_names_jobs_counts_and_results(smoke):
    log = (smoke / "run.log").read_text()
    assert "jobs to do" in log
    assert "done: thermal run at T=0.7, replica 1" in log
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


def test_every_claim_of_chapters_1_and_2_is_a_row(smoke):
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
    expected = standardised @ softness.left_out_weights[1] / softness.left_out_spread[1]
    np.testing.assert_allclose(values.population[:, 0], expected, rtol=1e-4, atol=1e-4)
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
    for row in rows:
        assert row["verdict"] in VERDICTS
        assert row["claim"]
        assert row["rule"].startswith(("95 % interval", "every 95 % interval"))
        if row["verdict"] in ("reproduced", "not reproduced"):
            low, value, high = (float(row[key]) for key in ("low", "value", "high"))
            assert math.isfinite(low + value + high)
            assert low <= high
        else:
            # So small a study may leave an interval undefined, never without saying why.
            assert row["note"] or float(row["low"]) <= float(row["high"])


def test_the_report_opens_offline_and_tells_everything(smoke):
    page = (smoke / RESULTS / "report.html").read_text()
    pictures = [entry for entry in REPORTED if "html" not in entry.formats]
    assert page.count("data:image/png;base64,") == len(pictures)
    assert "http://" not in page
    assert "https://" not in page
    for entry in REPORTED:
        kind = "Table" if entry.number.startswith("T") else "Figure"
        assert f"{kind} {entry.number.removeprefix('T')}. {entry.title}" in page
        assert entry.title in page
    for word in ("commit", "seed", "engine lammps", "cutoff_distance", "Crystalline share"):
        assert word in page


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
    assert list(made_by["inputs"]) == ["T0.7/replica0/state.h5"]
    assert len(made_by["code"]) == 16


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
    assert (found.relaxation_times_covered > 0.5).all()
    assert (found.crystalline_share < 0.05).all()
    assert np.isfinite(found.first_half_scattering).all()
    cold = found.temperature < 1
    assert (np.abs(found.second_half_energy - found.first_half_energy)[cold] < 0.2).all()


def test_probabilities_of_rearranging_are_counted_and_learned(study):
    """The beginning of Chapter 3, which is no part of the default target."""
    options = ("--configfile", SMOKE, "--profile", "profiles/local", "--cores", "2")
    done = command(study, "snakemake", "chapter3", *options)
    assert done.returncode == 0, done.stderr
    found = tables.read(study / RESULTS / "predictions" / "T0.7.h5", Predictions)
    assert found.names.astype(str).tolist() == ["softness", "svr", "ridge", "mlp", "binomial"]
    # Two snapshots of each replica, 400 A each; those of the last replica are for tests.
    assert found.counts.shape == (2, 4 * 400)
    assert found.runs.tolist() == [2, 2]
    assert (found.counts.max(axis=1) <= 2).all()
    assert 0.05 < found.counts.sum() / (4 * found.counts.shape[1]) < 0.6
    assert found.replica[~found.seen].tolist() == [1] * 800
    assert np.isfinite(found.predicted).all()
    colder = found.counts.sum() / found.counts.shape[1]
    warmer = tables.read(study / RESULTS / "predictions" / "T0.9.h5", Predictions)
    assert warmer.counts.sum() / warmer.counts.shape[1] > colder
    assert not warmer.seen.any()
    for number in ("3.1", "3.4", "3.M", "T3.1", "A.1"):
        figure = study / RESULTS / "figures" / f"{number}.csv"
        assert np.isfinite(pd.read_csv(figure).select_dtypes("number").to_numpy()).all()
        claims = json.loads(figure.with_suffix(".claims.json").read_text())
        assert {claim["verdict"] for claim in claims} <= set(VERDICTS)
    assert reruns(study, "chapter3") == {}


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
