"""Pairs of one A and one B that jump: structure, rates and barriers are planted.

Pairs stand on a lattice, out of each other's reach. In a hard pair A and B are 1.1 apart, in a soft
one 1.5, and both jump together, to and fro between two places, so that a jump leaves the structure
as it is. Each jump keeps p_hop above 0.2 for the same number of frames m, and after it a pair rests
for longer than the windows of p_hop. The share of time above 0.2 is then m over the mean time
between jumps, which is chosen such that it is exp(Sigma - Delta E / T).
"""

import numpy as np

from softness.dynamics.hop import hop_indicator
from softness.files.frames import Frame, read_frames, write_frames, write_segment

TEMPERATURES = (0.5, 0.6, 0.75, 1.0)
REPLICAS, FRAMES, EDGE = 2, 400, 6
HARD, SOFT = 0, 1
ENERGY, ENTROPY = np.array([4.0, 2.0]), np.array([2.5, 1.0])
DISTANCE, JUMP, REST, SPACING = (1.1, 1.5), 1.2, 12, 5.0
PAIRS = EDGE**3
# Of the two pairs on any edge of the lattice one is soft.
KIND = np.indices((EDGE,) * 3).sum(axis=0).ravel() % 2


def frames_of_a_jump():
    """m, for windows of 10 frames in all."""
    path = np.zeros((40, 1, 3))
    path[20:, 0, 0] = JUMP
    return int((hop_indicator(path) > 0.2).sum())


def shares(temperature):
    """(2,) share of time above the threshold, hard and soft."""
    return np.exp(ENTROPY - ENERGY / temperature)


def write(path, temperature, replica, every=1.0):
    """A run as a file of this project, with a frame ``every`` so many tau."""
    segment, types = path.with_suffix(".segment"), np.repeat([0, 1], PAIRS)
    write_segment(segment, frames(temperature, replica), types, EDGE * SPACING)
    header = {"time_step": np.array([every]), "box_length": np.array([EDGE * SPACING])}
    write_frames(path, read_frames(segment), header)
    return path


def in_two_files(folder, temperature):
    """Replica 0 as two files that lack the time step, as somebody else's may."""
    found, paths = frames(temperature, 0), [folder / "first.gsd", folder / "second.gsd"]
    half = FRAMES // 2
    for path, part in zip(paths, (found[:half], found[half:]), strict=True):
        write_segment(path, part, np.repeat([0, 1], PAIRS), EDGE * SPACING)
    return paths


def frames(temperature, replica):
    """All frames of a run."""
    generator = np.random.default_rng([replica, round(100 * temperature)])
    sites = SPACING * np.indices((EDGE,) * 3).reshape(3, -1).T
    away = _directions(generator) * np.array(DISTANCE)[KIND][:, None]
    jump = JUMP * _directions(generator)
    chance = 1 / (frames_of_a_jump() / shares(temperature)[KIND] - REST)
    state, rested, found = generator.integers(2, size=PAIRS), np.full(PAIRS, REST), []
    for number in range(FRAMES + 500):
        jumps = (rested >= REST) & (generator.random(PAIRS) < chance)
        state, rested = state ^ jumps, np.where(jumps, 0, rested + 1)
        noise = generator.normal(scale=0.02, size=(2, PAIRS, 3))
        places = sites + state[:, None] * jump
        positions = np.concatenate([places + noise[0], places + away + noise[1]])
        found.append(Frame(number, positions))
    # By then a run is in the middle of things: whether a pair rests does not depend on the start.
    return found[500:]


def written(folder):
    """Paths of all runs by temperature."""
    return {
        temperature: [
            write(folder / f"T{temperature}_{replica}.gsd", temperature, replica)
            for replica in range(REPLICAS)
        ]
        for temperature in TEMPERATURES
    }


def _directions(generator):
    vectors = generator.normal(size=(PAIRS, 3))
    return vectors / np.linalg.norm(vectors, axis=1)[:, None]
