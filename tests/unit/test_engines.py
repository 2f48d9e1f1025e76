"""The contract of an engine, held by every one that can be imported."""

import numpy as np
import pytest
from direct_sums import forces_and_energy, verlet
from small_melts import hot

from softness import engines
from softness.engines import state
from softness.errors import InputError
from softness.liquid import kob_andersen
from softness.seeds import maxwell_boltzmann, stream

PARTICLES = 500


@pytest.fixture(scope="module")
def melt():
    """Positions and velocities of a melt at T = 1, made without an engine's help but LAMMPS'."""
    engine = hot(kob_andersen(PARTICLES), 2.0)
    engine.ramp(2.0, 1.0, 2000)
    engine.ramp(1.0, 1.0, 2000)
    return engine.positions(), engine.velocities()


@pytest.fixture
def engine(engine_name, melt):
    liquid = kob_andersen(PARTICLES)
    engine = engines.create(engine_name, liquid)
    engine.load(melt[0], liquid.types, melt[1])
    return engine


@pytest.mark.parametrize("cutoff", ["common", "per_pair"])
def test_the_energy_is_the_sum_over_pairs(engine_name, melt, cutoff):
    liquid = kob_andersen(PARTICLES, cutoff=cutoff)
    engine = engines.create(engine_name, liquid)
    engine.load(melt[0], liquid.types)
    expected = forces_and_energy(liquid, melt[0], liquid.types)[1]
    assert engine.potential_energy() == pytest.approx(expected, rel=1e-9)


def test_the_order_of_particles_is_the_callers(engine_name, melt):
    liquid = kob_andersen(PARTICLES)
    order = np.random.default_rng(1).permutation(PARTICLES)
    engine = engines.create(engine_name, liquid)
    engine.load(melt[0][order], liquid.types[order], melt[1][order])
    expected = forces_and_energy(liquid, melt[0], liquid.types)[1]
    assert engine.potential_energy() == pytest.approx(expected, rel=1e-9)
    engine.run(50)
    reference = engines.create(engine_name, liquid)
    reference.load(melt[0], liquid.types, melt[1])
    reference.run(50)
    np.testing.assert_allclose(engine.positions(), reference.positions()[order], atol=1e-9)


def test_forces_are_the_slope_of_the_energy(engine, melt):
    step = 1e-5
    forces = engine.forces()
    types = engine.liquid.types
    expected, _, _ = forces_and_energy(engine.liquid, melt[0], types)
    np.testing.assert_allclose(forces, expected, atol=1e-9 * np.abs(expected).max())
    for particle, axis in ((0, 0), (17, 1), (PARTICLES - 1, 2)):
        energies = []
        for sign in (1, -1):
            moved = melt[0].copy()
            moved[particle, axis] += sign * step
            energies.append(forces_and_energy(engine.liquid, moved, types)[1])
        slope = (energies[0] - energies[1]) / (2 * step)
        assert forces[particle, axis] == pytest.approx(-slope, rel=1e-4, abs=1e-3)


def one_step(engine, velocities):
    """Run one step of 0.005; returns the displacements that it should make."""
    expected = 0.005 * velocities + 0.005**2 / 2 * engine.forces()
    engine.run(1)
    return expected


def test_positions_are_unwrapped(engine, melt):
    np.testing.assert_allclose(engine.positions(), melt[0], atol=1e-12)
    images = np.random.default_rng(1).integers(-3, 4, size=melt[0].shape)
    far = melt[0] + images * engine.liquid.box_length
    engine.load(far, engine.liquid.types, melt[1])
    np.testing.assert_allclose(engine.positions(), far, atol=1e-12)
    moved = one_step(engine, melt[1])
    np.testing.assert_allclose(engine.positions(), far + moved, atol=1e-9)


