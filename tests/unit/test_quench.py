"""Inherent states: minima of the energy, of single frames and of the runs of a snapshot."""

import json
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from direct_sums import vectors_and_distances
from kills import Killed, killed_after
from liquid_settings import liquid_settings
from small_melts import frames_on_cooling

from softness import engines
from softness.engines.batch import BatchOfOne
from softness.errors import InputError
from softness.files import tables
from softness.files.frames import Frame, write_segment
from softness.files.records.inherent import InherentPropensity, merged
from softness.files.records.quenched import Quenched
from softness.files.snapshot import unwrapped_frames
from softness.files.states import States
from softness.liquid import kob_andersen
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate import inherent_propensity
from softness.simulate import quench as module
from softness.simulate.deadline import Deadline
from softness.simulate.inherent_propensity import InherentRuns, run_inherent, whole_steps
from softness.simulate.isoconfigurational import Ensemble, RunProtocol
from softness.simulate.settings import RunSettings
from softness.stages import inherent_propensity as propensity_stage
from softness.stages import quench as quench_stage

PARTICLES = 250
LIQUID = kob_andersen(PARTICLES)
TOLERANCE = 1e-4
# Of runs, where many quenches are needed and none has to be good.
COARSE = 1e-2
TEMPERATURE = 0.6


@pytest.fixture(scope="module")
def frames():
    """(4, N, 3) positions of a supercooled liquid, half a tau apart, far outside the box."""
    return frames_on_cooling(LIQUID, TEMPERATURE)


@pytest.fixture(scope="module")
def minimum(frames):
    """Positions of an inherent state, to more digits than the tests ask for."""
    return quench(engines.create("lammps", LIQUID), frames[0], LIQUID.types, 1e-7).positions


def quench(engine, positions, types, tolerance):
    """One configuration by one engine."""
    np.testing.assert_array_equal(types, engine.liquid.types)
    return module.quench(BatchOfOne(engine), [positions], tolerance)[0]


def shaken(positions):
    """Positions moved by so little that no pair crosses the cut-off, which splits basins."""
    return positions + np.random.default_rng(3).normal(scale=1e-6, size=positions.shape)


# -- one configuration ----------------------------------------------------------------------------


def test_a_quench_ends_in_a_minimum(engine_name, frames):
    engine = engines.create(engine_name, LIQUID)
    engine.load(frames[0], LIQUID.types)
    before = engine.potential_energy() / PARTICLES
    state = quench(engine, frames[0], LIQUID.types, TOLERANCE)
    assert state.converged
    assert state.largest_force <= TOLERANCE
    forces = np.linalg.norm(engine.forces(), axis=1)
    assert forces.max() == pytest.approx(state.largest_force, rel=1e-6)
    assert state.energy == engine.potential_energy() / PARTICLES < before - 0.3
    # Particles only fall from where they vibrate; the centre of mass stays.
    moved = state.positions - frames[0]
    assert 0.02 < np.linalg.norm(moved, axis=1).mean() < 0.4
    np.testing.assert_allclose(moved.mean(axis=0), 0, atol=1e-9)
    # A little away from it the energy is higher in every direction.
    generator = np.random.default_rng(1)
    for _ in range(5):
        away = 0.01 * generator.normal(size=frames[0].shape)
        engine.load(state.positions + away, LIQUID.types)
        assert engine.potential_energy() / PARTICLES > state.energy


def test_engines_agree_on_a_minimum(engine_name, minimum):
    """From so near that there is one minimum only."""
    state = quench(engines.create(engine_name, LIQUID), shaken(minimum), LIQUID.types, 1e-7)
    assert state.converged
    reference = engines.create("lammps", LIQUID)
    reference.load(minimum, LIQUID.types)
    assert state.energy == pytest.approx(reference.potential_energy() / PARTICLES, abs=1e-10)
    moved = state.positions - minimum
    np.testing.assert_allclose(moved - moved.mean(axis=0), 0, atol=1e-6)


