"""Barriers from counts: known ones are found, by likelihood and by least squares."""

import numpy as np
import pytest
import scipy.optimize

from softness.barriers.fit import fit_barrier, fit_curvature
from softness.barriers.likelihood import fit_log_binomial
from softness.errors import InputError

TEMPERATURES = np.array([0.45, 0.47, 0.50, 0.53, 0.56, 0.60, 0.65, 0.70, 0.78])
MANY = np.full(len(TEMPERATURES), 10**13)


def expected_counts(energy, entropy, trials=MANY, form="arrhenius"):
    chance = np.exp(entropy - energy / TEMPERATURES)
    return np.rint(trials * chance / (TEMPERATURES if form == "kramers" else 1.0))


@pytest.mark.parametrize("form", ["arrhenius", "kramers"])
@pytest.mark.parametrize("method", ["binomial", "least_squares"])
def test_counts_without_noise_give_the_barrier_that_made_them(form, method):
    found = fit_barrier(TEMPERATURES, expected_counts(5.0, 2.5, form=form), MANY, form, method)
    assert found.energy == pytest.approx(5.0, abs=1e-5)
    assert found.entropy == pytest.approx(2.5, abs=1e-5)
    assert found.flag == "ok"
    assert found.left_out == 0


def test_likelihood_has_its_maximum_where_an_optimiser_finds_it():
    generator = np.random.default_rng(1)
    trials = generator.integers(200, 5000, size=len(TEMPERATURES))
    events = generator.binomial(trials, np.exp(1.0 - 2.0 / TEMPERATURES))

    def cost(p):
        eta = p[0] - p[1] / TEMPERATURES
        if (eta >= 0).any():
            return np.inf
        return -np.sum(events * eta + (trials - events) * np.log1p(-np.exp(eta)))

    best = scipy.optimize.minimize(
        cost, [0.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-10}
    )
    found = fit_barrier(TEMPERATURES, events, trials)
    assert [found.entropy, found.energy] == pytest.approx(best.x, abs=1e-5)
    # The errors are those of the curvature at the maximum.
    step, hessian = 1e-3, np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            a, b = step * np.eye(2)[[i, j]]
            corners = [cost(best.x + s * a + t * b) * s * t for s in (1, -1) for t in (1, -1)]
            hessian[i, j] = sum(corners) / (4 * step**2)
    errors = np.sqrt(np.diag(np.linalg.inv(hessian)))
    assert [found.entropy_error, found.energy_error] == pytest.approx(errors, rel=1e-3)
    covariance = np.linalg.inv(hessian)
    assert found.correlation == pytest.approx(covariance[0, 1] / np.prod(errors), abs=1e-4)


def test_least_squares_is_the_straight_line_through_ln_p():
    generator = np.random.default_rng(2)
    trials = np.full(len(TEMPERATURES), 100_000)
    events = generator.binomial(trials, np.exp(0.5 - 3.0 / TEMPERATURES))
    found = fit_barrier(TEMPERATURES, events, trials, method="least_squares")
    (slope, level), covariance = np.polyfit(1 / TEMPERATURES, np.log(events / trials), 1, cov=True)
    assert found.energy == pytest.approx(-slope)
    assert found.entropy == pytest.approx(level)
    errors = np.sqrt(np.diag(covariance))
    assert [found.energy_error, found.entropy_error] == pytest.approx(errors)


def test_errors_are_the_scatter_of_repeated_measurements():
    generator = np.random.default_rng(3)
    trials = np.full(len(TEMPERATURES), 20_000)
    events = generator.binomial(trials, np.exp(1.5 - 3.5 / TEMPERATURES), size=(2000, 9))
    found = fit_barrier(TEMPERATURES, events, np.broadcast_to(trials, events.shape))
    assert (found.flag == "ok").all()
    assert found.energy.std() == pytest.approx(found.energy_error.mean(), rel=0.06)
    assert found.entropy.std() == pytest.approx(found.entropy_error.mean(), rel=0.06)
    assert found.energy.mean() == pytest.approx(3.5, abs=4 * found.energy.std() / 2000**0.5)
    inside = np.abs(found.energy - 3.5) < 1.96 * found.energy_error
    assert 0.93 < inside.mean() < 0.97


def test_many_bins_at_once_are_the_bins_one_by_one():
    generator = np.random.default_rng(4)
    trials = generator.integers(0, 3000, size=(5, 4, 9))
    events = generator.binomial(trials, np.exp(-1.0 - 2.0 / TEMPERATURES))
    for method in ("binomial", "least_squares"):
        found = fit_barrier(TEMPERATURES, events, trials, method=method)
        for cell in np.ndindex(5, 4):
            one = fit_barrier(TEMPERATURES, events[cell], trials[cell], method=method)
            assert found.energy[cell] == pytest.approx(one.energy, nan_ok=True)
            assert found.entropy_error[cell] == pytest.approx(one.entropy_error, nan_ok=True)
            assert found.flag[cell] == one.flag
            assert found.left_out[cell] == one.left_out


