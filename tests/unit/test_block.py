"""How blocks of isoconfigurational runs are carried out: each run once, whatever comes between."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from kills import Killed
from small_ensemble import counted, same, small_ensemble

from locations import ROOT
from softness import configuration
from softness.errors import InputError, OutOfTime
from softness.files import tables
from softness.files.ensemble_counts import EnsembleCounts, merged
from softness.files.provenance import Provenance
from softness.simulate import block, parts
from softness.simulate.deadline import Deadline
from softness.simulate.isoconfigurational import InBatches
from softness.simulate.store import Store
from softness.stages import ensemble as ensemble_stage
from softness.study import Study

RUNS = 10
MOST = 16
MADE_BY = Provenance("test", {"engine": {"name": "lammps"}})


@pytest.fixture(autouse=True)
def frequent_checkpoints(monkeypatch):
    """After four runs, eight, and ten."""
    monkeypatch.setattr(block, "RUNS_PER_FILE", 4)
    monkeypatch.setattr(block, "SECONDS_PER_FILE", 0.0)


@pytest.fixture(scope="module")
def small():
    return small_ensemble()


@pytest.fixture(scope="module")
def ensemble(small):
    return small[0]


@pytest.fixture(scope="module")
def trajectories(small):
    """Positions of each run, by its number."""
    return dict(small[1].trajectories(range(MOST)))


@pytest.fixture(scope="module")
def wholes(ensemble, trajectories):
    """Counts of the first runs, by their number."""
    items = list(trajectories.items())
    return {runs: counted(ensemble, items[:runs]) for runs in range(1, MOST + 1)}


@pytest.fixture(scope="module")
def whole(wholes):
    return wholes[RUNS]


class Recalled:
    """A runner that knows the runs, and lists those that it gives; dies after so many of them."""

    def __init__(self, trajectories, dies_after=MOST, at_once=1, order=tuple):
        self.at_once = at_once
        self.given = []
        self._trajectories, self._dies_after, self._order = trajectories, dies_after, order

    def trajectories(self, numbers):
        assert 0 < len(numbers) <= self.at_once
        for number in self._order(numbers):
            if len(self.given) == self._dies_after:
                raise Killed
            self.given.append(number)
            yield number, self._trajectories[number]


@pytest.fixture
def recalled(trajectories):
    return lambda *options, **others: Recalled(trajectories, *options, **others)


@pytest.fixture
def done(ensemble, tmp_path):
    """Carry out a block; gives its counts."""

    def done(runner, first=0, end=RUNS, total=None, deadline=None, folder=tmp_path):
        todo = block.Block(first, end, total or end)
        found = block.run_block(folder, todo, ensemble, runner, MADE_BY, deadline or Deadline())
        return block.counts_of(found, ensemble)

    return done


@pytest.fixture
def blocks(done):
    """Carry out all blocks of an ensemble of so many runs; gives the counts of each."""

    def blocks(runner, runs, per_block):
        cuts = [*range(0, runs, per_block), runs]
        return [done(runner, first, end, runs) for first, end in pairwise(cuts)]

    return blocks


def added(counts):
    return merged(counts, [f"block {number}" for number in range(len(counts))])


def left_in(folder):
    """First run and number of runs of each part, in order."""
    return sorted((part.first, part.count) for part in parts.parts_in(folder))


def kept_in(folder):
    """Runs whose trajectories are kept."""
    return sorted(parts.frames_in(folder, 0, MOST))


def growing_in(folder):
    return list(folder.glob(f"{parts.GROWING}-*"))


# -- one block -----------------------------------------------------------------------------


def test_a_block_counts_what_an_engine_does(small, done, whole, tmp_path):
    assert same(done(small[1]), whole)
    assert left_in(tmp_path) == [(0, RUNS)]


def test_blocks_add_up_to_the_whole(done, recalled, whole):
    cuts, runner = [0, 1, 4, 5, RUNS], recalled()
    found = [done(runner, first, end, RUNS) for first, end in pairwise(cuts)]
    assert [len(counts.runs) for counts in found] == [1, 3, 1, 5]
    assert same(added(found), whole)


def test_what_is_done_is_not_done_again(done, recalled, whole):
    done(recalled())
    runner = recalled()
    assert same(done(runner), whole)
    assert runner.given == []


def test_a_block_that_is_killed_again_and_again_does_every_run_once(
    done, recalled, whole, tmp_path
):
    """In parts, and as trajectories that are in none yet."""
    given = []
    for runs, left, kept in (
        (2, [], [0, 1]),
        (5, [(0, 4)], [4, 5, 6]),
        (2, [(0, 4), (4, 4)], [8]),
    ):
        runner = recalled(dies_after=runs)
        with pytest.raises(Killed):
            done(runner)
        given += runner.given
        assert left_in(tmp_path) == left
        assert kept_in(tmp_path) == kept
        assert parts.runs_done(tmp_path, 0, RUNS, RUNS) == len(given)
    runner = recalled()
    assert same(done(runner), whole)
    assert given + runner.given == list(range(RUNS))
    assert left_in(tmp_path) == [(0, 4), (4, 4), (8, 2)]
    assert not kept_in(tmp_path)
    assert not growing_in(tmp_path)


@pytest.mark.parametrize(
    ("old", "left", "kept", "ends"),
    [
        (parts.GROWING, [(0, 4), (0, 8)], [4, 5, 6, 7], [(0, 8), (8, 2)]),
        ("frames", [(0, 4)], [0, 1, 2, 3], [(0, 4), (4, 6)]),
    ],
)
def test_a_kill_between_the_new_part_and_the_removal_of_the_old_counts_nothing_twice(
    done, recalled, whole, tmp_path, monkeypatch, old, left, kept, ends
):
    real = Path.unlink

    def unlink(path, **options):
        if path.name.startswith(old):
            raise Killed
        real(path, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", unlink)
        with pytest.raises(Killed):
            done(recalled())
        assert left_in(tmp_path) == left
        assert kept_in(tmp_path) == kept
        assert parts.runs_done(tmp_path, 0, RUNS, RUNS) == left[-1][1]
        # And once more, while that is put in order.
        with pytest.raises(Killed):
            done(recalled())
    runner = recalled()
    assert same(done(runner), whole)
    assert runner.given == list(range(left[-1][1], RUNS))
    assert not kept_in(tmp_path)
    assert not growing_in(tmp_path)
    assert set(ends) <= set(left_in(tmp_path))


def test_a_kept_trajectory_that_was_cut_short_is_done_again(done, recalled, whole, tmp_path):
    with pytest.raises(Killed):
        done(recalled(dies_after=3))
    path = parts.frames_path(tmp_path, 1)
    path.write_bytes(path.read_bytes()[:1000])
    runner = recalled()
    assert same(done(runner), whole)
    assert runner.given == [1, 3, 4, 5, 6, 7, 8, 9]


def test_files_do_not_grow_with_the_runs(done, recalled, tmp_path, monkeypatch):
    """One for each attempt, also when it is rewritten after every run."""
    monkeypatch.setattr(block, "RUNS_PER_FILE", 1)
    most = []

    def watched(numbers):
        most.append(len(left_in(tmp_path)))
        return numbers

    done(recalled(order=watched))
    assert max(most) == 1
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [block.LOCK, parts.part_path(tmp_path, range(RUNS)).name]


def test_checkpoints_are_not_written_more_often_than_their_time(
    done, recalled, tmp_path, monkeypatch
):
    monkeypatch.setattr(block, "SECONDS_PER_FILE", 1000.0)
    with pytest.raises(Killed):
        done(recalled(dies_after=9))
    assert left_in(tmp_path) == []
    assert kept_in(tmp_path) == list(range(9))


def test_a_block_leaves_before_the_wall_time_and_goes_on(
    done, recalled, whole, tmp_path, monkeypatch
):
    with pytest.raises(InputError, match=r"too short for one of the runs .10 remain"):
        done(recalled(), deadline=Deadline(0.0))
    assert left_in(tmp_path) == []
    # Runs of 10 s: the third would end after 30 s, and its file later still.
    clock = [0.0]

    def slow(numbers):
        clock[0] += 10.0
        return numbers

    with monkeypatch.context() as patched:
        patched.setattr(block.time, "monotonic", lambda: clock[0])
        with pytest.raises(OutOfTime, match="2 of 10 runs are done, 8 remain"):
            done(recalled(order=slow), deadline=Deadline(40.0, lambda: clock[0]))
    assert left_in(tmp_path) == [(0, 2)]
    assert not growing_in(tmp_path)
    assert same(done(recalled()), whole)
    assert left_in(tmp_path) == [(0, 2), (2, 8)]


def test_a_truncated_file_is_named_and_the_others_are_kept(done, recalled, whole, tmp_path):
    with pytest.raises(Killed):
        done(recalled(dies_after=4))
    done(recalled())
    file = parts.part_path(tmp_path, range(4, RUNS))
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(InputError, match=rf"{file.name}: truncated.*delete it"):
        done(recalled())
    file.unlink()
    runner = recalled()
    assert same(done(runner), whole)
    assert runner.given == [4, 5, 6, 7, 8, 9]


# -- other numbers of runs, other blocks -----------------------------------------------------


def test_more_runs_do_the_new_ones_alone(blocks, recalled, wholes):
    few, more = recalled(), recalled()
    assert same(added(blocks(few, 3, per_block=8)), wholes[3])
    assert same(added(blocks(more, 5, per_block=8)), wholes[5])
    assert more.given == [3, 4]


def test_fewer_runs_are_done_anew_once_and_delete_nothing(blocks, recalled, wholes, tmp_path):
    """Sums cannot be taken apart."""
    blocks(recalled(), 5, per_block=8)
    before = {path: path.read_bytes() for path in tmp_path.glob("*.h5")}
    for runs, anew in ((3, [0, 1, 2]), (3, []), (5, []), (3, [])):
        runner = recalled()
        assert same(added(blocks(runner, runs, per_block=8)), wholes[runs])
        assert runner.given == anew
    assert all(path.read_bytes() == content for path, content in before.items())
    assert left_in(tmp_path) == [(0, 3), (0, 5)]


@pytest.mark.parametrize("sizes", [(8, 4, 2, 8), (2, 4, 8, 2), (3, 8, 5, 1)])
def test_blocks_of_other_sizes_do_no_run(blocks, recalled, wholes, sizes):
    first, later = recalled(), recalled()
    assert same(added(blocks(first, 8, sizes[0])), wholes[8])
    for size in sizes[1:]:
        assert same(added(blocks(later, 8, size)), wholes[8])
    assert sorted(first.given) == list(range(8))
    assert later.given == []


def test_a_block_whose_runs_an_earlier_one_holds_counts_none(blocks, recalled, wholes):
    blocks(recalled(), 8, per_block=8)
    found = blocks(recalled(), 8, per_block=3)
    assert [counts.runs.tolist() for counts in found] == [list(range(8)), [], []]
    assert found[2].hop.shape == wholes[8].hop.shape
    assert not found[2].hop.any()


def test_runs_between_those_of_another_block_are_done_with_a_gap(done, recalled, wholes):
    done(recalled(), 3, 5, total=8)
    runner = recalled()
    assert same(done(runner, total=8, end=8), wholes[8])
    assert runner.given == [0, 1, 2, 5, 6, 7]
    # The part with the gap reaches over three blocks.
    later = recalled()
    found = [done(later, first, end, 8) for first, end in ((0, 3), (3, 5), (5, 8))]
    assert [len(counts.runs) for counts in found] == [6, 2, 0]
    assert later.given == []


@pytest.mark.parametrize("seed", range(4))
def test_layouts_that_change_with_each_kill_do_every_run_once(
    blocks, recalled, wholes, tmp_path, monkeypatch, seed
):
    monkeypatch.setattr(block, "RUNS_PER_FILE", 2)
    generator, given = np.random.default_rng(seed), []
    while True:
        options = {"at_once": int(generator.integers(1, 5)), "order": generator.permutation}
        runner = recalled(int(generator.integers(1, 5)), **options)
        try:
            found = blocks(runner, 12, per_block=int(generator.integers(1, 13)))
        except Killed:
            found = None
        given += runner.given
        assert parts.runs_done(tmp_path, 0, 12, 12) == len(given)
        if found:
            break
    assert sorted(given) == list(range(12))
    assert same(added(found), wholes[12])
    assert not kept_in(tmp_path)


@pytest.mark.parametrize("seed", range(4))
def test_any_numbers_of_runs_with_kills_between_count_each_run_once(
    blocks, recalled, wholes, monkeypatch, seed
):
    monkeypatch.setattr(block, "RUNS_PER_FILE", 2)
    generator = np.random.default_rng(100 + seed)
    for _ in range(12):
        total, size = (int(number) for number in generator.integers(1, 13, 2))
        runner = recalled(int(generator.integers(1, 13)), at_once=int(generator.integers(1, 5)))
        try:
            assert same(added(blocks(runner, total, size)), wholes[total])
        except Killed:
            continue


# -- several runs at once --------------------------------------------------------------------


@pytest.mark.parametrize("order", [tuple, reversed, lambda numbers: sorted(numbers, key=hash_of)])
def test_runs_that_are_done_at_once_count_the_same(done, recalled, whole, order):
    """Ten are no whole number of batches."""
    runner = recalled(at_once=4, order=order)
    assert same(done(runner), whole)
    assert sorted(runner.given) == list(range(RUNS))


def hash_of(number):
    return 7 * number % 11


@pytest.mark.parametrize(("dies_after", "kept"), [(4, []), (6, [7, 6]), (9, [9])])
def test_a_kill_within_a_batch_costs_no_other(done, recalled, whole, dies_after, kept):
    """Of the batch itself, those that have come out of it stay."""
    with pytest.raises(Killed):
        done(recalled(dies_after, at_once=4, order=reversed))
    runner = recalled(at_once=4)
    assert same(done(runner), whole)
    batches = dies_after // 4 * 4
    assert runner.given == [run for run in range(batches, RUNS) if run not in kept]


def test_another_runner_goes_on_with_what_one_has_done(small, done, recalled, whole):
    with pytest.raises(Killed):
        done(recalled(5, at_once=4))
    assert same(done(small[1]), whole)


# -- several processes -----------------------------------------------------------------------


def test_blocks_that_are_done_at_once_add_up_to_the_whole(done, recalled, wholes, monkeypatch):
    """Each in a process of its own, with a file after every run."""
    monkeypatch.setattr(block, "RUNS_PER_FILE", 1)
    context = multiprocessing.get_context("fork")
    cuts = list(pairwise((0, 4, 8, 12)))
    processes = [context.Process(target=done, args=(recalled(), *cut, 12)) for cut in cuts]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    runner = recalled()
    assert same(added([done(runner, *cut, 12) for cut in cuts]), wholes[12])
    assert runner.given == []


def test_a_part_that_another_block_may_still_write_to_is_left_alone(
    done, recalled, wholes, tmp_path
):
    with pytest.raises(Killed):
        done(recalled(5), 0, 6, total=12)
    growing = growing_in(tmp_path)
    assert len(growing) == 1
    done(recalled(), 6, 12, total=12)
    assert growing_in(tmp_path) == growing
    assert kept_in(tmp_path) == [4]
    runner = recalled()
    found = [done(runner, 0, 6, total=12), done(runner, 6, 12, total=12)]
    assert same(added(found), wholes[12])
    assert runner.given == [5]


# -- as a stage ------------------------------------------------------------------------------

SMOKE_RUNS = 200


def stage(name, settings, *options):
    program = [sys.executable, "-m", f"softness.stages.{name}", "--settings", json.dumps(settings)]
    return [*program, *(str(option) for option in options)]


def start(command, **options):
    variables = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    return subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True, **options)


def said_by(process):
    said = process.communicate()[1]
    assert process.returncode == 0, said
    return said


def finish(command):
    """What the command says."""
    return said_by(start(command))


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
    kept = ("--simulations", folder / "simulations")
    files = ("--state", state, "--history", folder / "history.h5", *kept)
    finish(stage("equilibrate", study.equilibrate("0.7", 0), *files))
    files = ("--state", state, "--trajectory", frames, "--bursts", folder / "bursts.gsd", *kept)
    finish(stage("thermal", study.thermal("0.7", 0), *files))
    return frames


def block_of_smoke(folder, trajectory, runs_per_block, number):
    """Command for a block of the smoke study's first snapshot."""
    settings = smoke_study(runs_per_block).isoconfigurational("0.7", 0, 0, number)
    files = ("--trajectory", trajectory, "--simulations", folder / "simulations")
    return stage("isoconfigurational", settings, *files, "--output", folder / f"block{number}.h5")


