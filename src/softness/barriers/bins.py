"""Bins of a learned variable: how many events, out of how many particles at how many moments."""

from dataclasses import dataclass

import numpy as np

from softness.checks import finite_array, positive, rising, same_length, whole_number
from softness.errors import InputError


def bin_edges(lowest: float = -3.0, highest: float = 3.0, width: float = 0.5) -> np.ndarray:
    """(bins + 1,) edges of equal bins of the Z-scored learned variable.

    Parameters
    ----------
    lowest, highest
        Outer edges, in standard deviations at the training temperature.
    width
        Of a bin; adjusted so that a whole number of bins fits.
    """
    positive(width, "width")
    positive(highest - lowest, "highest - lowest")
    bins = max(round((highest - lowest) / width), 1)
    return np.linspace(lowest, highest, bins + 1)


def bin_numbers(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """(n,) number of the bin of each value, from 0; -1 for values beyond the outer edges.

    A bin includes its lower and not its upper edge; the last one includes both.
    """
    values, edges = finite_array(values, "values", 1), rising(edges, "edges")
    numbers = np.searchsorted(edges, values, side="right") - 1
    numbers[values == edges[-1]] = len(edges) - 2
    numbers[(values < edges[0]) | (values > edges[-1])] = -1
    return numbers


@dataclass(frozen=True)
class BinCounts:
    """Events and trials in bins of a learned variable at one temperature, block by block.

    Attributes
    ----------
    events
        (blocks, bins) moments of particles that rearrange.
    trials
        (blocks, bins) moments of particles, rearranging or not.
    totals
        (blocks, bins) sum of the learned variable over the trials.
    left_out
        Events and trials with a value beyond the outer edges.
    """

    events: np.ndarray
    trials: np.ndarray
    totals: np.ndarray
    left_out: tuple[int, int]

    def means(self) -> np.ndarray:
        """(bins,) mean of the learned variable in each bin over all blocks; nan where empty.

        It differs from the middle of the bin, towards the mean of all particles.
        """
        trials = self.trials.sum(axis=0)
        empty = np.full(trials.shape, np.nan)
        return np.divide(self.totals.sum(axis=0), trials, out=empty, where=trials > 0)


def count_bins(
    event_values: np.ndarray,
    population_values: np.ndarray,
    edges: np.ndarray,
    stride: int = 1,
    event_blocks: np.ndarray | None = None,
    population_blocks: np.ndarray | None = None,
    blocks: int = 1,
) -> BinCounts:
    """Count the events and the population of each bin, STUDY.md section 4.

    Events are taken from every frame. The population is taken from every ``stride``-th frame and
    counts ``stride`` times, so that the ratio is the probability for one frame.

    Parameters
    ----------
    event_values
        (events,) learned variable of the particles that rearrange, at the moment whose structure
        counts: with p_hop(t) > p_c given the structure at t - 2 (chapter 2), or with an event time
        in (t, t + 2] given the structure at t (chapter 3).
    population_values
        (n,) learned variable of all particles in the strided frames.
    edges
        (bins + 1,) from `bin_edges`.
    stride
        k of the strided frames.
    event_blocks, population_blocks
        Number of the time block (`softness.uncertainty.block_labels`) of each; all 0 if not
        given.
    blocks
        Number of blocks.

    Raises
    ------
    InputError
        If values are NaN, edges do not rise, or block numbers are out of range.
    """
    stride = whole_number(stride, "stride")
    edges = rising(edges, "edges")
    shape = (whole_number(blocks, "blocks"), len(edges) - 1)
    event_cells = _cells(event_values, edges, event_blocks, shape, "event_blocks")
    population_cells = _cells(
        population_values, edges, population_blocks, shape, "population_blocks"
    )
    events = np.bincount(event_cells[event_cells >= 0], minlength=np.prod(shape))
    inside = population_cells >= 0
    trials = np.bincount(population_cells[inside], minlength=np.prod(shape))
    totals = np.bincount(
        population_cells[inside],
        weights=np.asarray(population_values, dtype=np.float64)[inside],
        minlength=np.prod(shape),
    )
    left_out = (int((event_cells < 0).sum()), stride * int((~inside).sum()))
    return BinCounts(
        events.reshape(shape),
        stride * trials.reshape(shape),
        stride * totals.reshape(shape),
        left_out,
    )


def without_thin_cells(
    events: np.ndarray, trials: np.ndarray, stride: int = 1, least: int = 10
) -> tuple[np.ndarray, np.ndarray, int]:
    """Empty the cells whose population is too small to be a denominator.

    A population from strided frames is an estimate. In a cell with few particles it may even fall
    below the number of events, which no probability allows.

    Parameters
    ----------
    events, trials
        (..., bins) counts, summed over blocks.
    stride
        k of the strided frames.
    least
        Particles that must have been counted in the strided frames.

    Returns
    -------
    tuple of numpy.ndarray, numpy.ndarray, int
        Events and trials with 0 in thin cells, and how many cells that held trials or events were
        emptied. Fits leave such cells out.
    """
    events, trials = np.asarray(events), np.asarray(trials)
    thin = (trials < least * stride) | (events > trials)
    emptied = int((thin & ((trials > 0) | (events > 0))).sum())
    return np.where(thin, 0, events), np.where(thin, 0, trials), emptied


def _cells(
    values: np.ndarray,
    edges: np.ndarray,
    labels: np.ndarray | None,
    shape: tuple[int, int],
    name: str,
) -> np.ndarray:
    """Return the number of the (block, bin) cell of each value; -1 beyond the outer edges."""
    numbers = bin_numbers(values, edges)
    if labels is None:
        return numbers
    labels = same_length(labels, name, len(numbers), "the values")
    if len(labels) and not (labels.min() >= 0 and labels.max() < shape[0]):
        raise InputError(
            f"{name} runs from {labels.min()} to {labels.max()}: blocks = {shape[0]} allows "
            f"0 to {shape[0] - 1}"
        )
    return np.where(numbers < 0, -1, labels * shape[1] + numbers)
