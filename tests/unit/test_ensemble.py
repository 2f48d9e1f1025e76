"""Isoconfigurational ensembles: the same counts however they are cut; what the counts hold."""

import json
import os
import signal
import subprocess
import sys
import time
import weakref
from dataclasses import replace
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pytest

from locations import ROOT
from softness import configuration, engines
from softness.dynamics.csd import cumulative_squared_displacement
from softness.dynamics.hop import hop_indicator
from softness.errors import InputError, OutOfTime
from softness.files import tables
from softness.files.ensemble_counts import EnsembleCounts, frames_in, merged, runs_done
from softness.files.provenance import Provenance
from softness.liquid import kob_andersen
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate import ensemble
from softness.simulate.chain import Chain
from softness.simulate.deadline import Deadline
from softness.simulate.ensemble import Accumulator, Block, RunProtocol, run_block
from softness.simulate.settings import RunSettings
from softness.simulate.start import random_start
from softness.study import Study

PARTICLES = 200
PROTOCOL = RunProtocol(frame_interval=10, frames=14, half_window=2, csd_window=4, time=1.0)
RUNS = 10
MADE_BY = Provenance("test", {})


@pytest.fixture(autouse=True)
def frequent_checkpoints(monkeypatch):
    """After four runs, eight, and ten; those of other processes once, at their end."""
    monkeypatch.setattr(ensemble, "RUNS_PER_CHECKPOINT", 4)
    monkeypatch.setattr(ensemble, "SECONDS_PER_CHECKPOINT", 0.0)


@pytest.fixture(scope="module")
def block():
    """Short runs of a small warm liquid, as a block of ten."""
    run = RunSettings(
        liquid=kob_andersen(PARTICLES, density=0.9),
        engine="lammps",
        time_step=0.005,
        coupling_time=0.5,
        seed=7,
        temperature=1.0,
        replica=0,
    )
    engine = run.create_engine("cpu")
    generator = stream(1, "ensemble test", 1.0)
    start = random_start(run.liquid, generator)
    engine.load(start, run.liquid.types, maxwell_boltzmann(generator, PARTICLES, 1.0))
    engine.set_thermostat(1.0)
    engine.run(500)
    return Block(run, PROTOCOL, engine.positions(), snapshot=3, first=0, last=RUNS)


def done(block, folder, workers=1, deadline=None):
    with Chain(folder, {"test": 1}, deadline).locked() as chain:
        return run_block(chain, block, "cpu", workers, MADE_BY)


@pytest.fixture(scope="module")
def whole(block, tmp_path_factory):
    return done(block, tmp_path_factory.mktemp("whole") / "checkpoint")


def same(first, second):
    return all(np.array_equal(values, vars(second)[name]) for name, values in vars(first).items())


def parts(folder):
    """First run and number of runs of each file that a block has left."""
    return [
        tuple(int(part) for part in path.stem.split("-")[1::2])
        for path in sorted(folder.glob("segment-*-runs-*"))
    ]


def test_two_workers_count_what_one_does(block, whole, tmp_path):
    assert same(done(block, tmp_path / "checkpoint", workers=2), whole)


def test_blocks_add_up_to_the_whole(block, whole, tmp_path):
    cuts = [0, 1, 4, 5, 10]
    blocks = [
        done(replace(block, first=first, last=last), tmp_path / f"block{first}")
        for first, last in pairwise(cuts)
    ]
    assert same(merged(blocks, [str(cut) for cut in cuts[1:]]), whole)


class Killed(BaseException):
    pass


def killed_after(monkeypatch, runs):
    """Let as many runs be done as are given; kill the process in the next one. Lists them."""
    real, begun = ensemble.trajectory, []

    def trajectory(engine, block, number):
        if len(begun) == runs:
            raise Killed
        begun.append(number)
        return real(engine, block, number)

    monkeypatch.setattr(ensemble, "trajectory", trajectory)
    return begun


