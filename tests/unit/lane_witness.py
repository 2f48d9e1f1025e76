"""What lanes are held against: sums over all pairs and velocity Verlet in double precision."""

import hashlib
from functools import lru_cache

import numpy as np

from softness.lanes.batch import create
from softness.liquid import Liquid, kob_andersen
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate.start import random_start

TIME_STEP, COUPLING_TIME = 0.005, 0.5


def batch_of(liquid, runs, lanes=16, element=np.float32, time_step=TIME_STEP):
    return create(liquid, runs, time_step, COUPLING_TIME, lanes, element)


def velocities_of(particles, temperature, runs):
    """(runs, N, 3), those of a run the same however many there are."""
    draws = (stream(5, "lanes", temperature, 0, run) for run in range(runs))
    return np.array([maxwell_boltzmann(draw, particles, temperature) for draw in draws])


@lru_cache
def melt(particles=500, cutoff="common", density=1.2, temperature=0.86):
    """A liquid, and (N, 3) positions of a melt that one lane has made."""
    liquid = kob_andersen(particles, density, cutoff)
    batch = batch_of(liquid, 1)
    batch.load(random_start(liquid, stream(5, "start", temperature)), liquid.types)
    batch.set_velocities(velocities_of(particles, 2.0, 1))
    batch.ramp(2.0, temperature, 2000)
    batch.run(2000)
    return liquid, batch.positions()[0]


def bits(batch):
    """(runs,) digests of all that is known of each run."""
    names = "positions", "velocities", "forces", "temperature", "potential_energy"
    arrays = [getattr(batch, name)() for name in names]
    parts = (b"".join(array[run].tobytes() for array in arrays) for run in range(batch.runs))
    return [hashlib.sha256(part).hexdigest() for part in parts]


def pair_table(liquid: Liquid, types):
    """(N, N) epsilon, sigma and cut-off of each pair."""
    kind = types[:, None] + types[None, :]
    return [np.array(values)[kind] for values in (liquid.epsilon, liquid.sigma, liquid.cutoffs)]


def separations(liquid, positions):
    """(N, N, 3) vectors to each particle from each other one, to the nearest image."""
    apart = positions[:, None] - positions[None, :]
    return apart - liquid.box_length * np.rint(apart / liquid.box_length)


def forces_and_energy(liquid: Liquid, positions, types):
    """(N, 3) forces, the energy, and (N,) whether a pair is within 1e-5 of its cut-off."""
    epsilon, sigma, cutoff = pair_table(liquid, types)
    apart = separations(liquid, positions)
    distance = np.linalg.norm(apart, axis=-1)
    np.fill_diagonal(distance, np.inf)
    sixth, at_cutoff = (sigma / distance) ** 6, (sigma / cutoff) ** 6
    is_near = distance < cutoff
    slope = np.where(is_near, 24 * epsilon * (2 * sixth**2 - sixth) / distance**2, 0.0)
    energy = 4 * epsilon * (sixth**2 - sixth - at_cutoff**2 + at_cutoff)
    forces = (slope[..., None] * apart).sum(axis=1)
    total = 0.5 * float(np.where(is_near, energy, 0.0).sum())
    return forces, total, (np.abs(distance - cutoff) < 1e-5).any(axis=1)


def verlet(liquid, positions, velocities, types, steps, time_step=TIME_STEP):
    """Positions and velocities after some steps of constant energy."""
    force = forces_and_energy(liquid, positions, types)[0]
    for _ in range(steps):
        velocities = velocities + time_step / 2 * force
        positions = positions + time_step * velocities
        force = forces_and_energy(liquid, positions, types)[0]
        velocities = velocities + time_step / 2 * force
    return positions, velocities
