"""The protocol of batches, by lanes and by ordinary engines as batches of one; and bad input."""

import numpy as np
import pytest
from direct_sums import forces_and_energy, nearest_image
from lane_witness import batch_of, bits, melt, velocities_of

from softness import engines
from softness.engines.batch import BatchOfOne
from softness.errors import InputError
from softness.lanes import batch as lanes_batch
from softness.liquid import kob_andersen

PARTICLES = 500
FEW = 3


@pytest.fixture(scope="module")
def start():
    return melt(PARTICLES)[1]


@pytest.fixture
def lanes(start):
    """Three runs at T = 0.86."""
    batch = engines.create_batch("lanes", kob_andersen(PARTICLES), FEW)
    batch.load(start, batch.liquid.types)
    batch.set_velocities(velocities_of(PARTICLES, 0.86, FEW))
    return batch


@pytest.fixture(params=["lanes", *engines.ENGINES])
def batch(request, start):
    """A batch of each kind that there is here, with as many runs as it takes up to three."""
    liquid = kob_andersen(PARTICLES)
    runs = FEW if request.param == "lanes" else 1
    try:
        found = engines.create_batch(request.param, liquid, runs)
    except InputError as error:
        if request.param != "hoomd":
            raise
        pytest.skip(str(error))
    found.load(start, liquid.types)
    found.set_velocities(velocities_of(PARTICLES, 0.86, runs))
    return found


# -- what all batches hold --------------------------------------------------------------------


def test_arrays_have_a_row_for_each_run(batch):
    batch.run(5)
    for array in (batch.positions(), batch.velocities(), batch.forces()):
        assert array.shape == (batch.runs, PARTICLES, 3)
        assert array.dtype == np.float64
    for numbers in (batch.temperature(), batch.potential_energy()):
        assert numbers.shape == (batch.runs,)
        assert numbers.dtype == np.float64


def test_forces_and_energies_hold_straight_after_loading(batch, start):
    forces, energy, _ = forces_and_energy(batch.liquid, start, batch.liquid.types)
    largest = np.linalg.norm(forces, axis=1).max()
    for run in range(batch.runs):
        assert np.abs(batch.forces()[run] - forces).max() < 2e-5 * largest
        assert batch.potential_energy()[run] == pytest.approx(energy, abs=1e-6 * PARTICLES)


def test_loading_leaves_everything_at_rest(batch, start):
    batch.set_thermostat(0.86)
    batch.run(20)
    batch.load(start, batch.liquid.types)
    assert not batch.velocities().any()
    assert not batch.temperature().any()
    batch.set_velocities(velocities_of(PARTICLES, 0.86, batch.runs))
    before = batch.potential_energy() + 0.5 * (batch.velocities() ** 2).sum(axis=(1, 2))
    batch.run(20)
    after = batch.potential_energy() + 0.5 * (batch.velocities() ** 2).sum(axis=(1, 2))
    # Without a thermostat again.
    assert np.abs(after - before).max() < 1e-3 * PARTICLES


def test_positions_are_unwrapped(batch, start):
    images = np.random.default_rng(1).integers(-3, 4, size=start.shape)
    far = start + images * batch.liquid.box_length
    batch.load(far, batch.liquid.types)
    velocities = velocities_of(PARTICLES, 0.86, batch.runs)
    batch.set_velocities(velocities)
    np.testing.assert_allclose(batch.positions(), np.array([far] * batch.runs), atol=1e-12)
    batch.run(1)
    np.testing.assert_allclose(batch.positions(), far + 0.005 * velocities, atol=1e-2)


def test_set_velocities_sets_them(batch):
    batch.set_thermostat(0.86)
    batch.run(10)
    fresh = velocities_of(PARTICLES, 0.7, batch.runs)
    batch.set_velocities(fresh)
    np.testing.assert_allclose(batch.velocities(), fresh, rtol=1e-7)
    expected = (fresh**2).sum(axis=(1, 2)) / (3 * PARTICLES - 3)
    np.testing.assert_allclose(batch.temperature(), expected, rtol=1e-6)


def test_the_temperature_is_that_of_the_velocities(batch):
    batch.set_thermostat(0.86)
    for steps in (0, 1, 37):
        batch.run(steps)
        expected = (batch.velocities() ** 2).sum(axis=(1, 2)) / (3 * PARTICLES - 3)
        np.testing.assert_allclose(batch.temperature(), expected, rtol=1e-6)


def test_the_thermostat_holds_the_temperature(batch):
    batch.set_thermostat(0.8)
    batch.run(1500)
    found = []
    for _ in range(30):
        batch.run(50)
        found.append(batch.temperature())
    np.testing.assert_allclose(np.mean(found, axis=0), 0.8, rtol=0.03)


