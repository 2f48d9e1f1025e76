"""Response to a temperature cycle: the test holds its level and finds what is there.

The noise of synthetic snapshots is that of the study. S has a spread of 1 over particles. Once two
runs of a snapshot have gone apart, the difference of the means of N particles of a bin over m runs
has the variance 2 g / (N m), where g = 10 is how many particles share a fluctuation of S: S of
particles within about two diameters (some 40 particles) is correlated by about a quarter. Bins of
200 to 600 particles and four runs make 0.16 to 0.09 for a snapshot. Snapshots respond with 25 % of
difference, and noise lasts for about five frames.
"""

from itertools import product

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.signal import lfilter
from scipy.stats import ttest_1samp

from softness.errors import InputError
from softness.memory import linear_response as linear
from softness.memory import response

PARTICLES = np.array([200, 400, 600, 400, 200])
RUNS = 4
TOGETHER = 10
FRAMES = 20
PULSE = slice(5, 13)


def snapshots_of(generator, snapshots=20, effect=0.0, tails=False, runs=RUNS):
    """(snapshots, 5, 20) responses: noise that begins with the pulse, and an effect within it."""
    noise = correlated(generator, (snapshots, len(PARTICLES), FRAMES - PULSE.start))
    # Bins of a snapshot share part of their noise.
    noise = 0.8 * noise + 0.6 * correlated(generator, (snapshots, 1, FRAMES - PULSE.start))
    if tails:  # Student's t with 3 degrees of freedom: some snapshots are far more restless
        noise /= np.sqrt(generator.chisquare(3, size=(snapshots, 1, 1)) / 3)
    found = np.zeros((snapshots, len(PARTICLES), FRAMES))
    deviation = np.sqrt(2 * TOGETHER / (PARTICLES * runs))
    found[:, :, PULSE.start :] = deviation[:, None] * noise
    found[:, :, PULSE] += effect * (1 + 0.25 * generator.normal(size=(snapshots, 1, 1)))
    return found


def correlated(generator, shape, kept=0.8):
    """Noise of variance 1 along the last axis, with a memory of 1 / (1 - kept) frames."""
    steps = generator.normal(size=shape) * np.sqrt(1 - kept**2)
    steps[..., 0] /= np.sqrt(1 - kept**2)
    return lfilter([1], [1, -kept], steps)


def share_found(draws, snapshots, generator, level=0.05, flips=799, **settings):
    found = [
        response.sign_flip_test(
            snapshots_of(generator, snapshots, **settings), None, generator, flips
        ).p.min()
        for _ in range(draws)
    ]
    return np.mean(np.array(found) < level)


def walkers(seed, temperatures, particles=300):
    """(2, frames) means of two bins of walkers in a harmonic well whose temperature is set."""
    generator = np.random.default_rng(seed)
    values = generator.normal(size=particles)
    upper, means = values > 0, []
    for temperature in temperatures:
        values = 0.9 * values + np.sqrt(0.19 * temperature) * generator.normal(size=particles)
        means.append([values[~upper].mean(), values[upper].mean()])
    return np.transpose(means)


def differences(pulse, snapshots=6, runs=3):
    """Cycle minus control of walkers that share their seeds."""
    control = np.full(30, 0.5)
    cycle = control + np.where((np.arange(30) >= 10) & (np.arange(30) < 20), pulse, 0.0)
    return np.array(
        [
            [
                walkers([snapshot, run], cycle) - walkers([snapshot, run], control)
                for run in range(runs)
            ]
            for snapshot in range(snapshots)
        ]
    )


# Zero pulse


def test_zero_pulse_gives_a_response_of_zero_to_the_last_digit():
    given = response.snapshot_means(differences(0.0))
    for responses in (given, response.without_common(given, np.array([140, 160]))):
        assert (responses == 0).all()
        found = response.mean_response(responses)
        assert (found.mean == 0).all()
        assert (found.error == 0).all()
        test = response.sign_flip_test(responses)
        assert test.verdict == response.TESTED
        assert (test.statistic == 0).all()
        assert (test.p == 1).all()
        assert np.isnan(test.critical())
        assert np.isnan(response.smallest_effect(test, found)).all()


