"""The same run is the same to the last bit, whatever else is done beside it."""

import numpy as np
import pytest
from lane_witness import batch_of, bits, melt, velocities_of

from softness.lanes import lists

RUNS, TEMPERATURE = 20, 0.86


@pytest.fixture(scope="module", params=["common", "per_pair"])
def liquid_and_start(request):
    return melt(500, request.param)


def advanced(liquid_and_start, numbers, lanes=16, element=np.float32, legs=(137, 60), start=None):
    """A batch of the runs with these numbers, after constant energy, a thermostat and a ramp."""
    liquid, place = liquid_and_start
    batch = batch_of(liquid, len(numbers), lanes, element)
    batch.load(place if start is None else start, liquid.types)
    batch.set_velocities(velocities_of(500, TEMPERATURE, RUNS)[list(numbers)])
    batch.run(legs[0] // 2)
    batch.set_thermostat(TEMPERATURE)
    for steps in legs:
        batch.run(steps)
    batch.ramp(TEMPERATURE, 0.5, 50)
    return batch


@pytest.fixture(scope="module")
def together(liquid_and_start):
    return bits(advanced(liquid_and_start, range(RUNS)))


def test_all_runs_are_different(together):
    assert len(set(together)) == RUNS


@pytest.mark.parametrize(
    "numbers", [[0], [17], [3, 1, 19], list(range(16)), list(range(19, -1, -1))]
)
@pytest.mark.parametrize("lanes", [8, 16])
def test_a_run_is_the_same_in_other_company(liquid_and_start, together, numbers, lanes):
    found = bits(advanced(liquid_and_start, numbers, lanes))
    assert found == [together[number] for number in numbers]


def test_a_run_is_the_same_among_copies_of_itself(liquid_and_start, together):
    assert bits(advanced(liquid_and_start, [5] * 7)) == [together[5]] * 7


def test_in_double_precision_too(liquid_and_start):
    both = [
        advanced(liquid_and_start, numbers, lanes, np.float64)
        for numbers, lanes in ((range(3), 16), ([2], 8))
    ]
    assert bits(both[0])[2] == bits(both[1])[0]


@pytest.mark.parametrize(
    ("horizon", "spare", "margin", "builds"),
    [(0, 0.0, 0.5, "each step"), (0, 0.0, 0.0, "each step"), (0, 1.5, 1.0, "once")],
)
def test_lists_do_not_matter(
    liquid_and_start, together, monkeypatch, horizon, spare, margin, builds
):
    monkeypatch.setattr(lists, "HORIZON", horizon)
    monkeypatch.setattr(lists, "SPARE", spare)
    monkeypatch.setattr(lists, "MARGIN", margin)
    batch = advanced(liquid_and_start, range(RUNS))
    found = batch._groups[0]._list
    assert found.builds == 1 if builds == "once" else found.builds > 137 + 60 + 50 + 68
    assert bits(batch) == together


def stepped(batch, parts):
    for steps in parts:
        batch.run(steps)
    return bits(batch)


@pytest.mark.parametrize("temperature", [None, TEMPERATURE])
@pytest.mark.parametrize("parts", [[7, 13, 100], [1] * 120, [0, 60, 0, 60]])
def test_it_does_not_matter_where_runs_are_cut(liquid_and_start, parts, temperature):
    liquid, start = liquid_and_start
    ends = []
    for cut in ([120], parts):
        batch = batch_of(liquid, 3)
        batch.load(start, liquid.types)
        batch.set_velocities(velocities_of(500, TEMPERATURE, 3))
        batch.set_thermostat(temperature)
        ends.append(stepped(batch, cut))
    assert ends[0] == ends[1]


def test_looking_changes_nothing(liquid_and_start, together):
    liquid, start = liquid_and_start
    ends = []
    for looks in (False, True):
        batch = batch_of(liquid, 3)
        batch.load(start, liquid.types)
        batch.set_velocities(velocities_of(500, TEMPERATURE, 3))
        batch.set_thermostat(TEMPERATURE)
        for _ in range(10):
            batch.run(10)
            if looks:
                bits(batch)
        ends.append(bits(batch))
    assert ends[0] == ends[1]


@pytest.mark.parametrize("lanes", [8, 16])
@pytest.mark.parametrize("steps", [0, 1, 150])
def test_a_restored_batch_goes_on_as_if_nothing_had_been(liquid_and_start, tmp_path, lanes, steps):
    batch = advanced(liquid_and_start, range(RUNS), legs=(steps, steps))
    batch.save(tmp_path / "state.h5")
    other = batch_of(batch.liquid, RUNS, lanes)
    other.restore(tmp_path / "state.h5")
    assert bits(other) == bits(batch)
    for each in (batch, other):
        each.run(100)
        each.ramp(0.6, 0.9, 30)
    assert bits(other) == bits(batch)


def test_a_batch_restored_into_itself_goes_back(liquid_and_start, tmp_path):
    batch = advanced(liquid_and_start, range(3))
    batch.save(tmp_path / "state.h5")
    ends = []
    for _ in range(2):
        batch.restore(tmp_path / "state.h5")
        batch.run(100)
        ends.append(bits(batch))
    assert ends[0] == ends[1]


def test_saving_twice_gives_equal_bytes(liquid_and_start, tmp_path):
    batch = advanced(liquid_and_start, range(3))
    batch.save(tmp_path / "first.h5")
    batch.restore(tmp_path / "first.h5")
    batch.save(tmp_path / "second.h5")
    assert (tmp_path / "first.h5").read_bytes() == (tmp_path / "second.h5").read_bytes()


def test_whole_boxes_in_the_start_change_no_bit_of_the_motion(liquid_and_start):
    liquid, start = liquid_and_start
    # In binary fractions, so that a start and its image are the same place to the last bit.
    box = 8.0
    liquid = type(liquid)(**{**vars(liquid), "density": np.nextafter(500 / box**3, 0)})
    assert liquid.box_length == box
    start = np.round(start / liquid_and_start[0].box_length * box * 2**20) / 2**20
    images = np.random.default_rng(3).integers(-3, 4, start.shape)
    batches = [batch_of(liquid, 2) for _ in range(2)]
    for batch, place in zip(batches, (start, start + box * images), strict=True):
        batch.load(place, liquid.types)
        batch.set_velocities(velocities_of(500, TEMPERATURE, 2))
        batch.run(100)
    np.testing.assert_array_equal(batches[0].velocities(), batches[1].velocities())
    apart = batches[1].positions() - batches[0].positions()
    np.testing.assert_allclose(apart, np.broadcast_to(box * images, apart.shape), atol=1e-12)


@pytest.mark.parametrize("lanes", [8, 16])
def test_starts_of_their_own_are_those_of_each_run(liquid_and_start, lanes):
    """To single precision, since they count from the origin; so no other start changes a bit."""
    liquid, start = liquid_and_start
    starts = start + np.random.default_rng(4).uniform(-0.02, 0.02, (RUNS, 500, 3))
    found = []
    for numbers in (range(RUNS), [17]):
        batch = batch_of(liquid, len(numbers), lanes)
        batch.load(starts[list(numbers)], liquid.types)
        np.testing.assert_allclose(batch.positions(), starts[list(numbers)], atol=1e-6)
        batch.set_velocities(velocities_of(500, TEMPERATURE, RUNS)[list(numbers)])
        batch.run(50)
        found.append(bits(batch))
    assert found[0][17] == found[1][0]
