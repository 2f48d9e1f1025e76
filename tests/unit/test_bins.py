"""Bins: events from every frame over a population from strided frames is a probability."""

import numpy as np
import pytest

from softness.barriers.bins import bin_edges, bin_numbers, count_bins, without_thin_cells
from softness.errors import InputError
from softness.uncertainty import block_labels


def test_edges_are_equal_steps_between_the_ends():
    assert bin_edges(-1.0, 1.0, 0.5) == pytest.approx([-1, -0.5, 0, 0.5, 1])
    assert bin_edges(-1.0, 1.0, 0.7) == pytest.approx([-1, -1 / 3, 1 / 3, 1])
    assert bin_edges(-1.0, 1.0, 9.0).tolist() == [-1, 1]


def test_bins_are_those_of_numpy_and_outliers_are_in_none():
    edges = bin_edges(-2, 2, 0.5)
    values = np.concatenate([np.random.default_rng(1).normal(size=5000), edges, [np.pi, -9]])
    numbers = bin_numbers(values, edges)
    expected = np.histogram(values, edges)[0]
    assert (np.bincount(numbers[numbers >= 0], minlength=8) == expected).all()
    assert ((numbers == -1) == (np.abs(values) > 2)).all()


def test_counts_are_those_of_a_loop_over_blocks_and_bins():
    generator = np.random.default_rng(2)
    edges = bin_edges(-2, 2, 1.0)
    population, events = generator.normal(size=3000), generator.normal(size=400)
    blocks = block_labels(np.sort(generator.random(3000)), 1.0, 0.25)
    event_blocks = block_labels(np.sort(generator.random(400)), 1.0, 0.25)
    found = count_bins(events, population, edges, 10, event_blocks, blocks, 4)
    for block in range(4):
        in_block = np.histogram(events[event_blocks == block], edges)[0]
        assert (found.events[block] == in_block).all()
        assert (
            found.trials[block] == 10 * np.histogram(population[blocks == block], edges)[0]
        ).all()
    assert found.left_out == ((np.abs(events) > 2).sum(), 10 * (np.abs(population) > 2).sum())
    middle = population[(population >= 0) & (population <= 1)]
    assert found.means()[2] == pytest.approx(middle.mean())


def test_strided_population_gives_the_probability_of_one_frame():
    """Events from every frame over (every tenth frame) times ten is the share that rearranges."""
    generator = np.random.default_rng(3)
    frames, particles, stride = 400, 500, 10
    x = generator.normal(size=(frames, particles))
    chance = 0.02 * np.exp(0.5 * x)
    rearranged = generator.random(x.shape) < chance
    edges = bin_edges(-2, 2, 1.0)
    found = count_bins(x[rearranged], x[::stride].ravel(), edges, stride)
    every = count_bins(x[rearranged], x.ravel(), edges)
    assert (found.events == every.events).all()
    scatter = np.sqrt(found.trials / stride) * stride
    assert (np.abs(found.trials - every.trials) < 4 * scatter).all()
    share = found.events[0] / found.trials[0]
    exact = np.array(
        [chance[bin_numbers(x.ravel(), edges).reshape(x.shape) == b].mean() for b in range(4)]
    )
    assert share == pytest.approx(exact, rel=0.15)


def test_mean_of_an_empty_bin_is_unknown():
    found = count_bins(np.array([]), np.array([0.5, 0.7]), np.array([-1.0, 0.0, 1.0]))
    with np.errstate(all="raise"):
        assert np.isnan(found.means()[0])
    assert found.means()[1] == pytest.approx(0.6)


def test_thin_cells_are_emptied_and_counted():
    events = np.array([[5, 3, 0, 0], [1, 300, 2, 0]])
    trials = np.array([[90, 100, 0, 10], [4000, 200, 5000, 0]])
    kept_events, kept_trials, emptied = without_thin_cells(events, trials, stride=10, least=10)
    assert kept_trials.tolist() == [[0, 100, 0, 0], [4000, 0, 5000, 0]]
    assert kept_events.tolist() == [[0, 3, 0, 0], [1, 0, 2, 0]]
    assert emptied == 3  # a cell that was empty before is none of them
    assert (kept_events <= kept_trials).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"edges": [0.0, 0.0, 1.0]}, r"edges = \[0\.0, 0\.0, 1\.0\]: .*above the one before"),
        ({"edges": [0.0]}, "give two or more numbers"),
        ({"stride": 0}, "stride = 0: give a whole number"),
        ({"population_values": [0.1, np.nan]}, "values holds 1 values that are NaN"),
        ({"event_blocks": [0, 2], "blocks": 2}, r"event_blocks runs from 0 to 2: .* 0 to 1$"),
        ({"event_blocks": [0]}, r"event_blocks has the shape \(1,\)"),
    ],
)
def test_messages_name_argument_value_and_remedy(arguments, message):
    usual = {"event_values": [0.1, 0.2], "population_values": [0.1, 0.2], "edges": [0.0, 1.0]}
    with pytest.raises(InputError, match=message):
        count_bins(**(usual | arguments))
