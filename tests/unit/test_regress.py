"""Regressions: planted answers, scikit-learn as an oracle, determinism, files, scores."""

import numpy as np
import pytest
from planted_logit import cosine, planted
from scipy.optimize import minimize
from scipy.stats import binom
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.svm import SVR

from softness.errors import InputError
from softness.files import models
from softness.learning import fits, regress, scores, targets
from softness.learning.regress import RegressorSettings, train_regressor
from softness.learning.regressors import REGRESSORS

FEWER = {"epochs": 5, "trees": 100}
QUICK = {
    name: RegressorSettings(name, {key: FEWER[key] for key in kind.defaults if key in FEWER})
    for name, kind in REGRESSORS.items()
}


@pytest.fixture(scope="module")
def everything():
    return planted(4000, np.random.default_rng(1))


@pytest.fixture(scope="module")
def toy(everything):
    return everything.part(np.arange(3000))


@pytest.fixture(scope="module")
def trained(toy):
    return {
        name: train_regressor(settings, *toy.arguments, np.random.default_rng(2))
        for name, settings in QUICK.items()
    }


def test_what_the_table_says_of_a_model_is_true(trained):
    for name, kind in REGRESSORS.items():
        model = trained[name].model[1]
        assert hasattr(model, "coef_") == kind.linear
        arrays = [each for each in vars(model).values() if isinstance(each, np.ndarray)]
        assert any(len(each) > 1000 for each in arrays if each.ndim) == kind.keeps_particles
        assert RegressorSettings(name).parameters == tuple(sorted(kind.defaults.items()))
        for key, default in kind.defaults.items():
            half = default + 0.5
            if isinstance(default, int):
                with pytest.raises(InputError, match=key):
                    RegressorSettings(name, {key: half})
            else:
                assert RegressorSettings(name, {key: half})[key] == half


def test_a_grid_holds_all_combinations_and_one_candidate_without_values():
    found = regress.grid("svr", C=(0.1, 1.0), epsilon=(0.1, 0.5))
    assert [(each["C"], each["epsilon"]) for each in found] == [
        (0.1, 0.1),
        (0.1, 0.5),
        (1.0, 0.1),
        (1.0, 0.5),
    ]
    assert regress.grid("ridge") == (RegressorSettings("ridge"),)


def test_kernel_predictions_are_those_of_the_machine(everything, trained, monkeypatch):
    features = everything.features[:1500]
    expected = trained["rbf_svr"].model.predict(features)
    monkeypatch.setattr(regress, "LARGEST_KERNEL", 100_000)
    np.testing.assert_allclose(trained["rbf_svr"].predict(features), expected, rtol=1e-9)


def test_a_hyperplane_becomes_a_model_with_its_values(toy, trained):
    plane = trained["ridge"].plane
    again = regress.Regressor.from_plane(plane)
    np.testing.assert_array_equal(again.plane.weights, plane.weights)
    np.testing.assert_allclose(again.predict(toy.features), plane.value(toy.features), rtol=1e-12)


@pytest.mark.parametrize("name", regress.LINEAR)
def test_linear_models_find_the_planted_direction_and_bias(name, toy, trained):
    model = trained[name]
    assert cosine(model.weights, toy.weights) > 0.99
    assert model.bias == pytest.approx(6.0, abs=0.1)
    x = (toy.features - toy.mean) / toy.scale
    assert model.predict(toy.features) == pytest.approx(x @ model.weights - model.bias, abs=1e-9)
    assert model.plane.value(toy.features) == pytest.approx(model.predict(toy.features), abs=1e-9)


@pytest.mark.parametrize("name", QUICK)
def test_every_model_predicts_new_particles(name, everything, trained):
    new = everything.part(np.arange(3000, 4000))
    predicted = trained[name].predict(new.features)
    assert scores.pearson(predicted, new.logit) > 0.9
    assert predicted.mean() == pytest.approx(new.logit.mean(), abs=0.1)
    assert ((predicted - new.logit) ** 2).mean() < 0.25 * new.logit.var()


