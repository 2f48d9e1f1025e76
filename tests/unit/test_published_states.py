"""Published snapshots: files of several, their inherent states, features of both."""

import json

import numpy as np
import pytest
from kills import killed_after
from liquid_settings import liquid_settings
from small_melts import hot

from softness import engines
from softness.dynamics.counted import DISPLACEMENT_UNIT
from softness.engines.batch import BatchOfOne
from softness.errors import InputError
from softness.files import tables
from softness.files.features import reading_features
from softness.files.provenance import Provenance
from softness.files.published import PublishedMeans, read_published
from softness.files.records.inherent import InherentPropensity
from softness.files.records.regressed import Neighbourhood
from softness.files.states import States
from softness.liquid import kob_andersen
from softness.simulate.quench import quench
from softness.stages import (
    propensity_scores,
    published_features,
    published_propensity,
    published_state,
)
from softness.structure.feature_set import FeatureSet, frame_features

# The box of the file is 0.1 % longer than that of the liquid.
PARTICLES, SCALE = 300, 1.001
LIQUID = kob_andersen(PARTICLES)
OWN_LIQUID = kob_andersen(PARTICLES, density=1.2 / SCALE**3)
LENGTH = OWN_LIQUID.box_length
FEATURES = {
    "radial": {"first": 0.5, "last": 1.5, "step": 0.5, "width": 0.2},
    "angular": {"first": 1.0, "last": 1.0, "step": 0.5, "degrees": [2, 4]},
}
SETTINGS = {
    "temperature": 0.44,
    "snapshot": 2,
    "row": 2,
    "times": [5.0],
    "state": "thermal",
    "liquid": liquid_settings(2048),
    "features": FEATURES,
    "orders": [0, 1],
}
SIMULATED = {
    "engine": {"name": "lammps", "time_step": 0.005, "coupling_time": 0.5},
    "liquid": liquid_settings(2048),
    "seed": 1,
    "temperature": 0.44,
    "replica": 2,
    "row": 2,
    "force_tolerance": 1e-3,
}


@pytest.fixture(scope="module")
def arrays():
    """Three snapshots of a supercooled liquid, species in any order."""
    engine = hot(OWN_LIQUID, 1.5)
    engine.ramp(1.5, 0.6, 3000)
    found = []
    for _ in range(3):
        engine.run(100)
        found.append(engine.positions())
    generator = np.random.default_rng(4)
    order = generator.permutation(PARTICLES)
    return {
        "types": OWN_LIQUID.types[order],
        "positions": np.array(found)[:, order].astype(np.float32),
        "propensity": generator.uniform(0.1, 1.0, size=(3, PARTICLES)).astype(np.float32),
        "box_length": np.float64(LENGTH),
    }


@pytest.fixture
def file(arrays, tmp_path):
    np.savez(tmp_path / "several.npz", **arrays)
    return tmp_path / "several.npz"


# -- files ----------------------------------------------------------------------------------------


def test_a_snapshot_is_read_from_a_file_of_several(arrays, file):
    found = read_published(file, LIQUID, 1)
    assert isinstance(found, PublishedMeans)
    assert found.box_length == LENGTH
    np.testing.assert_array_equal(found.types, arrays["types"])
    np.testing.assert_array_equal(found.initial_positions, arrays["positions"][1])
    np.testing.assert_array_equal(found.propensity, arrays["propensity"][1])


