"""Models of propensity, and published runs in place of our own: planted answers, faults named."""

import json
from dataclasses import replace

import numpy as np
import pytest
from liquid_settings import liquid_settings

from softness.dynamics.counted import DISPLACEMENT_UNIT
from softness.errors import InputError
from softness.files import tables
from softness.files.features import reading_features, writing_features
from softness.files.provenance import Provenance
from softness.files.records.inherent import InherentPropensity
from softness.files.records.propensity import PropensityScores
from softness.liquid import kob_andersen
from softness.stages import propensity_scores, published_propensity

MADE_BY = Provenance("test", {})
TIMES = (1.0, 5.0)
PARTICLES, COLUMNS, RUNS = 120, 4, 8
SETTINGS = {
    "seed": 1,
    "places": [[0, 3], [0, 8], [1, 3], [1, 8]],
    "training_time": 5.0,
    "grid": {"C": [0.1], "epsilon": [0.1]},
}
INHERENT_WEIGHTS = np.array([1.0, 0.0, 0.0, 0.0])
# Thermal propensity knows half of it.
THERMAL_WEIGHTS = np.array([0.7, 0.7, 0.0, 0.0])


def features_of(number):
    return np.random.default_rng(number).normal(size=(PARTICLES, COLUMNS)).astype(np.float32)


def propensity(number, runs=range(RUNS), states=("inherent", "thermal")):
    """Displacements that follow from features, the more the later, with noise of each run."""
    generator = np.random.default_rng([number, 1])
    weights = {"inherent": INHERENT_WEIGHTS, "thermal": THERMAL_WEIGHTS}
    sums = np.zeros((len(states), 2, len(TIMES), PARTICLES), np.int64)
    for run in range(RUNS):
        noise = generator.normal(scale=0.1, size=(len(TIMES), PARTICLES))
        for place, state in enumerate(states):
            grown = 0.05 * np.arange(1, len(TIMES) + 1)[:, None]
            moved = 1 + grown * (features_of(number) @ weights[state] + noise)
            if run in runs:
                sums[place, run % 2] += np.rint(moved / DISPLACEMENT_UNIT).astype(np.int64)
    return InherentPropensity(
        temperature=np.array(0.56),
        snapshot=np.array(number),
        runs=np.array(runs),
        particle=np.arange(PARTICLES),
        time=np.array(TIMES),
        unit=np.array(DISPLACEMENT_UNIT),
        states=np.array(states, dtype="S"),
        displacement=sums,
        square=sums,
        force_tolerance=np.array(1e-3),
        largest_force=np.zeros(len(TIMES)),
        unconverged=np.array([0, 2]),
    )


def write_features(path, replica, frames, numbers):
    """A table of the features of some snapshots of one replica."""
    rows = np.repeat(frames, PARTICLES), np.tile(np.arange(PARTICLES), len(frames))
    roles = {"snapshot": np.ones(len(rows[0]), dtype=bool)}
    names = [f"radial_A_{column}" for column in range(COLUMNS)]
    with writing_features(path, *rows, roles, names, 0.56, replica, MADE_BY) as writer:
        for number in numbers:
            writer.append(features_of(number))
    return path


@pytest.fixture
def own(tmp_path):
    """Arguments of the stage: blocks of runs of two snapshots of two replicas, and features."""
    blocks = []
    for number in range(4):
        for block, runs in enumerate((range(4, RUNS), range(4))):
            blocks.append(tmp_path / f"snapshot{number}_block{block}.h5")
            tables.write(blocks[-1], propensity(number, runs), MADE_BY)
    features = [
        write_features(tmp_path / f"replica{n}.h5", n, [3, 8], [2 * n, 2 * n + 1]) for n in (0, 1)
    ]
    return ["--runs", *map(str, blocks), "--features", *map(str, features)]


def scores(folder, arguments, **changes):
    settings = ["--settings", json.dumps(SETTINGS | changes), "--output", str(folder / "scores.h5")]
    options = propensity_scores.arguments().parse_args([*settings, *arguments])
    propensity_scores.main(options)
    return tables.read(folder / "scores.h5", PropensityScores)


