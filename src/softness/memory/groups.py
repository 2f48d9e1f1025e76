"""Groups of particles by their learned variable S at time 0: how they forget where they began."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from softness.barriers.bins import bin_numbers
from softness.checks import finite_array, rising, same_length, whole_number
from softness.errors import InputError
from softness.memory.curves import (
    fit_log_line,
    normalised,
    outermost,
    ratio,
    rising_times,
    time_to_level,
)
from softness.uncertainty import Estimate, bootstrap, widened

STANDARD_ERRORS = 3.0
"""A group starts apart from the mean of everyone if that many standard errors lie between. With
fewer, the normalised form divides by little more than noise."""


@dataclass(frozen=True)
class Origin:
    """The groups that particles belong to from one time origin on.

    Attributes
    ----------
    groups
        (n,) number of each particle's group, from 0; -1 beyond the outer edges.
    numbers
        (groups + 1,) particles in each group, and all n of them.
    block
        Block of time that the origin belongs to.
    """

    groups: np.ndarray
    numbers: np.ndarray
    block: int


class GroupSums:
    """Sums of S over the particles of each group, frame by frame, for each time block.

    Frames are added as they come and not kept, so that many origins of long runs can be open at
    once: each holds one small number per particle.

    Parameters
    ----------
    edges
        (groups + 1,) rising edges of the bins of S(0); the outer ones may be infinite. A bin
        includes its lower and not its upper edge; the last one includes both.
    times
        Number of times after an origin, time 0 included.
    blocks
        Number of time blocks (`softness.uncertainty.block_labels` of the origins' times).

    Attributes
    ----------
    sums, counts
        (blocks, groups + 1, times) sum of S, and the number of values in it; the last row holds
        everyone, those beyond the outer edges included. As `softness.uncertainty.bootstrap` and
        `analyse_groups` take them, one table for each replica.
    """

    def __init__(self, edges: np.ndarray, times: int, blocks: int = 1) -> None:
        self._edges = rising(edges, "edges")
        blocks, times = whole_number(blocks, "blocks"), whole_number(times, "times")
        self.sums = np.zeros((blocks, len(self._edges), times))
        self.counts = np.zeros((blocks, len(self._edges), times), dtype=np.int64)

    def begin(self, values: np.ndarray, block: int = 0) -> Origin:
        """Group particles by their values at a time origin.

        Parameters
        ----------
        values
            (n,) S at the origin. They are not added yet: `add` them as time 0.
        block
            Block of time of the origin.
        """
        groups = bin_numbers(values, self._edges)
        if not (0 <= whole_number(block, "block", 0) < len(self.sums)):
            raise InputError(f"block = {block}: give 0 to {len(self.sums) - 1}, or more blocks")
        return Origin(groups.astype(np.int32), self._by_group(groups), block)

    def add(self, origin: Origin, time: int, values: np.ndarray) -> None:
        """Add one frame to the sums of one origin.

        Parameters
        ----------
        origin
            From `begin`.
        time
            Number of the time after the origin, 0 for the origin itself.
        values
            (n,) S of the same particles at that time.
        """
        values = same_length(
            finite_array(values, "values", 1),
            "values",
            len(origin.groups),
            "the particles at the origin",
        )
        times = self.sums.shape[2]
        if not (0 <= whole_number(time, "time", 0) < times):
            raise InputError(f"time = {time}: give 0 to {times - 1}, or make room for more times")
        self.sums[origin.block, :, time] += self._by_group(origin.groups, values)
        self.counts[origin.block, :, time] += origin.numbers

    def means(self, origin: Origin) -> "GroupMeans":
        """Mean of each group of the one origin of its block, at each time.

        Parameters
        ----------
        origin
            From `begin`; no other one of the same block.
        """
        means = ratio(self.sums[origin.block], self.counts[origin.block])
        return GroupMeans(means[:-1], means[-1], origin.numbers[:-1])

    def _by_group(self, groups: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        """(groups + 1,) number of particles, or sum of their weights; the last one of everyone."""
        grouped = np.bincount(groups + 1, weights, minlength=len(self._edges))
        everyone = len(groups) if weights is None else weights.sum()
        return np.append(grouped[1:], everyone)


@dataclass(frozen=True)
class GroupMeans:
    """Mean of S over groups of particles.

    Attributes
    ----------
    means
        (groups, times) mean over the particles of a group; nan where it is empty.
    everyone
        (times,) mean over all particles.
    numbers
        (groups,) particles in each group.
    """

    means: np.ndarray
    everyone: np.ndarray
    numbers: np.ndarray


@dataclass(frozen=True)
class GroupRelaxation:
    """How groups forget their start, with errors from replicas and time blocks.

    Attributes
    ----------
    means
        (groups + 1, times) mean of S; the last row is everyone's.
    curves
        (groups, times) the normalised form; nan for groups that start within
        `STANDARD_ERRORS` of the mean.
    levels
        (levels,) those of ``times_to_level``.
    times_to_level
        (levels, groups); nan if not reached.
    slope, curvature
        (groups,) as `LogLine` has them.
    compared
        Numbers of the lowest and the highest group that start apart from the mean; None if fewer
        than two do.
    slope_difference
        () slope of the highest minus that of the lowest of these groups: negative if soft particles
        forget faster than hard ones. nan if there are none.
    blocks
        Number of blocks of each replica.
    """

    means: Estimate
    curves: Estimate
    levels: np.ndarray
    times_to_level: Estimate
    slope: Estimate
    curvature: Estimate
    compared: tuple[int, int] | None
    slope_difference: Estimate
    blocks: tuple[int, ...]


def analyse_groups(
    times: np.ndarray,
    sums: Sequence[np.ndarray],
    counts: Sequence[np.ndarray],
    slope_range: tuple[float, float],
    draws: int,
    generator: np.random.Generator,
    levels: Sequence[float] = (1 / np.e, 0.05),
) -> GroupRelaxation:
    """Average groups over origins and replicas; resample replicas, then blocks within them.

    Parameters
    ----------
    times
        (times,) after an origin, rising from 0.
    sums, counts
        For each replica (blocks, groups + 1, times), from `GroupSums`.
    slope_range
        Lowest and highest time of the straight line in log t.
    draws
        Number of resampled data sets.
    generator
        Source of the draws.
    levels
        Levels of the normalised form whose times are wanted.

    Raises
    ------
    InputError
        If times do not begin at 0, or shapes do not fit.
    """
    times = rising_times(times)
    if times[0] != 0:
        raise InputError(f"times begins at {times[0]}: give time 0, the start, first")
    sums, counts = _tables(sums, "sums", times), _tables(counts, "counts", times)
    blocks = tuple(len(table) for table in sums)
    mean = ratio(*(sum(table.sum(axis=0) for table in tables) for tables in (sums, counts)))
    drawn = bootstrap(sums, counts, lambda each: each, whole_number(draws, "draws"), generator)
    means = Estimate(mean, widened(drawn, mean, blocks))
    curves = normalised(mean[:-1], mean[-1], STANDARD_ERRORS * _error_of_start(means.draws))
    drawn_curves = normalised(drawn[:, :-1], drawn[:, -1])
    drawn_curves[:, np.isnan(curves)] = np.nan
    to_level, drawn_to_level = (
        np.stack([time_to_level(times, each, level) for level in levels], axis=-2)
        for each in (curves, drawn_curves)
    )
    line, drawn_line = (fit_log_line(times, each, *slope_range) for each in (curves, drawn_curves))
    slope = Estimate(line.slope, widened(drawn_line.slope, line.slope, blocks))
    compared = outermost(line.slope)
    return GroupRelaxation(
        means=means,
        curves=Estimate(curves, widened(drawn_curves, curves, blocks)),
        levels=np.array(levels),
        # In the logarithm: a time is positive, and its errors are relative.
        times_to_level=Estimate(
            to_level, np.exp(widened(np.log(drawn_to_level), np.log(to_level), blocks))
        ),
        slope=slope,
        curvature=Estimate(line.curvature, widened(drawn_line.curvature, line.curvature, blocks)),
        compared=compared,
        slope_difference=Estimate(
            _highest_minus_lowest(slope.value, compared),
            _highest_minus_lowest(slope.draws, compared),
        ),
        blocks=blocks,
    )


def _highest_minus_lowest(values: np.ndarray, compared: tuple[int, int] | None) -> np.ndarray:
    if compared is None:
        return np.full(values.shape[:-1], np.nan)
    lowest, highest = compared
    return values[..., highest] - values[..., lowest]


def _error_of_start(draws: np.ndarray) -> np.ndarray:
    """(groups,) standard error of the distance between a group's start and the mean."""
    start = draws[:, :-1, 0] - draws[:, -1:, 0]
    # With a single unit there is no error; nothing is then left out on its account.
    return np.nan_to_num(np.std(start, axis=0))


def _tables(tables: Sequence[np.ndarray], name: str, times: np.ndarray) -> list[np.ndarray]:
    tables = [finite_array(table, name, 3) for table in tables]
    shapes = {table.shape[1:] for table in tables}
    if len(shapes) != 1 or next(iter(shapes))[1] != len(times):
        raise InputError(
            f"{name} has the shapes {[table.shape for table in tables]}: give (blocks, groups + 1, "
            f"{len(times)}) for each replica"
        )
    return tables
