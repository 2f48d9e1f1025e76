"""Simulations outlive edits of the configuration, and longer ones go on: counted in time steps."""

import json
import re
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from workflow_commands import SMOKE, command, copy_project, environment

from softness import configuration
from softness.files.provenance import canonical_json
from softness.simulate.store import IDENTITY, Store, read_identity
from softness.study import Study
from softness.study.inherent import STEPS_OF_QUENCH

THERMAL = "results/smoke/thermal/T0.7/replica0/trajectory.gsd"
RUN_OF_ENSEMBLE = 3200  # time steps
FRESH_RUN = ("equilibrate", "thermal")


def configure(project: Path, change, name: str = SMOKE) -> None:
    """Change the smoke configuration, or make another one of it."""
    config = yaml.safe_load((project / SMOKE).read_text())
    change(config)
    (project / name).write_text(yaml.safe_dump(config))


def simulate(project: Path, name: str = SMOKE, *kinds: str) -> dict[str, int]:
    """Do all simulations of some kinds that are due; time steps that were done, by rule."""
    study = Study(configuration.load(project / name))
    chosen = [each for each in study.all_simulations if not kinds or each.kind in kinds]
    # Of all files of a job: Snakemake does not look at settings where one was never there.
    targets = [str(path) for each in chosen for path in outputs(each)]
    begin = time.time()
    done = command(
        project, "snakemake", "--configfile", name, "--profile", "profiles/local", *targets
    )
    assert done.returncode == 0, done.stderr
    logs = (project / study.results / "logs").glob("*/*.log")
    counted = dict.fromkeys(sorted({each.rule for each in chosen}), 0)
    for log in logs:
        rule = "equilibrate_seed" if log.match("equilibrate/T0.7_*") else log.parent.name
        if rule in counted and log.stat().st_mtime >= begin:
            counted[rule] += steps_in(log.read_text())
    return {rule: steps for rule, steps in counted.items() if steps}


def outputs(simulation) -> list[Path]:
    """Files of a job, those of each run of a cycle included."""
    runs = range(simulation.settings["runs"][1]) if simulation.kind == "cycle" else ()
    return [simulation.output, *(simulation.output.parent / f"run{run}.gsd" for run in runs)]


def steps_in(log: str) -> int:
    """Time steps that a job has done, by what it said of its progress."""
    went_on = {
        title: int(steps) for title, steps in re.findall(r"(.*): resumes after (\d+) of", log)
    }
    ends = dict(re.findall(r"(.*): (\d+) of \d+ steps", log))
    return sum(int(steps) - went_on.get(title, 0) for title, steps in ends.items())


def production(config, length):
    config["temperatures"][0]["production"] = length


def test_a_longer_run_with_more_snapshots_does_what_is_new_and_equals_one_at_once(study, tmp_path):
    configure(study, lambda config: production(config, 90))
    assert simulate(study) == {"thermal": 2 * 6000}
    fresh = copy_project(tmp_path / "fresh")
    configure(fresh, lambda config: production(config, 90))
    target = "results/smoke/thermal/T0.7/replica0/trajectory.gsd"
    done = command(fresh, "snakemake", "--configfile", SMOKE, "--profile", "profiles/local", target)
    assert done.returncode == 0, done.stderr
    for name in (target, target.replace("trajectory", "bursts")):
        assert (study / name).read_bytes() == (fresh / name).read_bytes()
    configure(
        study, lambda config: config["isoconfigurational"]["ensembles"][0].update(snapshots=3)
    )
    # The third snapshot of each replica, four runs each.
    assert simulate(study) == {"isoconfigurational": 2 * 4 * RUN_OF_ENSEMBLE}
    before = (study / THERMAL).read_bytes()
    configure(study, lambda config: [production(config, 60), two_snapshots(config)])
    assert simulate(study) == {}
    assert len((study / THERMAL).read_bytes()) < len(before)


def two_snapshots(config):
    config["isoconfigurational"]["ensembles"][0].update(snapshots=2)


def test_a_shorter_run_has_the_bytes_of_one_that_was_never_longer(smoke, study):
    configure(study, lambda config: production(config, 75))
    assert simulate(study, SMOKE, *FRESH_RUN) == {"thermal": 2 * 3000}
    configure(study, lambda config: production(config, 60))
    assert simulate(study, SMOKE, *FRESH_RUN) == {}
    for path in (smoke / "results/smoke/thermal").rglob("*.gsd"):
        own = study / path.relative_to(smoke)
        assert own.read_bytes() == path.read_bytes(), own


