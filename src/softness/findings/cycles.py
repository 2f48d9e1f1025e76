"""Thermal cycles: pulses, and the response of softness to them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.files.records.memory import CycleResponse
from softness.findings import memory
from softness.findings.data import FigureData
from softness.findings.regressed import Unit
from softness.memory import response
from softness.uncertainty import Units
from softness.verdicts import Claim

LONG_AFTER = 3.0
"""Relaxation times of the high temperature after a pulse, beyond which a response is memory."""

LOW, HEIGHT, HOLD = 0.51, 0.05, 30.0
"""The dissertation's pulse: from T = 0.51 to 0.56 for 30 tau."""

NEAR_SOURCE = 1.5

ONE_BIN = "fewer than two bins with particles in every snapshot"

CYCLE, CONTROL = range(2)

COLUMNS = ("low", "high", "hold", "quantity", "bin", "time", "measure", "value")
"""Of the numbers behind a figure."""


@dataclass(frozen=True)
class Pulse:
    """One temperature protocol, and softness of the snapshots that went through it.

    All is averaged over the runs of a snapshot, and ends with the shortest run.

    Attributes
    ----------
    low, high
        Temperatures outside and within the pulse.
    time, temperature
        (times,) in tau, and set temperature then.
    edges
        (bins + 1,) of softness at time 0.
    tables
        One a snapshot.
    weights
        (snapshots, bins) numbers of particles.
    bins
        (2, snapshots, bins, times) mean of the cycle and of the control; nan where a bin is empty.
    everyone
        (2, snapshots, times) the same over all particles.
    """

    low: float
    high: float
    time: np.ndarray
    temperature: np.ndarray
    edges: np.ndarray
    tables: Sequence[CycleResponse]
    weights: np.ndarray
    bins: np.ndarray
    everyone: np.ndarray

    @property
    def moved(self) -> np.ndarray:
        """(times,) whether the temperature is not the low one."""
        return ~np.isclose(self.temperature, self.low)

    @property
    def begin(self) -> int:
        """Number of the last frame before the temperature moves."""
        return max(int(np.argmax(self.moved)) - 1, 0)

    @property
    def end(self) -> int:
        """Number of the first frame after the pulse, or of the last frame."""
        last = len(self.time) - 1 - int(np.argmax(self.moved[::-1]))
        return min(last + 1, len(self.time) - 1)

    @property
    def warm(self) -> np.ndarray:
        """(times,) whether the high temperature is reached; the whole pulse if it never stays."""
        held = np.isclose(self.temperature, self.high)
        return held if held.sum() > 1 else self.moved

    @property
    def hold(self) -> float:
        """Time at the high temperature, in tau."""
        held = self.time[np.isclose(self.temperature, self.high)]
        return float(np.ptp(held)) if len(held) else 0.0

    @property
    def area(self) -> float:
        """Height times length, in eps_AA tau / k_B."""
        return float(np.trapezoid(np.abs(self.temperature - self.low), self.time))

    @property
    def label(self) -> str:
        """Height and length as text."""
        return f"T = {self.high:g} for {self.hold:g} tau"

    @property
    def snapshots(self) -> list[Unit]:
        """What errors come from."""
        return [Unit(self.low, int(table.replica)) for table in self.tables]

    @property
    def units(self) -> Units:
        """How many of them there are."""
        parts = Counter(unit.replica for unit in self.snapshots)
        return Units.of(list(parts.values()), "snapshots")

    @property
    def comparable(self) -> bool:
        """Whether every snapshot has two bins with particles or more."""
        return bool(((self.weights > 0).sum(axis=1) > 1).all())

    def responses(self) -> np.ndarray:
        """(snapshots, bins, times) cycle less control."""
        return self.bins[CYCLE] - self.bins[CONTROL]

    def apart(self, responses: np.ndarray) -> np.ndarray:
        """Responses without what all particles in bins have in common."""
        return response.without_common(responses, self.weights)

    def after(self, delay: float) -> np.ndarray:
        """(times,) whether it is later than so long after the pulse; nowhere if that is nan."""
        return self.time > self.time[self.end] + delay