def test_a_model_of_inherent_states_beats_one_of_thermal_propensity_where_planted(own, tmp_path):
    found = scores(tmp_path, own)
    assert found.replica.tolist() == [0, 0, 1, 1]
    assert found.time.tolist() == list(TIMES)
    assert str(found.state.astype(str)) == "inherent"
    assert not found.published
    assert int(found.runs) == RUNS
    assert (found.directly_trained > 0.97).all()
    # The cosine of the planted weights.
    np.testing.assert_allclose(found.thermal_trained, np.sqrt(0.5), atol=0.15)
    assert (found.thermal_on_thermal > 0.97).all()
    assert (found.half_correlation > 0.97).all()
    # Two blocks of four snapshots each, with two such quenches at the later time.
    np.testing.assert_allclose(found.unconverged, [0, 2 * 8 / (RUNS * 4)])


def test_no_model_sees_the_replica_that_it_judges(own, tmp_path):
    """Where replicas say the opposite of each other, models are wrong on both."""
    for number in (2, 3):
        for block, runs in enumerate((range(4, RUNS), range(4))):
            sums = propensity(number, runs)
            # Two runs of each half, and displacements about 1.
            opposite = 4 * round(1 / DISPLACEMENT_UNIT) - sums.displacement
            path = tmp_path / f"snapshot{number}_block{block}.h5"
            tables.write(path, replace(sums, displacement=opposite), MADE_BY)
    found = scores(tmp_path, own)
    assert (found.directly_trained < -0.97).all()
    assert (found.half_correlation > 0.97).all()


def test_of_one_replica_snapshots_are_left_out(tmp_path):
    blocks = [tmp_path / f"snapshot{number}.h5" for number in range(3)]
    for number, path in enumerate(blocks):
        tables.write(path, propensity(number), MADE_BY)
    features = write_features(tmp_path / "features.h5", 0, [1, 2, 3], range(3))
    arguments = ["--runs", *map(str, blocks), "--features", str(features)]
    found = scores(tmp_path, arguments, places=[[0, 1], [0, 2], [0, 3]])
    assert found.replica.tolist() == [0, 0, 0]
    assert (found.directly_trained > 0.97).all()


@pytest.mark.parametrize("state", ["inherent", "thermal"])
def test_published_snapshots_take_the_place_of_our_own(own, tmp_path, state):
    sums = [tmp_path / f"published{number}.h5" for number in range(3)]
    features = [tmp_path / f"published_features{number}.h5" for number in range(3)]
    for number in range(3):
        given = replace(propensity(number + 10, states=[state]), snapshot=np.array(number))
        tables.write(sums[number], given, MADE_BY)
        write_features(features[number], number, [0], [number + 10])
    arguments = ["--published", *map(str, sums), "--published-features", *map(str, features)]
    found = scores(tmp_path, [*own, *arguments])
    assert found.published
    assert str(found.state.astype(str)) == state
    assert found.replica.tolist() == [0, 1, 2]
    assert (found.directly_trained > 0.97).all()
    if state == "thermal":
        assert (found.thermal_trained > 0.97).all()
        np.testing.assert_array_equal(found.thermal_trained, found.thermal_on_thermal)
    else:
        np.testing.assert_allclose(found.thermal_trained, np.sqrt(0.5), atol=0.15)
        assert np.isnan(found.thermal_on_thermal).all()


def test_snapshots_of_different_runs_are_told(own, tmp_path):
    (tmp_path / "snapshot3_block1.h5").unlink()
    arguments = [each for each in own if not each.endswith("snapshot3_block1.h5")]
    with pytest.raises(InputError, match=r"snapshot 3: 4 runs .*snapshot 0: 8 at.*run again"):
        scores(tmp_path, arguments)


# -- files of a published data set ----------------------------------------------------------------

LIQUID = kob_andersen(250)
LENGTH = LIQUID.box_length
READING = {
    "temperature": 0.56,
    "snapshot": 1,
    "times": [1.0, 5.0],
    "state": "thermal",
    "liquid": liquid_settings(2048),
    "features": {
        "radial": {"first": 0.5, "last": 1.5, "step": 0.5, "width": 0.2},
        "angular": {"first": 1.0, "last": 1.0, "step": 0.5, "degrees": [2, 4]},
    },
}


