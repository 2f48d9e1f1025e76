"""Thermal runs and equilibrations: their schedule, their start, and what another length changes."""

import json
import shutil

import gsd.hoomd
import h5py
import numpy as np
import pytest
from direct_sums import vectors_and_distances
from liquid_settings import liquid_settings
from small_melts import counted_steps

from softness.engines.lammps import Lammps
from softness.errors import InputError
from softness.files import tables
from softness.files.history import History
from softness.liquid import Liquid, kob_andersen
from softness.physics import lock
from softness.seeds import stream
from softness.simulate.start import random_start
from softness.simulate.thermal import Schedule, burst_offsets
from softness.stages import equilibrate, thermal

SCHEDULE = Schedule(frame_interval=200, burst_interval=1000, burst_offsets=(0, 2, 5, 200))


def test_bursts_are_log_spaced_from_the_first_to_the_last():
    offsets = burst_offsets(0.01, 1.0, 12, 0.005)
    assert offsets[:2] == (0, 2)
    assert offsets[-1] == 200
    ratios = np.diff(np.log(offsets[6:]))
    assert ratios.std() < 0.1 * ratios.mean()


def test_a_burst_cannot_be_finer_than_a_time_step():
    offsets = burst_offsets(0.005, 0.05, 40, 0.005)
    assert offsets == tuple(range(11))


def test_everything_is_due_once_however_the_run_is_cut():
    whole = SCHEDULE.due(0, 5000)
    assert whole == sorted(set(whole))
    for cut in (1, 200, 777, 1000, 1005, 4999):
        assert SCHEDULE.due(0, cut) + SCHEDULE.due(cut, 5000) == whole


def test_frames_and_bursts_are_where_the_schedule_says():
    due = SCHEDULE.due(0, 2000)
    assert [step for step in due if SCHEDULE.is_frame(step)] == list(range(0, 2000, 200))
    bursts = [step for step in due if SCHEDULE.is_burst(step)]
    assert bursts == [0, 2, 5, 200, 1000, 1002, 1005, 1200]


@pytest.mark.parametrize("particles", [300, 2048])
def test_a_random_start_has_no_overlaps(particles):
    liquid = kob_andersen(particles)
    positions = random_start(liquid, stream(1, "start", 0.0))
    _, distance = vectors_and_distances(positions, liquid.box_length)
    aa, ab, bb = liquid.sigma
    sigma = np.array([[aa, ab], [ab, bb]])[liquid.types[:, None], liquid.types[None, :]]
    assert (distance / sigma).min() >= 0.9


def test_replicas_start_at_different_places():
    liquid = kob_andersen(300)
    first, second = (random_start(liquid, stream(1, "start", 0.0, r)) for r in (0, 1))
    assert np.abs(first - second).mean() > 1
    np.testing.assert_array_equal(first, random_start(liquid, stream(1, "start", 0.0, 0)))


def test_a_liquid_that_is_too_dense_is_refused(monkeypatch):
    monkeypatch.setattr("softness.simulate.start.LARGEST_ITERATIONS", 50)
    dense = Liquid(500, 6.0, ("A", "B"), (0.8, 0.2), (1, 1, 1), (1, 1, 1), "common", 2.0)
    with pytest.raises(InputError, match="density 6"):
        random_start(dense, stream(1, "start", 0.0))


# -- stages: longer and shorter -------------------------------------------------------------------

PARTICLES = 200
COMMON = {
    "engine": {"name": "lammps", "time_step": 0.005, "coupling_time": 0.5},
    "liquid": liquid_settings(PARTICLES, density=1.0),
    "seed": 7,
    "temperature": 1.0,
    "replica": 0,
}
COOLING = {"temperature": 1.5, "melt": 0.5, "quench": 0.5}
EQUILIBRATE = COMMON | {"duration": 4.0, "segment": 1.0, "sample_interval": 0.25}
BURST = {"interval": 1.0, "first": 0.01, "last": 0.4, "frames": 6}
# Segments of 2 tau: 3 tau end in the middle of one.
THERMAL = COMMON | {"duration": 3.0, "segment": 2.0, "frame_interval": 0.25, "burst": BURST}


