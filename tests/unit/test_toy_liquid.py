"""The whole chain on a liquid of known barriers: sample, train, Z-score, bin, fit, onset."""

from dataclasses import dataclass

import numpy as np
import pytest
from toy_liquid import TEMPERATURES, ToyLiquid, count, resampled_onset

from softness.barriers.controls import distance_over_range, random_hyperplane, slope_ratio
from softness.barriers.fit import METHODS, Barrier, fit_barrier
from softness.barriers.onset import onset_from_slope
from softness.barriers.resample import resample
from softness.barriers.zscore import about_mean
from softness.learning.classify import train_hyperplane
from softness.learning.hyperplane import Hyperplane
from softness.learning.samples import Moments, draw
from softness.uncertainty import Estimate, widening

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
    total: np.ndarray
    means: np.ndarray
    barriers: Barrier
    slopes: dict[str, Estimate]


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

    return [train(replicas != replica) for replica in range(REPLICAS)], planes


def barriers_of(sums, method="binomial"):
    """Barriers of each bin from (..., temperatures, 2, bins) events and trials."""
    events, trials = np.moveaxis(sums, -2, 0)
    events, trials = np.swapaxes(events, -1, -2), np.swapaxes(trials, -1, -2)
    return fit_barrier(TEMPERATURES, events, trials, method=method)


def slope_with_x(x, barriers, errors):
    """Slopes of Delta E and of Sigma, over bins weighted by what is known of them."""
    weights = errors**-2
    away = x - np.average(x, weights=weights)
    both = np.stack([barriers.energy, barriers.entropy], axis=-2)
    return (both * away * weights).sum(axis=-1) / (away**2 * weights).sum()


def standard_errors(slopes):
    """Of the slopes of Delta E and Sigma: the spread of their draws, as it was before widening."""
    return slopes.draws.std(axis=0) / widening([BLOCKS] * REPLICAS)


def finished(planes, counts, means, generator):
    means = np.mean(means, axis=0)
    total = np.stack([np.sum([table.sum(axis=0) for table in tables], axis=0) for tables in counts])
    barriers = barriers_of(total)
    slopes = {
        method: resample(
            counts,
            lambda sums, method=method: slope_with_x(
                means, barriers_of(sums, method), barriers.energy_error
            ),
            generator,
            draws=200,
        )
        for method in METHODS
    }
    return Chain(planes, counts, total, means, barriers, slopes)


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
                (table,), mean = count([sample], [models[name][replica](sample.features)])
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


@pytest.mark.parametrize("method", METHODS)
def test_the_chain_returns_the_diluted_slope_of_the_barriers(liquid, chains, method):
    """Not the slope of the barriers, but what x knows of it: to 5 % and two standard errors.

    What x does not know bends ln P against 1/T, for all bins alike. Least squares weighs the
    temperatures of all bins alike, so that the slope with x is not touched. The likelihood weighs
    those with more events, which are others for soft bins than for hard ones, and gives a slope 2-3
    % steeper: that of the same fit to the probabilities that `ToyLiquid.log_chance` predicts.
    """
    learned = chains["learned"]
    found, errors = learned.slopes[method].value, standard_errors(learned.slopes[method])
    exact = np.mean(
        [(liquid.barrier_slope(one), liquid.entropy_slope(one)) for one in learned.planes], axis=0
    )
    expected = exact
    if method == "binomial":
        trials = learned.total[:, 1] * 10**6
        chance = [liquid.log_chance(learned.means, t, learned.planes[0]) for t in TEMPERATURES]
        sums = np.stack([np.rint(trials * np.exp(chance)), trials], axis=1)
        expected = slope_with_x(learned.means, barriers_of(sums), learned.barriers.energy_error)
    assert found == pytest.approx(exact, rel=0.05)
    assert (np.abs(found - expected) < 2 * errors).all()
    assert (errors < 0.05 * np.abs(exact)).all()
    assert (learned.barriers.flag == "ok").all()
    assert np.mean([liquid.correlation(plane) for plane in learned.planes]) > 0.9