def kept_of_smoke(folder):
    """Where the runs are kept."""
    (found,) = Store(folder / "simulations").folders("isoconfigurational")
    return found


def summed(folder):
    """Counts of all blocks of a folder."""
    files = sorted(folder.glob("block*.h5"))
    finish(
        stage(
            "ensemble", {"runs": SMOKE_RUNS}, "--blocks", *files, "--output", folder / "ensemble.h5"
        )
    )
    return tables.read(folder / "ensemble.h5", EnsembleCounts)


@pytest.fixture(scope="module")
def in_one_job(trajectory, tmp_path_factory):
    folder = tmp_path_factory.mktemp("one_job")
    finish(block_of_smoke(folder, trajectory, SMOKE_RUNS, 0))
    counts = summed(folder)
    assert counts.runs.tolist() == list(range(SMOKE_RUNS))
    return counts


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_seven_jobs_two_at_once_count_what_one_job_does(trajectory, in_one_job, tmp_path):
    for numbers in ((0, 1), (3, 2), (4, 5), (6,)):
        jobs = [start(block_of_smoke(tmp_path, trajectory, 29, number)) for number in numbers]
        for job in jobs:
            said_by(job)
    assert len(list(tmp_path.glob("block*.h5"))) == 7
    assert same(summed(tmp_path), in_one_job)
    # One job in their place has nothing to do.
    for path in tmp_path.glob("block*.h5"):
        path.unlink()
    steps = SMOKE_RUNS * smoke_study(SMOKE_RUNS).steps_of_run
    said = finish(block_of_smoke(tmp_path, trajectory, SMOKE_RUNS, 0))
    assert f"resumes after {steps} of {steps} steps" in said
    assert same(summed(tmp_path), in_one_job)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_job_that_is_killed_three_times_counts_the_same(trajectory, in_one_job, tmp_path):
    """Killed when runs were done, in the middle of others, and when more were."""

    def runs_done():
        found = Store(tmp_path / "simulations").folders("isoconfigurational")
        return parts.runs_done(found[0], 0, SMOKE_RUNS, SMOKE_RUNS) if found else 0

    command = block_of_smoke(tmp_path, trajectory, SMOKE_RUNS, 0)
    for more, longest in ((20, 300.0), (SMOKE_RUNS, 8.0), (5, 300.0)):
        process = start(command)
        before, begin = runs_done(), time.monotonic()
        while runs_done() < before + more and time.monotonic() - begin < longest:
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert runs_done() < SMOKE_RUNS
    kept = runs_done()
    said = finish(command)
    steps = smoke_study(SMOKE_RUNS).steps_of_run
    assert kept > 0
    assert f"resumes after {kept * steps} of {SMOKE_RUNS * steps} steps" in said
    assert same(summed(tmp_path), in_one_job)
    assert not kept_in(kept_of_smoke(tmp_path))
    assert not growing_in(kept_of_smoke(tmp_path))


