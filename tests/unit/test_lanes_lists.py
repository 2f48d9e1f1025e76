"""Lists of pairs: all that come within the cut-off in any lane, each image once, in one order."""

import numpy as np
import pytest
from lane_witness import batch_of, melt, velocities_of

from softness.lanes import lists
from softness.lanes.forces import pair_coefficients
from softness.lanes.lists import UnionList
from softness.lanes.vectors import FIELD, vector_dtype, vectors
from softness.liquid import kob_andersen

SMALLEST = 151, 1.2
FORMATS = [(np.float32, 16), (np.float32, 8), (np.float64, 16)]


def union_list(liquid, starts, element=np.float32, lanes=16):
    return UnionList(
        starts,
        liquid.types,
        liquid.box_length,
        pair_coefficients(liquid, element),
        vector_dtype(element, lanes),
    )


def as_vectors(displacement, element=np.float32):
    """(3 N,) vectors of (lanes, N, 3) displacements."""
    lanes = len(displacement)
    found = vectors(displacement[0].size, vector_dtype(element, lanes))
    found[FIELD] = displacement.reshape(lanes, -1).T
    return found


def renewed(found, displacement, velocity=None, element=np.float32, time_step=0.005):
    """Make a list for (lanes, N, 3) displacements, and velocities."""
    velocity = np.zeros_like(displacement) if velocity is None else velocity
    still = np.zeros_like(displacement)
    arrays = (as_vectors(each, element) for each in (displacement, velocity, still))
    found.renew(*arrays, time_step)
    return found


def rows(found, liquid, starts):
    """(entries, 5) whole numbers of a list: first, second, and image; and the entries."""
    count = found.pairs.first[-1]
    entries = found.pairs.entries[:count]
    first = np.repeat(np.arange(len(starts)), np.diff(found.pairs.first))
    second = entries["partner"].astype(np.int64)
    vector = np.stack([entries[axis] for axis in "xyz"], axis=1).astype(np.float64)
    image = (vector - starts[first] + starts[second]) / liquid.box_length
    assert np.abs(image - np.rint(image)).max() < 1e-5
    return np.column_stack([first, second, np.rint(image).astype(np.int64)]), entries


def within_cutoff(liquid, starts, displacement, shells=0):
    """(pairs, 5) rows of the pairs within the cut-off in any lane.

    In one lane no image but the nearest can be, since the box is twice the cut-off; with shells the
    others are looked at all the same.
    """
    first, second = np.triu_indices(len(starts), 1)
    cutoff = np.array(liquid.cutoffs)[liquid.types[first] + liquid.types[second]]
    around = [np.arange(-shells, shells + 1)] * 3
    offsets = np.stack(np.meshgrid(*around, indexing="ij"), axis=-1).reshape(-1, 3)
    found = []
    for lane in displacement.astype(np.float64):
        places = starts + lane
        apart = places[first] - places[second]
        nearest = -np.rint(apart / liquid.box_length)
        for offset in offsets:
            image = nearest + offset
            square = ((apart + image * liquid.box_length) ** 2).sum(axis=1)
            near = square < cutoff**2
            found.append(np.column_stack([first, second, image])[near].astype(np.int64))
    return np.unique(np.concatenate(found), axis=0)


def lacks(needed, listed):
    """How many rows of one table another one lacks."""
    return int((~np.isin(numbered(needed), numbered(listed))).sum())


def numbered(table):
    """(rows,) whole numbers that are in the order of the rows, first column first."""
    places = np.array([10**14, 10**10, 10**6, 10**3, 1])
    return (table + np.array([0, 0, 500, 500, 500])) @ places


@pytest.fixture(params=["common", "per_pair"])
def cutoff(request):
    return request.param


def scattered(particles, spread, lanes=16, seed=1):
    """(lanes, N, 3) displacements, each particle's own scale, as after so much diffusion."""
    generator = np.random.default_rng(seed)
    scale = spread * generator.uniform(0.2, 1.0, (particles, 1))
    return (scale * generator.normal(size=(lanes, particles, 3))).astype(np.float32)


