"""Thermal cycles: equal to their control until the temperature moves, always without a pulse."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import gsd.hoomd
import numpy as np
import pytest
from kills import Killed, killed_after
from liquid_settings import liquid_settings
from small_melts import counted_steps, hot

from softness import engines, seeds, sources
from softness.engines.lammps import Lammps
from softness.errors import InputError
from softness.files import tables
from softness.files.frames import Frame, write_segment
from softness.files.provenance import Provenance
from softness.files.records.cycled import CycleHistory
from softness.lanes.batch import Lanes
from softness.liquid import kob_andersen
from softness.seeds import maxwell_boltzmann
from softness.simulate import cycle as module
from softness.simulate.cycle import CycleProtocol, CycleRuns, history_of, run_batch, trajectory_name
from softness.simulate.deadline import Deadline
from softness.simulate.settings import RunSettings
from softness.simulate.together import batches_of, steps_done
from softness.stages import command
from softness.stages import cycle as stage
from softness.stages.shared.trajectories import finish_trajectories

PARTICLES = 500
LOW, HIGH = 0.8, 1.0
PROTOCOL = CycleProtocol(
    before=40, ramp=20, hold=30, after=60, low=LOW, high=HIGH, frame_interval=10
)
# Without a pulse, longer than any pulse needs.
CONTROL = CycleProtocol(before=0, ramp=0, hold=0, after=250, low=LOW, high=LOW, frame_interval=10)
of_each_engine = pytest.mark.parametrize(
    "engine_name", [*engines.ENGINES, engines.LANES], indirect=True
)
MOVES = 4  # the frame at which the temperature begins to move


@pytest.fixture(scope="module")
def positions():
    """A melt near the low temperature."""
    engine = hot(kob_andersen(PARTICLES), 1.5)
    engine.ramp(1.5, LOW, 1500)
    return engine.positions()


def runs_of(positions, engine="lammps", protocol=PROTOCOL, numbers=range(1), segment=50):
    run = RunSettings(kob_andersen(PARTICLES), engine, 0.005, 0.5, 7, LOW, 0)
    return CycleRuns(run, protocol, positions, 3, numbers, segment)


def done(folder, runs):
    """History of the runs, and (frames, N, 3) positions in the file of each run."""
    engine, paths, frames = runs.run.create_batch("cpu"), [], []
    for batch in batches_of(folder, runs.numbers, engine.runs):
        names = [trajectory_name(batch, number) for number in batch]
        with runs.chain(folder, batch, Deadline()).locked() as chain:
            run_batch(chain, engine, runs, batch)
            finish_trajectories(chain, names, runs.run, Provenance("test", {}), last=1)
            paths += [chain.longest(name) for name in names]
    for path in paths:
        with gsd.hoomd.open(path) as file:
            assert [frame.configuration.step for frame in file] == list(
                range(0, runs.protocol.steps + 1, runs.protocol.frame_interval)
            )
            length = runs.run.liquid.box_length
            frames.append([f.particles.position + f.particles.image * length for f in file])
    return history_of(paths, runs), np.array(frames)


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
    assert set(CONTROL.intervals()) == {(LOW, LOW)}
    flat = replace(PROTOCOL, high=LOW)
    assert flat.is_control
    assert CONTROL.is_control
    assert not PROTOCOL.is_control
    assert flat.intervals() == CONTROL.intervals()[: PROTOCOL.steps // 10]


def test_a_longer_end_changes_nothing_before_it():
    for protocol in (PROTOCOL, CONTROL):
        longer = replace(protocol, after=protocol.after + 100)
        assert longer.intervals()[: protocol.steps // 10] == protocol.intervals()


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
    chain = runs_of(positions).chain(Path("folder"), range(3, 4), Deadline())
    assert chain.folder == Path("folder/run3")
    ends = [segment.end for segment in chain.cuts.segments(PROTOCOL.steps)]
    assert ends == [50, 100, 150, 170]


def test_pairs_share_their_velocities_and_runs_do_not(positions):
    cycle = runs_of(positions)
    control = runs_of(positions, protocol=CONTROL)
    np.testing.assert_array_equal(cycle.velocities(2), control.velocities(2))
    assert np.abs(cycle.velocities(2) - cycle.velocities(1)).max() > 0.1
    other = replace(cycle, snapshot=4)
    assert np.abs(cycle.velocities(2) - other.velocities(2)).max() > 0.1
    expected = maxwell_boltzmann(seeds.stream(7, "cycle", LOW, 3, 2), PARTICLES, LOW)
    np.testing.assert_array_equal(cycle.velocities(2), expected)


@of_each_engine
def test_a_pulse_of_height_zero_has_no_response_to_the_last_digit(positions, engine_name, tmp_path):
    """The control is longer than the pulse needs, as that of several pulses is."""
    zero = runs_of(positions, engine_name, replace(PROTOCOL, high=LOW), range(2))
    history, frames = done(tmp_path / "zero", zero)
    control, undisturbed = done(tmp_path / "control", replace(zero, protocol=CONTROL))
    number = len(history.time)
    assert number < len(control.time)
    np.testing.assert_array_equal(history.total_energy, control.total_energy[:, :number])
    np.testing.assert_array_equal(history.potential_energy, control.potential_energy[:, :number])
    np.testing.assert_array_equal(frames, undisturbed[:, :number])


@of_each_engine
def test_a_cycle_is_its_control_until_the_temperature_moves(positions, engine_name, tmp_path):
    cycle = runs_of(positions, engine_name)
    history, frames = done(tmp_path / "cycle", cycle)
    flat = replace(PROTOCOL, high=LOW)
    control, undisturbed = done(tmp_path / "control", replace(cycle, protocol=flat))
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


@of_each_engine
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


CONTROL_SETTINGS = SETTINGS | {"before": 0.0, "ramp": 0.0, "hold": 0.0, "after": 1.0, "high": LOW}


@pytest.fixture
def snapshots(positions, tmp_path):
    liquid = kob_andersen(PARTICLES)
    path = tmp_path / "trajectory.gsd"
    write_segment(path, [Frame(0, positions)], liquid.types, liquid.box_length)
    return path


@pytest.fixture
def steps(monkeypatch):
    """How many time steps have been done since the list was cleared."""
    return counted_steps(monkeypatch, Lammps)


def run_stage(snapshots, folder, settings=SETTINGS, names=None):
    """Do a job in the folder of its study; simulations are kept beside it."""
    names = names or [f"run{number}.gsd" for number in range(*settings["runs"])]
    line = ["--settings", json.dumps(settings), "--snapshots", str(snapshots)]
    line += ["--trajectories", *(str(folder / name) for name in names)]
    line += ["--history", str(folder / "history.h5"), "--simulations", str(folder.parent / "kept")]
    stage.main(stage.arguments().parse_args(line))
    return {name: (folder / name).read_bytes() for name in [*names, "history.h5"]}


def test_a_job_that_is_killed_again_and_again_ends_with_the_same_bytes(
    snapshots, tmp_path, monkeypatch, steps
):
    whole = run_stage(snapshots, tmp_path / "whole" / "study")
    assert set(whole) == {"run0.gsd", "run1.gsd", "history.h5"}
    killed = tmp_path / "killed" / "study"
    for after in (7, 12, 12):
        with monkeypatch.context() as patched, pytest.raises(Killed):
            killed_after(patched, module, "_frames", after)
            run_stage(snapshots, killed)
    assert run_stage(snapshots, killed) == whole
    history = tables.read(killed / "history.h5", CycleHistory)
    assert history.total_energy.shape == (2, 18)
    # Once more: nothing is run, what is there is kept.
    (killed / "run1.gsd").unlink()
    steps.clear()
    assert run_stage(snapshots, killed) == whole
    assert steps == []


def test_a_longer_end_is_gone_on_to_and_has_the_bytes_of_the_long_run(
    snapshots, tmp_path, steps, capsys
):
    longer = SETTINGS | {"after": 0.6}
    short = run_stage(snapshots, tmp_path / "study")
    assert sum(steps) == 2 * 170
    steps.clear()
    long = run_stage(snapshots, tmp_path / "study", longer)
    # Of each run from the last cut, at 150 steps.
    assert sum(steps) == 2 * (230 - 150)
    assert "resumes after 150 of 230 steps" in capsys.readouterr().err
    steps.clear()
    assert run_stage(snapshots, tmp_path / "study") == short
    assert run_stage(snapshots, tmp_path / "other", longer) == long
    assert steps == []
    assert run_stage(snapshots, tmp_path / "at_once" / "study", longer) == long
    for study, frames in (("study", 18), ("other", 24)):
        history = tables.read(tmp_path / study / "history.h5", CycleHistory)
        np.testing.assert_allclose(history.time, 0.05 * np.arange(frames))


def test_more_runs_are_only_those_that_were_not_done(snapshots, tmp_path, steps):
    one = run_stage(snapshots, tmp_path / "study", SETTINGS | {"runs": [0, 1]})
    steps.clear()
    two = run_stage(snapshots, tmp_path / "study")
    assert sum(steps) == 170
    assert two["run0.gsd"] == one["run0.gsd"]
    steps.clear()
    assert run_stage(snapshots, tmp_path / "study", SETTINGS | {"runs": [0, 1]}) == one
    assert steps == []
    assert run_stage(snapshots, tmp_path / "at_once" / "study") == two


def test_controls_belong_to_no_pulse(snapshots, tmp_path, steps):
    """With another pulse they stay; if it is longer, they go on."""
    control = run_stage(snapshots, tmp_path / "control", CONTROL_SETTINGS)
    run_stage(snapshots, tmp_path / "pulse0", SETTINGS)
    run_stage(snapshots, tmp_path / "pulse1", SETTINGS | {"hold": 0.3, "high": 0.9})
    steps.clear()
    assert run_stage(snapshots, tmp_path / "control", CONTROL_SETTINGS) == control
    assert steps == []
    longer = run_stage(snapshots, tmp_path / "control", CONTROL_SETTINGS | {"after": 1.25})
    assert sum(steps) == 2 * 50
    assert run_stage(snapshots, tmp_path / "study", CONTROL_SETTINGS) == control
    at_once = tmp_path / "at_once" / "study"
    assert run_stage(snapshots, at_once, CONTROL_SETTINGS | {"after": 1.25}) == longer
    assert len(list((tmp_path / "kept" / "cycle").iterdir())) == 3


def test_the_number_of_the_frame_does_not_matter_but_what_is_in_it(
    snapshots, positions, tmp_path, steps
):
    run_stage(snapshots, tmp_path / "study")
    liquid = kob_andersen(PARTICLES)
    path = tmp_path / "denser_in_time.gsd"
    frames = [Frame(0, positions + 0.1), Frame(50, positions)]
    write_segment(path, frames, liquid.types, liquid.box_length)
    steps.clear()
    run_stage(path, tmp_path / "second", SETTINGS | {"frame": 1})
    assert steps == []
    run_stage(path, tmp_path / "third", SETTINGS | {"frame": 0})
    assert sum(steps) == 2 * 170


# -- in lanes ---------------------------------------------------------------------------------

IN_LANES = SETTINGS | {"engine": SETTINGS["engine"] | {"name": "lanes"}}


@pytest.fixture
def lane_steps(monkeypatch):
    """As `steps`, of batches in lanes."""
    return counted_steps(monkeypatch, Lanes)


def test_runs_in_lanes_are_stepped_together(snapshots, tmp_path, lane_steps):
    whole = run_stage(snapshots, tmp_path / "study", IN_LANES)
    assert set(whole) == {"run0.gsd", "run1.gsd", "history.h5"}
    assert sum(lane_steps) == 170
    (kept,) = (tmp_path / "kept" / "cycle").iterdir()
    assert [path.name for path in kept.glob("run*")] == ["runs0-1"]
    assert steps_done(kept, range(2), 170) == 2 * 170
    assert steps_done(kept, range(1, 5), 100) == 100
    history = tables.read(tmp_path / "study" / "history.h5", CycleHistory)
    assert (history.total_energy[0] != history.total_energy[1]).all()


def test_a_batch_that_is_killed_resumes_in_the_middle_of_its_segments(
    snapshots, tmp_path, monkeypatch, lane_steps
):
    whole = run_stage(snapshots, tmp_path / "whole" / "study", IN_LANES)
    killed = tmp_path / "killed" / "study"
    lane_steps.clear()
    for after in (8, 4):
        with monkeypatch.context() as patched, pytest.raises(Killed):
            killed_after(patched, module, "_frames", after)
            run_stage(snapshots, killed, IN_LANES)
    assert run_stage(snapshots, killed, IN_LANES) == whole
    # 8 frames with the first one, of which 5 are in a segment; 4 of the next 5; then the rest.
    assert sum(lane_steps) == 80 + 50 + 120


def test_a_batch_of_which_nothing_is_there_binds_no_run(tmp_path):
    """Only its lock: the job was killed before it began."""
    (tmp_path / "runs0-11").mkdir()
    (tmp_path / "runs0-11" / ".lock").touch()
    (tmp_path / "run14").mkdir()
    (tmp_path / "run14" / "state-000000000000.h5").touch()
    found = batches_of(tmp_path, range(20), 16)
    assert found == [range(14), range(14, 15), range(15, 20)]
    assert batches_of(tmp_path, range(20), 4)[:4] == [
        range(n, min(n + 4, 14)) for n in (0, 4, 8, 12)
    ]


def test_what_was_begun_together_stays_together(snapshots, tmp_path, lane_steps):
    """More runs are those that no batch holds; fewer are some of a batch; both go on for longer."""
    whole = run_stage(snapshots, tmp_path / "at_once" / "study", IN_LANES | {"runs": [0, 18]})
    assert sum(lane_steps) == 2 * 170
    lane_steps.clear()
    run_stage(snapshots, tmp_path / "study", IN_LANES)
    assert run_stage(snapshots, tmp_path / "study", IN_LANES | {"runs": [0, 18]}) == whole
    assert sum(lane_steps) == 2 * 170
    (kept,) = (tmp_path / "kept" / "cycle").iterdir()
    assert {path.name for path in kept.glob("run*")} == {"runs0-1", "runs2-17"}
    lane_steps.clear()
    second = run_stage(snapshots, tmp_path / "study", IN_LANES | {"runs": [1, 3], "after": 0.4})
    assert sum(lane_steps) == 2 * (190 - 150)
    longer = IN_LANES | {"runs": [1, 3], "after": 0.4}
    assert run_stage(snapshots, tmp_path / "alone" / "study", longer) == second
    short = run_stage(snapshots, tmp_path / "study", IN_LANES)
    assert short["run1.gsd"] == whole["run1.gsd"]


def test_runs_that_another_process_is_at_are_refused(snapshots, tmp_path):
    run_stage(snapshots, tmp_path / "study", IN_LANES)
    (kept,) = (tmp_path / "kept" / "cycle").iterdir()
    holder = (
        "import pathlib, sys\n"
        "from softness.files.atomic import holding\n"
        "with holding(pathlib.Path(sys.argv[1]), span=(1, 2)):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(kept / ".runs")],
        env=os.environ | {"PYTHONPATH": str(sources.ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(InputError, match="already working on runs 0 to 1"):
            run_stage(snapshots, tmp_path / "study", IN_LANES)
        run_stage(snapshots, tmp_path / "study", IN_LANES | {"runs": [2, 4]})
        process.communicate("")


def test_each_run_has_a_file(snapshots, tmp_path):
    with pytest.raises(InputError, match="names 1 files for 2 runs"):
        run_stage(snapshots, tmp_path / "one", names=["run0.gsd"])


def test_the_stage_is_a_command(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["cycle", "--help"])
    with pytest.raises(SystemExit):
        command.run(stage.arguments(), stage.main)
    assert "through a pulse of another temperature" in capsys.readouterr().out
