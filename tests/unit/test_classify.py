"""The hyperplane: against closed forms, scikit-learn, and brute force over biases."""

import numpy as np
import pytest
from sklearn.svm import SVC

from softness.errors import InputError
from softness.learning import classify


def two_clouds(size, generator, gap=1.5, columns=6):
    """Two normal clouds of one covariance C; the best plane is C^-1 (difference of means)."""
    labels = np.where(np.arange(size) % 2 == 0, 1, -1)
    mixing = 0.2 * generator.normal(size=(columns, columns)) + np.eye(columns)
    shift = np.zeros(columns)
    shift[0] = gap / 2
    features = (generator.normal(size=(size, columns)) + labels[:, None] * shift) @ mixing.T
    best = np.linalg.solve(mixing.T, np.eye(columns)[0])
    return features * 3 + 100, labels, best


def test_two_points_are_divided_half_way():
    features = np.array([[0.0, 5.0], [4.0, 5.0]])
    plane = classify.train_hyperplane(features, np.array([-1, 1]), penalty=1e6)
    assert plane.value(np.array([[2.0, 5.0]])) == pytest.approx(0, abs=1e-6)
    assert plane.value(features) == pytest.approx([-1, 1], abs=1e-6)
    assert plane.weights[1] == pytest.approx(0, abs=1e-9)  # a constant feature has no say


def test_value_is_the_decision_function_of_the_support_vector_machine():
    features, labels, _ = two_clouds(400, np.random.default_rng(1))
    plane = classify.train_hyperplane(features, labels, 0.01)
    standardised = (features - features.mean(axis=0)) / features.std(axis=0)
    machine = SVC(kernel="linear", C=0.01).fit(standardised, labels)
    assert plane.value(features) == pytest.approx(machine.decision_function(standardised), abs=1e-9)
    assert plane.bias == pytest.approx(-machine.intercept_[0])
    assert plane.value(features) == pytest.approx(plane.projection(features) - plane.bias)
    raw = features @ plane.raw_weights()
    assert raw - raw.mean() == pytest.approx(plane.projection(features), abs=1e-9)


def test_normal_vector_is_that_of_the_best_linear_discriminant():
    features, labels, best = two_clouds(8000, np.random.default_rng(2))
    plane = classify.train_hyperplane(features, labels)
    covariance = np.cov((features - labels[:, None] * features[labels > 0].mean(0)).T)
    raw = plane.raw_weights()
    cosine = raw @ covariance @ best
    cosine /= np.sqrt(raw @ covariance @ raw * (best @ covariance @ best))
    assert cosine > 0.99


def test_units_and_origin_of_features_do_not_matter():
    features, labels, _ = two_clouds(500, np.random.default_rng(3))
    plane = classify.train_hyperplane(features, labels)
    factor = np.array([1e-3, 1.0, 50.0, 2.0, 1e4, 7.0])
    other = classify.train_hyperplane(features * factor - 17, labels)
    assert other.value(features * factor - 17) == pytest.approx(plane.value(features), abs=1e-5)


def test_a_feature_that_never_varies_has_the_scale_1_however_large_and_small_ones_keep_theirs():
    tiny = np.tile([1e-10, 3e-10], 50)
    features = np.stack([np.zeros(100), np.full(100, 1e6 + 0.1), tiny], axis=1)
    assert features.std(axis=0)[1] > 0, "no rounding error to tell from a scale"
    mean, scale = classify.standardisation(features)
    assert mean == pytest.approx([0, 1e6 + 0.1, 2e-10], rel=1e-9, abs=0)
    assert scale == pytest.approx([1, 1, 1e-10], rel=1e-9, abs=0)


def test_standardisation_of_the_population_travels_with_the_model():
    features, labels, _ = two_clouds(500, np.random.default_rng(4))
    mean, scale = np.full(6, 90.0), np.full(6, 4.0)
    plane = classify.train_hyperplane(features, labels, mean=mean, scale=scale)
    assert (plane.mean == mean).all()
    expected = (features - mean) / scale @ plane.weights - plane.bias
    assert plane.value(features) == pytest.approx(expected)


def test_liblinear_finds_the_plane_of_libsvm(monkeypatch):
    features, labels, _ = two_clouds(3000, np.random.default_rng(5))
    exact = classify.train_hyperplane(features, labels)
    monkeypatch.setattr(classify, "LARGEST_FOR_LIBSVM", 1000)
    quick = classify.train_hyperplane(features, labels)
    assert quick.weights == pytest.approx(exact.weights, abs=2e-3 * np.linalg.norm(exact.weights))
    assert quick.bias == pytest.approx(exact.bias, abs=5e-3)


