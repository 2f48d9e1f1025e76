"""Descent to minima of the energy by FIRE, each lane with a time step and an inertia of its own.

E. Bitzek, P. Koskinen, F. Gaehler, M. Moseler and P. Gumbsch, PRL 97, 170201 (2006), as LAMMPS does
it with what `softness.engines.lammps` asks for: velocity Verlet, in which velocities are turned
towards the forces after the first half of a kick; where they go uphill they become zero. LAMMPS
also shortens steps of more than 0.1 sigma_AA, which only particles that overlap would take; here
these are refused. A lane that is done stands still, so that where it ends does not depend on what
others still do.
"""

from typing import NamedTuple

import numpy as np

from softness.lanes.compiled import kernel
from softness.lanes.forces import Coefficients, set_forces
from softness.lanes.integration import PARTIAL, Motion
from softness.lanes.lists import Pairs, is_beyond
from softness.lanes.vectors import FIELD, larger, load, multiply_add, spread, store, vectors

# Share of the direction of the forces in that of the velocities: at first, and how it shrinks.
MIXING, LESS_MIXING = 0.1, 0.99
# The time step grows if velocities went downhill for more than this number of steps.
DELAY = 5
GROWTH, SHRINKAGE = 1.1, 0.5
# The smallest time step, as a fraction of that of the engine, which is the largest.
SMALLEST = 0.02
# (lanes,) vectors that a step takes: see `Descent.factors`.
TIME_STEP, KEEP, PULL = range(3)


class Descent(NamedTuple):
    """How far the lanes are on their way to a minimum.

    Attributes
    ----------
    time_step, mixing
        (lanes,) of the next step, in tau, and share of the forces' direction.
    downhill, steps
        (lanes,) steps since velocities last went uphill, and all.
    power, kinetic, square, largest
        (lanes,) v.f, v.v and f.f of all particles; the largest squared force on one.
    factors
        (3,) vectors: the time step; by what the velocities are multiplied in the first half of a
        step, and by what the forces that are added to them.
    factor_numbers
        (3, lanes) the same as numbers.
    """

    time_step: np.ndarray
    mixing: np.ndarray
    downhill: np.ndarray
    steps: np.ndarray
    power: np.ndarray
    kinetic: np.ndarray
    square: np.ndarray
    largest: np.ndarray
    factors: np.ndarray
    factor_numbers: np.ndarray


def at_the_top(time_step: float, dtype: np.dtype) -> Descent:
    """A descent that begins, at a time step in tau, of vectors of a type."""
    lanes = dtype[FIELD].shape[0]
    factors = vectors(3, dtype)
    return Descent(
        np.full(lanes, time_step),
        np.full(lanes, MIXING),
        *(np.zeros(lanes, np.int64) for _ in range(2)),
        *(np.zeros(lanes) for _ in range(4)),
        factors,
        factors[FIELD],
    )


def widened(descent: Descent, dtype: np.dtype) -> Descent:
    """The same descent, to go on with vectors of another type."""
    factors = vectors(3, dtype)
    return descent._replace(factors=factors, factor_numbers=factors[FIELD])


@kernel
def descend(
    motion: Motion,
    pairs: Pairs,
    reference: np.ndarray,
    allowance_square: np.ndarray,
    coefficients: Coefficients,
    descent: Descent,
    tolerance: np.ndarray,
    time_step: float,
    limit: int,
    is_within: bool,
) -> bool:
    """Go on until all lanes are done, or a particle has moved further than the list allows.

    Parameters
    ----------
    motion, pairs, reference, allowance_square, coefficients
        State of the lanes and their list; the descent has measured them.
    descent
        How far they are.
    tolerance
        (lanes,) largest forces at which lanes are done.
    time_step
        The largest one, in tau.
    limit
        Steps after which a lane is done in any case.
    is_within
        Whether positions are already those of the next step.

    Returns
    -------
    bool
        Whether all are done. If not, positions are those of the next step, and the list is to be
        made for them.
    """
    while True:
        if not is_within:
            if not steer(descent, tolerance, time_step, limit):
                return True
            turn_and_drift(motion, descent)
            if is_beyond(motion.displacement, reference, allowance_square):
                return False
        is_within = False
        set_forces(motion.displacement, motion.force, pairs.first, pairs.entries, coefficients)
        kick_and_measure(motion, descent)


