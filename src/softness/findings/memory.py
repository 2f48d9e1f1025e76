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
from softness.memory.curves import time_by_fit, time_to_level
from softness.memory.groups import GroupRelaxation, analyse_groups
from softness.uncertainty import Estimate
from softness.verdicts import Claim

NEAR = 0.05
"""Distance in temperature within which a study tests what is said at one temperature."""

RELAXED, FORGOTTEN = 1 / np.e, 0.05
"""Levels of a curve."""

FARTHEST = 2.0
"""Times the last measured time, up to which a fit tells when a level is reached."""

MOST_NOT_REACHED = 0.025
"""Fraction of resamples that may not fall to a level: with more the upper end of an interval is
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
    """Why what is said at one temperature is not tested at another one; empty if it is."""
    if abs(temperature - of_source) <= NEAR + 1e-9:
        return ""
    return f"the study has T = {temperature:g}, the dissertation T = {of_source:g}"


def told(claim: Claim, *notes: str) -> Claim:
    """A claim with further notes."""
    return replace(claim, note="; ".join(filter(None, [claim.note, *notes])))


def noted(claim: Claim, temperature: float, of_source: float) -> Claim:
    """A claim that tells at which temperature it was tested, if it is not the dissertation's."""
    return claim if np.isclose(temperature, of_source) else told(claim, f"at T = {temperature:g}")


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

    def left(self, group: int) -> Estimate:
        """(times,) fraction of its start that is left of one group."""
        return self.groups.curves[group]

    def time_to(self, level: float, group: int) -> Estimate:
        """() first time at a level, in tau; the last one, a lower bound, if it is not reached."""

        def first(curves: np.ndarray) -> np.ndarray:
            times = time_to_level(self.time, curves, level)
            never = np.isnan(times) & np.isfinite(curves).all(axis=-1)
            return np.where(never, self.time[-1], times)

        return self.left(group).map(first)

    def fitted_time_to(self, level: float, group: int, first: float) -> tuple[Estimate, bool]:
        """() the same from a fit of the tail (`time_by_fit`), which noise does not make early.

        Parameters
        ----------
        first
            Time at which the tail begins, in tau.

        Returns
        -------
        time : Estimate
            In tau.
        known : bool
            Whether it is not farther than `FARTHEST` allows.
        """
        late = self.time >= first
        tail = self.left(group)[late]
        errors = np.std(tail.draws, axis=0)
        time = tail.map(lambda curves: time_by_fit(self.time[late], curves, errors, level))
        return time, bool(time.value <= FARTHEST * self.time[-1])

    def not_reached(self, time: Estimate) -> bool:
        """Whether a time to a level, or the upper end of its interval, is a lower bound."""
        return bool(
            time.value >= self.time[-1] or np.mean(time.draws >= self.time[-1]) > MOST_NOT_REACHED
        )

    def by_bin(self, estimate: Estimate) -> dict[str, Estimate]:
        """Of (groups, ...) numbers those of the bins that start apart from the mean, by name."""
        return {f"S(0) {self.labels[group]}": estimate[group] for group in self.apart}


def decay_temperatures(data: FigureData) -> list[float]:
    """Temperatures at which groups were followed, from cold to hot."""
    return sorted({float(table.temperature) for table in data.softness_decay})


def _decay_tables(data: FigureData, temperature: float) -> list[SoftnessDecay]:
    return [each for each in data.softness_decay if float(each.temperature) == temperature]


def decay_at(data: FigureData, figure: str, temperature: float) -> Decay:
    """Softness of the groups at one temperature, for a figure's random stream."""
    tables = _decay_tables(data, temperature)
    generator = seeds.stream(data.settings["seed"], f"figure {figure} bootstrap", temperature)
    sums, counts = zip(*(_by_block(each) for each in tables), strict=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        groups = analyse_groups(tables[0].time, sums, counts, data.settings["draws"], generator)
    return Decay(
        temperature=temperature,
        relaxation_time=data.relaxation_time_at(temperature),
        edges=tables[0].edges,
        time=tables[0].time,
        groups=groups,
    )


def _by_block(table: SoftnessDecay) -> tuple[np.ndarray, np.ndarray]:
    """Sums and counts, without blocks of time in which no origin lies."""
    used = table.counts[:, -1, 0] > 0
    return table.sums[used], table.counts[used]


def decay_rows(decay: Decay) -> list[pd.DataFrame]:
    """Means and normalised curves of all groups, and the mean of everyone."""
    rows = []
    for quantity, estimate in (("mean", decay.groups.means), ("left", decay.groups.curves)):
        low, high = estimate.interval()
        for group, label in enumerate([*decay.labels, "everyone"][: len(estimate.value)]):
            measures = {"value": estimate.value[group], "low": low[group], "high": high[group]}
            labels = {"temperature": decay.temperature, "quantity": quantity, "group": label}
            rows.append(numbers(labels, measures, decay.time))
    return rows


def bin_rows(decay: Decay, quantity: str, by_bin: Mapping[str, Estimate]) -> list[pd.DataFrame]:
    """() numbers by the name of a bin as `Decay.by_bin` has it, with intervals."""
    rows = []
    for name, estimate in by_bin.items():
        group = name.removeprefix("S(0) ")
        low, high = estimate.interval()
        labels = {"temperature": decay.temperature, "quantity": quantity, "group": group}
        rows.append(numbers(labels, {"value": estimate.value, "low": low, "high": high}))
    return rows


DECAY_COLUMNS = ("temperature", "quantity", "group", "time", "measure", "value")