def test_an_inherent_state_is_unwrapped_as_its_configuration_is(engine_name, minimum):
    images = np.random.default_rng(2).integers(-3, 4, size=minimum.shape)
    far = shaken(minimum) + images * LIQUID.box_length
    engine = engines.create(engine_name, LIQUID)
    near = quench(engine, shaken(minimum), LIQUID.types, 1e-7)
    moved = quench(engine, far, LIQUID.types, 1e-7).positions - near.positions
    np.testing.assert_allclose(moved, images * LIQUID.box_length, atol=1e-6)


def test_a_quench_is_the_same_each_time_whatever_was_before(engine_name, frames):
    engine = engines.create(engine_name, LIQUID)
    first = quench(engine, frames[0], LIQUID.types, TOLERANCE)
    engine.set_thermostat(1.0)
    engine.run(50)
    again = quench(engine, frames[0], LIQUID.types, TOLERANCE)
    np.testing.assert_array_equal(again.positions, first.positions)
    assert again.energy == first.energy


def test_a_run_after_a_minimisation_begins_without_a_past(engine_name, frames, tmp_path):
    """Velocities, the thermostat's own momenta and the time step of FIRE are gone."""
    velocities = maxwell_boltzmann(stream(1, "velocities", 1.0), PARTICLES, 1.0)
    engine = engines.create(engine_name, LIQUID)
    engine.load(frames[0], LIQUID.types, velocities)
    engine.set_thermostat(1.0)
    engine.run(200)
    engine.save(tmp_path / "state.h5")
    engine.restore(tmp_path / "state.h5")
    engine.minimise(TOLERANCE)
    assert engine.temperature() == 0
    positions = engine.positions()
    engine.set_velocities(velocities)
    engine.run(20)
    fresh = engines.create(engine_name, LIQUID)
    fresh.load(positions, LIQUID.types, velocities)
    fresh.set_thermostat(1.0)
    fresh.reset_thermostat()
    fresh.run(20)
    np.testing.assert_allclose(engine.positions(), fresh.positions(), atol=1e-9)
    np.testing.assert_allclose(engine.velocities(), fresh.velocities(), atol=1e-8)


def test_the_jump_of_the_force_at_the_cutoff_stops_no_quench(engine_name, frames):
    """The energy has a ridge there, not a valley: forces become as small as one likes."""
    state = quench(engines.create(engine_name, LIQUID), frames[1], LIQUID.types, 1e-8)
    assert state.converged
    _, distance = vectors_and_distances(state.positions, LIQUID.box_length)
    # Its jump would be 0.04: many pairs are near it, none on it.
    assert np.count_nonzero(np.abs(distance - 2.5) < 0.01) > 50
    assert np.abs(distance - 2.5).min() > 1e-9


def test_a_minimiser_that_gives_up_is_no_error(engine_name, frames, monkeypatch):
    monkeypatch.setattr(f"softness.engines.{engine_name}.MINIMISER_STEPS", 5)
    state = quench(engines.create(engine_name, LIQUID), frames[0], LIQUID.types, 1e-12)
    assert not state.converged
    assert state.largest_force > 1e-12


@pytest.mark.parametrize("tolerance", [0.0, -1e-4])
def test_a_tolerance_is_positive(tolerance, frames):
    with pytest.raises(InputError, match=r"force_tolerance = .*give a positive number"):
        module.quench(None, frames[:1], tolerance)


def test_an_energy_that_is_no_number_is_refused(frames):
    lost = SimpleNamespace(
        load=lambda *state: None,
        minimise=lambda tolerance: np.array([float("nan")]),
        potential_energy=lambda: np.array([float("inf")]),
        liquid=LIQUID,
        runs=1,
    )
    with pytest.raises(InputError, match="particles overlap at a start"):
        module.quench(lost, frames[:1], TOLERANCE)


# -- frames of a trajectory -----------------------------------------------------------------------

