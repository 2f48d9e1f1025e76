"""Figure 4.1: mean probability of rearranging after different snapshots, against time."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.files.records.regressed import SnapshotShares
from softness.findings import memory, regressed
from softness.findings.data import FigureData
from softness.findings.regressed import Unit
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement, below

NUMBER = "4.1"
TEMPERATURE_OF_SOURCE = 0.86

INSTANT = 0
"""Kind of share: p_hop above the threshold at the time itself."""

FEWEST_SNAPSHOTS = 3
"""Whose error is known, for a variance between them."""

LARGEST_LEFT = 0.5
"""Ours. Early over late above 2 is late over early below this: the early variance is far from 0
where paths are distinct, and the late one may be 0 where they have become one."""

TOGETHER = Statement(
    figure=NUMBER,
    name="variance between snapshots, last over earliest time",
    claim="The mean p_r(t) of each snapshot takes a path of its own, and all approach one value",
    section="4.1",
    source="three distinct paths, a common value late; no value given",
    rule=below(LARGEST_LEFT),
)


@dataclass(frozen=True)
class Findings:
    """Instant shares at the hottest temperature whose runs were counted.

    Attributes
    ----------
    temperature
        In eps_AA / k_B.
    time
        (times,) in tau.
    replica, snapshot
        (snapshots,) numbers of each.
    share, error
        (snapshots, times) mean p_r(t) of each snapshot, and the standard error that runs leave.
    mean
        (times,) of the shares over the snapshots.
    known
        (times,) number of snapshots whose share has an error.
    left
        (times,) variance between snapshots, over that at the earliest time.
    """

    temperature: float
    time: np.ndarray
    replica: np.ndarray
    snapshot: np.ndarray
    share: np.ndarray
    error: np.ndarray
    mean: np.ndarray
    known: np.ndarray
    left: Estimate

    @property
    def doubt(self) -> str:
        """Why the variances cannot decide; empty if they can."""
        known = int(self.known[[0, -1]].min())
        if known >= FEWEST_SNAPSHOTS:
            return ""
        return f"{memory.snapshots(known)} with a known error, {FEWEST_SNAPSHOTS} are needed"


def compute(data: FigureData) -> Findings | None:
    """Findings; None if no runs were counted."""
    if not data.shares:
        return None
    shares = max(data.shares, key=lambda table: float(table.temperature))
    share, error = shares.mean[INSTANT], shares.error[INSTANT]
    defined = np.isfinite(share)
    total, number = np.where(defined, share, 0.0).sum(axis=0), defined.sum(axis=0)
    mean = np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)
    known = np.isfinite(share) & np.isfinite(error) & (error > 0)
    return Findings(
        temperature=float(shares.temperature),
        time=shares.time,
        replica=shares.replica,
        snapshot=shares.snapshot,
        share=share,
        error=error,
        mean=mean,
        known=known.sum(axis=0),
        left=_left(data, shares, np.where(known, share - mean, np.nan)),
    )


def _left(data: FigureData, shares: SnapshotShares, away: np.ndarray) -> Estimate:
    """(times,) variance between snapshots over that at the earliest time, freed of runs.

    What runs add to the variance, the mean of their squared standard errors, is taken off: so the
    number of runs does not matter. All times of a snapshot are resampled together; so the ratio has
    the error of the same snapshots early and late.

    Parameters
    ----------
    away
        (snapshots, times) shares less their mean; nan where the error is unknown.
    """
    noise = np.where(np.isfinite(away), shares.error[INSTANT] ** 2, np.nan)
    number = np.maximum(np.isfinite(away).sum(axis=0), 2)
    units = [Unit(float(shares.temperature), int(replica)) for replica in shares.replica]

    def left(means: np.ndarray) -> np.ndarray:
        mean, square, of_runs = means
        variance = (square - mean**2) * number / (number - 1) - of_runs
        return variance / variance[0] if variance[0] > 0 else np.full(len(variance), np.nan)

    rows = np.stack([away, away**2, noise], axis=1)
    return regressed.mean_of(data, NUMBER, units, rows, left)


def claims(findings: Findings | None) -> list[Claim]:
    """Verdict on paths that are distinct at first and one in the end."""
    if findings is None:
        return [TOGETHER.not_tested("no runs were counted")]
    temperature = findings.temperature
    if reason := memory.elsewhere(temperature, TEMPERATURE_OF_SOURCE):
        return [TOGETHER.not_tested(reason)]
    claim = TOGETHER.judge(findings.left[-1], findings.doubt)
    times = f"t = {findings.time[-1]:g} over {findings.time[0]:g} tau"
    return [memory.noted(memory.told(claim, times), temperature, TEMPERATURE_OF_SOURCE)]


def table(findings: Findings | None) -> pd.DataFrame:
    """p_r(t) of each snapshot with its standard error, and the variance that is left."""
    columns = ("temperature", "quantity", "replica", "snapshot", "time", "measure", "value")
    if findings is None:
        return pd.DataFrame(columns=list(columns))
    parts, labels = [], {"temperature": findings.temperature}
    for number, snapshot in enumerate(findings.snapshot):
        labels |= {"quantity": "share", "replica": int(findings.replica[number])}
        labels["snapshot"] = int(snapshot)
        measures = {"value": findings.share[number], "error": findings.error[number]}
        parts.append(memory.numbers(labels, measures, findings.time))
    low, high = findings.left.interval()
    measures = {"value": findings.left.value, "low": low, "high": high}
    labels |= {"quantity": "variance over that at the earliest time", "replica": -1, "snapshot": -1}
    parts.append(memory.numbers(labels, measures, findings.time))
    return memory.joined(parts, columns)
