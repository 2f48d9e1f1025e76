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
from softness.files.records import EquilibrationEvidence, RelaxationTable
from softness.files.trajectory import Trajectory
from softness.report.claims import VERDICTS

RESULTS = "results/smoke"
NUMBERS = [entry.number for entry in FIGURES]


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
    assert len(numbers) >= 4
    columns = numbers.drop(columns=["amplitude", "stretched_time", "stretching"], errors="ignore")
    assert np.isfinite(columns.to_numpy(dtype=float)).all()
    assert numbers["temperature"].nunique() == (1 if number == "1.1" else 4)


def test_every_figure_has_claims_with_verdicts(smoke):
    with (smoke / RESULTS / "claims.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["figure"] for row in rows} == set(NUMBERS)
    for row in rows:
        assert row["verdict"] in VERDICTS
        assert row["claim"]
        assert row["rule"].startswith("95 % interval")
        if row["verdict"] != "not tested":
            low, value, high = (float(row[key]) for key in ("low", "value", "high"))
            assert math.isfinite(low + value + high)
            assert low <= high


def test_the_report_opens_offline_and_tells_everything(smoke):
    page = (smoke / RESULTS / "report.html").read_text()
    assert page.count("data:image/png;base64,") == len(FIGURES)
    assert "http://" not in page
    assert "https://" not in page
    for entry in FIGURES:
        assert f"Figure {entry.number}" in page
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
    for name in ("0.7", "0.8", "1", "2"):
        found = tables.read(smoke / RESULTS / "relaxation" / f"T{name}.h5", RelaxationTable)
        times.append(float(found.relaxation_time))
        assert (found.origins >= 5).all()
    assert times == sorted(times, reverse=True)
    # STUDY's reference, 0.35 at T = 2 and 5 at T = 0.7, as far as so short a run can tell.
    assert times[-1] == pytest.approx(0.35, rel=0.2)
    assert times[0] == pytest.approx(5, rel=0.4)


def test_every_run_has_its_evidence(smoke):
    found = tables.read(smoke / RESULTS / "equilibration" / "evidence.h5", EquilibrationEvidence)
    assert len(found.temperature) == 8
    assert (found.relaxation_times_covered > 0.5).all()
    assert (found.crystalline_share < 0.05).all()
    assert np.isfinite(found.first_half_scattering).all()
    cold = found.temperature < 1
    assert (np.abs(found.second_half_energy - found.first_half_energy)[cold] < 0.2).all()


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
