"""Roles of temperatures and numbers of samples, from counts that are made up."""

import math

import pytest

from softness.dynamics.caging import Plateau
from softness.own.measure import Counts
from softness.own.roles import AtTemperature, choose_roles, doubts, quiet_lengths
from softness.own.runs import Run, System

WINDOW, FRAMES, PARTICLES = 10, 1010, 100
SYSTEM = System(150, (PARTICLES, 50), (5.0, 5.0, 5.0), 1.0)
MOMENTS = (FRAMES - WINDOW) * PARTICLES
QUIET = dict.fromkeys(quiet_lengths(FRAMES, WINDOW), 4000)
TAILS = {0.00033: 300, 0.001: 900, 0.003: 1600, 0.01: 2500, 0.03: 4000}


def at(temperature, slope, events=1000, quiet=QUIET, tails=TAILS, replicas=2):
    """Runs of which the whole first one was looked at."""
    run = Run("file", temperature, "as given", FRAMES, SYSTEM, ("A", "B"))
    counts = Counts(MOMENTS, events, quiet, tails)
    plateau = Plateau(2.5, 0.03, slope, math.nan)
    return AtTemperature(temperature, (run,) * replicas, (), plateau, counts)


def several(slopes):
    return [at(t, slope) for t, slope in slopes.items()]


SLOPES = {0.45: 0.05, 0.5: 0.1, 0.6: 0.3, 0.7: 0.5, 0.8: 0.6, 1.0: 0.7, 2.0: 0.95}


def test_cold_runs_train_and_hot_ones_are_fluid():
    roles = choose_roles(several(SLOPES), WINDOW)
    assert (roles.training, roles.transfer_test) == (0.45, 0.5)
    assert roles.fluidity == (1.0, 2.0)
    assert (roles.below, roles.sensitivity) == (0.8, 0.8)


def test_numbers_are_those_of_all_runs_and_three_quarters_of_them_are_used():
    roles = choose_roles(several(SLOPES), WINDOW)
    assert (roles.events, roles.quiet, roles.activated) == (2000, 8000, 1500)
    assert (roles.excursions, roles.extremes, roles.tail) == (1800, 1300, 0.001)
    assert roles.quiet_length == 12 * WINDOW


def test_no_more_samples_than_in_the_dissertation():
    many = [at(t, slope, 10**5, dict.fromkeys(QUIET, 10**5)) for t, slope in SLOPES.items()]
    assert choose_roles(many, WINDOW).activated == 3800


def test_training_is_where_there_are_enough_events():
    found = several(SLOPES)
    found[0] = at(0.45, 0.05, events=20)
    roles = choose_roles(found, WINDOW)
    assert (roles.training, roles.transfer_test) == (0.5, 0.6)
    few = [at(t, slope, events=int(10 * t)) for t, slope in SLOPES.items()]
    assert choose_roles(few, WINDOW).training == 0.8
    assert any("give longer runs" in doubt for doubt in doubts(few, choose_roles(few, WINDOW)))


def test_quiet_runs_are_shorter_where_few_are_quiet_for_long():
    quiet = {length: 24000 // length for length in QUIET}
    found = [at(t, slope, 300, quiet) for t, slope in SLOPES.items()]
    roles = choose_roles(found, WINDOW)
    assert (roles.quiet_length, roles.quiet) == (80, 600)


def test_tails_are_wider_where_there_are_few_excursions():
    tails = {share: number // 10 for share, number in TAILS.items()}
    roles = choose_roles([at(t, slope, tails=tails) for t, slope in SLOPES.items()], WINDOW)
    assert (roles.tail, roles.excursions, roles.extremes) == (0.03, 800, 600)


@pytest.mark.parametrize(
    ("slopes", "below"),
    [
        ({0.4: 0.1, 0.5: 0.1, 0.6: 0.1}, 0.66),
        ({0.4: 0.1, 0.5: 0.1, 0.6: 0.1, 0.7: 0.9}, 0.7),
        ({0.4: 0.1, 0.5: 0.9, 0.6: 0.9}, 0.66),
        ({0.4: 0.1, 0.5: 0.1, 0.6: 0.1, 0.7: 0.1, 0.8: 0.9}, 0.7),
    ],
)
def test_three_temperatures_at_least_are_fitted(slopes, below):
    roles = choose_roles(several(slopes), WINDOW)
    assert roles.below == roles.sensitivity == pytest.approx(below)
    assert sum(t < roles.below for t in slopes) >= 3


def test_too_little_for_a_study_is_said():
    lonely = [at(0.5, 0.1, replicas=1)]
    said = doubts(lonely, choose_roles(lonely, WINDOW))
    assert ["a fit of barriers needs 3" in said[0], "one run" in said[1]] == [True, True]
    hot = several({1.0: 0.7, 1.2: 0.8, 1.4: 0.9})
    assert "has no plateau" in doubts(hot, choose_roles(hot, WINDOW))[0]
    assert not doubts(several(SLOPES), choose_roles(several(SLOPES), WINDOW))


def test_quiet_runs_fit_twice_into_a_run():
    assert quiet_lengths(1010, 10) == [120, 80, 60, 40, 30, 20, 10, 5]
    assert quiet_lengths(100, 10) == [40, 30, 20, 10, 5]
    assert quiet_lengths(20, 10) == [5]