@pytest.mark.parametrize("spread", [0.0, 0.2, 1.5, 6.0])
@pytest.mark.parametrize("size", [SMALLEST, (500, 1.2)], ids=["smallest", "small"])
def test_all_pairs_within_the_cut_off_in_any_lane_are_listed(cutoff, spread, size):
    liquid = kob_andersen(*size, cutoff)
    starts = np.random.default_rng(2).uniform(0, liquid.box_length, (liquid.particles, 3))
    displacement = scattered(liquid.particles, spread)
    found = renewed(union_list(liquid, starts), displacement)
    needed = within_cutoff(liquid, starts, displacement, shells=1 if size == SMALLEST else 0)
    assert len(needed) > 20 * liquid.particles
    assert lacks(needed, rows(found, liquid, starts)[0]) == 0


@pytest.mark.parametrize(("element", "lanes"), FORMATS)
def test_all_pairs_are_listed_where_lanes_have_got_to(cutoff, element, lanes):
    liquid, start = melt(500, cutoff)
    batch = batch_of(liquid, lanes, lanes, element)
    batch.load(start, liquid.types)
    batch.set_velocities(velocities_of(500, 1.5, lanes))
    batch.set_thermostat(1.5)
    batch.run(1000)
    group = batch._groups[0]
    starts = start[batch._order]
    starts = starts - np.floor(starts / liquid.box_length) * liquid.box_length
    needed = within_cutoff_of_group(liquid, batch, starts, group)
    listed = rows(group._list, liquid, starts)[0]
    assert lacks(needed, listed) == 0
    # Not all pairs there are.
    assert len(listed) < 3 * len(needed)


def within_cutoff_of_group(liquid, batch, starts, group):
    """As `within_cutoff`, in the order of the curve; the list's own kinds are the species there."""
    types = liquid.types[batch._order]
    order = np.argsort(types, kind="stable")
    place = group.by_lane("displacement")[:, order].astype(np.float64)
    found = within_cutoff(liquid, starts[order], place)
    first, second = order[found[:, 0]], order[found[:, 1]]
    swapped = first > second
    image = np.where(swapped[:, None], -found[:, 2:], found[:, 2:])
    return np.column_stack([np.minimum(first, second), np.maximum(first, second), image])


def test_pairs_that_meet_through_another_image_are_listed_twice():
    liquid = kob_andersen(500)
    starts = np.random.default_rng(3).uniform(0, liquid.box_length, (500, 3))
    displacement = np.zeros((16, 500, 3), np.float32)
    starts[0], starts[1] = (1.0, 1.0, 1.0), (2.0, 1.0, 1.0)
    # In one lane the second has gone through the box to the other side of the first.
    displacement[7, 1, 0] = liquid.box_length - 2.0
    listed = rows(renewed(union_list(liquid, starts), displacement), liquid, starts)[0]
    images = [tuple(row[2:]) for row in listed if tuple(row[:2]) == (0, 1)]
    assert images == [(0, 0, 0), (1, 0, 0)]


@pytest.mark.parametrize("spread", [0.0, 0.3, 2.0])
def test_the_list_holds_as_long_as_particles_stay_within_their_allowances(cutoff, spread):
    liquid = kob_andersen(500, cutoff=cutoff)
    generator = np.random.default_rng(4)
    starts = generator.uniform(0, liquid.box_length, (500, 3))
    displacement = scattered(500, spread)
    velocity = generator.normal(size=displacement.shape)
    found = renewed(union_list(liquid, starts), displacement, velocity)
    allowance = np.sqrt(found.allowance_square)
    assert allowance.min() >= 0.9 * lists.SPARE
    listed = rows(found, liquid, starts)[0]
    for towards in range(3):
        step = generator.normal(size=displacement.shape)
        step[..., towards] *= 3
        step *= 0.9999 * allowance[:, None] / np.linalg.norm(step, axis=2, keepdims=True)
        moved = displacement + step
        assert not lists.is_beyond(as_vectors(moved), found.reference, found.allowance_square)
        assert lacks(within_cutoff(liquid, starts, moved), listed) == 0


def test_a_particle_beyond_its_allowance_is_seen_in_any_lane():
    liquid = kob_andersen(500)
    starts = np.random.default_rng(5).uniform(0, liquid.box_length, (500, 3))
    displacement = scattered(500, 0.2)
    found = renewed(union_list(liquid, starts), displacement)
    for lane, particle, way in ((0, 0, 1.01), (15, 499, 1.01), (7, 250, np.nan)):
        moved = displacement.astype(np.float64)
        moved[lane, particle, 1] += way * np.sqrt(found.allowance_square[particle])
        assert lists.is_beyond(as_vectors(moved), found.reference, found.allowance_square)


