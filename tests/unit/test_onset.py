"""Onset temperature: a planted one is found, and where there is none it is undefined."""

import numpy as np
import pytest
import scipy.optimize

from softness.barriers.fit import fit_barrier
from softness.barriers.onset import fit_onset, onset_from_slope, onset_temperature
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


@pytest.mark.parametrize("background", ["arrhenius", "free"])
@pytest.mark.parametrize("form", ["arrhenius", "kramers"])
def test_a_planted_onset_is_found(background, form):
    chance = chances(lambda x: -1.2 * x)
    if form == "kramers":
        chance = chance / TEMPERATURES[:, None]
    found = fit_onset(X, TEMPERATURES, *without_noise(chance), background=background, form=form)
    assert found.temperature == pytest.approx(0.9, abs=1e-4)
    assert found.strength == pytest.approx(-1.2, abs=1e-4)
    assert found.converged


def test_a_polynomial_influence_has_the_same_onset():
    def bent(x):
        return -1.0 * x + 0.25 * x**2 - 0.05 * x**3

    events, trials = without_noise(chances(bent))
    found = fit_onset(X, TEMPERATURES, events, trials, degree=3)
    assert found.temperature == pytest.approx(0.9, abs=1e-4)
    assert found.coefficients == pytest.approx([-1.0, 0.25, -0.05], abs=1e-3)
    assert found.strength == pytest.approx((bent(1) - bent(-1)) / 2, abs=1e-3)
    many = fit_onset(X, TEMPERATURES, np.stack([events] * 3), np.stack([trials] * 3), degree=3)
    assert many.temperature == pytest.approx([0.9] * 3, abs=1e-4)


@pytest.mark.parametrize("degree", [1, 2])
def test_likelihood_has_its_maximum_where_an_optimiser_finds_it(degree):
    generator = np.random.default_rng(1)
    trials = np.rint(30_000 * np.broadcast_to(POPULATION, (7, 10))).astype(int)
    events = generator.binomial(trials, chances(lambda x: -1.2 * x + 0.1 * x**2))

    def cost(p):
        g = sum(p[3 + j] * X ** (j + 1) for j in range(degree))
        eta = (p[0] - p[1] / TEMPERATURES)[:, None] + g * (1 - p[2] / TEMPERATURES[:, None])
        if (eta >= 0).any():
            return np.inf
        return -np.sum(events * eta + (trials - events) * np.log1p(-np.exp(eta)))

    start = [1.0, 3.0, 0.9, -1.2, 0.1][: 3 + degree]
    options = {"xatol": 1e-8, "fatol": 1e-9, "maxiter": 20_000, "maxfev": 20_000}
    best = scipy.optimize.minimize(cost, start, method="Nelder-Mead", options=options)
    found = fit_onset(X, TEMPERATURES, events, trials, degree=degree, background="arrhenius")
    assert found.temperature == pytest.approx(best.x[2], abs=1e-4)
    assert found.coefficients == pytest.approx(best.x[3:], abs=1e-4)


def test_curvature_that_all_bins_share_moves_the_onset_unless_the_background_is_free():
    """Scatter of barriers within bins bends ln P; a straight background blames it on g."""
    bend = 1.0 - 3.0 / TEMPERATURES + 0.8 / TEMPERATURES**2 - 3.0
    counts = without_noise(chances(lambda x: -1.2 * x, background=bend))
    straight = fit_onset(X, TEMPERATURES, *counts, background="arrhenius")
    free = fit_onset(X, TEMPERATURES, *counts)
    assert free.temperature == pytest.approx(0.9, abs=1e-4)
    assert abs(straight.temperature - 0.9) > 0.01


def test_a_straight_background_gives_an_onset_to_a_variable_without_influence():
    """It takes a mean of x that moves with T, and a bent ln P that all bins share, for a g."""
    bend = (1 / TEMPERATURES - 1 / 0.78) * (1 / TEMPERATURES - 1 / 0.50)
    background = -3.0 - 3.0 * (1 / TEMPERATURES - 1 / 0.78) - 0.8 * bend
    moving = np.exp(-((X - 3.0 * (TEMPERATURES[:, None] - 0.5)) ** 2) / 2)
    counts = without_noise(chances(lambda x: 0 * x, background=background), weights=moving)
    straight = fit_onset(X, TEMPERATURES, *counts, background="arrhenius")
    free = fit_onset(X, TEMPERATURES, *counts)
    assert straight.strength == pytest.approx(-0.06, abs=0.01)
    assert straight.temperature == pytest.approx(0.65, abs=0.01)
    assert free.strength == pytest.approx(0.0, abs=1e-4)