def test_files_of_several_snapshots_that_do_not_fit_are_named(arrays, tmp_path):
    def refused(match, row=1, without=(), **changes):
        path = tmp_path / "several.npz"
        given = {name: each for name, each in (arrays | changes).items() if name not in without}
        np.savez(path, **given)
        with pytest.raises(InputError, match=rf"several\.npz: .*{match}"):
            read_published(path, LIQUID, row)

    refused(r"holds 3 snapshots: set inherent\.published\.snapshots", row=3)
    refused(r"holds 3 snapshots", row=None)
    refused(r"lacks types: give an \.npz with types, positions, propensity", without=["types"])
    refused(r"propensity \(3, 299\) do not fit", propensity=arrays["propensity"][:, 1:])
    refused(r"propensity \(2, 300\) do not fit", propensity=arrays["propensity"][1:])
    refused(r"positions \(300, 3\) .* do not fit", positions=arrays["positions"][0])
    refused(r"propensity of snapshot 1 is negative", propensity=-arrays["propensity"])
    refused(r"propensity of snapshot 1 is .*not finite", propensity=arrays["propensity"] * np.nan)
    refused(r"positions are not finite", positions=arrays["positions"] * np.nan)
    refused(r"\[300, 0\] of 300 .*another liquid", types=np.zeros(300))
    refused(r"box_length is .* density of", box_length=1.01 * LENGTH)
    refused(r"initial positions leave", positions=arrays["positions"] / 20)
    # Another snapshot is not looked at.
    one_bad = arrays["propensity"].copy()
    one_bad[0] = np.nan
    np.savez(tmp_path / "several.npz", **arrays | {"propensity": one_bad})
    read_published(tmp_path / "several.npz", LIQUID, 1)


def run(stage, *arguments, settings=SETTINGS):
    line = ["--settings", json.dumps(settings), *map(str, arguments)]
    stage.main(stage.arguments().parse_args(line))


def test_a_published_mean_is_a_single_run_with_unknown_halves(arrays, file, tmp_path):
    outputs = "--features", tmp_path / "features.h5", "--output", tmp_path / "sums.h5"
    run(published_propensity, "--files", file, *outputs)
    found = tables.read(tmp_path / "sums.h5", InherentPropensity)
    particle = np.flatnonzero(arrays["types"] == 0)
    assert found.runs.tolist() == [0]
    assert found.particle.tolist() == particle.tolist()
    expected = arrays["propensity"][2, particle]
    np.testing.assert_allclose(found.propensity("thermal")[0], expected, atol=DISPLACEMENT_UNIT)
    with reading_features(tmp_path / "features.h5") as table:
        assert (table.replica, len(table.columns)) == (2, 8)


def test_a_file_of_means_and_one_of_runs_are_not_of_the_same_runs(arrays, file, tmp_path):
    initial = arrays["positions"][2].astype(float)
    moved = np.stack([initial, initial + 0.1])
    runs = {"initial_positions": initial, "positions": moved}
    np.savez(tmp_path / "runs.npz", types=arrays["types"], box=LENGTH, **runs)
    files = "--files", file, tmp_path / "runs.npz"
    outputs = "--features", tmp_path / "features.h5", "--output", tmp_path / "sums.h5"
    with pytest.raises(InputError, match=r"runs\.npz: 2 runs of 300 .*several\.npz: 1 of 300"):
        run(published_propensity, *files, *outputs, settings=SETTINGS | {"times": [5.0, 9.0]})


def test_scores_of_published_means_have_no_ceiling(file, tmp_path):
    sums, features = [], []
    for snapshot in range(3):
        own = SETTINGS | {"snapshot": snapshot, "row": snapshot}
        sums.append(tmp_path / f"sums{snapshot}.h5")
        features.append(tmp_path / f"features{snapshot}.h5")
        outputs = "--features", features[-1], "--output", sums[-1]
        run(published_propensity, "--files", file, *outputs, settings=own)
    settings = {"seed": 1, "places": [], "training_time": 5.0, "model": "ridge", "grid": {}}
    given = "--published", *sums, "--published-features", *features
    run(propensity_scores, *given, "--output", tmp_path / "scores.h5", settings=settings)
    found = tables.read(tmp_path / "scores.h5", propensity_scores.PropensityScores)
    assert np.isnan(found.half_correlation).all()
    assert np.isfinite(found.directly_trained).all()


# -- states ---------------------------------------------------------------------------------------