def test_a_block_that_is_killed_again_and_again_does_every_run_once(
    block, whole, tmp_path, monkeypatch
):
    """In parts, and as trajectories that are in none yet."""
    folder, begun = tmp_path / "checkpoint", []
    for runs, left, kept in (
        (2, [], [0, 1]),
        (5, [(0, 4)], [4, 5, 6]),
        (2, [(0, 4), (4, 4)], [8]),
    ):
        with monkeypatch.context() as patched, pytest.raises(Killed):
            begun.append(killed_after(patched, runs))
            done(block, folder)
        assert parts(folder) == left
        assert sorted(frames_in(folder)) == kept
        assert runs_done(folder) == sum(map(len, begun))
    with monkeypatch.context() as patched:
        begun.append(killed_after(patched, RUNS))
        counts = done(block, folder)
    assert list(chain.from_iterable(begun)) == list(range(RUNS))
    assert same(counts, whole)
    assert parts(folder) == [(0, 4), (4, 4), (8, 2)]
    assert not frames_in(folder)


@pytest.mark.parametrize("workers", [(1, 2), (2, 1), (2, 2, 1)])
def test_an_attempt_may_have_another_number_of_workers(block, whole, tmp_path, workers):
    """A file is deleted after each attempt: its runs are what the next one has to do."""
    folder = tmp_path / "checkpoint"
    for attempt, number in enumerate(workers):
        counts = done(block, folder, workers=number)
        assert len(parts(folder)) <= sum(workers[: attempt + 1])
        sorted(folder.glob("segment-*"))[attempt % 2 - 1].unlink()
    assert same(counts, whole)


@pytest.mark.parametrize(
    ("old", "left", "kept", "ends"),
    [
        ("-runs-", [(0, 4), (0, 8)], [4, 5, 6, 7], [(0, 8), (8, 2)]),
        ("-frames", [(0, 4)], [0, 1, 2, 3], [(0, 4), (4, 6)]),
    ],
)
def test_a_kill_between_the_new_file_and_the_removal_of_the_old_counts_nothing_twice(
    block, whole, tmp_path, monkeypatch, old, left, kept, ends
):
    folder = tmp_path / "checkpoint"

    real = Path.unlink

    def unlink(path, **options):
        if old in path.name:
            raise Killed
        real(path, **options)

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(Path, "unlink", unlink)
        done(block, folder)
    assert parts(folder) == left
    assert sorted(frames_in(folder)) == kept
    with monkeypatch.context() as patched:
        begun = killed_after(patched, RUNS)
        counts = done(block, folder)
    assert begun == list(range(left[-1][1], RUNS))
    assert same(counts, whole)
    assert parts(folder) == ends
    assert not frames_in(folder)


def test_a_kept_trajectory_that_was_cut_short_is_done_again(block, whole, tmp_path, monkeypatch):
    folder = tmp_path / "checkpoint"
    with monkeypatch.context() as patched, pytest.raises(Killed):
        killed_after(patched, 3)
        done(block, folder)
    path = frames_in(folder)[1]
    path.write_bytes(path.read_bytes()[:1000])
    with monkeypatch.context() as patched:
        begun = killed_after(patched, RUNS)
        assert same(done(block, folder), whole)
    assert begun == [1, 3, 4, 5, 6, 7, 8, 9]


def test_files_do_not_grow_with_the_runs(block, tmp_path, monkeypatch):
    """One for each worker of each attempt, also when it is rewritten after every run."""
    monkeypatch.setattr(ensemble, "RUNS_PER_CHECKPOINT", 1)
    folder, most = tmp_path / "checkpoint", []
    real = ensemble.trajectory

    def trajectory(*job):
        most.append(len(parts(folder)))
        return real(*job)

    monkeypatch.setattr(ensemble, "trajectory", trajectory)
    done(block, folder)
    assert max(most) == 1
    assert parts(folder) == [(0, 10)]
    assert sorted(path.name for path in folder.iterdir()) == [
        "segment-000000-runs-000010.h5",
        "settings.json",
    ]
    done(block, tmp_path / "two", workers=2)
    assert len(parts(tmp_path / "two")) == 2
    assert runs_done(tmp_path / "two") == 10


