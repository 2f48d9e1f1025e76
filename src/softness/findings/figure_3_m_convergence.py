"""Figure 3.M: whether there are enough runs of a snapshot, and whether they are long enough."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from softness import seeds
from softness.files.records.regressed import SnapshotShares
from softness.findings import barrier_curves, explained, learned, regressed
from softness.findings.barrier_curves import ENERGY
from softness.findings.data import FigureData
from softness.findings.regressed import RIDGE, RUNS_KEPT, Snapshot
from softness.uncertainty import Estimate
from softness.verdicts import SAME_SLOPE, Claim, Statement, below, every

NUMBER = "3.M"

HALVINGS = 8
"""Most often that the runs are halved."""
FEWEST_RUNS = 2
"""In each half of the runs, where halving ends."""
THINNINGS = 4
"""Draws of fewer runs, whose mean is taken: less noise of the draw itself."""

CONVERGED = Statement(
    figure=NUMBER,
    name="explained variance at all runs minus at half of them",
    claim="There are enough runs, so that more would not explain more of the variance",
    section="",
    source="none",
    rule=every(below(0.03)),
)
SAME_BARRIERS = Statement(
    figure=NUMBER,
    name="slope of Delta E with half of the runs over that with all",
    claim="There are enough runs, so that more would not change the barriers by ridge",
    section="",
    source="none",
    rule=SAME_SLOPE,
)
NEAR_HALF = 0.1
"""By how much half of the runs may differ from half, relative to it."""

KINDS = ("instant share", "cumulative share")
"""Of rearranged particles: at the time itself, and at any time up to it."""


@dataclass(frozen=True)
class Shares:
    """Mean p_r(t) over the snapshots of a temperature.

    Attributes
    ----------
    temperature
        In eps_AA / k_B.
    runs
        Of each snapshot.
    time
        (times,) in tau.
    by_kind
        (times,) of each of `KINDS`.
    """

    temperature: float
    runs: int
    time: np.ndarray
    by_kind: Mapping[str, Estimate]


@dataclass(frozen=True)
class Findings:
    """What depends on the number of runs, and shares of rearranged particles.

    Attributes
    ----------
    temperature
        Of the training, in eps_AA / k_B.
    run_numbers
        From all by halves; empty without test snapshots.
    explained
        () explained variance by the name of the model, then by the number of runs from many to few.
    constant
        Models that say the same of all particles.
    reliability
        () of the measured values by the number of runs, whatever the model.
    slopes
        () slope of Delta E with x by ridge, by the number of runs of the training from few to many.
    slope_ratio
        () of ridge with half of the runs over that with all, or why it is unknown.
    shares
        One a temperature.
    doubt
        Why nothing can be decided; empty if it can.
    untested
        Why there are no test snapshots; empty if there are.
    """

    temperature: float
    run_numbers: Sequence[int]
    explained: Mapping[str, Mapping[int, Estimate]]
    constant: Sequence[str]
    reliability: Mapping[int, Estimate]
    slopes: Mapping[int, Estimate]
    slope_ratio: Estimate | str
    shares: Sequence[Shares]
    doubt: str
    untested: str


def compute(data: FigureData) -> Findings:
    """Findings of all numbers of runs."""
    snapshots = regressed.at_training(data)
    numbers = run_numbers(snapshots) if snapshots else []
    scores = _scores(data, snapshots)
    of_models = {
        name: {number: each[explained.EXPLAINED] for number, each in by_number.items()}
        for name, by_number in scores.items()
    }
    of_any_model = next(iter(scores.values()), {})
    return Findings(
        temperature=regressed.training_temperature(data),
        run_numbers=numbers,
        explained=of_models,
        constant=[name for name in scores if regressed.is_constant(snapshots, name)],
        reliability={m: each[explained.CEILING] for m, each in of_any_model.items()},
        slopes=_slopes(data),
        slope_ratio=_slope_ratio(data),
        shares=[_shares(data, table) for table in data.shares],
        doubt=regressed.doubt_of_barriers(data, softness=False),
        untested="" if snapshots else regressed.no_test_snapshots(data),
    )


def _slope_ratio(data: FigureData) -> Estimate | str:
    """Slope of Delta E by ridge with half of the runs over that with all, or why not."""
    table = data.predicted_barriers[0]
    thinned = regressed.variants(table, RUNS_KEPT)
    total = regressed.count_particles(data).get("runs", 0)
    half = min(thinned, key=lambda number: abs(2 * number - total), default=0)
    if not total or abs(2 * half / total - 1) >= NEAR_HALF:
        return "no ridge that was trained with half of the runs"
    if lacking := barrier_curves.lacks(table, [RIDGE]):
        return lacking
    ratio = barrier_curves.ratio
    return barrier_curves.compared(table, [thinned[half]], ENERGY, ratio, RIDGE)[0]


def _slopes(data: FigureData) -> dict[int, Estimate]:
    """Slope of Delta E with x by ridge, by the number of runs from few to many."""
    table = data.predicted_barriers[0]
    by_number = regressed.variants(table, RUNS_KEPT)
    total = regressed.count_particles(data).get("runs")
    if total and not barrier_curves.lacks(table, [RIDGE]):
        by_number = {**by_number, total: RIDGE}
    return {number: barrier_curves.steepness(table, name) for number, name in by_number.items()}


def _shares(data: FigureData, table: SnapshotShares) -> Shares:
    temperature = float(table.temperature)
    places = [regressed.Unit(temperature, int(replica)) for replica in table.replica]
    by_kind = {
        kind: regressed.mean_of(data, NUMBER, places, rows)
        for kind, rows in zip(KINDS, table.mean, strict=True)
    }
    return Shares(temperature, int(table.runs), table.time, by_kind)


def run_numbers(snapshots: list[Snapshot]) -> list[int]:
    """Numbers of runs, from all by halves."""
    return [int(each.sum()) for each in _halved(snapshots[0].runs)]


def _halved(runs: np.ndarray) -> list[np.ndarray]:
    """(2,) runs of each half: all, then half as many and so on."""
    found = [runs]
    while len(found) <= HALVINGS and (found[-1] // 2).min() >= FEWEST_RUNS:
        found.append(found[-1] // 2)
    return found


def _scores(data: FigureData, snapshots: Sequence[Snapshot]) -> dict[str, dict[int, Estimate]]:
    """`explained.scores` by the name of the model, then by the number of runs."""
    if not snapshots:
        return {}
    values = {name: regressed.about_own_means(snapshots, name) for name in regressed.names(data)}
    found: dict[str, dict[int, Estimate]] = {name: {} for name in values}
    for runs in _halved(snapshots[0].runs):
        drawn = _drawn(data, snapshots, runs)
        for name, by_number in found.items():
            rows = np.array([explained.sums(values[name], counts, runs) for counts in drawn])
            mean = _mean_of_defined(rows)
            by_number[int(runs.sum())] = explained.of_sums(data, NUMBER, snapshots, mean)
    return found


def _drawn(
    data: FigureData, snapshots: Sequence[Snapshot], runs: np.ndarray
) -> list[list[np.ndarray]]:
    """Counts (2, n) of each snapshot that so many runs could have given, some draws of them."""
    if (runs == snapshots[0].runs).all():
        return [[each.counts for each in snapshots]]
    thinned = [_thinned(data, each, runs, THINNINGS) for each in snapshots]
    return [list(counts) for counts in zip(*thinned, strict=True)]


def _mean_of_defined(values: np.ndarray) -> np.ndarray:
    """Mean over the first axis of what is finite; nan where nothing is."""
    defined = np.isfinite(values)
    number = defined.sum(axis=0)
    total = np.where(defined, values, 0.0).sum(axis=0)
    return np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)


def _thinned(
    data: FigureData, snapshot: Snapshot, runs: np.ndarray, draws: int
) -> list[np.ndarray]:
    """Counts (2, n) that fewer runs of each half could have given, some draws of them.

    Of a particle's counted runs those are drawn that stay, without replacement. Particles are drawn
    apart, though they share the runs: true for each particle, and that is all that scores need.
    """
    generator = seeds.stream(
        data.settings["seed"],
        f"figure {NUMBER} thinned to {int(runs.sum())} in replica {snapshot.replica}",
        snapshot.temperature,
        snapshot.number,
    )
    counts = snapshot.counts.astype(np.int64)
    missed = snapshot.runs[:, None].astype(np.int64) - counts
    return [generator.hypergeometric(counts, missed, runs[:, None]) for _ in range(draws)]


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on what half of the runs would have changed: of every model, of the barriers."""
    return [_explained_claim(findings), _slope_claim(findings)]


