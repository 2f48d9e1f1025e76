"""Lanes, a melt that one of them has made, and digests of all that is known of runs."""

import hashlib
from functools import lru_cache

import numpy as np

from softness.lanes.batch import create
from softness.liquid import kob_andersen
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