def test_small_machines_are_those_of_libsvm_and_ridge_that_of_scikit_learn(toy, trained):
    x = (toy.features - toy.mean) / toy.scale
    machine = SVR(kernel="linear", C=0.01, epsilon=0.1).fit(x, toy.target.values)
    assert trained["svr"].predict(toy.features) == pytest.approx(machine.predict(x), abs=1e-9)
    machine = Ridge(alpha=100.0).fit(x, toy.target.values)
    assert trained["ridge"].weights == pytest.approx(machine.coef_, abs=1e-9)
    assert trained["ridge"].bias == pytest.approx(-machine.intercept_)
    machine = SVR(kernel="rbf", gamma=0.3 / 8, C=1.0, epsilon=0.1).fit(x, toy.target.values)
    assert trained["rbf_svr"].predict(toy.features) == pytest.approx(machine.predict(x), abs=1e-9)
    assert trained["rbf_svr"].bias == pytest.approx(-machine.intercept_[0])


def test_liblinear_takes_over_with_the_same_answer(toy, trained, monkeypatch):
    monkeypatch.setattr(fits, "LARGEST_FOR_LIBSVM", 100)
    other = train_regressor(QUICK["svr"], *toy.arguments, np.random.default_rng(2))
    assert (other.weights != trained["svr"].weights).any()
    assert cosine(other.weights, trained["svr"].weights) > 0.9999
    assert other.bias == pytest.approx(trained["svr"].bias, abs=0.01)


def test_a_liblinear_that_does_not_converge_is_named(toy, monkeypatch):
    monkeypatch.setattr(fits, "LARGEST_FOR_LIBSVM", 100)
    monkeypatch.setattr(fits, "LARGEST_ITERATIONS", 1)
    with pytest.raises(InputError, match=r"C = 10\.0: .* does not converge on 3000 samples"):
        settings = RegressorSettings("svr", {"C": 10.0})
        train_regressor(settings, *toy.arguments, np.random.default_rng(2))


def test_binomial_is_the_maximum_of_the_penalised_likelihood(toy):
    settings = RegressorSettings("binomial", {"alpha": 30.0})
    found = train_regressor(settings, *toy.arguments, np.random.default_rng(1))
    x = np.column_stack([np.ones(len(toy.features)), (toy.features - toy.mean) / toy.scale])
    k, m = toy.target.counts, toy.target.trials

    def cost(place):
        logit = x @ place
        share = 1 / (1 + np.exp(-logit))
        free = np.append(0.0, place[1:])
        value = (m * np.logaddexp(0, logit) - k * logit).sum() + 15 * (free**2).sum()
        return value, x.T @ (m * share - k) + 30 * free

    start = np.append(-6.0, np.zeros(x.shape[1] - 1))
    best = minimize(cost, start, jac=True, method="L-BFGS-B", options={"gtol": 1e-4, "ftol": 0})
    assert found.weights == pytest.approx(best.x[1:], abs=1e-5)
    assert found.bias == pytest.approx(-best.x[0], abs=1e-5)


def test_binomial_with_one_trial_is_logistic_regression():
    toy = planted(1500, np.random.default_rng(4), middle=0.0, trials=2)
    target = targets.counts_target(np.minimum(toy.target.counts, 1), 1)
    settings = RegressorSettings("binomial", {"alpha": 2.0})
    found = train_regressor(
        settings, toy.features, target, toy.mean, toy.scale, np.random.default_rng(1)
    )
    x = (toy.features - toy.mean) / toy.scale
    machine = LogisticRegression(C=0.5, tol=1e-10, max_iter=1000).fit(x, target.counts)
    assert found.weights == pytest.approx(machine.coef_[0], abs=1e-5)
    assert found.bias == pytest.approx(-machine.intercept_[0], abs=1e-5)


def haldane_slope(middle, spread, trials):
    """Slope of <ln((k + 1/2) / (M - k + 1/2))> with a normal logit: what least squares can find."""
    places, shares = np.polynomial.hermite_e.hermegauss(60)
    k = np.arange(2000)
    chance = 1 / (1 + np.exp(-(middle + spread * places)))
    means = binom.pmf(k, trials, chance[:, None]) @ scores.logit_share(k, trials)
    return (shares * places * means).sum() / shares.sum() / spread