def test_the_chain_returns_the_planted_onset(liquid, chains):
    learned = chains["learned"]
    generator = np.random.default_rng(4)
    found = resampled_onset(learned.means, learned.counts, generator, 300)
    (low, _), (high, strongest) = found.interval()
    assert strongest < 0
    assert low < liquid.onset < high
    assert found.value[0] == pytest.approx(liquid.onset, rel=0.05)
    assert high - low < 0.1
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
    slopes = random.slopes["least_squares"]
    error = standard_errors(slopes)[0]
    assert slopes.value[0] == pytest.approx(expected, abs=3 * error)
    curves = X, random.barriers.energy, chains["learned"].barriers.energy
    known = [liquid.correlation(chains[name].planes[0]) for name in ("random", "learned")]
    assert slope_ratio(*curves) == pytest.approx(known[0] / known[1], abs=0.15)
    assert slope_ratio(*curves) < 0.7
    assert distance_over_range(*curves) > 0.2


def test_a_variable_without_structure_has_no_onset(chains):
    """A feature that says nothing, taken through the same steps."""
    idle = chains["idle"]
    found = resampled_onset(idle.means, idle.counts, np.random.default_rng(6), 300)
    (_, weakest), (_, strongest) = found.interval()
    assert weakest < 0 < strongest
    slope = onset_from_slope(idle.barriers.energy, idle.barriers.entropy)
    assert TEMPERATURES.min() < slope < TEMPERATURES.max()  # the source's way gives a number


@pytest.mark.parametrize(
    ("spread", "wide"), [(0.0, 1.82), (0.3, 1.95)], ids=["replicas alike", "replicas differ"]
)
def test_interval_of_the_onset_holds_the_planted_one_as_often_as_it_says(spread, wide):
    """200 simulated studies of 5 replicas each; at least 95 % of the 95 % intervals hold T0.

    Hardly any may miss it: draws are widened for the five units of one temperature, while the
    scatter of eight temperatures enters. Intervals are ``wide``: in units of what the scatter of
    the onset between studies asks for.
    """
    liquid = ToyLiquid(replica_spread=spread)
    generator = np.random.default_rng(7)
    plane = Hyperplane(np.array([0.0, 0.4, 0.5, 0.2]), 0.0, np.full(4, 5.0), np.ones(4))
    assert 0.8 < liquid.correlation(plane) < 0.99
    scale = np.linalg.norm(plane.raw_weights() @ liquid.mixing)
    held, onsets, widths = 0, [], []
    for _ in range(200):
        counts, means = [], []
        for temperature in TEMPERATURES:
            drawn = [liquid.draw(temperature, 5000, BLOCKS, generator) for _ in range(REPLICAS)]
            tables, mean = count(drawn, [plane.value(one.features) / scale for one in drawn])
            counts.append(tables)
            means.append(mean)
        x = np.mean(means, axis=0)
        found = resampled_onset(x, counts, generator, 200)
        (low, weakest), (high, strongest) = found.interval()
        if weakest > 0 or strongest < 0:
            held += low <= liquid.onset <= high
            onsets.append(found.value[0])
            widths.append(high - low)
    assert len(onsets) >= 198
    assert held / len(onsets) >= 0.97
    assert np.mean(onsets) == pytest.approx(liquid.onset, abs=0.01)
    assert np.median(widths) / (2 * 1.96 * np.std(onsets)) == pytest.approx(wide, rel=0.1)


def test_draws_of_a_strided_population_may_hold_more_events_than_trials():
    """Cells of single replicas do, in a population from every tenth moment; their sums do not."""
    liquid, generator = ToyLiquid(), np.random.default_rng(6)
    plane = Hyperplane(np.array([0.0, 0.4, 0.5, 0.2]), 0.0, np.full(4, 5.0), np.ones(4))
    scale = np.linalg.norm(plane.raw_weights() @ liquid.mixing)
    counts, means = [], []
    for temperature in TEMPERATURES:
        drawn = [liquid.draw(temperature, 2000, BLOCKS, generator) for _ in range(REPLICAS)]
        values = [plane.value(one.features) / scale for one in drawn]
        tables, mean = count(drawn, values, stride=10)
        counts.append(tables)
        means.append(mean)
    cells = np.array([[table.sum(axis=0) for table in tables] for tables in counts])
    assert (cells[:, :, 0] > cells[:, :, 1]).any()
    assert (cells.sum(axis=1)[:, 0] <= cells.sum(axis=1)[:, 1]).all()
    x = np.mean(means, axis=0)
    found = resampled_onset(x, counts, generator, 200)
    (low, _), (high, _) = found.interval()
    assert low < liquid.onset < high
    assert np.isfinite(found.draws).all()
