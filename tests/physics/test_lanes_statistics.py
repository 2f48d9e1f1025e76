"""Ensembles in lanes and by LAMMPS are the same in their statistics.

Lanes are single precision, LAMMPS is double: runs of equal velocities part after some tau, and
only statistics can agree. The rule was written before the runs. Nothing is seen if no observable's
p value, for all of them together by Holm, is below 0.05, and 1 is within the interval of the
correlation of the two propensities without the noise of their runs.
"""

import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
from paired_ensembles import measured, run_settings, snapshot
from two_samples import (
    compared,
    correlation_with_interval,
    halves_of,
    holm,
    permutation_p_values,
    reliability,
    smallest_difference,
)

from softness import seeds

# Temperatures, and tau at each of them before the snapshot.
HOLDS = {0.60: 300.0, 0.45: 1000.0}
RUNS = {"lanes": range(128), "lammps": range(128, 256)}
LEVEL = 0.05
PERMUTATIONS = 100_000
RESAMPLES = 2000


# -- the two engines --------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.timeout(4 * 3600)
@pytest.mark.skipif(
    os.environ.get("SOFTNESS_LONG") != "1",
    reason="half an hour of simulation: set SOFTNESS_LONG=1 to run it, and SOFTNESS_LONG_FOLDER to "
    "a folder that keeps its runs (0.8 GB)",
)
def test_runs_in_lanes_and_by_lammps_have_the_same_statistics():
    folder = Path(os.environ.get("SOFTNESS_LONG_FOLDER") or tempfile.mkdtemp(prefix="softness-"))
    print(f"\nruns are kept in {folder}")
    both = {temperature: _both(folder, temperature) for temperature in HOLDS}
    names = [
        (temperature, name) for temperature in HOLDS for name in both[temperature][0].observables
    ]
    # (runs, observables) of each engine: one family of tests for both temperatures.
    tables = [
        np.array([both[temperature][engine].observables[name] for temperature, name in names]).T
        for engine in (0, 1)
    ]
    found = compared(*tables, PERMUTATIONS, seeds.stream(1, "permutations of engines", 0.0))
    intervals = {
        temperature: correlation_with_interval(
            *(each.distances for each in pair),
            RESAMPLES,
            seeds.stream(1, "resampled runs of engines", temperature),
        )
        for temperature, pair in both.items()
    }
    _tell(names, found, tables)
    for temperature, (value, (low, high)) in intervals.items():
        known = [float(reliability(halves_of(each.distances))) for each in both[temperature]]
        print(
            f"T = {temperature:.2f}: correlation of propensities {value:.4f} "
            f"({low:.4f} to {high:.4f}), reliabilities {known[0]:.4f}, {known[1]:.4f}"
        )
    assert found.corrected.min() >= LEVEL, names[found.corrected.argmin()]
    for temperature, (_, (low, high)) in intervals.items():
        assert low <= 1 <= high, temperature


def _both(folder, temperature):
    """What was measured with each engine."""
    run, own = run_settings(temperature), folder / f"T{temperature:.2f}"
    start = snapshot(own / "equilibration", run, HOLDS[temperature])
    return [measured(own, run, start, engine, numbers) for engine, numbers in RUNS.items()]


def _tell(names, found, tables):
    """A line for each observable: means, difference, p values and what would have been seen."""
    print("T | observable | lanes | LAMMPS | difference / error | p | p (Holm) | would be seen")
    for place, (temperature, name) in enumerate(names):
        size = abs(found.mean[place])
        print(
            f"{temperature:.2f} | {name} | {tables[0][:, place].mean():.6g} | "
            f"{tables[1][:, place].mean():.6g} | "
            f"{100 * found.difference[place] / size:+.2f} +- {100 * found.error[place] / size:.2f} "
            f"% | {found.p[place]:.4f} | {found.corrected[place]:.3f} | "
            f"{100 * found.smallest[place] / size:.2f} %"
        )


# -- the statistics themselves, on planted data -----------------------------------------------


def generator(name, number=0):
    return seeds.stream(1, f"planted: {name}", 0.0, run=number)


def test_p_values_are_those_of_all_permutations():
    """Of two runs against two, with all six ways to label them counted by hand."""
    first, second = np.array([[0.0], [1.0]]), np.array([[2.0], [4.0]])
    # Sums of the pairs 0+1, 2+4 lie furthest apart: two of six labels reach the difference.
    p = permutation_p_values(first, second, 60_000, generator("six"))
    assert p[0] == pytest.approx(1 / 3, abs=0.01)


