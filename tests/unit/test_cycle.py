"""Thermal cycles: equal to their control until the temperature moves, always without a pulse."""

import json
from dataclasses import replace

import gsd.hoomd
import numpy as np
import pytest
from liquid_settings import liquid_settings

from softness import engines, seeds
from softness.errors import InputError
from softness.files import tables
from softness.files.records.cycled import CycleHistory
from softness.liquid import kob_andersen
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate import cycle as module
from softness.simulate.chain import Chain
from softness.simulate.cycle import CycleProtocol, CycleRuns, kind_of_run, run_cycles
from softness.simulate.settings import RunSettings
from softness.simulate.start import random_start
from softness.simulate.thermal import merge
from softness.stages import command
from softness.stages import cycle as stage

PARTICLES = 500
LOW, HIGH = 0.8, 1.0
PROTOCOL = CycleProtocol(
    before=40, ramp=20, hold=30, after=60, low=LOW, high=HIGH, frame_interval=10
)
MOVES = 4  # the frame at which the temperature begins to move


@pytest.fixture(scope="module")
def positions():
    """A melt near the low temperature."""
    liquid = kob_andersen(PARTICLES)
    engine = engines.create("lammps", liquid)
    velocities = maxwell_boltzmann(stream(1, "test", 1.5), PARTICLES, 1.5)
    engine.load(random_start(liquid, stream(1, "start", 1.5)), liquid.types, velocities)
    engine.ramp(1.5, LOW, 1500)
    return engine.positions()


def runs_of(positions, engine="lammps", protocol=PROTOCOL, numbers=range(1), segment=50):
    run = RunSettings(kob_andersen(PARTICLES), engine, 0.005, 0.5, 7, LOW, 0)
    return CycleRuns(run, protocol, positions, 3, numbers, segment)


def done(folder, runs):
    """History of the runs, and (frames, N, 3) positions in the file of each run."""
    with Chain(folder, {"test": 1}).locked() as chain:
        history = run_cycles(chain, runs.run.create_engine("cpu"), runs)
        frames = []
        for number in runs.numbers:
            path = folder.parent / f"{folder.name}-{number}.gsd"
            merge(chain, kind_of_run(number), path, runs.run, "test")
            with gsd.hoomd.open(path) as file:
                assert [frame.configuration.step for frame in file] == list(
                    range(0, runs.protocol.steps + 1, runs.protocol.frame_interval)
                )
                length = runs.run.liquid.box_length
                frames.append([f.particles.position + f.particles.image * length for f in file])
    return history, np.array(frames)


def test_temperature_goes_up_and_comes_back():
    rounded = CycleProtocol.from_settings(
        {
            "before": 30,
            "ramp": 10,
            "hold": 30,
            "after": 60,
            "frame_interval": 1,
            "low": 0.51,
            "high": 0.56,
        },
        0.005,
    )
    assert rounded == CycleProtocol(6000, 2000, 6000, 12000, 0.51, 0.56, 200)
    temperatures = rounded.temperatures()
    assert len(temperatures) == 30 + 10 + 30 + 10 + 60 + 1
    np.testing.assert_array_equal(temperatures[:31], 0.51)
    np.testing.assert_allclose(temperatures[30:41], np.linspace(0.51, 0.56, 11))
    np.testing.assert_array_equal(temperatures[40:71], 0.56)
    np.testing.assert_allclose(temperatures[70:81], np.linspace(0.56, 0.51, 11))
    np.testing.assert_array_equal(temperatures[80:], 0.51)


def test_each_interval_begins_where_the_one_before_ends():
    intervals = PROTOCOL.intervals()
    assert len(intervals) * PROTOCOL.frame_interval == PROTOCOL.steps
    assert [end for _, end in intervals[:-1]] == [start for start, _ in intervals[1:]]


def test_a_ramp_of_length_zero_is_a_step():
    sudden = replace(PROTOCOL, ramp=0)
    assert sudden.intervals()[MOVES - 1 : MOVES + 1] == [(LOW, LOW), (HIGH, HIGH)]
    assert sudden.temperatures()[MOVES] == HIGH


