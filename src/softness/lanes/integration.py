"""Velocity Verlet and Nose-Hoover chains, each lane with a thermostat of its own.

The chain is that of LAMMPS' ``fix nvt``: three thermostats with masses (3 N - 3) T tau^2, T tau^2
and T tau^2, half a step before and half a step after each step of velocity Verlet (Martyna,
Tuckerman, Tobias and Klein, Mol. Phys. 87, 1117 (1996)). It scales all velocities of a lane by one
number, which waits until the velocities are next touched: no bit depends on where runs are cut.
"""

import math
from typing import NamedTuple

import numpy as np

from softness.lanes.compiled import kernel
from softness.lanes.forces import Coefficients, set_forces
from softness.lanes.lists import Pairs, is_beyond
from softness.lanes.vectors import FIELD, load, multiply_add, spread, store, vectors

LINKS = 3
# Components that are summed in the precision of the vectors, before they go to double precision.
PARTIAL = 192


class Motion(NamedTuple):
    """Where the lanes are.

    Attributes
    ----------
    displacement, velocity, force
        (3 N,) vectors: from the common start, in sigma_AA; in sigma_AA / tau, still to be
        multiplied by the pending factors; in eps_AA / sigma_AA.
    pending
        (lanes,) factors of the velocities, double precision.
    double_kinetic
        (lanes,) twice the kinetic energies, with the pending factors.
    chain
        (3, lanes) velocities of the thermostats, in 1 / tau.
    scratch
        (1,) vector for whatever passes between numbers and vectors, and the same as numbers.
    scratch_numbers
    """

    displacement: np.ndarray
    velocity: np.ndarray
    force: np.ndarray
    pending: np.ndarray
    double_kinetic: np.ndarray
    chain: np.ndarray
    scratch: np.ndarray
    scratch_numbers: np.ndarray


def at_rest(particles: int, dtype: np.dtype) -> Motion:
    """Lanes at their start, without velocities."""
    lanes = dtype[FIELD].shape[0]
    scratch = vectors(1, dtype)
    return Motion(
        *(vectors(3 * particles, dtype) for _ in range(3)),
        np.ones(lanes),
        np.zeros(lanes),
        np.zeros((LINKS, lanes)),
        scratch,
        scratch[FIELD][0],
    )


class Heat(NamedTuple):
    """What the thermostats do.

    Attributes
    ----------
    is_on
        Whether there are any.
    start, end
        Temperatures at the start and the end of a linear ramp.
    steps
        Of the ramp.
    coupling_time
        In tau.
    """

    is_on: bool
    start: float
    end: float
    steps: int
    coupling_time: float


@kernel
def advance(
    motion: Motion,
    pairs: Pairs,
    reference: np.ndarray,
    allowance_square: np.ndarray,
    coefficients: Coefficients,
    heat: Heat,
    time_step: float,
    done: int,
    steps: int,
    is_within: bool,
) -> int:
    """Advance until all steps are done, or a particle has moved further than the list allows.

    Parameters
    ----------
    motion, pairs, reference, allowance_square, coefficients
        State of the lanes and their list.
    heat, time_step
        Of the integrator.
    done, steps
        Steps that were done, and that are to be done.
    is_within
        Whether positions are already those of the next step.

    Returns
    -------
    int
        Steps done. With fewer than asked for, positions are those of the next step, and the list is
        to be made for them.
    """
    while done < steps:
        target = heat.start + (heat.end - heat.start) * (done + 1) / heat.steps
        if not is_within:
            if heat.is_on:
                push_chain(motion, target, heat.coupling_time, time_step)
            kick_and_drift(motion, time_step)
            if is_beyond(motion.displacement, reference, allowance_square):
                return done
        is_within = False
        set_forces(motion.displacement, motion.force, pairs.first, pairs.entries, coefficients)
        kick(motion, time_step)
        if heat.is_on:
            push_chain(motion, target, heat.coupling_time, time_step)
        done += 1
    return done


@kernel
def kick_and_drift(motion: Motion, time_step: float) -> None:
    """Half a step of the velocities, with the pending factors, and a step of the positions."""
    motion.scratch_numbers[:] = motion.pending
    motion.pending[:] = 1.0
    factor = load(motion.scratch, 0)
    half = time_step / 2
    for k in range(len(motion.velocity)):
        velocity = multiply_add(load(motion.force, k), half, load(motion.velocity, k) * factor)
        store(motion.velocity, k, velocity)
        place = multiply_add(velocity, time_step, load(motion.displacement, k))
        store(motion.displacement, k, place)


@kernel
def kick(motion: Motion, time_step: float) -> None:
    """The other half of a step of the velocities, and the kinetic energies."""
    half = time_step / 2
    motion.double_kinetic[:] = 0.0
    for begin in range(0, len(motion.velocity), PARTIAL):
        square = spread(motion.velocity, 0.0)
        for k in range(begin, min(begin + PARTIAL, len(motion.velocity))):
            velocity = multiply_add(load(motion.force, k), half, load(motion.velocity, k))
            store(motion.velocity, k, velocity)
            square = multiply_add(velocity, velocity, square)
        store(motion.scratch, 0, square)
        for number in range(len(motion.pending)):
            motion.double_kinetic[number] += motion.scratch_numbers[number]


@kernel
def push_chain(motion: Motion, target: float, coupling_time: float, time_step: float) -> None:
    """Half a step of the thermostats of all lanes; velocities get a pending factor."""
    freedom = len(motion.velocity) - 3
    heavy = freedom * target * coupling_time**2
    light = target * coupling_time**2
    half, quarter, eighth = time_step / 2, time_step / 4, time_step / 8
    chain = motion.chain
    for number in range(len(motion.pending)):
        first, second, third = chain[0, number], chain[1, number], chain[2, number]
        kinetic = motion.double_kinetic[number]
        # From the end of the chain to its beginning.
        third += (light * second * second - target) / light * quarter
        brake = exponential(-eighth * third)
        second = (second * brake + (heavy * first * first - target) / light * quarter) * brake
        brake = exponential(-eighth * second)
        first = (first * brake + (kinetic - freedom * target) / heavy * quarter) * brake
        factor = exponential(-half * first)
        kinetic *= factor * factor
        # And back.
        first = (first * brake + (kinetic - freedom * target) / heavy * quarter) * brake
        brake = exponential(-eighth * third)
        second = (second * brake + (heavy * first * first - target) / light * quarter) * brake
        third += (light * second * second - target) / light * quarter
        chain[0, number], chain[1, number], chain[2, number] = first, second, third
        motion.double_kinetic[number] = kinetic
        motion.pending[number] *= factor


# ln 2 in two parts: whole multiples of the first, up to a thousand, are exact.
LN2_HIGH = float.fromhex("0x1.62E42FEE00000p-1")
LN2_LOW = float.fromhex("0x1.A39EF35793C76p-33")
SERIES = np.array([1 / math.factorial(power) for power in range(13, -1, -1)])


@kernel
def exponential(x: float) -> float:
    """e^x to the last digits: that of a system's library has other bits on another system."""
    whole = np.rint(x / (LN2_HIGH + LN2_LOW))
    rest = (x - whole * LN2_HIGH) - whole * LN2_LOW
    total = 0.0
    for coefficient in SERIES:
        total = total * rest + coefficient
    return math.ldexp(total, int(whole))
