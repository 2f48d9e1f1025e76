"""Resampling: replicas and blocks are the units, and models never see what they are judged on."""

import numpy as np
import pytest

from softness.barriers import resample
from softness.errors import InputError
from softness.learning.classify import train_hyperplane


def shares(sums):
    """Share of events of each data set, summed over temperatures."""
    return sums[:, :, 0].sum(axis=1) / sums[:, :, 1].sum(axis=1)


def population(generator, replicas=5, blocks=8, spread=0.0, size=500, chance=0.2):
    tables = []
    for _ in range(replicas):
        own = chance * np.exp(spread * generator.normal())
        events = generator.binomial(size, min(own, 1.0), size=blocks)
        tables.append(np.stack([events, np.full(blocks, size)], axis=1))
    return tables


def test_every_draw_has_as_many_blocks_as_the_data():
    generator = np.random.default_rng(1)
    weights = resample.draw_weights([4, 4, 4], 500, generator)
    total = sum(weight.sum(axis=1) for weight in weights)
    assert (total == 12).all()
    assert np.mean([weight.mean() for weight in weights]) == pytest.approx(1.0, abs=0.02)


def test_a_replica_is_drawn_as_a_whole():
    """Its blocks together count a multiple of their number: m times as many as it has."""
    weights = resample.draw_weights([4, 6], 500, np.random.default_rng(2))
    assert set(np.unique(weights[0].sum(axis=1))) <= {0, 4, 8}
    assert set(np.unique(weights[1].sum(axis=1))) <= {0, 6, 12}
    assert (weights[0].sum(axis=1) // 4 + weights[1].sum(axis=1) // 6 == 2).all()
    within = resample.draw_weights([4, 6], 500, np.random.default_rng(2), resample.BLOCKS_ONLY)
    assert (within[0].sum(axis=1) == 4).all()
    assert (within[1].sum(axis=1) == 6).all()


@pytest.mark.parametrize(
    ("spread", "lowest", "highest"),
    [(0.0, 0.94, 1.0), (0.03, 0.94, 1.0), (0.1, 0.87, 0.96)],
    ids=["alike", "as different as by chance", "different"],
)
def test_interval_of_five_replicas_holds_the_truth(spread, lowest, highest):
    """Somewhat too often where replicas are alike, not quite often enough where they are not."""
    generator = np.random.default_rng(3)
    held = 0
    for _ in range(300):
        counts = [population(generator, spread=spread) for _ in range(6)]  # six temperatures
        found = resample.resample(counts, shares, generator, draws=300)
        held += found.low <= 0.2 * np.exp(spread**2 / 2) <= found.high
    assert lowest <= held / 300 <= highest


def test_particles_as_units_would_give_an_interval_far_too_short():
    generator = np.random.default_rng(4)
    counts = [population(generator, spread=0.3)]
    found = resample.resample(counts, shares, generator, draws=500)
    binomial = 2 * 1.96 * np.sqrt(0.2 * 0.8 / (5 * 8 * 500))
    assert found.high - found.low > 3 * binomial


def test_value_is_that_of_all_data_and_each_replica_is_shown():
    generator = np.random.default_rng(5)
    tables = population(generator, spread=0.2)
    found = resample.resample([tables], shares, generator, draws=50)
    total = sum(table.sum(axis=0) for table in tables)
    assert found.value == pytest.approx(total[0] / total[1])
    assert found.per_replica == pytest.approx([t[:, 0].sum() / t[:, 1].sum() for t in tables])
    assert found.draws.shape == (50,)


def test_few_replicas_are_not_resampled_themselves_and_one_is_inconclusive():
    generator = np.random.default_rng(6)
    five = resample.resample([population(generator)], shares, generator, 50)
    assert (five.method, five.conclusive) == ("replicas, then blocks", True)
    three = resample.resample([population(generator, 3)], shares, generator, 50)
    assert (three.method, three.conclusive) == ("blocks within replicas", True)
    assert three.per_replica.shape == (3,)
    one = resample.resample([population(generator, 1)], shares, generator, 50)
    assert (one.method, one.conclusive) == ("blocks within replicas", False)
    mixed = [population(generator, 5), population(generator, 1)]
    assert not resample.resample(mixed, shares, generator, 50).conclusive


def test_percentiles_are_those_of_numpy_and_undefined_draws_are_told():
    draws = np.random.default_rng(7).normal(size=(1000, 3, 2))
    low, high = resample.percentile_interval(draws, 0.9)
    assert low == pytest.approx(np.quantile(draws, 0.05, axis=0))
    assert high == pytest.approx(np.quantile(draws, 0.95, axis=0))
    draws[:60, 1, 1] = np.nan
    low, _ = resample.percentile_interval(draws)
    assert np.isnan(low[1, 1])
    assert np.isfinite(low[0]).all()


def test_same_generator_gives_same_interval():
    counts = [population(np.random.default_rng(8))]
    one, other = (
        resample.resample(counts, shares, np.random.default_rng(1), draws=100) for _ in "ab"
    )
    assert (one.draws == other.draws).all()


def test_no_model_is_judged_on_a_replica_that_it_was_trained_on():
    generator = np.random.default_rng(9)
    replicas = np.repeat(np.arange(4), 50)
    seen = []

    def train(mask):
        seen.append(set(replicas[mask]))
        own = seen[-1]
        return lambda features: np.full(len(features), -1.0 if 9 in own else sum(own))

    models = resample.cross_fit(train, replicas)
    values = resample.cross_fitted_values(models, generator.normal(size=(200, 2)), replicas)
    for replica in range(4):
        assert replica not in seen[replica]
        assert set(values[replicas == replica]) == {6 - replica}


def test_cross_fitting_shows_that_noise_was_learned():
    """Labels without any relation to features: a model looks good where it was trained."""
    generator = np.random.default_rng(10)
    features, replicas = generator.normal(size=(300, 40)), np.repeat(np.arange(5), 60)
    labels = generator.permutation(np.repeat([1, -1], 150))

    def train(mask):
        return train_hyperplane(features[mask], labels[mask], penalty=1.0).value

    values = resample.cross_fitted_values(resample.cross_fit(train, replicas), features, replicas)
    inside = train(np.ones(300, dtype=bool))(features)
    assert np.mean(np.sign(inside) == labels) > 0.65
    assert np.mean(np.sign(values) == labels) == pytest.approx(0.5, abs=0.08)


def test_messages_name_argument_value_and_remedy():
    generator = np.random.default_rng(11)
    with pytest.raises(InputError, match=r"blocks is \[3, 0\]"):
        resample.draw_weights([3, 0], 10, generator)
    with pytest.raises(InputError, match=r"replicas holds \[2\] only.*two replicas"):
        resample.cross_fit(lambda mask: None, np.array([2, 2]))
    with pytest.raises(InputError, match=r"replicas holds 5: there are models for \[0\]"):
        resample.cross_fitted_values({0: np.sum}, np.ones((1, 2)), np.array([5]))
    with pytest.raises(InputError, match="counts has the shapes"):
        resample.resample([[np.ones((2, 3)), np.ones((2, 4))]], shares, generator)
    with pytest.raises(InputError, match="temperature without replicas"):
        resample.resample([[np.ones((2, 3))], []], shares, generator)
