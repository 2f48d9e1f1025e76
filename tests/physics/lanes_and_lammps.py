"""Runs in lanes, and the same in LAMMPS, in double precision."""

from functools import lru_cache

import numpy as np
from direct_pairs import near_pairs

from softness import engines
from softness.lanes.batch import create
from softness.liquid import kob_andersen
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate.start import random_start

LANES = 16
TIME_STEP, COUPLING_TIME = 0.005, 0.5


def velocities_of(particles, temperature, runs=LANES):
    draws = (stream(12, "lanes", temperature, 0, run) for run in range(runs))
    return np.array([maxwell_boltzmann(draw, particles, temperature) for draw in draws])


@lru_cache
def melt(particles, cutoff, temperature, cooling=20.0, time=20.0):
    """A liquid, and (N, 3) positions that LAMMPS has made; times in tau."""
    liquid = kob_andersen(particles, cutoff=cutoff)
    engine = engines.create("lammps", liquid)
    start = random_start(liquid, stream(12, "start", temperature))
    velocities = maxwell_boltzmann(stream(12, "velocities", 2.0), particles, 2.0)
    engine.load(start, liquid.types, velocities)
    engine.ramp(2.0, temperature, round(cooling / TIME_STEP))
    engine.run(round(time / TIME_STEP))
    return liquid, engine.positions()


def loaded(liquid, start, temperature, element=np.float32, time_step=TIME_STEP, runs=LANES):
    """Lanes with velocities of a temperature, without a thermostat."""
    batch = create(liquid, runs, time_step, COUPLING_TIME, LANES, element)
    batch.load(start, liquid.types)
    batch.set_velocities(velocities_of(liquid.particles, temperature, runs))
    return batch


def total_energies(batch):
    """(runs,) potential and kinetic energy."""
    return batch.potential_energy() + 0.5 * (batch.velocities() ** 2).sum(axis=(1, 2))


def at_cutoff(liquid, positions, within=1e-5):
    """(N,) whether a particle has a pair so near its cut-off."""
    reach = liquid.largest_cutoff + within
    first, second, apart = near_pairs(positions, liquid.box_length, reach)
    cutoff = np.array(liquid.cutoffs)[liquid.types[first] + liquid.types[second]]
    near = np.abs(np.linalg.norm(apart, axis=1) - cutoff) < within
    found = np.zeros(liquid.particles, bool)
    found[first[near]] = found[second[near]] = True
    return found


def force_differences(batch):
    """Largest difference of a force from LAMMPS', over the largest force; and of U/N.

    Of all lanes where they are; particles with a pair at its cut-off excepted.
    """
    liquid = batch.liquid
    engine = engines.create("lammps", liquid)
    forces, energies = batch.forces(), batch.potential_energy()
    of_forces, of_energies = [], []
    for run, positions in enumerate(batch.positions()):
        engine.load(positions, liquid.types)
        expected = engine.forces()
        apart = np.linalg.norm(forces[run] - expected, axis=1)[~at_cutoff(liquid, positions)]
        of_forces.append(apart.max() / np.linalg.norm(expected, axis=1).max())
        of_energies.append(abs(energies[run] - engine.potential_energy()) / liquid.particles)
    return max(of_forces), max(of_energies)


def in_lammps(liquid, start, velocities, advance, looks=1):
    """(looks, N, 3) positions of one run, each after `advance(engine)`."""
    engine = engines.create("lammps", liquid)
    engine.load(start, liquid.types, velocities)
    found = []
    for _ in range(looks):
        advance(engine)
        found.append(engine.positions())
    return np.array(found)