def test_checkpoints_are_not_written_more_often_than_their_time(block, tmp_path, monkeypatch):
    monkeypatch.setattr(ensemble, "SECONDS_PER_CHECKPOINT", 1000.0)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        killed_after(patched, 9)
        done(block, tmp_path / "checkpoint")
    assert parts(tmp_path / "checkpoint") == []


def test_a_block_leaves_before_the_wall_time_and_goes_on(block, whole, tmp_path, monkeypatch):
    folder = tmp_path / "checkpoint"
    with pytest.raises(InputError, match="too short for one of the 10 runs"):
        done(block, folder, deadline=Deadline(0.0))
    assert parts(folder) == []
    # Runs of 10 s: the third would end after 30 s, and its file later still.
    clock = [0.0]
    real = ensemble.trajectory

    def trajectory(*job):
        clock[0] += 10.0
        return real(*job)

    with monkeypatch.context() as patched:
        patched.setattr(ensemble, "trajectory", trajectory)
        patched.setattr(ensemble.time, "monotonic", lambda: clock[0])
        with pytest.raises(OutOfTime, match="2 of 10 runs are done, 8 are left"):
            done(block, folder, deadline=Deadline(40.0, lambda: clock[0]))
    assert parts(folder) == [(0, 2)]
    assert same(done(block, folder), whole)
    assert parts(folder) == [(0, 2), (2, 8)]


def test_a_truncated_file_is_named_and_the_others_are_kept(block, whole, tmp_path, monkeypatch):
    folder = tmp_path / "checkpoint"
    with monkeypatch.context() as patched, pytest.raises(Killed):
        killed_after(patched, 4)
        done(block, folder)
    done(block, folder)
    file = sorted(folder.glob("segment-*"))[1]
    assert file.name == "segment-000004-runs-000006.h5"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(InputError, match=r"segment-000004-runs-000006\.h5: truncated.*delete it"):
        done(block, folder)
    file.unlink()
    with monkeypatch.context() as patched:
        begun = killed_after(patched, RUNS)
        assert same(done(block, folder), whole)
    assert begun == [4, 5, 6, 7, 8, 9]


def test_a_worker_that_dies_or_fails_is_said_and_what_is_on_the_disk_is_kept(block, tmp_path):
    """A process that is short of memory is killed by the system; a fault has its own message."""
    dead = ensemble._Elsewhere(block, "cpu", MADE_BY, tmp_path, tmp_path / "0")
    dead._process.kill()
    dead.begin(0)
    with pytest.raises(InputError, match=r"exit status -9.*fewer workers or more memory"):
        dead.result()
    with pytest.raises(InputError, match="lammps has no device 'gpu'"):
        done_on_gpu(block, tmp_path / "checkpoint")


def done_on_gpu(block, folder):
    with Chain(folder, {"test": 1}).locked() as chain:
        return run_block(chain, block, "gpu", 2, MADE_BY)


def test_runs_differ_in_their_velocities_alone(block):
    first, second = (ensemble.velocities(block.run, 3, number) for number in (0, 1))
    again = ensemble.velocities(block.run, 3, 0)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - second).max() > 0.1
    other = ensemble.velocities(block.run, 4, 0)
    assert np.abs(first - other).max() > 0.1
    assert (first**2).sum() / (3 * PARTICLES - 3) == pytest.approx(1.0, abs=0.15)


@pytest.fixture(scope="module")
def trajectories(block):
    """Every run again, whole: positions of the particles that are counted."""
    engine = engines.create("lammps", block.run.liquid)
    starts = [ensemble.velocities(block.run, 3, number) for number in range(RUNS)]
    runs = ensemble.SequentialEnsemble(engine, 1.0).trajectories(block.positions, starts, PROTOCOL)
    own = np.flatnonzero(block.run.liquid.types == 0)
    return [run[:, own] - run.mean(axis=1, keepdims=True) for run in runs]


