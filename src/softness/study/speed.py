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

# Mean squared displacement in a tau of the liquid at N = 2048, in sigma_AA^2, once particles have
# left their cages; at lower temperatures it is smaller than the first one.
DISPLACEMENT_RATE = {0.50: 0.0015, 0.53: 0.0028, 0.60: 0.0083, 0.86: 0.047}

# Time of a run-step beside a step of LAMMPS, and how much longer it takes for each sigma_AA^2 that
# particles have moved when a run ends: runs that have parted share no pairs. Measured up to 6
# sigma_AA^2 (T = 0.5 for 330 tau, T = 0.86 for 130 tau, N = 2048), without counting or files.
TOGETHER, APART = 0.05, 0.065

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


def displacement_rate(temperature: float) -> float:
    """Mean squared displacement in a tau, in sigma_AA^2, by Arrhenius laws between measured points.

    Parameters
    ----------
    temperature
        In eps_AA/k_B; beyond the measured points as at the nearest one.
    """
    inverse = [-1 / measured for measured in DISPLACEMENT_RATE]
    rates = np.log([*DISPLACEMENT_RATE.values()])
    return float(np.exp(np.interp(-1 / temperature, inverse, rates)))


def gain_of_parting(displacement: float) -> float:
    """How many times as fast as LAMMPS a core is with lanes, averaged over runs of any length.

    Parameters
    ----------
    displacement
        Mean squared displacement from the common start at the end of the runs, in sigma_AA^2.
    """
    return 1 / (TOGETHER + APART * displacement)


def whole_batches(runs: float) -> int:
    """Number of runs, rounded up to full batches: a partly filled one takes as long."""
    return RUNS_OF_LANES * math.ceil(runs / RUNS_OF_LANES)
