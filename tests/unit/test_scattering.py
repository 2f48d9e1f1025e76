"""F_s, relaxation times and stretched exponentials against closed forms."""

import numpy as np
import pytest

from softness.dynamics.drift import relative_to_centre, remove_drift
from softness.dynamics.relaxation import analyse_relaxation
from softness.dynamics.scattering import (
    StretchedExponential,
    fit_stretched_exponential,
    log_spaced_lags,
    plateau_slope,
    relaxation_time,
    scattering_from_origins,
    self_scattering,
)
from softness.errors import InputError

WINDOW = {"highest": 0.7, "lowest": 0.05, "earliest": 0.3}


def test_a_particle_that_did_not_move_scatters_fully():
    places = np.random.default_rng(1).random((50, 3))
    assert self_scattering(places, places, 7.25) == pytest.approx(1)


def test_one_displacement_scatters_as_the_average_over_directions():
    distance, wave_number = 0.3, 7.25
    moved = np.array([[distance, 0, 0]])
    directions = np.random.default_rng(1).normal(size=(200_000, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    expected = np.cos(wave_number * directions @ moved[0]).mean()
    assert self_scattering(np.zeros((1, 3)), moved, wave_number) == pytest.approx(
        expected, abs=5e-3
    )


def test_gaussian_displacements_give_a_gaussian():
    spread, wave_number = 0.1, 7.25
    moved = np.random.default_rng(1).normal(scale=spread, size=(100_000, 3))
    expected = np.exp(-0.5 * (wave_number * spread) ** 2)
    found = self_scattering(np.zeros_like(moved), moved, wave_number)
    assert found == pytest.approx(expected, abs=3e-3)


def test_the_stream_equals_direct_evaluation():
    walk = np.cumsum(np.random.default_rng(1).normal(scale=0.1, size=(20, 30, 3)), axis=0)
    origins, lags = [0, 4, 15], [1, 3, 10]
    found = scattering_from_origins(iter(walk), origins, lags, 7.25)
    for row, origin in enumerate(origins):
        for column, lag in enumerate(lags):
            if origin + lag < len(walk):
                direct = self_scattering(walk[origin], walk[origin + lag], 7.25)
                assert found[row, column] == pytest.approx(direct)
            else:
                assert np.isnan(found[row, column])


def test_a_random_walk_relaxes_exponentially():
    """Free diffusion: F_s = exp(-q^2 D t), so tau_alpha = 1 / (q^2 D)."""
    spread, wave_number = 0.05, 7.25
    walk = np.cumsum(np.random.default_rng(2).normal(scale=spread, size=(60, 4000, 3)), axis=0)
    lags = np.arange(1, 40)
    values = scattering_from_origins(iter(walk), [0, 10, 20], lags, wave_number)
    expected = 2 / (wave_number * spread) ** 2
    assert relaxation_time(lags, np.nanmean(values, axis=0)) == pytest.approx(expected, rel=0.03)


def test_drift_is_removed_and_nothing_else():
    walk = np.random.default_rng(1).normal(size=(5, 40, 3))
    drifting = walk + np.linspace(0, 7, 5)[:, None, None]
    still = remove_drift(walk)
    np.testing.assert_allclose(remove_drift(drifting), still, atol=1e-12)
    np.testing.assert_allclose(still[0], walk[0])
    moved = relative_to_centre(drifting[3]) - relative_to_centre(drifting[1])
    np.testing.assert_allclose(moved, still[3] - still[1], atol=1e-12)


def test_whole_numbers_keep_the_fractions_of_the_drift():
    walk = np.random.default_rng(1).integers(-5, 6, size=(5, 40, 3))
    still = remove_drift(walk)
    np.testing.assert_allclose(still, remove_drift(walk.astype(np.float64)))
    np.testing.assert_allclose(still.mean(axis=1), np.tile(walk[0].mean(axis=0), (5, 1)))
    np.testing.assert_allclose(relative_to_centre(walk[2]).mean(axis=0), 0, atol=1e-12)


def test_drift_of_what_is_no_trajectory_is_refused():
    walk = np.random.default_rng(1).normal(size=(5, 40, 3))
    with pytest.raises(InputError, match=r"positions has the shape \(40, 3\): .*\(frames, N, 3\)"):
        remove_drift(walk[0])
    with pytest.raises(InputError, match=r"shape \(5, 40, 3\): give one frame of shape \(N, 3\)"):
        relative_to_centre(walk)
    with pytest.raises(InputError, match=r"shape \(0, 3\)"):
        relative_to_centre(walk[0, :0])
    for value in (np.nan, np.inf):
        walk[3, 7, 1] = value
        with pytest.raises(InputError, match=r"positions of frame 3 are not finite \(1 frames"):
            remove_drift(walk)
        with pytest.raises(InputError, match=r"positions of particle 7 is .*(nan|inf)"):
            relative_to_centre(walk[3])
    # Two infinities of which the sum is none are found as well.
    walk[3, 8, 1] = -np.inf
    with pytest.raises(InputError, match="positions of frame 3"):
        remove_drift(walk)


def test_lags_are_whole_rising_and_about_log_spaced():
    lags = log_spaced_lags(1000, 10)
    assert lags[0] == 1
    assert lags[-1] == 1000
    assert (np.diff(lags) > 0).all()
    assert len(lags) < 31
    assert log_spaced_lags(10000, 1).tolist() == [1, 10, 100, 1000, 10000]
    with pytest.raises(InputError, match="last is 0"):
        log_spaced_lags(0, 10)


def test_the_relaxation_time_of_an_exponential_is_its_time():
    lags = np.geomspace(0.01, 100, 60)
    assert relaxation_time(lags, np.exp(-lags / 3)) == pytest.approx(3, rel=0.01)


def test_without_a_crossing_there_is_no_relaxation_time():
    assert np.isnan(relaxation_time(np.array([1.0, 2.0, 3.0]), np.array([0.9, 0.8, 0.7])))


@pytest.mark.parametrize("first", [0.3678, 0.2, 0.05, 0.0, -0.02])
def test_what_relaxes_before_the_first_lag_did_so_from_one(first):
    """F_s(0) = 1 holds exactly: the line from there reaches 1/e before the first lag."""
    found = relaxation_time(np.array([2.0, 4.0, 6.0]), np.array([first, 0.01, 0.0]))
    assert found == pytest.approx(2 * (1 - 1 / np.e) / (1 - first))
    assert 1.2 < found < 2.001
    # A first lag without a value is no first lag; one of 0 says what is known.
    later = relaxation_time(np.array([1.0, 2.0, 4.0]), np.array([np.nan, first, 0.01]))
    assert later == found
    assert relaxation_time(np.array([0.0, 2.0, 4.0]), np.array([1.0, first, 0.01])) == found


def test_a_fast_walk_relaxes_between_0_and_its_first_frame():
    """Free diffusion with q^2 D t = 1.31 after one frame: the line is 1.2 times too late there."""
    spread, wave_number = 0.2233, 7.25
    walk = np.cumsum(np.random.default_rng(5).normal(scale=spread, size=(12, 4000, 3)), axis=0)
    lags = np.arange(1, 6)
    values = scattering_from_origins(iter(walk), [0, 3, 6], lags, wave_number)
    true = 2 / (wave_number * spread) ** 2
    assert true < relaxation_time(lags, np.nanmean(values, axis=0)) < min(1.25 * true, 1)


def test_relaxation_of_replicas_that_are_faster_than_frames_has_time_and_error():
    generator = np.random.default_rng(7)
    lags = np.array([1.0, 2.0, 3.0])
    values = [np.array([0.3, 0.1, 0.0]) + generator.normal(scale=0.01, size=(40, 3))] * 3
    origins = [np.arange(0.0, 400.0, 10.0)] * 3
    found = analyse_relaxation(lags, origins, values, 400.0, WINDOW, 2.0, 50, generator)
    assert found.time == pytest.approx((1 - 1 / np.e) / 0.7, rel=0.02)
    assert np.isfinite(found.time_draws).all()


@pytest.mark.parametrize("stretching", [0.6, 0.8, 1.0])
def test_a_planted_stretched_exponential_is_found(stretching):
    lags = np.geomspace(0.1, 3000, 60)
    planted = StretchedExponential(0.75, 60.0, stretching)
    fast = 0.25 * np.exp(-lags / 0.05)
    noise = np.random.default_rng(1).normal(scale=0.002, size=60)
    found = fit_stretched_exponential(lags, planted(lags) + fast + noise, WINDOW)
    assert found.stretching == pytest.approx(stretching, abs=0.04)
    assert found.time == pytest.approx(60, rel=0.06)
    assert found.amplitude == pytest.approx(0.75, abs=0.04)


def test_too_few_points_give_no_fit():
    found = fit_stretched_exponential(np.array([1.0, 2.0]), np.array([0.5, 0.3]), WINDOW)
    assert np.isnan(found.stretching)


def planted_runs(replicas, spread, generator):
    """F_s of runs whose relaxation times scatter between replicas by a known share."""
    lags = np.geomspace(0.1, 300, 40)
    origins = np.arange(0.0, 1000.0, 10.0)
    values = []
    for time in 20 * np.exp(spread * generator.normal(size=replicas)):
        clean = 0.75 * np.exp(-((lags / time) ** 0.8)) + 0.25 * np.exp(-lags / 0.05)
        values.append(clean + generator.normal(scale=0.03, size=(len(origins), len(lags))))
    return lags, [origins] * replicas, values


@pytest.mark.parametrize("time", [20.0, 200.0, 2000.0])
def test_the_plateau_of_two_steps_is_flatter_the_further_they_are_apart(time):
    lags = np.geomspace(0.01, 10 * time, 120)
    early, late = np.exp(-lags / 0.05), np.exp(-((lags / time) ** 0.8))
    values = 0.25 * early + 0.75 * late
    slopes = -np.gradient(values, np.log(lags))
    between = (lags > 0.05) & (values > np.exp(-1))
    at_relaxation = np.interp(-np.exp(-1), -values, slopes)
    expected = slopes[between & (lags < time)].min() / at_relaxation
    assert plateau_slope(lags, values) == pytest.approx(expected, rel=0.1)


def test_one_step_has_no_plateau():
    lags = np.geomspace(0.01, 10, 60)
    assert plateau_slope(lags, np.exp(-lags)) == 1.0
    assert np.isnan(plateau_slope(lags, np.exp(-lags / 1000)))
    assert np.isnan(plateau_slope(lags[-3:], np.exp(-lags[-3:])))


def test_relaxation_of_replicas_finds_time_and_stretching():
    lags, origins, values = planted_runs(5, 0.0, np.random.default_rng(1))
    found = analyse_relaxation(
        lags, origins, values, 1000.0, WINDOW, 2.0, 200, np.random.default_rng(2)
    )
    clean = 0.75 * np.exp(-((lags / 20) ** 0.8)) + 0.25 * np.exp(-lags / 0.05)
    assert found.time == pytest.approx(relaxation_time(lags, clean), rel=0.03)
    assert found.fit.stretching == pytest.approx(0.8, abs=0.04)
    assert found.plateau < 0.5
    assert found.plateau_draws.mean() == pytest.approx(found.plateau, abs=0.1)
    assert (found.low <= found.mean).all()
    assert (found.mean <= found.high).all()
    assert (found.origins == 500).all()
    # 1000 tau hold blocks of at least two relaxation times, about 15 tau each.
    assert found.blocks == 5 * int(1000 // (2 * found.time))


def test_errors_come_from_replicas_not_from_origins():
    """Replicas that differ by 20 % leave that spread in the interval, however many origins."""
    generator = np.random.default_rng(3)
    lags, origins, values = planted_runs(5, 0.2, generator)
    found = analyse_relaxation(lags, origins, values, 1000.0, WINDOW, 2.0, 300, generator)
    alone = [relaxation_time(lags, each.mean(axis=0)) for each in values]
    assert np.std(np.log(alone)) == pytest.approx(0.3, abs=0.05)
    # sqrt(5/4), and Student's 2.776 for five units over 1.96.
    wider = np.sqrt(5 / 4) * 2.776 / 1.96
    expected = wider * np.std(np.log(alone)) / np.sqrt(5)
    assert np.std(np.log(found.time_draws)) == pytest.approx(expected, rel=0.15)


def test_a_run_that_does_not_relax_is_one_block():
    lags = np.geomspace(0.1, 10, 20)
    values = [np.full((30, 20), 0.7)] * 2
    origins = [np.arange(30.0)] * 2
    found = analyse_relaxation(
        lags, origins, values, 100.0, WINDOW, 2.0, 20, np.random.default_rng(1)
    )
    assert np.isnan(found.time)
    assert found.blocks == 2
