"""Thermal cycles: pulses, responses, their tests, and null hypotheses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from softness import seeds
from softness.files.records.memory import CycleResponse
from softness.findings import memory, regressed
from softness.findings.data import FigureData
from softness.findings.memory import LEVEL, Finding
from softness.findings.regressed import Unit
from softness.memory import response
from softness.memory.linear_response import cross_correlation, faster_clock, linear_response
from softness.uncertainty import Estimate

FLIPS = 1999
"""Random flips where there are too many snapshots for all."""

WINDOW = 10.0
"""Times are tested in windows so long, in tau, from the beginning of a pulse on: softness of a bin
fluctuates for about that time, and every further time asks for a larger effect."""

LONG_AFTER = 3.0
"""Relaxation times of the high temperature after a pulse, beyond which a response is memory."""

HEIGHT, HOLD = 0.05, 30.0
"""The source's pulse: from T = 0.51 to 0.56 for 30 tau."""

NEAR_SOURCE = 1.5

ONE_BIN = "fewer than two bins with particles in every snapshot"

CYCLE, CONTROL = range(2)


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
    def units(self) -> list[Unit]:
        """What errors come from."""
        return [Unit(self.low, int(table.replica)) for table in self.tables]

    @property
    def replicas(self) -> int:
        """Number of replicas."""
        return len({unit.replica for unit in self.units})

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
    """The pulse that is the source's, or nearest to it within a factor of `NEAR_SOURCE`.

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


def over_snapshots(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of (snapshots, bins, times) over snapshots, and its standard error (nan with one)."""
    found = response.mean_response(values)
    return found.mean, found.error


class Look(NamedTuple):
    """What is tested of one pulse.

    Attributes
    ----------
    pulse
        Which one.
    responses
        (snapshots, bins, times), nan for empty bins, any number where the mask is False.
    mask
        (times,) when to look.
    """

    pulse: Pulse
    responses: np.ndarray
    mask: np.ndarray


class Seen(NamedTuple):
    """What the test says of one pulse.

    Attributes
    ----------
    look
        What was tested.
    time
        (windows,) middle of each window that was tested, in tau.
    p, smallest
        (bins, windows) corrected p, and the effect that would have been found.
    mean, error
        (bins, windows) response over snapshots.
    critical
        Number of standard errors from which on a response counts as found; nan if none does.
    snapshots
        Most snapshots of a bin.
    """

    look: Look
    time: np.ndarray
    p: np.ndarray
    smallest: np.ndarray
    mean: np.ndarray
    error: np.ndarray
    critical: float
    snapshots: int

    def bins(self) -> dict[str, Finding]:
        """What is found in each bin at any time."""
        labels = memory.bin_labels(self.look.pulse.edges)
        return {f"S(0) {label}": self._of(number) for number, label in enumerate(labels)}

    def anywhere(self) -> Finding:
        """What is found in any bin; the effect that would have been found, in every bin."""
        tests = list(self.bins().values())
        best = min(tests, key=lambda test: np.nan_to_num(test.p, nan=2.0))
        smallest = np.array([test.smallest for test in tests])
        known = smallest[np.isfinite(smallest)]
        largest = float(known.max()) if len(known) else float("nan")
        return replace(best, smallest=largest)

    def _of(self, number: int) -> Finding:
        p = self.p[number]
        tested = np.isfinite(p)
        if not tested.any():
            return Finding(float("nan"), doubt=self._lacking(number))
        lowest = float(p[tested].min())
        where = tested & (p < LEVEL) if lowest < LEVEL else tested
        return Finding(
            lowest,
            effect=float(self.mean[number][where].mean()),
            smallest=_median(self.smallest[number][tested]),
        )

    def _lacking(self, number: int) -> str:
        if not len(self.time):
            return "no frames at these times"
        present = int(np.isfinite(self.look.responses[:, number, 0]).sum())
        return f"{memory.snapshots(present)}, {response.FEWEST_SNAPSHOTS} are needed"


