"""Lists of pairs that serve all lanes: a pair is in them if it comes within reach in any lane.

The outer list holds what may come near for a while, found from the mean position of each particle
over the lanes. The inner list, from which forces are computed, is what of it can come within the
cut-off in the next steps, in any lane. Each particle has an allowance, how far it may move until
the inner list is made anew; it is taken from its velocity, so that most particles have a small one.

An entry is a pair and a periodic image of it, every image that is within reach: particles drift,
and meet through another image later. Entries are sorted by first particle, second particle, image.
"""

import math
from typing import NamedTuple

import numpy as np

from softness.lanes.compiled import kernel
from softness.lanes.forces import Coefficients
from softness.lanes.vectors import (
    FIELD,
    any_less,
    any_not_within,
    largest,
    load,
    lowest_bit,
    multiply_add,
    smaller,
    spread,
    vectors,
    which_less,
)

# Time steps for which allowances are made, and what they are more than foreseen, in sigma_AA.
HORIZON = 12
SPARE = 0.02
# How much further the outer list reaches, in sigma_AA: it is made anew when a particle has used it.
MARGIN = 0.3
# Of the reach, for rounding.
ROUNDING = 1e-4
# A list that is too short is made longer by this factor.
GROWTH = 1.3


def pair_dtype(element: type) -> np.dtype:
    """An entry: second particle, sum of the species, vector between the starts of this image."""
    axes = [(axis, element) for axis in "xyz"]
    return np.dtype([("partner", np.int32), ("kind", np.int32), *axes])


class Pairs(NamedTuple):
    """A list: where the entries of each particle begin, (N + 1,), and (capacity,) entries."""

    first: np.ndarray
    entries: np.ndarray


def no_pairs(particles: int, capacity: int, element: type) -> Pairs:
    """An empty list with room for some entries."""
    return Pairs(np.zeros(particles + 1, np.int64), np.zeros(capacity, pair_dtype(element)))


class UnionList:
    """The list of pairs of one group of lanes.

    Parameters
    ----------
    starts
        (N, 3) positions from which displacements count, in sigma_AA.
    species
        (N,) of each particle.
    box_length
        Edge of the box.
    coefficients
        Of the pairs.
    dtype
        Of the vectors of displacements.

    Attributes
    ----------
    pairs
        The inner list.
    reference
        (3 N,) displacements for which it was made.
    allowance_square
        (N,) how far each particle may be from there, squared.
    builds, outer_builds
        How often the lists were made.
    """

    def __init__(
        self,
        starts: np.ndarray,
        species: np.ndarray,
        box_length: float,
        coefficients: Coefficients,
        dtype: np.dtype,
    ) -> None:
        particles, self._element = len(starts), dtype[FIELD].base.type
        self._starts, self._species, self._box = starts, species, box_length
        self._cutoff = coefficients.cutoff
        # Of one configuration a third is enough at low temperature.
        capacity = 128 * particles
        self._outer = no_pairs(particles, capacity, self._element)
        self.pairs = no_pairs(particles, capacity, self._element)
        self.reference = vectors(3 * particles, dtype)
        self.allowance_square = np.zeros(particles, self._element)
        self._mean = np.zeros(3 * particles, self._element)
        self._reach = np.full(particles, -1.0)
        self.builds = self.outer_builds = 0

    def renew(
        self, displacement: np.ndarray, velocity: np.ndarray, force: np.ndarray, time_step: float
    ) -> None:
        """Make the inner list for where the lanes are, and the outer one if it no longer holds.

        Parameters
        ----------
        displacement, velocity, force
            (3 N,) vectors.
        time_step
            In tau.
        """
        allowance = np.empty(len(self._reach), self._element)
        set_allowances(velocity, force, HORIZON * time_step, SPARE, allowance)
        extent = np.empty_like(allowance)
        set_extents(displacement, self._mean, extent)
        if (extent + allowance > self._reach).any():
            self._renew_outer(displacement, allowance, extent)
        self.reference[:] = displacement
        self.allowance_square[:] = allowance**2
        self._count = select_pairs(
            displacement, self._outer, allowance, self._cutoff + ROUNDING, self.pairs
        )
        self.builds += 1

    def _renew_outer(
        self, displacement: np.ndarray, allowance: np.ndarray, extent: np.ndarray
    ) -> None:
        self._mean[:] = displacement[FIELD].mean(axis=1)
        set_extents(displacement, self._mean, extent)
        self._reach[:] = extent + allowance + MARGIN
        shift = self._mean.reshape(-1, 3).astype(np.float64)
        while True:
            count = self._find(shift)
            if count < len(self._outer.entries):
                break
            capacity = int(GROWTH * count)
            self._outer = no_pairs(len(self._reach), capacity, self._element)
            self.pairs = no_pairs(len(self._reach), capacity, self._element)
        self.outer_builds += 1

    def _find(self, shift: np.ndarray) -> int:
        """Fill the outer list for centres that are shifted from the starts; return its length."""
        centres = self._starts + shift
        places = centres - np.floor(centres / self._box) * self._box
        return find_pairs(
            places,
            self._reach,
            _in_blocks(np.column_stack([places, self._reach]), self.reference.dtype),
            self._starts,
            centres,
            self._species,
            self._box,
            self._cutoff + ROUNDING,
            self._outer,
        )


