"""Scores by states of structure: what is planted is found, by the state that holds it alone."""

import json
from dataclasses import replace

import numpy as np
import pytest
from inherent_sums import inherent_sums

from softness.dynamics.counted import DISPLACEMENT_UNIT
from softness.errors import InputError
from softness.files import tables
from softness.files.features import writing_features
from softness.files.provenance import Provenance
from softness.files.records.states import StateScores
from softness.stages import state_scores

MADE_BY = Provenance("test", {})
PARTICLES, RUNS, TIMES = 400, 8, (1.0, 5.0)
NAMES = [f"{order}radial_A_{n}" for order in ("", "order1_", "order2_") for n in range(3)]
SETTINGS = {
    "seed": 1,
    "places": [[0, 3], [0, 8], [1, 3], [1, 8]],
    "training_time": 5.0,
    "orders": [0, 1, 2],
    "model": "ridge",
    "grid": {"alpha": [1.0, 100.0]},
    "centred": False,
}
SIGNAL, NOISE = 0.05, 0.1
# Of all runs: the variance that structure decides, over that and what is left of the noise.
RELIABILITY = SIGNAL**2 / (SIGNAL**2 + NOISE**2 / RUNS)


def features_of(number, state):
    """Thermal features know nothing; a cage's are those of inherent states, with noise."""
    generator = np.random.default_rng([number, 1])
    inherent, thermal, noise = generator.normal(size=(3, PARTICLES, len(NAMES)))
    return {"inherent": inherent, "thermal": thermal, "cage": inherent + noise}[state]


def propensity(number, runs=range(RUNS), states=("inherent", "thermal"), shift=0.0):
    """Thermal propensity follows from a feature of order 1 of the inherent state, the other not."""
    generator = np.random.default_rng([number, 2])
    structure = features_of(number, "inherent")[:, NAMES.index("order1_radial_A_1")]
    signals = {"thermal": SIGNAL * structure, "inherent": SIGNAL * generator.normal(size=PARTICLES)}
    sums = np.zeros((len(states), 2, len(TIMES), PARTICLES), np.int64)
    for run in range(RUNS):
        noise = NOISE * generator.normal(size=(2, len(TIMES), PARTICLES))
        for place, state in enumerate(states):
            moved = 1 + shift + signals[state] + noise[place]
            if run in runs:
                sums[place, run % 2] += np.rint(moved / DISPLACEMENT_UNIT).astype(np.int64)
    return inherent_sums(number, runs, states, TIMES, sums, np.zeros(len(TIMES), np.int64))


def write_features(path, replica, frames, numbers, state, names=NAMES):
    rows = np.repeat(frames, PARTICLES), np.tile(np.arange(PARTICLES), len(frames))
    roles = {"snapshot": np.ones(len(rows[0]), dtype=bool)}
    with writing_features(path, *rows, roles, names, 0.56, replica, MADE_BY) as writer:
        for number in numbers:
            writer.append(features_of(number, state)[:, : len(names)])
    return str(path)


def of_states(folder, replicas, states=("thermal", "inherent", "cage")):
    """The arguments for features: frames and numbers of the snapshots of each replica."""
    line = []
    for state in states:
        line += ["--features", state]
        for replica, (frames, numbers) in replicas.items():
            path = folder / f"{state}{replica}.h5"
            line.append(write_features(path, replica, frames, numbers, state))
    return line


OWN = {0: ([3, 8], [0, 1]), 1: ([3, 8], [2, 3])}


@pytest.fixture
def own(tmp_path):
    """Arguments of the stage: two blocks of runs of two snapshots of two replicas."""
    blocks = []
    for number in range(4):
        for block, runs in enumerate((range(4, RUNS), range(4))):
            blocks.append(tmp_path / f"snapshot{number}_block{block}.h5")
            tables.write(blocks[-1], propensity(number, runs), MADE_BY)
    return ["--runs", *map(str, blocks), *of_states(tmp_path, OWN)]


def scores(folder, arguments, **changes):
    settings = ["--settings", json.dumps(SETTINGS | changes), "--output", str(folder / "scores.h5")]
    state_scores.main(state_scores.arguments().parse_args([*settings, *arguments]))
    return tables.read(folder / "scores.h5", StateScores)


