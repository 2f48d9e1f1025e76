"""Lists of pairs that serve all lanes: a pair is in them if it comes within reach in any lane.

The outer list holds what may come near for a while, found from a box for each particle that holds
it in all lanes. The inner list, from which forces are computed, is what of it can come within the
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
    first_lane,
    larger,
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
HORIZON = 8
SPARE = 0.02
# How much further the outer list reaches, in sigma_AA: it is made anew when a particle has used it.
MARGIN = 0.5
# Of the reach, for rounding.
ROUNDING = 1e-4
# A list that is too short is made longer by this factor.
GROWTH = 1.3


def pair_dtype(element: type) -> np.dtype:
    """An entry: second particle, sum of the species, vector between the starts of this image."""
    axes = [(axis, element) for axis in "xyz"]
    return np.dtype([("partner", np.uint32), ("kind", np.uint32), *axes])


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
        self._middle = np.zeros((particles, 3), self._element)
        self._half_width = np.zeros((particles, 3), self._element)
        self._slack = np.full(particles, -1.0)
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
        allowance = np.empty(len(self._slack), self._element)
        set_allowances(velocity, force, HORIZON * time_step, SPARE, allowance)
        outside = np.empty_like(allowance)
        set_outside(displacement, self._middle, self._half_width, outside)
        if (outside + allowance > self._slack).any():
            self._renew_outer(displacement, allowance)
        self.reference[:] = displacement
        self.allowance_square[:] = allowance**2
        select_pairs(displacement, self._outer, allowance, self._cutoff + ROUNDING, self.pairs)
        self.builds += 1

    def _renew_outer(self, displacement: np.ndarray, allowance: np.ndarray) -> None:
        set_boxes(displacement, self._middle, self._half_width)
        self._slack[:] = allowance + MARGIN
        while True:
            count = self._find()
            if count < len(self._outer.entries):
                break
            capacity = int(GROWTH * count)
            self._outer = no_pairs(len(self._slack), capacity, self._element)
            self.pairs = no_pairs(len(self._slack), capacity, self._element)
        self.outer_builds += 1

    def _find(self) -> int:
        """Fill the outer list; return its length, which may be more than it has room for."""
        middle = self._starts + self._middle
        places = middle - np.floor(middle / self._box) * self._box
        extents = np.column_stack([places, self._half_width, self._slack])
        return find_pairs(
            extents,
            _in_blocks(extents, self.reference.dtype),
            self._starts,
            middle,
            self._species,
            self._box,
            self._cutoff + ROUNDING,
            self._outer,
        )


def list_growth(displacement: np.ndarray, cutoff: float) -> np.ndarray:
    """How many times as long as of the first run a list is that serves the first n runs, about.

    Parameters
    ----------
    displacement
        (runs, N, 3) of each run.
    cutoff
        The largest one.

    Returns
    -------
    numpy.ndarray
        (runs,) that rise from 1: a particle within reach of another's box instead of its place,
        the sphere taken for a cube.
    """
    accumulated = (way.accumulate(displacement, axis=0) for way in (np.maximum, np.minimum))
    half = np.subtract(*accumulated) / 2
    edge = (np.pi / 6) ** (1 / 3) * cutoff
    wider = 1 + (half + half.mean(axis=1, keepdims=True)) / edge
    return wider.prod(axis=2).mean(axis=1)


def _in_blocks(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """(columns, blocks) vectors of (N, columns) numbers; what fills the last block is no number."""
    lanes = dtype[FIELD].shape[0]
    blocks = vectors((values.shape[1], math.ceil(len(values) / lanes)), dtype)
    filled = blocks[FIELD].reshape(values.shape[1], -1)
    filled[:, : len(values)], filled[:, len(values) :] = values.T, np.nan
    return blocks


@kernel
def set_allowances(
    velocity: np.ndarray, force: np.ndarray, time: float, spare: float, allowance: np.ndarray
) -> None:
    """Set how far each particle is going to move in a time, at most in any lane: (N,)."""
    for i in range(len(allowance)):
        square = spread(velocity, 0.0)
        for k in range(3 * i, 3 * i + 3):
            way = load(velocity, k) * time + load(force, k) * (time * time / 2)
            square = multiply_add(way, way, square)
        allowance[i] = np.sqrt(largest(square)) + spare


@kernel
def set_boxes(displacement: np.ndarray, middle: np.ndarray, half_width: np.ndarray) -> None:
    """Set middles and half widths, (N, 3), of the boxes that hold each particle in all lanes."""
    for i in range(len(middle)):
        for axis in range(3):
            place = load(displacement, 3 * i + axis)
            # Less the first lane, since only what is not negative has a largest one.
            origin = first_lane(place)
            above = largest(place - origin)
            below = largest(origin - place)
            middle[i, axis] = origin + (above - below) / 2
            half_width[i, axis] = (above + below) / 2


@kernel
def set_outside(
    displacement: np.ndarray, middle: np.ndarray, half_width: np.ndarray, outside: np.ndarray
) -> None:
    """Set how far each particle is outside its box, at most in any lane: (N,)."""
    for i in range(len(outside)):
        square = spread(displacement, 0.0)
        for axis in range(3):
            apart = load(displacement, 3 * i + axis) - middle[i, axis]
            apart = larger(larger(apart, -apart) - half_width[i, axis], 0.0)
            square = multiply_add(apart, apart, square)
        outside[i] = np.sqrt(largest(square))


@kernel
def is_beyond(
    displacement: np.ndarray, reference: np.ndarray, allowance_square: np.ndarray
) -> bool:
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
def select_pairs(
    displacement: np.ndarray, outer: Pairs, allowance: np.ndarray, cutoff: np.ndarray, inner: Pairs
) -> int:
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
def find_pairs(
    extents: np.ndarray,
    blocks: np.ndarray,
    starts: np.ndarray,
    middle: np.ndarray,
    species: np.ndarray,
    box: float,
    cutoff: np.ndarray,
    pairs: Pairs,
) -> int:
    """Put all pairs and images whose boxes come within reach into a list; return how many.

    Beyond its capacity they are counted, not kept. The (N, 7) extents are middles within the
    periodic box, half widths and slack; ``blocks`` holds them as vectors, (7, B).
    """
    partners = np.empty(len(starts), np.int64)
    count = 0
    for i in range(len(starts)):
        number = _partners(i, extents, blocks, box, cutoff.max(), partners)
        near = partners[:number]
        count = _put_pairs(i, near, extents, starts, middle, species, box, cutoff, pairs, count)
        pairs.first[i + 1] = count
    return count


@kernel
def _partners(
    i: int,
    extents: np.ndarray,
    blocks: np.ndarray,
    box: float,
    cutoff: float,
    partners: np.ndarray,
) -> int:
    """Put the later particles whose box is within reach of one's into an array; return how many."""
    lanes = blocks[0, 0].lane.size
    number = 0
    for block in range(i // lanes, blocks.shape[1]):
        square = spread(blocks, 0.0)
        for axis in range(3):
            apart = load(blocks, axis * blocks.shape[1] + block) - extents[i, axis]
            # Minus its size, then the distance to the nearer image.
            apart = smaller(apart, -apart)
            apart = smaller(-apart, apart + box)
            width = load(blocks, (3 + axis) * blocks.shape[1] + block) + extents[i, 3 + axis]
            gap = larger(apart - width, 0.0)
            square = multiply_add(gap, gap, square)
        far = load(blocks, 6 * blocks.shape[1] + block) + (extents[i, 6] + cutoff)
        near = which_less(square, far * far)
        while near:
            j = block * lanes + lowest_bit(near)
            near &= near - 1
            partners[number] = j
            number += j > i
    return number


@kernel
def _put_pairs(
    i: int,
    partners: np.ndarray,
    extents: np.ndarray,
    starts: np.ndarray,
    middle: np.ndarray,
    species: np.ndarray,
    box: float,
    cutoff: np.ndarray,
    pairs: Pairs,
    count: int,
) -> int:
    """Put the images of one particle's pairs that are within reach into a list; return its length.

    Images are numbered from the starts, so that the vector of an entry is the same in each list.
    """
    entries, last, inverse = pairs.entries, len(pairs.entries) - 1, 1 / box
    for j in partners:
        far = cutoff[species[i] + species[j]] + extents[i, 6] + extents[j, 6]
        apart_x = middle[i, 0] - middle[j, 0]
        apart_y = middle[i, 1] - middle[j, 1]
        apart_z = middle[i, 2] - middle[j, 2]
        width_x = extents[i, 3] + extents[j, 3]
        width_y = extents[i, 4] + extents[j, 4]
        width_z = extents[i, 5] + extents[j, 5]
        nearest = (
            -np.rint(apart_x * inverse),
            -np.rint(apart_y * inverse),
            -np.rint(apart_z * inverse),
        )
        # How far the next image is along the axis where it is nearest.
        next_x = box - abs(apart_x + nearest[0] * box) - width_x
        next_y = box - abs(apart_y + nearest[1] * box) - width_y
        next_z = box - abs(apart_z + nearest[2] * box) - width_z
        shells = 0
        if min(next_x, next_y, next_z) < far:
            shells = math.ceil((far + max(width_x, width_y, width_z)) * inverse - 0.5)
        for number in range((2 * shells + 1) ** 3):
            image = nearest if shells == 0 else _image(number, shells, nearest)
            x, y, z = image[0] * box, image[1] * box, image[2] * box
            dx = max(abs(apart_x + x) - width_x, 0.0)
            dy = max(abs(apart_y + y) - width_y, 0.0)
            dz = max(abs(apart_z + z) - width_z, 0.0)
            entry = entries[min(count, last)]
            entry.partner, entry.kind = j, species[i] + species[j]
            entry.x = starts[i, 0] - starts[j, 0] + x
            entry.y = starts[i, 1] - starts[j, 1] + y
            entry.z = starts[i, 2] - starts[j, 2] + z
            count += dx * dx + dy * dy + dz * dz < far * far
    return count


@kernel
def _image(
    number: int, shells: int, nearest: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Numbers of one of the images about the nearest one, in rising order."""
    row = 2 * shells + 1
    x = nearest[0] + (number // row**2 - shells)
    y = nearest[1] + (number // row % row - shells)
    return x, y, nearest[2] + (number % row - shells)