def _median(values: np.ndarray) -> float:
    """Median of what is finite; nan if nothing is."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def sign_flips(data: FigureData, figure: str, looks: Sequence[Look]) -> list[Seen]:
    """Finding several pulses at once: p is corrected for bins, times and pulses.

    The signs of a snapshot are flipped in all pulses together, as they have one control.
    """
    windows = [_windows(look) for look in looks]
    stacked, mask = _stacked(looks, [values for _, values in windows])
    low = looks[0].pulse.low
    generator = seeds.stream(data.settings["seed"], f"figure {figure} flips", low)
    test = response.sign_flip_test(stacked, mask, generator, FLIPS)
    found = response.mean_response(stacked)
    smallest = response.smallest_effect(test, found, level=LEVEL)
    seen, row = [], 0
    for look, (time, values) in zip(looks, windows, strict=True):
        part = (slice(row, row + values.shape[1]), slice(0, len(time)))
        row += values.shape[1]
        parts = (each[part] for each in (test.p, smallest, found.mean, found.error))
        most = int(test.snapshots[part[0]].max())
        seen.append(Seen(look, time, *parts, test.critical(LEVEL), most))
    return seen


def _windows(look: Look) -> tuple[np.ndarray, np.ndarray]:
    """(windows,) mean time, and (snapshots, bins, windows) mean response, where to look."""
    return windowed(look.pulse, look.mask, look.responses)


def windowed(pulse: Pulse, mask: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(windows,) mean time, and (..., windows) means of (..., times) values, where a mask is."""
    time = pulse.time[mask]
    since = (time - pulse.time[pulse.begin]) / WINDOW
    # A frame at the end of a window belongs to it.
    _, number = np.unique(np.ceil(since - 1e-9), return_inverse=True)
    frames = np.bincount(number)
    shares = np.zeros((len(time), len(frames)))
    shares[np.arange(len(time)), number] = 1 / frames[number]
    return time @ shares, values[..., mask] @ shares


def window_edges(pulse: Pulse, windows: int) -> np.ndarray:
    """(windows + 1,) edges of the windows from the beginning of a pulse on; the last one is cut."""
    edges = pulse.time[pulse.begin] + WINDOW * np.arange(windows + 1)
    return np.minimum(edges, pulse.time[-1])


def clearest(seen: Sequence[Seen]) -> tuple[str, Finding]:
    """Where and what is found in any bin of any pulse, of the one with the smallest p.

    The effect that would have been found is the largest of all pulses: so much in every bin.
    """
    tests = {each.look.pulse.label: each.anywhere() for each in seen}
    name = min(tests, key=lambda each: np.nan_to_num(tests[each].p, nan=2.0))
    known = [test.smallest for test in tests.values() if np.isfinite(test.smallest)]
    return name, replace(tests[name], smallest=max(known, default=float("nan")))