def test_counts_are_those_of_the_trajectories(whole, trajectories):
    """By brute force: each threshold on its own."""
    hop = np.array([hop_indicator(run, 2) for run in trajectories])
    csd = np.array([cumulative_squared_displacement(run, 4)[:9] for run in trajectories])
    for half in (0, 1):
        for kind, values in (("hop", hop[half::2]), ("csd", csd[half::2])):
            thresholds, times = (getattr(whole, f"{kind}_{what}") for what in ("threshold", "time"))
            for threshold in thresholds[::17]:
                for row, moment in enumerate(times):
                    found = whole.exceeding(kind, threshold, moment)[half]
                    expected = (values[:, row] > threshold).sum(axis=0)
                    np.testing.assert_array_equal(found, expected)
                    found = whole.exceeding(f"{kind}_cumulative", threshold, moment)[half]
                    expected = (values[:, : row + 1] > threshold).any(axis=1).sum(axis=0)
                    np.testing.assert_array_equal(found, expected)
        sizes = [np.linalg.norm(run[1:] - run[0], axis=2) for run in trajectories[half::2]]
        displacement = whole.displacement[half] * float(whole.unit)
        np.testing.assert_allclose(displacement, np.sum(sizes, axis=0), atol=1e-5)
        square = whole.square[half] * float(whole.unit)
        np.testing.assert_allclose(square, np.sum(np.square(sizes), axis=0), atol=1e-4)
    assert (hop > 0.01).mean() > 0.1


def test_scatter_between_runs_is_that_of_the_trajectories(whole, trajectories):
    """By brute force: how many particles exceed, run by run."""
    hop = np.array([hop_indicator(run, 2) for run in trajectories])
    for kind, values in (("hop", hop), ("hop_cumulative", np.maximum.accumulate(hop, axis=1))):
        for level, threshold in enumerate(whole.hop_threshold):
            crowds = (values > threshold).sum(axis=2)
            for half in (0, 1):
                found = getattr(whole, f"{kind}_crowd_square")[half, level]
                np.testing.assert_array_equal(found, (crowds[half::2] ** 2).sum(axis=0))
            mean, error = whole.mean_share(kind, threshold)
            shares = crowds / len(whole.particle)
            np.testing.assert_allclose(mean, shares.mean(axis=0), rtol=1e-12)
            expected = shares.std(axis=0, ddof=1) / np.sqrt(RUNS)
            np.testing.assert_allclose(error, expected, rtol=1e-9, atol=1e-15)
        assert len(set(crowds[:, 0])) > 1 or threshold == 1.0


def test_the_error_of_the_mean_knows_that_particles_of_a_run_move_together():
    """All particles hop in every second run and none in the others: as good as one particle."""
    accumulator = Accumulator(PROTOCOL, np.arange(PARTICLES))
    still = np.zeros((15, PARTICLES, 3))
    still[:, :, 0] = 0.001 * np.arange(PARTICLES)
    jump = still.copy()
    # One to the left for each to the right: the centre stays.
    jump[7:, :, 1] = np.where(np.arange(PARTICLES) % 2, 1.0, -1.0)
    for number in range(20):
        accumulator.add(number, jump if number % 4 < 2 else still)
    mean, error = accumulator.counts(1.0, 3).mean_share("hop", 0.2)
    # Frame 7 is the fifth of those at which p_hop is known.
    assert mean[5] == 0.5
    assert error[5] == pytest.approx(0.5 / np.sqrt(19), rel=1e-12)
    assert (mean[0], error[0]) == (0.0, 0.0)


def test_one_run_has_a_mean_but_no_error(whole):
    accumulator = Accumulator(PROTOCOL, whole.particle)
    accumulator.add(0, np.zeros((15, PARTICLES, 3)))
    mean, error = accumulator.counts(1.0, 3).mean_share("hop_cumulative", 0.2)
    assert (mean == 0).all()
    assert np.isnan(error).all()


