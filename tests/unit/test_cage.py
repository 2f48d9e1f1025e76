"""Cages: mean positions over short runs, kept by the configuration that they are of."""

import json

import numpy as np
import pytest
from kills import Killed, killed_after
from liquid_settings import liquid_settings
from small_melts import frames_on_cooling

from softness import engines
from softness.errors import InputError
from softness.files.frames import Frame, write_frames, write_segment
from softness.files.snapshot import unwrapped_frames
from softness.files.states import States
from softness.liquid import kob_andersen
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate import cage as module
from softness.simulate.cage import CageRuns, cage
from softness.simulate.identity import digest_of_arrays
from softness.simulate.isoconfigurational import Ensemble, RunProtocol
from softness.simulate.settings import RunSettings
from softness.simulate.store import CURRENT
from softness.stages import cage as stage

PARTICLES = 250
LIQUID = kob_andersen(PARTICLES)
TEMPERATURE = 0.6
SETTINGS = {
    "engine": {"name": "lammps", "time_step": 0.005, "coupling_time": 0.5},
    "liquid": liquid_settings(PARTICLES),
    "seed": 7,
    "temperature": TEMPERATURE,
    "replica": 1,
    "frames": [0, 2, 3],
    "runs": 3,
    "start": 0.2,
    "duration": 0.5,
    "frame_interval": 0.1,
}
LANES = SETTINGS["engine"] | {"name": "lanes"}
# The largest error by rounding to whole units.
ROUNDED = 5e-7


@pytest.fixture(scope="module")
def frames():
    """(4, N, 3) positions of a supercooled liquid, half a tau apart, some boxes away."""
    return frames_on_cooling(LIQUID, TEMPERATURE) + 5 * LIQUID.box_length


def runs_of(**changes):
    settings = SETTINGS | changes
    return CageRuns.from_settings(RunSettings.from_settings(settings), settings)


def found_by(batch, positions, **changes):
    return cage(batch, runs_of(**changes), positions)


@pytest.fixture(scope="module")
def one_by_one():
    return engines.create_batch("lammps", LIQUID, 1)


@pytest.fixture(scope="module")
def trajectory(frames, tmp_path_factory):
    path = tmp_path_factory.mktemp("thermal") / "trajectory.gsd"
    series = [Frame(100 * n, positions) for n, positions in enumerate(frames)]
    write_segment(path, series, LIQUID.types, LIQUID.box_length)
    return path


def run_stage(trajectory, folder, study="study", **changes):
    """Do a job in the folder of a study; simulations are kept beside it."""
    output = folder / study / "T0.6" / "replica1.gsd"
    line = ["--settings", json.dumps(SETTINGS | changes), "--trajectory", str(trajectory)]
    line += ["--output", str(output), "--simulations", str(folder / "kept")]
    stage.main(stage.arguments().parse_args(line))
    return output.read_bytes()


# -- one configuration ----------------------------------------------------------------------------


def test_frames_are_those_of_the_window():
    runs = runs_of()
    assert (runs.start, runs.frame_interval, runs.frames) == (40, 20, 4)
    assert runs.steps == 3 * 100
    assert runs_of(start=0.5).frames == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"runs": 0}, "runs = 0: give 1 or more"),
        ({"start": 0.001}, "a time step"),
        ({"frame_interval": 0.001}, "a time step"),
        ({"duration": 0.1}, "later than start"),
        ({"duration": 0.45}, "a whole number of frame intervals later"),
    ],
)
def test_settings_without_runs_or_frames_are_refused(changes, said):
    with pytest.raises(InputError, match=said):
        runs_of(**changes)


