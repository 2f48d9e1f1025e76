"""Errors from independent units: replicas, and blocks of time within replicas."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from scipy.special import nctdtrinc, ndtri, stdtr, stdtrit

from softness.errors import InputError

LEVEL = 0.95
"""Of intervals."""

ENOUGH_REPLICAS = 5
"""Replicas from which on they alone are units; fewer are too few to tell a spread, so that parts
of them count as well."""


@dataclass(frozen=True)
class Units:
    """Independent units that errors come from.

    Attributes
    ----------
    replicas
        Number of replicas.
    parts
        Of all replicas together: stretches of time, or snapshots.
    kind
        What the parts are.
    """

    replicas: int
    parts: int
    kind: str = "time blocks"

    @classmethod
    def of(cls, parts: Sequence[int], kind: str = "time blocks") -> "Units":
        """Units from the number of parts of each replica."""
        return cls(len(parts), int(sum(parts)), kind)

    @property
    def number(self) -> int:
        """How many there are: replicas, or their parts where there are fewer than five replicas."""
        return self.replicas if self.replicas >= ENOUGH_REPLICAS else self.parts

    def fewer(self, other: "Units") -> "Units":
        """The fewer units of two."""
        return min(self, other, key=lambda each: (each.replicas, each.number))

    def __str__(self) -> str:
        replicas = f"{self.replicas} replica{'s' * (self.replicas != 1)}"
        if self.replicas >= ENOUGH_REPLICAS or not self.kind:
            return replicas
        return f"{self.parts} {self.kind} of {replicas}"


@dataclass(frozen=True)
class Estimate:
    """A value, and what it is in resampled data sets.

    Attributes
    ----------
    value
        (...) from all data.
    draws
        (draws, ...) of resampled data, widened for the number of units (`widened`).
    units
        Independent units that were resampled.
    """

    value: Any
    draws: np.ndarray
    units: Units

    @classmethod
    def of_bootstrap(
        cls, value: Any, draws: np.ndarray, parts: Sequence[int], kind: str = "time blocks"
    ) -> "Estimate":
        """A value with bootstrap draws of replicas and of their parts, which are widened here."""
        return cls(value, widened(draws, value, parts), Units.of(parts, kind))

    def __sub__(self, other: "Estimate") -> "Estimate":
        """Difference, paired draw by draw."""
        return self._with(other, np.subtract)

    def __truediv__(self, other: "Estimate") -> "Estimate":
        """Ratio, paired draw by draw; not finite where the divisor is 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self._with(other, np.divide)

    def _with(self, other: "Estimate", operation: Callable[..., Any]) -> "Estimate":
        value, draws = (operation(*pair) for pair in self._pairs(other))
        return Estimate(value, draws, self.units.fewer(other.units))

    def _pairs(self, other: "Estimate") -> Iterable[tuple[Any, Any]]:
        return (self.value, other.value), (self.draws, other.draws)

    def __getitem__(self, place: int | np.ndarray | tuple[int, ...]) -> "Estimate":
        """One of several estimates, or some of them."""
        place = place if isinstance(place, tuple) else (place,)
        return Estimate(self.value[place], self.draws[(slice(None), *place)], self.units)

    def map(self, function: Callable[[Any], Any]) -> "Estimate":
        """A function of each element, or of the last axes, of value and draws alike."""
        return Estimate(function(self.value), function(self.draws), self.units)

    def size(self) -> "Estimate":
        """Absolute value."""
        return self.map(np.abs)

    def interval(self, level: float = LEVEL) -> tuple[np.ndarray, np.ndarray]:
        """(...) lower and upper end of the interval of `interval`."""
        draws = np.asarray(self.draws, dtype=np.float64)
        columns = draws.reshape(len(draws), -1).T
        bounds = np.array([interval(column, level) for column in columns])
        shape = draws.shape[1:]
        return bounds[:, 0].reshape(shape), bounds[:, 1].reshape(shape)

    def p_of(self, bound: float) -> float:
        """Two-sided p of a true value at a bound.

        Half the interval on the side of the bound is a standard error times the quantile of
        Student's distribution; so p is below 0.05 exactly where the bound lies outside the 95 %
        interval, and small p need neither many draws nor the tails of a normal distribution.

        Parameters
        ----------
        bound
            Beside the () value.
        """
        low, high = (float(end) for end in self.interval())
        freedom = self.units.number - 1
        half = high - self.value if bound > self.value else self.value - low
        away = abs(bound - self.value)
        if not np.isfinite([half, away]).all() or freedom < 1:
            return float("nan")
        errors = away / half * stdtrit(freedom, (1 + LEVEL) / 2) if half > 0 else np.inf
        return float(2 * stdtr(freedom, -errors))

    def resolution(self, power: float = 0.8) -> float:
        """Distance of a true () value from a bound at which its interval would exclude the bound.

        In so many of all studies of this size; from the noncentral distribution of Student's t. A
        bound that is nearer than that to the expected value is rarely decided on.

        Parameters
        ----------
        power
            Fraction of the studies.
        """
        low, high = (float(end) for end in self.interval())
        freedom = self.units.number - 1
        if not np.isfinite(high - low) or freedom < 1:
            return float("nan")
        away = float(nctdtrinc(freedom, 1 - power, tail_quantile(freedom)))
        return away * standard_error(low, high, freedom)


