"""What fast code is held against: nearest images, and forces as sums over all pairs."""

import numpy as np

from softness.liquid import Liquid


def nearest_image(vectors, box_length):
    """Vectors, each to the nearest of the periodic images in a cubic box."""
    return vectors - box_length * np.rint(vectors / box_length)


def vectors_and_distances(positions, box_length, centres=None):
    """(centres, N, 3) vectors from some centres to every particle, and (centres, N) distances.

    All particles are centres unless some are given. From itself a particle is infinitely far.
    """
    centres = np.arange(len(positions)) if centres is None else centres
    vectors = nearest_image(positions[None] - positions[centres, None], box_length)
    distances = np.linalg.norm(vectors, axis=2)
    distances[np.arange(len(centres)), centres] = np.inf
    return vectors, distances


def pair_table(liquid: Liquid, types):
    """(N, N) epsilon, sigma and cut-off of each pair."""
    kind = types[:, None] + types[None, :]
    return [np.array(values)[kind] for values in (liquid.epsilon, liquid.sigma, liquid.cutoffs)]


def forces_and_energy(liquid: Liquid, positions, types):
    """(N, 3) forces, the energy, and (N,) whether a pair is within 1e-5 of its cut-off."""
    epsilon, sigma, cutoff = pair_table(liquid, types)
    vectors, distance = vectors_and_distances(positions, liquid.box_length)
    sixth, at_cutoff = (sigma / distance) ** 6, (sigma / cutoff) ** 6
    is_near = distance < cutoff
    slope = np.where(is_near, 24 * epsilon * (2 * sixth**2 - sixth) / distance**2, 0.0)
    energy = 4 * epsilon * (sixth**2 - sixth - at_cutoff**2 + at_cutoff)
    forces = -(slope[..., None] * vectors).sum(axis=1)
    total = 0.5 * float(np.where(is_near, energy, 0.0).sum())
    return forces, total, (np.abs(distance - cutoff) < 1e-5).any(axis=1)


def verlet(liquid, positions, velocities, types, steps, time_step=0.005):
    """Positions and velocities after some steps of constant energy."""
    force = forces_and_energy(liquid, positions, types)[0]
    for _ in range(steps):
        velocities = velocities + time_step / 2 * force
        positions = positions + time_step * velocities
        force = forces_and_energy(liquid, positions, types)[0]
        velocities = velocities + time_step / 2 * force
    return positions, velocities
