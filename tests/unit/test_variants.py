"""Variants of a regression: planted answers, and what fewer runs could have given."""

from dataclasses import replace

import numpy as np
import pytest
from planted_logit import cosine, planted
from scipy.stats import hypergeom

from softness.errors import InputError
from softness.learning import variants
from softness.learning.regress import grid
from softness.learning.targets import counts_target, values_target
from softness.learning.variants import Particles

RIDGE = grid("ridge", alpha=(1.0, 1e6))


@pytest.fixture(scope="module")
def toy():
    return planted(4000, np.random.default_rng(1), columns=12, telling=4, snapshots=8)


@pytest.fixture(scope="module")
def particles(toy):
    return Particles(toy.features, toy.target, toy.snapshots, toy.mean, toy.scale)


def test_the_chosen_settings_train_the_model(toy, particles):
    found = variants.fit_chosen("ridge", RIDGE, particles, np.random.default_rng(2))
    assert found.choice.best == RIDGE[0]
    assert list(found.regressors) == ["ridge"]
    assert cosine(found.regressors["ridge"].weights, toy.weights) > 0.99


def test_features_that_tell_nothing_go_first(toy, particles):
    generator = np.random.default_rng(2)
    found = variants.fit_eliminated("ridge", RIDGE, particles, generator, (12, 4, 2))
    assert list(found.regressors) == [
        "ridge_2_features",
        "ridge_4_features",
        "ridge_12_features",
    ]
    weights = found.regressors["ridge_4_features"].weights
    assert np.flatnonzero(weights).tolist() == [0, 1, 2, 3]
    predicted = found.regressors["ridge_4_features"].predict(toy.features)
    assert np.corrcoef(predicted, toy.logit)[0, 1] > 0.99


def test_more_features_than_there_are_is_refused(particles):
    with pytest.raises(InputError, match="there are 12 features"):
        variants.fit_eliminated("ridge", RIDGE, particles, np.random.default_rng(2), (4, 13))


def test_fewer_runs_make_noisier_models(toy, particles):
    found = variants.fit_thinned("ridge", RIDGE, particles, np.random.default_rng(2), (500, 50))
    assert list(found.regressors) == ["ridge_50_runs", "ridge_500_runs"]
    few, many = (cosine(each.weights, toy.weights) for each in found.regressors.values())
    assert few < many
    assert many > 0.9


def test_other_labels_train_their_own_models(toy, particles):
    opposite = counts_target(toy.target.trials - toy.target.counts, toy.target.trials)
    labelled = replace(particles, others={"same": toy.target, "opposite": opposite})
    found = variants.fit_relabelled(RIDGE, labelled, np.random.default_rng(2))
    usual = variants.fit_chosen("same", RIDGE, particles, np.random.default_rng(2))
    assert list(found.regressors) == ["same", "opposite"]
    assert found.choice.best == usual.choice.best
    assert found.regressors["same"].weights.tolist() == usual.regressors["same"].weights.tolist()
    same, other = (found.regressors[name].weights for name in ("same", "opposite"))
    assert cosine(same, other) == pytest.approx(-1.0)
    half = np.arange(len(toy.target)) % 2 == 0
    assert len(labelled.of(half).others["opposite"]) == half.sum()


def test_a_model_of_some_features_has_no_weight_for_others(toy, particles):
    columns = np.array([1, 2, 5])
    found = variants.fit_columns("ridge", RIDGE, particles, np.random.default_rng(2), columns)
    model = found.regressors["ridge"]
    assert np.flatnonzero(model.weights).tolist() == [1, 2, 5]
    seen = Particles(
        toy.features[:, columns],
        toy.target,
        toy.snapshots,
        toy.mean[columns],
        toy.scale[columns],
    )
    alone = variants.fit_chosen("ridge", RIDGE, seen, np.random.default_rng(2))
    expected = alone.regressors["ridge"].predict(toy.features[:, columns])
    assert model.predict(toy.features) == pytest.approx(expected)


def test_thinned_counts_are_drawn_without_replacement():
    target = counts_target(np.full(40_000, 6), 20)
    counts = variants.thinned(target, 5, np.random.default_rng(1)).counts
    shares = np.bincount(counts.astype(int), minlength=6) / len(counts)
    expected = hypergeom(20, 6, 5).pmf(np.arange(6))
    np.testing.assert_allclose(shares, expected, atol=4 * np.sqrt(0.25 / 40_000))
    whole = variants.thinned(target, 20, np.random.default_rng(1))
    assert (whole.counts == 6).all()
    assert (whole.trials == 20).all()


def test_runs_that_were_not_done_cannot_be_drawn():
    generator = np.random.default_rng(1)
    with pytest.raises(InputError, match="runs = 21: there are 20"):
        variants.thinned(counts_target(np.array([3]), 20), 21, generator)
    with pytest.raises(InputError, match="no counts"):
        variants.thinned(values_target(np.array([0.3])), 2, generator)
