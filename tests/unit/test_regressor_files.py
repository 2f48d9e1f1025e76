"""Regressors of a study: who judges whom, and values of one run that come in several files."""

from argparse import Namespace
from dataclasses import replace

import numpy as np
import pytest

from softness.errors import InputError
from softness.files import tables
from softness.files.models import save_model
from softness.files.provenance import Provenance
from softness.files.records.learned import LearnedValues
from softness.learning.hyperplane import Hyperplane
from softness.learning.regress import Regressor
from softness.stages.binned_counts import _counts, _units
from softness.stages.shared.regressors import unseen_regressors
from softness.stages.shared.values import read_values

MADE_BY = Provenance("test", {})


def constant(value):
    """A model that predicts one number."""
    return Regressor.from_plane(Hyperplane(np.zeros(2), -value, np.zeros(2), np.ones(2))).model


def predicted_by(found):
    return {name: float(each.predict(np.zeros((1, 2)))[0]) for name, each in found.items()}


@pytest.fixture
def models(tmp_path):
    """Two files; the model of all replicas predicts 0, the one without replica r predicts r + 1."""
    paths = [tmp_path / "svr.skops", tmp_path / "svr_eliminated.skops"]
    save_model(paths[0], {"svr": [constant(number) for number in range(3)]})
    eliminated = {
        name: [constant(shift + number) for number in range(3)]
        for name, shift in (("svr_4_features", 10), ("svr_8_features", 20))
    }
    save_model(paths[1], eliminated)
    return paths


def test_a_replica_is_judged_by_models_that_never_saw_it(models):
    assert predicted_by(unseen_regressors(models, 1)) == {
        "svr": 2.0,
        "svr_4_features": 12.0,
        "svr_8_features": 22.0,
    }


def test_a_study_of_one_replica_has_one_model(tmp_path):
    save_model(tmp_path / "svr.skops", {"svr": [constant(7)]})
    assert predicted_by(unseen_regressors([tmp_path / "svr.skops"], 0)) == {"svr": 7.0}


def test_files_that_do_not_fit_are_refused(models, tmp_path):
    with pytest.raises(
        InputError, match=r"svr\.skops: has models for 2 replicas, but not for replica 2"
    ):
        unseen_regressors(models, 2)
    with pytest.raises(InputError, match=r"svr\.skops: predicts svr, as another"):
        unseen_regressors([models[0], models[0]], 0)
    save_model(tmp_path / "single.skops", constant(1))
    with pytest.raises(InputError, match=r"single\.skops: contains a single model"):
        unseen_regressors([tmp_path / "single.skops"], 0)


def values(replica=0, names=("svr",), shift=0.0):
    population = shift + np.array([[1.0], [3.0], [5.0], [7.0]]) * np.ones(len(names))
    return LearnedValues(
        temperature=np.array(0.7),
        replica=np.array(replica),
        interval=np.array(1.0),
        duration=np.array(40.0),
        stride=np.array(2),
        names=np.array(names, dtype="S"),
        population_frame=np.array([5, 5, 7, 7]),
        population=population.astype(np.float32),
        event_frame=np.array([6]),
        event=(shift + np.full((1, len(names)), 4.0)).astype(np.float32),
    )


@pytest.fixture
def written(tmp_path):
    def write(*found):
        paths = [tmp_path / f"values{number}.h5" for number in range(len(found))]
        for path, each in zip(paths, found, strict=True):
            tables.write(path, each, MADE_BY)
        return paths

    return write


def test_values_of_one_run_are_joined(written):
    paths = written(values(1), values(0), values(0, ("mlp",), 10.0), values(1, ("mlp",), 20.0))
    first, second = read_values(paths)
    assert (int(first.replica), int(second.replica)) == (0, 1)
    assert first.names.tolist() == second.names.tolist() == [b"svr", b"mlp"]
    assert first.event.tolist() == [[4.0, 14.0]]
    assert second.population[:, 1].tolist() == [21.0, 23.0, 25.0, 27.0]


def test_values_of_other_moments_or_variables_are_refused(written):
    other = replace(values(0, ("mlp",)), event_frame=np.array([7]))
    with pytest.raises(InputError, match=r"values1\.h5: has a different event_frame"):
        read_values(written(values(), other))
    with pytest.raises(InputError, match="different variables"):
        read_values(written(values(), values(1, ("mlp",))))


def test_predictions_are_scored_about_the_mean_of_their_own_replicas_model(written):
    """Models of two replicas differ by an offset and a factor, which their Z-scores do not."""
    wider = values(1, shift=100.0)
    wider = replace(wider, population=100 + 3 * (wider.population - 100))
    reference = written(values(0), wider)
    options = Namespace(transfer=None, reference=reference)
    (first,), (second,) = _units(options, [values(0), values(1)])
    assert first(4.0) == 0
    assert first(np.array([1.0, 7.0])) == pytest.approx([-3 / np.sqrt(5), 3 / np.sqrt(5)])
    assert second(100 + 3 * 7.0) == pytest.approx(first(7.0))
    with pytest.raises(InputError, match="other replicas or variables"):
        _units(options, [values(0)])


def test_a_model_that_learned_nothing_fills_no_bin(written):
    """A dead network predicts one number, up to its last digit."""
    same = np.float32(-2.07)
    dead = np.full((4, 1), same)
    dead[0] = np.nextafter(same, np.float32(0))
    learned_nothing = replace(values(1), population=dead)
    options = Namespace(transfer=None, reference=written(values(0), learned_nothing))
    (first,), (second,) = _units(options, [values(0), learned_nothing])
    assert first is not None
    assert second is None
    edges, blocks = np.array([-1.0, 0.0, 1.0]), (np.zeros(4, int), np.zeros(1, int), 1)
    found = _counts(learned_nothing, 0, second, edges, blocks)
    assert found.events.tolist() == found.trials.tolist() == [[0, 0]]
    # Population times stride.
    assert found.left_out == (1, 8)
    assert _counts(values(0), 0, first, edges, blocks).trials.sum() > 0