def test_another_study_displaces_no_block_that_was_given_out(done, recalled, wholes):
    late = done(recalled(), 4, 8, total=8)
    done(recalled(), 0, 6, total=6)
    assert same(added([done(recalled(), 0, 4, total=8), late]), wholes[8])


def test_blocks_of_different_engines_are_never_added_up(done, recalled, tmp_path):
    paths = [tmp_path / "replica0" / f"block{number}.h5" for number in (0, 1)]
    for number, (path, engine) in enumerate(zip(paths, ("lammps", "lanes"), strict=True)):
        counts = done(recalled(), 4 * number, 4 * number + 4, total=8)
        tables.write(path, counts, Provenance("test", {"engine": {"name": engine}}))
    line = ["--settings", '{"runs": 8}', "--output", str(tmp_path / "ensemble.h5")]
    options = ensemble_stage.arguments().parse_args([*line, "--blocks", *map(str, paths)])
    fault = r"block1\.h5: its runs were made with lanes, those of .*block0\.h5 with lammps: delete"
    with pytest.raises(InputError, match=fault):
        ensemble_stage.main(options)
    assert not (tmp_path / "ensemble.h5").exists()


class Lanes:
    """A batch of some runs that go straight on, each with its velocities; notes what is asked."""

    def __init__(self, ensemble, runs):
        self.runs, self.liquid, self.asked = runs, ensemble.run.liquid, []

    def load(self, positions, types):
        self._positions = np.repeat(positions[None], self.runs, axis=0)

    def set_velocities(self, velocities):
        assert velocities.shape == self._positions.shape
        self._velocities = velocities

    def set_thermostat(self, temperature):
        self.asked.append(temperature)

    def reset_thermostat(self):
        self.asked.append("reset")

    def run(self, steps):
        self._positions = self._positions + 0.005 * steps * self._velocities

    def positions(self):
        return self._positions


