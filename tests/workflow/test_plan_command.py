"""Plans of the presets: jobs are those of a dry run, steps those of the study."""

import base64
import json

import pytest
from workflow_commands import SMOKE, command, reruns

from locations import ROOT
from softness import configuration
from softness.study import Study


@pytest.mark.parametrize("preset", ["smoke", "laptop", "dissertation"])
def test_jobs_and_steps_are_those_of_the_workflow(preset):
    config = f"config/{preset}.yaml"
    done = command(ROOT, "softness", "plan", config, "--rate", "1000", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    jobs = {rule["rule"]: rule["jobs"] for rule in found["rules"]}
    assert jobs == reruns(ROOT, "--forceall", config=config)
    assert not [rule for rule in found["rules"] if "guess" in rule["time_from"]]
    total = found["total"]["steps"] + found["total"]["steps_kept"]
    assert total == Study(configuration.load(ROOT / config)).total_steps()
    assert found["rate"] == {
        "steps_per_second": 1000,
        "particle_updates_per_second": 1000 * found["particles"],
        "source": "given",
    }


def test_what_a_kill_left_half_written_is_planned_anew(study):
    """Where Snakemake itself would ask for an option; `make figures` plans before it runs."""
    folder = study / ".snakemake" / "incomplete"
    folder.mkdir(exist_ok=True)
    written = "results/smoke/relaxation/T0.7.h5"
    (folder / base64.urlsafe_b64encode(written.encode()).decode()).write_text("")
    assert "rerun-incomplete" in command(study, "snakemake", "-n", "--configfile", SMOKE).stdout
    done = command(study, "softness", "plan", SMOKE, "--rate", "1000")
    assert done.returncode == 0, done.stderr


def test_the_disk_of_a_finished_study_is_foreseen(smoke):
    done = command(smoke, "softness", "plan", "config/smoke.yaml", "--rate", "1000", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    results = smoke / "results" / "smoke"
    for rule, folder in (("thermal", "thermal"), ("population_features", "features/population")):
        planned = sum(each["bytes"] for each in found["rules"] if each["rule"] == rule)
        files = (results / folder).rglob("*")
        used = sum(path.stat().st_size for path in files if path.is_file())
        assert planned == pytest.approx(used, rel=0.3), rule
    # Jobs that have run tell their own time.
    sources = {rule["rule"]: rule["time_from"] for rule in found["rules"]}
    assert sources["relaxation"] == ["benchmarks"]
    assert sources["thermal"] == ["rate"]


def test_faults_are_one_line_each():
    done = command(ROOT, "softness", "plan", "config/none.yaml")
    assert done.returncode == 1
    assert done.stderr == (
        "error: config/none.yaml: No such file or directory: "
        "give a configuration file that exists\n"
    )
    done = command(ROOT, "softness", "plan", "config/smoke.yaml", "--rate", "0")
    assert "error: --rate 0: give time steps per second, more than 0" in done.stderr
    done = command(ROOT, "softness", "plan", "--help")
    assert "--measure [SECONDS]" in done.stdout
    assert "examples:" in done.stdout