COMMON = {
    "engine": {"name": "lammps", "time_step": 0.005, "coupling_time": 0.5},
    "liquid": liquid_settings(PARTICLES),
    "seed": 7,
    "temperature": TEMPERATURE,
    "replica": 1,
    "force_tolerance": TOLERANCE,
}
QUENCH = COMMON | {"frames": [0, 2, 3]}
PROPENSITY = COMMON | {
    "force_tolerance": COARSE,
    "snapshot": 4,
    "frame": 1,
    "runs": [0, 3],
    "times": [0.05, 0.16, 0.5],
}


@pytest.fixture
def trajectory(frames, tmp_path):
    """Some particles are images away, in later frames by one more."""
    path = tmp_path / "trajectory.gsd"
    length = LIQUID.box_length
    series = [Frame(100 * n, positions + 5 * length) for n, positions in enumerate(frames)]
    write_segment(path, series, LIQUID.types, length)
    return path


def run_stage(stage, settings, trajectory, folder, study="study"):
    """Do a job in the folder of a study; simulations are kept beside it."""
    folder, kept = folder / study, folder / "kept"
    line = ["--settings", json.dumps(settings), "--trajectory", str(trajectory)]
    line += ["--output", str(folder / "output.h5"), "--simulations", str(kept)]
    line += ["--states", str(folder / "states.gsd")] if stage is quench_stage else []
    stage.main(stage.arguments().parse_args(line))
    return b"".join(path.read_bytes() for path in sorted(folder.glob("*.*")))


def test_displacements_between_inherent_states_of_a_run_have_a_meaning(
    trajectory, frames, tmp_path
):
    run_stage(quench_stage, QUENCH, trajectory, tmp_path)
    found = tables.read(tmp_path / "study" / "output.h5", Quenched)
    assert found.frame.tolist() == [0, 2, 3]
    assert found.converged.all()
    assert (found.largest_force <= TOLERANCE).all()
    with States(tmp_path / "study" / "states.gsd") as states:
        assert states.times().tolist() == [0.0, 1.0, 1.5]
        positions = np.array([states.positions(number) for number in range(3)])
    moved = positions - frames[[0, 2, 3]] - 5 * LIQUID.box_length
    # From half a tau to the next nobody leaves the box, though some cross its faces.
    assert np.linalg.norm(moved, axis=2).max() < 1.5
    assert np.linalg.norm(positions[2] - positions[0], axis=1).max() < 3
    engine = engines.create("lammps", LIQUID)
    engine.load(positions[1], LIQUID.types)
    energy = engine.potential_energy() / PARTICLES
    assert found.energy[1] == pytest.approx(energy, abs=1e-8)


def test_quenches_that_are_killed_go_on_and_end_with_the_same_bytes(
    trajectory, tmp_path, monkeypatch, capsys
):
    whole = run_stage(quench_stage, QUENCH, trajectory, tmp_path)
    for quenches in (1, 0, 1):
        with monkeypatch.context() as patched, pytest.raises(Killed):
            killed_after(patched, module, "quench", quenches)
            run_stage(quench_stage, QUENCH, trajectory, tmp_path / "killed")
    with monkeypatch.context() as patched:
        begun = killed_after(patched, module, "quench", 3)
        assert run_stage(quench_stage, QUENCH, trajectory, tmp_path / "killed") == whole
    assert len(begun) == 1
    told = capsys.readouterr().err
    assert "quench T=0.6 replica 1: resumes after 2 of 3 quenches" in told
    assert "quench T=0.6 replica 1: 3 of 3 quenches (100%)" in told
    killed_after(monkeypatch, module, "quench", 0)
    (tmp_path / "killed" / "study" / "output.h5").unlink()
    assert run_stage(quench_stage, QUENCH, trajectory, tmp_path / "killed") == whole


LANES = {"engine": COMMON["engine"] | {"name": "lanes"}}


