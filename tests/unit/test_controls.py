"""Controls: a random direction, and measures of collapse that say what chance would give."""

import numpy as np
import pytest

from softness.barriers.controls import quadratic, random_hyperplane, slope_ratio, steepness
from softness.errors import InputError

X = np.linspace(-2, 2, 401)
REFERENCE = 7.0 - 1.3 * X


def test_random_direction_has_unit_length_and_no_preference():
    generator = np.random.default_rng(1)
    planes = [random_hyperplane(np.zeros(3), np.ones(3), generator) for _ in range(4000)]
    weights = np.array([plane.weights for plane in planes])
    assert np.linalg.norm(weights, axis=1) == pytest.approx(1.0)
    assert weights.mean(axis=0) == pytest.approx(0.0, abs=0.04)
    assert np.cov(weights.T) == pytest.approx(np.eye(3) / 3, abs=0.02)
    assert all(plane.bias == 0 for plane in planes)


def test_curves_that_collapse_have_the_same_slope_whatever_their_level():
    assert slope_ratio(X, REFERENCE, REFERENCE) == pytest.approx(1.0)
    assert slope_ratio(X, REFERENCE + 5, REFERENCE) == pytest.approx(1.0)
    assert steepness(X, REFERENCE) == pytest.approx(-1.3)


@pytest.mark.parametrize("ratio", [-1.0, 0.0, 0.3, 2.0])
def test_the_ratio_of_slopes_is_the_planted_one(ratio):
    assert slope_ratio(X, 7.0 - 1.3 * ratio * X, REFERENCE) == pytest.approx(ratio, abs=1e-9)


def test_errors_of_the_reference_do_not_make_a_curve_steeper_or_flatter():
    """Least squares would attenuate the slope by a third here."""
    generator = np.random.default_rng(1)
    pairs = REFERENCE + generator.normal(scale=1.0, size=(50, 2, *X.shape))
    assert np.mean([slope_ratio(X, *pair) for pair in pairs]) == pytest.approx(1.0, abs=0.03)


def test_only_known_bins_within_the_limit_count():
    curve = REFERENCE.copy()
    curve[0] = np.nan
    assert slope_ratio(X, curve, REFERENCE) == pytest.approx(1.0)
    wide = np.linspace(-4, 4, 401)
    far = np.where(np.abs(wide) > 2, 99.0, 7.0 - 1.3 * wide)
    assert slope_ratio(wide, far, 7.0 - 1.3 * wide) == pytest.approx(1.0)
    assert steepness(wide, far) == pytest.approx(-1.3)
    assert np.isnan(slope_ratio(X, np.full_like(X, np.nan), REFERENCE))
    assert np.isnan(slope_ratio(X, REFERENCE, np.ones_like(X)))


def test_the_quadratic_term_is_relative_to_the_linear_one_at_the_limit():
    weights = np.ones_like(X)
    assert quadratic(X, REFERENCE, weights) == pytest.approx(0.0, abs=1e-12)
    bent = 7.0 - 1.3 * (X + 0.1 * X**2)
    assert quadratic(X, bent, weights) == pytest.approx(0.2)
    # A bin of no weight does not count.
    bent[-1], weights[-1] = 99.0, 0.0
    assert quadratic(X, bent, weights) == pytest.approx(0.2)
    assert np.isnan(quadratic(X[:2], bent[:2], weights[:2]))


def test_two_bins_have_a_slope_and_one_has_none():
    """The last one lies at the very limit."""
    values, reference = np.array([-1.0, 0.0, 2.0]), np.array([5.0, 4.0, 2.0])
    curve = np.array([np.nan, 4.0, 3.5])
    assert slope_ratio(values, curve, reference) == pytest.approx(0.25)
    assert np.isnan(slope_ratio(values[1:], curve[:2], reference[1:]))


def test_messages_name_argument_value_and_remedy():
    with pytest.raises(InputError, match=r"mean has the shape \(2,\), scale \(3,\)"):
        random_hyperplane(np.zeros(2), np.ones(3), np.random.default_rng(1))
    with pytest.raises(InputError, match=r"curve has the shape \(2,\).*401 bins"):
        slope_ratio(X, np.ones(2), REFERENCE)
