"""Runs in lanes go where those of LAMMPS go, for as long as rounding lets any two runs do so."""

from functools import lru_cache

import numpy as np
import pytest
from lanes_and_lammps import LANES, in_lammps, loaded, melt, velocities_of

from softness import engines

TEMPERATURE = 0.86
ONE_TAU = 200


def constant_energy(engine):
    engine.run(ONE_TAU)


def thermostat(engine):
    engine.set_thermostat(TEMPERATURE)
    engine.run(ONE_TAU)


def ramp(engine):
    engine.ramp(TEMPERATURE, 0.6, ONE_TAU)


WAYS = {way.__name__: way for way in (constant_energy, thermostat, ramp)}


@pytest.fixture(params=WAYS)
def way(request):
    return request.param


@lru_cache
def lammps_runs(particles, way, looks=1, shift=0.0):
    """(runs, looks, N, 3) positions, each start moved by so much along each axis, at random."""
    liquid, start = melt(particles, "common", TEMPERATURE)
    velocities = velocities_of(particles, TEMPERATURE)
    moves = shift * np.random.default_rng(1).normal(size=(LANES, particles, 3))
    runs = zip(start + moves, velocities, strict=True)
    return np.array([in_lammps(liquid, *each, WAYS[way], looks) for each in runs])


def lane_runs(particles, way, looks=1, element=np.float32):
    """(runs, looks, N, 3) positions of lanes."""
    batch = loaded(*melt(particles, "common", TEMPERATURE), TEMPERATURE, element)
    found = []
    for _ in range(looks):
        WAYS[way](batch)
        found.append(batch.positions())
    return np.stack(found, axis=1)


def distances(one, other):
    """(runs, looks, N) of each particle from where it is in the other."""
    return np.linalg.norm(one - other, axis=-1)


@pytest.mark.parametrize("particles", [500, 2048])
def test_after_1_tau_lanes_are_where_lammps_is(way, particles):
    exact, moved = (lammps_runs(particles, way, 1, shift) for shift in (0.0, 1e-7))
    found = distances(lane_runs(particles, way), exact)[:, 0]
    assert np.sqrt((found**2).mean(axis=1)).max() < 1e-4
    assert found.max() < 2 * distances(moved, exact).max()


def test_in_double_precision_lanes_are_where_lammps_is(way):
    found = distances(lane_runs(500, way, element=np.float64), lammps_runs(500, way))
    assert found.max() < 1e-9


def growth(one, other):
    """Rate at which two runs drift apart between 1 and 3 tau, and its error.

    From 4 tau on they are apart by 0.2 and more, and drift on by diffusion.
    """
    logs = np.log(np.sqrt((distances(one, other) ** 2).mean(axis=2)))
    rates = (logs[:, 2] - logs[:, 0]) / 2
    return rates.mean(), rates.std(ddof=1) / np.sqrt(len(rates))


def test_lanes_drift_from_lammps_as_two_runs_of_lammps_drift_apart():
    exact, moved = (lammps_runs(500, "constant_energy", 3, shift) for shift in (0.0, 1e-7))
    lanes = growth(lane_runs(500, "constant_energy", 3), exact)
    lammps = growth(moved, exact)
    assert lammps[1] < 0.1 * lammps[0]
    assert lanes[0] == pytest.approx(lammps[0], rel=0.15)


def test_lanes_and_lammps_start_with_the_same_forces():
    liquid, start = melt(500, "common", TEMPERATURE)
    batch = loaded(liquid, start, TEMPERATURE, np.float64)
    engine = engines.create("lammps", liquid)
    engine.load(start, liquid.types)
    np.testing.assert_allclose(batch.forces()[0], engine.forces(), atol=1e-9)
