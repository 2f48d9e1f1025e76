"""Bins of softness, their decay, and claims on several members."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from softness import seeds
from softness.files.records.memory import SoftnessDecay
from softness.findings.data import FigureData
from softness.memory.groups import GroupRelaxation, analyse_groups
from softness.report.claims import (
    DECISIVE,
    INCONCLUSIVE,
    LEAST_REPLICAS,
    NOT_REPRODUCED,
    REPRODUCED,
    Claim,
    Statement,
)
from softness.uncertainty import Estimate

NEAR = 0.05
"""Distance in temperature within which a study tests what the source says at one temperature."""

LEVELS = (1 / np.e, 0.05)

RELAXED, FORGOTTEN = range(2)

LONGEST_SCATTER = 0.5
"""Standard error of a curve over a level, above which the time to this level is doubtful."""


# Bins of softness at time 0


def bin_labels(edges: np.ndarray) -> list[str]:
    """Range of each bin as text; the outer ones may be open."""
    labels = []
    for low, high in pairwise(edges):
        if np.isinf(low):
            labels.append("all" if np.isinf(high) else f"below {high:g}")
        else:
            labels.append(f"above {low:g}" if np.isinf(high) else f"{low:g} to {high:g}")
    return labels


# Numbers behind a figure


def numbers(
    labels: Mapping[str, Any], measures: Mapping[str, Any], times: np.ndarray | None = None
) -> pd.DataFrame:
    """Numbers one below the other, with what they are; those that are unknown are left out.

    Parameters
    ----------
    labels
        Columns that all rows have.
    measures
        (times,) numbers, or single ones, by what they are called in the column ``measure``.
    times
        (times,) in tau; none, and 0 in the table, of what is no function of time.
    """
    times = np.zeros(1) if times is None else times
    parts = []
    for name, values in measures.items():
        values = np.broadcast_to(np.asarray(values, dtype=np.float64), times.shape)
        known = np.isfinite(values)
        rows = {**labels, "time": times[known], "measure": name, "value": values[known]}
        parts.append(pd.DataFrame(rows))
    return pd.concat(parts, ignore_index=True)


def joined(parts: Iterable[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """Several tables of numbers in one, with these columns even if it is empty."""
    parts = [part for part in parts if not part.empty]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))


def snapshots(number: int) -> str:
    """Their number as text."""
    return f"{number} snapshot" + ("" if number == 1 else "s")


# Temperatures


def elsewhere(temperature: float, of_source: float) -> str:
    """Why what the source says at one temperature is not tested at another one; empty if it is."""
    if abs(temperature - of_source) <= NEAR + 1e-9:
        return ""
    return f"the study has T = {temperature:g}, the source T = {of_source:g}"


def noted(claim: Claim, temperature: float, of_source: float) -> Claim:
    """A claim that tells at which temperature it was tested, if it is not the source's."""
    if np.isclose(temperature, of_source):
        return claim
    return replace(claim, note="; ".join(filter(None, [claim.note, f"at T = {temperature:g}"])))


@dataclass(frozen=True)
class Member:
    """One of several values that a claim is about.

    Attributes
    ----------
    value, draws
        As `Statement.judge` takes them.
    doubt
        Why it cannot decide; empty if it can.
    """

    value: float
    draws: np.ndarray
    doubt: str = ""


def judged_each(statement: Statement, members: Mapping[str, Member], replicas: int) -> Claim:
    """`Statement.judge_all` with a doubt of its own for each member."""
    level = 1 - LEVEL / len(members)
    claims = []
    for name, each in members.items():
        claim = statement.judge(each.value, each.draws, replicas, each.doubt, level)
        note = f"{name}: {claim.note}" if claim.note else name
        claims.append(replace(claim, rule=f"every {statement.rule}", note=note))
    return min(claims, key=lambda claim: _order(statement, claim))


def _order(statement: Statement, claim: Claim) -> tuple[int, float]:
    """From the verdict that decides; among alike ones from the least room within the bounds."""
    room = min(claim.low - statement.above, statement.below - claim.high)
    return DECISIVE.index(claim.verdict), np.inf if np.isnan(room) else room


@dataclass(frozen=True)
class Decay:
    """Softness of groups of particles at one temperature, averaged over runs.

    Attributes
    ----------
    temperature
        In eps_AA / k_B.
    relaxation_time
        tau_alpha there, in tau; nan if unknown.
    edges
        (groups + 1,) of the bins of softness at time 0.
    time
        (times,) in tau, from 0.
    found
        Means, normalised curves and what is read from them.
    replicas
        Number of replicas.
    """

    temperature: float
    relaxation_time: float
    edges: np.ndarray
    time: np.ndarray
    found: GroupRelaxation
    replicas: int

    @property
    def labels(self) -> list[str]:
        """Range of each bin as text."""
        return bin_labels(self.edges)

    @property
    def apart(self) -> list[int]:
        """Numbers of the bins that start apart from the mean."""
        return np.flatnonzero(np.isfinite(self.found.curves.value).all(axis=1)).tolist()


def decay_temperatures(data: FigureData) -> list[float]:
    """Temperatures at which groups were followed, from cold to hot."""
    return sorted({float(table.temperature) for table in data.softness_decay})


