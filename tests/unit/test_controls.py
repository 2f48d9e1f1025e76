"""Controls: a random direction, and measures of collapse that say what chance would give."""

import numpy as np
import pytest

from softness.barriers.controls import distance_over_range, random_hyperplane, slope_ratio
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


def test_equal_curves_have_no_distance():
    assert distance_over_range(X, REFERENCE, REFERENCE) == 0
    assert slope_ratio(X, REFERENCE, REFERENCE) == pytest.approx(1.0)


def test_a_flat_curve_is_at_0_29_of_the_range_and_a_reversed_one_at_0_58():
    """So no threshold above 0.29 can be passed for certain by a variable without influence."""
    flat, reverse = np.full_like(X, 7.0), 7.0 + 1.3 * X
    assert distance_over_range(X, flat, REFERENCE) == pytest.approx(12**-0.5, rel=0.01)
    assert distance_over_range(X, reverse, REFERENCE) == pytest.approx(2 * 12**-0.5, rel=0.01)
    assert slope_ratio(X, flat, REFERENCE) == pytest.approx(0.0, abs=1e-9)
    assert slope_ratio(X, reverse, REFERENCE) == pytest.approx(-1.0)


def test_only_known_bins_within_the_limit_count():
    curve = REFERENCE.copy()
    curve[0] = np.nan
    wide = np.linspace(-4, 4, 401)
    assert distance_over_range(X, curve, REFERENCE) == 0
    far = np.where(np.abs(wide) > 2, 99.0, 7.0 - 1.3 * wide)
    assert distance_over_range(wide, far, 7.0 - 1.3 * wide) == 0
    assert np.isnan(distance_over_range(X, np.full_like(X, np.nan), REFERENCE))
    assert np.isnan(distance_over_range(X, REFERENCE, np.ones_like(X)))


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
        distance_over_range(X, np.ones(2), REFERENCE)
