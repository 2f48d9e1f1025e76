"""Sign-flip tests of the responses to pulses, corrected for bins, times and pulses."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from typing import NamedTuple

import numpy as np

from softness import seeds
from softness.files.records.memory import CycleResponse
from softness.findings import memory
from softness.findings.cycles import Pulse
from softness.findings.data import FigureData
from softness.findings.significance import LEVEL, SignificanceTest, judge_test
from softness.memory import response
from softness.uncertainty import Units
from softness.verdicts import Claim, Statement

FLIPS = 1999
"""Random flips where there are too many snapshots for all."""

WINDOW = 10.0
"""Times are tested in windows so long, in tau, from the beginning of a pulse on: softness of a bin
fluctuates for about that time, and every further time asks for a larger effect."""


class MaskedResponse(NamedTuple):
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

    def windows(self) -> tuple[np.ndarray, np.ndarray]:
        """(windows,) mean time, and (snapshots, bins, windows) mean response, where the mask is."""
        time = self.pulse.time[self.mask]
        since = (time - self.pulse.time[self.pulse.begin]) / WINDOW
        # A frame at the end of a window belongs to it.
        _, number = np.unique(np.ceil(since - 1e-9), return_inverse=True)
        frames = np.bincount(number)
        shares = np.zeros((len(time), len(frames)))
        shares[np.arange(len(time)), number] = 1 / frames[number]
        return time @ shares, self.responses[..., self.mask] @ shares


class PulseTest(NamedTuple):
    """What the test says of one pulse.

    Attributes
    ----------
    tested
        Pulse, responses, and when they were looked at.
    time
        (windows,) middle of each window that was tested, in tau.
    p, detectable
        (bins, windows) corrected p, and the effect that would have been found.
    mean, error
        (bins, windows) response over snapshots.
    critical
        Number of standard errors from which on a response counts as found; nan if none does.
    snapshots
        Most snapshots of a bin.
    """

    tested: MaskedResponse
    time: np.ndarray
    p: np.ndarray
    detectable: np.ndarray
    mean: np.ndarray
    error: np.ndarray
    critical: float
    snapshots: int

    @property
    def band(self) -> np.ndarray:
        """(bins, windows) size of a response up to which nothing is found."""
        return self.critical * self.error

    def bins(self) -> dict[str, SignificanceTest]:
        """What is found in each bin at any time."""
        labels = memory.bin_labels(self.tested.pulse.edges)
        return {f"S(0) {label}": self._of(number) for number, label in enumerate(labels)}

    def anywhere(self) -> SignificanceTest:
        """What is found in any bin; the effect that would have been found, in every bin."""
        tests = list(self.bins().values())
        best = min(tests, key=lambda test: np.nan_to_num(test.p, nan=2.0))
        known = [test.detectable for test in tests if np.isfinite(test.detectable)]
        return replace(best, detectable=max(known, default=float("nan")))

    def _of(self, number: int) -> SignificanceTest:
        p = self.p[number]
        tested = np.isfinite(p)
        if not tested.any():
            return SignificanceTest(float("nan"), doubt=self._lacking(number))
        lowest = float(p[tested].min())
        where = tested & (p < LEVEL) if lowest < LEVEL else tested
        return SignificanceTest(
            lowest,
            effect=float(self.mean[number][where].mean()),
            detectable=_median(self.detectable[number][tested]),
        )

    def _lacking(self, number: int) -> str:
        if not len(self.time):
            return "no frames at these times"
        present = int(np.isfinite(self.tested.responses[:, number, 0]).sum())
        return f"{memory.snapshots(present)}, {response.FEWEST_SNAPSHOTS} are needed"


def _median(values: np.ndarray) -> float:
    """Median of what is finite; nan if nothing is."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def flip_signs(
    data: FigureData, figure: str, responses: Sequence[MaskedResponse]
) -> list[PulseTest]:
    """Test several pulses at once: p is corrected for bins, times and pulses.

    The signs of a snapshot are flipped in all pulses together, as they have one control.
    """
    windows = [each.windows() for each in responses]
    stacked, mask = _stacked(responses, [values for _, values in windows])
    low = responses[0].pulse.low
    generator = seeds.stream(data.settings["seed"], f"figure {figure} flips", low)
    test = response.sign_flip_test(stacked, mask, generator, FLIPS)
    mean = response.mean_response(stacked)
    detectable = response.smallest_effect(test, mean, level=LEVEL)
    tests, row = [], 0
    for tested, (time, values) in zip(responses, windows, strict=True):
        part = (slice(row, row + values.shape[1]), slice(0, len(time)))
        row += values.shape[1]
        parts = (each[part] for each in (test.p, detectable, mean.mean, mean.error))
        most = int(test.snapshots[part[0]].max())
        tests.append(PulseTest(tested, time, *parts, test.critical(LEVEL), most))
    return tests


def window_edges(pulse: Pulse, windows: int) -> np.ndarray:
    """(windows + 1,) edges of the windows from the beginning of a pulse on; the last one is cut."""
    edges = pulse.time[pulse.begin] + WINDOW * np.arange(windows + 1)
    return np.minimum(edges, pulse.time[-1])


def judge_together(statement: Statement, tests: Sequence[PulseTest]) -> Claim:
    """The verdict on a response in any bin to any pulse: on the pulse with the smallest p.

    The effect that would have been found is the largest of all pulses: so much in every bin. The
    rule of the statement is `Significant`.
    """
    found = {test.tested.pulse.label: test.anywhere() for test in tests}
    name = min(found, key=lambda each: np.nan_to_num(found[each].p, nan=2.0))
    known = [each.detectable for each in found.values() if np.isfinite(each.detectable)]
    clearest = replace(found[name], detectable=max(known, default=float("nan")))
    units = reduce(Units.fewer, (test.tested.pulse.units for test in tests))
    return judge_test(statement, name, clearest, units)


def _stacked(
    responses: Sequence[MaskedResponse], values: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """(snapshots, bins of all pulses, windows) and the mask; no snapshot is an empty bin."""
    keys = sorted({_key(table) for each in responses for table in each.pulse.tables})
    bins = sum(each.shape[1] for each in values)
    longest = max(each.shape[2] for each in values)
    stacked = np.full((len(keys), bins, longest), np.nan)
    mask = np.zeros((bins, longest), dtype=bool)
    row = 0
    for tested, own in zip(responses, values, strict=True):
        _, number, windows = own.shape
        rows = slice(row, row + number)
        row += number
        mask[rows, :windows] = True
        places = [keys.index(_key(table)) for table in tested.pulse.tables]
        empty = np.isnan(own[:, :, :1])
        filled = np.zeros((len(places), number, longest))
        filled[..., :windows] = own
        stacked[places, rows] = np.where(empty, np.nan, filled)
    return stacked, mask


def _key(table: CycleResponse) -> tuple[int, int]:
    return int(table.replica), int(table.snapshot)
