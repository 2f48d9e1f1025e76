"""Selection of settings and of features: spies, planted answers, scikit-learn as an oracle."""

import numpy as np
import pytest
from planted_logit import cosine, planted
from sklearn.feature_selection import RFE
from sklearn.linear_model import Ridge

from softness.errors import InputError
from softness.learning import regress, select
from softness.learning.regress import RegressorSettings, train_regressor

RIDGE = RegressorSettings("ridge", {"alpha": 1.0})


@pytest.fixture(scope="module")
def toy():
    return planted(4000, np.random.default_rng(1), columns=12, telling=4, snapshots=8)


def choose(toy, candidates, seed=1, **options):
    features, target, mean, scale = toy.arguments
    return select.choose_settings(
        candidates,
        features,
        target,
        toy.snapshots,
        mean,
        scale,
        np.random.default_rng(seed),
        **options,
    )


def test_snapshots_are_never_split(toy, monkeypatch):
    snapshot_of = dict(zip(toy.features[:, 0], toy.snapshots, strict=True))
    trained, tested = [], []

    class Spy:
        def predict(self, features):
            tested.append((len(trained) - 1, {snapshot_of[first] for first in features[:, 0]}))
            assert len(features) == 500
            return features[:, 0]

    def spy(settings, features, target, mean, scale, generator):
        numbers = [snapshot_of[first] for first in features[:, 0]]
        assert len(features) == len(target) == 500 * len(set(numbers))
        trained.append(set(numbers))
        return Spy()

    monkeypatch.setattr(select, "train_regressor", spy)
    choice = choose(toy, [RIDGE, RegressorSettings("svr")], folds=3)
    assert len(trained) == 6
    assert sorted(len(numbers) for numbers in trained) == [5, 5, 5, 5, 6, 6]
    for which, numbers in tested:
        assert len(numbers) == 1
        assert not numbers & trained[which]
    assert len(tested) == 16  # each candidate on each snapshot once
    assert choice.scores.shape == (2, 8)
    assert (choice.scores[0] == choice.scores[1]).all()
    assert choice.best == RIDGE  # the first of equal ones


def test_the_better_settings_are_chosen():
    few = planted(200, np.random.default_rng(3), columns=60, telling=3, middle=-7.0, hidden=1.0)
    candidates = regress.grid("ridge", alpha=(1e-3, 60.0, 1e6))
    choice = choose(few, candidates)
    assert choice.best["alpha"] == 60
    assert choice.snapshots.tolist() == [7, 8, 9, 10]
    assert choice.scores.mean(axis=1).argmax() == 1


def test_order_of_candidates_does_not_matter_but_the_generator_does(toy):
    candidates = regress.grid("mlp", alpha=(1.0, 10.0), epochs=(2,))
    first, again = choose(toy, candidates, folds=2), choose(toy, candidates[::-1], folds=2)
    assert (first.scores == again.scores[::-1]).all()
    assert (choose(toy, candidates, seed=2, folds=2).scores != first.scores).any()


def test_a_candidate_that_learns_nothing_is_never_chosen(toy):
    dull = RegressorSettings("svr", {"epsilon": 1e3})
    choice = choose(toy, [dull, RIDGE], folds=2)
    assert np.isnan(choice.scores[0].mean())
    assert choice.best == RIDGE
    with pytest.raises(InputError, match="none of 1 predicts anything that varies"):
        choose(toy, [dull], folds=2)


def test_weights_over_the_grid_are_those_of_single_models(toy):
    candidates = (*regress.grid("ridge", alpha=(1.0, 1e4)), RegressorSettings("svr"))
    planes = select.weights_over_grid(candidates, *toy.arguments, np.random.default_rng(1))
    alone = train_regressor(candidates[1], *toy.arguments, np.random.default_rng(5))
    assert (planes[1].weights == alone.weights).all()
    assert len(planes) == 3
    assert 0.5 < cosine(planes[0].weights, planes[1].weights) < 0.999


def test_elimination_keeps_the_planted_features(toy):
    found = select.eliminate_features(RIDGE, *toy.arguments, np.random.default_rng(1), (4, 12))
    assert found.columns(4).tolist() == [0, 1, 2, 3]
    assert set(found.planes) == {4, 12}
    assert set(found.order[-4:]) == {0, 1, 2, 3}
    assert sorted(found.order) == found.columns(12).tolist() == list(range(12))
    assert cosine(found.planes[4].weights, toy.weights) > 0.999


