"""All of the barrier analysis at once, against its parts, on a liquid of known barriers."""

import numpy as np
import pytest
from toy_liquid import TEMPERATURES, ToyLiquid, count, resampled_onset

from softness.barriers.analysis import analyse_barriers
from softness.barriers.bins import bin_edges, without_thin_cells
from softness.barriers.fit import FORMS, METHODS, fit_barrier, fit_curvature
from softness.barriers.onset import fit_onset
from softness.uncertainty import interval

EDGES = bin_edges(-2.5, 2.5, 0.5)
STRIDE, LEAST, DRAWS = 5, 40, 100


@pytest.fixture(scope="module")
def counted():
    """Two variables: the structural coordinate itself, and a feature that says nothing."""
    liquid, generator = ToyLiquid(idle=1), np.random.default_rng(1)
    tables, totals = [], []
    for temperature in TEMPERATURES:
        samples = [liquid.draw(temperature, 60_000, 4, generator) for _ in range(5)]
        u = [
            np.linalg.solve(liquid.mixing, (s.features[:, :4] - 5).T).T @ liquid.direction
            for s in samples
        ]
        idle = [s.features[:, 4] for s in samples]
        pairs = [count(samples, values, EDGES, STRIDE) for values in (u, idle)]
        replicas = zip(*(pair[0] for pair in pairs), strict=True)
        both = [np.stack(replica, axis=2) for replica in replicas]
        trials = sum(table[:, 1].sum(axis=0) for table in both)
        tables.append(both)
        totals.append(np.stack([pair[1] for pair in pairs]) * trials)
    return tables, np.array(totals)


@pytest.fixture(scope="module")
def found(counted):
    tables, totals = counted
    generator = np.random.default_rng(2)
    return analyse_barriers(TEMPERATURES, tables, totals, STRIDE, LEAST, generator, DRAWS)


def test_it_finds_what_each_part_finds(counted, found):
    tables, totals = counted
    sums = np.array([sum(table.sum(axis=0) for table in one) for one in tables])
    for variable in (0, 1):
        events, trials, _ = without_thin_cells(
            sums[:, 0, variable], sums[:, 1, variable], STRIDE, LEAST
        )
        np.testing.assert_array_equal(found.events[:, variable], events)
        np.testing.assert_array_equal(found.trials[:, variable], trials)
        for form, method in [(0, 0), (1, 0), (0, 1), (1, 1)]:
            barrier = fit_barrier(TEMPERATURES, events.T, trials.T, FORMS[form], METHODS[method])
            np.testing.assert_allclose(found.energy[form, method, variable], barrier.energy)
            np.testing.assert_allclose(found.entropy[form, method, variable], barrier.entropy)
        curvature = fit_curvature(TEMPERATURES, events.T, trials.T)
        np.testing.assert_allclose(found.curvature[variable], curvature.value)
        means = totals[:, variable] / sums[:, 1, variable]
        onset = fit_onset(means, TEMPERATURES, events, trials)
        assert found.onset[variable] == pytest.approx(float(onset.temperature))


def test_the_planted_onset_lies_in_its_interval_and_the_idle_feature_has_none(found):
    low, high = interval(found.onset_draws[:, 0])
    assert low < 0.9 < high
    assert interval(found.strength_draws[:, 0])[1] < 0
    low, high = interval(found.strength_draws[:, 1])
    assert low < 0 < high


def test_draws_are_those_of_the_single_analysis(counted, found):
    """The same replicas are drawn for all variables, so differences between them are paired."""
    tables, totals = counted
    alone = [[table[:, :, 0] for table in one] for one in tables]
    means = totals[:, 0] / np.array([sum(table.sum(axis=0) for table in one)[1] for one in alone])
    onset = resampled_onset(means, alone, np.random.default_rng(2), DRAWS)
    np.testing.assert_allclose(found.onset_draws[:, 0], onset.draws[:, 0], rtol=1e-6)


def test_thin_cells_are_counted_and_left_out(counted):
    tables, totals = counted
    generator = np.random.default_rng(2)
    thin = analyse_barriers(TEMPERATURES, tables, totals, STRIDE, 3000, generator, 20)
    assert (thin.thin > 0).all()
    assert (thin.trials[thin.trials > 0] >= 3000 * STRIDE).all()
    empty = thin.trials.sum(axis=0) == 0
    assert empty.any()
    assert np.isnan(thin.energy[0, 0][empty]).all()
    assert np.isnan(thin.value[empty]).all()


def test_intervals_of_probabilities_hold_their_values(found):
    probability = found.events / np.where(found.trials > 0, found.trials, 1)
    known = np.isfinite(found.probability_low) & (found.events > 0)
    assert known.mean() > 0.9
    assert (found.probability_low <= probability * 1.0001)[known].all()
    assert (found.probability_high >= probability * 0.9999)[known].all()