def replicas_of(chance, generator, size=4000, replicas=5, blocks=4):
    """Counts for each temperature, for each replica, (blocks, 2, bins)."""
    trials = np.rint(size / blocks * POPULATION).astype(int)
    counts = []
    for row in chance:
        events = generator.binomial(trials, row, size=(replicas, blocks, len(X)))
        counts.append(list(np.stack([events, np.broadcast_to(trials, events.shape)], axis=2)))
    return counts


def test_onset_comes_with_an_interval():
    counts = replicas_of(chances(lambda x: -1.2 * x), np.random.default_rng(2), size=20_000)
    found = onset_temperature(X, TEMPERATURES, counts, np.random.default_rng(1), draws=400)
    assert found.defined
    assert found.low < 0.9 < found.high
    assert found.low < found.temperature < found.high
    assert found.high - found.low < 0.3
    assert found.strength_low < -1.2 < found.strength_high
    assert found.background == "free"
    assert found.resampled.conclusive
    again = onset_temperature(X, TEMPERATURES, counts, np.random.default_rng(1), draws=400)
    assert (again.low, again.high) == (found.low, found.high)


def test_onset_of_a_structureless_variable_is_undefined():
    generator = np.random.default_rng(3)
    undefined = 0
    for _ in range(60):
        counts = replicas_of(chances(lambda x: 0 * x), generator)
        found = onset_temperature(X, TEMPERATURES, counts, generator, draws=200)
        undefined += not found.defined
        if not found.defined:
            assert np.isnan([found.temperature, found.low, found.high]).all()
    assert undefined >= 54  # the interval of g has a level of 95 %


@pytest.mark.parametrize("blocks", [1, 2, 4])
def test_two_replicas_seldom_give_an_onset_to_a_structureless_variable(blocks):
    generator = np.random.default_rng(5)
    defined = 0
    for _ in range(60):
        counts = replicas_of(chances(lambda x: 0 * x), generator, replicas=2, blocks=blocks)
        defined += onset_temperature(X, TEMPERATURES, counts, generator, draws=200).defined
    assert defined <= 6


def test_the_background_that_was_fitted_is_told():
    counts = replicas_of(chances(lambda x: -1.2 * x), np.random.default_rng(6))
    for background in ("free", "arrhenius"):
        found = onset_temperature(
            X, TEMPERATURES, counts, np.random.default_rng(1), 20, background=background
        )
        assert found.background == background


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
@pytest.mark.parametrize("background", ["free", "arrhenius"])
@pytest.mark.parametrize("degree", [1, 2])
def test_a_temperature_without_trials_does_not_count(background, degree):
    full = without_noise(chances(lambda x: -1.2 * x))
    lacking = [counts.copy() for counts in full]
    for counts in lacking:
        counts[3] = 0
    rest = np.delete(np.arange(7), 3)
    found = fit_onset(X, TEMPERATURES, *lacking, degree, background)
    alone = fit_onset(X, TEMPERATURES[rest], *(c[rest] for c in full), degree, background)
    assert found.temperature == pytest.approx(float(alone.temperature), rel=1e-9)
    assert found.coefficients == pytest.approx(alone.coefficients, rel=1e-9)
    # Together with a data set that has it, and one that has too few temperatures.
    two = [counts.copy() for counts in full]
    for counts in two:
        counts[2:] = 0
    many = fit_onset(X, TEMPERATURES, *np.stack([full, lacking, two], axis=1), degree, background)
    assert many.temperature[:2] == pytest.approx([0.9, 0.9], abs=1e-4)
    assert many.converged.tolist() == [True, True, False]
    assert np.isnan(many.coefficients[2]).all()


@pytest.mark.filterwarnings("error")
def test_a_temperature_without_events_does_not_move_the_onset_of_a_free_background():
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


def test_sums_with_more_events_than_trials_are_refused():
    counts = replicas_of(chances(lambda x: -1.2 * x), np.random.default_rng(7))
    for replica in counts[2]:
        replica[:, 1, 4] = 0
    with pytest.raises(InputError, match=r"exceeds trials = 0 in cell \(2, 4\)"):
        onset_temperature(X, TEMPERATURES, counts, np.random.default_rng(1), draws=20)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": X[:9]}, r"events has the shape .*9 bins"),
        ({"values": np.full(10, np.nan)}, "values holds 10 values"),
        ({"temperatures": TEMPERATURES[:6]}, r"6 temperatures"),
        ({"temperatures": np.full(7, 0.5)}, "temperatures 1 different.*three temperatures"),
        ({"background": "bent"}, "background = 'bent': give one of free, arrhenius"),
        ({"degree": 0}, "degree = 0: give a whole number"),
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
