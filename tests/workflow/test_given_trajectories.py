"""Trajectories of the smoke study, given in other formats, lead to the softness of that study."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest
import yaml
from workflow_commands import SMOKE, command, copy_project

from softness.files import tables
from softness.files.records.learned import Classifier, LearnedValues
from softness.files.trajectory import Trajectory

CONFIG, RESULTS = "config/given.yaml", "results/given"
# The coldest as they are, which train softness, and text of nine digits for others.
FORMATS = {"0.7": "gsd", "0.75": "xyz", "0.8": "xyz.gz", "0.9": "frames", "1": "gsd", "2": "gsd"}


def as_xyz(trajectory: Trajectory, numbers) -> str:
    """Extended XYZ with wrapped positions and unwrapped ones beside them."""
    edge, text = trajectory.box_length, ""
    names = np.array(["A", "B"])[trajectory.types]
    for number in numbers:
        positions = trajectory.positions(number)
        wrapped = positions - edge * np.floor(positions / edge)
        text += f'{len(names)}\nLattice="{edge} 0 0 0 {edge} 0 0 0 {edge}" '
        text += f"Properties=species:S:1:pos:R:3:unwrapped:R:3 Time={number}\n"
        rows = np.concatenate([wrapped, positions], axis=1)
        for name, row in zip(names, rows, strict=True):
            text += f"{name} {' '.join(f'{x:.9g}' for x in row)}\n"
    return text


def write(own, folder, name, kind) -> str:
    """A trajectory in another format; returns the name or pattern of its files."""
    if kind == "gsd":
        (folder / f"{name}.gsd").write_bytes(own.read_bytes())
        return f"data/{name}.gsd"
    with Trajectory(own) as trajectory:
        everything = range(trajectory.frames)
        if kind == "frames":
            (folder / name).mkdir()
            for number in everything:
                (folder / name / f"{number}.xyz").write_text(as_xyz(trajectory, [number]))
            return f"data/{name}/*.xyz"
        packed = gzip.compress if kind.endswith("gz") else bytes
        text = as_xyz(trajectory, everything).encode()
        (folder / f"{name}.{kind}").write_bytes(packed(text))
        return f"data/{name}.{kind}"


@pytest.fixture(scope="module")
def project(smoke, tmp_path_factory):
    """A project whose trajectories are given."""
    folder = copy_project(tmp_path_factory.mktemp("given") / "project")
    config = yaml.safe_load((folder / SMOKE).read_text())
    files = []
    (folder / "data").mkdir()
    for name, kind in FORMATS.items():
        for replica in (0, 1):
            own = smoke / f"results/smoke/thermal/T{name}/replica{replica}/trajectory.gsd"
            path = write(own, folder / "data", f"T{name}.{replica}", kind)
            files.append({"path": path, "temperature": float(name), "replica": replica})
    config["study"] = "given"
    config["trajectories"] = {"species": ["A", "B"], "time_step": 0.005, "files": files}
    config["roles"]["fluidity"] = [2.0]
    (folder / CONFIG).write_text(yaml.safe_dump(config))
    return folder


def test_given_trajectories_lead_to_the_softness_of_the_study_that_made_them(project, smoke):
    checked = command(project, "softness", "check", CONFIG)
    assert checked.returncode == 0, checked.stderr
    assert "6 temperatures, 2 replicas, 440 frames of given trajectories" in checked.stdout
    done = command(project, "softness", "run", CONFIG)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr

    def both(name):
        return project / RESULTS / name, smoke / "results/smoke" / name

    given, own = (tables.read(path, Classifier) for path in both("classifiers/softness.h5"))
    np.testing.assert_array_equal(given.weights, own.weights)
    for temperature, tolerance in (("0.7", 0), ("0.75", 1e-4), ("0.8", 1e-4)):
        paths = both(f"learned_values/T{temperature}/replica1.h5")
        values = [softness_of(path) for path in paths]
        np.testing.assert_allclose(*values, rtol=0, atol=tolerance)

    claims = pd.read_csv(project / RESULTS / "claims.csv", dtype={"figure": str})
    assert set(claims.figure) <= {"1.1", "1.2", "1.3", "1.4", "1.6"} | {
        *("2.1", "2.2", "2.C", "2.3", "2.4", "2.5", "T2.1", "5.3")
    }
    of_liquid = claims[claims.of_liquid]
    assert len(of_liquid) >= 8
    assert set(of_liquid.verdict) == {"not tested"}
    assert not set(claims[~claims.of_liquid].verdict) <= {"not tested"}
    page = (project / RESULTS / "report.html").read_text()
    assert "Left out is what needs runs of its own" in page
    assert "Chapter 4 (Figure 4.1, Figure 4.2" in page
    planned = command(project, "softness", "plan", CONFIG, "--json")
    assert planned.returncode == 0, planned.stderr
    assert json.loads(planned.stdout)["events"] == []


def softness_of(path) -> np.ndarray:
    """Softness of the population of a run."""
    values = tables.read(path, LearnedValues)
    return values.population[:, list(values.names).index(b"softness")]