@pytest.fixture
def steps(monkeypatch):
    """How many time steps have been done since the list was cleared."""
    return counted_steps(monkeypatch, Lammps)


def run_stage(stage, settings, folder, files, inputs=()):
    """Do a job in the folder of its study, beside which simulations are kept."""
    line = ["--settings", json.dumps(settings), "--simulations", str(folder.parent / "runs")]
    line += [part for option, name in files.items() for part in (option, str(folder / name))]
    stage.main(stage.arguments().parse_args([*line, *map(str, inputs)]))
    return [(folder / name).read_bytes() for name in files.values()]


def run_equilibrate(folder, duration, seed_state=None):
    settings = EQUILIBRATE | {"duration": duration} | ({} if seed_state else {"cooling": COOLING})
    inputs = ["--seed-state", seed_state] if seed_state else []
    files = {"--state": "state.h5", "--history": "history.h5"}
    return run_stage(equilibrate, settings, folder, files, inputs)


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    folder = tmp_path_factory.mktemp("start") / "study"
    run_equilibrate(folder, 1.0)
    return folder / "state.h5"


def run_thermal(folder, duration, state, **settings):
    files = {"--trajectory": "trajectory.gsd", "--bursts": "bursts.gsd"}
    settings = THERMAL | {"duration": duration} | settings
    return run_stage(thermal, settings, folder, files, ["--state", state])


@pytest.fixture(scope="module")
def at_once(state, tmp_path_factory):
    """Trajectory and bursts of 3 and of 6 tau."""
    folder = tmp_path_factory.mktemp("at_once")
    return {tau: run_thermal(folder / str(tau) / "study", tau, state) for tau in (3.0, 6.0)}


def steps_of_frames(path):
    with gsd.hoomd.open(path) as file:
        return [frame.configuration.step for frame in file]


def test_a_thermal_run_that_is_made_longer_has_the_bytes_of_the_long_run(
    state, at_once, tmp_path, steps, capsys
):
    study = tmp_path / "study"
    assert run_thermal(study, 3.0, state) == at_once[3.0]
    assert sum(steps) == 600
    assert steps_of_frames(study / "trajectory.gsd") == list(range(0, 600, 50))
    burst = [0, 2, 4, 9, 18, 38, 80]
    in_bursts = [begin + offset for begin in (0, 200, 400) for offset in burst]
    assert steps_of_frames(study / "bursts.gsd") == in_bursts
    steps.clear()
    assert run_thermal(study, 6.0, state) == at_once[6.0]
    # From the last cut, at 2 tau.
    assert sum(steps) == 1200 - 400
    assert "thermal T=1 replica 0: resumes after 400 of 1200 steps" in capsys.readouterr().err


def test_a_thermal_run_that_is_made_shorter_has_the_bytes_of_the_short_run(
    state, at_once, tmp_path, steps
):
    run_thermal(tmp_path / "study", 6.0, state)
    steps.clear()
    for tau in (3.0, 6.0, 3.0):
        assert run_thermal(tmp_path / "study", tau, state) == at_once[tau]
    assert steps == []
    kept = sorted(path.name for path in (tmp_path / "runs" / "thermal").glob("*/finished-*"))
    assert kept == ["finished-000000001200-bursts.gsd", "finished-000000001200-trajectory.gsd"]


def test_a_study_takes_what_another_one_has_run(state, at_once, tmp_path, steps):
    run_thermal(tmp_path / "first", 6.0, state)
    same_state = shutil.copy2(state, tmp_path / "renamed.h5")
    steps.clear()
    assert run_thermal(tmp_path / "second", 6.0, same_state) == at_once[6.0]
    assert run_thermal(tmp_path / "third", 3.0, state) == at_once[3.0]
    assert steps == []
    kept = [(tmp_path / name / "trajectory.gsd").stat() for name in ("first", "second", "third")]
    # Files of their own: the workflow changes the times of results.
    assert len({each.st_ino for each in kept}) == 3
    assert [each.st_nlink for each in kept] == [2, 1, 1]
    pointers = {(tmp_path / name / "current").read_text() for name in ("first", "second", "third")}
    assert len(pointers) == 1


