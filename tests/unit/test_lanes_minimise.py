"""Minima of the energy in lanes: as the engine finds them, each lane by itself."""

import numpy as np
import pytest
from direct_sums import forces_and_energy
from lane_witness import batch_of, bits, melt, velocities_of

from softness import engines
from softness.lanes import batch as module
from softness.lanes import group
from softness.lanes.descent import at_the_top, steer
from softness.lanes.vectors import vector_dtype

PARTICLES, RUNS = 500, 20
TOLERANCE = 1e-4


@pytest.fixture(scope="module", params=["common", "per_pair"])
def liquid_and_starts(request):
    """A liquid, and (runs, N, 3) configurations of one run at T = 0.86, a quarter of tau apart."""
    liquid, start = melt(PARTICLES, request.param)
    batch = batch_of(liquid, 1)
    batch.load(start, liquid.types)
    batch.set_velocities(velocities_of(PARTICLES, 0.86, 1))
    batch.set_thermostat(0.86)
    found = []
    for _ in range(RUNS):
        batch.run(50)
        found.append(batch.positions()[0])
    return liquid, np.array(found)


def minimised(liquid, starts, lanes=16, element=np.float32, tolerance=TOLERANCE):
    """A batch of runs in their minima, and the largest forces left."""
    batch = batch_of(liquid, len(starts), lanes, element)
    batch.load(starts, liquid.types)
    return batch, batch.minimise(tolerance)


@pytest.fixture(scope="module")
def together(liquid_and_starts):
    return minimised(*liquid_and_starts)


def by_lammps(liquid, starts):
    """(runs,) energies and (runs, N, 3) positions of minima."""
    engine, energies, positions = engines.create("lammps", liquid), [], []
    for start in starts:
        engine.load(start, liquid.types)
        assert engine.minimise(TOLERANCE) <= TOLERANCE
        energies.append(engine.potential_energy())
        positions.append(engine.positions())
    return np.array(energies), np.array(positions)


def test_lanes_end_in_minima(liquid_and_starts, together):
    liquid, starts = liquid_and_starts
    batch, largest = together
    assert (largest < TOLERANCE).all()
    energies, positions = batch.potential_energy(), batch.positions()
    for run in range(RUNS):
        forces, energy, _ = forces_and_energy(liquid, positions[run], liquid.types)
        assert np.linalg.norm(forces, axis=1).max() == pytest.approx(largest[run], abs=1e-9)
        assert energies[run] == pytest.approx(energy, abs=1e-8)
    moved = positions - starts
    np.testing.assert_allclose(moved.mean(axis=1), 0, atol=1e-7)
    assert (np.linalg.norm(moved, axis=2).mean(axis=1) > 0.05).all()
    assert not batch.velocities().any()


def test_in_double_precision_lanes_go_the_way_of_lammps(liquid_and_starts):
    """Step by step: the parameters are the same, and so are the minima."""
    liquid, starts = liquid_and_starts
    batch, _ = minimised(liquid, starts[:2], element=np.float64)
    energies, positions = by_lammps(liquid, starts[:2])
    np.testing.assert_allclose(batch.potential_energy(), energies, atol=1e-8)
    np.testing.assert_allclose(batch.positions(), positions, atol=1e-7)


def test_most_minima_are_those_of_lammps(liquid_and_starts, together):
    """By way of single precision: not where a saddle is near."""
    liquid, starts = liquid_and_starts
    some = slice(0, RUNS, 3)
    energies, positions = by_lammps(liquid, starts[some])
    is_same = np.abs(together[0].potential_energy()[some] - energies) < 1e-6 * PARTICLES
    assert is_same.mean() > 0.7
    apart = np.linalg.norm(together[0].positions()[some] - positions, axis=2)
    assert apart[is_same].max() < 0.01


@pytest.mark.parametrize("numbers", [[0], [17], [3, 1, 19], list(range(19, -1, -1)), [5] * 7])
@pytest.mark.parametrize("lanes", [8, 16])
def test_a_minimum_is_the_same_in_other_company(liquid_and_starts, together, numbers, lanes):
    liquid, starts = liquid_and_starts
    batch, largest = minimised(liquid, starts[numbers], lanes)
    expected = bits(together[0])
    assert bits(batch) == [expected[number] for number in numbers]
    np.testing.assert_array_equal(largest, together[1][numbers])