def test_before_the_pulse_the_response_is_zero_to_the_last_digit():
    responses = response.snapshot_means(differences(0.3))
    assert (responses[:, :, :10] == 0).all()
    assert (responses[:, :, 10:] != 0).any(axis=(0, 1)).all()
    test = response.sign_flip_test(responses)
    assert (test.p[:, :10] == 1).all()
    assert (response.mean_response(responses).error[:, :10] == 0).all()


# Means


def test_response_is_the_mean_over_snapshots_with_their_standard_error():
    generator = np.random.default_rng(1)
    given = generator.normal(size=(8, 3, 4, 6))
    means = response.snapshot_means(given)
    assert means == pytest.approx(given.mean(axis=1))
    np.testing.assert_array_equal(response.snapshot_means(means), means)
    found = response.mean_response(means)
    assert found.mean == pytest.approx(means.mean(axis=0))
    assert found.error == pytest.approx(means.std(axis=0, ddof=1) / np.sqrt(8))
    assert found.snapshots.tolist() == [8] * 4
    one = response.mean_response(means[:1])
    assert np.isfinite(one.mean).all()
    assert np.isnan(one.error).all()


def test_runs_of_a_snapshot_are_no_units():
    """Ten times as many copies of the same runs change nothing."""
    given = np.random.default_rng(2).normal(size=(8, 3, 4, 6))
    few, many = (response.snapshot_means(each) for each in (given, np.tile(given, (1, 10, 1, 1))))
    assert response.mean_response(many).error == pytest.approx(response.mean_response(few).error)
    assert response.sign_flip_test(many).p == pytest.approx(response.sign_flip_test(few).p)


def test_what_is_alike_in_all_bins_is_taken_out():
    generator = np.random.default_rng(3)
    own, common = generator.normal(size=(7, 4, 5)), generator.normal(size=(7, 1, 5))
    weights = np.array([1, 2, 3, 4])
    found = response.without_common(own + common, weights)
    assert found == pytest.approx(response.without_common(own, weights))
    assert np.einsum("sbt,b->st", found, weights) == pytest.approx(0)
    assert response.without_common(own) == pytest.approx(own - own.mean(axis=1, keepdims=True))
    assert response.without_common(own, np.tile(weights, (7, 1))) == pytest.approx(
        response.without_common(own, weights)
    )


def test_empty_bins_are_left_out_where_they_are_empty():
    generator = np.random.default_rng(4)
    given = generator.normal(size=(9, 2, 3, 5))
    given[[0, 4], :, 1] = np.nan
    means = response.snapshot_means(given)
    full = np.delete(means, [0, 4], axis=0)
    found = response.mean_response(means)
    assert found.snapshots.tolist() == [9, 7, 9]
    assert found.mean[1] == pytest.approx(full[:, 1].mean(axis=0))
    assert found.error[1] == pytest.approx(full[:, 1].std(axis=0, ddof=1) / np.sqrt(7))
    rest = response.without_common(means)
    assert rest[0, 0] == pytest.approx((means[0, 0] - means[0, 2]) / 2)
    assert np.isnan(rest[0, 1]).all()
    alone = response.sign_flip_test(means[:, [1]])
    assert alone.p == pytest.approx(response.sign_flip_test(full[:, [1]]).p)
    given[1:, :, 1] = np.nan
    test = response.sign_flip_test(response.snapshot_means(given))
    assert np.isnan(test.p[1]).all()
    assert np.isfinite(test.p[[0, 2]]).all()


# Sign flips


def test_p_is_that_of_a_loop_over_all_flips():
    generator = np.random.default_rng(5)
    given = generator.normal(size=(7, 2, 3)) + 0.5
    test = response.sign_flip_test(given)
    assert test.statistic == pytest.approx(ttest_1samp(given, 0).statistic)
    largest = [
        np.abs(ttest_1samp(given * np.array(signs)[:, None, None], 0).statistic).max()
        for signs in product([1, -1], repeat=7)
    ]
    expected = [
        [np.mean(np.array(largest) >= t * (1 - 1e-9)) for t in row]
        for row in np.abs(test.statistic)
    ]
    assert test.p == pytest.approx(np.array(expected))
    assert np.sort(np.repeat(test.largest, 2)) == pytest.approx(np.sort(largest))
    assert len(test.largest) == 2**6


def test_snapshots_that_all_respond_alike_have_the_smallest_p_and_a_finite_statistic():
    test = response.sign_flip_test(np.full((8, 2, 3), -0.3))
    assert test.p == pytest.approx(2 / 2**8)
    assert test.statistic == pytest.approx(-1e4 * np.sqrt(7), rel=1e-6)
    tiny = response.sign_flip_test(np.full((8, 2, 3), 1e-200))
    assert tiny.p == pytest.approx(2 / 2**8)