@pytest.mark.parametrize(("middle", "least_squares"), [(-9.2, 0.66), (-5.2, 1.00)])
def test_counts_are_less_biased_than_least_squares_where_events_are_rare(middle, least_squares):
    """One event a particle in 10 000 runs, and about fifty: slope along the planted direction."""
    expected = {"ridge": haldane_slope(middle, 0.8, 10_000), "binomial": 1.0}
    assert expected["ridge"] == pytest.approx(least_squares, abs=0.01)
    slopes = {"ridge": [], "binomial": []}
    for seed in range(5):
        toy = planted(3000, np.random.default_rng(seed), middle=middle)
        for name, found in slopes.items():
            settings = RegressorSettings(name, {"alpha": 1.0})
            weights = train_regressor(settings, *toy.arguments, np.random.default_rng(1)).weights
            found.append(weights @ toy.weights / (toy.weights @ toy.weights))
    for name, found in slopes.items():
        assert np.mean(found) == pytest.approx(expected[name], abs=0.03)


def test_a_binomial_model_without_an_optimum_is_named(toy, monkeypatch):
    monkeypatch.setattr(fits, "LARGEST_STEPS", 1)
    with pytest.raises(InputError, match=r"alpha = 100\.0: .* does not converge on 3000 samples"):
        _train(toy, QUICK["binomial"])

    def singular(matrix):
        raise np.linalg.LinAlgError("not positive definite")

    monkeypatch.setattr(fits, "cho_factor", singular)
    with pytest.raises(InputError, match=r"alpha = 100\.0: .* no unique optimum"):
        _train(toy, QUICK["binomial"])


def test_features_that_never_vary_or_repeat_do_no_harm(toy):
    """As radial features below the closest approach: 0 for every particle, with scale 1."""
    features = np.column_stack([toy.features, np.zeros(3000), toy.features[:, 0]])
    mean, scale = np.append(toy.mean, [0.0, toy.mean[0]]), np.append(toy.scale, [1.0, toy.scale[0]])
    for name in regress.LINEAR:
        changes = {"features": features, "mean": mean, "scale": scale}
        model = _train(toy, QUICK[name], **changes)
        assert model.weights[8] == pytest.approx(0, abs=1e-12)
        assert model.weights[9] == pytest.approx(model.weights[0], abs=0.01)


def test_hidden_differences_shift_the_bias_of_counts():
    """With a hidden part of variance V counts tell of ln <p>, V / 2 above the mean of ln p."""
    toy = planted(6000, np.random.default_rng(3), middle=-6.0, hidden=1.0, trials=100_000)
    found = {}
    for name in ("ridge", "binomial"):
        settings = RegressorSettings(name, {"alpha": 1.0})
        found[name] = train_regressor(settings, *toy.arguments, np.random.default_rng(1))
    assert found["ridge"].bias == pytest.approx(6.0, abs=0.05)
    assert found["binomial"].bias == pytest.approx(5.5, abs=0.1)


@pytest.mark.parametrize(("examples", "columns"), [(7000, 135), (20_000, 405), (1000, 8)])
def test_networks_have_as_many_parameters_as_asked(examples, columns):
    for name, share in (("mlp", 1.0), ("mlp_h", 2.0), ("mlp_d", 0.5)):
        width = fits.network_width(examples, columns, name)
        found = [fits.network_parameters(w, columns) for w in (width - 1, width, width + 1)]
        away = np.abs(np.array(found) - share * examples)
        assert away.argmin() == 1
    assert fits.network_width(7000, 135) == 28
    assert fits.network_parameters(28, 135) == 7085


@pytest.mark.parametrize("name", ["mlp", "mlp_h", "mlp_d"])
def test_trained_networks_have_that_shape(name, toy, trained):
    network = trained[name].model[1]
    parameters = sum(part.size for part in network.coefs_ + network.intercepts_)
    width = fits.network_width(3000, 8, name)
    assert parameters == fits.network_parameters(width, 8)
    assert network.hidden_layer_sizes == (width,) * 5
    assert network.activation == "relu"
    assert network.n_iter_ == 5