def _stacked(looks: Sequence[Look], values: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """(snapshots, bins of all pulses, windows) and the mask; no snapshot is an empty bin."""
    keys = sorted({_key(table) for look in looks for table in look.pulse.tables})
    bins = sum(each.shape[1] for each in values)
    longest = max(each.shape[2] for each in values)
    stacked = np.full((len(keys), bins, longest), np.nan)
    mask = np.zeros((bins, longest), dtype=bool)
    row = 0
    for look, own in zip(looks, values, strict=True):
        _, number, windows = own.shape
        rows = slice(row, row + number)
        row += number
        mask[rows, :windows] = True
        places = [keys.index(_key(table)) for table in look.pulse.tables]
        empty = np.isnan(own[:, :, :1])
        filled = np.zeros((len(places), number, longest))
        filled[..., :windows] = own
        stacked[places, rows] = np.where(empty, np.nan, filled)
    return stacked, mask


def _key(table: CycleResponse) -> tuple[int, int]:
    return int(table.replica), int(table.snapshot)


def smallest_number(data: FigureData, figure: str, rows: np.ndarray) -> float:
    """Mean of one number a snapshot that would have been found with a power of 80 %."""
    known = rows[np.isfinite(rows)]
    if len(known) < response.FEWEST_SNAPSHOTS:
        return float("nan")
    generator = seeds.stream(data.settings["seed"], f"figure {figure} flips of one", 0.0)
    test = response.sign_flip_test(known[:, None, None], None, generator, FLIPS)
    found = response.mean_response(known[:, None, None])
    return float(response.smallest_effect(test, found, level=LEVEL)[0, 0])


def size(data: FigureData, figure: str, pulse: Pulse, rows: np.ndarray) -> Estimate:
    """Mean of one number a snapshot, from resampled replicas and snapshots."""
    known = np.isfinite(rows)
    if not known.any():
        return Estimate(float("nan"), np.full(data.settings["draws"], np.nan))
    units = [unit for unit, use in zip(pulse.units, known, strict=True) if use]
    return regressed.mean_of(data, figure, units, rows[known])


class Expected(NamedTuple):
    """What a null hypothesis expects of each snapshot, or why it says nothing.

    Attributes
    ----------
    values
        (snapshots, bins, times), nan where it is unknown; None where nothing is known.
    reason
        Why nothing is known.
    """

    values: np.ndarray | None
    reason: str = ""


def plain_relaxation(data: FigureData, pulse: Pulse) -> Expected:
    """Response of bins that relax as in the control, only with the clock of the temperature."""
    logs = _log_times(data, pulse.temperature)
    if np.isnan(logs).any():
        return Expected(None, f"tau_alpha is unknown from T = {pulse.low:g} to {pulse.high:g}")
    low = _log_times(data, np.array([pulse.low]))
    speeds = np.where(pulse.moved, np.exp(low - logs), 1.0)
    frames, found = len(pulse.time), []
    for table in pulse.tables:
        after = np.ones(len(table.control_time) - frames)
        curves = table.control.mean(axis=0)
        moved = faster_clock(table.control_time, curves, np.append(speeds, after))
        found.append(moved[:, :frames])
    return Expected(np.array(found))


def _log_times(data: FigureData, temperatures: np.ndarray) -> np.ndarray:
    """Logarithm of tau_alpha, linear in 1/T between the measured ones; nan beyond them."""
    known = [t for t in data.relaxation if np.isfinite(t.relaxation_time) and t.relaxation_time > 0]
    if not known:
        return np.full(temperatures.shape, np.nan)
    inverse = np.array([1 / float(table.temperature) for table in known])
    logs = np.log([float(table.relaxation_time) for table in known])
    order = np.argsort(inverse)
    # A temperature that was measured is known, whatever rounding makes of 1/T.
    wanted = 1 / np.asarray(temperatures)
    inverse = inverse[order]
    near = np.clip(wanted, inverse[0], inverse[-1])
    found = np.interp(near, inverse, logs[order])
    return np.where(np.isclose(near, wanted), found, np.nan)


def equilibrium_response(pulse: Pulse) -> Expected:
    """Linear response of the mean over all particles, from fluctuations of the controls.

    (snapshots, 1, times): linear in the correlation, so that the mean and the standard error are
    those of the predictions of single snapshots.
    """
    runs = min(len(table.energy) for table in pulse.tables)
    frames = min(len(table.control_time) for table in pulse.tables)
    energies = np.array([table.energy[:runs, :frames] for table in pulse.tables])
    values = np.array([table.control_everyone[:runs, None, :frames] for table in pulse.tables])
    spacing = np.diff(pulse.time)
    if len(pulse.tables) < 2:
        return Expected(None, "linear response needs two snapshots")
    if not (np.isfinite(energies).all() and np.isfinite(values).all()):
        return Expected(None, "the energy of a control is unknown")
    if pulse.moved[0] or not np.allclose(spacing, spacing[0]):
        return Expected(None, "linear response needs equal steps from equilibrium")
    lags = len(pulse.time) - pulse.begin
    found = cross_correlation(energies, values, lags)
    times = pulse.time[:lags] - pulse.time[0]
    given = (pulse.time, pulse.temperature, pulse.low)
    return Expected(linear_response(times, found.snapshots, *given))


def labels_of(pulse: Pulse) -> Mapping[str, object]:
    """Columns that tell the pulse in a table of numbers."""
    return {"low": pulse.low, "high": pulse.high, "hold": pulse.hold}