def test_scale_of_a_bin_does_not_matter():
    given = np.random.default_rng(6).normal(size=(8, 3, 4)) + 0.3
    scale = np.array([1e-12, 1.0, 1e12])[:, None]
    assert response.sign_flip_test(given * scale).p == pytest.approx(
        response.sign_flip_test(given).p
    )


def test_snapshots_in_another_order_change_nothing():
    generator = np.random.default_rng(7)
    given = snapshots_of(generator, 9, effect=0.3)
    one, other = (
        response.sign_flip_test(each) for each in (given, given[generator.permutation(9)])
    )
    np.testing.assert_array_equal(one.p, other.p)
    assert 0 < one.p.min() < 0.5
    assert np.sort(one.largest) == pytest.approx(np.sort(other.largest))


def test_random_flips_agree_with_all_flips(monkeypatch):
    generator = np.random.default_rng(8)
    given = snapshots_of(generator, 12, effect=0.1)
    exact = response.sign_flip_test(given)
    monkeypatch.setattr(response, "ALL_FLIPS_UP_TO", 11)
    random = response.sign_flip_test(given, None, generator, 9999)
    assert len(random.largest) == 10000
    for test in (exact, random):
        assert test.largest[0] == pytest.approx(np.abs(test.statistic).max())
    spread = np.sqrt(exact.p * (1 - exact.p) / 10000)
    assert (np.abs(random.p - exact.p) <= 4.5 * spread + 2e-4).all()
    assert random.p.min() >= 1e-4
    assert random.critical() == pytest.approx(exact.critical(), rel=0.05)


def test_same_generator_gives_the_same_p_however_flips_are_cut(monkeypatch):
    given = snapshots_of(np.random.default_rng(9), 20)
    one = response.sign_flip_test(given, None, np.random.default_rng(1), 500)
    monkeypatch.setattr(response, "CELLS_AT_ONCE", 700)
    other = response.sign_flip_test(given, None, np.random.default_rng(1), 500)
    assert one.p == pytest.approx(other.p)


def test_mask_tells_where_to_look():
    generator = np.random.default_rng(10)
    given = snapshots_of(generator, 10, effect=0.05)
    mask = np.zeros(FRAMES, dtype=bool)
    mask[8:10] = True
    within, alone = (
        response.sign_flip_test(given, mask),
        response.sign_flip_test(given[:, :, 8:10]),
    )
    assert within.p[:, 8:10] == pytest.approx(alone.p)
    assert np.isnan(within.p[:, ~mask]).all()
    everywhere = response.sign_flip_test(given)
    assert (within.p[:, 8:10] <= everywhere.p[:, 8:10] + 1e-12).all()
    one = response.sign_flip_test(given, np.eye(5, FRAMES, 8, dtype=bool))
    assert np.isfinite(one.p).sum() == 5


def test_critical_value_is_where_p_falls_below_the_level():
    generator = np.random.default_rng(11)
    for snapshots in (6, 8, 20):
        given = snapshots_of(generator, snapshots, effect=0.12)
        test = response.sign_flip_test(given, None, generator, 999)
        beyond = np.abs(test.statistic) >= test.critical()
        assert ((test.p < 0.05) == beyond).all()
        assert np.mean(test.largest >= test.critical()) < 0.05


@pytest.mark.parametrize("snapshots", [1, 2, 5])
def test_fewer_than_six_snapshots_are_told_and_raise_nothing(snapshots):
    given = snapshots_of(np.random.default_rng(12), snapshots, effect=5.0)
    test = response.sign_flip_test(given)
    assert test.verdict == response.TOO_FEW == "too few snapshots"
    assert np.isnan(test.p).all()
    assert np.isnan(test.critical())
    assert np.isnan(response.smallest_effect(test, response.mean_response(given))).all()
    assert np.isfinite(response.mean_response(given).mean).all()


@pytest.mark.parametrize("tails", [False, True], ids=["normal", "heavy tails"])
def test_false_positives_are_one_in_twenty(tails):
    assert 0.035 <= share_found(1000, 20, np.random.default_rng(13), tails=tails) <= 0.065