def copies(generator, groups=60, repeats=8):
    """Samples without any relation to their labels, each of which comes in nearly equal copies."""
    features = np.repeat(generator.normal(size=(groups, 40)), repeats, axis=0)
    labels = np.repeat(np.where(np.arange(groups) % 2 == 0, 1, -1), repeats)
    features += 1e-3 * generator.normal(size=features.shape)
    return features, labels, np.repeat(np.arange(groups), repeats)


def test_plain_folds_reward_copies_and_grouped_folds_do_not():
    generator = np.random.default_rng(9)
    plain, grouped = [], []
    for _ in range(6):
        features, labels, groups = copies(generator)
        plain.append(classify.cross_validate(features, labels, generator, penalty=1.0).accuracy)
        grouped.append(
            classify.cross_validate(features, labels, generator, groups, penalty=1.0).accuracy
        )
    assert np.mean(plain) > 0.85
    assert np.mean(grouped) == pytest.approx(0.5, abs=0.07)


def test_no_group_is_split_across_folds():
    generator = np.random.default_rng(10)
    features, labels, groups = copies(generator)
    result = classify.cross_validate(features, labels, generator, groups)
    for group in np.unique(groups):
        assert len(np.unique(result.folds[groups == group])) == 1
    assert set(result.folds) == set(range(5))


def test_cross_validated_accuracy_is_that_of_the_ideal_observer():
    features, labels, _ = two_clouds(4000, np.random.default_rng(11), gap=2.0)
    result = classify.cross_validate(features, labels, np.random.default_rng(1), penalty=1.0)
    assert result.accuracy == pytest.approx(0.8413, abs=0.015)  # Phi(gap / 2)
    again = classify.cross_validate(features, labels, np.random.default_rng(1), penalty=1.0)
    assert (again.values == result.values).all()


def test_all_folds_take_the_standardisation_that_is_given():
    features, labels, _ = two_clouds(200, np.random.default_rng(14))
    given = {"mean": np.full(6, 90.0), "scale": np.array([1.0, 2, 4, 8, 16, 32])}
    result = classify.cross_validate(features, labels, np.random.default_rng(1), **given)
    for fold in range(5):
        test = result.folds == fold
        plane = classify.train_hyperplane(features[~test], labels[~test], **given)
        assert result.values[test] == pytest.approx(plane.value(features[test]))
    own = classify.cross_validate(features, labels, np.random.default_rng(1))
    assert (own.folds == result.folds).all()
    assert np.abs(own.values - result.values).max() > 0.01
    with pytest.raises(InputError, match="mean and scale: give both"):
        classify.cross_validate(features, labels, np.random.default_rng(1), mean=np.zeros(6))
    with pytest.raises(InputError, match="scale has the smallest value 0"):
        classify.cross_validate(
            features, labels, np.random.default_rng(1), mean=np.zeros(6), scale=np.zeros(6)
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f, y: (f[:, 0], y), r"features has the shape \(100,\)"),
        (lambda f, y: (np.where(f == f[3, 2], np.nan, f), y), "features holds 1 values.*NaN"),
        (lambda f, y: (f, y[:-1]), r"labels has the shape \(99,\)"),
        (lambda f, y: (f, y * 0 + 1), r"labels holds the class \+1 only.*both classes"),
        (lambda f, y: (f, (y + 1) // 2), r"labels holds \[0\].*-1"),
        (lambda f, y: (f[:0], y[:0]), "at least one sample"),
    ],
)
def test_what_cannot_be_trained_on_is_named(change, message):
    features, labels, _ = two_clouds(100, np.random.default_rng(12))
    with pytest.raises(InputError, match=message):
        classify.train_hyperplane(*change(features, labels))


def test_other_arguments_are_named_too():
    generator = np.random.default_rng(13)
    features, labels, _ = two_clouds(100, generator)
    with pytest.raises(InputError, match=r"penalty = -1.*positive"):
        classify.train_hyperplane(features, labels, penalty=-1)
    with pytest.raises(InputError, match="mean and scale: give both"):
        classify.train_hyperplane(features, labels, mean=np.zeros(6))
    plane = classify.train_hyperplane(features, labels)
    with pytest.raises(InputError, match=r"features has 5 columns.*trained with 6"):
        plane.value(features[:, :5])
    with pytest.raises(InputError, match=r"folds = 5.*2 groups.*more events"):
        classify.cross_validate(features, labels, generator, np.arange(100) % 4)
    with pytest.raises(InputError, match=r"folds = 60.*50 samples.*fewer folds"):
        classify.cross_validate(features, labels, generator, folds=60)
    with pytest.raises(InputError, match="folds = 1:"):
        classify.cross_validate(features, labels, generator, folds=1)