def test_a_ramp_ends_at_its_temperature(batch):
    batch.ramp(0.86, 0.5, 3000)
    found = []
    for _ in range(30):
        batch.run(50)
        found.append(batch.temperature())
    np.testing.assert_allclose(np.mean(found, axis=0), 0.5, rtol=0.05)


def test_a_restored_batch_is_the_same_to_the_last_bit(batch, tmp_path):
    batch.set_thermostat(0.86)
    batch.run(53)
    batch.save(tmp_path / "state.h5")
    ends = []
    for again in (batch, engines.create_batch(batch.name, batch.liquid, batch.runs)):
        again.restore(tmp_path / "state.h5")
        again.run(100)
        ends.append(bits(again))
    assert ends[0] == ends[1]


BAD_VELOCITIES = {
    "one run": (lambda v: v[0], "velocities has the shape"),
    "more runs": (lambda v: np.concatenate([v, v]), "velocities has the shape"),
    "fewer particles": (lambda v: v[:, :-1], "velocities has the shape"),
    "not a number": (lambda v: np.where(v == v[0, 7, 1], np.nan, v), "velocities holds"),
    "infinite": (lambda v: np.where(v == v[-1, 7, 1], np.inf, v), "velocities holds"),
}


@pytest.mark.parametrize("kind", BAD_VELOCITIES)
def test_bad_velocities_are_refused(batch, kind):
    spoil, named = BAD_VELOCITIES[kind]
    before = bits(batch)
    with pytest.raises(InputError, match=named):
        batch.set_velocities(spoil(velocities_of(PARTICLES, 0.86, batch.runs)))
    assert bits(batch) == before


BAD_STARTS = {
    "fewer particles": (lambda x, t: (x[:-1], t), "positions has the shape"),
    "not a number": (lambda x, t: (np.where(x == x[0, 0], np.nan, x), t), "positions holds"),
    "types": (lambda x, t: (x, t + 1), "use 0 for A and 1 for B"),
    "fewer types": (lambda x, t: (x, t[:-1]), "types has the shape"),
}


@pytest.mark.parametrize("kind", BAD_STARTS)
def test_bad_starts_are_refused(batch, start, kind):
    spoil, named = BAD_STARTS[kind]
    with pytest.raises(InputError, match=named):
        batch.load(*spoil(start, batch.liquid.types))


def test_minimisation_leaves_runs_at_rest_in_a_minimum(batch, tmp_path):
    batch.set_thermostat(0.86)
    batch.run(20)
    before = batch.positions()
    largest = batch.minimise(1e-3)
    assert largest.shape == (batch.runs,)
    assert (largest <= 1e-3).all()
    forces = np.linalg.norm(batch.forces(), axis=2).max(axis=1)
    np.testing.assert_allclose(forces, largest, rtol=1e-6)
    assert not batch.velocities().any()
    assert not batch.temperature().any()
    np.testing.assert_allclose((batch.positions() - before).mean(axis=1), 0, atol=1e-7)
    # The thermostat has its temperature still, and no past.
    batch.save(tmp_path / "state.h5")
    velocities = velocities_of(PARTICLES, 0.86, batch.runs)
    ends = []
    for resets in (False, True):
        batch.restore(tmp_path / "state.h5")
        batch.set_velocities(velocities)
        if resets:
            batch.reset_thermostat()
        batch.run(20)
        ends.append(batch.velocities())
    np.testing.assert_allclose(*ends, atol=1e-9)
    assert np.abs(ends[0] - velocities).max() > 1e-3


def test_temperatures_are_positive_and_steps_not_negative(batch):
    for temperature in (0.0, -1.0):
        with pytest.raises(InputError, match="positive"):
            batch.set_thermostat(temperature)
        with pytest.raises(InputError, match="positive"):
            batch.ramp(1.0, temperature, 10)
    with pytest.raises(InputError, match="give 0 or more"):
        batch.run(-1)


# -- an ordinary engine is a batch of one run -------------------------------------------------


def test_a_batch_of_one_has_the_bytes_of_its_engine(engine_name, start, tmp_path):
    liquid, velocities = kob_andersen(PARTICLES), velocities_of(PARTICLES, 0.86, 1)
    plain = engines.create(engine_name, liquid)
    batch = engines.create_batch(engine_name, liquid, 1)
    assert isinstance(batch, BatchOfOne)
    plain.load(start, liquid.types)
    batch.load(start, liquid.types)
    plain.set_velocities(velocities[0])
    batch.set_velocities(velocities)
    for each in (plain, batch):
        each.set_thermostat(0.86)
        each.run(100)
        each.reset_thermostat()
        each.ramp(0.86, 0.6, 50)
    for name in ("positions", "velocities", "forces", "temperature", "potential_energy"):
        np.testing.assert_array_equal(getattr(batch, name)(), [getattr(plain, name)()])
    plain.save(tmp_path / "plain.h5")
    batch.save(tmp_path / "batch.h5")
    assert (tmp_path / "plain.h5").read_bytes() == (tmp_path / "batch.h5").read_bytes()
    batch.restore(tmp_path / "plain.h5")
    np.testing.assert_array_equal(batch.positions(), [plain.positions()])