def pulses(data: FigureData) -> list[Pulse]:
    """Pulses of the study, the one with the largest area first; controls are none."""
    groups: dict[tuple, list[CycleResponse]] = {}
    for table in data.cycle_response:
        moved = np.flatnonzero(~np.isclose(table.temperature, table.low))
        if len(moved) and table.numbers.sum():
            times = table.time[moved[[0, -1]]]
            key = (float(table.low), float(table.high), *times.tolist())
            groups.setdefault(key, []).append(table)
    found = [_pulse(tables) for tables in groups.values()]
    return sorted(found, key=lambda pulse: (-pulse.area, pulse.label))


def of_source(found: Sequence[Pulse]) -> Pulse | None:
    """The pulse that is the dissertation's, or nearest to it within a factor of `NEAR_SOURCE`.

    In height and in length; if there is none, the one with the largest area of those that warm;
    None if none warms.
    """
    warming = [pulse for pulse in found if pulse.high > pulse.low]
    distances = [
        max(abs(np.log((p.high - p.low) / HEIGHT)), abs(np.log(max(p.hold, 1e-9) / HOLD)))
        for p in warming
    ]
    if distances and min(distances) <= np.log(NEAR_SOURCE):
        return warming[int(np.argmin(distances))]
    return warming[0] if warming else None


def not_judged(main: Pulse | None, found: Sequence[Pulse]) -> str:
    """Why nothing is said about the pulse `of_source`; empty if something is."""
    if main is None:
        return "no pulse that warms" if found else "no pulse"
    return memory.elsewhere(main.low, LOW)


def noted(claim: Claim, pulse: Pulse) -> Claim:
    """A claim that tells its pulse, and the low temperature if it is not the dissertation's."""
    return memory.noted(memory.told(claim, pulse.label), pulse.low, LOW)


def _pulse(tables: Sequence[CycleResponse]) -> Pulse:
    tables = sorted(tables, key=lambda table: (int(table.replica), int(table.snapshot)))
    frames = min(len(table.time) for table in tables)
    bins = [(t.cycle.mean(axis=0), t.control.mean(axis=0)) for t in tables]
    everyone = [(t.cycle_everyone.mean(axis=0), t.control_everyone.mean(axis=0)) for t in tables]
    return Pulse(
        low=float(tables[0].low),
        high=float(tables[0].high),
        time=tables[0].time[:frames],
        temperature=tables[0].temperature[:frames],
        edges=tables[0].edges,
        tables=tables,
        weights=np.array([table.numbers for table in tables], dtype=np.float64),
        bins=_paired(bins, frames),
        everyone=_paired(everyone, frames),
    )


def _paired(branches: Sequence[tuple[np.ndarray, np.ndarray]], frames: int) -> np.ndarray:
    """(2, snapshots, ..., frames) of the cycles and of their controls, which go on for longer."""
    return np.array([[each[..., :frames] for each in pair] for pair in branches]).swapaxes(0, 1)


def labels_of(pulse: Pulse) -> Mapping[str, object]:
    """Columns that tell the pulse in a table of numbers."""
    return {"low": pulse.low, "high": pulse.high, "hold": pulse.hold}


def rows(
    pulse: Pulse,
    quantity: str,
    bins: Sequence[str],
    measures: Mapping[str, np.ndarray],
    time: np.ndarray | None = None,
) -> list[pd.DataFrame]:
    """(bins, times) numbers of each of several bins against the times of the pulse or others."""
    parts = []
    time = pulse.time if time is None else time
    for number, label in enumerate(bins):
        labels = {**labels_of(pulse), "quantity": quantity, "bin": label}
        values = {name: each[number] for name, each in measures.items()}
        parts.append(memory.numbers(labels, values, time))
    return parts