@pytest.mark.parametrize("step", [1, 3])
@pytest.mark.parametrize("alpha", [1e-2, 30.0])
def test_elimination_equals_that_of_scikit_learn(step, alpha):
    toy = planted(1500, np.random.default_rng(5), columns=30, hidden=1.0)
    x = (toy.features - toy.mean) / toy.scale
    settings = RegressorSettings("ridge", {"alpha": alpha})
    found = select.eliminate_features(
        settings, *toy.arguments, np.random.default_rng(1), (5,), step
    )
    oracle = RFE(Ridge(alpha=alpha), n_features_to_select=5, step=step).fit(x, toy.target.values)
    assert found.columns(5).tolist() == np.flatnonzero(oracle.support_).tolist()
    assert found.planes[5].weights[oracle.support_] == pytest.approx(oracle.estimator_.coef_)
    if step == 1:
        every = select.eliminate_features(settings, *toy.arguments, np.random.default_rng(1), (1,))
        oracle = RFE(Ridge(alpha=alpha), n_features_to_select=1).fit(x, toy.target.values)
        assert every.order.tolist() == np.argsort(-oracle.ranking_).tolist()


def test_models_of_the_elimination_are_direct_refits():
    toy = planted(1500, np.random.default_rng(6), columns=40, hidden=1.0)
    found = select.eliminate_features(
        RIDGE, *toy.arguments, np.random.default_rng(1), (1, 2, 4, 8, 16, 32, 64)
    )
    assert sorted(found.planes) == [1, 2, 4, 8, 16, 32]
    for number, plane in found.planes.items():
        left = found.columns(number)
        assert np.flatnonzero(plane.weights).tolist() == left.tolist()
        alone = train_regressor(
            RIDGE,
            toy.features[:, left],
            toy.target,
            toy.mean[left],
            toy.scale[left],
            np.random.default_rng(1),
        )
        assert plane.weights[left] == pytest.approx(alone.weights, rel=1e-9)
        assert plane.bias == pytest.approx(alone.bias, rel=1e-12)
        predicted = plane.value(toy.features)
        assert predicted == pytest.approx(alone.predict(toy.features[:, left]), rel=1e-10)


def test_features_that_never_vary_go_first():
    toy = planted(500, np.random.default_rng(8), columns=6)
    features = np.column_stack([np.zeros(500), toy.features, np.zeros(500)])
    mean, scale = np.r_[0.0, toy.mean, 0.0], np.r_[1.0, toy.scale, 1.0]
    found = select.eliminate_features(
        RIDGE, features, toy.target, mean, scale, np.random.default_rng(1), (6, 1)
    )
    assert found.order[:2].tolist() == [0, 7]


def test_an_elimination_without_an_optimum_is_named(toy, monkeypatch):
    def singular(*arguments, **options):
        raise np.linalg.LinAlgError("not positive definite")

    monkeypatch.setattr(select, "solve", singular)
    with pytest.raises(InputError, match=r"alpha = 1\.0: ridge has no unique optimum"):
        select.eliminate_features(RIDGE, *toy.arguments, np.random.default_rng(1), (1,))


@pytest.mark.parametrize("name", ["svr", "binomial"])
def test_other_linear_models_are_retrained(name):
    toy = planted(600, np.random.default_rng(7), columns=6, telling=2)
    settings = RegressorSettings(name)
    found = select.eliminate_features(
        settings, *toy.arguments, np.random.default_rng(1), (2, 5), step=2
    )
    assert found.columns(2).tolist() == [0, 1]
    left = found.columns(5)
    alone = train_regressor(
        settings,
        toy.features[:, left],
        toy.target,
        toy.mean[left],
        toy.scale[left],
        np.random.default_rng(1),
    )
    assert (found.planes[5].weights[left] == alone.weights).all()
    assert found.planes[5].bias == alone.bias


NETWORK = RegressorSettings("mlp")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda toy: choose(toy, []), "candidates is empty"),
        (lambda toy: choose(toy, [RIDGE], folds=1), "folds = 1: give a whole number of 2"),
        (
            lambda toy: select.choose_settings(
                [RIDGE],
                toy.features,
                toy.target,
                np.ones(4000),
                toy.mean,
                toy.scale,
                np.random.default_rng(1),
            ),
            "snapshots holds 1 number only",
        ),
        (
            lambda toy: select.weights_over_grid(
                [RIDGE, NETWORK], *toy.arguments, np.random.default_rng(1)
            ),
            r"settings\.name = 'mlp': give a linear model",
        ),
        (
            lambda toy: select.eliminate_features(
                NETWORK, *toy.arguments, np.random.default_rng(1), (1,)
            ),
            r"settings\.name = 'mlp': give a linear model",
        ),
        (
            lambda toy: select.eliminate_features(
                RIDGE, *toy.arguments, np.random.default_rng(1), (13,)
            ),
            r"wanted = \(13,\): give numbers of features from 1 to 12",
        ),
        (
            lambda toy: select.eliminate_features(
                RIDGE, *toy.arguments, np.random.default_rng(1), (1,), step=0
            ),
            "step = 0: give a whole number",
        ),
        (
            lambda toy: select.eliminate_features(
                RIDGE, *toy.arguments, np.random.default_rng(1), (2,)
            ).columns(13),
            "number = 13: there are 12 features",
        ),
    ],
)
def test_messages_name_argument_and_value(call, message, toy):
    with pytest.raises(InputError, match=message):
        call(toy)