def test_a_batch_of_one_takes_a_start_in_either_shape(engine_name, start):
    liquid, ends = kob_andersen(PARTICLES), []
    for place in (start, start[None]):
        batch = engines.create_batch(engine_name, liquid, 1)
        batch.load(place, liquid.types)
        ends.append(bits(batch))
    assert ends[0] == ends[1]


def test_an_ordinary_engine_does_one_run_at_a_time(engine_name):
    with pytest.raises(InputError, match="does 1 run at a time, not 2: use lanes"):
        engines.create_batch(engine_name, kob_andersen(PARTICLES), 2)


def test_an_ordinary_engine_takes_one_start(engine_name, start):
    batch = engines.create_batch(engine_name, kob_andersen(PARTICLES), 1)
    with pytest.raises(InputError, match="positions has the shape"):
        batch.load(np.array([start] * 2), batch.liquid.types)


# -- lanes: what cannot be done ---------------------------------------------------------------


@pytest.mark.parametrize("runs", [0, -1])
def test_there_is_at_least_one_run(runs):
    with pytest.raises(InputError, match=f"runs is {runs}: give 1 or more"):
        engines.create_batch("lanes", kob_andersen(PARTICLES), runs)


def test_a_cpu_without_fused_multiply_add_is_refused(monkeypatch):
    monkeypatch.setattr(lanes_batch, "has_fused_multiply_add", lambda: False)
    with pytest.raises(InputError, match=r"fused multiply-add.*isoconfigurational\.engine"):
        engines.create_batch("lanes", kob_andersen(PARTICLES), 1)