def test_without_a_thermostat_energy_and_momentum_are_conserved(engine):
    energies = []
    for _ in range(40):
        engine.run(50)
        energies.append(engine.potential_energy() + 0.5 * (engine.velocities() ** 2).sum())
    energies = np.array(energies) / PARTICLES
    # Steps of 0.005 and the jump of the force at the cut-off let it wander by 2.7e-4 a particle;
    # steps of 0.0075 by 5.5e-4.
    assert 1e-4 < energies.std() < 4e-4
    assert energies[20:].mean() == pytest.approx(energies[:20].mean(), abs=2.5e-4)
    assert np.abs(engine.velocities().sum(axis=0)).max() < 1e-9


def test_the_thermostat_holds_the_temperature(engine):
    engine.set_thermostat(0.8)
    engine.reset_thermostat()
    engine.run(2000)
    temperatures = []
    for _ in range(40):
        engine.run(100)
        temperatures.append(engine.temperature())
    # A sample scatters by sqrt(2 / (3 N)), 3.7 %; forty of them by well under a percent.
    assert np.mean(temperatures) == pytest.approx(0.8, rel=0.02)


def test_a_ramp_ends_at_its_temperature(engine):
    engine.ramp(1.0, 0.5, 4000)
    engine.run(1000)
    temperatures = []
    for _ in range(20):
        engine.run(100)
        temperatures.append(engine.temperature())
    assert np.mean(temperatures) == pytest.approx(0.5, rel=0.04)


def test_set_velocities_sets_them(engine):
    fresh = maxwell_boltzmann(stream(1, "fresh", 0.7), PARTICLES, 0.7)
    engine.run(10)
    engine.set_velocities(fresh)
    np.testing.assert_array_equal(engine.velocities(), fresh)
    assert engine.temperature() == pytest.approx((fresh**2).sum() / (3 * PARTICLES - 3))
    before = engine.positions()
    moved = one_step(engine, fresh)
    np.testing.assert_allclose(engine.positions(), before + moved, atol=1e-9)


def test_a_restored_run_is_the_same_to_the_last_bit(engine, engine_name, tmp_path):
    engine.set_thermostat(1.0)
    engine.run(137)
    engine.save(tmp_path / "state.h5")
    ends = []
    for again in (engine, engine, engines.create(engine_name, engine.liquid)):
        again.restore(tmp_path / "state.h5")
        again.run(300)
        ends.append((again.positions(), again.velocities()))
    for positions, velocities in ends[1:]:
        np.testing.assert_array_equal(positions, ends[0][0])
        np.testing.assert_array_equal(velocities, ends[0][1])


def test_a_restored_run_goes_on_with_its_thermostat(engine, tmp_path):
    engine.set_thermostat(1.0)
    engine.run(400)
    engine.save(tmp_path / "state.h5")
    engine.restore(tmp_path / "state.h5")
    engine.run(20)
    with_its_state = engine.velocities()
    engine.restore(tmp_path / "state.h5")
    engine.reset_thermostat()
    engine.run(20)
    assert np.abs(engine.velocities() - with_its_state).max() > 1e-6


def test_saving_twice_gives_equal_bytes(engine, tmp_path):
    engine.set_thermostat(1.0)
    engine.run(50)
    engine.save(tmp_path / "first.h5")
    engine.restore(tmp_path / "first.h5")
    engine.save(tmp_path / "second.h5")
    assert (tmp_path / "first.h5").read_bytes() == (tmp_path / "second.h5").read_bytes()


def test_a_kept_state_can_be_restored(engine, tmp_path):
    engine.save(tmp_path / "state.h5")
    state.keep(tmp_path / "state.h5", tmp_path / "kept.h5", '{"stage":"test"}')
    before = engine.positions()
    engine.run(10)
    engine.restore(tmp_path / "kept.h5")
    np.testing.assert_array_equal(engine.positions(), before)
    np.testing.assert_array_equal(state.read_positions(tmp_path / "kept.h5", engine.liquid), before)


def test_minimisation_ends_at_small_forces_and_lower_energy(engine):
    before = engine.potential_energy()
    largest = engine.minimise(1e-3)
    assert largest <= 1e-3
    assert np.linalg.norm(engine.forces(), axis=1).max() == pytest.approx(largest, rel=1e-6)
    assert engine.potential_energy() < before - 0.5 * PARTICLES
    assert engine.temperature() == 0


