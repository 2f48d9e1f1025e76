"""Linear functions of features without the features: equal to those of the whole table."""

import numpy as np
import pytest

from softness.errors import InputError
from softness.structure.feature_set import FeatureSet, frame_features
from softness.structure.projected import projected_features

LENGTH = 7.0
FEW = {"radii": (1.0, 1.4), "shells": (1.0,), "degrees": (2, 6), "width": 0.2}


@pytest.fixture(scope="module")
def liquid():
    generator = np.random.default_rng(3)
    positions = generator.uniform(-10, 20, size=(300, 3))
    return positions, (np.arange(300) % 5 == 0).astype(int)


@pytest.mark.parametrize("orders", [(0,), (1,), (0, 1), (0, 2), (0, 1, 2), (3,)])
@pytest.mark.parametrize("centres", [None, np.array([7, 2, 200])])
def test_values_are_those_of_the_whole_table(liquid, orders, centres):
    features = FeatureSet(**FEW, orders=orders, cutoff=2.0)
    weights = np.random.default_rng(5).normal(size=(3, len(features)))
    table = frame_features(*liquid, LENGTH, features, centres).astype(np.float64)
    found = projected_features(*liquid, LENGTH, features, weights, centres)
    assert found.shape == (len(table), 3)
    # The table is rounded to single precision.
    np.testing.assert_allclose(found, table @ weights.T, atol=3e-6 * np.abs(table).max())


def test_weights_of_another_number_of_features_are_refused(liquid):
    with pytest.raises(InputError, match=r"weights has the shape \(1, 5\): give rows of 6"):
        projected_features(*liquid, LENGTH, FeatureSet(**FEW), np.ones((1, 5)))