def test_what_made_a_run_does_not_tell_its_length_nor_the_code_but_the_version_of_physics(state):
    with h5py.File(state) as file:
        made_by = json.loads(file.attrs["provenance"])
    assert made_by["code"] == f"physics {lock.versions()['equilibrate']}"
    assert made_by["settings"] == {
        key: value for key, value in EQUILIBRATE.items() if key != "duration"
    } | {"cooling": COOLING}
    assert made_by["inputs"] == {}
    assert made_by["versions"]["lammps"] == Lammps(kob_andersen(300), 0.005, 0.5).version


@pytest.mark.parametrize("change", [{"segment": 1.0}, {"seed": 8}, {"replica": 1}], ids=str)
def test_another_run_is_another_folder(state, tmp_path, steps, change):
    first = run_thermal(tmp_path / "study", 1.0, state)
    steps.clear()
    assert run_thermal(tmp_path / "study", 1.0, state, **change) != first
    assert sum(steps) == 200
    steps.clear()
    assert run_thermal(tmp_path / "study", 1.0, state) == first
    assert steps == []


def test_a_trajectory_that_was_changed_in_place_is_named(state, tmp_path, steps):
    """It is a link to what is kept."""
    run_thermal(tmp_path / "study", 3.0, state)
    with (tmp_path / "study" / "trajectory.gsd").open("r+b") as file:
        file.write(b"changed")
    for tau in (3.0, 1.0, 6.0):
        with pytest.raises(InputError, match=r"finished-0+600-trajectory\.gsd: was changed"):
            run_thermal(tmp_path / "study", tau, state)


def test_an_equilibration_that_is_made_longer_has_the_bytes_of_the_long_one(
    tmp_path, steps, capsys
):
    short = run_equilibrate(tmp_path / "study", 4.0)
    # Melt and quench: 1 tau.
    assert sum(steps) == 1000
    long = run_equilibrate(tmp_path / "study", 8.0)
    assert sum(steps) == 1800
    assert "resumes after 1000 of 1800 steps" in capsys.readouterr().err
    assert run_equilibrate(tmp_path / "study", 4.0) == short
    assert run_equilibrate(tmp_path / "other", 8.0) == long
    assert sum(steps) == 1800
    assert run_equilibrate(tmp_path / "at_once" / "study", 8.0) == long
    history = tables.read(tmp_path / "study" / "history.h5", History)
    np.testing.assert_allclose(history.time, np.arange(0, 4, 0.25))
    np.testing.assert_allclose(history.frame_time, np.arange(5))
    history = tables.read(tmp_path / "other" / "history.h5", History)
    np.testing.assert_allclose(history.time, np.arange(0, 8, 0.25))
    np.testing.assert_allclose(history.frame_time, np.arange(9))


def test_an_equilibration_may_end_within_a_segment(tmp_path, steps):
    odd = run_equilibrate(tmp_path / "study", 1.5)
    long = run_equilibrate(tmp_path / "study", 3.0)
    assert sum(steps) == 200 + 300 + 400
    assert run_equilibrate(tmp_path / "study", 1.5) == odd
    assert sum(steps) == 900
    assert run_equilibrate(tmp_path / "at_once" / "study", 3.0) == long
    assert run_equilibrate(tmp_path / "at_once" / "study", 1.5) == odd


def test_a_shorter_equilibration_does_not_break_a_longer_one_that_is_on_its_way(
    state, tmp_path, monkeypatch
):
    short = run_equilibrate(tmp_path / "study", 1.0, state)
    real = Lammps.save

    def killed(engine, path):
        real(engine, path)
        if path.name == "state-000000000600.h5":
            raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Lammps, "save", killed)
        run_equilibrate(tmp_path / "study", 4.0, state)
    assert run_equilibrate(tmp_path / "study", 1.0, state) == short
    long = run_equilibrate(tmp_path / "study", 4.0, state)
    assert run_equilibrate(tmp_path / "at_once" / "study", 4.0, state) == long