@pytest.mark.parametrize("name", QUICK)
def test_the_generator_decides_everything(name, toy, trained):
    def again(seed):
        model = train_regressor(QUICK[name], *toy.arguments, np.random.default_rng(seed))
        return model.predict(toy.features)

    before = trained[name].predict(toy.features)
    assert (again(2) == before).all()
    if name.startswith("mlp"):
        assert (again(3) != before).any()
    else:
        assert (again(3) == before).all()


@pytest.mark.parametrize("name", QUICK)
def test_models_come_back_from_files_to_the_last_bit(name, toy, trained, tmp_path):
    model = trained[name]
    for path in (tmp_path / "a.skops", tmp_path / "b.skops"):
        models.save_model(path, model.model, '{"model":"' + name + '"}')
    assert (tmp_path / "a.skops").read_bytes() == (tmp_path / "b.skops").read_bytes()
    back = regress.Regressor(models.load_model(tmp_path / "a.skops"))
    assert (back.predict(toy.features) == model.predict(toy.features)).all()
    if name in regress.LINEAR:
        assert (back.weights == model.weights).all()
        assert back.bias == model.bias


def test_features_in_single_precision_are_standardised_in_double(toy, trained):
    single = toy.features.astype(np.float32)
    model = trained["ridge"]
    assert (model.predict(single) == model.predict(single.astype(np.float64))).all()


def test_any_numbers_can_be_predicted(toy):
    target = targets.values_target(toy.logit * 2 + 3)
    settings = RegressorSettings("ridge", {"alpha": 1e-6})
    model = train_regressor(
        settings, toy.features, target, toy.mean, toy.scale, np.random.default_rng(1)
    )
    assert model.predict(toy.features) == pytest.approx(target.values, abs=1e-6)


@pytest.mark.parametrize("name", ["mlp", "ridge", "boosting"])
def test_the_units_of_the_target_do_not_matter(name, toy):
    first = _train(toy, QUICK[name], target=targets.values_target(toy.logit))
    other = _train(toy, QUICK[name], target=targets.values_target(100 * toy.logit + 5000))
    expected = 100 * first.predict(toy.features) + 5000
    assert other.predict(toy.features) == pytest.approx(expected, abs=0.01)


def test_settings_are_values():
    first = RegressorSettings("svr", {"epsilon": 0.1, "C": 0.01})
    assert first == RegressorSettings("svr")
    assert hash(first) == hash(RegressorSettings("svr", first.parameters))
    assert first["C"] == 0.01
    found = regress.grid("svr", C=(1.0, 2.0), epsilon=(0.1, 0.2))
    assert [(s["C"], s["epsilon"]) for s in found] == [(1, 0.1), (1, 0.2), (2, 0.1), (2, 0.2)]


def test_scores_of_each_snapshot_and_their_ceilings():
    toy = planted(8000, np.random.default_rng(6), hidden=0.8, middle=-6.0)
    other = np.random.default_rng(7).normal(size=8000)
    best = toy.features @ (toy.weights / toy.scale)
    found = targets.scores_by_snapshot(best, toy.target, toy.snapshots, toy.halves, other)
    assert found.snapshots.tolist() == [7, 8, 9, 10]
    assert found.particles.tolist() == [2000] * 4
    # Half of the variance of the true logit is visible: that is what is left without noise.
    assert found.explained_over_ceiling == pytest.approx(0.5, abs=0.06)
    assert found.pearson_over_ceiling == pytest.approx(np.sqrt(0.5), abs=0.04)
    assert found.eta_over_ceiling == pytest.approx(0.5, abs=0.06)
    assert (found.ceiling < 1).all()
    assert found.pearson_over_ceiling**2 == pytest.approx(found.pearson**2 / found.ceiling)
    assert (found.explained_over_ceiling < found.explained / found.ceiling).all()
    assert (found.explained > found.explained_corrected).all()
    assert (found.divergence < 0.02).all()
    first = toy.snapshots == 7
    expected = scores.explained_variance(best[first], toy.target.values[first], 40)
    assert found.explained[0] == expected