@pytest.mark.parametrize(("snapshots", "expected"), [(6, 2 / 64), (7, 6 / 128)])
def test_p_of_few_snapshots_holds_at_every_level_there_is(snapshots, expected):
    generator = np.random.default_rng(14)
    found = np.array(
        [
            response.sign_flip_test(snapshots_of(generator, snapshots, tails=True)).p.min()
            for _ in range(2000)
        ]
    )
    assert np.mean(found < 0.05) == pytest.approx(expected, abs=0.012)
    for level in np.arange(1, 21) / 2 ** (snapshots - 1):
        assert np.mean(found <= level + 1e-9) <= level + 3 * np.sqrt(level / 2000)


def test_difference_between_bins_holds_its_level_under_a_common_response():
    generator = np.random.default_rng(15)
    found = [
        response.sign_flip_test(
            response.without_common(snapshots_of(generator, effect=0.5), PARTICLES),
            None,
            generator,
            399,
        ).p.min()
        for _ in range(500)
    ]
    assert 0.03 <= np.mean(np.array(found) < 0.05) <= 0.075


# Power


def test_effect_of_a_fifth_of_the_spread_is_found():
    """In every single bin, and anywhere."""
    generator = np.random.default_rng(16)
    tests = [
        response.sign_flip_test(snapshots_of(generator, effect=0.2), None, generator, 799)
        for _ in range(200)
    ]
    smallest = np.array([test.p.min(axis=1) for test in tests])
    assert np.mean(smallest.min(axis=1) < 0.05) >= 0.95
    assert (np.mean(smallest < 0.05, axis=0) >= 0.8).all()


def test_effect_of_a_fifth_is_found_with_heavy_tails_and_with_one_run():
    generator = np.random.default_rng(17)
    assert share_found(200, 20, generator, effect=0.2, tails=True) >= 0.8
    assert share_found(200, 20, generator, effect=0.2, runs=1) >= 0.8


def test_smallest_effect_is_found_with_the_promised_power():
    """Planted at one bin and one time."""
    generator = np.random.default_rng(18)
    quiet = [snapshots_of(generator) for _ in range(40)]
    tests = [response.sign_flip_test(each, None, generator, 799) for each in quiet]
    smallest = np.mean(
        [
            response.smallest_effect(test, response.mean_response(each))
            for test, each in zip(tests, quiet, strict=True)
        ],
        axis=0,
    )
    assert (smallest[:, : PULSE.start] == 0).all()
    assert smallest[0, 10] == pytest.approx(0.158 / np.sqrt(20) * 4.9, rel=0.1)
    found = []
    for _ in range(400):
        given = snapshots_of(generator)
        given[:, 0, 10] += smallest[0, 10]
        found.append(response.sign_flip_test(given, None, generator, 399).p[0, 10] < 0.05)
    assert np.mean(found) == pytest.approx(0.8, abs=0.06)


def test_smallest_effect_grows_with_power_and_falls_with_snapshots():
    generator = np.random.default_rng(19)
    given = snapshots_of(generator, 40)
    sizes = {}
    for snapshots in (6, 12, 40):
        test = response.sign_flip_test(given[:snapshots], None, generator, 999)
        found = response.mean_response(given[:snapshots])
        sizes[snapshots] = response.smallest_effect(test, found)[:, PULSE].mean()
        more = response.smallest_effect(test, found, power=0.95)[:, PULSE].mean()
        assert more > sizes[snapshots]
    assert sizes[6] > sizes[12] > sizes[40]


# Linear response


def arrhenius(temperature, energies, barrier=1.0):
    """Rates between traps: as fast as they are shallow, canonical in the long run."""
    leave = np.exp(-(barrier - energies) / temperature) / len(energies)
    rates = np.tile(leave, (len(energies), 1))
    return rates - np.diag(rates.sum(axis=0))


def canonical(temperature, energies):
    weights = np.exp(-energies / temperature)
    return weights / weights.sum()


def evolve(start, times, temperatures, energies, substeps=20):
    """(times, states) probabilities in a protocol that is linear between times."""
    states = [start]
    for number in range(len(times) - 1):
        step = (times[number + 1] - times[number]) / substeps
        for part in range(substeps):
            share = (part + 0.5) / substeps
            now = temperatures[number] * (1 - share) + temperatures[number + 1] * share
            start = expm(arrhenius(now, energies) * step) @ start
        states.append(start)
    return np.array(states)