def test_fused_multiply_add_is_a_feature_of_the_cpu(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    for features, expected in (
        ({"fma": True, "avx2": True}, True),
        ({"fma": False}, False),
        ({}, False),
    ):
        monkeypatch.setattr("llvmlite.binding.get_host_cpu_features", lambda found=features: found)
        assert lanes_batch.has_fused_multiply_add() is expected
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    assert lanes_batch.has_fused_multiply_add()


def test_starts_that_are_far_apart_share_no_list(start):
    """Some particles far away are dear, all of them too dear: each run is then what it is alone."""
    liquid, draw = kob_andersen(PARTICLES), np.random.default_rng(2)
    starts = np.array([start] * FEW)
    starts[2, 41] += 2.62
    starts[1] += liquid.box_length * draw.integers(-2, 3, start.shape)
    batch = batch_of(liquid, FEW)
    batch.load(starts, liquid.types)
    assert [(part.start, part.stop) for part in batch._parts] == [(0, 1), (1, 2), (2, 3)]
    np.testing.assert_allclose(batch.positions(), starts, atol=2e-6)
    for run in range(FEW):
        alone = batch_of(liquid, 1)
        alone.load(starts[run : run + 1], liquid.types)
        np.testing.assert_array_equal(batch.forces()[run], alone.forces()[0])
    batch.load(starts[[0, 2, 0]], liquid.types)
    assert [(part.start, part.stop) for part in batch._parts] == [(0, 3)]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_there_is_one_start_for_all_or_one_for_each(lanes, start, count):
    with pytest.raises(InputError, match=rf"positions has the shape \({count}, 500, 3\)"):
        lanes.load(np.array([start] * count), lanes.liquid.types)


def test_particles_in_the_same_place_are_named(lanes, start):
    start = start.copy()
    start[17] = start[5]
    with pytest.raises(InputError, match="run 0: particle 5 overlaps"):
        lanes.load(start, lanes.liquid.types)


def nearest_pair(start, liquid):
    """Two particles that are near each other, and the vector from the second to the first."""
    apart = nearest_image(start - start[9], liquid.box_length)
    second = np.linalg.norm(apart, axis=1).argsort()[1]
    return second, -apart[second]


@pytest.mark.parametrize(("runs", "spoiled"), [(FEW, 2), (20, 18)])
def test_the_run_in_which_particles_overlap_is_named(start, runs, spoiled):
    liquid = kob_andersen(PARTICLES)
    starts = np.array([start] * runs)
    second, way = nearest_pair(start, liquid)
    starts[spoiled, second] += way
    batch = batch_of(liquid, runs)
    with pytest.raises(InputError, match=rf"run {spoiled}: particle (9|{second}) overlaps"):
        batch.load(starts, liquid.types)


@pytest.mark.parametrize(("runs", "spoiled"), [(FEW, 1), (20, 17)])
def test_the_run_in_which_particles_are_shot_away_is_named(start, runs, spoiled):
    liquid = kob_andersen(PARTICLES)
    starts = np.array([start] * runs)
    second, way = nearest_pair(start, liquid)
    starts[spoiled, second] += 0.8 * way
    batch = batch_of(liquid, runs)
    batch.load(starts, liquid.types)
    batch.set_velocities(velocities_of(PARTICLES, 0.86, runs))
    with pytest.raises(
        InputError, match=rf"run {spoiled}: particle (9|{second}) goes more.*engine\.time_step"
    ):
        batch.run(20)


def test_one_velocity_that_is_too_large_is_named(lanes):
    velocities = velocities_of(PARTICLES, 0.86, FEW)
    velocities[1, 123, 2] = 500
    lanes.set_velocities(velocities)
    with pytest.raises(InputError, match=r"run 1: particle 123 goes more than 0\.5 in one"):
        lanes.run(1)


@pytest.mark.parametrize("temperature", [None, 0.86])
def test_a_time_step_that_is_too_long_says_what_to_do(start, temperature):
    liquid = kob_andersen(PARTICLES)
    batch = batch_of(liquid, FEW, time_step=0.05)
    batch.load(start, liquid.types)
    batch.set_velocities(30 * velocities_of(PARTICLES, 0.86, FEW))
    batch.set_thermostat(temperature)
    with pytest.raises(
        InputError, match=r"run \d: particle \d+ .*lower engine.time_step \(0\.05\)"
    ):
        batch.run(5000)


def test_what_was_saved_before_an_explosion_is_not_lost(lanes, tmp_path):
    lanes.run(20)
    lanes.save(tmp_path / "state.h5")
    before = bits(lanes)
    velocities = lanes.velocities()
    velocities[2, 7] = 1e6
    lanes.set_velocities(velocities)
    with pytest.raises(InputError, match="run 2: particle 7"):
        lanes.run(10)
    lanes.restore(tmp_path / "state.h5")
    assert bits(lanes) == before


# -- lanes: states ----------------------------------------------------------------------------


@pytest.mark.parametrize("runs", [1, 2, 16, 20])
def test_the_state_of_another_number_of_runs_is_refused(lanes, start, runs, tmp_path):
    lanes.save(tmp_path / "state.h5")
    other = batch_of(lanes.liquid, runs)
    with pytest.raises(InputError, match=rf"state\.h5: has 3 runs, expected {runs}"):
        other.restore(tmp_path / "state.h5")


def test_the_state_of_another_liquid_is_refused(lanes, tmp_path):
    lanes.save(tmp_path / "state.h5")
    for liquid in (kob_andersen(600), kob_andersen(PARTICLES, density=1.1)):
        with pytest.raises(InputError, match="belongs to another liquid"):
            batch_of(liquid, FEW).restore(tmp_path / "state.h5")


def test_the_state_of_another_engine_is_refused(lanes, start, tmp_path):
    plain = engines.create_batch("lammps", lanes.liquid, 1)
    plain.load(start, lanes.liquid.types)
    plain.save(tmp_path / "lammps.h5")
    lanes.save(tmp_path / "lanes.h5")
    with pytest.raises(InputError, match="saved by lammps"):
        batch_of(lanes.liquid, 1).restore(tmp_path / "lammps.h5")
    with pytest.raises(InputError, match="saved by lanes"):
        plain.restore(tmp_path / "lanes.h5")


def test_a_file_that_is_no_state_is_refused(lanes, tmp_path):
    (tmp_path / "state.h5").write_text("hello")
    with pytest.raises(InputError, match=r"state\.h5: not an HDF5 file"):
        lanes.restore(tmp_path / "state.h5")


def test_a_state_that_is_refused_changes_nothing(start, lanes, tmp_path):
    lanes.set_thermostat(0.5)
    lanes.save(tmp_path / "state.h5")
    ends = []
    for tries in (False, True):
        batch = batch_of(lanes.liquid, 2)
        batch.load(start, lanes.liquid.types)
        batch.set_velocities(velocities_of(PARTICLES, 0.86, 2))
        if tries:
            with pytest.raises(InputError, match="has 3 runs"):
                batch.restore(tmp_path / "state.h5")
        batch.run(50)
        ends.append(bits(batch))
    assert ends[0] == ends[1]


def test_starts_that_are_refused_change_nothing(lanes, start):
    before = bits(lanes)
    starts = np.array([start] * FEW)
    starts[2, 41] = np.nan
    with pytest.raises(InputError, match="positions holds"):
        lanes.load(starts, lanes.liquid.types)
    assert bits(lanes) == before
