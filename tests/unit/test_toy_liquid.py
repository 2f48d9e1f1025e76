"""The whole chain on a liquid of known barriers: sample, train, Z-score, bin, fit, onset."""

from dataclasses import dataclass

import numpy as np
import pytest
from toy_liquid import TEMPERATURES, ToyLiquid, count

from softness.barriers.controls import distance_over_range, random_hyperplane, slope_ratio
from softness.barriers.fit import Barrier, fit_barrier
from softness.barriers.onset import onset_from_slope, onset_temperature
from softness.barriers.resample import Resampled, cross_fit, cross_fitted_values, resample
from softness.barriers.zscore import about_mean
from softness.learning.classify import Hyperplane, train_hyperplane
from softness.learning.samples import Moments, draw

REPLICAS, BLOCKS = 5, 4
TRAINING, SIZE = 40_000, 200_000
IDLE = 12
FEATURES = 4 + IDLE
X = np.linspace(-2.25, 2.25, 10)


@dataclass(frozen=True)
class Chain:
    """What comes out at the end of the chain for one learned variable."""

    planes: list[Hyperplane]
    counts: list
    means: np.ndarray
    barriers: Barrier
    slopes: Resampled


def training_set(samples, generator):
    """Features, labels and replicas of a balanced draw."""
    candidates = []
    for rearranged in (True, False):
        where = [np.flatnonzero(sample.rearranged == rearranged) for sample in samples]
        replicas = np.repeat(np.arange(REPLICAS), [len(rows) for rows in where])
        rows = np.concatenate(where)
        candidates.append(Moments(replicas, rows, np.zeros_like(rows), np.arange(len(rows))))
    drawn = draw(*candidates, 3800, generator, least=500)
    features = np.stack([sample.features for sample in samples])
    moments = drawn.moments
    return features[moments.replicas, moments.particles], drawn.labels, moments.replicas


def cross_fitted_models(samples, training, make_plane):
    """For each replica the Z-score of a plane that never saw it; and all planes."""
    features, labels, replicas = training
    planes = []

    def train(mask):
        plane = make_plane(features[mask], labels[mask])
        planes.append(plane)
        # The population of the replicas that the plane was trained on sets its unit.
        seen = np.concatenate([samples[replica].features for replica in set(replicas[mask])])
        score = about_mean(plane.value(seen))
        return lambda features: score(plane.value(features))

    return cross_fit(train, replicas), planes


def barriers_of(sums):
    """Barriers of each bin from (..., temperatures, 2, bins) events and trials."""
    events, trials = np.moveaxis(sums, -2, 0)
    return fit_barrier(TEMPERATURES, np.swapaxes(events, -1, -2), np.swapaxes(trials, -1, -2))


def finished(planes, counts, means, generator):
    means = np.mean(means, axis=0)
    total = np.stack([np.sum([table.sum(axis=0) for table in tables], axis=0) for tables in counts])
    barriers = barriers_of(total)
    weights = barriers.energy_error**-2
    away = means - np.average(means, weights=weights)

    def slopes(sums):
        """Of Delta E and of Sigma against x, over bins weighted by what is known of them."""
        found = barriers_of(sums)
        both = np.stack([found.energy, found.entropy], axis=-2)
        return (both * away * weights).sum(axis=-1) / (away**2 * weights).sum()

    slope = resample(counts, slopes, generator, draws=200)
    return Chain(planes, counts, means, barriers, slope)


@pytest.fixture(scope="module")
def liquid():
    return ToyLiquid(idle=IDLE)


@pytest.fixture(scope="module")
def chains(liquid):
    """Two learned variables, a random direction and an idle feature, all the way through."""
    generator = np.random.default_rng(1)
    samples = [liquid.draw(TEMPERATURES[0], TRAINING, 1, generator) for _ in range(REPLICAS)]
    random = random_hyperplane(np.zeros(FEATURES), np.ones(FEATURES), generator)
    idle = Hyperplane(np.eye(FEATURES)[9], 0.0, np.zeros(FEATURES), np.ones(FEATURES))
    ways = {
        "learned": train_hyperplane,
        "other": train_hyperplane,
        "random": lambda features, labels: random,
        "idle": lambda features, labels: idle,
    }
    models, planes, counts, means = {}, {}, {}, {}
    for name, make_plane in ways.items():
        training = training_set(samples, generator)
        models[name], planes[name] = cross_fitted_models(samples, training, make_plane)
        counts[name], means[name] = [], []
    for temperature in TEMPERATURES:
        tables = {name: [] for name in ways}
        averages = {name: [] for name in ways}
        for replica in range(REPLICAS):
            sample = liquid.draw(temperature, SIZE, BLOCKS, generator)
            for name in ways:
                own = np.full(SIZE, replica)
                x = cross_fitted_values(models[name], sample.features, own)
                (table,), mean = count([sample], [x])
                tables[name].append(table)
                averages[name].append(mean)
        for name in ways:
            counts[name].append(tables[name])
            means[name].append(np.mean(averages[name], axis=0))
    return {name: finished(planes[name], counts[name], means[name], generator) for name in ways}


