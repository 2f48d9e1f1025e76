"""Forces and energies of Lennard-Jones pairs, of all lanes at once.

The vector between two particles is the one between their starts, a number of the pair, plus the
difference of their displacements, vectors of lanes: rounding is that of displacements, not of the
box. Pairs come in a fixed order, and one beyond its cut-off adds an exact zero: the sums of a lane
do not depend on what else is in the list.
"""

from typing import NamedTuple

import numpy as np

from softness.lanes.compiled import kernel
from softness.lanes.vectors import load, multiply_add, spread, store, where_less, widened
from softness.liquid import Liquid


class Coefficients(NamedTuple):
    """Of the pairs AA, AB and BB: (3,) arrays by the sum of the two species."""

    force_12: np.ndarray
    force_6: np.ndarray
    energy_12: np.ndarray
    energy_6: np.ndarray
    shift: np.ndarray
    cutoff: np.ndarray


def pair_coefficients(liquid: Liquid, element: type) -> Coefficients:
    """Coefficients of a liquid, for kernels of one number format."""
    epsilon, sigma, cutoff = map(np.array, (liquid.epsilon, liquid.sigma, liquid.cutoffs))
    twelve, six = 4 * epsilon * sigma**12, 4 * epsilon * sigma**6
    shift = twelve / cutoff**12 - six / cutoff**6
    forces = (12 * twelve).astype(element), (6 * six).astype(element)
    return Coefficients(*forces, twelve, six, shift, cutoff)


@kernel
def set_forces(
    displacement: np.ndarray,
    force: np.ndarray,
    first: np.ndarray,
    entries: np.ndarray,
    coefficients: Coefficients,
) -> None:
    """Set (3 N,) forces to those of the pairs of a list."""
    force_12, force_6 = coefficients.force_12, coefficients.force_6
    # Rounded as the squares that are compared with it.
    cutoff_square = (coefficients.cutoff**2).astype(force_12.dtype)
    for k in range(len(force)):
        store(force, k, spread(force, 0.0))
    for i in range(len(first) - 1):
        row = 3 * i
        x, y, z = load(displacement, row), load(displacement, row + 1), load(displacement, row + 2)
        fx, fy, fz = load(force, row), load(force, row + 1), load(force, row + 2)
        for number in range(first[i], first[i + 1]):
            pair = entries[number]
            kind, other = pair.kind, 3 * pair.partner
            dx = x - load(displacement, other) + pair.x
            dy = y - load(displacement, other + 1) + pair.y
            dz = z - load(displacement, other + 2) + pair.z
            square = multiply_add(dz, dz, multiply_add(dy, dy, dx * dx))
            inverse = 1 / square
            sixth = inverse * inverse * inverse
            size = multiply_add(force_12[kind], sixth, -force_6[kind]) * sixth * inverse
            size = where_less(square, cutoff_square[kind], size)
            fx = multiply_add(size, dx, fx)
            fy = multiply_add(size, dy, fy)
            fz = multiply_add(size, dz, fz)
            back = -size
            store(force, other, multiply_add(back, dx, load(force, other)))
            store(force, other + 1, multiply_add(back, dy, load(force, other + 1)))
            store(force, other + 2, multiply_add(back, dz, load(force, other + 2)))
        store(force, row, fx)
        store(force, row + 1, fy)
        store(force, row + 2, fz)


@kernel
def set_energies(
    displacement: np.ndarray,
    energy: np.ndarray,
    first: np.ndarray,
    entries: np.ndarray,
    coefficients: Coefficients,
) -> None:
    """Set the (1,) vector of potential energies, in double precision."""
    total = spread(energy, 0.0)
    for i in range(len(first) - 1):
        row = 3 * i
        x = widened(load(displacement, row))
        y = widened(load(displacement, row + 1))
        z = widened(load(displacement, row + 2))
        for number in range(first[i], first[i + 1]):
            pair = entries[number]
            kind, other = pair.kind, 3 * pair.partner
            dx = x - widened(load(displacement, other)) + pair.x
            dy = y - widened(load(displacement, other + 1)) + pair.y
            dz = z - widened(load(displacement, other + 2)) + pair.z
            square = multiply_add(dz, dz, multiply_add(dy, dy, dx * dx))
            inverse = 1 / square
            sixth = inverse * inverse * inverse
            twelve, six = coefficients.energy_12[kind], coefficients.energy_6[kind]
            one = multiply_add(sixth, twelve, -six) * sixth - coefficients.shift[kind]
            total = total + where_less(square, coefficients.cutoff[kind] ** 2, one)
    store(energy, 0, total)
