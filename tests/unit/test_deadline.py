"""Wall times: jobs stop before their end and are run again; many short jobs make the same bytes.

No test sleeps: the clock is a function, and what a job takes is counted in time steps.
"""

import json
import math
import os
import time
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from liquid_settings import liquid_settings

from softness.engines.lammps import Lammps
from softness.errors import InputError, OutOfTime
from softness.simulate import block
from softness.simulate.chain import PACE, Chain
from softness.simulate.deadline import Deadline
from softness.simulate.segments import Cuts
from softness.stages import (
    cage,
    command,
    cycle,
    equilibrate,
    inherent_propensity,
    isoconfigurational,
    quench,
    thermal,
)
from softness.stages.shared import simulation

HOUR = 3600.0


class Clock:
    """Tells the time that a test says it is."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


# -- the end of a job -----------------------------------------------------------------------------


def test_without_a_limit_everything_fits(clock):
    deadline = Deadline(clock=clock)
    clock.now += 1e12
    assert deadline.allows(1e12)
    deadline.check()


def test_work_is_begun_if_it_fits_with_a_margin(clock):
    """Of an hour, a minute is kept free, and a quarter of what the work needs."""
    deadline = Deadline(HOUR, clock)
    assert deadline.left() == HOUR - 60
    clock.now += HOUR - 60 - 125
    assert deadline.allows(99.9)
    assert not deadline.allows(100)


def test_of_a_short_job_a_tenth_is_kept_free(clock):
    assert Deadline(100, clock).left() == 90


def test_work_that_takes_too_long_is_left_in_the_middle(clock):
    deadline = Deadline(HOUR, clock)
    clock.now += HOUR - 61
    deadline.check()
    clock.now += 1
    with pytest.raises(OutOfTime):
        deadline.check()


def slurm_job(begun, left):
    """The environment of a job that has begun some seconds ago and ends in some seconds."""
    now = round(time.time())
    return {"SLURM_JOB_START_TIME": str(now - begun), "SLURM_JOB_END_TIME": str(now + left)}


@pytest.mark.parametrize(("begun", "left", "kind"), [(100, 20, OutOfTime), (20, 100, InputError)])
def test_a_job_is_not_too_short_for_who_comes_when_others_have_had_most_of_it(begun, left, kind):
    deadline = Deadline.of_job(math.inf, slurm_job(begun, left))
    assert isinstance(deadline.stop("run", "segments", before=2, done=2, total=20), kind)


def test_the_sooner_end_counts():
    slurm = slurm_job(0, 600)
    assert Deadline.of_job(math.inf, {}).left() == math.inf
    assert Deadline.of_job(5, {}).seconds == 300
    assert Deadline.of_job(5, slurm).seconds == pytest.approx(300)
    assert Deadline.of_job(20, slurm).seconds == pytest.approx(600, abs=5)
    assert Deadline.of_job(math.inf, slurm_job(600, -5)).seconds == 0


def squeue(folder, line):
    """The environment of a job in which squeue says this line."""
    program = folder / "squeue"
    program.write_text(f"#!/bin/sh\ncase $* in *--jobs=17*) {line};; *) exit 1;; esac\n")
    program.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}", "SLURM_JOB_ID": "17"}


def test_an_older_slurm_is_asked(tmp_path, monkeypatch, capsys):
    times = (datetime.now() + timedelta(seconds=seconds) for seconds in (-5, 600))
    said = " ".join(each.isoformat(timespec="seconds") for each in times)
    environment = squeue(tmp_path, f"echo {said}")
    monkeypatch.setenv("PATH", environment["PATH"])
    assert Deadline.of_job(math.inf, environment).seconds == pytest.approx(600, abs=5)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("line", ["echo N/A", "echo", "exit 1"])
def test_where_slurm_does_not_answer_there_is_no_limit(tmp_path, monkeypatch, capsys, line):
    environment = squeue(tmp_path, line)
    monkeypatch.setenv("PATH", environment["PATH"])
    assert Deadline.of_job(math.inf, environment).seconds == math.inf
    assert Deadline.of_job(5, environment).seconds == 300
    assert "SLURM does not tell when this job ends" in capsys.readouterr().err


def test_who_has_done_something_is_run_again_and_who_has_not_is_wrong(clock):
    deadline = Deadline(HOUR, clock)
    again = deadline.stop("run", "segments", before=2, done=5, total=20)
    assert isinstance(again, OutOfTime)
    assert "5 of 20 segments are done, 15 remain; the job resumes here" in str(again)
    hopeless = deadline.stop("run", "segments", before=2, done=2, total=20)
    assert isinstance(hopeless, InputError)
    assert "60 min is too short for one of the segments (18 remain)" in str(hopeless)
    assert "longer limit" in str(hopeless)


# -- chains ---------------------------------------------------------------------------------------


def chain_of_ten(folder, clock, seconds, per_step=1.0):
    """A run of ten segments of 100 steps; how many are done at the end of this job."""
    engine = SimpleNamespace(save=lambda path: path.write_text(""), restore=lambda path: None)

    def advance(segment, progress):
        for _ in range(10):
            clock.now += 10 * per_step
            progress.advance(10)

    with Chain(folder, Cuts(100), Deadline(seconds, clock)).locked() as chain:
        chain.run(engine, 1000, lambda: None, advance, "test")
        return chain.covered() // 100


def test_a_chain_ends_before_a_segment_that_does_not_fit(tmp_path, clock):
    """400 s less a tenth: after two segments 160 s are left, and 125 are needed."""
    with pytest.raises(OutOfTime, match=r"test.*3 of 10 segments are done, 7 remain"):
        chain_of_ten(tmp_path / "run", clock, 400)
    with pytest.raises(OutOfTime, match="6 of 10 segments are done"):
        chain_of_ten(tmp_path / "run", clock, 400)
    with pytest.raises(OutOfTime, match="9 of 10 segments are done"):
        chain_of_ten(tmp_path / "run", clock, 400)
    assert chain_of_ten(tmp_path / "run", clock, 400) == 10


def test_another_limit_changes_nothing_that_was_done(tmp_path, clock, capsys):
    with pytest.raises(OutOfTime):
        chain_of_ten(tmp_path / "run", clock, 400)
    assert chain_of_ten(tmp_path / "run", clock, math.inf) == 10
    assert "test: resumes after 300 of 1000 steps" in capsys.readouterr().err
    assert clock.now == 1000 + 1000


def test_a_segment_that_slows_down_is_left_and_done_again(tmp_path, clock):
    with pytest.raises(OutOfTime, match="1 of 10"):
        chain_of_ten(tmp_path / "run", clock, 180)
    assert chain_of_ten(tmp_path / "run", clock, math.inf) == 10


def test_a_job_that_is_too_short_for_one_segment_is_tried_once_alone(tmp_path, clock):
    """The first job finds out in the middle of it; the next ones of that length end at once."""
    folder = tmp_path / "run"
    with pytest.raises(InputError, match=r"too short for one of the segments .10 remain"):
        chain_of_ten(folder, clock, 60)
    assert clock.now == 1060
    for _ in range(3):
        with pytest.raises(InputError, match="too short"):
            chain_of_ten(folder, clock, 60)
    assert clock.now == 1060
    # A longer one tries again, and the others follow.
    with pytest.raises(OutOfTime, match="1 of 10"):
        chain_of_ten(folder, clock, 150)
    assert chain_of_ten(folder, clock, math.inf) == 10
    assert (folder / PACE).exists()
    with Chain(folder, Cuts(100)).locked() as chain:
        chain.finish(1000, {"frames": lambda path: path.write_text("")})
    assert not (folder / PACE).exists()


def test_a_job_without_any_time_does_nothing(tmp_path, clock):
    with pytest.raises(InputError, match="too short"):
        chain_of_ten(tmp_path / "run", clock, 0)
    assert clock.now == 1000
    assert chain_of_ten(tmp_path / "run", clock, math.inf) == 10


# -- stages: the same bytes, however often they stop ----------------------------------------------

COMMON = {
    "engine": {"name": "lammps", "time_step": 0.005, "coupling_time": 0.5},
    "liquid": liquid_settings(200, density=1.0),
    "seed": 7,
    "temperature": 1.0,
    "replica": 0,
}
SNAPSHOT = COMMON | {"snapshot": 1, "frame": 2}
BURST = {"interval": 2.0, "first": 0.01, "last": 0.5, "frames": 6}
SETTINGS = {
    equilibrate: COMMON
    | {
        "duration": 3.0,
        "segment": 0.5,
        "sample_interval": 0.25,
        "cooling": {"temperature": 1.5, "melt": 0.5, "quench": 0.5},
    },
    thermal: COMMON | {"duration": 5.0, "segment": 0.5, "frame_interval": 0.25, "burst": BURST},
    isoconfigurational: SNAPSHOT
    | {
        "runs": [0, 8],
        "of": 8,
        "duration": 1.0,
        "frame_interval": 0.05,
        "hop_window": 0.2,
        "csd_window": 0.2,
    },
    cycle: SNAPSHOT
    | {
        "runs": [0, 2],
        "before": 0.2,
        "ramp": 0.1,
        "hold": 0.15,
        "after": 0.3,
        "high": 1.2,
        "frame_interval": 0.05,
        "segment": 0.25,
    },
    quench: COMMON | {"frames": [0, 3, 7, 12, 19], "force_tolerance": 1e-3},
    cage: COMMON
    | {
        **{"frames": [0, 3, 7, 12, 19], "runs": 2},
        **{"start": 0.1, "duration": 0.3, "frame_interval": 0.05},
    },
    inherent_propensity: SNAPSHOT
    | {
        "runs": [0, 4],
        "times": [0.05, 0.15, 0.5],
        "force_tolerance": 1e-2,
    },
}
OUTPUTS = {
    equilibrate: ["--state", "--history"],
    thermal: ["--trajectory", "--bursts"],
    isoconfigurational: ["--output"],
    cycle: ["--history", "--trajectories"],
    quench: ["--output", "--states"],
    inherent_propensity: ["--output"],
    cage: ["--output"],
}
# Steps of a job: enough for one, two or three segments or runs.
STEPS_OF_JOB = {
    equilibrate: 350,
    thermal: 350,
    isoconfigurational: 900,
    cycle: 150,
    quench: 300,
    inherent_propensity: 800,
    cage: 300,
}
STEPS_OF_QUENCH = 100


def files_of(stage, folder):
    """Command line that names the files of a stage, and those that it makes."""
    names = {option: [f"{option.strip('-')}.file"] for option in OUTPUTS[stage]}
    if stage is cycle:
        names["--trajectories"] = ["run0.gsd", "run1.gsd"]
    made = [folder / name for option in names for name in names[option]]
    line = [part for option, files in names.items() for part in (option, *files)]
    return [str(folder / part) if "." in part else part for part in line], made


def job(stage, folder, *options):
    """Do one job of a stage; the bytes of what it makes."""
    folder.mkdir(exist_ok=True)
    line, made = files_of(stage, folder)
    line += ["--settings", json.dumps(SETTINGS[stage]), "--simulations", str(folder / "runs")]
    stage.main(stage.arguments().parse_args([*line, *options]))
    return [path.read_bytes() for path in made]


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """An equilibrated state and a thermal run."""
    folder = tmp_path_factory.mktemp("start")
    job(equilibrate, folder / "equilibrate")
    job(thermal, folder / "thermal", "--state", str(folder / "equilibrate" / "state.file"))
    return folder


def inputs_of(stage, start):
    trajectory = str(start / "thermal" / "trajectory.file")
    return {
        equilibrate: [],
        thermal: ["--state", str(start / "equilibrate" / "state.file")],
        cycle: ["--snapshots", trajectory],
    }.get(stage, ["--trajectory", trajectory])


@pytest.fixture
def steps_as_seconds(monkeypatch, clock):
    """A time step takes a second, a quench a hundred."""
    run, minimise = Lammps.run, Lammps.minimise

    def counted_run(engine, steps):
        clock.now += steps
        run(engine, steps)

    def counted_minimise(engine, tolerance):
        clock.now += STEPS_OF_QUENCH
        return minimise(engine, tolerance)

    monkeypatch.setattr(Lammps, "run", counted_run)
    monkeypatch.setattr(Lammps, "minimise", counted_minimise)
    of_job = classmethod(lambda cls, minutes: cls(60 * minutes, clock))
    monkeypatch.setattr(Deadline, "of_job", of_job)
    # The runs of a block tell how long they took by a clock of their own.
    monkeypatch.setattr(block.time, "monotonic", clock)
    return clock


@pytest.mark.parametrize("stage", SETTINGS, ids=lambda stage: stage.__name__.split(".")[-1])
def test_many_short_jobs_make_the_bytes_of_one_long_job(
    stage, start, tmp_path, steps_as_seconds, capsys
):
    inputs = inputs_of(stage, start)
    whole = job(stage, tmp_path / "whole", *inputs)
    stops = 0
    limit = ["--wall-time", str(STEPS_OF_JOB[stage] / 60)]
    while stops < 20:
        begin = steps_as_seconds.now
        try:
            chopped = job(stage, tmp_path / "chopped", *inputs, *limit)
            break
        except OutOfTime as stop:
            stops += 1
            assert "resumes here when it is run again" in str(stop)
            assert steps_as_seconds.now - begin <= STEPS_OF_JOB[stage]
    assert stops >= 2
    assert chopped == whole
    assert "resumes after" in capsys.readouterr().err


def test_a_stage_that_stops_says_so_and_asks_to_be_run_again(capsys):
    def main(options):
        raise OutOfTime("thermal: 3 of 10 segments are done")

    parser = SimpleNamespace(parse_args=lambda: None)
    with pytest.raises(SystemExit) as ended:
        command.run(parser, main)
    assert ended.value.code == command.TRY_AGAIN == 75
    assert capsys.readouterr().err == "stopped: thermal: 3 of 10 segments are done\n"


def test_the_environment_names_the_limit_where_the_command_line_does_not(monkeypatch):
    line = ["--settings", "{}", "--state", "s", "--history", "h"]
    monkeypatch.delenv(simulation.WALL_TIME, raising=False)
    assert equilibrate.arguments().parse_args(line).wall_time == math.inf
    monkeypatch.setenv(simulation.WALL_TIME, "90")
    assert equilibrate.arguments().parse_args(line).wall_time == 90
    assert equilibrate.arguments().parse_args([*line, "--wall-time", "5"]).wall_time == 5