def minimise(file, folder, name="state.gsd", **changes):
    path = folder / name
    places = "--simulations", folder / "kept", "--output", path
    run(published_state, "--file", file, *places, settings=SIMULATED | changes)
    return path


def test_the_state_of_a_published_snapshot_is_its_quench_in_its_own_box(arrays, file, tmp_path):
    with States(minimise(file, tmp_path)) as states:
        assert (states.frames, states.box_length) == (1, pytest.approx(LENGTH, abs=1e-12))
        np.testing.assert_array_equal(states.types, arrays["types"])
        found = states.at(0.0)
        assert json.loads(states.provenance)["stage"] == "quench"
    order = np.argsort(arrays["types"], kind="stable")
    batch = BatchOfOne(engines.create("lammps", OWN_LIQUID))
    (expected,) = quench(batch, [arrays["positions"][2].astype(np.float64)[order]], 1e-3)
    assert expected.converged
    # GSD keeps single precision.
    np.testing.assert_allclose(found[order], expected.positions, atol=2e-6)
    assert np.abs(found - arrays["positions"][2]).max() > 0.05


def test_a_state_that_is_kept_is_not_made_again(file, tmp_path, monkeypatch):
    first = minimise(file, tmp_path).read_bytes()
    killed_after(monkeypatch, published_state, "quench", 0)
    assert minimise(file, tmp_path, "again.gsd").read_bytes() == first


def test_what_is_kept_belongs_to_the_positions_and_to_the_tolerance(arrays, file, tmp_path):
    first = minimise(file, tmp_path).read_bytes()
    assert minimise(file, tmp_path, force_tolerance=1e-2).read_bytes() != first
    np.savez(file, **arrays | {"positions": arrays["positions"][::-1]})
    with States(minimise(file, tmp_path)) as states:
        moved = states.at(0.0) - arrays["positions"][0]
    assert np.linalg.norm(moved, axis=1).mean() < 0.4


def test_a_minimisation_that_does_not_converge_says_so(file, tmp_path, capsys):
    minimise(file, tmp_path, force_tolerance=1e-30)
    assert "ended above the force tolerance 1e-30" in capsys.readouterr().err


# -- features -------------------------------------------------------------------------------------


@pytest.fixture
def neighbourhood(tmp_path):
    record = Neighbourhood(temperature=np.array(0.44), distance=np.array(1.6))
    tables.write(tmp_path / "neighbourhood.h5", record, Provenance("test", {}))
    return tmp_path / "neighbourhood.h5"


def features_of(file, neighbourhood, *arguments):
    path = neighbourhood.with_name("features.h5")
    given = "--file", file, "--neighbourhood", neighbourhood, *arguments, "--output", path
    run(published_features, *given)
    with reading_features(path) as table:
        assert (table.replica, set(table.frames.tolist())) == (2, {0})
        return table.features()


def test_features_are_of_the_snapshot_or_of_its_state(arrays, file, neighbourhood, tmp_path):
    kinds = arrays["types"]
    families = FeatureSet(radii=(0.5, 1.0, 1.5), shells=(1.0,), degrees=(2, 4))
    chosen = FeatureSet.of(families.families, (0, 1), 1.6)
    particle = np.flatnonzero(kinds == 0)
    thermal = arrays["positions"][2].astype(np.float64)
    state = minimise(file, tmp_path)
    with States(state) as states:
        inherent = states.at(0.0)
    for positions, arguments in ((thermal, ()), (inherent, ("--states", state))):
        expected = frame_features(positions, kinds, LENGTH, chosen, particle)
        found = features_of(file, neighbourhood, *arguments)
        assert found.shape == (len(particle), 16)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_the_state_of_another_snapshot_is_refused(arrays, file, neighbourhood, tmp_path):
    state = minimise(file, tmp_path)
    np.savez(file, **arrays | {"types": arrays["types"][::-1]})
    with pytest.raises(InputError, match=r"state\.gsd: is of another snapshot"):
        features_of(file, neighbourhood, "--states", state)