def _explained_claim(findings: Findings) -> Claim:
    numbers = findings.run_numbers
    if findings.untested:
        return CONVERGED.not_tested(findings.untested)
    if len(numbers) < 2:
        return CONVERGED.not_tested(f"needs {4 * FEWEST_RUNS} runs")
    gains = {
        name: by_number[numbers[0]] - by_number[numbers[1]]
        for name, by_number in findings.explained.items()
        if name not in findings.constant
    }
    if not gains:
        return CONVERGED.not_tested("every model says the same of all particles")
    return CONVERGED.judge_every(gains, findings.doubt)


def _slope_claim(findings: Findings) -> Claim:
    ratio = findings.slope_ratio
    if isinstance(ratio, str):
        return SAME_BARRIERS.not_tested(ratio)
    return SAME_BARRIERS.judge(ratio, findings.doubt)


def table(findings: Findings) -> pd.DataFrame:
    """All numbers against the number of runs, and p_r(t) against time at each temperature.

    ``time`` is 0 where a number is not one at a time. Where the interval of a share is unknown it
    is the whole one, from 0 to 1; what else is unknown is left out.
    """
    rows = [
        _row("explained variance", name, number, each)
        for name, by_number in findings.explained.items()
        for number, each in by_number.items()
    ]
    rows += [_row("reliability", "runs", m, each) for m, each in findings.reliability.items()]
    parts = [learned.with_full_intervals(_frame(rows, findings.temperature))]
    rows = [_row("slope of Delta E", RIDGE, m, each) for m, each in findings.slopes.items()]
    parts.append(_frame(rows, findings.temperature).dropna())
    parts += [_share_rows(each) for each in findings.shares]
    return pd.concat([each for each in parts if not each.empty] or parts, ignore_index=True)