def test_more_runs_and_other_blocks_do_the_new_runs_alone(smoke, study):
    def change(config):
        config["isoconfigurational"]["ensembles"][1]["runs"] = 5
        config["isoconfigurational"]["runs_per_block"] = 3

    configure(study, change)
    # One more run of the one snapshot of each replica.
    assert simulate(study) == {"isoconfigurational": 2 * RUN_OF_ENSEMBLE}
    configure(study, lambda config: config["isoconfigurational"].update(runs_per_block=4))
    assert simulate(study) == {}
    targets = ("snakemake", "--configfile", SMOKE, "--profile", "profiles/local", "ensembles")
    assert command(study, *targets).returncode == 0
    for path in (smoke / "results/smoke/ensemble").rglob("*.h5"):
        own = study / path.relative_to(smoke)
        assert arrays(own, "hop", "displacement") == arrays(path, "hop", "displacement") or (
            "T0.9" in str(own)
        )


def arrays(path: Path, *names: str) -> list[bytes]:
    import h5py

    with h5py.File(path) as file:
        return [file[name][()].tobytes() for name in names]


def test_a_window_that_is_tried_and_taken_back_costs_once(study):
    configure(study, lambda config: config.update(csd={"window": 9.0}))
    assert simulate(study) == {"isoconfigurational": 6 * 4 * RUN_OF_ENSEMBLE}
    configure(study, lambda config: config.pop("csd", None))
    assert simulate(study) == {}
    configure(study, lambda config: config.update(csd={"window": 9.0}))
    assert simulate(study) == {}


def test_longer_cycles_and_more_of_their_runs_do_what_is_new(study):
    configure(study, lambda config: config["cycle"].update(after=12))
    # From 18 to 22 tau, and from 24 to 28, from the last whole segment of 5; six snapshots.
    assert simulate(study) == {"cycle": 6 * 1400, "control": 6 * 1600}
    configure(study, lambda config: config["cycle"].update(after=8, runs=3))
    # The third run of each is done, and of the first two nothing.
    assert simulate(study) == {"cycle": 6 * 3600, "control": 6 * 4800}


def test_a_second_study_pays_for_nothing_that_it_has_in_common(study):
    configure(study, lambda config: config.update(study="second"), "config/second.yaml")
    assert simulate(study, "config/second.yaml") == {}
    first, second = study / "results/smoke", study / "results/second"
    simulated = [p for p in second.rglob("*") if p.suffix in (".gsd", ".h5")]
    assert len(simulated) > 60
    for path in simulated:
        assert path.read_bytes() == (first / path.relative_to(second)).read_bytes(), path
    # And the first one has nothing to do because of it.
    assert simulate(study) == {}
    done = command(study, "snakemake", "-n", "--configfile", SMOKE, "--cores", "1")
    assert "Nothing to be done" in done.stdout + done.stderr


def test_a_plan_knows_what_is_kept_and_what_starts_anew(study):
    def planned(name=SMOKE, *options):
        done = command(study, "softness", "plan", name, "--rate", "1000", *options)
        assert done.returncode == 0, done.stderr
        return done.stdout

    before = Study(configuration.load(study / SMOKE))
    total = before.total_steps()
    found = json.loads(planned(SMOKE, "--json"))["total"]
    assert (found["steps"], found["steps_kept"]) == (0, total)
    configure(study, lambda config: production(config, 90))
    # Two replicas go on for 30 tau, and more of their frames have their structure compared.
    longer = Study(configuration.load(study / SMOKE))
    added = len(longer.state_frames("0.7")) - len(before.state_frames("0.7"))
    assert added == 6
    found = json.loads(planned(SMOKE, "--json"))["total"]
    assert (found["steps"], found["steps_kept"]) == (2 * (6000 + added * STEPS_OF_QUENCH), total)
    configure(study, lambda config: config["thermal"].update(segment=5))
    said = "thermal: 12 jobs start anew: segment is 5.0 here, 10.0 in what is kept"
    assert said in planned()
    done = command(study, "softness", "check", SMOKE)
    assert "tau of it are kept" in done.stdout


