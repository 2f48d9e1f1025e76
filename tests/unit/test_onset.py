"""Onset temperature: a planted one is found, and where there is none g is not told from 0."""

import numpy as np
import pytest
import scipy.optimize

from softness.barriers.fit import fit_barrier
from softness.barriers.onset import fit_onset, onset_from_slope
from softness.barriers.resample import resample
from softness.errors import InputError

TEMPERATURES = np.array([0.50, 0.53, 0.56, 0.60, 0.65, 0.70, 0.78])
X = np.linspace(-2.25, 2.25, 10)
POPULATION = np.exp(-(X**2) / 2)


def chances(g, onset=0.9, background=None, values=X):
    background = 1.0 - 3.0 / TEMPERATURES if background is None else background
    return np.exp(background[:, None] + g(values) * (1 - onset / TEMPERATURES[:, None]))


def without_noise(chance, size=1e12, weights=POPULATION):
    trials = np.rint(size * np.broadcast_to(weights, chance.shape))
    return np.rint(trials * chance), trials


@pytest.mark.parametrize("bend", [0.0, 0.8])
def test_a_planted_onset_is_found_whatever_all_bins_share(bend):
    """Scatter of barriers within bins bends ln P of all bins alike."""
    background = 1.0 - 3.0 / TEMPERATURES + bend / TEMPERATURES**2 - 4 * bend
    counts = without_noise(chances(lambda x: -1.2 * x, background=background))
    found = fit_onset(X, TEMPERATURES, *counts)
    assert found.temperature == pytest.approx(0.9, abs=1e-4)
    assert found.strength == pytest.approx(-1.2, abs=1e-4)
    assert found.converged


def test_likelihood_has_its_maximum_where_an_optimiser_finds_it():
    generator = np.random.default_rng(1)
    few = TEMPERATURES[::3]
    trials = np.rint(30_000 * np.broadcast_to(POPULATION, (3, 10))).astype(int)
    events = generator.binomial(trials, chances(lambda x: -1.2 * x)[::3])

    def cost(p):
        eta = p[:3, None] + p[3] * X * (1 - p[4] / few[:, None])
        if (eta >= 0).any():
            return np.inf
        return -np.sum(events * eta + (trials - events) * np.log1p(-np.exp(eta)))

    start = [*(1.0 - 3.0 / few), -1.2, 0.9]
    options = {"xatol": 1e-8, "fatol": 1e-9, "maxiter": 20_000, "maxfev": 20_000}
    best = scipy.optimize.minimize(cost, start, method="Nelder-Mead", options=options)
    found = fit_onset(X, few, events, trials)
    assert found.strength == pytest.approx(best.x[3], abs=1e-4)
    assert found.temperature == pytest.approx(best.x[4], abs=1e-4)


def test_a_bend_that_all_bins_share_gives_no_onset_to_a_variable_without_influence():
    """Though the mean of x moves with T, as a line for the background would not allow."""
    bend = (1 / TEMPERATURES - 1 / 0.78) * (1 / TEMPERATURES - 1 / 0.50)
    background = -3.0 - 3.0 * (1 / TEMPERATURES - 1 / 0.78) - 0.8 * bend
    moving = np.exp(-((X - 3.0 * (TEMPERATURES[:, None] - 0.5)) ** 2) / 2)
    counts = without_noise(chances(lambda x: 0 * x, background=background), weights=moving)
    assert fit_onset(X, TEMPERATURES, *counts).strength == pytest.approx(0.0, abs=1e-4)


def replicas_of(chance, generator, size=4000, replicas=5, blocks=4):
    """Counts for each temperature, for each replica, (blocks, 2, bins)."""
    trials = np.rint(size / blocks * POPULATION).astype(int)
    counts = []
    for row in chance:
        events = generator.binomial(trials, row, size=(replicas, blocks, len(X)))
        counts.append(list(np.stack([events, np.broadcast_to(trials, events.shape)], axis=2)))
    return counts


def interval_of(counts, generator):
    """Intervals of T0 and g at once, (2,) each, as `analyse_barriers` has them."""

    def statistic(sums):
        fit = fit_onset(X, TEMPERATURES, sums[:, :, 0], sums[:, :, 1])
        return np.stack([fit.temperature, fit.strength], axis=-1)

    return resample(counts, statistic, generator, 200).interval()


def test_onset_comes_with_an_interval():
    counts = replicas_of(chances(lambda x: -1.2 * x), np.random.default_rng(2), size=20_000)
    low, high = interval_of(counts, np.random.default_rng(1))
    assert low[0] < 0.9 < high[0] < low[0] + 0.3
    assert low[1] < -1.2 < high[1] < 0


@pytest.mark.parametrize(("replicas", "blocks"), [(5, 4), (2, 1), (2, 2), (2, 4)])
def test_a_structureless_variable_seldom_gets_an_influence(replicas, blocks):
    generator = np.random.default_rng(3 if replicas == 5 else 5)
    told = 0
    for _ in range(60):
        counts = replicas_of(chances(lambda x: 0 * x), generator, replicas=replicas, blocks=blocks)
        low, high = interval_of(counts, generator)
        told += bool(low[1] > 0 or high[1] < 0)
    assert told <= 6  # the interval of g has a level of 95 %