def decay_at(
    data: FigureData, figure: str, temperature: float, line: tuple[float, float] | None = None
) -> Decay:
    """Softness of the groups at one temperature.

    Parameters
    ----------
    figure
        Its number, for the random stream.
    line
        First and last time of the straight lines in log t; all times if not given.
    """
    tables = [each for each in data.softness_decay if float(each.temperature) == temperature]
    time = tables[0].time
    generator = seeds.stream(data.settings["seed"], f"figure {figure} bootstrap", temperature)
    sums, counts = zip(*(_by_block(each) for each in tables), strict=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = analyse_groups(
            time, sums, counts, line or whole(time), data.settings["draws"], generator, LEVELS
        )
    return Decay(
        temperature=temperature,
        relaxation_time=data.relaxation_time_at(temperature),
        edges=tables[0].edges,
        time=time,
        found=found,
        replicas=len({int(each.replica) for each in tables}),
    )


def whole(time: np.ndarray) -> tuple[float, float]:
    """First positive and last time."""
    return float(time[time > 0][0]), float(time[-1])


def _by_block(table: SoftnessDecay) -> tuple[np.ndarray, np.ndarray]:
    """Sums and counts, without blocks of time in which no origin lies."""
    used = table.counts[:, -1, 0] > 0
    return table.sums[used], table.counts[used]


def share(decay: Decay, group: int) -> Estimate:
    """(times,) share of its start that is left of one group."""
    return decay.found.curves[group]


def time_to(decay: Decay, level: int, group: int) -> tuple[Estimate, float]:
    """Time to a level of `LEVELS`, in tau, and the share of the draws that do not reach it.

    Where it is not reached the end of the measurement stands for it, a lower bound.
    """
    longest = float(decay.time[-1])
    found = decay.found.times_to_level[level, group]
    left = share(decay, group)
    late = np.isnan(found.draws) & np.isfinite(left.draws).all(axis=-1)
    value = longest if np.isnan(found.value) and np.isfinite(left.value).all() else found.value
    return Estimate(value, np.where(late, longest, found.draws)), float(late.mean())


def scatter_at(decay: Decay, level: int, group: int) -> float:
    """Standard error of a normalised curve where it meets a level, over the level."""
    reached = decay.found.times_to_level.value[level, group]
    if np.isnan(reached):
        return float("nan")
    after = min(int(np.searchsorted(decay.time, reached)), len(decay.time) - 1)
    return float(np.std(share(decay, group).draws[:, after]) / LEVELS[level])


def decay_rows(decay: Decay) -> list[pd.DataFrame]:
    """Means and normalised curves of all groups, and the mean of everyone."""
    rows = []
    for quantity, estimate in (("mean", decay.found.means), ("share", decay.found.curves)):
        for group, label in enumerate([*decay.labels, "everyone"][: len(estimate.value)]):
            low, high = estimate.interval()
            found = {"value": estimate.value[group], "low": low[group], "high": high[group]}
            labels = {"temperature": decay.temperature, "quantity": quantity, "group": label}
            rows.append(numbers(labels, found, decay.time))
    return rows


DECAY_COLUMNS = ("temperature", "quantity", "group", "time", "measure", "value")

LEVEL = 0.05

NEGLIGIBLE = 0.02
"""In units of the spread of softness: where nothing is found though this would have been, the
effect is taken not to be there; else the test is inconclusive. The mean of softness moves by about
0.13 from T = 0.50 to 0.56, and a pulse does a part of that."""


@dataclass(frozen=True)
class Finding:
    """What a test of sign flips finds for one member of a claim.

    Attributes
    ----------
    p
        Corrected p; nan if nothing was tested.
    effect
        Mean response where it is significant, else over all tested times, in spreads.
    smallest
        Effect that would have been found with a power of 80 %, in spreads.
    doubt
        Why it cannot decide; empty if it can.
    """

    p: float
    effect: float = float("nan")
    smallest: float = float("nan")
    doubt: str = ""


@dataclass(frozen=True)
class Significance(Statement):
    """A statement that there is a response, judged by the corrected p of sign flips.

    Attributes
    ----------
    sign
        Of the response that is claimed; 0 for any.
    """

    sign: int = 0

    @property
    def rule(self) -> str:
        """The rule as text."""
        signs = {1: " and the response positive", -1: " and the response negative"}
        return (
            f"corrected p below {LEVEL:g}{signs.get(self.sign, '')}; not reproduced if it is not, "
            f"though {NEGLIGIBLE:g} spreads would have been found"
        )

    def judge_p(self, name: str, test: Finding, replicas: int) -> Claim:
        """The verdict on one member; value is p, which has no interval."""
        verdict, note = self._verdict(test)
        doubt = "fewer than two replicas" if replicas < LEAST_REPLICAS else test.doubt
        if doubt or np.isnan(test.p):
            verdict, note = INCONCLUSIVE, doubt or "nothing could be tested"
        note = "; ".join(filter(None, [name, note]))
        return self._claim(test.p, float("nan"), float("nan"), verdict, note)

    def judge_every(self, members: Mapping[str, Finding], replicas: int) -> Claim:
        """The verdict on a statement about each of several members; the one that decides."""
        claims = [self.judge_p(name, test, replicas) for name, test in members.items()]
        worst = min(claims, key=lambda c: (DECISIVE.index(c.verdict), -np.nan_to_num(c.value)))
        return replace(worst, rule=f"every {self.rule}")

    def _verdict(self, test: Finding) -> tuple[str, str]:
        seen = f"effect {test.effect:.2g} spreads"
        if test.p < LEVEL and (not self.sign or test.effect * self.sign > 0):
            return REPRODUCED, seen
        if test.p < LEVEL:
            return NOT_REPRODUCED, f"{seen}, of the other sign"
        known = np.isfinite(test.smallest)
        missed = f"; {test.smallest:.2g} spreads would have been found" if known else ""
        missed = f"not found{missed}"
        return (NOT_REPRODUCED if test.smallest < NEGLIGIBLE else INCONCLUSIVE), missed
