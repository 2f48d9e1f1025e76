"""Scores: against closed forms of normal variables, scipy and simulation."""

import numpy as np
import pytest
import scipy.spatial.distance
import scipy.stats

from softness.errors import InputError
from softness.learning import scores


def test_error_of_accuracy_is_binomial_for_independent_samples():
    generator = np.random.default_rng(1)
    labels = generator.choice([-1, 1], 5000)
    values = labels * np.where(generator.random(5000) < 0.8, 1.0, -1.0)
    found = scores.accuracy(values, labels)
    assert found.value == np.mean(np.sign(values) == labels)
    assert found.error == pytest.approx(np.sqrt(0.8 * 0.2 / 5000), rel=0.05)


def test_copies_of_a_sample_do_not_shrink_the_error():
    generator = np.random.default_rng(2)
    labels = np.ones(300)
    values = np.where(generator.random(300) < 0.7, 1.0, -1.0)
    once = scores.accuracy(values, labels)
    groups = np.repeat(np.arange(300), 10)
    tenfold = scores.accuracy(np.repeat(values, 10), np.repeat(labels, 10), groups)
    assert tenfold == pytest.approx(once)
    assert scores.accuracy(np.repeat(values, 10), np.repeat(labels, 10)).error < once.error / 3


def test_one_group_has_no_error():
    found = scores.accuracy(np.ones(10), np.ones(10), np.zeros(10))
    assert found.value == 1
    assert np.isnan(found.error)


def test_pearson_is_that_of_scipy():
    generator = np.random.default_rng(3)
    first = generator.normal(size=100)
    second = first + generator.normal(size=100)
    expected = scipy.stats.pearsonr(first, second).statistic
    assert scores.pearson(first, second) == pytest.approx(expected)
    assert np.isnan(scores.pearson(first, np.ones(100)))


def test_logit_of_counts_is_finite_and_symmetric():
    counts = np.arange(11)
    logits = scores.logit_share(counts, 10)
    assert np.isfinite(logits).all()
    assert logits == pytest.approx(-logits[::-1])
    assert logits[0] == pytest.approx(np.log(0.5 / 10.5))


def test_logit_of_counts_has_next_to_no_bias_where_events_are_not_rare():
    generator = np.random.default_rng(4)
    chance = 0.02
    logits = scores.logit_share(generator.binomial(1000, chance, size=200_000), 1000)
    assert logits.mean() == pytest.approx(np.log(chance / (1 - chance)), abs=0.005)


def test_equal_distributions_of_any_unit_have_no_divergence():
    values = np.random.default_rng(5).normal(size=2000)
    found = scores.jensen_shannon_divergence(values, 7 + 3 * values)
    assert found == pytest.approx(0, abs=1e-3)


def test_divergence_of_two_samples_of_one_distribution_is_that_of_chance():
    generator = np.random.default_rng(6)
    found = [
        scores.jensen_shannon_divergence(
            generator.uniform(size=1500), generator.uniform(size=3000), bins=20, width=np.sqrt(3)
        )
        for _ in range(200)
    ]
    assert np.mean(found) == pytest.approx(scores.divergence_of_equals(1500, 3000, 20), rel=0.1)


def test_divergence_is_that_of_scipy():
    generator = np.random.default_rng(7)
    first, second = generator.normal(size=4000), generator.exponential(size=3000)
    edges = np.linspace(-5, 5, 51)
    standard = [
        np.clip((values - values.mean()) / values.std(), -5, 5) for values in (first, second)
    ]
    shares = [np.histogram(values, edges)[0] for values in standard]
    expected = scipy.spatial.distance.jensenshannon(*shares, base=2) ** 2
    assert scores.jensen_shannon_divergence(first, second) == pytest.approx(expected)


def test_divergence_of_normal_and_exponential_is_that_of_the_integral():
    generator = np.random.default_rng(8)
    x = np.linspace(-5, 12, 200_001)
    p, q = scipy.stats.norm.pdf(x), scipy.stats.expon.pdf(x, loc=-1)
    m = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        density = sum(np.where(d > 0, d * np.log2(d / m), 0.0) for d in (p, q)) / 2
    expected = np.trapezoid(density, x)
    first, second = generator.normal(size=200_000), generator.exponential(size=200_000)
    found = scores.jensen_shannon_divergence(first, second, bins=200)
    assert found == pytest.approx(expected, rel=0.03)


def test_explained_variance_of_normal_variables_is_the_squared_correlation():
    generator = np.random.default_rng(9)
    values = generator.normal(size=400_000)
    for correlation in (0.0, 0.4, 0.8):
        noise = generator.normal(size=len(values))
        truth = correlation * values + np.sqrt(1 - correlation**2) * noise
        found = scores.explained_variance(values, truth, bins=200)
        assert found == pytest.approx(correlation**2, abs=0.005)
        # Only the order of X counts.
        assert scores.explained_variance(np.exp(values), truth, bins=200) == pytest.approx(found)