def test_probability_in_a_bin_is_that_of_the_conditional_distribution(liquid):
    """Checks the derivation in `toy_liquid` itself, for a variable that says little."""
    weights = np.zeros(FEATURES)
    weights[[0, 1, 7]] = 0.5, 0.2, 0.8
    plane = Hyperplane(weights, 0.0, np.zeros(FEATURES), np.ones(FEATURES))
    assert 0.3 < liquid.correlation(plane) < 0.9
    temperature = TEMPERATURES[-1]
    sample = liquid.draw(temperature, 400_000, 1, np.random.default_rng(2))
    values = plane.value(sample.features)
    x = about_mean(values)(values)
    (table,), means = count([sample], [x])
    events, trials = table[0]
    expected = liquid.log_chance(means, temperature, plane)
    assert np.abs((np.log(events / trials) - expected) * np.sqrt(events)).max() < 3.5
    slope = np.polyfit(x, sample.barrier, 1)[0]
    assert slope == pytest.approx(liquid.barrier_slope(plane), rel=0.02)
    assert np.corrcoef(
        x, sample.features[:, :4] @ np.linalg.solve(liquid.mixing.T, liquid.direction)
    )[0, 1] == pytest.approx(liquid.correlation(plane), abs=0.01)


def test_the_chain_returns_the_diluted_slope_of_the_barriers(liquid, chains):
    """Within 5 % and two standard errors: not the slope of the barriers, but what x knows of it."""
    learned = chains["learned"]
    errors = learned.slopes.draws.std(axis=0)
    for found, error, slope_of in zip(
        learned.slopes.value, errors, (liquid.barrier_slope, liquid.entropy_slope), strict=True
    ):
        expected = np.mean([slope_of(plane) for plane in learned.planes])
        assert found == pytest.approx(expected, rel=0.05)
        assert abs(found - expected) < 2 * error
        assert error < 0.05 * abs(expected)
    assert (learned.barriers.flag == "ok").all()
    assert np.mean([liquid.correlation(plane) for plane in learned.planes]) > 0.9


@pytest.mark.parametrize("background", ["arrhenius", "free"])
def test_the_chain_returns_the_planted_onset(liquid, chains, background):
    learned = chains["learned"]
    generator = np.random.default_rng(4)
    found = onset_temperature(
        learned.means, TEMPERATURES, learned.counts, generator, 300, background=background
    )
    assert found.defined
    assert found.low < liquid.onset < found.high
    assert found.temperature == pytest.approx(liquid.onset, rel=0.05)
    slope = onset_from_slope(learned.barriers.energy, learned.barriers.entropy)
    assert slope == pytest.approx(liquid.onset, rel=0.1)


def test_two_learned_directions_collapse(chains):
    curves = X, chains["other"].barriers.energy, chains["learned"].barriers.energy
    assert slope_ratio(*curves) == pytest.approx(1.0, abs=0.1)
    assert distance_over_range(*curves) < 0.1


def test_the_random_direction_does_not_collapse(liquid, chains):
    """It shows the slope that its accidental correlation with the structure leaves."""
    random = chains["random"]
    expected = liquid.barrier_slope(random.planes[0])
    error = random.slopes.draws[:, 0].std()
    assert random.slopes.value[0] == pytest.approx(expected, abs=3 * error)
    curves = X, random.barriers.energy, chains["learned"].barriers.energy
    assert abs(slope_ratio(*curves)) < 0.5
    assert distance_over_range(*curves) > 0.2


def test_a_variable_without_structure_has_no_onset(chains):
    """A feature that says nothing, taken through the same steps."""
    idle = chains["idle"]
    found = onset_temperature(
        idle.means, TEMPERATURES, idle.counts, np.random.default_rng(6), draws=300
    )
    assert not found.defined
    assert np.isnan([found.temperature, found.low, found.high]).all()
    slope = onset_from_slope(idle.barriers.energy, idle.barriers.entropy)
    assert TEMPERATURES.min() < slope < TEMPERATURES.max()  # the source's way gives a number


@pytest.mark.parametrize("spread", [0.0, 0.3], ids=["replicas alike", "replicas differ"])
def test_interval_of_the_onset_holds_the_planted_one_as_often_as_it_says(spread):
    """200 simulated studies of 5 replicas each; 90-99 % of the 95 % intervals hold T0."""
    liquid = ToyLiquid(replica_spread=spread)
    generator = np.random.default_rng(7)
    plane = Hyperplane(np.array([0.0, 0.4, 0.5, 0.2]), 0.0, np.full(4, 5.0), np.ones(4))
    assert 0.8 < liquid.correlation(plane) < 0.99
    scale = np.linalg.norm(plane.raw_weights() @ liquid.mixing)
    held = defined = 0
    for _ in range(200):
        counts, means = [], []
        for temperature in TEMPERATURES:
            drawn = [liquid.draw(temperature, 5000, 4, generator) for _ in range(5)]
            tables, mean = count(drawn, [plane.value(one.features) / scale for one in drawn])
            counts.append(tables)
            means.append(mean)
        x = np.mean(means, axis=0)
        found = onset_temperature(x, TEMPERATURES, counts, generator, 200, background="free")
        defined += found.defined
        held += bool(found.low <= liquid.onset <= found.high)
    print("coverage", held, defined)
    assert defined >= 198
    assert 0.90 <= held / defined <= 0.99