def correlation_of(values, energies, temperature, lags):
    weights = canonical(temperature, energies)
    away = (energies - weights @ energies) * weights
    return np.array([values @ expm(arrhenius(temperature, energies) * lag) @ away for lag in lags])


def cycle(times, pulse, low=0.5):
    """30 at low, ramp in 10, 30 at high, back in 10, then on; in units of a tenth here."""
    return np.interp(times, [0, 3, 4, 7, 8, 99], [low, low, low + pulse, low + pulse, low, low])


def test_traps_respond_to_the_cycle_as_their_fluctuations_say():
    """To first order: halves of opposite pulses, so that the second order falls out."""
    energies = np.array([-1.0, -0.4, 0.1, 0.6])
    values = np.array([0.3, -1.0, 2.0, 0.7])
    times, lags, pulse = np.linspace(0, 14, 141), np.linspace(0, 14, 561), 1e-3
    exact = [
        evolve(canonical(0.5, energies), times, cycle(times, sign * pulse), energies) @ values
        for sign in (1, -1)
    ]
    predicted = linear.linear_response(
        lags, correlation_of(values, energies, 0.5, lags), times, cycle(times, pulse), 0.5
    )
    response_found = (exact[0] - exact[1]) / 2
    assert np.abs(response_found).max() > 0.1 * pulse
    assert predicted == pytest.approx(response_found, abs=2e-3 * np.abs(response_found).max())
    assert (predicted[times <= 3] == 0).all()


def test_first_order_fails_by_second_order():
    """The relative error of the prediction is proportional to the pulse."""
    energies = np.array([-1.0, -0.4, 0.1, 0.6])
    times, lags = np.linspace(0, 10, 101), np.linspace(0, 10, 401)
    correlation = correlation_of(energies, energies, 0.5, lags)
    errors = []
    for pulse in (0.01, 0.02):
        exact = evolve(canonical(0.5, energies), times, cycle(times, pulse), energies) @ energies
        predicted = linear.linear_response(lags, correlation, times, cycle(times, pulse), 0.5)
        errors.append(np.abs(exact - exact[0] - predicted).max() / np.abs(predicted).max())
    assert errors[1] / errors[0] == pytest.approx(2, rel=0.1)
    assert 0.001 < errors[0] < 0.1


def test_harmonic_mode_responds_exactly_to_pulses_of_any_size():
    """dx = -x dt + sqrt(2 T) dW: <x^2> is linear in T; C of x^2 with x^2 / 2 is T^2 exp(-2t)."""
    times, lags = np.linspace(0, 14, 281), np.linspace(0, 14, 2801)
    temperatures = cycle(times, 0.4)
    predicted = linear.linear_response(lags, 0.25 * np.exp(-2 * lags), times, temperatures, 0.5)
    exact, now = [0.0], 0.0
    for number in range(len(times) - 1):
        step, rise = times[number + 1] - times[number], np.diff(temperatures)[number]
        # y' = -2 (y - dT(t)), dT linear over the step.
        kept = np.exp(-2 * step)
        target = temperatures[number] - 0.5
        now = now * kept + (1 - kept) * target + rise * (1 - (1 - kept) / (2 * step))
        exact.append(now)
    assert predicted == pytest.approx(exact, abs=1e-5)


def test_total_energy_is_what_a_thermostat_of_finite_strength_responds_by():
    """Harmonic oscillator with friction 0.5, in closed form; potential energy alone is too fast."""
    moments = np.array([[0, 2, 0], [-1, -0.5, 1], [0, -2, -1.0]])  # <xx>, <xv>, <vv>
    lags, low = np.linspace(0, 20, 4001), 0.7
    decay = np.array([expm(moments * lag) for lag in lags[::200]])
    lags_fine = np.array([expm(moments * lags[1])])
    states = {"total": [np.array([low**2, 0, low**2])], "potential": [np.array([low**2, 0, 0])]}
    for each in states.values():
        for _ in lags[1:]:
            each.append(lags_fine[0] @ each[-1])
    times = np.concatenate([[0, 1e-7], lags[200::200]])
    temperatures = np.concatenate([[low], np.full(len(times) - 1, low + 0.1)])
    exact = 0.1 * (1 - decay[:, 0, 0] - decay[:, 0, 2])
    predicted = {
        name: linear.linear_response(lags, np.array(each)[:, 0], times, temperatures, low)[1:]
        for name, each in states.items()
    }
    assert predicted["total"] == pytest.approx(exact, abs=1e-6)
    assert np.abs(predicted["potential"] - exact)[:4].max() > 0.01
    assert predicted["potential"][-1] == pytest.approx(exact[-1], abs=1e-3)