@pytest.fixture
def published():
    """Arrays of the files at two times; positions are wrapped, species in any order."""
    generator = np.random.default_rng(5)
    types = generator.permutation(LIQUID.types)
    initial = generator.uniform(-LENGTH / 2, LENGTH / 2, size=(250, 3))
    moved = [generator.normal(scale=scale, size=(3, 250, 3)) for scale in (0.1, 0.3)]
    files = [
        {
            "types": types,
            "initial_positions": initial.astype(np.float32),
            "positions": ((initial + each + LENGTH / 2) % LENGTH - LENGTH / 2).astype(np.float32),
        }
        for each in moved
    ]
    return files, moved


def read(folder, files, **changes):
    paths = [folder / f"time{number}.npz" for number in range(len(files))]
    for path, arrays in zip(paths, files, strict=True):
        np.savez(path, **arrays)
    line = ["--settings", json.dumps(READING | changes), "--files", *map(str, paths)]
    line += ["--features", str(folder / "features.h5"), "--output", str(folder / "sums.h5")]
    published_propensity.main(published_propensity.arguments().parse_args(line))
    return tables.read(folder / "sums.h5", InherentPropensity)


def test_published_runs_are_added_up_like_our_own(published, tmp_path):
    files, moved = published
    found = read(tmp_path, files)
    particle = np.flatnonzero(files[0]["types"] == 0)
    assert found.particle.tolist() == particle.tolist()
    assert found.states.tolist() == [b"thermal"]
    assert found.runs.tolist() == [0, 1, 2]
    free = [each - each.mean(axis=1, keepdims=True) for each in moved]
    sizes = np.array([np.linalg.norm(each[:, particle], axis=2) for each in free])
    np.testing.assert_allclose(found.propensity("thermal"), sizes.mean(axis=1), atol=1e-5)
    np.testing.assert_allclose(found.mean("thermal")[1], sizes[:, 1], atol=1e-5)
    with reading_features(tmp_path / "features.h5") as table:
        assert (table.replica, table.frames.max(), len(table)) == (1, 0, len(particle))
        assert table.particles.tolist() == particle.tolist()
        assert len(table.columns) == 8


def test_published_files_that_do_not_fit_are_named(published, tmp_path):
    files, _ = published

    def refused(match, **changes):
        with pytest.raises(InputError, match=match):
            read(tmp_path, [files[0], files[1] | changes])

    refused(
        r"time1\.npz: its initial positions differ by", initial_positions=files[1]["positions"][0]
    )
    refused(r"time1\.npz: types .* do not fit", positions=files[1]["positions"][:, :-1])
    refused(r"time1\.npz: types .* two runs or more", positions=files[1]["positions"][:1])
    refused(r"time1\.npz: 2 runs of 250 particles.*: 3 of 250", positions=files[1]["positions"][:2])
    refused(
        r"time1\.npz: species in another|time1\.npz: .*species in", types=files[1]["types"][::-1]
    )
    refused(r"\[250, 0\] of 250 .*expected \[200, 50\].*another liquid", types=np.zeros(250))
    refused(r"other than 0 and 1 of 250", types=np.full(250, 2))
    refused(r"positions are not finite", positions=files[1]["positions"] * np.nan)
    with pytest.raises(InputError, match=r"time0\.npz: lacks positions: give an \.npz"):
        read(tmp_path, [{key: files[0][key] for key in ("types", "initial_positions")}])
    path = tmp_path / "time0.npz"
    path.write_bytes(b"no archive")
    options = published_propensity.arguments().parse_args(
        [
            "--settings",
            json.dumps(READING),
            "--files",
            str(path),
            "--features",
            "f",
            "--output",
            "o",
        ]
    )
    with pytest.raises(InputError, match=r"time0\.npz: is no \.npz of arrays"):
        published_propensity.main(options)
    path.unlink()
    with pytest.raises(InputError, match=r"time0\.npz: no such file: correct inherent\.published"):
        published_propensity.main(options)
