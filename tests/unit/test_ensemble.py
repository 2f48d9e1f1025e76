"""Isoconfigurational ensembles: the same counts however they are cut; what the counts hold."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from softness import engines
from softness.dynamics.csd import cumulative_squared_displacement
from softness.dynamics.hop import hop_indicator
from softness.errors import InputError
from softness.files import tables
from softness.files.ensemble_counts import EnsembleCounts, merged
from softness.files.provenance import Provenance
from softness.liquid import kob_andersen
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate import ensemble
from softness.simulate.chain import Chain
from softness.simulate.ensemble import Accumulator, Block, OutOfTime, RunProtocol, run_block
from softness.simulate.settings import RunSettings
from softness.simulate.start import random_start

PARTICLES = 200
PROTOCOL = RunProtocol(frame_interval=10, frames=14, half_window=2, csd_window=4, time=1.0)
RUNS = 10
MADE_BY = Provenance("test", {})


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    """Three batches, not one."""
    monkeypatch.setattr(ensemble, "RUNS_PER_FILE", 4)


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


def done(block, folder, workers=1, **options):
    with Chain(folder, {"test": 1}).locked() as chain:
        return run_block(chain, block, "cpu", workers, MADE_BY, **options)


@pytest.fixture(scope="module")
def whole(block, tmp_path_factory):
    return done(block, tmp_path_factory.mktemp("whole") / "checkpoint")


def same(first, second):
    names = ("runs", "hop", "hop_cumulative", "csd", "csd_cumulative", "displacement", "square")
    return all(np.array_equal(getattr(first, name), getattr(second, name)) for name in names)


def test_two_workers_count_what_one_does(block, whole, tmp_path):
    assert same(done(block, tmp_path / "checkpoint", workers=2), whole)


def test_blocks_add_up_to_the_whole(block, whole, tmp_path):
    cuts = [0, 1, 4, 5, 10]
    parts = [
        done(replace(block, first=first, last=last), tmp_path / f"block{first}")
        for first, last in pairwise(cuts)
    ]
    assert same(merged(parts, [str(cut) for cut in cuts[1:]]), whole)


class Killed(Exception):
    pass


def test_a_block_that_is_killed_again_and_again_ends_the_same(block, whole, tmp_path, monkeypatch):
    real, done_batches = ensemble.run_batch, []

    def killed_in_the_second(*job):
        if len(done_batches) % 2:
            done_batches.append(None)
            raise Killed
        done_batches.append(job[-1])
        return real(*job)

    monkeypatch.setattr(ensemble, "run_batch", killed_in_the_second)
    for _ in range(2):
        with pytest.raises(Killed):
            done(block, tmp_path / "checkpoint")
    counts = done(block, tmp_path / "checkpoint")
    assert same(counts, whole)
    # Nothing was done twice.
    assert sorted(run for batch in done_batches if batch for run in batch) == list(range(RUNS))


def test_a_block_leaves_before_the_wall_time_and_goes_on(block, whole, tmp_path, monkeypatch):
    with pytest.raises(OutOfTime):
        done(block, tmp_path / "checkpoint", wall_time=0.0)
    assert not list((tmp_path / "checkpoint").glob("segment-*"))
    clock = iter(np.arange(0, 1000, 10.0))
    with monkeypatch.context() as patched:
        patched.setattr(ensemble.time, "monotonic", lambda: float(next(clock)))
        with pytest.raises(OutOfTime):
            done(block, tmp_path / "checkpoint", wall_time=40.0)
    assert len(list((tmp_path / "checkpoint").glob("segment-*"))) == 1
    assert same(done(block, tmp_path / "checkpoint"), whole)


def test_a_truncated_batch_is_named_and_the_others_are_kept(block, whole, tmp_path):
    done(block, tmp_path / "checkpoint")
    file = sorted((tmp_path / "checkpoint").glob("segment-*"))[1]
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(InputError, match=r"segment-000001-counts\.h5"):
        done(block, tmp_path / "checkpoint")
    file.unlink()
    assert same(done(block, tmp_path / "checkpoint"), whole)


def test_runs_differ_in_their_velocities_alone(block):
    first, second = (ensemble.velocities(block.run, 3, number) for number in (0, 1))
    again = ensemble.velocities(block.run, 3, 0)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - second).max() > 0.1
    other = ensemble.velocities(block.run, 4, 0)
    assert np.abs(first - other).max() > 0.1
    assert (first**2).sum() / (3 * PARTICLES - 3) == pytest.approx(1.0, abs=0.15)


def test_counts_are_those_of_the_trajectories(block, whole):
    """By brute force: every run again, whole, and each threshold on its own."""
    engine = engines.create("lammps", block.run.liquid)
    starts = [ensemble.velocities(block.run, 3, number) for number in range(RUNS)]
    runs = ensemble.SequentialEnsemble(engine, 1.0).trajectories(block.positions, starts, PROTOCOL)
    own = np.flatnonzero(block.run.liquid.types == 0)
    trajectories = [run[:, own] - run.mean(axis=1, keepdims=True) for run in runs]
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


def test_parts_of_other_settings_and_runs_that_count_twice_are_refused(whole):
    with pytest.raises(InputError, match=r"b\.h5: run 0 is in a\.h5 already"):
        merged([whole, whole], ["a.h5", "b.h5"])
    warmer = replace(whole, temperature=np.array(1.1))
    with pytest.raises(InputError, match=r"b\.h5: has another temperature than a\.h5"):
        merged([whole, warmer], ["a.h5", "b.h5"])
    with pytest.raises(InputError, match="no parts"):
        merged([], [])


def test_memory_and_files_do_not_grow_with_the_runs(whole, tmp_path):
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