def test_a_control_is_the_same_whatever_the_pulse():
    long = replace(PROTOCOL, hold=90, ramp=30).control()
    assert set(long.intervals()) == {(LOW, LOW)}
    assert PROTOCOL.control().intervals() == long.intervals()[: PROTOCOL.steps // 10]
    assert replace(PROTOCOL, high=LOW) == PROTOCOL.control()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"ramp": 15}, r"ramp = 15 steps: give a multiple of frame_interval, which is 10"),
        ({"before": -10}, "before = -10"),
        ({"high": 0.0}, r"high = 0\.0: give positive"),
        ({"frame_interval": 0}, "frame_interval = 0 steps"),
        ({"before": 0, "ramp": 0, "hold": 0, "after": 0}, "are all 0"),
    ],
)
def test_a_protocol_that_cannot_be_is_refused(change, named):
    with pytest.raises(InputError, match=named):
        replace(PROTOCOL, **change)


def test_segments_end_at_frames(positions):
    with pytest.raises(InputError, match="segment = 55 steps: give a multiple"):
        runs_of(positions, segment=55)
    segments = runs_of(positions).segments()
    assert [first for first, _ in segments] == [0, 50, 100, 150]
    assert [part for _, parts in segments for part in parts] == PROTOCOL.intervals()


def test_pairs_share_their_velocities_and_runs_do_not(positions):
    cycle = runs_of(positions)
    control = runs_of(positions, protocol=PROTOCOL.control())
    np.testing.assert_array_equal(cycle.velocities(2), control.velocities(2))
    assert np.abs(cycle.velocities(2) - cycle.velocities(1)).max() > 0.1
    other = replace(cycle, snapshot=4)
    assert np.abs(cycle.velocities(2) - other.velocities(2)).max() > 0.1
    expected = maxwell_boltzmann(seeds.stream(7, "cycle", LOW, 3, 2), PARTICLES, LOW)
    np.testing.assert_array_equal(cycle.velocities(2), expected)


def test_a_pulse_of_height_zero_has_no_response_to_the_last_digit(positions, engine_name, tmp_path):
    """The control is longer than the pulse needs, as that of several pulses is."""
    zero = runs_of(positions, engine_name, replace(PROTOCOL, high=LOW), range(2))
    longer = replace(PROTOCOL, hold=100, ramp=30).control()
    history, frames = done(tmp_path / "zero", zero)
    control, undisturbed = done(tmp_path / "control", replace(zero, protocol=longer))
    number = len(history.time)
    assert number < len(control.time)
    np.testing.assert_array_equal(history.total_energy, control.total_energy[:, :number])
    np.testing.assert_array_equal(history.potential_energy, control.potential_energy[:, :number])
    np.testing.assert_array_equal(frames, undisturbed[:, :number])


def test_a_cycle_is_its_control_until_the_temperature_moves(positions, engine_name, tmp_path):
    cycle = runs_of(positions, engine_name)
    history, frames = done(tmp_path / "cycle", cycle)
    control, undisturbed = done(tmp_path / "control", replace(cycle, protocol=PROTOCOL.control()))
    same = slice(0, MOVES + 1)
    np.testing.assert_array_equal(history.total_energy[:, same], control.total_energy[:, same])
    np.testing.assert_array_equal(frames[:, same], undisturbed[:, same])
    assert (history.total_energy[:, MOVES + 1 :] != control.total_energy[:, MOVES + 1 :]).all()
    # It gets hotter while it is warm.
    warm = np.flatnonzero(history.set_temperature == HIGH)[-1]
    assert history.total_energy[0, warm] > control.total_energy[0, warm] + 0.02 * PARTICLES