def test_a_cage_is_the_mean_of_its_runs(engine_name, frames):
    """By brute force: an engine that is stepped by hand."""
    engine = engines.create(engine_name, LIQUID)
    runs, seen = runs_of(), []
    for number in range(3):
        key = int(digest_of_arrays({"positions": frames[0]}), base=16)
        drawn = stream(7, "cage", TEMPERATURE, key, number)
        velocities = maxwell_boltzmann(drawn, PARTICLES, TEMPERATURE)
        np.testing.assert_array_equal(runs.velocities(frames[0], number), velocities)
        engine.load(frames[0], LIQUID.types, velocities)
        engine.set_thermostat(TEMPERATURE)
        engine.reset_thermostat()
        for steps in (40, 20, 20, 20):
            engine.run(steps)
            seen.append(engine.positions())
    found = found_by(engines.create_batch(engine_name, LIQUID, 1), frames[0])
    np.testing.assert_allclose(found, np.mean(seen, axis=0), rtol=0, atol=ROUNDED)
    assert np.abs(np.mean(seen, axis=0) - frames[0]).max() > 0.05


def test_bits_do_not_depend_on_how_many_runs_are_done_at_once(frames):
    """Whether the last batch is full or not."""
    batches = [engines.create_batch("lanes", LIQUID, number) for number in (1, 3, 4, 16)]
    first, *others = [found_by(batch, frames[1], engine=LANES, runs=5) for batch in batches]
    for other in others:
        np.testing.assert_array_equal(other, first)
    again = found_by(batches[1], frames[1], engine=LANES, runs=5)
    np.testing.assert_array_equal(again, first)


def test_engines_agree_as_long_as_their_runs_do(frames, one_by_one):
    lanes = engines.create_batch("lanes", LIQUID, 16)
    np.testing.assert_allclose(
        found_by(lanes, frames[0], engine=LANES), found_by(one_by_one, frames[0]), atol=1e-4
    )


@pytest.mark.parametrize("name", ["lammps", "lanes"])
def test_the_centre_of_mass_stays(name, frames):
    batch = engines.create_batch(name, LIQUID, engines.runs_at_once(name))
    moved = found_by(batch, frames[2], duration=2.0, runs=4) - frames[2]
    assert np.abs(moved.mean(axis=0)).max() < 1e-6


def test_frames_of_one_basin_have_nearly_the_same_cage(frames):
    """Half a tau apart, particles have vibrated and hardly any has left its cage."""
    batch = engines.create_batch("lanes", LIQUID, 16)
    window = {"engine": LANES, "runs": 16, "start": 0.5, "duration": 2.0}
    cages = [found_by(batch, positions, **window) for positions in frames[:2]]

    def apart(pair):
        return np.median(np.linalg.norm(pair[1] - pair[0], axis=1))

    assert apart(cages) < 0.5 * apart(frames)


def test_velocities_are_of_no_other_ensemble(frames):
    runs = runs_of()
    protocol = RunProtocol(10, 14, 2, 4, 0.05)
    ensemble = Ensemble(runs.run, protocol, frames[0], snapshot=0)
    own = runs.velocities(frames[0], 0)
    assert np.abs(own - ensemble.velocities(0)).max() > 0.1
    assert np.abs(own - runs.velocities(frames[0], 1)).max() > 0.1
    assert np.abs(own - runs.velocities(frames[1], 0)).max() > 0.1
    np.testing.assert_allclose(own.mean(axis=0), 0, atol=1e-15)


# -- frames of a trajectory -----------------------------------------------------------------------


def test_a_state_file_has_the_cage_of_each_frame_at_its_time(trajectory, tmp_path, one_by_one):
    run_stage(trajectory, tmp_path)
    folder = tmp_path / "study" / "T0.6"
    starts = unwrapped_frames(trajectory, SETTINGS["frames"], LIQUID)
    with States(folder / "replica1.gsd") as states:
        np.testing.assert_allclose(states.times(), [0.0, 1.0, 1.5])
        assert states.box_length == LIQUID.box_length
        assert json.loads(states.provenance)["stage"] == "cage"
        assert "frames" not in json.loads(states.provenance)["settings"]
        for time, start in zip((0.0, 1.0, 1.5), starts, strict=True):
            found = states.at(time)
            np.testing.assert_allclose(found, found_by(one_by_one, start), rtol=0, atol=1e-6)
            # Unwrapped as the frame is, whose particles are five boxes away.
            assert np.linalg.norm(found - start, axis=1).max() < 1
        with pytest.raises(InputError, match=r"has no state of the frame at 0\.5 tau"):
            states.at(0.5)
    # Other replicas have theirs in the same folder, and pointers of their own.
    assert (folder / "replica1" / CURRENT).is_file()