def test_p_values_do_not_depend_on_the_order_of_the_engines_and_are_never_zero():
    values = generator("apart").normal(size=(40, 3))
    moved = values + np.array([0.0, 50.0, 0.0])
    there = permutation_p_values(values, moved, 500, generator("order"))
    back = permutation_p_values(moved, values, 500, generator("order"))
    assert np.abs(there - back).max() < 0.1
    assert there[1] == pytest.approx(1 / 501)
    # Nothing at all between them: every permutation is as far apart.
    assert there[0] == there[2] == 1


def test_corrected_p_values_are_holms():
    p = np.array([0.04, 0.001, 0.02, 0.9])
    # 4 x 0.001; 3 x 0.02; 2 x 0.04, and 0.9.
    assert holm(p) == pytest.approx([0.08, 0.004, 0.06, 0.9])
    # No smaller than one of a smaller p; no larger than 1.
    assert holm(np.array([0.01, 0.011, 0.5])) == pytest.approx([0.03, 0.03, 0.5])
    assert holm(np.array([0.6, 0.7])) == pytest.approx([1.0, 1.0])


def test_the_same_population_is_seldom_called_two_and_the_smallest_difference_found_as_promised():
    """Skewed observables of which one depends on another, 128 runs of each engine."""
    trials, runs, tests = 150, 128, 5
    false, found = 0, 0
    for trial in range(trials):
        draw = generator("population", trial)
        values = draw.exponential(size=(2, runs, tests))
        values[:, :, 1] = values[:, :, 0] ** 2
        false += compared(*values, 1000, draw).corrected.min() < 0.05
        # An exponential has variance 1, so that the error of a difference is known.
        values[1, :, 2] += smallest_difference(np.sqrt(2 / runs), tests)
        found += compared(*values, 1000, draw).corrected[2] < 0.05
    # Five standard errors of such a share are 0.09 at 0.05, and 0.16 at 0.8.
    assert false / trials < 0.05 + 0.09
    assert found / trials == pytest.approx(0.8, abs=0.16)


def planted_runs(draw, truth, runs, noise):
    """Distances over runs in which a tenth of the noise is common to groups of 20 particles."""
    common = draw.normal(size=(runs, len(truth) // 20)).repeat(20, axis=1)
    own = draw.normal(size=(runs, len(truth)))
    return truth + noise * (np.sqrt(0.1) * common + np.sqrt(0.9) * own)


def test_reliability_is_the_share_of_the_variance_that_is_no_noise():
    draw = generator("reliability")
    truth = draw.normal(size=20_000)
    runs = planted_runs(draw, truth, 16, noise=3.0)
    assert reliability(halves_of(runs)) == pytest.approx(1 / (1 + 9 / 16), abs=0.02)


def test_the_corrected_correlation_is_1_for_one_truth_and_that_of_the_truths_for_two():
    """1 is within the interval about as often as the interval promises; another truth is seen."""
    trials, particles, inside, values, widths = 100, 400, 0, [], []
    for trial in range(trials):
        draw = generator("correlation", trial)
        truth = draw.normal(size=particles)
        first, second = (planted_runs(draw, truth, 64, noise=6.0) for _ in range(2))
        value, (low, high) = correlation_with_interval(first, second, 200, draw)
        inside += low <= 1 <= high
        values.append(value)
        widths.append(high - low)
    assert np.mean(values) == pytest.approx(1, abs=5 * np.std(values) / np.sqrt(trials))
    # As wide as the values scatter. Without the correction they would be 0.64, the reliability.
    assert np.mean(widths) == pytest.approx(2 * 1.96 * np.std(values), rel=0.25)
    assert inside / trials > 0.84

    draw = generator("two truths")
    truth, other = draw.normal(size=(2, 1640))
    first = planted_runs(draw, truth, 128, noise=3.0)
    second = planted_runs(draw, 0.95 * truth + np.sqrt(1 - 0.95**2) * other, 128, noise=3.0)
    value, (low, high) = correlation_with_interval(first, second, 500, draw)
    assert value == pytest.approx(0.95, abs=0.02)
    assert high < 1
