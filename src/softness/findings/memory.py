"""Bins of softness at time 0, and how they decay."""

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
from softness.uncertainty import Estimate
from softness.verdicts import Claim

NEAR = 0.05
"""Distance in temperature within which a study tests what the source says at one temperature."""

LEVELS = (1 / np.e, 0.05)

RELAXED, FORGOTTEN = range(2)

LEAST_REACHED = 0.025
"""Share of resamples that may not fall to a level: with more the upper end of an interval is
unknown."""


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
    groups
        Means, normalised curves and what is read from them.
    """

    temperature: float
    relaxation_time: float
    edges: np.ndarray
    time: np.ndarray
    groups: GroupRelaxation

    @property
    def labels(self) -> list[str]:
        """Range of each bin as text."""
        return bin_labels(self.edges)

    @property
    def apart(self) -> list[int]:
        """Numbers of the bins that start apart from the mean."""
        return np.flatnonzero(np.isfinite(self.groups.curves.value).all(axis=1)).tolist()

    def share(self, group: int) -> Estimate:
        """(times,) share of its start that is left of one group."""
        return self.groups.curves[group]

    def time_to(self, level: int, group: int) -> tuple[Estimate, float]:
        """Time to a level of `LEVELS`, in tau, and the share of the draws that do not reach it.

        Where it is not reached the end of the measurement stands for it, a lower bound.
        """
        longest = float(self.time[-1])
        time, left = self.groups.times_to_level[level, group], self.share(group)
        late = np.isnan(time.draws) & np.isfinite(left.draws).all(axis=-1)
        value = longest if np.isnan(time.value) and np.isfinite(left.value).all() else time.value
        draws = np.where(late, longest, time.draws)
        return Estimate(value, draws, time.units), float(late.mean())

    def reaches(self, level: int, group: int) -> bool:
        """Whether a group falls to a level of `LEVELS`."""
        return bool(np.isfinite(self.groups.times_to_level.value[level, group]))

    def scatter_at(self, level: int, group: int) -> float:
        """Standard error of a normalised curve where it meets a level, over the level."""
        if not self.reaches(level, group):
            return float("nan")
        reached = self.groups.times_to_level.value[level, group]
        after = min(int(np.searchsorted(self.time, reached)), len(self.time) - 1)
        return float(np.std(self.share(group).draws[:, after]) / LEVELS[level])


def decay_temperatures(data: FigureData) -> list[float]:
    """Temperatures at which groups were followed, from cold to hot."""
    return sorted({float(table.temperature) for table in data.softness_decay})


def decay_times(data: FigureData, temperature: float) -> np.ndarray:
    """(times,) at which groups were followed at a temperature, in tau, from 0."""
    return _decay_tables(data, temperature)[0].time


def _decay_tables(data: FigureData, temperature: float) -> list[SoftnessDecay]:
    return [each for each in data.softness_decay if float(each.temperature) == temperature]


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
    tables = _decay_tables(data, temperature)
    time = tables[0].time
    generator = seeds.stream(data.settings["seed"], f"figure {figure} bootstrap", temperature)
    sums, counts = zip(*(_by_block(each) for each in tables), strict=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        groups = analyse_groups(
            time, sums, counts, line or whole(time), data.settings["draws"], generator, LEVELS
        )
    return Decay(
        temperature=temperature,
        relaxation_time=data.relaxation_time_at(temperature),
        edges=tables[0].edges,
        time=time,
        groups=groups,
    )


def whole(time: np.ndarray) -> tuple[float, float]:
    """First positive and last time."""
    return float(time[time > 0][0]), float(time[-1])


def _by_block(table: SoftnessDecay) -> tuple[np.ndarray, np.ndarray]:
    """Sums and counts, without blocks of time in which no origin lies."""
    used = table.counts[:, -1, 0] > 0
    return table.sums[used], table.counts[used]


def decay_rows(decay: Decay) -> list[pd.DataFrame]:
    """Means and normalised curves of all groups, and the mean of everyone."""
    rows = []
    for quantity, estimate in (("mean", decay.groups.means), ("share", decay.groups.curves)):
        low, high = estimate.interval()
        for group, label in enumerate([*decay.labels, "everyone"][: len(estimate.value)]):
            measures = {"value": estimate.value[group], "low": low[group], "high": high[group]}
            labels = {"temperature": decay.temperature, "quantity": quantity, "group": label}
            rows.append(numbers(labels, measures, decay.time))
    return rows


def group_rows(decay: Decay, estimates: Mapping[str, Estimate]) -> list[pd.DataFrame]:
    """(groups,) numbers by what they are called, with intervals: one group after the other."""
    rows = []
    intervals = {quantity: each.interval() for quantity, each in estimates.items()}
    for group, label in enumerate(decay.labels):
        for quantity, estimate in estimates.items():
            low, high = (end[group] for end in intervals[quantity])
            labels = {"temperature": decay.temperature, "quantity": quantity, "group": label}
            measures = {"value": estimate.value[group], "low": low, "high": high}
            rows.append(numbers(labels, measures))
    return rows


DECAY_COLUMNS = ("temperature", "quantity", "group", "time", "measure", "value")