def test_clean_lists_what_no_configuration_needs_and_removes_it_if_asked(study):
    store = Store(study / "results/simulations")
    before = store.folders()
    done = command(study, "softness", "clean", SMOKE)
    assert f"in 0 of {len(before)} kept simulations" in done.stdout
    configure(study, lambda config: config["thermal"].update(segment=5), "config/other.yaml")
    thermal = [folder for folder in before if folder.parent.name == "thermal"]
    done = command(study, "softness", "clean", "config/other.yaml")
    listed = re.findall(r"MB  (results/\S+)", done.stdout)
    # What follows from runs that are not there yet stays.
    assert listed == [str(folder.relative_to(study)) for folder in thermal]
    assert "add --yes to remove them" in done.stdout
    assert store.folders() == before
    assert "in 0 of" in command(study, "softness", "clean", SMOKE, "config/other.yaml").stdout
    done = command(study, "softness", "clean", "config/other.yaml", "--yes")
    assert done.returncode == 0, done.stderr
    assert store.folders() == [folder for folder in before if folder not in thermal]
    assert (study / THERMAL).exists()


def test_simulations_of_another_machine_are_taken_in_if_they_are_what_they_say(study, tmp_path):
    fresh = copy_project(tmp_path / "fresh")
    done = command(fresh, "softness", "adopt", str(study / "results/smoke"))
    assert done.returncode == 0, done.stderr
    assert "56 of 56 simulations were added" in done.stdout
    assert simulate(fresh) == {}
    assert (fresh / THERMAL).read_bytes() == (study / THERMAL).read_bytes()
    again = command(fresh, "softness", "adopt", str(study / "results"))
    assert "0 of 56 simulations were added" in again.stdout
    # Of the longer of two, all counts; changed files are named and nothing is taken of them.
    configure(study, lambda config: production(config, 90))
    simulate(study, SMOKE, *FRESH_RUN)
    assert "2 of 56" in command(fresh, "softness", "adopt", str(study / "results")).stdout
    configure(fresh, lambda config: production(config, 90))
    assert simulate(fresh) == {}
    assert (fresh / THERMAL).read_bytes() == (study / THERMAL).read_bytes()
    changed = next((study / "results/simulations/thermal").rglob("finished-*-trajectory.gsd"))
    changed.write_bytes(changed.read_bytes()[:-1])
    refused = command(fresh, "softness", "adopt", str(study / "results"))
    assert refused.returncode == 1
    assert re.search(r"finished-\d+-trajectory\.gsd: is missing, or was changed", refused.stderr)
    nowhere = command(fresh, "softness", "adopt", str(tmp_path))
    assert "has no simulations" in nowhere.stderr


def test_another_version_of_the_engine_stops_before_the_first_job(study):
    store = Store(study / "results/simulations")
    for folder in store.folders():
        older = replace(read_identity(folder), version="an older one")
        folder = folder.rename(store.folder(older))
        (folder / IDENTITY).write_text(canonical_json(older.as_dict()))
    configure(study, lambda config: production(config, 90))
    for arguments in (("softness", "check", SMOKE), ("softness", "run", SMOKE)):
        done = command(study, *arguments)
        assert done.returncode == 1
        assert "made with lammps an older one, but" in done.stderr
        assert "engine.accepted_versions: ['an older one']" in done.stderr
        assert " done: " not in done.stderr

    def accepted(config):
        production(config, 60)
        config["engine"]["accepted_versions"] = ["an older one"]

    configure(study, accepted)
    assert command(study, "softness", "check", SMOKE).returncode == 0
    assert simulate(study) == {}


@pytest.mark.parametrize("kind", ["thermal", "equilibrate"])
def test_a_stage_typed_by_hand_refuses_changed_physics(study, kind):
    path = study / f"src/softness/simulate/{kind}.py"
    path.write_text(path.read_text() + "\nCHANGED = 1\n")
    settings = canonical_json(getattr(Study(configuration.load(study / SMOKE)), kind)("0.7", 0))
    files = {"state": "state.h5", "history": "history.h5"}
    if kind == "thermal":
        files = {"state": "state.h5", "trajectory": "a.gsd", "bursts": "b.gsd"}
    line = [sys.executable, "-m", f"softness.stages.{kind}", "--settings", settings]
    line += [f"--{option}={name}" for option, name in files.items()]
    done = subprocess.run(
        line,
        cwd=study,
        env=environment(study),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"simulate/{kind}.py" in done.stderr
    assert "physics confirm" in done.stderr
    assert not (study / "state.h5").exists()


def test_results_survive_where_the_kept_simulations_are_removed(study):
    shutil.rmtree(study / "results/simulations")
    done = command(study, "snakemake", "-n", "--configfile", SMOKE, "--cores", "1")
    assert "Nothing to be done" in done.stdout + done.stderr