COLUMNS = ["quantity", "variable", "temperature", "time", "runs", "value", "low", "high"]


def _frame(rows: Iterable[Mapping[str, Any]], temperature: float) -> pd.DataFrame:
    """Rows of one temperature, without those whose value is unknown."""
    rows = [{"temperature": temperature, "time": 0.0, **row} for row in rows]
    return pd.DataFrame(rows, columns=COLUMNS).dropna(subset=["value"])


def _share_rows(shares: Shares) -> pd.DataFrame:
    """Mean p_r(t) of both kinds at one temperature."""
    parts = []
    for kind, each in shares.by_kind.items():
        low, high = each.interval()
        numbers = {"time": shares.time, "value": each.value, "low": low, "high": high}
        labels = {"quantity": kind, "variable": "runs", "runs": shares.runs}
        labels["temperature"] = shares.temperature
        parts.append(pd.DataFrame({**labels, **numbers})[COLUMNS])
    return learned.with_full_intervals(pd.concat(parts).dropna(subset=["value"]))


def _row(quantity: str, name: str, number: int, estimate: Estimate) -> dict[str, float | int | str]:
    low, high = estimate.interval()
    return {
        "quantity": quantity,
        "variable": name,
        "runs": number,
        "value": float(estimate.value),
        "low": float(low),
        "high": float(high),
    }