def test_sudden_step_is_the_regression_of_a_fluctuation():
    lags = np.linspace(0, 9, 10)
    correlation = np.stack([np.exp(-lags), 3 - lags / 9])
    times = np.array([0, 2, 2 + 1e-9, 3, 5.5, 11])
    temperatures = np.array([1, 1, 1.2, 1.2, 1.2, 1.2])
    found = linear.linear_response(lags, correlation, times, temperatures, 2.0)
    for number, curve in enumerate(correlation):
        expected = 0.05 * (curve[0] - np.interp(np.array([0, 1, 3.5, 9]), lags, curve))
        assert found[number, 2:] == pytest.approx(expected, abs=1e-8)
    assert (found[:, :2] == 0).all()


def test_followed_bins_respond_by_a_faster_clock_as_well():
    """Two states: fluctuations say how everyone responds; bins of the start also relax faster.

    So the difference between bins answers to the pulse at first order, and outlasts it, with no
    memory of the pulse but what is left of the start.
    """
    energies, low, pulse = np.array([0.0, 0.5]), 0.5, 1e-3
    times, lags = np.linspace(0, 14, 561), np.linspace(0, 14, 561)
    temperatures = cycle(times, pulse)
    occupied = np.array([0.0, 1.0])
    common = linear.linear_response(
        lags, correlation_of(occupied, energies, low, lags), times, temperatures, low
    )
    rate = [-np.trace(arrhenius(temperature, energies)) for temperature in temperatures]
    for start in np.eye(2):
        control = evolve(start, times, np.full(len(times), low), energies, 1) @ occupied
        exact = evolve(start, times, temperatures, energies, 1) @ occupied - control
        clock = linear.faster_clock(times, control, np.array(rate) / rate[0])
        known = np.isfinite(clock)
        assert known.sum() >= len(times) - 2  # the clock of the last frame is beyond it
        size = np.abs(exact).max()
        assert np.abs(common + clock - exact)[known].max() < 0.02 * size
        assert np.abs(common - exact).max() > 0.2 * size


def test_clock_that_is_right_changes_nothing_and_a_fast_one_is_ahead():
    times = np.linspace(0, 10, 101)
    curves = np.stack([np.exp(-times), -np.exp(-2 * times)])
    assert (linear.faster_clock(times, curves, np.ones(101)) == 0).all()
    speeds = np.where((times > 3) & (times < 5), 2.0, 1.0)
    found = linear.faster_clock(times, curves, speeds)
    later = (times >= 5) & (times < 7.9)
    assert (found[:, times <= 2.9] == 0).all()
    ahead = np.stack([np.exp(-times - 2), -np.exp(-2 * times - 4)]) - curves
    assert found[:, later] == pytest.approx(ahead[:, later], rel=0.02)
    assert np.isnan(found[:, times > 8.1]).all()


# Correlations from control runs


def test_cross_correlation_is_that_of_loops():
    generator = np.random.default_rng(20)
    energies, values = generator.normal(size=(3, 2, 6)), generator.normal(size=(3, 2, 4, 6))
    found = linear.cross_correlation(energies, values, 5)
    expected = np.zeros((3, 4, 5))
    for snapshot in range(3):
        others = [energies[other].mean(axis=0) for other in range(3) if other != snapshot]
        for group, lag in product(range(4), range(5)):
            terms = [
                (values[snapshot, run, group, time + lag] - values[:, :, group, time + lag].mean())
                * (energies[snapshot, run, time] - np.mean(others, axis=0)[time])
                for run in range(2)
                for time in range(6 - lag)
            ]
            expected[snapshot, group, lag] = np.mean(terms)
    assert found.snapshots == pytest.approx(expected)
    assert found.mean == pytest.approx(expected.mean(axis=0))
    assert found.error == pytest.approx(expected.std(axis=0, ddof=1) / np.sqrt(3))