def test_more_frames_are_only_those_whose_cages_were_not_found(trajectory, tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        begun = killed_after(patched, module, "cage", 3)
        one = run_stage(trajectory, tmp_path, frames=[2])
        all_of_them = run_stage(trajectory, tmp_path, frames=[0, 2, 3])
        assert len(begun) == 3
        # Fewer again, and of another study: none.
        assert run_stage(trajectory, tmp_path, frames=[2]) == one
        assert run_stage(trajectory, tmp_path, "other") == all_of_them
        # In order of time, whatever the order asked for.
        assert run_stage(trajectory, tmp_path, "order", frames=[3, 0, 2]) == all_of_them
    assert run_stage(trajectory, tmp_path / "at_once") == all_of_them


def test_a_cage_is_found_once_whatever_the_number_of_its_frame(
    trajectory, frames, tmp_path, monkeypatch
):
    run_stage(trajectory, tmp_path)
    dense = [Frame(50 * n, frames[n // 2]) for n in range(8)]
    write_segment(tmp_path / "dense.gsd", dense, LIQUID.types, LIQUID.box_length)
    begun = killed_after(monkeypatch, module, "cage", 1)
    run_stage(tmp_path / "dense.gsd", tmp_path, "dense", frames=[0, 1, 2, 7])
    assert len(begun) == 1
    with States(tmp_path / "dense" / "T0.6" / "replica1.gsd") as states:
        np.testing.assert_array_equal(states.at(0.25), states.at(0.0))


def test_jobs_that_are_killed_go_on_and_end_with_the_same_bytes(
    trajectory, tmp_path, monkeypatch, capsys
):
    whole = run_stage(trajectory, tmp_path)
    for cages in (1, 0, 1):
        with monkeypatch.context() as patched, pytest.raises(Killed):
            killed_after(patched, module, "cage", cages)
            run_stage(trajectory, tmp_path / "killed")
    with monkeypatch.context() as patched:
        begun = killed_after(patched, module, "cage", 3)
        assert run_stage(trajectory, tmp_path / "killed") == whole
    assert len(begun) == 1
    told = capsys.readouterr().err
    assert "cage T=0.6 replica 1: resumes after 600 of 900 steps" in told
    assert "cage T=0.6 replica 1: 900 of 900 steps (100%)" in told


def test_a_kill_while_the_result_is_written_leaves_none(trajectory, tmp_path, monkeypatch):
    whole = run_stage(trajectory, tmp_path)
    output = tmp_path / "killed" / "study" / "T0.6" / "replica1.gsd"

    def half_written(path, states, header):
        write_frames(path, (next(iter(states)) for _ in range(1)), header)
        path.unlink()
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr("softness.stages.shared.states.write_frames", half_written)
        run_stage(trajectory, tmp_path / "killed")
    assert not output.exists()
    killed_after(monkeypatch, module, "cage", 0)
    assert run_stage(trajectory, tmp_path / "killed") == whole


def test_other_runs_are_another_folder(trajectory, tmp_path):
    first = run_stage(trajectory, tmp_path, frames=[0])
    assert run_stage(trajectory, tmp_path, "more", frames=[0], runs=4) != first
    assert run_stage(trajectory, tmp_path, frames=[0]) == first
    assert len(list((tmp_path / "kept" / "cage").iterdir())) == 2


def test_frames_that_are_not_there_are_named(trajectory, tmp_path):
    with pytest.raises(InputError, match=r"trajectory\.gsd: has no frame 4: its frames are 0 to 3"):
        run_stage(trajectory, tmp_path, frames=[0, 4])
    with pytest.raises(InputError, match="frames is empty"):
        run_stage(trajectory, tmp_path, frames=[])
