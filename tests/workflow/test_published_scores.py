"""Published files are scored by the workflow without a simulation of our own."""

import numpy as np
import pytest
import yaml
from workflow_commands import SMOKE, command, copy_project

from softness.files import tables
from softness.files.records.propensity import PropensityScores
from softness.files.records.states import StateScores
from softness.liquid import kob_andersen

LIQUID = kob_andersen(500)
LENGTH = 0.9995 * LIQUID.box_length
SNAPSHOTS, TIMES, RUNS = 3, (0.5, 2.0), 4
TARGET = "results/smoke/published_scores.h5"


def arrays(number, time):
    """Runs that move the further the longer, and the further the larger x is; with their box."""
    generator = np.random.default_rng(number)
    places = generator.uniform(0, LENGTH, size=(500, 3))
    size = 0.1 * time * (1 + places[:, :1] / LENGTH)
    moved = size * np.random.default_rng([number, int(10 * time)]).normal(size=(RUNS, 500, 3))
    return {
        "types": LIQUID.types,
        "initial_positions": places,
        "positions": (places + moved) % LENGTH,
        "box": np.full(3, LENGTH),
    }


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A copy of the project with published files in its smoke configuration."""
    folder = copy_project(tmp_path_factory.mktemp("published"))
    entries = []
    for time in TIMES:
        files = [f"snapshot{number}_{time:g}.npz" for number in range(SNAPSHOTS)]
        for number, name in enumerate(files):
            np.savez(folder / name, **arrays(number, time))
        entries.append({"time": time, "files": files})
    config = yaml.safe_load((folder / SMOKE).read_text())
    config["inherent"] |= {"published": entries, "model": "ridge"}
    (folder / SMOKE).write_text(yaml.safe_dump(config))
    return folder


def test_scores_of_published_files_need_no_simulation(published):
    call = ("snakemake", "--configfile", SMOKE, "--cores", "2", TARGET)
    planned = command(published, *call, "-n", "--quiet", "rules")
    assert planned.returncode == 0, planned.stderr
    done = command(published, *call)
    assert done.returncode == 0, done.stderr
    made = {path.parts[-2] for path in (published / "results/smoke").rglob("*.h5")}
    assert made == {"smoke", "published_propensity", "published"}
    found = tables.read(published / TARGET, PropensityScores)
    assert found.published
    assert str(found.model.astype(str)) == "ridge"
    assert found.time.tolist() == list(TIMES)
    assert found.directly_trained.shape == (SNAPSHOTS, len(TIMES))
    assert np.isfinite(found.directly_trained).all()
    assert np.isnan(found.thermal_trained).all()


def test_states_of_published_snapshots_need_no_simulation_of_our_own(published):
    config = yaml.safe_load((published / SMOKE).read_text())
    # Random positions have no inherent state.
    config["states"]["scored"] = ["thermal", "cage"]
    (published / SMOKE).write_text(yaml.safe_dump(config))
    target = "results/smoke/state_scores_published.h5"
    done = command(published, "snakemake", "--configfile", SMOKE, "--cores", "2", target)
    assert done.returncode == 0, done.stderr
    assert not (published / "results/smoke/thermal").exists()
    found = tables.read(published / target, StateScores)
    assert found.published
    assert (found.states.tolist(), found.targets.tolist()) == ([b"thermal"], [b"thermal"])
    assert found.order.tolist() == [0, 2]
    assert found.pearson.shape == (1, 1, 2, SNAPSHOTS, len(TIMES))
    assert np.isfinite(found.pearson).all()
    assert np.isfinite(found.half_correlation).all()


def test_without_published_files_the_target_names_the_setting(published, tmp_path):
    folder = copy_project(tmp_path)
    done = command(folder, "snakemake", "--configfile", SMOKE, "--cores", "1", TARGET)
    assert done.returncode != 0
    log = (folder / "results/smoke/logs/published_scores.log").read_text()
    assert "name files in inherent.published" in log
