"""Sums over made-up runs of a snapshot, as their record holds them."""

import numpy as np

from softness.dynamics.counted import DISPLACEMENT_UNIT
from softness.files.records.inherent import InherentPropensity


def inherent_sums(number, runs, states, times, sums, unconverged):
    """The record of (states, 2, times, particles) sums of a snapshot at T = 0.56."""
    return InherentPropensity(
        temperature=np.array(0.56),
        snapshot=np.array(number),
        runs=np.array(runs),
        particle=np.arange(sums.shape[-1]),
        time=np.array(times),
        unit=np.array(DISPLACEMENT_UNIT),
        states=np.array(states, dtype="S"),
        displacement=sums,
        square=sums,
        force_tolerance=np.array(1e-3),
        largest_force=np.zeros(len(times)),
        unconverged=np.array(unconverged),
    )
