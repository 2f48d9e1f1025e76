"""How fast runs in lanes are on one core: the table that plans and requests of time rest on."""

import math

import numpy as np

from softness.engines import RUNS_OF_LANES

# Run-steps a second of whole blocks in lanes, counting and files included, as a multiple of the
# steps a second of LAMMPS on the same core: by particles, then by temperature. Hotter runs
# part sooner, and their common lists of neighbours grow.
GAIN = {
    2048: {0.45: 14.0, 0.60: 11.0, 0.86: 6.3},
    4096: {0.45: 15.0, 0.60: 10.9, 0.86: 6.7},
}

# Particles moved by one step, a second, by LAMMPS on one core, where that was not measured.
CORE_UPDATES_PER_SECOND = 2.2e6


def gain(temperature: float, particles: int) -> float:
    """How many times as fast as LAMMPS a core is with lanes, between the measured points.

    Parameters
    ----------
    temperature
        In eps_AA/k_B.
    particles
        Of the liquid.

    Returns
    -------
    float
        Run-steps for each step; beyond the measured points as at the nearest one.
    """
    of_sizes = [np.interp(temperature, [*table], [*table.values()]) for table in GAIN.values()]
    return float(np.interp(particles, [*GAIN], of_sizes))


def whole_batches(runs: float) -> int:
    """Number of runs, rounded up to full batches: a partly filled one takes as long."""
    return RUNS_OF_LANES * math.ceil(runs / RUNS_OF_LANES)
