"""Cosines: what they mean for two learned variables, and why the plain one is not stable."""

import numpy as np
import pytest

from softness.barriers.cosines import covariance_cosine, plain_cosine
from softness.errors import InputError


def test_plain_cosine_is_that_of_the_angle():
    assert plain_cosine(np.array([1.0, 0.0]), np.array([3.0, 3.0])) == pytest.approx(0.5**0.5)
    assert plain_cosine(np.array([1.0, 2.0]), np.array([-2.0, -4.0])) == pytest.approx(-1.0)


def test_cosine_in_the_metric_of_features_is_the_correlation_of_the_variables():
    generator = np.random.default_rng(1)
    features = generator.normal(size=(500, 6)) @ generator.normal(size=(6, 6))
    first, second = generator.normal(size=(2, 6))
    found = covariance_cosine(first, second, np.cov(features.T))
    expected = np.corrcoef(features @ first, features @ second)[0, 1]
    assert found == pytest.approx(expected)


def test_uncorrelated_features_of_unit_variance_have_one_cosine():
    first, second = np.random.default_rng(2).normal(size=(2, 5))
    assert covariance_cosine(first, second, np.eye(5)) == pytest.approx(plain_cosine(first, second))


def test_two_collinear_features_give_orthogonal_planes_of_one_variable():
    """Each plane uses one of two nearly equal features: the same variable, at a right angle."""
    covariance = np.array([[1.0, 0.999], [0.999, 1.0]])
    first, second = np.eye(2)
    assert plain_cosine(first, second) == 0
    assert covariance_cosine(first, second, covariance) == pytest.approx(0.999)


def test_units_of_features_change_the_plain_cosine_only():
    generator = np.random.default_rng(3)
    features = generator.normal(size=(300, 4))
    first, second = generator.normal(size=(2, 4))
    factor = np.array([1.0, 100.0, 0.1, 3.0])
    covariance = np.cov(features.T)
    other = np.cov((features * factor).T)
    assert covariance_cosine(first / factor, second / factor, other) == pytest.approx(
        covariance_cosine(first, second, covariance)
    )
    changed = plain_cosine(first / factor, second / factor)
    assert abs(changed - plain_cosine(first, second)) > 0.01


def test_messages_name_argument_value_and_remedy():
    with pytest.raises(InputError, match=r"first has 2 weights, second 3.*the same features"):
        plain_cosine(np.ones(2), np.ones(3))
    with pytest.raises(InputError, match=r"covariance has the shape \(3, 3\): give \(2, 2\)"):
        covariance_cosine(np.ones(2), np.ones(2), np.eye(3))
    with pytest.raises(InputError, match="one value everywhere"):
        plain_cosine(np.zeros(2), np.ones(2))
    with pytest.raises(InputError, match="second holds 1 values that are NaN"):
        plain_cosine(np.ones(2), np.array([1.0, np.nan]))