@pytest.mark.parametrize("at_once", [1, 3, 16])
def test_in_lanes_the_bytes_depend_on_no_company(trajectory, tmp_path, monkeypatch, at_once):
    settings = QUENCH | LANES | {"frames": [0, 1, 2, 3]}
    whole = run_stage(quench_stage, settings, trajectory, tmp_path)
    monkeypatch.setattr(engines, "RUNS_OF_LANES", at_once)
    # One of them first, then all: three are left, as many at once as that.
    run_stage(quench_stage, settings | {"frames": [2]}, trajectory, tmp_path / "again")
    begun = killed_after(monkeypatch, module, "quench", 4)
    assert run_stage(quench_stage, settings, trajectory, tmp_path / "again") == whole
    assert [len(configurations) for _, configurations, _ in begun] == {1: [1] * 3}.get(at_once, [3])


def test_minima_in_lanes_are_those_of_lammps(trajectory, tmp_path):
    tables_of = []
    for name, settings in (("lanes", QUENCH | LANES), ("lammps", QUENCH)):
        run_stage(quench_stage, settings, trajectory, tmp_path, name)
        tables_of.append(tables.read(tmp_path / name / "output.h5", Quenched))
    assert all(found.converged.all() for found in tables_of)
    # Where a saddle is near another one may be found: seldom.
    same = np.abs(tables_of[0].energy - tables_of[1].energy) < 1e-6
    assert np.count_nonzero(same) >= 2


def test_more_frames_are_only_those_that_were_not_quenched(trajectory, tmp_path, monkeypatch):
    first, second, third = (QUENCH | {"frames": frames} for frames in ([2], [2, 3], [3]))
    one = run_stage(quench_stage, first, trajectory, tmp_path)
    with monkeypatch.context() as patched:
        begun = killed_after(patched, module, "quench", 1)
        two = run_stage(quench_stage, second, trajectory, tmp_path)
        assert len(begun) == 1
        # Fewer again, and of another study: none.
        assert run_stage(quench_stage, first, trajectory, tmp_path) == one
        assert run_stage(quench_stage, second, trajectory, tmp_path, "other") == two
        run_stage(quench_stage, third, trajectory, tmp_path, "third")
        assert len(begun) == 1
    assert run_stage(quench_stage, second, trajectory, tmp_path / "at_once") == two
    assert tables.read(tmp_path / "third" / "output.h5", Quenched).frame.tolist() == [3]