THERMAL, INHERENT, CAGE = range(3)


def test_the_state_and_the_order_that_hold_the_answer_are_found(own, tmp_path):
    found = scores(tmp_path, own)
    assert found.states.tolist() == [b"thermal", b"inherent", b"cage"]
    assert found.targets.tolist() == [b"thermal", b"inherent"]
    assert (found.order.tolist(), found.features.tolist()) == ([0, 1, 2], [3, 6, 9])
    assert found.replica.tolist() == [0, 0, 1, 1]
    assert found.pearson.shape == (2, 3, 3, 4, 2)
    told, untold = found.pearson[0], found.pearson[1]
    assert (np.abs(told[THERMAL]) < 0.2).all()
    assert (np.abs(told[INHERENT, 0]) < 0.2).all()
    np.testing.assert_allclose(told[INHERENT, 1:], np.sqrt(RELIABILITY), atol=0.08)
    # Half of the variance of a cage's features is noise.
    np.testing.assert_allclose(told[CAGE, 1:], np.sqrt(RELIABILITY / 2), atol=0.12)
    assert (np.abs(untold) < 0.2).all()


def test_a_perfect_model_explains_what_the_halves_of_the_runs_say(own, tmp_path):
    found = scores(tmp_path, own)
    explained, halves = found.explained[0, INHERENT, 1].mean(), found.half_correlation[0].mean()
    assert explained == pytest.approx(RELIABILITY, abs=0.03)
    assert 2 * halves / (1 + halves) == pytest.approx(RELIABILITY, abs=0.03)
    assert found.variance[0].mean() == pytest.approx(SIGNAL**2 + NOISE**2 / RUNS, rel=0.1)
    np.testing.assert_allclose(found.mean, 1.0, atol=0.02)
    assert np.abs(found.offset).max() < 0.02


def shifted(folder):
    """The same, and all particles of a snapshot move further by its number."""
    for number in range(4):
        for block, runs in enumerate((range(4, RUNS), range(4))):
            path = folder / f"snapshot{number}_block{block}.h5"
            tables.write(path, propensity(number, runs, shift=0.1 * number), MADE_BY)


def test_means_of_snapshots_are_offsets_and_count_within_none_of_them(own, tmp_path):
    before = scores(tmp_path, own)
    shifted(tmp_path)
    found = scores(tmp_path, own)
    # Of two replicas, each is judged by the mean of the other: 0.25 above, or 0.05 below.
    expected = np.array([0.25, 0.15, -0.15, -0.25])
    np.testing.assert_allclose(found.offset[0, INHERENT, 2, :, 0], expected, atol=0.03)
    np.testing.assert_allclose(found.mean[0, :, 0], 1 + 0.1 * np.arange(4), atol=0.02)
    np.testing.assert_allclose(found.variance, before.variance, rtol=1e-3)
    np.testing.assert_allclose(found.half_correlation, before.half_correlation, atol=1e-6)


def test_centred_targets_know_nothing_of_means_of_snapshots(own, tmp_path):
    before = scores(tmp_path, own, centred=True)
    assert before.centred
    shifted(tmp_path)
    found = scores(tmp_path, own, centred=True)
    np.testing.assert_allclose(found.pearson, before.pearson, atol=1e-4)
    np.testing.assert_allclose(found.offset, before.offset, atol=1e-5)
    assert np.abs(found.offset).max() < 0.02
    np.testing.assert_allclose(found.mean[0, :, 0], 1 + 0.1 * np.arange(4), atol=0.02)


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
    assert (found.pearson[0, INHERENT, 1:] < -0.6).all()


def test_of_one_replica_snapshots_are_left_out(tmp_path):
    blocks = [tmp_path / f"snapshot{number}.h5" for number in range(3)]
    for number, path in enumerate(blocks):
        tables.write(path, propensity(number), MADE_BY)
    arguments = ["--runs", *map(str, blocks), *of_states(tmp_path, {0: ([1, 2, 3], range(3))})]
    found = scores(tmp_path, arguments, places=[[0, 1], [0, 2], [0, 3]])
    np.testing.assert_allclose(found.pearson[0, INHERENT, 1:], np.sqrt(RELIABILITY), atol=0.1)


