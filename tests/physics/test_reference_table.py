"""The whole table of reference values, with its own tolerances: about an hour on one core.

`make test-physics` runs it; docs/findings.md has what it gave.
"""

import numpy as np
import pytest
from liquid_runs import Run, run_liquid
from test_reference_values import COMMON_CUTOFF_AT_2, rosenfeld_tarazona

pytestmark = [pytest.mark.long, pytest.mark.timeout(7200)]

PARTICLES = 4096

# At T = 2 a time step of 0.005 shifts U/N by about 0.005, half of the tolerance
# (docs/findings.md); the reference values are those of the liquid, not of the time step.
FINE_TIME_STEP = 0.0025


@pytest.fixture(scope="module")
def warm() -> Run:
    """T = 0.8, cut off per pair."""
    return run_liquid(0.8, "per_pair", 100, 300, 0.5, PARTICLES)


@pytest.fixture(scope="module")
def hot() -> Run:
    """T = 2.0, cut off per pair."""
    return run_liquid(
        2.0, "per_pair", 30, 100, 0.2, PARTICLES, keep_every=5, time_step=FINE_TIME_STEP
    )


def test_energy_at_0_8(warm, record_property):
    record_property("U/N at T = 0.8, per_pair", f"{warm.energy():.4f} +- {warm.energy_error():.4f}")
    assert warm.energy() == pytest.approx(-6.346, abs=0.01)


def test_energy_at_2(hot, record_property):
    record_property("U/N at T = 2.0, per_pair", f"{hot.energy():.4f} +- {hot.energy_error():.4f}")
    assert hot.energy() == pytest.approx(-4.654, abs=0.01)


@pytest.mark.parametrize("temperature", [1.0, 1.4])
def test_energies_between_follow_rosenfeld_and_tarazona(temperature, record_property):
    run = run_liquid(temperature, "per_pair", 40, 100, 0.2, PARTICLES, keep_every=5)
    record_property(
        f"U/N at T = {temperature}, per_pair", f"{run.energy():.4f} +- {run.energy_error():.4f}"
    )
    assert run.energy() == pytest.approx(rosenfeld_tarazona(temperature), abs=0.01)


def test_the_common_cut_off_at_2(hot, record_property):
    run = run_liquid(2.0, "common", 30, 100, 0.2, PARTICLES, keep_every=5, time_step=FINE_TIME_STEP)
    difference = run.energy() - hot.energy()
    record_property("U/N common - per_pair at T = 2.0", f"{difference:.4f}")
    assert difference == pytest.approx(COMMON_CUTOFF_AT_2, abs=0.01)


@pytest.mark.parametrize(("species", "expected"), [(0, 5.44e-3), (1, 9.02e-3)])
def test_diffusion_at_0_8(warm, species, expected, record_property):
    found = warm.diffusion(species, shortest=20)
    record_property(f"D_{'AB'[species]} at T = 0.8, per_pair", f"{found:.3e}")
    assert found == pytest.approx(expected, rel=0.05)


def test_relaxation_at_2(record_property):
    run = run_liquid(2.0, "per_pair", 30, 12, 0.02, PARTICLES)
    found = run.relaxation_time(7.28)
    record_property("F_s = 1/e at T = 2.0, per_pair, q = 7.28", f"{found:.3f}")
    assert found == pytest.approx(0.35, abs=0.03)


RELAXATION = [
    # T, runs, equilibrate, production, interval, tau_alpha, relative tolerance
    (0.70, 1, 60, 150, 0.5, 5, 0.2),
    (0.60, 2, 120, 300, 0.5, 13, 0.2),
    (0.56, 2, 200, 500, 1.0, 24, 0.2),
    # No other code's: five runs of ours gave 63 to 135 about here (docs/findings.md).
    (0.51, 4, 300, 700, 1.0, 100, 0.4),
    (0.47, 2, 1000, 2500, 2.0, 320, 0.4),
]


@pytest.mark.parametrize("row", RELAXATION, ids=[f"T={row[0]}" for row in RELAXATION])
def test_relaxation_of_the_supercooled_liquid(real_data, row, record_property):
    """From real configurations at T = 0.44, heated: equilibrium is near from the start.

    One run of ten relaxation times scatters by about a fifth, so the colder ones are repeated.
    """
    temperature, runs, equilibrate, production, interval, expected, tolerance = row
    found = [
        run_liquid(
            temperature,
            "common",
            equilibrate,
            production,
            interval,
            PARTICLES,
            start=real_data["positions"][number],
            types=real_data["types"],
        ).relaxation_time(7.25)
        for number in range(runs)
    ]
    record_property(f"tau_alpha at T = {temperature}, common", [float(f"{t:.4g}") for t in found])
    assert np.exp(np.mean(np.log(found))) == pytest.approx(expected, rel=tolerance)
