"""What is counted in isoconfigurational runs: by brute force, and what the counts hold."""

import weakref
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_ensemble import PARTICLES, PROTOCOL, counted, same, small_ensemble

from softness.dynamics.counted import CSD_THRESHOLDS, HOP_THRESHOLDS
from softness.dynamics.csd import cumulative_squared_displacement
from softness.dynamics.hop import hop_indicator
from softness.errors import InputError
from softness.files import tables
from softness.files.ensemble_counts import EnsembleCounts, merged
from softness.files.provenance import Provenance
from softness.simulate import counting
from softness.simulate.counting import Accumulator
from softness.simulate.isoconfigurational import RunProtocol

RUNS = 10
MADE_BY = Provenance("test", {})


@pytest.fixture(scope="module")
def small():
    return small_ensemble()


@pytest.fixture(scope="module")
def ensemble(small):
    return small[0]


@pytest.fixture(scope="module")
def runs(small):
    """Number and positions of each run."""
    return list(small[1].trajectories(range(RUNS)))


@pytest.fixture(scope="module")
def whole(ensemble, runs):
    return counted(ensemble, runs)


@pytest.fixture(scope="module")
def trajectories(ensemble, runs):
    """Positions of the particles that are counted."""
    own = np.flatnonzero(ensemble.run.liquid.types == 0)
    return [run[:, own] - run.mean(axis=1, keepdims=True) for _, run in runs]


def test_runs_differ_in_their_velocities_alone(ensemble):
    first, second = (ensemble.velocities(number) for number in (0, 1))
    np.testing.assert_array_equal(first, ensemble.velocities(0))
    assert np.abs(first - second).max() > 0.1
    other = replace(ensemble, snapshot=4).velocities(0)
    assert np.abs(first - other).max() > 0.1
    assert (first**2).sum() / (3 * PARTICLES - 3) == pytest.approx(1.0, abs=0.15)


def test_a_run_is_the_same_after_any_other(small, runs):
    numbers = [7, 2, 9]
    again = list(small[1].trajectories(numbers))
    assert [number for number, _ in again] == numbers
    for number, frames in again:
        np.testing.assert_array_equal(frames, runs[number][1])
        np.testing.assert_allclose(frames[0], small[0].positions, atol=1e-12)


def test_counts_do_not_depend_on_the_order_of_the_runs(ensemble, runs, whole):
    assert same(counted(ensemble, runs[::-1]), whole)
    parts = [counted(ensemble, runs[first::3]) for first in (1, 2, 0)]
    assert same(merged(parts, ["1", "2", "0"]), whole)


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


def plain_levels(values, thresholds):
    """Counts (levels, rows, particles) of one run, and squared numbers that exceed a threshold."""
    exceeded = np.searchsorted(thresholds, values)
    counts = np.arange(len(thresholds) + 1)[:, None, None] == exceeded
    return counts, (values > thresholds[:, None, None]).sum(axis=2) ** 2


def plain_sums(protocol, particle, numbers, runs):
    """All that is counted, in plain numpy."""
    sums = {}

    def add(name, half, values, kind):
        sums.setdefault(name, np.zeros((2, *values.shape), kind))[half] += values.astype(kind)

    for number, run in zip(numbers, runs, strict=True):
        half = number % 2
        about = run - run.mean(axis=1, keepdims=True)
        own = about[:, particle]
        hop = hop_indicator(own, protocol.half_window)
        csd = cumulative_squared_displacement(own, protocol.csd_window)[: len(protocol.csd_frames)]
        for name, values, thresholds in (
            ("hop", hop, HOP_THRESHOLDS),
            ("csd", csd, CSD_THRESHOLDS),
        ):
            for kind, taken in (("", values), ("_cumulative", np.maximum.accumulate(values))):
                counts, crowd = plain_levels(taken, thresholds)
                add(f"{name}{kind}", half, counts, np.uint32)
                if name == "hop":
                    add(f"hop{kind}_crowd_square", half, crowd, np.int64)
        moved = about[1:] - about[0]
        moved = (moved - moved.mean(axis=1, keepdims=True))[:, particle]
        whole = np.rint(np.linalg.norm(moved, axis=2) / 2.0**-20).astype(np.int64)
        add("displacement", half, whole, np.int64)
        add("square", half, (whole * whole) >> 20, np.int64)
    return sums


def accumulated(protocol, particle, numbers, runs):
    accumulator = Accumulator(protocol, particle)
    for number, run in zip(numbers, runs, strict=True):
        accumulator.add(number, run)
    return accumulator.counts(1.0, 0)


def assert_equal_bytes(found, expected):
    for name, values in expected.items():
        assert getattr(found, name).dtype == values.dtype, name
        np.testing.assert_array_equal(getattr(found, name), values, err_msg=name)


@st.composite
def ensembles(draw):
    """Protocol, particles, numbers and random walks of a few runs; some walk on a lattice."""
    half_window, csd_window = draw(st.integers(1, 3)), draw(st.integers(1, 5))
    frames = draw(st.integers(max(2 * half_window, csd_window), 14))
    particles, runs = draw(st.integers(1, 300)), draw(st.integers(1, 4))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    size = 10.0 ** draw(st.floats(-3, 1))
    walks = generator.normal(0, size, (runs, frames + 1, particles, 3))
    walks *= np.exp(generator.normal(size=(particles, 1)))
    walks = walks.cumsum(axis=1) + draw(st.sampled_from([0.0, 20.0, -3e4]))
    if draw(st.booleans()):
        walks = np.round(4 * walks) / 4
    own = generator.permutation(particles)[: draw(st.integers(1, particles))]
    numbers = generator.integers(0, 1000, runs).tolist()
    return RunProtocol(1, frames, half_window, csd_window, 1.0), np.sort(own), numbers, walks