def test_explained_variance_is_the_ratio_of_variances_of_the_source():
    generator = np.random.default_rng(10)
    values = generator.normal(size=40 * 177)
    truth = np.tanh(values) + generator.normal(size=len(values))
    means = truth[np.argsort(values)].reshape(40, 177).mean(axis=1)
    expected = means.var() / truth.var()
    assert scores.explained_variance(values, truth, 40) == pytest.approx(expected)


def test_chance_alone_explains_what_is_taken_out_by_the_correction():
    generator = np.random.default_rng(11)
    plain, corrected = [], []
    for _ in range(200):
        values, truth = generator.normal(size=(2, 1000))
        plain.append(scores.explained_variance(values, truth, 40))
        corrected.append(scores.explained_variance(values, truth, 40, corrected=True))
    assert np.mean(plain) == pytest.approx(39 / 999, rel=0.05)
    assert np.mean(corrected) == pytest.approx(0, abs=0.002)


@pytest.mark.parametrize("particles", [3000, 20_000])
def test_chance_explains_one_part_in_177_however_many_particles_there_are(particles):
    generator = np.random.default_rng(11)
    draws = generator.normal(size=(100, 2, particles))
    found = [scores.explained_variance(*each) for each in draws]
    bins = scores.bins_of(particles)
    assert np.mean(found) == pytest.approx((bins - 1) / (particles - 1), rel=0.06)
    assert (bins - 1) / (particles - 1) == pytest.approx(1 / 177, rel=0.06)
    assert scores.bins_of(40 * 177) == 40
    assert scores.bins_of(5) == 2


def test_what_is_left_within_bins_is_about_their_means():
    values = np.array([3.0, 1.0, 4.0, 2.0])
    truth = np.array([10.0, 1.0, 20.0, 3.0])
    np.testing.assert_allclose(scores.within_bins(values, truth, 2), [-5.0, -1.0, 5.0, 1.0])


def test_noise_ceiling_is_what_the_true_probability_explains():
    generator = np.random.default_rng(13)
    log_odds = generator.normal(-5.0, 1.0, size=40_000)
    chance = 1 / (1 + np.exp(-log_odds))
    half = 2000  # 27 events of a typical particle in all runs
    counts = [generator.binomial(half, chance) for _ in range(2)]
    halves = scores.pearson(*(scores.logit_share(count, half) for count in counts))
    ceiling = scores.reliability(halves)
    measured = scores.logit_share(sum(counts), 2 * half)
    best = scores.explained_variance(log_odds, measured, bins=200)
    assert ceiling == pytest.approx(best, abs=0.02)
    assert scores.pearson(log_odds, measured) == pytest.approx(np.sqrt(ceiling), abs=0.02)


def test_noise_ceiling_is_a_little_too_high_with_few_events():
    """Three events a particle, a quarter of the particles without any, as at T = 0.45."""
    generator = np.random.default_rng(14)
    log_odds = generator.normal(-8.6, 1.0, size=40_000)
    counts = [generator.binomial(5000, 1 / (1 + np.exp(-log_odds))) for _ in range(2)]
    halves = scores.pearson(*(scores.logit_share(count, 5000) for count in counts))
    ceiling = scores.reliability(halves)
    best = scores.explained_variance(log_odds, scores.logit_share(sum(counts), 10_000), bins=200)
    assert best < ceiling < best + 0.08


def test_ceiling_of_halves_without_relation_is_unknown():
    assert np.isnan(scores.reliability(-0.2))
    assert scores.reliability(0.5) == pytest.approx(2 / 3)
    assert scores.reliability(1.0) == 1.0


def by_class(answers, labels):
    """(2, replicas, blocks, ...) sums over samples of (replicas, blocks, samples, ...) answers."""
    extra = (1,) * (answers.ndim - labels.ndim)
    members = [(labels == label).reshape(labels.shape + extra) for label in (1, -1)]
    return np.array([(answers * of_class).sum(axis=2) for of_class in members])


def right_answers(values, labels, biases):
    """(2, replicas, blocks, biases) right answers to (replicas, blocks, samples) values."""
    answers = (values[..., None] > biases) == (labels > 0)[..., None]
    return by_class(answers, labels), by_class(np.ones_like(labels), labels)


def test_a_bias_that_others_chose_does_not_flatter():
    generator = np.random.default_rng(15)
    biases = np.linspace(-2, 2, 41)
    best, held_out = [], []
    for _ in range(200):
        values, labels = generator.normal(size=(5, 2, 20)), generator.choice([-1, 1], (5, 2, 20))
        right, samples = right_answers(values, labels, biases)
        total = samples.sum(axis=(1, 2))
        best.append(scores.balanced_accuracy(right.sum(axis=(1, 2)), total).max())
        chosen = scores.held_out_right(right, samples)
        held_out.append(scores.balanced_accuracy(chosen.sum(axis=(1, 2)), total))
    assert np.mean(best) > 0.53
    assert np.mean(held_out) == pytest.approx(0.5, abs=0.01)


