"""Variants of regressors from counts to predictions: other labels, radial features alone."""

import json

import numpy as np
import pytest
from learned_tables import Plan, classifier
from test_snapshots import MADE_BY, counts_of

from softness.files import tables
from softness.files.features import writing_features
from softness.files.models import load_model
from softness.files.records.regressed import Predictions, Regression
from softness.stages import predict, regress

COLUMNS = ("radial_A_1", "radial_B_1", "angular_A_1_2", "order1_radial_A_1")
RUNS, PARTICLES, REPLICAS = 400, 60, 2
# Of each replica.
FRAMES = (10, 20)
PLACES = [(replica, frame) for replica in range(REPLICAS) for frame in FRAMES]
COMMON = {"places": PLACES, "label": "instant", "time": 6.0, "threshold": 0.2, "seed": 3}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Ensembles of four snapshots, and features that tell how many runs exceed 0.2, 0.15, 0.25."""
    folder = tmp_path_factory.mktemp("snapshots")
    generator = np.random.default_rng(4)
    values = generator.normal(size=(len(PLACES), PARTICLES, len(COLUMNS)))
    ensembles = []
    for number, features in enumerate(values):
        hop = np.zeros((2, 101, 3, PARTICLES), np.uint32)
        # Runs above 0.15 know the second feature, those above 0.2 and 0.25 the first and the third.
        chance = 1 / (1 + np.exp(1 - features.T))
        low, usual, high = generator.binomial(
            RUNS // 6, chance[[1, 0, 2]], (2, 3, PARTICLES)
        ).swapaxes(0, 1)
        for level, count in ((17, low), (22, usual), (30, high)):
            hop[:, level, 1] = count
        # At another time the third feature alone decides.
        hop[:, 30, 2] = generator.binomial(RUNS // 2, chance[2], (2, PARTICLES))
        hop[:, 0] = RUNS // 2 - hop.sum(axis=1)
        made = counts_of(number, RUNS)
        zeros = np.zeros((2, 1, PARTICLES), np.int64)
        csd = np.zeros((2, 192, 1, PARTICLES), np.uint32)
        ensembles.append(folder / f"snapshot{number}.h5")
        fields = {"particle": np.arange(PARTICLES), "hop": hop, "hop_cumulative": hop}
        fields |= {"csd": csd, "csd_cumulative": csd, "displacement": zeros, "square": zeros}
        tables.write(ensembles[-1], type(made)(**(vars(made) | fields)), MADE_BY)
    features = []
    for replica in range(REPLICAS):
        rows = np.repeat(FRAMES, PARTICLES), np.tile(np.arange(PARTICLES), len(FRAMES))
        features.append(folder / f"replica{replica}.h5")
        header = (*rows, {"snapshot": np.ones(len(rows[0]), bool)}, COLUMNS, 0.6, replica, MADE_BY)
        with writing_features(features[-1], *header) as writer:
            first = replica * len(FRAMES)
            writer.append(values[first : first + len(FRAMES)].reshape(-1, len(COLUMNS)))
    return ensembles, features


def regressed(files, folder, name, **changes):
    """Path of the model, and the record, of a regressor."""
    settings = COMMON | {"name": name, "model": "ridge", "grid": {"alpha": [1.0]}, "orders": [0]}
    settings |= {"errors": False} | changes
    model, record = folder / f"{name}.skops", folder / f"{name}.h5"
    line = ["--settings", json.dumps(settings), "--model", str(model), "--output", str(record)]
    for option, paths in zip(("--ensembles", "--features"), files, strict=True):
        line += [option, *map(str, paths)]
    regress.main(regress.arguments().parse_args(line))
    return model, tables.read(record, Regression)


def by_name(record):
    return dict(zip(record.variables.astype(str).tolist(), record.plane_weights, strict=True))


def test_labels_of_other_times_and_cutoffs_train_models_of_their_own(files, tmp_path):
    labels = {
        "usual": {"time": 6.0, "cutoff": 1.0},
        "low": {"time": 6.0, "cutoff": 0.75},
        "high": {"time": 6.0, "cutoff": 1.25},
        "late": {"time": 7.0, "cutoff": 1.0},
    }
    _, plain = regressed(files, tmp_path, "ridge")
    _, record = regressed(files, tmp_path, "relabelled", labels=labels)
    weights = by_name(record)
    assert list(weights) == list(labels)
    np.testing.assert_array_equal(weights["usual"], plain.plane_weights[0])
    # Runs above 0.15 tell of the second feature as well, those above 0.25 not even of the first.
    assert (np.abs(weights["low"]) > 0.1).all()
    assert abs(weights["usual"][1]) < 0.1 < min(weights["usual"][[0, 2]])
    assert abs(weights["high"][0]) < 0.1 < weights["high"][2]
    assert np.abs(weights["late"][:2]).max() < 0.1 < weights["late"][2]
    # Without each replica, all of them.
    assert record.left_out_weights.shape == (REPLICAS, len(labels), 3)


def test_a_model_of_radial_features_predicts_from_a_table_of_all(files, tmp_path):
    path, record = regressed(files, tmp_path, "ridge_radial", features="radial")
    assert record.plane_weights[0, 2] == 0
    assert (record.plane_weights[0, :2] != 0).all()
    model = load_model(path)["ridge_radial"][0]
    assert model[0].n_features_in_ == 3


def test_predictions_hold_random_directions_beside_softness(files, tmp_path):
    radial, _ = regressed(files, tmp_path, "ridge_radial", features="radial")
    ridge, _ = regressed(files, tmp_path, "ridge")
    made = classifier(Plan(replicas=REPLICAS), 0.6, 1.0)
    cut = {key: getattr(made, key)[..., :2] for key in ("weights", "mean", "left_out_weights")}
    cut |= {key: getattr(made, key)[..., :2] for key in ("jackknife_weights", "half_weights")}
    cut |= {"scale": np.ones(2), "covariance": np.eye(2)}
    cut |= {"columns": np.array(COLUMNS[:2], dtype="S")}
    softness, output = tmp_path / "softness.h5", tmp_path / "predictions.h5"
    tables.write(softness, type(made)(**(vars(made) | cut)), MADE_BY)
    settings = COMMON | {"orders": [0], "orders_of": {}, "seen": False, "random_directions": 3}
    line = ["--settings", json.dumps(settings), "--output", str(output)]
    line += ["--softness", str(softness), "--models", str(ridge), str(radial)]
    for option, paths in zip(("--ensembles", "--features"), files, strict=True):
        line += [option, *map(str, paths)]
    predict.main(predict.arguments().parse_args(line))
    found = tables.read(output, Predictions)
    random = [f"random_{number}" for number in range(3)]
    assert found.names.astype(str).tolist() == ["softness", *random, "ridge", "ridge_radial"]
    assert np.isfinite(found.predicted).all()
    assert (found.predicted.std(axis=1) > 0.1).all()
    assert found.predicted.shape == (6, len(PLACES) * PARTICLES)
    # Random directions see what softness sees: two features, of which two of them tell all.
    own = found.replica == 0
    softness, first, second = found.predicted[:3, own]
    design = np.column_stack([softness, first, np.ones(own.sum())])
    left = second - design @ np.linalg.lstsq(design, second, rcond=None)[0]
    assert np.abs(left).max() < 1e-4