def test_lists_follow_lanes_that_keep_moving(cutoff):
    """The outer list is made anew when it has to be, and not at every step."""
    liquid = kob_andersen(*SMALLEST, cutoff)
    generator = np.random.default_rng(6)
    starts = generator.uniform(0, liquid.box_length, (liquid.particles, 3))
    displacement = scattered(liquid.particles, 0.0)
    velocity = 20 * generator.normal(size=displacement.shape)
    found = union_list(liquid, starts)
    for step in range(30):
        renewed(found, displacement, velocity)
        if step % 4 == 3:
            needed = within_cutoff(liquid, starts, displacement)
            assert lacks(needed, rows(found, liquid, starts)[0]) == 0
        displacement = (displacement + 0.005 * velocity).astype(np.float32)
    assert found.builds == 30
    assert 3 < found.outer_builds < 30


def test_entries_are_sorted_and_none_comes_twice(cutoff):
    for size, spread in ((SMALLEST, 4.0), ((500, 1.2), 0.5)):
        liquid = kob_andersen(*size, cutoff)
        starts = np.random.default_rng(7).uniform(0, liquid.box_length, (liquid.particles, 3))
        found = renewed(union_list(liquid, starts), scattered(liquid.particles, spread))
        listed = rows(found, liquid, starts)[0]
        assert (listed[:, 0] < listed[:, 1]).all()
        assert (np.diff(numbered(listed)) > 0).all()


def test_the_same_entry_has_the_same_bits_in_every_list(cutoff):
    liquid = kob_andersen(500, cutoff=cutoff)
    starts = np.random.default_rng(8).uniform(0, liquid.box_length, (500, 3))
    tables = []
    for spread, lanes in ((0.0, 16), (1.0, 16), (2.5, 16), (0.7, 8)):
        found = renewed(union_list(liquid, starts, lanes=lanes), scattered(500, spread, lanes, 9))
        listed, entries = rows(found, liquid, starts)
        tables.append(
            {tuple(row): entry.tobytes() for row, entry in zip(listed, entries, strict=True)}
        )
    for table in tables[1:]:
        common = tables[0].keys() & table.keys()
        assert len(common) > 10_000
        assert all(tables[0][key] == table[key] for key in common)


def test_the_list_is_no_longer_than_it_need_be():
    """Of lanes that are all in one place: what is within the cut-off and a little more."""
    liquid = kob_andersen(500)
    starts = np.random.default_rng(10).uniform(0, liquid.box_length, (500, 3))
    displacement = np.broadcast_to(scattered(500, 5.0)[:1], (16, 500, 3))
    listed = rows(renewed(union_list(liquid, starts), displacement), liquid, starts)[0]
    needed = within_cutoff(liquid, starts, displacement[:1])
    assert len(needed) <= len(listed) < 1.06 * len(needed)


def test_a_list_that_is_too_short_grows(monkeypatch):
    liquid = kob_andersen(500)
    starts = np.random.default_rng(11).uniform(0, liquid.box_length, (500, 3))
    displacement = scattered(500, 0.3)
    expected = rows(renewed(union_list(liquid, starts), displacement), liquid, starts)
    made = lists.no_pairs
    monkeypatch.setattr(lists, "no_pairs", lambda n, capacity, element: made(n, 16, element))
    short = union_list(liquid, starts)
    monkeypatch.undo()
    found = renewed(short, displacement)
    assert len(found.pairs.entries) > 500
    for one, other in zip(rows(found, liquid, starts), expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_list_grows_while_runs_go_on(monkeypatch):
    liquid, start = melt(500)
    ends = []
    for capacity in (None, 20_000):
        if capacity:
            made = lists.no_pairs

            def short(n, size, element, made=made, capacity=capacity):
                return made(n, min(size, capacity) if size == 128 * n else size, element)

            monkeypatch.setattr(lists, "no_pairs", short)
        batch = batch_of(liquid, 16)
        batch.load(start, liquid.types)
        batch.set_velocities(velocities_of(500, 2.0, 16))
        batch.run(1200)
        ends.append(batch.positions())
    assert len(batch._groups[0]._list.pairs.entries) > 20_000
    np.testing.assert_array_equal(*ends)