def test_order_of_temperatures_does_not_matter():
    generator = np.random.default_rng(5)
    trials = np.full(9, 5000)
    events = generator.binomial(trials, np.exp(-3.0 / TEMPERATURES))
    order = generator.permutation(9)
    one, other = (fit_barrier(TEMPERATURES[i], events[i], trials[i]) for i in (np.arange(9), order))
    assert one.energy == pytest.approx(other.energy)


def test_empty_temperatures_are_left_out_and_counted():
    events, trials = expected_counts(4.0, 1.0), MANY.copy()
    events[[1, 5]] = trials[[1, 5]] = 0
    for method in ("binomial", "least_squares"):
        found = fit_barrier(TEMPERATURES, events, trials, method=method)
        assert found.energy == pytest.approx(4.0, abs=1e-5)
        assert found.left_out == 2


def test_no_events_in_many_trials_are_evidence_that_least_squares_throws_away():
    """At cold temperatures most draws have no event: leaving those out makes barriers too low."""
    generator = np.random.default_rng(6)
    trials = np.full((3000, 9), 1000)
    events = generator.binomial(trials, np.exp(5.0 - 6.0 / TEMPERATURES))
    likelihood = fit_barrier(TEMPERATURES, events, trials)
    line = fit_barrier(TEMPERATURES, events, trials, method="least_squares")
    assert np.nanmean(likelihood.energy) == pytest.approx(6.0, abs=0.12)
    assert np.nanmean(line.energy) < 5.5
    assert (line.left_out > 0).mean() > 0.5
    assert (likelihood.left_out == 0).all()


@pytest.mark.parametrize("method", ["binomial", "least_squares"])
def test_what_cannot_be_fitted_is_nan_with_a_reason(method):
    none = np.zeros(9)
    trials = np.full(9, 100)
    found = fit_barrier(TEMPERATURES, none, trials, method=method)
    assert np.isnan([found.energy, found.entropy, found.energy_error, found.entropy_error]).all()
    assert found.flag == "no events"
    assert fit_barrier(TEMPERATURES, none, none, method=method).flag == "no events"
    two = np.where(np.arange(9) < 2, 5, 0)
    found = fit_barrier(TEMPERATURES, two, two * 20, method=method)
    assert found.flag == "too few temperatures"
    assert np.isnan(found.energy)
    assert found.left_out == 7


def test_events_at_one_temperature_leave_the_slope_open():
    events = np.where(np.arange(9) == 8, 5, 0)
    found = fit_barrier(TEMPERATURES, events, np.full(9, 1000))
    assert found.flag == "events at too few temperatures"
    assert np.isnan(found.energy)


def test_three_runs_at_one_temperature_are_one_temperature():
    found = fit_barrier(np.full(3, 0.5), np.full(3, 5), np.full(3, 1000))
    assert found.flag == "too few temperatures"


@pytest.mark.parametrize("highest", [0.9, 0.99, 0.9999])
def test_probabilities_next_to_one_are_fitted(highest):
    """The logarithmic link ends at P = 1; the fit must come near it without stepping over."""
    trials = np.full(9, 10**7)
    chance = np.exp(3.0 / TEMPERATURES[-1] + np.log(highest) - 3.0 / TEMPERATURES)
    events = np.rint(trials * chance)
    found = fit_barrier(TEMPERATURES, events, trials)
    assert found.flag == "ok"
    assert found.energy == pytest.approx(3.0, abs=1e-3)
    noisy = np.random.default_rng(7).binomial(400, chance, size=(500, 9))
    found = fit_barrier(TEMPERATURES, noisy, np.full((500, 9), 400))
    good = found.flag == "ok"
    assert np.isin(found.flag, ["ok", "no optimum with P below 1"]).all()
    assert np.isfinite(found.energy[good]).all()
    # Without an optimum are those with an event in every trial of the highest temperature.
    assert (good | (noisy[:, -1] == 400)).all()


def test_certain_events_have_no_optimum():
    found = fit_barrier(TEMPERATURES, np.full(9, 50), np.full(9, 50))
    assert found.flag == "no optimum with P below 1"
    assert np.isnan(found.energy)


