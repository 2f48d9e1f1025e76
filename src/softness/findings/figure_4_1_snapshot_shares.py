"""Figure 4.1: mean probability of rearranging after different snapshots, against time."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness import seeds
from softness.files.records.regressed import SnapshotShares
from softness.findings import learned, memory
from softness.findings.data import FigureData
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement

NUMBER = "4.1"
TEMPERATURE_OF_SOURCE = 0.86

INSTANT = 0
"""Kind of share: p_hop above the threshold at the time itself."""

FEWEST_SNAPSHOTS = 3
DISTINCT, COMMON = 3.0, 2.0

EARLY = Statement(
    figure=NUMBER,
    name="spread of snapshots over the standard error of runs, earliest time",
    claim="The mean p_r(t) of each snapshot takes its own path",
    source="distinct paths of three snapshots at T = 0.86",
    above=DISTINCT,
)
LATE = Statement(
    figure=NUMBER,
    name="spread of snapshots over the standard error of runs, last time",
    claim="All approach one value at long times",
    source="a common value at T = 0.86",
    below=COMMON,
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
    spread
        (times,) spread of the snapshots in units of the standard error.
    """

    temperature: float
    time: np.ndarray
    replica: np.ndarray
    snapshot: np.ndarray
    share: np.ndarray
    error: np.ndarray
    mean: np.ndarray
    known: np.ndarray
    spread: Estimate

    def doubt(self, place: int) -> str:
        """Why the spread at a time cannot decide; empty if it can."""
        if self.known[place] >= FEWEST_SNAPSHOTS:
            return ""
        return (
            f"{memory.snapshots(int(self.known[place]))} with a known error, "
            f"{FEWEST_SNAPSHOTS} are needed"
        )


def compute(data: FigureData) -> Findings | None:
    """Findings; None if no runs were counted."""
    if not data.shares:
        return None
    shares = max(data.shares, key=lambda table: float(table.temperature))
    share, error = shares.mean[INSTANT], shares.error[INSTANT]
    defined = np.isfinite(share)
    total, number = np.where(defined, share, 0.0).sum(axis=0), defined.sum(axis=0)
    return Findings(
        temperature=float(shares.temperature),
        time=shares.time,
        replica=shares.replica,
        snapshot=shares.snapshot,
        share=share,
        error=error,
        mean=np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0),
        known=_known(share, error).sum(axis=0),
        spread=_spread(data, shares),
    )


def _known(share: np.ndarray, error: np.ndarray) -> np.ndarray:
    """(snapshots, times) whether a share has an error."""
    return np.isfinite(share) & np.isfinite(error) & (error > 0)


def _spread(data: FigureData, shares: SnapshotShares) -> Estimate:
    r"""(times,) spread of the snapshots in units of the standard error that runs leave.

    .. math:: z^2 = \frac{1}{S - 1} \sum_s \left(\frac{m_s - \bar m}{e_s}\right)^2,

    with the mean of the snapshots weighted by 1 / e_s^2; runs alone make z = 1. If snapshots are
    draws of a normal distribution, (S - 1) z^2 over its true value has a chi-square distribution
    with S - 1 degrees of freedom, and so have the draws that the interval is taken from: with few
    snapshots it is wide, whatever the number of runs. nan with fewer than `FEWEST_SNAPSHOTS`.
    """
    mean, error = shares.mean[INSTANT], shares.error[INSTANT]
    known = _known(mean, error)
    weights = np.where(known, 1 / np.where(known, error, 1.0) ** 2, 0.0)
    number = known.sum(axis=0)
    enough = number >= FEWEST_SNAPSHOTS
    total = np.where(enough, weights.sum(axis=0), 1.0)
    middle = (weights * np.where(known, mean, 0.0)).sum(axis=0) / total
    square = (weights * (np.where(known, mean, 0.0) - middle) ** 2).sum(axis=0)
    freedom = np.where(enough, number - 1.0, np.nan)
    generator = seeds.stream(
        data.settings["seed"], f"figure {NUMBER} chi-square", float(shares.temperature)
    )
    shape = data.settings["draws"], len(shares.time)
    chi_square = generator.chisquare(np.where(enough, freedom, 1.0), size=shape)
    return Estimate(np.sqrt(square / freedom), np.sqrt(square / chi_square) + 0 * freedom)


def claims(findings: Findings | None) -> list[Claim]:
    """Verdicts on the spread of the snapshots at the first and at the last time."""
    if findings is None:
        return [each.not_tested("no runs were counted") for each in (EARLY, LATE)]
    temperature = findings.temperature
    if reason := memory.elsewhere(temperature, TEMPERATURE_OF_SOURCE):
        return [each.not_tested(reason) for each in (EARLY, LATE)]
    replicas, verdicts = len(np.unique(findings.replica)), []
    for statement, place in ((EARLY, 0), (LATE, -1)):
        spread, doubt = findings.spread[place], findings.doubt(place)
        claim = learned.judged(statement, spread, replicas, doubt)
        verdicts.append(memory.noted(claim, temperature, TEMPERATURE_OF_SOURCE))
    return verdicts


def table(findings: Findings | None) -> pd.DataFrame:
    """p_r(t) of each snapshot with its standard error, and their spread with its interval."""
    columns = ("temperature", "quantity", "replica", "snapshot", "time", "measure", "value")
    if findings is None:
        return pd.DataFrame(columns=list(columns))
    parts, labels = [], {"temperature": findings.temperature}
    for number, snapshot in enumerate(findings.snapshot):
        labels |= {"quantity": "share", "replica": int(findings.replica[number])}
        labels["snapshot"] = int(snapshot)
        measures = {"value": findings.share[number], "error": findings.error[number]}
        parts.append(memory.numbers(labels, measures, findings.time))
    low, high = findings.spread.interval()
    measures = {"value": findings.spread.value, "low": low, "high": high}
    labels |= {"quantity": "spread", "replica": -1, "snapshot": -1}
    parts.append(memory.numbers(labels, measures, findings.time))
    return memory.joined(parts, columns)