def test_energies_are_those_of_the_whole_system(positions, tmp_path):
    runs = runs_of(positions)
    history, _ = done(tmp_path / "runs", runs)
    kinetic = 0.5 * (runs.velocities(0) ** 2).sum()
    assert history.total_energy[0, 0] - history.potential_energy[0, 0] == pytest.approx(kinetic)
    assert -9 * PARTICLES < history.potential_energy[0, 0] < -5 * PARTICLES
    assert history.runs.tolist() == [0]
    np.testing.assert_allclose(history.time, 0.05 * np.arange(len(history.time)))


def test_a_run_does_not_depend_on_its_place_in_the_job(positions, engine_name, tmp_path):
    history, frames = done(tmp_path / "two", runs_of(positions, engine_name, numbers=range(2)))
    alone, single = done(tmp_path / "one", runs_of(positions, engine_name, numbers=range(1, 2)))
    np.testing.assert_array_equal(history.total_energy[1:], alone.total_energy)
    np.testing.assert_array_equal(frames[1:], single)


SETTINGS = {
    "engine": {"name": "lammps", "time_step": 0.005, "coupling_time": 0.5},
    "liquid": liquid_settings(PARTICLES),
    "seed": 7,
    "temperature": LOW,
    "replica": 0,
    "snapshot": 3,
    "frame": 0,
    "runs": [0, 2],
    "before": 0.2,
    "ramp": 0.1,
    "hold": 0.15,
    "after": 0.3,
    "high": HIGH,
    "frame_interval": 0.05,
    "segment": 0.25,
}


@pytest.fixture
def snapshots(positions, tmp_path):
    from softness.files.frames import Frame, write_segment

    liquid = kob_andersen(PARTICLES)
    path = tmp_path / "trajectory.gsd"
    write_segment(path, [Frame(0, positions)], liquid.types, liquid.box_length)
    return path


def run_stage(snapshots, folder, names=("run0.gsd", "run1.gsd")):
    folder.mkdir(exist_ok=True)
    line = ["--settings", json.dumps(SETTINGS), "--snapshots", str(snapshots)]
    line += ["--trajectories", *(str(folder / name) for name in names)]
    line += ["--history", str(folder / "history.h5"), "--checkpoint", str(folder / "checkpoint")]
    stage.main(stage.arguments().parse_args(line))
    return {
        path.name: path.read_bytes() for path in sorted(folder.glob("[!.]*.*")) if path.is_file()
    }


class Killed(BaseException):
    pass


def test_a_job_that_is_killed_again_and_again_ends_with_the_same_bytes(
    snapshots, tmp_path, monkeypatch
):
    whole = run_stage(snapshots, tmp_path / "whole")
    assert set(whole) == {"run0.gsd", "run1.gsd", "history.h5"}
    real = module._frame
    for after in (7, 12, 12):
        frames = []

        def killed(engine, step, after=after, frames=frames):
            if len(frames) == after:
                raise Killed
            frames.append(step)
            return real(engine, step)

        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(module, "_frame", killed)
            run_stage(snapshots, tmp_path / "killed")
    assert run_stage(snapshots, tmp_path / "killed") == whole
    history = tables.read(tmp_path / "whole" / "history.h5", CycleHistory)
    assert history.total_energy.shape == (2, 18)
    # Once more: nothing is run, what is there is kept.
    (tmp_path / "killed" / "run1.gsd").unlink()
    monkeypatch.setattr(stage, "run_cycles", None)
    assert run_stage(snapshots, tmp_path / "killed") == whole


def test_each_run_has_a_file_of_its_own_name(snapshots, tmp_path):
    with pytest.raises(InputError, match="names 1 files for 2 runs"):
        run_stage(snapshots, tmp_path / "one", names=("run0.gsd",))
    with pytest.raises(InputError, match="with names that differ"):
        run_stage(snapshots, tmp_path / "same", names=("run.gsd", "run.gsd"))


def test_the_stage_is_a_command(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["cycle", "--help"])
    with pytest.raises(SystemExit):
        command.run(stage.arguments(), stage.main)
    assert "through a pulse of another temperature" in capsys.readouterr().out
