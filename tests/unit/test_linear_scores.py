"""Ridge regressions from moments are those of scikit-learn, and so are their scores."""

import numpy as np
import pytest

from softness.errors import InputError
from softness.learning.linear_scores import chosen_ridge, ridge, scores_within
from softness.learning.population import FeatureMoments
from softness.learning.regress import RegressorSettings, grid, train_regressor
from softness.learning.scores import pearson
from softness.learning.select import choose_settings
from softness.learning.targets import values_target

COLUMNS, TARGETS = np.arange(5), np.array([5, 6])


def snapshots(number=6, particles=80):
    """Features of different sizes, the fourth of them constant, and two targets with noise."""
    generator = np.random.default_rng(1)
    found = []
    for _ in range(number):
        x = 10.0 + generator.normal(size=(particles, 5)) * [1.0, 20.0, 0.1, 0.0, 1.0]
        y = x @ [[0.5, 0.0], [0.0, 0.05], [3.0, 1.0], [0.0, 0.0], [0.0, 0.4]]
        found.append(np.column_stack([x, y + generator.normal(size=y.shape)]))
    return found


def moments_of(table, origin=None):
    found = FeatureMoments(table[0] if origin is None else origin)
    found.add(table)
    return found


def by_fit(table, target, alpha):
    """The model of the usual way."""
    x, moments = table[:, COLUMNS], moments_of(table[:, COLUMNS])
    given = x, values_target(table[:, target]), moments.mean, moments.scale
    settings = RegressorSettings("ridge", {"alpha": alpha})
    return train_regressor(settings, *given, np.random.default_rng(0))


@pytest.mark.parametrize("alpha", [0.1, 100.0, 1e5])
def test_a_ridge_regression_from_moments_predicts_what_that_of_particles_predicts(alpha):
    *training, test = snapshots()
    whole = np.concatenate(training)
    models = ridge(moments_of(whole), COLUMNS, TARGETS, alpha)
    predicted = test[:, COLUMNS] @ models.weights + models.offsets
    for place, target in enumerate(TARGETS):
        expected = by_fit(whole, target, alpha).predict(test[:, COLUMNS])
        np.testing.assert_allclose(predicted[:, place], expected, rtol=1e-9)
        scores = models.scores(moments_of(test))[:, place]
        np.testing.assert_allclose(scores, scores_within(expected, test[:, target]), atol=1e-9)


def test_moments_about_one_origin_add_up():
    parts = snapshots(3)
    origin = parts[0][0]
    one, two, three = (moments_of(part, origin) for part in parts)
    both, whole = one + two + three, moments_of(np.concatenate(parts))
    assert both.particles == whole.particles
    np.testing.assert_allclose(both.mean, whole.mean)
    np.testing.assert_allclose(both.covariance, whole.covariance, atol=1e-9)
    assert one.particles == len(parts[0])


def test_scores_are_correlation_variance_explained_within_the_snapshot_and_offset():
    generator = np.random.default_rng(2)
    truth = generator.normal(size=500)
    predicted = 0.6 * truth + 0.3 * generator.normal(size=500) + 4.0
    correlation, explained, offset = scores_within(predicted, truth)
    assert correlation == pytest.approx(pearson(predicted, truth))
    assert explained == pytest.approx(1 - np.var(truth - predicted) / np.var(truth))
    assert offset == pytest.approx(predicted.mean() - truth.mean())
    whole = 1 - np.mean((truth - predicted) ** 2) / np.var(truth)
    assert explained - offset**2 / np.var(truth) == pytest.approx(whole)


def test_what_does_not_vary_has_no_scores():
    constant, varying = np.full(50, 2.0), np.arange(50.0)
    assert np.isnan(scores_within(varying, constant)[:2]).all()
    correlation, explained, offset = scores_within(constant, varying)
    assert np.isnan(correlation)
    assert (explained, offset) == (0.0, 2.0 - 24.5)


def test_the_penalty_is_the_one_that_validation_on_groups_chooses():
    tables = snapshots()
    alphas, groups = [1e-3, 30.0, 1e3, 1e6], [0, 0, 1, 1, 2, 2]
    models = chosen_ridge(
        [moments_of(t, tables[0][0]) for t in tables], groups, *(COLUMNS, TARGETS), alphas
    )
    whole, numbers = np.concatenate(tables), np.repeat(groups, len(tables[0]))
    for place, target in enumerate(TARGETS):
        scores = []
        for alpha in alphas:
            left_out = [
                (by_fit(whole[numbers != number], target, alpha), number) for number in (0, 1, 2)
            ]
            scores.append(
                np.mean(
                    [
                        pearson(model.predict(t[:, COLUMNS]), t[:, target])
                        for model, number in left_out
                        for t, own in zip(tables, groups, strict=True)
                        if own == number
                    ]
                )
            )
        best = by_fit(whole, target, alphas[int(np.argmax(scores))])
        expected = best.predict(tables[0][:, COLUMNS])
        found = tables[0][:, COLUMNS] @ models.weights[:, place] + models.offsets[place]
        np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_of_one_group_snapshots_are_left_out_as_by_the_usual_validation():
    tables = snapshots(4)
    alphas = [1e-3, 30.0, 1e3, 1e6]
    given = [moments_of(table, tables[0][0]) for table in tables]
    models = chosen_ridge(given, [7] * 4, COLUMNS, TARGETS[:1], alphas)
    whole = np.concatenate(tables)
    numbers = np.repeat(range(4), len(tables[0]))
    x, moments = whole[:, COLUMNS], moments_of(whole[:, COLUMNS])
    choice = choose_settings(
        grid("ridge", alpha=alphas),
        *(x, values_target(whole[:, 5]), numbers, moments.mean, moments.scale),
        np.random.default_rng(0),
    )
    expected = by_fit(whole, 5, choice.best["alpha"]).predict(x)
    np.testing.assert_allclose(x @ models.weights[:, 0] + models.offsets[0], expected, rtol=1e-9)


def test_one_snapshot_cannot_be_validated():
    with pytest.raises(InputError, match="two snapshots or more"):
        chosen_ridge([moments_of(snapshots(1)[0])], [0], COLUMNS, TARGETS, [1.0])