def test_sums_of_a_million_runs_lose_no_digit(whole):
    """Beyond 64 bits, and with nearly no scatter: 3276 particles of 3277 in half of the runs."""
    runs, particles = 1_000_000, 3277
    hop = np.zeros((2, 101, 1, particles), np.uint32)
    hop[0, 50], hop[1, 50, :, 1:] = runs // 2, runs // 2
    squares = np.zeros((2, 100, 1), np.int64)
    squares[0, :50], squares[1, :50] = runs // 2 * particles**2, runs // 2 * (particles - 1) ** 2
    many = replace(
        whole,
        runs=np.arange(runs),
        particle=np.arange(particles),
        hop=hop,
        hop_crowd_square=squares,
    )
    mean, error = many.mean_share("hop", 0.2)
    assert mean[0] == pytest.approx((particles - 0.5) / particles, rel=1e-15)
    assert error[0] == pytest.approx(0.5 / particles / np.sqrt(runs - 1), rel=1e-12)


def test_grids_are_those_of_the_study(whole):
    np.testing.assert_allclose(whole.hop_threshold, np.linspace(0.01, 1.0, 100))
    np.testing.assert_allclose(whole.csd_threshold, np.linspace(0.02, 0.4, 191))
    assert whole.hop_time.tolist() == list(range(2, 13))
    assert whole.csd_time.tolist() == list(range(4, 13))
    assert whole.runs_of_halves().tolist() == [5, 5]


def test_a_threshold_off_the_grid_is_refused(whole):
    with pytest.raises(InputError, match=r"threshold = 0\.205 .* 0\.01 to 1 .* 0\.01"):
        whole.exceeding("hop", 0.205, 5.0)
    with pytest.raises(InputError, match=r"time = 30 .* 2 to 12"):
        whole.exceeding("hop", 0.2, 30.0)
    with pytest.raises(InputError, match=r"threshold = 0\.205"):
        whole.mean_share("hop", 0.205)
    with pytest.raises(InputError, match=r"kind = 'csd'.*'hop_cumulative'"):
        whole.mean_share("csd", 0.2)


def test_parts_of_other_settings_and_runs_that_count_twice_are_refused(whole):
    with pytest.raises(InputError, match=r"b\.h5: run 0 is in a\.h5 already"):
        merged([whole, whole], ["a.h5", "b.h5"])
    warmer = replace(whole, temperature=np.array(1.1))
    with pytest.raises(InputError, match=r"b\.h5: has another temperature than a\.h5"):
        merged([whole, warmer], ["a.h5", "b.h5"])
    with pytest.raises(InputError, match="no parts"):
        merged([], [])


def test_merging_keeps_two_parts_in_memory_however_many_there_are(whole):
    alive = []

    def parts():
        for number in range(5):
            assert not any(part() for part in alive)
            part = replace(whole, runs=whole.runs + RUNS * number)
            alive.append(weakref.ref(part))
            yield part
            del part

    total = merged(parts(), [str(number) for number in range(5)])
    assert total.runs.tolist() == list(range(5 * RUNS))
    np.testing.assert_array_equal(total.hop, 5 * whole.hop)
    np.testing.assert_array_equal(total.hop_crowd_square, 5 * whole.hop_crowd_square)


def test_memory_does_not_grow_with_the_runs(whole, tmp_path):
    accumulator = Accumulator(PROTOCOL, whole.particle)
    frames = np.zeros((15, PARTICLES, 3))
    sizes = []
    for number in range(20):
        accumulator.add(number, frames)
        if number in (9, 19):
            counts = accumulator.counts(1.0, 3)
            sizes.append(sum(array.nbytes for array in vars(counts).values()) - counts.runs.nbytes)
    assert sizes[0] == sizes[1]
    tables.write(tmp_path / "counts.h5", counts, MADE_BY)
    assert same(tables.read(tmp_path / "counts.h5", EnsembleCounts), counts)


def stage(name, settings, *options):
    program = [sys.executable, "-m", f"softness.stages.{name}", "--settings", json.dumps(settings)]
    return [*program, *(str(option) for option in options)]