@pytest.mark.parametrize(("snapshots", "draws"), [(2, 4000), (20, 1000)])
def test_cross_correlation_is_free_of_bias(snapshots, draws):
    """Two runs of a snapshot share half of their variance; a mean that decays is no part of it."""
    generator = np.random.default_rng(21)
    estimates, errors = [], []
    for _ in range(draws):
        shared = generator.normal(size=(snapshots, 1, 1))
        noise = shared + correlated(generator, (snapshots, 2, 8), kept=0.5)
        values = np.exp(-np.arange(8)) * 5 - 2 * noise[:, :, None]
        found = linear.cross_correlation(7 + noise, values, 4)
        estimates.append(found.mean[0])
        errors.append(found.error[0])
    expected, spread = -2 * (1 + 0.5 ** np.arange(4)), np.std(estimates, axis=0)
    assert (np.abs(np.mean(estimates, axis=0) - expected) < 4 * spread / np.sqrt(draws)).all()
    if snapshots == 20:
        assert np.sqrt(np.mean(np.square(errors), axis=0)) == pytest.approx(spread, rel=0.1)


def test_control_runs_of_a_harmonic_mode_predict_its_response():
    """From simulated runs to a prediction with error bars that hold the exact answer."""
    generator, low, step = np.random.default_rng(22), 0.5, 0.1
    mode = np.sqrt(low) * correlated(generator, (40, 5, 300), kept=np.exp(-step))
    found = linear.cross_correlation(mode**2 / 2, mode[:, :, None] ** 2, 41)
    lags = step * np.arange(41)
    assert (np.abs(found.mean[0] - low**2 * np.exp(-2 * lags)) < 4 * found.error[0]).all()
    times, temperatures = lags, np.interp(lags, [0, 1, 4], [low, low + 0.05, low + 0.05])
    predicted = linear.linear_response(lags, found.mean[0], times, temperatures, low)
    singles = linear.linear_response(lags, found.snapshots[:, 0], times, temperatures, low)
    error = singles.std(axis=0, ddof=1) / np.sqrt(40)
    exact = linear.linear_response(lags, low**2 * np.exp(-2 * lags), times, temperatures, low)
    assert (np.abs(predicted - exact)[1:] < 4 * error[1:]).all()
    assert (error < 0.2 * exact.max()).all()


def test_messages_name_argument_value_and_remedy():
    with pytest.raises(InputError, match=r"differences has the shape \(2, 3\)"):
        response.snapshot_means(np.ones((2, 3)))
    holes = np.ones((2, 3, 2, 2))
    holes[0, 0, 0, 0] = np.nan
    with pytest.raises(InputError, match="differences holds infinite"):
        response.snapshot_means(holes)
    with pytest.raises(InputError, match="responses has the shape"):
        response.mean_response(np.ones((2, 3, 2, 2)))
    with pytest.raises(InputError, match=r"weights has the shape \(2,\)"):
        response.without_common(np.ones((2, 3, 2)), np.ones(2))
    with pytest.raises(InputError, match="weights sum to 0 in snapshot 0"):
        response.without_common(np.ones((2, 3, 2)), np.zeros(3))
    with pytest.raises(InputError, match="mask has the shape"):
        response.sign_flip_test(np.ones((6, 3, 2)), np.ones(3, dtype=bool))
    with pytest.raises(InputError, match="generator = None: 13 snapshots"):
        response.sign_flip_test(np.ones((13, 3, 2)))
    test = response.sign_flip_test(np.ones((6, 3, 2)))
    with pytest.raises(InputError, match="power = 80"):
        response.smallest_effect(test, response.mean_response(np.ones((6, 3, 2))), power=80)
    with pytest.raises(InputError, match="two snapshots or more"):
        linear.cross_correlation(np.ones((1, 2, 5)), np.ones((1, 2, 3, 5)), 2)
    with pytest.raises(InputError, match="lags = 6: give 5 or fewer"):
        linear.cross_correlation(np.ones((2, 2, 5)), np.ones((2, 2, 3, 5)), 6)
    three = np.arange(3.0)
    with pytest.raises(InputError, match=r"lags ends at 2.0: the response at 9.0 needs .* 8.0"):
        linear.linear_response(three, three, np.array([0, 1, 9.0]), np.array([1, 1, 2.0]), 1)
    with pytest.raises(InputError, match="correlation has the shape"):
        linear.linear_response(three, three[:2], three, three, 1)
    with pytest.raises(InputError, match="times = "):
        linear.linear_response(three, three, three[::-1], three, 1)
    with pytest.raises(InputError, match="speeds"):
        linear.faster_clock(three, three, -three)