@settings(max_examples=100, deadline=None)
@given(ensembles(), st.randoms(use_true_random=False))
def test_sums_are_those_of_plain_numpy_to_the_last_bit(ensemble, random):
    protocol, particle, numbers, walks = ensemble
    expected = plain_sums(protocol, particle, numbers, walks)
    assert_equal_bytes(accumulated(protocol, particle, numbers, walks), expected)
    order = random.sample(range(len(numbers)), len(numbers))
    again = accumulated(protocol, particle, [numbers[k] for k in order], walks[order])
    assert_equal_bytes(again, expected)


def test_sums_of_a_large_run_are_those_of_plain_numpy_to_the_last_bit():
    """As many particles as numpy might sum in another order."""
    generator = np.random.default_rng(5)
    walk = generator.uniform(0, 15, (4096, 3)) + generator.normal(0, 0.2, (31, 4096, 3)).cumsum(0)
    protocol, particle = RunProtocol(1, 30, 5, 10, 1.0), np.arange(3277)
    expected = plain_sums(protocol, particle, [3], [walk])
    assert_equal_bytes(accumulated(protocol, particle, [3], [walk]), expected)


def test_sums_do_not_depend_on_how_frames_lie_in_memory():
    """Those of a batch may stand frame by frame, with all runs of a frame together."""
    generator = np.random.default_rng(6)
    batch = generator.normal(0, 0.3, (15, 4, PARTICLES, 3)).cumsum(axis=0)
    runs = [batch[:, run] for run in range(4)]
    expected = plain_sums(PROTOCOL, np.arange(150), range(4), map(np.ascontiguousarray, runs))
    assert_equal_bytes(accumulated(PROTOCOL, np.arange(150), range(4), runs), expected)
    fortran = map(np.asfortranarray, runs)
    assert_equal_bytes(accumulated(PROTOCOL, np.arange(150), range(4), fortran), expected)


@pytest.mark.parametrize("thresholds", [HOP_THRESHOLDS, CSD_THRESHOLDS])
def test_a_value_at_a_threshold_does_not_exceed_it(thresholds):
    ends = [0.0, -0.0, 5e-324, 1e-9, 0.7 * thresholds[0], 1.5 * thresholds[-1], 1e30, 1.7e308]
    near = [np.nextafter(thresholds, towards) for towards in (-np.inf, np.inf)]
    values = np.random.default_rng(7).permutation(np.concatenate([thresholds, *near, ends]))
    # One particle that has all values in turn, and as many particles in one row.
    for rows in (values[:, None], values[None]):
        instant, cumulative = np.zeros((2, len(thresholds) + 1, *rows.shape), np.uint32)
        counting._count(rows, thresholds, instant, cumulative)
        for counts, taken in ((instant, rows), (cumulative, np.maximum.accumulate(rows))):
            exceeded = (taken > thresholds[:, None, None]).sum(axis=0)
            expected = np.arange(len(thresholds) + 1)[:, None, None] == exceeded
            np.testing.assert_array_equal(counts, expected)


def test_csd_of_a_run_at_a_threshold_does_not_exceed_it():
    """One step of 1 within four intervals is 0.25, exactly, and so is the threshold."""
    frames = np.zeros((15, 2, 3))
    frames[5:, :, 0] = [1.0, -1.0]
    counts = accumulated(PROTOCOL, np.arange(2), [0], [frames])
    assert counts.exceeding("csd", 0.248, 6.0)[0].tolist() == [1, 1]
    assert counts.exceeding("csd", 0.25, 6.0)[0].tolist() == [0, 0]


def test_the_shortest_run_has_one_row():
    protocol = RunProtocol(1, 2, 1, 1, 1.0)
    runs = np.random.default_rng(8).normal(0, 0.5, (3, 3, 9, 3))
    expected = plain_sums(protocol, np.arange(4), range(3), runs)
    assert expected["hop"].shape[2] == expected["csd"].shape[2] == 1
    assert_equal_bytes(accumulated(protocol, np.arange(4), range(3), runs), expected)


@pytest.mark.parametrize(
    "shape", [(14, PARTICLES, 3), (16, PARTICLES, 3), (15, 9, 3), (15, PARTICLES, 2), (15, 3)]
)
def test_a_run_of_another_shape_is_refused(shape):
    accumulator = Accumulator(PROTOCOL, np.array([3, 9]))
    with pytest.raises(InputError, match=r"a run has the shape .*\(15, N, 3\) of at least 10"):
        accumulator.add(0, np.zeros(shape))


def test_a_run_that_is_not_finite_leaves_no_trace():
    accumulator = Accumulator(PROTOCOL, np.arange(4))
    frames = np.zeros((15, PARTICLES, 3))
    frames[8, PARTICLES - 1, 1] = np.nan
    with pytest.raises(InputError, match="not finite"):
        accumulator.add(0, frames)
    counts = accumulator.counts(1.0, 0)
    assert counts.runs.size == 0
    assert not any(vars(counts)[name].any() for name in ("hop", "csd", "displacement", "square"))


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
    with pytest.raises(InputError, match=r"b\.h5: has a different temperature from a\.h5"):
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
