"""Killed, out of room, fed with damaged files or wrong settings: nothing finished is lost."""

import contextlib
import fcntl
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import yaml
from workflow_commands import SMOKE, command, copy_project, environment

from locations import ROOT
from softness import configuration, engines
from softness.errors import InputError
from softness.liquid import kob_andersen
from softness.study import Study

KILLS = 10
KINDS = ("worker", "launcher", "all")


@pytest.fixture(scope="module")
def settings() -> dict[str, dict]:
    """Settings of an equilibration and of a thermal run that takes some seconds."""
    config = configuration.load(ROOT / SMOKE)
    config["temperatures"][0].update(equilibrate=10, production=120)
    study = Study(config)
    return {
        "equilibrate": study.equilibrate("0.7", 0),
        "thermal": study.thermal("0.7", 0),
    }


def stage(name: str, settings: dict, **files: Path) -> list[str]:
    """Command of a simulation stage."""
    options = [f"--{key.replace('_', '-')}={path}" for key, path in files.items()]
    program = [sys.executable, "-m", f"softness.stages.{name}"]
    return [*program, "--settings", json.dumps(settings), *options]


def run(arguments: list[str], **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        arguments, env=SOURCES, capture_output=True, text=True, check=False, **options
    )


SOURCES = environment(ROOT)