def test_scores_without_halves_and_with_few_particles():
    toy = planted(240, np.random.default_rng(8))
    found = targets.scores_by_snapshot(toy.logit, toy.target, toy.snapshots)
    assert np.isnan(found.ceiling).all()
    assert np.isnan(found.divergence).all()
    first = toy.snapshots == 7
    expected = scores.explained_variance(toy.logit[first], toy.target.values[first], 3)
    assert found.explained[0] == expected
    constant = targets.scores_by_snapshot(np.zeros(240), toy.target, toy.snapshots)
    assert np.isnan(constant.pearson).all()
    assert (constant.eta == 0).all()


def test_parts_of_a_target_take_their_counts_along():
    target = targets.counts_target(np.array([0, 3, 5]), 10)
    part = target.part(np.array([True, False, True]))
    assert part.counts.tolist() == [0, 5]
    assert part.trials.tolist() == [10, 10]
    assert part.values[1] == 0
    assert len(targets.values_target(np.arange(3)).part([0, 2])) == 2


def _train(toy, settings, **changes):
    given = {"features": toy.features, "target": toy.target, "mean": toy.mean, "scale": toy.scale}
    return train_regressor(settings, **{**given, **changes}, generator=np.random.default_rng(1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda toy: RegressorSettings("forest"), "name = 'forest': give one of svr, ridge"),
        (
            lambda toy: RegressorSettings("ridge", {"C": 1}),
            "a hyperparameter of ridge = 'C': give one of alpha",
        ),
        (lambda toy: RegressorSettings("ridge", {"alpha": 0}), "alpha = 0: give a positive"),
        (lambda toy: RegressorSettings("mlp", {"epochs": 2.5}), r"epochs = 2\.5: give a whole"),
        (
            lambda toy: _train(toy, QUICK["ridge"], features=toy.features[1:]),
            r"target has the shape \(3000,\)",
        ),
        (
            lambda toy: _train(toy, QUICK["ridge"], features=toy.features * np.nan),
            "features holds 24000 values that are NaN",
        ),
        (lambda toy: _train(toy, QUICK["ridge"], mean=toy.mean[1:]), r"mean has the shape \(7,\)"),
        (lambda toy: _train(toy, QUICK["ridge"], scale=toy.scale * 0), "scale has the smallest"),
        (
            lambda toy: _train(toy, QUICK["binomial"], target=targets.values_target(toy.logit)),
            "target has no counts.*counts_target",
        ),
        (
            lambda toy: _train(
                toy, QUICK["binomial"], target=targets.counts_target(np.zeros(3000), 9)
            ),
            "counts sum to 0 of 27000 trials",
        ),
        (lambda toy: fits.network_width(100, 135), "mlp: 100 examples ask for 100 parameters"),
        (
            lambda toy: _train(toy, QUICK["rbf_svr"]).plane,
            "model is a SVR, which has no weights: give a linear model",
        ),
        (
            lambda toy: _train(toy, QUICK["mlp"]).bias,
            r"model is a MLPRegressor, which has no bias: give a linear model \(svr",
        ),
        (
            lambda toy: _train(toy, QUICK["ridge"]).predict(toy.features[:, 1:]),
            "features has 7 columns: the model was trained with 8",
        ),
        (lambda toy: targets.counts_target([1, 5], 3), "counts from 1 to 5 of trials = 3"),
        (lambda toy: targets.counts_target([1, 2], [3, 3, 3]), r"trials has the shape \(3,\)"),
        (lambda toy: targets.counts_target([], 3), "counts is empty"),
        (
            lambda toy: targets.scores_by_snapshot(toy.logit[1:], toy.target, toy.snapshots),
            r"predicted has the shape \(2999,\)",
        ),
    ],
)
def test_messages_name_argument_and_value(call, message, toy):
    with pytest.raises(InputError, match=message):
        call(toy)