def tail_quantile(freedom: int) -> float:
    """Quantile of Student's distribution at which 95 % intervals end."""
    return float(stdtrit(freedom, (1 + LEVEL) / 2))


def standard_error(low: float, high: float, freedom: int) -> float:
    """Standard error from a 95 % interval by Student's distribution."""
    return (high - low) / 2 / tail_quantile(freedom)


def combined(statistic: Callable[..., Any], estimates: Iterable[Estimate]) -> Estimate:
    """A statistic, such as ``np.median``, over several estimates, draw by draw.

    Not for the largest or the smallest: that of several draws lies beyond that of the values, by as
    much as the values scatter (`softness.verdicts.Statement.judge_every`).
    """
    estimates = list(estimates)
    value, draws = (
        statistic([getattr(each, part) for each in estimates], axis=0)
        for part in ("value", "draws")
    )
    return Estimate(value, draws, reduce(Units.fewer, (each.units for each in estimates)))


def block_labels(times: np.ndarray, duration: float, block: float) -> np.ndarray:
    """Number of the block of time that each moment belongs to.

    Parameters
    ----------
    times
        (n,) moments, from 0 to ``duration``.
    duration
        Of the run, in the unit of ``times``.
    block
        Least length of a block. There is at least one block; they are equally long.

    Returns
    -------
    numpy.ndarray
        (n,) integers from 0.
    """
    blocks = max(int(duration // block), 1)
    return np.minimum((np.asarray(times) * blocks / duration).astype(int), blocks - 1)


def draw_weights(
    blocks: Sequence[int], draws: int, generator: np.random.Generator
) -> list[np.ndarray]:
    """How often each block of each replica counts in each resampled data set.

    Replicas are drawn with replacement, then blocks within each of them.

    Parameters
    ----------
    blocks
        Number of blocks of each replica.
    draws
        Number of resampled data sets.
    generator
        Source of the draws.

    Returns
    -------
    list of numpy.ndarray
        (draws, blocks) whole numbers for each replica.

    Raises
    ------
    InputError
        If there is no replica, or one without blocks.
    """
    blocks = [int(number) for number in blocks]
    if not blocks or min(blocks) < 1:
        raise InputError(f"blocks is {blocks}: give one replica or more, with one block or more")
    replicas = len(blocks)
    times = generator.multinomial(replicas, np.full(replicas, 1 / replicas), size=draws)
    # A replica that is drawn m times gives m independent draws of all its blocks.
    return [
        generator.multinomial(times[:, replica] * number, np.full(number, 1 / number))
        for replica, number in enumerate(blocks)
    ]


def bootstrap(
    sums: Sequence[np.ndarray],
    counts: Sequence[np.ndarray],
    statistic: Callable[[np.ndarray], np.ndarray | float],
    draws: int,
    generator: np.random.Generator,
) -> np.ndarray:
    """Values of a statistic of a mean over resampled replicas and blocks.

    Parameters
    ----------
    sums, counts
        For each replica (blocks, ...): sum of the measured values in a block, and their number.
    statistic
        Takes the mean (...), gives a number or an array.
    draws
        Number of resampled data sets.
    generator
        Source of the draws.

    Returns
    -------
    numpy.ndarray
        (draws, ...) values.
    """
    weights = draw_weights([len(each) for each in sums], draws, generator)
    total, number = (
        sum(
            np.tensordot(weight, table, axes=1)
            for weight, table in zip(weights, given, strict=True)
        )
        for given in (sums, counts)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.array([statistic(mean) for mean in total / number])


def widening(blocks: Sequence[int]) -> float:
    """Factor by which `widened` spreads bootstrap draws; infinite with a single unit.

    Parameters
    ----------
    blocks
        Number of blocks of each replica.
    """
    replicas, units = len(blocks), Units.of(blocks).number
    if units < 2:
        return float("inf")
    smallest = replicas if replicas > 1 else units
    student_tails = stdtrit(units - 1, 0.975) / ndtri(0.975)
    return float(np.sqrt(smallest / (smallest - 1)) * student_tails)


def widened(draws: np.ndarray, value: np.ndarray | float, blocks: Sequence[int]) -> np.ndarray:
    """Bootstrap draws, spread out by what a bootstrap of few units leaves out.

    A bootstrap of n units underestimates the variance by (n - 1) / n, and its percentiles know
    nothing of Student's tails; with two replicas both matter. Deviations from the value are scaled
    by sqrt(R / (R - 1)) for the R replicas, and by the ratio of the 97.5 % quantiles of Student's
    and the normal distribution for as many units as there are: replicas, or blocks within replicas
    where there are fewer than five of them. With a single unit all draws are nan.

    Parameters
    ----------
    draws
        (draws, ...) values of resampled means.
    value
        (...) the value of the whole sample.
    blocks
        Number of blocks of each replica.
    """
    factor = widening(blocks)
    if np.isinf(factor):
        return np.full_like(np.asarray(draws, dtype=np.float64), np.nan)
    return value + factor * (np.asarray(draws) - value)


def interval(draws: np.ndarray, level: float = LEVEL) -> tuple[float, float]:
    """Percentile interval of bootstrap draws; nan if more than one draw in twenty is undefined."""
    draws = np.asarray(draws, dtype=np.float64)
    defined = draws[np.isfinite(draws)]
    if len(defined) < 0.95 * len(draws) or len(defined) == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