def test_a_configuration_is_quenched_once_whatever_its_number(
    trajectory, frames, tmp_path, monkeypatch
):
    run_stage(quench_stage, QUENCH, trajectory, tmp_path)
    length = LIQUID.box_length
    dense = [Frame(50 * n, frames[n // 2] + 5 * length) for n in range(8)]
    write_segment(tmp_path / "dense.gsd", dense, LIQUID.types, length)
    begun = killed_after(monkeypatch, module, "quench", 1)
    settings = QUENCH | {"frames": [0, 1, 2, 7]}
    run_stage(quench_stage, settings, tmp_path / "dense.gsd", tmp_path, "dense")
    assert len(begun) == 1


def test_another_tolerance_is_another_folder(trajectory, tmp_path):
    coarse = QUENCH | {"frames": [0], "force_tolerance": COARSE}
    run_stage(quench_stage, QUENCH | {"frames": [0]}, trajectory, tmp_path)
    run_stage(quench_stage, coarse, trajectory, tmp_path)
    assert (
        TOLERANCE < tables.read(tmp_path / "study" / "output.h5", Quenched).largest_force <= COARSE
    )


def test_quenches_above_the_tolerance_are_said(trajectory, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("softness.engines.lammps.MINIMISER_STEPS", 5)
    run_stage(quench_stage, QUENCH, trajectory, tmp_path)
    assert "3 of 3 minimisations ended above the force tolerance 0.0001" in capsys.readouterr().err
    assert not tables.read(tmp_path / "study" / "output.h5", Quenched).converged.any()


def test_frames_are_read_as_they_were_written(trajectory, frames):
    found = list(unwrapped_frames(trajectory, [3, 0], LIQUID))
    np.testing.assert_allclose(found, frames[[3, 0]] + 5 * LIQUID.box_length, atol=1e-6)


def test_a_trajectory_that_does_not_fit_is_named(trajectory, tmp_path):
    with pytest.raises(InputError, match=r"trajectory\.gsd: has no frame 4: its frames are 0 to 3"):
        next(unwrapped_frames(trajectory, [0, 4], LIQUID))
    with pytest.raises(InputError, match=r"has 250 particles in a box of 5\.92.*another liquid"):
        next(unwrapped_frames(trajectory, [0], kob_andersen(600)))
    with pytest.raises(InputError, match=r"none\.gsd: no such file"):
        next(unwrapped_frames(tmp_path / "none.gsd", [0], LIQUID))
    (tmp_path / "damaged.gsd").write_bytes(trajectory.read_bytes()[:3000])
    with pytest.raises(InputError, match=r"damaged\.gsd: damaged"):
        list(unwrapped_frames(tmp_path / "damaged.gsd", [0, 3], LIQUID))


# -- runs of a snapshot ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def runs(frames):
    run = RunSettings(LIQUID, "lammps", 0.005, 0.5, 7, TEMPERATURE, 1)
    return InherentRuns(run, frames[1], 4, 0, 4, (10, 32, 100), COARSE)


def done(folder, runs):
    batch, quencher = (runs.run.create_batch("cpu") for _ in range(2))
    return run_inherent(folder, batch, quencher, runs, Deadline())


@pytest.fixture(scope="module")
def whole(runs, tmp_path_factory):
    return done(tmp_path_factory.mktemp("whole"), runs)


def same(first, second):
    return all(np.array_equal(values, vars(second)[name]) for name, values in vars(first).items())


def test_times_are_whole_steps_that_rise():
    assert whole_steps([0.1, 1.0, 100.0], 0.005) == (20, 200, 20000)
    for times in ([1.0, 0.5], [0.5, 0.5], [0.0, 0.5], []):
        with pytest.raises(InputError, match=r"times = .*give rising ones"):
            whole_steps(times, 0.005)


def test_each_kind_of_runs_has_velocities_of_its_own(runs):
    """So that they are samples of their own; each is the same however often it is drawn."""
    ensemble = Ensemble(runs.run, RunProtocol(10, 14, 2, 4, 0.05), runs.positions, 4)
    for number in (0, 5):
        own = runs.velocities(number)
        np.testing.assert_array_equal(own, runs.velocities(number))
        assert np.abs(own - ensemble.velocities(number)).max() > 0.1
        expected = stream(7, "inherent_propensity", TEMPERATURE, 4, number)
        np.testing.assert_array_equal(own, maxwell_boltzmann(expected, PARTICLES, TEMPERATURE))
    assert np.abs(runs.velocities(0) - runs.velocities(1)).max() > 0.1


def test_snapshots_of_replicas_have_numbers_of_their_own(runs):
    found = InherentRuns.from_settings(runs.run, runs.positions, PROPENSITY)
    assert found.snapshot == 1_000_004
    assert found.steps == runs.steps


def distances(moved):
    """(times, A) sizes of displacements without the drift of all particles."""
    return np.linalg.norm((moved - moved.mean(axis=1, keepdims=True))[:, LIQUID.types == 0], axis=2)


def test_sums_are_those_of_the_runs(runs, whole):
    """By brute force: each run again, without a second engine."""
    engine = runs.run.create_engine("cpu")
    origin = quench(engine, runs.positions, LIQUID.types, COARSE).positions
    sizes, thermal = [], []
    for number in range(4):
        engine.load(runs.positions, LIQUID.types, runs.velocities(number))
        engine.set_thermostat(TEMPERATURE)
        engine.reset_thermostat()
        way = []
        for steps in (10, 22, 68):
            engine.run(steps)
            way.append(engine.positions())
        states = [quench(engine, one, LIQUID.types, COARSE).positions for one in way]
        sizes.append(distances(np.array(states) - origin))
        thermal.append(distances(np.array(way) - runs.positions))
    halves, of_thermal = (np.array([each[0::2], each[1::2]]) for each in (sizes, thermal))
    assert whole.runs.tolist() == [0, 1, 2, 3]
    assert whole.runs_of_halves().tolist() == [2, 2]
    np.testing.assert_allclose(whole.time, [0.05, 0.16, 0.5])
    np.testing.assert_allclose(whole.mean(), halves.mean(axis=1), atol=1e-6)
    np.testing.assert_allclose(whole.variance(), halves.var(axis=1, ddof=1), atol=1e-5)
    np.testing.assert_allclose(whole.mean("thermal"), of_thermal.mean(axis=1), atol=1e-6)
    np.testing.assert_allclose(whole.variance("thermal"), of_thermal.var(axis=1, ddof=1), atol=1e-5)
    np.testing.assert_allclose(whole.propensity("thermal"), of_thermal.mean(axis=(0, 1)), atol=1e-6)
    assert (whole.mean() > 0).all()
    with pytest.raises(InputError, match="no sums of molten positions"):
        whole.mean("molten")
    assert (whole.largest_force <= COARSE).all()
    assert whole.unconverged.tolist() == [0, 0, 0]


def test_a_snapshot_without_an_inherent_state_of_its_own_has_no_propensity(runs, tmp_path):
    """All displacements are from it, so none of its runs counts as converged."""
    done(tmp_path, runs)
    with h5py.File(tmp_path / inherent_propensity.ORIGIN, "r+") as file:
        energy, largest, _ = file["numbers"][()]
        file["numbers"][:] = energy, largest, 0
    again = done(tmp_path, runs)
    assert again.unconverged.tolist() == [len(again.runs)] * len(again.time)


def test_parts_add_up_to_the_whole_in_any_order(runs, whole, tmp_path):
    parts = [
        done(tmp_path / f"part{first}", replace(runs, first=first, last=last))
        for first, last in ((1, 4), (0, 1))
    ]
    assert same(merged(parts, ["second", "first"]), whole)
    # One run, of the even half.
    assert np.isnan(parts[1].mean()[1]).all()
    assert np.isnan(parts[1].variance()).all()


@pytest.mark.parametrize("at_once", [2, 16])
def test_in_lanes_sums_are_equal_in_whatever_blocks(runs, tmp_path, monkeypatch, at_once):
    in_lanes = replace(runs, run=replace(runs.run, engine="lanes"))
    whole = done(tmp_path / "whole", in_lanes)
    monkeypatch.setattr(engines, "RUNS_OF_LANES", at_once)
    blocks = ((3, 4), (0, 3))
    parts = [
        done(tmp_path / "parts", replace(in_lanes, first=first, last=last))
        for first, last in blocks
    ]
    assert same(merged(parts, "ab"), whole)
    for number in range(4):
        kept = [
            inherent_propensity.run_path(tmp_path / name, number) for name in ("whole", "parts")
        ]
        assert kept[0].read_bytes() == kept[1].read_bytes()


def test_runs_in_lanes_are_those_of_lammps_for_a_while(runs, whole, tmp_path):
    """After half a tau they are still together, and so are most of their inherent states."""
    found = done(tmp_path, replace(runs, run=replace(runs.run, engine="lanes")))
    apart = np.abs(found.mean("thermal") - whole.mean("thermal"))
    assert apart.max() < 1e-3
    assert np.median(np.abs(found.mean() - whole.mean())) < 1e-3
    assert found.unconverged.tolist() == [0, 0, 0]


def test_parts_that_do_not_fit_are_named(whole):
    with pytest.raises(InputError, match=r"a, b: run 0 counts twice"):
        merged([whole, whole], ["a", "b"])
    with pytest.raises(InputError, match="b: has a different snapshot from a"):
        merged([whole, replace(whole, snapshot=np.array(5))], ["a", "b"])
    with pytest.raises(InputError, match="no parts"):
        merged([], [])


def test_runs_that_are_killed_go_on_and_end_with_the_same_bytes(trajectory, tmp_path, monkeypatch):
    whole = run_stage(propensity_stage, PROPENSITY, trajectory, tmp_path)
    found = tables.read(tmp_path / "study" / "output.h5", InherentPropensity)
    assert found.runs.tolist() == [0, 1, 2]
    # The snapshot and three times in each run.
    for quenches in (0, 2, 5):
        with monkeypatch.context() as patched, pytest.raises(Killed):
            killed_after(patched, inherent_propensity, "quench", quenches)
            run_stage(propensity_stage, PROPENSITY, trajectory, tmp_path / "killed")
    with monkeypatch.context() as patched:
        begun = killed_after(patched, inherent_propensity, "quench", 10)
        assert run_stage(propensity_stage, PROPENSITY, trajectory, tmp_path / "killed") == whole
    assert len(begun) == 6
    killed_after(monkeypatch, inherent_propensity, "quench", 0)
    (tmp_path / "killed" / "study" / "output.h5").unlink()
    assert run_stage(propensity_stage, PROPENSITY, trajectory, tmp_path / "killed") == whole


def test_more_runs_are_only_those_that_were_not_done(trajectory, tmp_path, monkeypatch, capsys):
    two, three, last = (PROPENSITY | {"runs": numbers} for numbers in ([0, 2], [0, 3], [2, 3]))
    fewer = run_stage(propensity_stage, two, trajectory, tmp_path)
    with monkeypatch.context() as patched:
        # Three times of one run; the snapshot itself was quenched.
        begun = killed_after(patched, inherent_propensity, "quench", 3)
        more = run_stage(propensity_stage, three, trajectory, tmp_path)
        assert len(begun) == 3
        assert "replica 1 snapshot 4: resumes after 200 of 300 steps" in capsys.readouterr().err
        assert run_stage(propensity_stage, two, trajectory, tmp_path) == fewer
        assert run_stage(propensity_stage, three, trajectory, tmp_path, "other") == more
        run_stage(propensity_stage, last, trajectory, tmp_path, "last")
        assert len(begun) == 3
    assert run_stage(propensity_stage, three, trajectory, tmp_path / "at_once") == more
    assert tables.read(tmp_path / "last" / "output.h5", InherentPropensity).runs.tolist() == [2]


def done_with_others(folder, runs, others):
    """Sums of some runs that start when others do, in processes of their own; and the quenches."""
    with pytest.MonkeyPatch.context() as patched:
        begun = killed_after(patched, inherent_propensity, "quench", 100)
        runs.run.create_batch("cpu")
        (folder / f"ready{runs.first}").touch()
        while len(list(folder.glob("ready*"))) < others:
            time.sleep(0.001)
        return done(folder, runs), len(begun)


def test_blocks_of_a_snapshot_may_be_done_at_once(runs, whole, tmp_path):
    """All need the inherent state of the snapshot: one of them makes it."""
    blocks = [replace(runs, last=2), replace(runs, first=2)]
    with ProcessPoolExecutor(2, get_context("spawn")) as processes:
        found = list(processes.map(done_with_others, [tmp_path] * 2, blocks, [2, 2]))
    parts, quenches = zip(*found, strict=True)
    assert same(merged(parts, "ab"), whole)
    assert sorted(quenches) == [6, 7]


def test_runs_are_given_as_the_first_and_the_one_after_the_last(trajectory, tmp_path):
    with pytest.raises(InputError, match=r"runs = \[3, 3\]: give the first"):
        run_stage(propensity_stage, PROPENSITY | {"runs": [3, 3]}, trajectory, tmp_path)