@pytest.fixture(scope="module")
def state(settings, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    arguments = stage(
        "equilibrate",
        settings["equilibrate"],
        state=folder / "state.h5",
        history=folder / "history.h5",
        simulations=folder / "kept",
    )
    done = run(arguments)
    assert done.returncode == 0, done.stderr
    return folder / "state.h5"


def thermal(settings, state, folder: Path) -> list[str]:
    folder.mkdir(exist_ok=True)
    return stage(
        "thermal",
        settings["thermal"],
        state=state,
        trajectory=folder / "trajectory.gsd",
        bursts=folder / "bursts.gsd",
        simulations=folder / "kept",
    )


@pytest.fixture(scope="module")
def uninterrupted(settings, state, tmp_path_factory) -> tuple[Path, float]:
    """A thermal run that nothing disturbed, and the seconds that it took."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    start = time.monotonic()
    done = run(thermal(settings, state, folder))
    assert done.returncode == 0, done.stderr
    return folder, time.monotonic() - start


def kept(folder: Path) -> Path:
    """Where the one simulation of a folder is kept."""
    return next((folder / "kept/thermal").iterdir())


def wait_for_state(folder: Path, step: int, process: subprocess.Popen) -> None:
    """Until a thermal run has saved its state at a time step."""
    while not list(folder.glob(f"kept/thermal/*/state-{step:012d}.h5")):
        assert process.poll() is None
        time.sleep(0.005)


def same_files(first: Path, second: Path) -> bool:
    names = ("trajectory.gsd", "bursts.gsd")
    return all((first / name).read_bytes() == (second / name).read_bytes() for name in names)


def test_a_run_killed_at_ten_random_moments_ends_with_the_same_bytes(
    settings, state, uninterrupted, tmp_path
):
    folder, seconds = uninterrupted
    moments, kills, resumed = random.Random(1), 0, 0
    while kills < KILLS and seconds > 0.1:
        process = subprocess.Popen(
            thermal(settings, state, tmp_path / "run"), env=SOURCES, stderr=subprocess.PIPE
        )
        try:
            process.communicate(timeout=moments.uniform(0.1, 0.6) * seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            kills += 1
            resumed += b"resumes after" in process.communicate()[1]
            continue
        if resumed >= 2:
            break
        # The machine is quicker than when it was timed: begin again, and kill sooner.
        shutil.rmtree(tmp_path / "run")
        seconds, kills, resumed = seconds / 2, 0, 0
    last = run(thermal(settings, state, tmp_path / "run"))
    assert last.returncode == 0, last.stderr
    assert resumed >= 2
    assert same_files(folder, tmp_path / "run")
    left = sorted(path.name for path in kept(tmp_path / "run").iterdir())
    # A temporary folder of a process that was killed goes when it is a day old.
    assert [name for name in left if not name.startswith(".temporary-")] == [
        ".lock",
        "finished-000000024000-bursts.gsd",
        "finished-000000024000-trajectory.gsd",
        "finished.json",
        "identity.json",
        "state-000000024000.h5",
    ]


def test_a_finished_run_whose_outputs_were_deleted_is_not_done_again(
    settings, state, uninterrupted, tmp_path
):
    """As Snakemake does, started anew after it was killed while its job went on to the end."""
    folder, _ = uninterrupted
    assert run(thermal(settings, state, tmp_path / "run")).returncode == 0
    for name in ("trajectory.gsd", "bursts.gsd"):
        (tmp_path / "run" / name).unlink()
    again = run(thermal(settings, state, tmp_path / "run"))
    assert again.returncode == 0
    assert "steps" not in again.stderr
    assert same_files(folder, tmp_path / "run")


def test_a_run_without_room_on_the_disk_keeps_what_it_has_and_goes_on_later(
    settings, state, uninterrupted, tmp_path
):
    folder, _ = uninterrupted

    process = subprocess.Popen(
        thermal(settings, state, tmp_path / "run"), env=SOURCES, stderr=subprocess.PIPE, text=True
    )
    wait_for_state(tmp_path / "run", 2000, process)
    # A real limit of the system, set now: room for segments and states, not for the trajectory.
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (400_000, 400_000))
    errors = process.communicate()[1]
    assert process.returncode == 1
    last = errors.strip().splitlines()[-1]
    cut = kept(tmp_path / "run") / "finished-000000024000-trajectory.gsd"
    assert last.startswith(f"error: {cut}: File too large")
    assert "free some space" in last
    assert len(list(cut.parent.glob("segment-*-trajectory.gsd"))) == 12
    again = run(thermal(settings, state, tmp_path / "run"))
    assert again.returncode == 0, again.stderr
    assert "steps" not in again.stderr
    assert same_files(folder, tmp_path / "run")


def test_two_processes_at_one_run_are_one_too_many(settings, state, uninterrupted, tmp_path):
    folder, _ = uninterrupted
    first = subprocess.Popen(thermal(settings, state, tmp_path / "run"), env=SOURCES)
    wait_for_state(tmp_path / "run", 2000, first)
    second = run(thermal(settings, state, tmp_path / "run"))
    assert second.returncode == 1
    assert "another process is already working on this run" in second.stderr
    assert first.wait() == 0
    assert same_files(folder, tmp_path / "run")


class KilledStudy:
    """The first chapter of a study, run in a copy of the project and killed in several ways."""

    def __init__(self, folder: Path) -> None:
        self.folder = copy_project(folder)
        self._variables = environment(self.folder)
        self.process: psutil.Popen | None = None

    def ensure_running(self) -> None:
        if self.process is None or self.process.poll() is not None:
            self.process = psutil.Popen(
                [sys.executable, "-m", "softness", "run", SMOKE, "--", "chapter1"],
                cwd=self.folder,
                env=self._variables,
                start_new_session=True,
                stderr=subprocess.DEVNULL,
            )

    def stages(self) -> list[psutil.Process]:
        """Processes of jobs that the launcher has started."""
        try:
            below = self.process.children(recursive=True)
            return [each for each in below if is_stage(each.cmdline())]
        except psutil.NoSuchProcess:
            return []

    def wait_for_jobs(self) -> None:
        """Until a job runs, or the launcher has ended."""
        while self.process.poll() is None and not self.stages():
            time.sleep(0.1)

    def kill(self, what: str, which: random.Random) -> str | None:
        """Kill the launcher, one worker or all; gives what was hit, if anything was there."""
        if self.process.poll() is not None:
            return None
        launcher = [self.process, *self.process.children()]
        below = [each for each in self.process.children(recursive=True) if each not in launcher]
        stages = self.stages()
        hit = {
            "worker": [which.choice(stages)] if stages else [],
            "launcher": launcher,
            "all": [*launcher, *below],
        }[what]
        for each in hit:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        return what if hit else None

    def steps_done(self) -> dict[str, int]:
        """Time steps of each simulation that are on the disk."""
        with contextlib.chdir(self.folder):
            study = Study(configuration.load(SMOKE))
            return {str(each.output): study.steps_of(each) for each in study.all_simulations}

    def finished(self) -> dict[Path, int]:
        """When each simulation of them that have ended was finished."""
        marks = self.folder.glob("results/simulations/**/finished.json")
        return {path: path.stat().st_mtime_ns for path in marks}


def is_stage(words: list[str]) -> bool:
    """Whether a command line is of a stage itself, not of the shell around it."""
    return any(word.startswith("softness.stages.") for word in words)


@pytest.mark.timeout(2700)
def test_launcher_worker_or_all_killed_at_ten_random_moments_lose_no_finished_run(smoke, tmp_path):
    study, moments = KilledStudy(tmp_path / "project"), random.Random(7)
    seconds = float((smoke / "seconds").read_text())
    steps, finished, hit = study.steps_done(), {}, []
    while len(hit) < KILLS:
        study.ensure_running()
        study.wait_for_jobs()
        time.sleep(moments.uniform(0.0, 0.03) * seconds)
        assert not (study.folder / "results/smoke/figures/1.6.png").exists()
        named = study.kill(KINDS[len(hit) % len(KINDS)], moments)
        hit += [named] if named else []
        now, marks = study.steps_done(), study.finished()
        assert [name for name in steps if now[name] < steps[name]] == []
        assert [path for path in finished if marks.get(path) != finished[path]] == []
        steps, finished = now, marks
    assert len(finished) > 5
    # What outlived its launcher, and is still at its run, ends an attempt with an error.
    for _ in range(5):
        study.process.wait()
        study.ensure_running()
        if study.process.wait() == 0:
            break
    assert study.process.returncode == 0
    marks = study.finished()
    assert [path for path in finished if marks.get(path) != finished[path]] == []
    assert different_results(smoke, study.folder) == []


def different_results(first: Path, second: Path) -> list[str]:
    """Results of the smoke study in the second folder that have other bytes in the first."""
    patterns = ("*/**/*.gsd", "*/**/*.h5", "figures/*")
    found = [path for each in patterns for path in second.glob(f"results/smoke/{each}")]
    names = sorted(path.relative_to(second) for path in found)
    assert len(names) > 50
    return [str(p) for p in names if (first / p).read_bytes() != (second / p).read_bytes()]


def copy_with_long_equilibration(folder: Path) -> Path:
    """Copy the project, with a first run that is still at work when a test has acted on it."""
    copy_project(folder)
    config = yaml.safe_load((folder / SMOKE).read_text())
    config["temperatures"][0]["equilibrate"] = 300
    (folder / SMOKE).write_text(yaml.safe_dump(config))
    return folder


def test_ctrl_c_stops_a_study_and_the_next_run_goes_on(tmp_path):
    folder = copy_with_long_equilibration(tmp_path / "project")
    arguments = [sys.executable, "-m", "softness", "run", SMOKE, "--cores", "2"]
    process = subprocess.Popen(
        arguments,
        cwd=folder,
        env=environment(folder),
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
        # Tests that run in the background inherit that Ctrl-C is ignored; a terminal's do not.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    kept = "results/simulations/equilibrate/T0.7_replica0_*/state-*3000.h5"
    while not list(folder.glob(kept)):
        assert process.poll() is None
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=30) != 0
    target = "results/smoke/equilibrate/T0.7/replica0/state.h5"
    again = command(
        folder, "snakemake", "--configfile", SMOKE, "--profile", "profiles/local", target
    )
    assert again.returncode == 0, again.stderr
    log = folder / "results/smoke/logs/equilibrate_seed/T0.7_replica0.log"
    assert "resumes after" in log.read_text()


def test_a_simulation_that_is_out_of_time_has_stopped_not_failed(tmp_path):
    folder = copy_with_long_equilibration(tmp_path / "project")
    target = "results/smoke/equilibrate/T0.7/replica0/state.h5"
    variables = environment(folder) | {"SOFTNESS_WALL_TIME": "0.1"}
    done = subprocess.run(
        [sys.executable, "-m", "softness", "run", SMOKE, "--", target],
        cwd=folder,
        env=variables,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "stopped: equilibrate T=0.7 replica 0: the time limit is nearly reached" in done.stderr
    assert "failed: " not in done.stderr


def test_a_second_run_names_the_results_again_and_does_nothing(study):
    done = command(study, "softness", "run", SMOKE)
    assert done.returncode == 0, done.stderr
    assert f"Report: {study / 'results/smoke/report.html'}" in done.stderr
    assert "done:" not in done.stderr


def test_one_study_at_a_time_in_a_folder(study):
    with (study / ".running").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = command(study, "softness", "run", SMOKE)
        direct = command(
            study, "snakemake", "--configfile", SMOKE, "--cores", "1", "--forcerun", "report"
        )
    for done in (refused, direct):
        assert done.returncode != 0
        assert "a study is already running in this folder" in done.stderr


def test_a_damaged_trajectory_is_named_and_nothing_finished_is_deleted(study):
    path = study / "results/smoke/thermal/T0.7/replica0/trajectory.gsd"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    finished = study / "results/smoke/relaxation/T1.h5"
    done = command(
        study,
        "snakemake",
        "--configfile",
        SMOKE,
        "--profile",
        "profiles/local",
        "--forcerun",
        "self_scattering",
    )
    assert done.returncode != 0
    log = (study / "results/smoke/logs/self_scattering/T0.7_replica0.log").read_text()
    assert log.startswith("error: results/smoke/thermal/T0.7/replica0/trajectory.gsd: ")
    assert len(log.strip().splitlines()) == 1
    assert finished.exists()
    assert (study / "results/smoke/thermal/T0.7/replica1/trajectory.gsd").exists()


WRONG = {
    "liquid.particels=1": "liquid.particels: unknown key: did you mean particles?",
    "liquid.fractions=[0.9,0.2]": "add up to 1",
    "hop.window=7": "hop.window: 7 tau is not an even number",
    "roles.training=0.44": "roles.training: 0.44 is not simulated",
    "features.radial.last=4.9": "features.radial.last: reaches 5.9",
}


@pytest.mark.parametrize("change", WRONG)
def test_a_wrong_configuration_stops_the_workflow_before_any_job(tmp_path, change):
    folder = copy_project(tmp_path / "project")
    path, value = change.split("=")
    config = yaml.safe_load((folder / SMOKE).read_text())
    place = config
    *parents, last = path.split(".")
    for key in parents:
        place = place.setdefault(key, {})
    place[last] = yaml.safe_load(value)
    (folder / SMOKE).write_text(yaml.safe_dump(config))
    done = command(folder, "snakemake", "--configfile", SMOKE, "--cores", "1")
    assert done.returncode != 0
    assert WRONG[change] in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "results").exists()
    checked = command(folder, "softness", "check", SMOKE)
    assert checked.returncode == 1
    assert len(checked.stderr.strip().splitlines()) == 1
    assert WRONG[change] in checked.stderr


def test_an_engine_that_is_not_installed_stops_the_run_not_the_plan(tmp_path):
    try:
        engines.create("hoomd", kob_andersen())
    except InputError:
        pass
    else:
        pytest.skip("HOOMD-blue is installed here")
    checked = command(ROOT, "softness", "check", "config/dissertation.yaml")
    assert checked.returncode == 1
    assert checked.stderr.startswith("error: engine hoomd cannot be loaded")
    assert "conda-forge" in checked.stderr


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--settings", "{"], "is not valid JSON"),
        (["--settings", "[]"], "[]"),
        (["--settings", "nowhere.json"], "nowhere.json"),
    ],
)
def test_settings_that_cannot_be_read_are_refused(arguments, named):
    done = run([sys.executable, "-m", "softness.stages.relaxation", *arguments])
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr


STAGES = {path.stem for path in (ROOT / "src/softness/stages").glob("*.py")}


@pytest.mark.parametrize("name", sorted(STAGES - {"__init__", "command"}))
def test_every_stage_helps(name):
    done = run([sys.executable, "-m", f"softness.stages.{name}", "--help"])
    assert done.returncode == 0
    assert "--settings JSON" in done.stdout
    assert len(done.stdout) > 300