def _in_blocks(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """(columns, blocks) vectors of (N, columns) numbers; what fills the last block is no number."""
    lanes = dtype[FIELD].shape[0]
    blocks = vectors((values.shape[1], math.ceil(len(values) / lanes)), dtype)
    filled = blocks[FIELD].reshape(values.shape[1], -1)
    filled[:, : len(values)], filled[:, len(values) :] = values.T, np.nan
    return blocks


@kernel
def set_allowances(velocity, force, time, spare, allowance):
    """Set how far each particle is going to move in a time, at most in any lane: (N,)."""
    for i in range(len(allowance)):
        square = spread(velocity, 0.0)
        for k in range(3 * i, 3 * i + 3):
            way = load(velocity, k) * time + load(force, k) * (time * time / 2)
            square = multiply_add(way, way, square)
        allowance[i] = np.sqrt(largest(square)) + spare


@kernel
def set_extents(displacement, centre, extent):
    """Set the (N,) largest distances in any lane from a centre, (3 N,)."""
    for i in range(len(extent)):
        square = spread(displacement, 0.0)
        for k in range(3 * i, 3 * i + 3):
            apart = load(displacement, k) - centre[k]
            square = multiply_add(apart, apart, square)
        extent[i] = np.sqrt(largest(square))


@kernel
def is_beyond(displacement, reference, allowance_square):
    """Whether a particle has moved further than it may, in any lane, or to nowhere."""
    for i in range(len(allowance_square)):
        square = spread(displacement, 0.0)
        for k in range(3 * i, 3 * i + 3):
            apart = load(displacement, k) - load(reference, k)
            square = multiply_add(apart, apart, square)
        if any_not_within(square, allowance_square[i]):
            return True
    return False


@kernel
def select_pairs(displacement, outer, allowance, cutoff, inner):
    """Put the pairs of a list that are within reach in any lane into another; return how many."""
    count = 0
    for i in range(len(allowance)):
        row = 3 * i
        x, y, z = load(displacement, row), load(displacement, row + 1), load(displacement, row + 2)
        for number in range(outer.first[i], outer.first[i + 1]):
            pair = outer.entries[number]
            j, other = pair.partner, 3 * pair.partner
            dx = x - load(displacement, other) + pair.x
            dy = y - load(displacement, other + 1) + pair.y
            dz = z - load(displacement, other + 2) + pair.z
            square = multiply_add(dz, dz, multiply_add(dy, dy, dx * dx))
            reach = cutoff[pair.kind] + allowance[i] + allowance[j]
            # Written in any case, counted if it is one: a jump that cannot be foreseen costs more.
            entry = inner.entries[count]
            entry.partner, entry.kind = j, pair.kind
            entry.x, entry.y, entry.z = pair.x, pair.y, pair.z
            count += any_less(square, reach * reach)
        inner.first[i + 1] = count
    return count


@kernel
def find_pairs(places, reach, blocks, starts, centres, species, box, cutoff, pairs):
    """Put all pairs and images within reach of their centres into a list; return how many.

    Beyond its capacity they are counted, not kept. ``blocks`` holds the (N, 3) places, which are
    the centres within the box, and the (N,) reach of as many particles as there are lanes: (4, B).
    """
    particles, number, lanes = len(starts), blocks.shape[1], blocks[0, 0].lane.size
    widest = cutoff.max()
    count = 0
    for i in range(particles):
        for block in range(i // lanes, number):
            square = spread(blocks, 0.0)
            for axis in range(3):
                apart = load(blocks, axis * number + block) - places[i, axis]
                # Less its size, then the distance to the nearer image.
                apart = smaller(apart, 0 - apart)
                apart = smaller(0 - apart, apart + box)
                square = multiply_add(apart, apart, square)
            far = load(blocks, 3 * number + block) + (reach[i] + widest)
            near = which_less(square, far * far)
            while near:
                j = block * lanes + lowest_bit(near)
                near &= near - 1
                if j > i:
                    far_j = cutoff[species[i] + species[j]] + reach[i] + reach[j]
                    count = _put(i, j, far_j, starts, centres, species, box, pairs, count)
        pairs.first[i + 1] = count
    return count


@kernel
def _put(i, j, far, starts, centres, species, box, pairs, count):
    """Put the images of a pair that are within reach into a list; return how many there are now."""
    x = -np.rint((centres[i, 0] - centres[j, 0]) * (1 / box))
    y = -np.rint((centres[i, 1] - centres[j, 1]) * (1 / box))
    z = -np.rint((centres[i, 2] - centres[j, 2]) * (1 / box))
    if 2 * far < box:
        return _put_image(i, j, x, y, z, far, starts, centres, species, box, pairs, count)
    shells = math.ceil(far / box - 0.5)
    for nx in range(int(x) - shells, int(x) + shells + 1):
        for ny in range(int(y) - shells, int(y) + shells + 1):
            for nz in range(int(z) - shells, int(z) + shells + 1):
                count = _put_image(
                    i, j, nx, ny, nz, far, starts, centres, species, box, pairs, count
                )
    return count


@kernel
def _put_image(i, j, nx, ny, nz, far, starts, centres, species, box, pairs, count):
    x, y, z = nx * box, ny * box, nz * box
    dx = centres[i, 0] - centres[j, 0] + x
    dy = centres[i, 1] - centres[j, 1] + y
    dz = centres[i, 2] - centres[j, 2] + z
    entry = pairs.entries[min(count, len(pairs.entries) - 1)]
    entry.partner, entry.kind = j, species[i] + species[j]
    entry.x = starts[i, 0] - starts[j, 0] + x
    entry.y = starts[i, 1] - starts[j, 1] + y
    entry.z = starts[i, 2] - starts[j, 2] + z
    return count + (dx * dx + dy * dy + dz * dz < far * far)