@kernel
def steer(descent: Descent, tolerance: np.ndarray, time_step: float, limit: int) -> bool:
    """Set the factors of the next step of each lane; return whether any has one to do."""
    goes_on = False
    for number in range(len(tolerance)):
        numbers = descent.factor_numbers[:, number]
        is_near = descent.largest[number] < tolerance[number] ** 2
        if is_near or descent.steps[number] >= limit:
            numbers[TIME_STEP], numbers[KEEP], numbers[PULL] = 0.0, 1.0, 0.0
            continue
        goes_on = True
        descent.steps[number] += 1
        if descent.power[number] > 0:
            mixing = descent.mixing[number]
            ratio = descent.kinetic[number] / descent.square[number]
            descent.downhill[number] += 1
            if descent.downhill[number] > DELAY:
                longer = GROWTH * descent.time_step[number]
                descent.time_step[number] = min(longer, time_step)
                descent.mixing[number] *= LESS_MIXING
            half = descent.time_step[number] / 2
            numbers[KEEP] = 1 - mixing
            numbers[PULL] = (1 - mixing) * half + mixing * np.sqrt(ratio)
        else:
            descent.downhill[number] = 0
            descent.mixing[number] = MIXING
            if SHRINKAGE * descent.time_step[number] >= SMALLEST * time_step:
                descent.time_step[number] *= SHRINKAGE
            numbers[KEEP], numbers[PULL] = 0.0, descent.time_step[number] / 2
        numbers[TIME_STEP] = descent.time_step[number]
    return goes_on


@kernel
def turn_and_drift(motion: Motion, descent: Descent) -> None:
    """Half a step of the velocities, turned towards the forces, and a step of the positions."""
    time_step = load(descent.factors, TIME_STEP)
    keep, pull = load(descent.factors, KEEP), load(descent.factors, PULL)
    for k in range(len(motion.velocity)):
        velocity = multiply_add(load(motion.force, k), pull, load(motion.velocity, k) * keep)
        store(motion.velocity, k, velocity)
        place = multiply_add(velocity, time_step, load(motion.displacement, k))
        store(motion.displacement, k, place)


@kernel
def kick_and_measure(motion: Motion, descent: Descent) -> None:
    """The other half of a step of the velocities, and what the next one is steered by."""
    half = load(descent.factors, TIME_STEP) * 0.5
    most = spread(motion.force, 0.0)
    for sums in (descent.power, descent.kinetic, descent.square):
        sums[:] = 0.0
    for begin in range(0, len(motion.velocity), PARTIAL):
        power = spread(motion.force, 0.0)
        kinetic, square = power, power
        for row in range(begin, min(begin + PARTIAL, len(motion.velocity)), 3):
            own = spread(motion.force, 0.0)
            for k in range(row, row + 3):
                force = load(motion.force, k)
                velocity = multiply_add(force, half, load(motion.velocity, k))
                store(motion.velocity, k, velocity)
                power = multiply_add(velocity, force, power)
                kinetic = multiply_add(velocity, velocity, kinetic)
                own = multiply_add(force, force, own)
            square = square + own
            most = larger(own, most)
        _add(motion, power, descent.power)
        _add(motion, kinetic, descent.kinetic)
        _add(motion, square, descent.square)
    descent.largest[:] = 0.0
    _add(motion, most, descent.largest)


@kernel
def _add(motion: Motion, vector: np.ndarray, sums: np.ndarray) -> None:
    """Add a vector to (lanes,) sums in double precision."""
    store(motion.scratch, 0, vector)
    for number in range(len(sums)):
        sums[number] += motion.scratch_numbers[number]