def test_slope_of_barrier_against_entropy_gives_a_temperature_even_without_influence():
    """Why the way of the source is not used alone: it returns about the mean temperature."""
    generator = np.random.default_rng(4)
    slopes = []
    for _ in range(40):
        trials = np.rint(20_000 * np.broadcast_to(POPULATION, (7, 10))).astype(int)
        events = generator.binomial(trials, chances(lambda x: 0 * x))
        barriers = fit_barrier(TEMPERATURES, events.T, trials.T)
        slopes.append(onset_from_slope(barriers.energy, barriers.entropy))
    assert TEMPERATURES.min() < np.min(slopes)
    assert np.max(slopes) < TEMPERATURES.max()
    assert np.mean(slopes) == pytest.approx(0.66, abs=0.05)


def test_slope_of_barrier_against_entropy_is_the_onset_of_lines_that_meet():
    events, trials = without_noise(chances(lambda x: -1.2 * x))
    barriers = fit_barrier(TEMPERATURES, events.T, trials.T)
    assert onset_from_slope(barriers.energy, barriers.entropy) == pytest.approx(0.9, abs=1e-3)
    assert np.isnan(onset_from_slope(np.array([1.0, np.nan]), np.array([1.0, 2.0])))


def test_no_events_leave_the_onset_open():
    trials = np.full((7, 10), 1000)
    found = fit_onset(X, TEMPERATURES, np.zeros((7, 10)), trials)
    assert np.isnan(found.temperature)
    assert not found.converged


def test_cells_without_trials_do_not_count():
    events, trials = without_noise(chances(lambda x: -1.2 * x))
    events[2, 3:6] = trials[2, 3:6] = 0
    found = fit_onset(X, TEMPERATURES, events, trials)
    assert found.temperature == pytest.approx(0.9, abs=1e-4)


@pytest.mark.filterwarnings("error")
def test_a_temperature_without_trials_does_not_count():
    full = without_noise(chances(lambda x: -1.2 * x))
    lacking = [counts.copy() for counts in full]
    for counts in lacking:
        counts[3] = 0
    rest = np.delete(np.arange(7), 3)
    found = fit_onset(X, TEMPERATURES, *lacking)
    alone = fit_onset(X, TEMPERATURES[rest], *(c[rest] for c in full))
    assert found.temperature == pytest.approx(float(alone.temperature), rel=1e-9)
    assert found.strength == pytest.approx(float(alone.strength), rel=1e-9)
    # Together with a data set that has it, and one that has too few temperatures.
    two = [counts.copy() for counts in full]
    for counts in two:
        counts[2:] = 0
    many = fit_onset(X, TEMPERATURES, *np.stack([full, lacking, two], axis=1))
    assert many.temperature[:2] == pytest.approx([0.9, 0.9], abs=1e-4)
    assert many.converged.tolist() == [True, True, False]
    assert np.isnan(many.strength[2])


@pytest.mark.filterwarnings("error")
def test_a_temperature_without_events_does_not_move_the_onset():
    events, trials = without_noise(chances(lambda x: -1.2 * x))
    events[0] = 0
    found = fit_onset(X, TEMPERATURES, events, trials)
    assert found.temperature == pytest.approx(0.9, abs=1e-4)


@pytest.mark.parametrize("shape", ["of all temperatures", "of each temperature"])
def test_the_mean_of_an_empty_bin_need_not_be_known(shape):
    events, trials = without_noise(chances(lambda x: -1.2 * x))
    if shape == "of all temperatures":
        values, empty = X.copy(), (slice(None), slice(0, 2))
        values[:2] = np.nan
    else:
        values, empty = np.tile(X, (7, 1)), (2, slice(3, 6))
        values[empty] = np.nan
    with pytest.raises(InputError, match=r"values holds \d+ values that are NaN"):
        fit_onset(values, TEMPERATURES, events, trials)
    events[empty] = trials[empty] = 0
    found = fit_onset(values, TEMPERATURES, events, trials)
    assert found.temperature == pytest.approx(0.9, abs=1e-4)
    many = fit_onset(values, TEMPERATURES, np.stack([events] * 2), np.stack([trials] * 2))
    assert many.temperature == pytest.approx([0.9, 0.9], abs=1e-4)


def test_more_events_than_trials_are_refused():
    events, trials = without_noise(chances(lambda x: -1.2 * x))
    trials[2, 4] = 0
    with pytest.raises(InputError, match=r"exceeds trials = 0 in cell \(2, 4\)"):
        fit_onset(X, TEMPERATURES, events, trials)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": X[:9]}, r"events has the shape .*9 bins"),
        ({"values": np.full(10, np.nan)}, "values holds 10 values"),
        ({"temperatures": TEMPERATURES[:6]}, r"6 temperatures"),
        ({"temperatures": np.full(7, 0.5)}, "temperatures 1 different.*three temperatures"),
    ],
)
def test_messages_name_argument_value_and_remedy(change, message):
    usual = {
        "values": X,
        "temperatures": TEMPERATURES,
        "events": np.ones((7, 10)),
        "trials": np.full((7, 10), 100),
    }
    with pytest.raises(InputError, match=message):
        fit_onset(**(usual | change))