def test_balanced_accuracy_counts_classes_alike():
    # 90 of 100 active samples and 1 of 10 inactive ones.
    assert scores.balanced_accuracy(np.array([90, 1]), np.array([100, 10])) == pytest.approx(0.5)
    # With equal classes it is the plain share.
    right = np.array([[40, 50], [25, 3]])
    assert scores.balanced_accuracy(right, np.array([50, 50])) == pytest.approx([0.65, 0.53])
    # One that always says "active", whatever the classes.
    assert scores.balanced_accuracy(np.array([7, 0]), np.array([7, 993])) == 0.5
    assert np.isnan(scores.balanced_accuracy(np.array([7, 0]), np.array([7, 0])))


def test_the_most_accurate_bias_counts_classes_alike():
    # Always "active" is right 10 times of 12, but always in one class only.
    right = np.array([[[[10, 8]]], [[[0, 2]]]])
    samples = np.array([[[10]], [[2]]])
    assert right.sum(axis=0).argmax() == 0
    assert scores.most_accurate(right, samples) == 1


def test_each_replica_is_judged_at_the_bias_of_the_others():
    right = np.array([[[4, 1, 1]], [[0, 3, 2]], [[1, 2, 5]]])
    # The others of each: [1, 5, 7], [5, 3, 6], [4, 4, 3] of which the middle maximum is the second.
    found = scores.held_out_right(np.array([right, right]), np.full((2, 3, 1), 5))
    assert found.tolist() == 2 * [[[1], [2], [2]]]


def test_a_bias_is_chosen_by_class_whatever_the_numbers_of_the_others():
    # The other replica is nearly all active: its plain share is best at the first bias.
    right = np.array([[[[5, 4]], [[90, 70]]], [[[1, 4]], [[0, 10]]]])
    samples = np.array([[[5], [90]], [[5], [10]]])
    found = scores.held_out_right(right, samples)
    assert found[:, 0].tolist() == [[4], [4]]


def test_where_the_others_lack_a_class_all_samples_choose():
    right = np.array([[[4, 1, 2], [0, 3, 4]]])
    single = np.array([right, right])
    found = scores.held_out_right(single, np.full((2, 1, 2), 4))
    assert found.tolist() == 2 * [[[2, 4]]]
    empty = np.concatenate([single, np.zeros((2, 1, 2, 3))], axis=1)
    samples = np.array(2 * [[[4, 4], [0, 0]]])
    assert scores.held_out_right(empty, samples).tolist() == 2 * [[[2, 4], [0, 0]]]
    one_sided = np.array([[[[3, 1]], [[0, 0]]], [[[0, 0]], [[2, 1]]]])
    samples = np.array([[[3], [0]], [[0], [2]]])
    assert scores.held_out_right(one_sided, samples).tolist() == [[[3], [0]], [[0], [2]]]


def test_the_middle_of_equally_good_places_is_taken():
    assert scores.middle_of_maxima(np.array([0, 5, 5, 5, 1])) == 2
    assert scores.middle_of_maxima(np.array([3.0])) == 0


@pytest.mark.parametrize(
    ("right", "samples", "message"),
    [
        (np.ones((2, 3, 4, 5)), np.ones((2, 4, 3)), r"shape \(2, 3, 4, 5\), samples \(2, 4, 3\)"),
        (np.ones((3, 2, 4, 5)), np.ones((3, 2, 4)), r"right has the shape \(3, 2, 4, 5\)"),
        (np.ones((2, 3, 4)), np.ones((2, 3, 4)), r"right has the shape \(2, 3, 4\)"),
        (np.ones((2, 3, 4, 0)), np.ones((2, 3, 4)), r"right has the shape \(2, 3, 4, 0\)"),
        (2 * np.ones((2, 3, 4, 5)), np.ones((2, 3, 4)), "right runs from 2 to 2"),
    ],
)
def test_right_answers_that_do_not_fit_are_refused(right, samples, message):
    with pytest.raises(InputError, match=message):
        scores.held_out_right(right, samples)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda v: scores.accuracy(v, v[:-1]), r"labels has the shape \(9,\)"),
        (lambda v: scores.pearson(v, np.append(v[1:], np.nan)), "second holds 1 values"),
        (lambda v: scores.logit_share(v, 5), "counts from 0 to 9 of trials = 5"),
        (lambda v: scores.explained_variance(v, v, 40), "bins = 40: there are 10 samples"),
        (lambda v: scores.explained_variance(v, v * 0, 2), "truth has 10 equal values"),
        (lambda v: scores.jensen_shannon_divergence(v, v * 0), "second has 10 equal values"),
    ],
)
def test_messages_name_argument_and_value(call, message):
    with pytest.raises(InputError, match=message):
        call(np.arange(10.0))
