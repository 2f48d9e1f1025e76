"""Resampling: replicas and blocks are the units."""

import numpy as np
import pytest

from softness.barriers import resample
from softness.errors import InputError
from softness.uncertainty import Estimate, widening


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


def coverage(temperatures, replicas, blocks, spread, studies=300):
    """Share of the studies whose interval of 95 % holds the truth, and how wide intervals are.

    The mean width is in units of that which the scatter of the values between studies asks for.
    """
    generator = np.random.default_rng(3)
    held, widths, values = 0, [], []
    for _ in range(studies):
        counts = [population(generator, replicas, blocks, spread) for _ in range(temperatures)]
        found = resample.resample(counts, shares, generator, draws=200)
        low, high = found.interval()
        held += low <= 0.2 * np.exp(spread**2 / 2) <= high
        widths.append(high - low)
        values.append(found.value)
    return held / studies, np.mean(widths) / (2 * 1.96 * np.std(values))


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


@pytest.mark.parametrize(
    ("spread", "wide"),
    [(0.0, 1.85), (0.03, 1.64), (0.1, 1.47)],
    ids=["alike", "as different as by chance", "different"],
)
def test_interval_of_five_replicas_holds_the_truth(spread, wide):
    """Too often: widening counts the units of one temperature, and there are six of them."""
    held, width = coverage(6, 5, 8, spread)
    assert held >= 0.98
    assert width == pytest.approx(wide, rel=0.08)


@pytest.mark.parametrize(
    ("blocks", "spread", "least", "most", "wide"),
    [
        (1, 0.0, 0.92, 0.98, 3.83),  # two numbers
        (2, 0.0, 0.95, 0.98, 1.86),
        (4, 0.0, 0.95, 1.0, 1.82),
        (1, 0.1, 0.92, 0.98, 3.76),
        (2, 0.1, 0.9, 0.95, 1.49),
        (4, 0.1, 0.87, 0.93, 1.03),  # replicas differ by twice what their blocks tell
    ],
)
def test_interval_of_two_replicas_is_wide_enough(blocks, spread, least, most, wide):
    """At a single temperature, the hardest case."""
    held, width = coverage(1, 2, blocks, spread)
    assert least <= held <= most
    assert width == pytest.approx(wide, rel=0.08)


@pytest.mark.parametrize(
    ("blocks", "spread", "wide"),
    [
        (1, 0.0, 5.75),
        (2, 0.0, 2.11),
        (4, 0.0, 1.76),
        (1, 0.1, 6.04),
        (2, 0.1, 1.75),
        (4, 0.1, 1.23),
    ],
)
def test_interval_of_two_replicas_at_six_temperatures_holds_the_truth(blocks, spread, wide):
    held, width = coverage(6, 2, blocks, spread)
    assert held >= 0.95
    assert width == pytest.approx(wide, rel=0.08)


def test_particles_as_units_would_give_an_interval_far_too_short():
    generator = np.random.default_rng(4)
    counts = [population(generator, spread=0.3)]
    found = resample.resample(counts, shares, generator, draws=500)
    binomial = 2 * 1.96 * np.sqrt(0.2 * 0.8 / (5 * 8 * 500))
    assert np.diff(found.interval()) > 3 * binomial


def test_value_is_that_of_all_data():
    generator = np.random.default_rng(5)
    tables = population(generator, spread=0.2)
    found = resample.resample([tables], shares, generator, draws=50)
    total = sum(table.sum(axis=0) for table in tables)
    assert found.value == pytest.approx(total[0] / total[1])
    assert found.draws.shape == (50,)


def test_one_replica_has_an_interval_from_its_blocks_alone():
    generator = np.random.default_rng(6)
    one = resample.resample([population(generator, 1)], shares, generator, 50)
    low, high = one.interval()
    assert low < one.value < high
    single = resample.resample([population(generator, 1, blocks=1)], shares, generator, 50)
    assert np.isfinite(single.value)
    assert np.isnan(single.interval()).all()


def test_draws_are_widened_for_the_temperature_with_the_fewest_units():
    """Its own interval has the width that Student's t gives, and it sets that of all."""
    few, many = [np.array([[4, 10]]), np.array([[6, 10]])], [np.array([[5, 10]])] * 9

    def first(sums):
        return sums[:, 0, 0] / sums[:, 0, 1]

    found = resample.resample([few, many], first, np.random.default_rng(12), 500)
    # Draws are 0.4, 0.5 and 0.6; the error of the mean is 0.1 / sqrt(2) of their spread times t.
    wide = 0.1 * np.sqrt(2) * 12.706 / 1.96
    assert found.interval() == pytest.approx((0.5 - wide, 0.5 + wide), rel=1e-3)
    many = [np.array([[events, 10]]) for events in (3, 4, 4, 5, 5, 6, 6, 7, 8)]
    alone = resample.resample([many], first, np.random.default_rng(13), 500)
    beside = resample.resample([many, few], first, np.random.default_rng(13), 500)
    ratio = np.diff(beside.interval()) / np.diff(alone.interval())
    assert ratio == pytest.approx(widening([1] * 2) / widening([1] * 9))


def test_percentiles_are_those_of_numpy_and_undefined_draws_are_told():
    draws = np.random.default_rng(7).normal(size=(1000, 3, 2))
    low, high = Estimate(0.0, draws).interval(0.9)
    assert low == pytest.approx(np.quantile(draws, 0.05, axis=0))
    assert high == pytest.approx(np.quantile(draws, 0.95, axis=0))
    draws[:60, 1, 1] = np.nan
    low, _ = Estimate(0.0, draws).interval()
    assert np.isnan(low[1, 1])
    assert np.isfinite(low[0]).all()


def test_same_generator_gives_same_interval():
    counts = [population(np.random.default_rng(8))]
    one, other = (
        resample.resample(counts, shares, np.random.default_rng(1), draws=100) for _ in "ab"
    )
    assert (one.draws == other.draws).all()


def test_messages_name_argument_value_and_remedy():
    generator = np.random.default_rng(11)
    with pytest.raises(InputError, match=r"blocks is \[3, 0\]"):
        resample.draw_weights([3, 0], 10, generator)
    with pytest.raises(InputError, match="counts has the shapes"):
        resample.resample([[np.ones((2, 3)), np.ones((2, 4))]], shares, generator)
    with pytest.raises(InputError, match="temperature without replicas"):
        resample.resample([[np.ones((2, 3))], []], shares, generator)