def test_runs_of_a_batch_go_together_and_have_their_own_velocities(ensemble):
    """Of the last batch, which is smaller, no run counts twice."""
    batch = Lanes(ensemble, 4)
    runner = InBatches(batch, ensemble)
    assert runner.at_once == 4
    for numbers in ([3, 5, 6, 9], [7, 2]):
        found = dict(runner.trajectories(numbers))
        assert list(found) == numbers
        for number, frames in found.items():
            time = 0.005 * ensemble.protocol.frame_interval * (len(frames) - 1)
            moved = ensemble.positions + time * ensemble.velocities(number)
            np.testing.assert_array_equal(frames[0], ensemble.positions)
            np.testing.assert_allclose(frames[-1], moved, rtol=0, atol=1e-12)
            assert len(frames) == ensemble.protocol.frames + 1
    assert batch.asked == 2 * [ensemble.run.temperature, "reset"]


def test_a_block_in_batches_counts_each_run_once(done, ensemble, tmp_path):
    found = []
    for runs in (1, 4, 16):
        (tmp_path / str(runs)).mkdir()
        runner = InBatches(Lanes(ensemble, runs), ensemble)
        found.append(done(runner, folder=tmp_path / str(runs)))
    assert all(same(counts, found[0]) for counts in found)


def test_parts_with_gaps_that_look_alike_have_names_of_their_own(tmp_path):
    first, second = (parts.part_path(tmp_path, numbers) for numbers in ([0, 1, 5], [0, 3, 5]))
    assert first != second
    first.touch()
    (found,) = parts.parts_in(tmp_path)
    assert (found.first, found.last, found.count) == (0, 5, 3)


