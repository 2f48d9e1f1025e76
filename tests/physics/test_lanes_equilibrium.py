"""What runs in lanes conserve, and that their averages are those of the canonical ensemble."""

import numpy as np
import pytest
from lanes_and_lammps import LANES, loaded, melt, total_energies, velocities_of

from softness import engines
from softness.liquid import kob_andersen

PARTICLES, TEMPERATURE = 500, 0.86
FREEDOM = 3 * PARTICLES - 3


def mean_and_error(values):
    """Of (runs,) values."""
    return np.mean(values), np.std(values, ddof=1) / np.sqrt(len(values))


def drifts(energies):
    """(runs,) changes of (times, runs) energies from the first to the last, by a straight line."""
    times = np.linspace(-0.5, 0.5, len(energies))
    return times @ energies / (times @ times)


@pytest.fixture(scope="module")
def free_runs():
    """Lanes after 100 tau without a thermostat, and (201, runs) energies per particle."""
    batch = loaded(*melt(PARTICLES, "common", TEMPERATURE), TEMPERATURE)
    energies = [total_energies(batch)]
    for _ in range(200):
        batch.run(100)
        energies.append(total_energies(batch))
    return batch, np.array(energies) / PARTICLES


def lammps_energies(runs):
    """As `free_runs` has them, of LAMMPS."""
    liquid, start = melt(PARTICLES, "common", TEMPERATURE)
    found = []
    for velocities in velocities_of(PARTICLES, TEMPERATURE, runs):
        engine = engines.create("lammps", liquid)
        engine.load(start, liquid.types, velocities)
        energies = []
        for number in range(201):
            engine.run(100 if number else 0)
            kinetic = 0.5 * (engine.velocities() ** 2).sum()
            energies.append(engine.potential_energy() + kinetic)
        found.append(energies)
    return np.array(found).T / PARTICLES


def test_energy_does_not_drift(free_runs):
    # It wanders: the force jumps at the cut-off, in LAMMPS too.
    drift, error = mean_and_error(drifts(free_runs[1]))
    assert error < 1.2e-4
    assert abs(drift) < 1e-4


def test_energy_does_not_drift_in_the_cold(real_data):
    start = real_data["positions"][3].astype(np.float64)
    batch = loaded(kob_andersen(4096), start, 0.45)
    energies = [total_energies(batch)]
    for _ in range(100):
        batch.run(200)
        energies.append(total_energies(batch))
    drift, error = mean_and_error(drifts(np.array(energies) / 4096))
    assert error < 3e-5
    assert abs(drift) < 1e-4
    momentum = batch.velocities().sum(axis=1) / 4096
    assert np.linalg.norm(momentum, axis=1).max() < 1e-5


def test_energy_drifts_no_more_than_that_of_lammps(free_runs):
    lanes = mean_and_error(drifts(free_runs[1]))
    lammps = mean_and_error(drifts(lammps_energies(4)))
    assert abs(lanes[0] - lammps[0]) < 4 * np.hypot(lanes[1], lammps[1])


def test_the_momentum_stays_nothing(free_runs):
    momentum = free_runs[0].velocities().sum(axis=1) / PARTICLES
    assert np.linalg.norm(momentum, axis=1).max() < 1e-5


@pytest.fixture(scope="module")
def held_runs():
    """(times, runs) kinetic energies at constant temperature, and the lanes at the end."""
    batch = loaded(*melt(PARTICLES, "common", TEMPERATURE), TEMPERATURE, runs=2 * LANES)
    batch.set_thermostat(TEMPERATURE)
    batch.run(2000)
    kinetic = []
    for _ in range(2000):
        batch.run(10)
        kinetic.append(batch.temperature() * FREEDOM / 2)
    return np.array(kinetic), batch


def test_the_mean_kinetic_energy_is_canonical(held_runs):
    mean, error = mean_and_error(held_runs[0].mean(axis=0))
    assert error < 1e-3 * mean
    assert mean == pytest.approx(FREEDOM * TEMPERATURE / 2, abs=4 * error)


def test_the_variance_of_the_kinetic_energy_is_canonical(held_runs):
    expected = FREEDOM * TEMPERATURE**2 / 2
    around = (held_runs[0] - FREEDOM * TEMPERATURE / 2) ** 2
    mean, error = mean_and_error(around.mean(axis=0))
    assert error < 0.05 * expected
    assert mean == pytest.approx(expected, abs=4 * error)


def test_velocities_are_those_of_maxwell_and_boltzmann(held_runs):
    scaled = held_runs[1].velocities().reshape(2 * LANES, -1) / np.sqrt(TEMPERATURE)
    fourth, error = mean_and_error((scaled**4).mean(axis=1))
    assert fourth == pytest.approx(3, abs=4 * error + 6 / FREEDOM)


def test_the_momentum_stays_nothing_with_a_thermostat(held_runs):
    momentum = held_runs[1].velocities().sum(axis=1) / PARTICLES
    assert np.linalg.norm(momentum, axis=1).max() < 1e-5


@pytest.mark.parametrize(
    ("temperature", "expected", "time_step"),
    # STUDY's table, and between its two points the law of Rosenfeld and Tarazona.
    [
        pytest.param(2.0, -4.654, 0.0025, marks=pytest.mark.long),
        (1.2, -8.6548 + 2.6396 * 1.2**0.6, 0.005),
        (0.8, -6.346, 0.005),
    ],
)
def test_mean_energies_are_those_of_other_codes(temperature, expected, time_step):
    mean, error = mean_energy(temperature, time_step)
    assert error < 0.005
    assert mean == pytest.approx(expected, abs=0.01)


def mean_energy(temperature, time_step, equilibrate=10.0, production=30.0):
    """U/N with the cut-off per pair, and its error over lanes; times in tau."""
    liquid, start = melt(PARTICLES, "per_pair", temperature, 20.0, 40.0)
    batch = loaded(liquid, start, temperature, time_step=time_step)
    batch.set_thermostat(temperature)
    batch.run(round(equilibrate / time_step))
    energies = []
    for _ in range(150):
        batch.run(round(production / 150 / time_step))
        energies.append(batch.potential_energy() / PARTICLES)
    return mean_and_error(np.mean(energies, axis=0))