def test_engines_follow_the_same_short_trajectory(engine, melt):
    """That of velocity Verlet with forces from all pairs, whichever engines are installed."""
    positions, velocities = verlet(engine.liquid, *melt, engine.liquid.types, 20)
    engine.run(20)
    np.testing.assert_allclose(engine.positions(), positions, atol=1e-9)
    np.testing.assert_allclose(engine.velocities(), velocities, atol=1e-8)
    reference = engines.create("lammps", engine.liquid)
    reference.load(melt[0], engine.liquid.types, melt[1])
    reference.run(100)
    engine.run(80)
    np.testing.assert_allclose(engine.positions(), reference.positions(), atol=1e-9)
    np.testing.assert_allclose(engine.velocities(), reference.velocities(), atol=1e-8)


BAD = {
    "shape": (lambda x, t: (x[:-1], t), "positions has the shape"),
    "nan": (lambda x, t: (np.where(x == x[0, 0], np.nan, x), t), "positions holds"),
    "types": (lambda x, t: (x, t + 1), "use 0 for A and 1 for B"),
    "count": (lambda x, t: (x, t[:-1]), "types has the shape"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_arrays_are_named(engine, melt, kind):
    spoil, named = BAD[kind]
    with pytest.raises(InputError, match=named):
        engine.load(*spoil(melt[0], engine.liquid.types))


@pytest.mark.parametrize("temperature", [0.0, -1.0])
def test_a_thermostat_needs_a_positive_temperature(engine, temperature):
    with pytest.raises(InputError, match="positive"):
        engine.set_thermostat(temperature)


def test_the_state_of_another_liquid_is_refused(engine, engine_name, tmp_path):
    engine.save(tmp_path / "state.h5")
    other = engines.create(engine_name, kob_andersen(600))
    with pytest.raises(InputError, match=r"state\.h5: has 500 particles in a box"):
        other.restore(tmp_path / "state.h5")


def test_a_file_that_is_no_state_is_refused(engine, tmp_path):
    (tmp_path / "state.h5").write_text("hello")
    with pytest.raises(InputError, match=r"state\.h5: not an HDF5 file"):
        engine.restore(tmp_path / "state.h5")


def test_the_state_of_another_density_is_refused(engine, engine_name, tmp_path):
    engine.save(tmp_path / "state.h5")
    other = engines.create(engine_name, kob_andersen(PARTICLES, density=1.1))
    with pytest.raises(InputError, match="belongs to another liquid"):
        other.restore(tmp_path / "state.h5")
    with pytest.raises(InputError, match="belongs to another liquid"):
        state.read_positions(tmp_path / "state.h5", other.liquid)


def test_a_run_that_blows_up_says_what_to_do(melt):
    engine = engines.create("lammps", kob_andersen(PARTICLES), time_step=0.05)
    engine.load(melt[0], engine.liquid.types, 30 * melt[1])
    with pytest.raises(InputError, match=r"LAMMPS stopped at.*lower engine.time_step \(0.05\)"):
        engine.run(5000)


def test_a_folder_with_a_space_is_no_problem(engine, tmp_path, monkeypatch):
    folder = tmp_path / "with space"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    engine.save(folder / "state.h5")
    engine.restore(folder / "state.h5")
    engine.run(1)


def test_an_unknown_engine_is_refused():
    with pytest.raises(InputError, match="'gromacs': choose one of hoomd, lammps"):
        engines.create("gromacs", kob_andersen())


def test_lammps_has_no_gpu():
    with pytest.raises(InputError, match="no device 'gpu'"):
        engines.create("lammps", kob_andersen(), device="gpu")


def test_an_engine_that_is_not_installed_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "hoomd", None)
    with pytest.raises(InputError, match=r"hoomd cannot be loaded.*conda-forge.*lammps"):
        engines.create("hoomd", kob_andersen())