def test_curvature_is_zero_for_a_straight_line_and_known_for_a_parabola():
    straight = fit_curvature(TEMPERATURES, expected_counts(5.0, 2.5), MANY)
    assert straight.value == pytest.approx(0.0, abs=1e-4)
    chance = np.exp(-1.0 - 3.0 / TEMPERATURES + 0.4 / TEMPERATURES**2)
    bent = np.rint(MANY * chance)
    assert fit_curvature(TEMPERATURES, bent, MANY).value == pytest.approx(0.4, abs=1e-4)


def test_a_process_of_kramers_is_straight_in_its_own_form_alone():
    events = expected_counts(5.0, 2.5, form="kramers")
    own = fit_curvature(TEMPERATURES, events, MANY, form="kramers")
    assert own.value == pytest.approx(0.0, abs=1e-4)
    assert abs(fit_curvature(TEMPERATURES, events, MANY).value) > 0.05


def test_scatter_of_barriers_bends_the_line_upwards_by_half_its_variance():
    generator = np.random.default_rng(8)
    barriers = 5.0 + 0.6 * generator.normal(size=200_000)
    chance = np.exp(1.0 - barriers[:, None] / TEMPERATURES).mean(axis=0)
    found = fit_curvature(TEMPERATURES, np.rint(MANY * chance), MANY)
    assert found.value == pytest.approx(barriers.var() / 2, rel=0.1)


def test_error_of_curvature_covers_zero_as_often_as_it_should():
    generator = np.random.default_rng(9)
    trials = np.full((1500, 9), 20_000)
    events = generator.binomial(trials, np.exp(1.5 - 3.5 / TEMPERATURES))
    found = fit_curvature(TEMPERATURES, events, trials)
    assert 0.93 < (np.abs(found.value) < 1.96 * found.error).mean() < 0.97


def test_curvature_needs_four_temperatures():
    events, trials = expected_counts(5.0, 2.5)[:3], MANY[:3]
    found = fit_curvature(TEMPERATURES[:3], events, trials)
    assert np.isnan(found.value)
    assert found.flag == "too few temperatures"


def test_any_start_leads_to_the_one_maximum_of_the_likelihood():
    """The gradient vanishes at the end, for random designs with a constant column."""
    generator = np.random.default_rng(10)
    design = np.concatenate([np.ones((40, 1)), generator.normal(size=(40, 3))], axis=1)
    beta = np.array([-2.0, 0.3, -0.2, 0.1])
    trials = generator.integers(0, 500, size=(50, 40))
    events = generator.binomial(trials, np.exp(np.minimum(design @ beta, -0.1)))
    fit = fit_log_binomial(design, events, trials)
    chance = np.exp(fit.coefficients @ design.T)[fit.converged]
    k, n = events[fit.converged], trials[fit.converged]
    score = np.where(n > 0, (k - n * chance) / (1 - chance), 0.0)
    assert fit.converged.mean() > 0.9
    assert np.abs(score @ design).max() < 1e-4


@pytest.mark.filterwarnings("error")
def test_a_coefficient_that_no_trial_tells_of_spoils_no_other():
    """Three levels, of which the last has no trials: nothing overflows, and it is told."""
    trials = np.array([1e12, 1e12, 0.0])
    fit = fit_log_binomial(np.eye(3), 0.1 * trials, trials)
    assert fit.coefficients[:2] == pytest.approx(np.log([0.1, 0.1]))
    assert not fit.converged
    nothing = fit_log_binomial(np.eye(3), np.zeros(3), np.zeros(3))
    assert np.isfinite(nothing.coefficients).all()
    assert not nothing.converged


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"temperatures": [0.5, 0.6, -0.7]}, r"temperatures is \[0\.5, 0\.6, -0\.7\]: .*positive"),
        ({"temperatures": [0.5, 0.6]}, r"events has the shape \(3,\).*2 temperatures"),
        ({"events": [1, 2, np.nan]}, "events holds 1 values that are NaN"),
        ({"events": [1, 2, -3]}, "events holds -3: give counts"),
        ({"events": [1, 2, 0.5]}, r"events holds 0\.5: give counts, whole numbers"),
        ({"events": [1, 2, 101]}, "events = 101 exceeds trials = 100.*leave out thin cells"),
        ({"trials": [100, 100]}, r"trials \(2,\)"),
        ({"form": "vogel"}, "form = 'vogel': give one of arrhenius, kramers"),
        ({"method": "eye"}, "method = 'eye': give one of binomial, least_squares"),
    ],
)
def test_messages_name_argument_value_and_remedy(change, message):
    usual = {"temperatures": [0.5, 0.6, 0.7], "events": [1, 2, 3], "trials": [100, 100, 100]}
    with pytest.raises(InputError, match=message):
        fit_barrier(**(usual | change))
