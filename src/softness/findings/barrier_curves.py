"""Delta E(x) and Sigma(x) of learned variables: compared with each other, and as numbers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.barriers import controls
from softness.files.records.barriers import BarrierTable
from softness.findings import learned
from softness.findings.learned import BINOMIAL, KRAMERS, SOFTNESS
from softness.uncertainty import Estimate, combined, widening
from softness.verdicts import Claim, Statement

QUANTITIES = ENERGY, ENTROPY = "energy", "entropy"

# The level of a curve is its mean over bins with abs(x) up to this, as in the measures of collapse.
LEVEL_WITHIN = 2.0

MOST_OF_RANDOM = 0.3
"""Size of the ratio of slopes below which random directions do not collapse."""

NO_MODELS = "the study has no such models"

Measure = Callable[[np.ndarray, Estimate, Estimate, float], Estimate]
"""Compares a curve with a reference over the bins x; the last argument is `widening_of`."""


@dataclass(frozen=True)
class Curve:
    """Delta E or Sigma of a variable.

    Attributes
    ----------
    values
        (bins,) with all of their error.
    level, shape
        Mean over the inner bins, and (bins,) values whose draws all have that mean; see
        `level_and_shape`.
    """

    values: Estimate
    level: Estimate
    shape: Estimate


@dataclass(frozen=True)
class BarrierCurves:
    """Delta E and Sigma of several variables.

    Attributes
    ----------
    table
        Fits that they come from.
    names
        Variables that are compared, the reference first.
    random
        Random directions behind them.
    by_name
        Curve of each variable, by name and quantity.
    doubt
        Why comparisons cannot decide; empty if they can.
    """

    table: BarrierTable
    names: list[str]
    random: list[str]
    by_name: Mapping[str, Mapping[str, Curve]]
    doubt: str = ""


def curves_of(
    table: BarrierTable, names: Iterable[str], doubt: str = "", random_directions: bool = False
) -> BarrierCurves:
    """Curves of those variables that have barriers, and of random directions if they are wanted."""
    x, known = learned.centres(table), [name for name in names if not lacks(table, [name])]
    random = learned.random_names(table) if random_directions else []
    by_name: dict[str, dict[str, Curve]] = {name: {} for name in (*known, *random)}
    for name, by_quantity in by_name.items():
        for quantity in QUANTITIES:
            found = curve(table, name, quantity)
            by_quantity[quantity] = Curve(found, *level_and_shape(x, found))
    return BarrierCurves(table, known, random, by_name, doubt)


def curve(table: BarrierTable, name: str, quantity: str) -> Estimate:
    """(bins,) Delta E or Sigma of a variable, from Kramers fits by binomial likelihood."""
    variable = learned.place(table, name)
    value = getattr(table, quantity)[KRAMERS, BINOMIAL, variable]
    draws = getattr(table, f"{quantity}_draws")[:, variable]
    return Estimate(value, draws, learned.units_of(table))


def level_and_shape(x: np.ndarray, found: Estimate) -> tuple[Estimate, Estimate]:
    """The mean of a curve over its inner bins, and the curve with draws that all have that mean.

    Stretches of time differ in how many particles rearrange, by a factor that is common to all
    bins. It moves a curve as a whole, and those of all variables alike, by more than the bins of
    one curve move against each other; the draws of the shape leave it out.
    """
    away = found.draws - found.value
    used = (np.abs(x) <= LEVEL_WITHIN) & np.isfinite(found.value)
    counted = used & np.isfinite(away)
    number = counted.sum(axis=1)
    total = np.where(counted, away, 0.0).sum(axis=1)
    shift = np.divide(total, number, out=np.full(len(away), np.nan), where=number > 0)
    level = float(found.value[used].mean()) if used.any() else float("nan")
    return (
        Estimate(level, level + shift, found.units),
        Estimate(found.value, found.draws - shift[:, None], found.units),
    )


# Comparisons


def compared(
    table: BarrierTable,
    names: Iterable[str],
    quantity: str,
    measure: Measure,
    reference: str = SOFTNESS,
) -> list[Estimate]:
    """A measure of each variable's curve against that of a reference, paired draw by draw."""
    x, other, factor = learned.centres(table), curve(table, reference, quantity), widening_of(table)
    return [measure(x, curve(table, name, quantity), other, factor) for name in names]


def widening_of(table: BarrierTable) -> float:
    """Factor by which the draws are spread out more than the data, since there are few units."""
    replicas = int(table.replicas)
    return max(widening([int(blocks)] * replicas) for blocks in table.blocks)


def ratio(x: np.ndarray, found: Estimate, reference: Estimate, factor: float) -> Estimate:
    """Slope with x over the slope of the reference, paired draw by draw (total least squares)."""
    pairs = zip(found.draws, reference.draws, strict=True)
    draws = np.array([controls.slope_ratio(x, one, other) for one, other in pairs])
    value = controls.slope_ratio(x, found.value, reference.value)
    return Estimate(value, draws, found.units.fewer(reference.units))


def steepness(table: BarrierTable, name: str, quantity: str = ENERGY) -> Estimate:
    """Slope of a curve with x."""
    x, found = learned.centres(table), curve(table, name, quantity)
    draws = np.array([controls.steepness(x, each) for each in found.draws])
    return Estimate(controls.steepness(x, found.value), draws, found.units)


