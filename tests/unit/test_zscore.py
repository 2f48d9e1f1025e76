"""Z-scores: the conventions, and what is equal between them."""

import numpy as np
import pytest

from softness.barriers import zscore
from softness.errors import InputError
from softness.learning.classify import standardisation
from softness.learning.hyperplane import Hyperplane


@pytest.fixture
def features():
    return np.random.default_rng(1).normal(size=(1000, 3)) @ np.array(
        [[1.0, 0.4, 0.0], [0.0, 2.0, 0.3], [0.5, 0.0, 1.0]]
    ) + np.array([3.0, -7.0, 100.0])


@pytest.fixture
def plane(features):
    return Hyperplane(np.array([0.3, -0.8, 0.1]), 0.7, *standardisation(features))


def test_chapter_three_has_no_bias(features, plane):
    projections = plane.projection(features)
    x = zscore.without_bias(projections)(projections)
    assert x == pytest.approx(projections / projections.std())
    assert x.std() == pytest.approx(1.0)


def test_models_without_a_hyperplane_have_mean_zero_and_variance_one(features, plane):
    values = np.tanh(plane.value(features))
    x = zscore.about_mean(values)(values)
    assert x.mean() == pytest.approx(0.0, abs=1e-12)
    assert x.std() == pytest.approx(1.0)


def test_for_a_linear_model_both_conventions_agree_on_its_own_population(features, plane):
    projections, values = plane.projection(features), plane.value(features)
    chapter_three = zscore.without_bias(projections)(projections)
    general = zscore.about_mean(values)(values)
    # Here features are standardised with the same population, so that <w.F> = 0.
    assert general == pytest.approx(chapter_three, abs=1e-9)


def test_length_of_the_weights_does_not_matter(features, plane):
    long = Hyperplane(10 * plane.weights, 10 * plane.bias, plane.mean, plane.scale)
    one, other = (
        zscore.about_mean(model.value(features))(model.value(features)) for model in (plane, long)
    )
    assert one == pytest.approx(other)


def test_scale_is_that_of_training_at_every_temperature(features, plane):
    score = zscore.without_bias(plane.projection(features))
    warmer = features + 0.5
    shift = (0.5 / plane.scale) @ plane.weights
    change = score(plane.projection(warmer)) - score(plane.projection(features))
    assert change == pytest.approx(shift / score.scale)


def test_a_model_that_gives_one_value_has_no_z_score():
    with pytest.raises(InputError, match=r"5 that do not vary.*has learned something"):
        zscore.about_mean(np.ones(5))
    with pytest.raises(InputError, match="NaN"):
        zscore.without_bias(np.array([1.0, np.nan]))