def start(command, **options):
    variables = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    return subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True, **options)


def finish(command):
    """What the command says."""
    process = start(command)
    said = process.communicate()[1]
    assert process.returncode == 0, said
    return said


SMOKE_RUNS = 200


def smoke_study(runs_per_block):
    config = configuration.load(ROOT / "config" / "smoke.yaml")
    config["isoconfigurational"]["ensembles"][0]["runs"] = SMOKE_RUNS
    config["isoconfigurational"]["runs_per_block"] = runs_per_block
    return Study(config)


@pytest.fixture(scope="module")
def trajectory(tmp_path_factory):
    """The thermal run that the smoke study takes its first snapshot from."""
    folder, study = tmp_path_factory.mktemp("thermal"), smoke_study(SMOKE_RUNS)
    state, frames = folder / "state.h5", folder / "trajectory.gsd"
    files = ("--history", folder / "history.h5", "--checkpoint", folder / "equilibration")
    finish(stage("equilibrate", study.equilibrate("0.7", 0), "--state", state, *files))
    files = ("--bursts", folder / "bursts.gsd", "--checkpoint", folder / "run")
    files = ("--state", state, "--trajectory", frames, *files)
    finish(stage("thermal", study.thermal("0.7", 0), *files))
    return frames


def block_of_smoke(folder, trajectory, runs_per_block, block, workers):
    """Command for a block of the smoke study's first snapshot."""
    settings = smoke_study(runs_per_block).isoconfigurational("0.7", "0", str(block))
    files = ("--trajectory", trajectory, "--checkpoint", folder / f"checkpoint{block}")
    files = (*files, "--output", folder / f"block{block}.h5")
    return stage("isoconfigurational", settings, *files, "--workers", workers)


def summed(folder):
    """Counts of all blocks of a folder."""
    files = sorted(folder.glob("block*.h5"))
    finish(stage("ensemble", {}, "--blocks", *files, "--output", folder / "ensemble.h5"))
    return tables.read(folder / "ensemble.h5", EnsembleCounts)


@pytest.fixture(scope="module")
def in_one_job(trajectory, tmp_path_factory):
    folder = tmp_path_factory.mktemp("one_job")
    finish(block_of_smoke(folder, trajectory, SMOKE_RUNS, block=0, workers=1))
    counts = summed(folder)
    assert counts.runs.tolist() == list(range(SMOKE_RUNS))
    return counts


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_seven_jobs_with_one_or_two_workers_count_what_one_job_does(
    trajectory, in_one_job, tmp_path
):
    for block in range(7):
        finish(block_of_smoke(tmp_path, trajectory, 29, block, workers=1 + block % 2))
    assert len(list(tmp_path.glob("block*.h5"))) == 7
    assert same(summed(tmp_path), in_one_job)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_job_that_is_killed_three_times_counts_the_same(trajectory, in_one_job, tmp_path):
    """Killed when a file was written, in the middle of runs, and when another one was."""
    folder = tmp_path / "checkpoint0"
    for workers, longest in ((1, 300.0), (2, 8.0), (2, 300.0)):
        command = block_of_smoke(tmp_path, trajectory, SMOKE_RUNS, 0, workers)
        process = start(command)
        before, begin = runs_done(folder), time.monotonic()
        while runs_done(folder) == before and time.monotonic() - begin < longest:
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert runs_done(folder) < SMOKE_RUNS
    kept = runs_done(folder)
    said = finish(block_of_smoke(tmp_path, trajectory, SMOKE_RUNS, 0, workers=2))
    steps = smoke_study(SMOKE_RUNS).steps_of_run
    assert kept > 0
    assert f"goes on after {kept * steps} of {SMOKE_RUNS * steps} steps" in said
    assert same(summed(tmp_path), in_one_job)
    left = sorted(path.name for path in folder.iterdir())
    assert left == ["finished-block0.h5", "finished.json", "settings.json"]