def correlation(x: np.ndarray, found: Estimate, reference: Estimate, factor: float) -> Estimate:
    """Pearson correlation over bins, without what noise takes from it.

    Noise adds to the variances over bins, and to their covariance where both curves come from the
    same particles, and never cancels: two noisy curves of one truth correlate weakly, and their
    draws, which have noise twice, weaker still. So the mean of what draws add is taken off. It is
    undefined where a curve varies no more than its noise.

    What draws add is the noise of the value times the square of `factor` only roughly: between half
    of that (two replicas) and twice (many blocks in each), so that a correlation below 1 comes out
    up to 0.05 too high where noise is a third of the curve.
    """
    used = np.abs(x) <= LEVEL_WITHIN
    value = np.array([found.value[used], reference.value[used]])
    draws = np.stack([found.draws[:, used], reference.draws[:, used]], axis=1)
    away = _covariances(draws - value)
    known = np.isfinite(away).all(axis=(1, 2))
    # Nothing is known of the noise of a single unit.
    in_draws = away[known].mean(axis=0) if known.any() else np.zeros((2, 2))
    in_value = in_draws / factor**2
    return Estimate(
        float(_normalised(_covariances(value) - in_value)),
        _normalised(_covariances(draws) - in_value - in_draws),
        found.units,
    )


def _covariances(curves: np.ndarray) -> np.ndarray:
    """(..., 2, 2) covariances of (..., 2, bins) curves over the bins where both are defined."""
    defined = np.isfinite(curves).all(axis=-2, keepdims=True)
    number = np.where(defined.sum(axis=-1) > 1, defined.sum(axis=-1), np.nan)[..., None]
    known = np.where(defined, curves, 0.0)
    away = np.where(defined, known - known.sum(axis=-1, keepdims=True) / number, 0.0)
    return away @ np.swapaxes(away, -1, -2) / number


def _normalised(covariances: np.ndarray) -> np.ndarray:
    """(...) correlations, at most 1 in size; nan where a variance is not positive."""
    first, second = covariances[..., 0, 0], covariances[..., 1, 1]
    varies = (first > 0) & (second > 0)
    size = np.sqrt(np.where(varies, first * second, np.nan))
    return np.clip(covariances[..., 0, 1] / size, -1.0, 1.0)


# Verdicts


def claims_on_each(
    statement: Statement,
    table: BarrierTable,
    members: Mapping[str, str],
    quantity: str,
    measure: Measure,
    reference: str = SOFTNESS,
    doubt: str = "",
) -> list[Claim]:
    """Verdicts on a measure of several variables, a row for each.

    A variable that is the same for all particles fills no bins and decides nothing about others.

    Parameters
    ----------
    statement
        Of one variable; its name is put for ``{}`` in the name of the quantity.
    members
        Names of the variables by what they are called in the claim.
    reference
        Name of the variable that they are compared with.
    doubt
        Why it cannot decide; empty if it can.
    """
    claims = []
    for label, name in members.items():
        each = statement.of(label)
        if lacking := lacks(table, [name, reference]) or _empty(table, name):
            claims.append(each.not_tested(lacking))
            continue
        (found,) = compared(table, [name], quantity, measure, reference)
        claims.append(each.judge(found, doubt))
    return claims or [statement.of("any").not_tested(NO_MODELS)]


def _empty(table: BarrierTable, name: str) -> str:
    """That a variable has no bins, as one that is the same for all particles."""
    counted = table.trials[:, learned.place(table, name)].sum()
    return "" if counted else f"{name} is the same for all particles"


def claim_on_random(
    statement: Statement,
    table: BarrierTable,
    measure: Measure,
    doubt: str = "",
    reference: str = SOFTNESS,
) -> Claim:
    """Verdict on the median size of a measure of Delta E over random directions."""
    names = learned.random_names(table)
    if not names:
        return statement.not_tested("the study has no random directions")
    if lacking := lacks(table, [reference]):
        return statement.not_tested(lacking)
    sizes = (each.size() for each in compared(table, names, ENERGY, measure, reference))
    return statement.judge(combined(np.median, sizes), doubt)


def lacks(table: BarrierTable, names: Iterable[str]) -> str:
    """Which variables have no barriers; empty if all have."""
    missing = sorted(set(names) - set(learned.names_of(table)))
    return "no barriers by " + ", ".join(missing) if missing else ""


# Numbers


def rows(barriers: BarrierCurves, name: str) -> pd.DataFrame:
    """Delta E and Sigma of a variable with their intervals: a row for each bin.

    ``_shape_`` is the interval without the common level of all bins, ``_level_`` that of the level.
    """
    columns = {}
    for quantity, found in barriers.by_name[name].items():
        columns[quantity] = found.values.value
        parts = (("", found.values), ("_shape", found.shape), ("_level", found.level))
        for kind, estimate in parts:
            low, high = estimate.interval()
            columns |= {f"{quantity}{kind}_low": low, f"{quantity}{kind}_high": high}
    labels = {"hottest_of_fit": float(barriers.table.temperature.max()), "variable": name}
    return pd.DataFrame({**labels, "x": learned.centres(barriers.table), **columns})


def frame(barriers: BarrierCurves) -> pd.DataFrame:
    """`rows` of all variables; those that are undefined are left out."""
    parts = [rows(barriers, name) for name in barriers.by_name]
    return learned.defined(pd.concat(parts, ignore_index=True)) if parts else pd.DataFrame()