def published(folder, number, runs=range(RUNS)):
    """Arguments of the stage: published snapshots, each its own file and replica."""
    sums = [folder / f"published{n}.h5" for n in range(number)]
    for n, path in enumerate(sums):
        tables.write(path, propensity(n, runs, ["thermal"]), MADE_BY)
    replicas = {n: ([0], [n]) for n in range(number)}
    states = of_states(folder, replicas, ("thermal", "inherent"))
    return ["--published", *map(str, sums), *states]


@pytest.mark.parametrize(("number", "models"), [(3, 3), (10, 10), (12, 5)])
def test_of_published_data_each_snapshot_is_left_out_or_a_fifth_of_many(
    tmp_path, monkeypatch, number, models
):
    trained, chosen = [], state_scores.chosen_ridge

    def counted(snapshots, groups, *given):
        trained.append(len(groups))
        return chosen(snapshots, groups, *given)

    monkeypatch.setattr(state_scores, "chosen_ridge", counted)
    found = scores(tmp_path, published(tmp_path, number), places=[])
    assert found.published
    assert found.targets.tolist() == [b"thermal"]
    assert found.replica.tolist() == list(range(number))
    assert len(trained) == 2 * 3 * models
    # In all folds of a set, every snapshot is left out once.
    assert sum(trained[:models]) == (models - 1) * number
    np.testing.assert_allclose(found.pearson[0, INHERENT, 1:], np.sqrt(RELIABILITY), atol=0.12)


def test_a_mean_over_unknown_runs_has_no_ceiling(tmp_path):
    found = scores(tmp_path, published(tmp_path, 3, runs=[0]), places=[])
    assert np.isnan(found.half_correlation).all()
    assert np.isfinite(found.pearson).all()
    assert int(found.runs) == 1


def test_another_regressor_finds_the_same(own, tmp_path):
    by_ridge = scores(tmp_path, own)
    found = scores(tmp_path, own, model="svr", grid={"C": [0.1], "epsilon": [0.1]})
    assert str(found.model.astype(str)) == "svr"
    told = found.pearson[0, INHERENT, 1:], by_ridge.pearson[0, INHERENT, 1:]
    np.testing.assert_allclose(*told, atol=0.02)
    told = found.explained[0, INHERENT, 1:], by_ridge.explained[0, INHERENT, 1:]
    np.testing.assert_allclose(*told, atol=0.04)


def test_ridge_by_moments_is_ridge_on_particles(own, tmp_path, monkeypatch):
    by_moments = scores(tmp_path, own, grid={"alpha": [10.0]})
    monkeypatch.setattr(state_scores, "RIDGE", "")
    by_particles = scores(tmp_path, own, grid={"alpha": [10.0]})
    for name in ("pearson", "explained", "offset"):
        np.testing.assert_allclose(
            getattr(by_moments, name), getattr(by_particles, name), rtol=1e-6, atol=1e-7
        )


def test_one_snapshot_is_refused(tmp_path):
    with pytest.raises(InputError, match="without the one snapshot"):
        scores(tmp_path, published(tmp_path, 1), places=[])


def test_without_published_files_the_setting_is_named(tmp_path):
    with pytest.raises(InputError, match=r"--published is empty: .* inherent\.published"):
        scores(tmp_path, ["--published", "--features", "thermal"])


def test_an_order_that_the_features_lack_is_named(own, tmp_path):
    for number in (0, 1):
        frames, numbers = OWN[number]
        path = tmp_path / f"cage{number}.h5"
        write_features(path, number, frames, numbers, "cage", NAMES[:6])
    with pytest.raises(InputError, match=r"cage0\.h5: has no features of order 2"):
        scores(tmp_path, own)


def test_features_that_differ_between_replicas_are_refused(own, tmp_path):
    frames, numbers = OWN[1]
    others = [name.replace("radial_A", "radial_B") for name in NAMES]
    write_features(tmp_path / "cage1.h5", 1, frames, numbers, "cage", others)
    with pytest.raises(InputError, match=r"replica 1 are others than those of replica 0"):
        scores(tmp_path, own)


def test_a_replica_without_features_is_named(own, tmp_path):
    with pytest.raises(InputError, match=r"features of replica 1 are missing"):
        scores(tmp_path, [each for each in own if not each.endswith("cage1.h5")])