def test_from_one_start_too_after_runs_of_their_own(liquid_and_starts):
    liquid, starts = liquid_and_starts
    ends = []
    for numbers in ([0, 1, 2], [2]):
        batch = batch_of(liquid, len(numbers))
        batch.load(starts[0], liquid.types)
        batch.set_velocities(velocities_of(PARTICLES, 0.86, 3)[numbers])
        batch.run(100)
        batch.minimise(TOLERANCE)
        ends.append(bits(batch))
    assert ends[0][2] == ends[1][0]


def test_a_minimum_stays_where_it_is(liquid_and_starts, together):
    liquid, _ = liquid_and_starts
    minima = together[0].positions()
    again, largest = minimised(liquid, minima, tolerance=2 * TOLERANCE)
    assert (largest < 2 * TOLERANCE).all()
    # What single precision rounds, and no step.
    np.testing.assert_allclose(again.positions(), minima, atol=2e-6)
    exact, _ = minimised(liquid, minima, element=np.float64, tolerance=2 * TOLERANCE)
    np.testing.assert_array_equal(exact.positions(), minima)


def test_far_from_the_origin_single_precision_ends_sooner(liquid_and_starts, monkeypatch):
    liquid, starts = liquid_and_starts
    _, largest = minimised(liquid, starts[:3] + 40 * liquid.box_length)
    assert (largest < TOLERANCE).all()
    # However near to a minimum: no step is taken in single precision.
    monkeypatch.setattr(group, "SINGLE", 1e6)
    found, _ = minimised(liquid, starts[:3])
    rounded = starts[:3].astype(np.float32).astype(np.float64)
    double, _ = minimised(liquid, rounded, element=np.float64)
    np.testing.assert_array_equal(found.positions(), double.positions())


@pytest.mark.parametrize("limit", [0, 5, 700])
def test_lanes_that_give_up_say_so(liquid_and_starts, monkeypatch, limit):
    liquid, starts = liquid_and_starts
    monkeypatch.setattr(module, "MINIMISER_STEPS", limit)
    batch, largest = minimised(liquid, starts[:3], tolerance=1e-12)
    assert (largest > 1e-12).all()
    forces = np.linalg.norm(batch.forces(), axis=2).max(axis=1)
    np.testing.assert_allclose(forces, largest, rtol=1e-9)


def test_what_is_saved_after_a_minimisation_is_double_precision(
    liquid_and_starts, together, tmp_path
):
    liquid, starts = liquid_and_starts
    batch, _ = minimised(liquid, starts[:2])
    batch.save(tmp_path / "state.h5")
    other = batch_of(liquid, 2)
    other.restore(tmp_path / "state.h5")
    assert bits(other) == bits(batch) == bits(together[0])[:2]
    # Until the next start.
    other.load(starts[0], liquid.types)
    assert other._groups[0].element is np.float32


def test_time_steps_and_mixing_are_those_of_fire():
    """Of one lane downhill, one uphill, one that is done: E. Bitzek et al. (2006)."""
    descent = at_the_top(0.004, vector_dtype(np.float64, 4))
    descent.largest[:] = 1.0, 1.0, 0.01, 1.0
    descent.kinetic[:], descent.square[:] = 9.0, 4.0
    tolerance, half = np.full(4, 0.1), 0.002
    for step in range(1, 9):
        descent.power[:] = 1.0, -1.0, 1.0, 1.0 if step != 4 else 0.0
        mixing = descent.mixing.copy()
        assert steer(descent, tolerance, 0.005, 1000)
        grown = max(step - 5, 0)
        assert descent.time_step[0] == pytest.approx(min(0.004 * 1.1**grown, 0.005))
        assert descent.mixing[0] == pytest.approx(0.1 * 0.99**grown)
        half = descent.time_step[0] / 2
        pull = (1 - mixing[0]) * half + mixing[0] * 1.5
        expected = [descent.time_step[0], 1 - mixing[0], pull]
        np.testing.assert_allclose(descent.factor_numbers[:, 0], expected)
        # Half as long each time, but not below a fiftieth of the largest one.
        assert descent.time_step[1] == 0.004 / 2 ** min(step, 5)
        np.testing.assert_array_equal(descent.factor_numbers[1:, 1], [0, descent.time_step[1] / 2])
        np.testing.assert_array_equal(descent.factor_numbers[:, 2], [0, 1, 0])
    assert descent.time_step[3] == 0.002
    assert descent.downhill.tolist() == [8, 0, 0, 4]
    assert descent.steps.tolist() == [8, 8, 0, 8]
    assert not steer(descent, tolerance, 0.005, 8)
