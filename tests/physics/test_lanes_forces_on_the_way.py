"""Forces and energies of every lane against LAMMPS, where the lanes themselves have got to."""

import numpy as np
import pytest
from lanes_and_lammps import force_differences, loaded, melt

from softness.liquid import kob_andersen


@pytest.fixture(params=["common", "per_pair"])
def cutoff(request):
    return request.param


def reached(liquid, start, temperature, time):
    """Lanes after a time in tau at a temperature."""
    batch = loaded(liquid, start, temperature)
    batch.set_thermostat(temperature)
    batch.run(round(time / batch.time_step))
    return batch


def assert_forces_are_right(batch):
    of_forces, of_energies = force_differences(batch)
    assert of_forces < 2e-5
    assert of_energies < 1e-6


def test_forces_after_30_tau_in_the_melt(cutoff):
    liquid, start = melt(500, cutoff, 0.86)
    assert_forces_are_right(reached(liquid, start, 0.86, 30))


def test_forces_after_30_tau_in_the_cold(cutoff, real_data):
    liquid = kob_andersen(4096, cutoff=cutoff)
    start = real_data["positions"][3].astype(np.float64)
    np.testing.assert_array_equal(liquid.types, real_data["types"])
    assert_forces_are_right(reached(liquid, start, 0.45, 30))


@pytest.mark.long
def test_forces_after_300_tau(cutoff):
    liquid, start = melt(500, cutoff, 0.56)
    assert_forces_are_right(reached(liquid, start, 0.56, 300))


@pytest.mark.long
@pytest.mark.parametrize("particles", [2048, 4096])
def test_forces_after_30_tau_at_sizes_and_temperatures_between(cutoff, particles):
    for temperature in (0.45, 0.86):
        liquid, start = melt(particles, cutoff, temperature)
        assert_forces_are_right(reached(liquid, start, temperature, 30))