def test_a_part_that_another_block_has_replaced_meanwhile_is_looked_for_again(
    done, recalled, tmp_path, monkeypatch
):
    """Its runs have a gap, so that it has to be read."""
    done(recalled(), 2, 3, total=8)
    done(recalled(), 0, 8, total=8)
    (gapped,) = (part for part in parts.parts_in(tmp_path) if part.count == 7)
    later = parts.part_path(tmp_path, [0, 1, 3, 4, 5, 6, 7], parts.GROWING)
    real = parts.reading

    def reading(path):
        if path == gapped.path and path.exists():
            path.rename(later)
        return real(path)

    monkeypatch.setattr(parts, "reading", reading)
    found = list(parts.disjoint(tmp_path, 8))
    assert [part.count for part in found] == [7, 1]
    assert found[0].path == later


def test_an_ensemble_that_lacks_runs_of_its_blocks_is_refused(done, recalled, tmp_path):
    """Parts of two ages, of which one block was given out before the other was made."""
    paths = [tmp_path / "replica0" / f"block{number}.h5" for number in (0, 1)]
    for path, (first, end) in zip(paths, ((0, 4), (5, 8)), strict=True):
        tables.write(path, done(recalled(), first, end, total=8), MADE_BY)
    line = ["--settings", '{"runs": 8}', "--output", str(tmp_path / "ensemble.h5")]
    options = ensemble_stage.arguments().parse_args([*line, "--blocks", *map(str, paths)])
    with pytest.raises(InputError, match=r"each of 8 runs .run 4 is missing.: delete all blocks"):
        ensemble_stage.main(options)
    tables.write(paths[0], done(recalled(), 0, 5, total=8), MADE_BY)
    ensemble_stage.main(options)
    assert tables.read(tmp_path / "ensemble.h5", EnsembleCounts).runs.tolist() == list(range(8))
