"""Models of propensity, and published runs in place of our own: planted answers, faults named."""

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
from inherent_sums import inherent_sums
from liquid_settings import liquid_settings

from softness.dynamics.counted import DISPLACEMENT_UNIT
from softness.errors import InputError
from softness.files import tables
from softness.files.features import reading_features, writing_features
from softness.files.provenance import Provenance
from softness.files.published import read_published
from softness.files.records.inherent import InherentPropensity
from softness.files.records.propensity import PropensityScores
from softness.liquid import kob_andersen
from softness.stages import propensity_scores, published_propensity
from softness.stages.shared import propensities
from softness.stages.shared.structure import feature_set
from softness.structure.feature_set import frame_features

MADE_BY = Provenance("test", {})
TIMES = (1.0, 5.0)
PARTICLES, COLUMNS, RUNS = 120, 4, 8
SETTINGS = {
    "seed": 1,
    "places": [[0, 3], [0, 8], [1, 3], [1, 8]],
    "training_time": 5.0,
    "model": "svr",
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
    return inherent_sums(number, runs, states, TIMES, sums, [0, 2])


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


def published_snapshots(folder, state, number=3):
    """Arguments of the stage: published snapshots in files."""
    sums = [folder / f"published{n}.h5" for n in range(number)]
    features = [folder / f"published_features{n}.h5" for n in range(number)]
    for n in range(number):
        given = replace(propensity(n + 10, states=[state]), snapshot=np.array(n))
        tables.write(sums[n], given, MADE_BY)
        write_features(features[n], n, [0], [n + 10])
    return ["--published", *map(str, sums), "--published-features", *map(str, features)]


@pytest.mark.parametrize("state", ["inherent", "thermal"])
def test_published_snapshots_take_the_place_of_our_own(own, tmp_path, state):
    found = scores(tmp_path, [*own, *published_snapshots(tmp_path, state)])
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


@pytest.mark.parametrize("state", ["inherent", "thermal"])
def test_published_snapshots_are_scored_without_runs_of_our_own(own, tmp_path, state):
    published = published_snapshots(tmp_path, state)
    alone = scores(tmp_path, published, places=[])
    assert alone.published
    assert np.isnan(alone.thermal_trained).all()
    assert np.isnan(alone.thermal_on_thermal).all()
    # The same models as beside runs of our own.
    beside = scores(tmp_path, [*own, *published])
    np.testing.assert_array_equal(alone.directly_trained, beside.directly_trained)
    np.testing.assert_array_equal(alone.half_correlation, beside.half_correlation)


def test_with_nothing_to_score_the_setting_is_named(tmp_path):
    with pytest.raises(
        InputError, match=r"--runs and --published are absent: .*inherent\.published"
    ):
        scores(tmp_path, ["--published", "--published-features"])


def test_the_model_of_our_own_runs_is_trained_once_for_all_published_files(
    own, tmp_path, monkeypatch
):
    trained, fit_chosen = [], propensities.fit_chosen

    def counted(name, candidates, particles, generator):
        trained.append(len(particles.features))
        return fit_chosen(name, candidates, particles, generator)

    monkeypatch.setattr(propensities, "fit_chosen", counted)
    scores(tmp_path, [*own, *published_snapshots(tmp_path, "inherent")])
    # Once with all four of our own; without each of three published ones, at each time.
    assert sorted(trained) == [2 * PARTICLES] * 3 * len(TIMES) + [4 * PARTICLES]


def test_ridge_takes_the_place_of_svr_and_finds_what_is_planted(own, tmp_path, monkeypatch):
    names, fit_chosen = set(), propensities.fit_chosen

    def noted(name, candidates, particles, generator):
        names.add((name, *(dict(each.parameters)["alpha"] for each in candidates)))
        return fit_chosen(name, candidates, particles, generator)

    monkeypatch.setattr(propensities, "fit_chosen", noted)
    found = scores(tmp_path, own, model="ridge", grid={"alpha": [1.0, 10.0]})
    assert names == {("ridge", 1.0, 10.0)}
    assert str(found.model.astype(str)) == "ridge"
    assert (found.directly_trained > 0.97).all()
    np.testing.assert_allclose(found.thermal_trained, np.sqrt(0.5), atol=0.15)


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


def boxed(published, factor, **boxes):
    """The same files, stretched with their box, which they hold under the names given."""
    files, moved = published
    length = factor * LENGTH
    stretched = [
        each
        | {
            "initial_positions": each["initial_positions"] * np.float32(factor),
            "positions": (
                (factor * files[0]["initial_positions"] + further + length / 2) % length
                - length / 2
            ).astype(np.float32),
        }
        | {name: shape(length) for name, shape in boxes.items()}
        for each, further in zip(files, moved, strict=True)
    ]
    return stretched, moved


def propensity_of(files, moved):
    """(times, A) mean displacement without drift."""
    particle = np.flatnonzero(files[0]["types"] == 0)
    free = [each - each.mean(axis=1, keepdims=True) for each in moved]
    return np.array([np.linalg.norm(each[:, particle], axis=2).mean(axis=0) for each in free])


@pytest.mark.parametrize(
    "boxes",
    [
        {"box": lambda length: np.float32([length] * 3)},
        {"box": float},
        {"box_length": np.float64},
        {"box": lambda length: np.array([length]), "box_length": float},
    ],
)
def test_the_box_is_that_of_the_file(published, tmp_path, boxes):
    """0.09 % off the edge by density, as the public data: by that edge, crossings are 0.005 off."""
    files, moved = boxed(published, 15.0433 / 15.0566, **boxes)
    found = read(tmp_path, files)
    np.testing.assert_allclose(found.propensity("thermal"), propensity_of(files, moved), atol=2e-5)


def test_features_of_published_snapshots_are_taken_in_the_box_of_the_file(published, tmp_path):
    files, _ = boxed(published, 0.9991, box=float)
    read(tmp_path, files)
    with reading_features(tmp_path / "features.h5") as table:
        features = table.features(np.arange(len(table)))
    kind = files[0]["types"]
    chosen = feature_set(READING)
    given = files[0]["initial_positions"].astype(np.float64), kind.astype(np.int32)
    for length, same in ((0.9991 * LENGTH, True), (LENGTH, False)):
        expected = frame_features(*given, length, chosen, np.flatnonzero(kind == 0))
        assert np.allclose(features, expected, rtol=1e-5, atol=1e-6) == same


def test_a_box_that_contradicts_the_density_is_refused_with_both_values(published, tmp_path):
    for factor in (0.99, 1.003):
        files, _ = boxed(published, factor, box_length=float)
        match = (
            rf"time0\.npz: box_length is {factor * LENGTH:.6g} .*liquid\.density is 1\.2, "
            rf"an edge of {LENGTH:.6g}: correct one"
        )
        with pytest.raises(InputError, match=match):
            read(tmp_path, files)
    for factor in (0.999, 1.001):
        read(tmp_path, boxed(published, factor, box_length=float)[0])


def test_a_box_that_is_no_cube_or_differs_between_times_is_refused(published, tmp_path):
    files, _ = published

    def refused(match, **changes):
        with pytest.raises(InputError, match=match):
            read(tmp_path, [files[0] | {"box": LENGTH}, files[1] | changes])

    refused(r"time1\.npz: box \[.*\] is not cubic", box=LENGTH * np.array([1, 1, 1.001]))
    refused(r"time1\.npz: box \[\[.* is not cubic", box=LENGTH * np.eye(3))
    refused(r"time1\.npz: box nan is not cubic", box=np.nan)
    refused(r"time1\.npz: box -.* is not cubic", box=-LENGTH)
    refused(
        r"time1\.npz: box .*, box_length .* is not cubic", box=LENGTH, box_length=LENGTH * 1.0005
    )
    refused(r"time1\.npz: a box of 5\.93112 .*time0\.npz: of 5\.92816", box=LENGTH * 1.0005)


def test_positions_that_leave_half_of_the_box_bare_are_refused(published, tmp_path):
    """Coordinates from 0 to 1, as some groups store them."""
    files, _ = published
    shrunk = [
        each | {name: each[name] / LENGTH for name in ("initial_positions", "positions")}
        for each in files
    ]
    with pytest.raises(InputError, match=r"time0\.npz: initial positions leave 4\.\d+ of the 5\.9"):
        read(tmp_path, shrunk)


@pytest.mark.parametrize("name", ["types", "positions", "box"])
def test_no_message_suggests_to_open_python_objects(published, tmp_path, name):
    files, _ = published
    with pytest.raises(InputError, match="store numbers by") as raised:
        read(tmp_path, [files[0] | {name: np.array([{"an": "object"}], dtype=object)}])
    assert "allow_pickle" not in str(raised.value)
    path = tmp_path / "time0.npz"
    path.write_bytes(pickle.dumps(files[0]))
    with pytest.raises(InputError, match=r"time0\.npz: is no \.npz of arrays") as raised:
        read_published(path, LIQUID)
    assert "pickle" not in str(raised.value)


def test_real_configurations_are_read_in_their_box(real_data, tmp_path):
    initial, length = real_data["positions"][0], float(real_data["box_length"])
    moved = np.random.default_rng(2).normal(scale=0.2, size=(2, *initial.shape))
    names = ("types", "initial_positions", "positions", "box")
    arrays = real_data["types"], initial, (initial + moved) % length, np.full(3, length)
    np.savez(tmp_path / "real.npz", **dict(zip(names, arrays, strict=True)))
    found = read_published(tmp_path / "real.npz", kob_andersen())
    assert found.box_length == length
    np.testing.assert_allclose(found.moved, moved, atol=1e-5)


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
        r"time1\.npz: 3 runs of 250 .*time0\.npz: 3 of 250, or species in another order",
        types=files[1]["types"][::-1],
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
