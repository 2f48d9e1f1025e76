"""Figure 3.M: whether there are enough runs of a snapshot, and whether they are long enough."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from softness import seeds
from softness.figures import draw_learned, draw_models, style
from softness.files.records.regressed import SnapshotShares
from softness.findings import barrier_curves, learned, regressed
from softness.findings.barrier_curves import ENERGY
from softness.findings.data import FigureData
from softness.findings.regressed import RIDGE, RUNS_KEPT, Snapshot
from softness.report.claims import Claim, Statement
from softness.uncertainty import Estimate

NUMBER = "3.M"

HALVINGS = 8
"""Most often that the runs are halved."""
FEWEST_RUNS = 2
"""In each half of the runs, where halving ends."""
THINNINGS = 4
"""Draws of fewer runs, whose mean is taken: less noise of the draw itself."""

LABELS = 6
"""Most numbers of runs with a label on an axis, apart from the largest."""

# By the name of the model, then by the number of runs from many to few.
Scores = dict[str, dict[int, Estimate]]

CONVERGED = Statement(
    figure=NUMBER,
    name="explained variance at all runs minus at half of them",
    claim="Ours: there are enough runs, so that more would not explain more of the variance",
    source="none",
    below=0.03,
)
SAME_BARRIERS = Statement(
    figure=NUMBER,
    name="slope of Delta E with half of the runs over that with all",
    claim="Ours: there are enough runs, so that more would not change the barriers by ridge",
    source="none",
    above=0.8,
    below=1.25,
)
NEAR_HALF = 0.1
"""By how much half of the runs may differ from half, relative to it."""

INSTANT, CUMULATIVE = range(2)
KINDS = {INSTANT: ("instant share", "-"), CUMULATIVE: ("cumulative share", "--")}


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on what half of the runs would have changed: of every model, of the barriers."""
    return [_explained_claim(data), _slope_claim(data)]


def _explained_claim(data: FigureData) -> Claim:
    snapshots = regressed.at_training(data)
    if not snapshots:
        return CONVERGED.not_tested(regressed.no_test_snapshots(data))
    numbers = run_numbers(snapshots)
    if len(numbers) < 2:
        return CONVERGED.not_tested(f"needs {4 * FEWEST_RUNS} runs")
    scores = _scores(data, levels=2)
    gains = {
        name: (by_number[numbers[0]] - by_number[numbers[1]])[regressed.EXPLAINED]
        for name, by_number in scores.items()
    }
    reason = regressed.doubt(data, [snapshots], softness=False)
    replicas = regressed.replicas_of(snapshots)
    return learned.judged_all(CONVERGED, gains, replicas, reason)


def _slope_claim(data: FigureData) -> Claim:
    table, half = data.predicted_barriers[0], _half(data)
    if not half:
        return SAME_BARRIERS.not_tested("no ridge that was trained with half of the runs")
    doubt = regressed.doubt_of_barriers(data, softness=False)
    return barrier_curves.claim_on_one(
        SAME_BARRIERS, table, half, ENERGY, barrier_curves.slope, RIDGE, doubt
    )


def _half(data: FigureData) -> str:
    """Name of the ridge that was trained with half of the runs; empty if there is none."""
    thinned = regressed.variants(data.predicted_barriers[0], RUNS_KEPT)
    total = regressed.count_particles(data).get("runs")
    if not thinned or not total:
        return ""
    nearest = min(thinned, key=lambda number: abs(2 * number - total))
    return thinned[nearest] if abs(2 * nearest / total - 1) < NEAR_HALF else ""


def _slopes(data: FigureData) -> dict[int, Estimate]:
    """Slope of Delta E with x by ridge, by the number of runs from few to many."""
    table = data.predicted_barriers[0]
    by_number = regressed.variants(table, RUNS_KEPT)
    total = regressed.count_particles(data).get("runs")
    if total and not barrier_curves.lacks(table, [RIDGE]):
        by_number = {**by_number, total: RIDGE}
    return {number: barrier_curves.steepness(table, name) for number, name in by_number.items()}


def _shares(data: FigureData, table: SnapshotShares, kind: int) -> Estimate:
    """(times,) mean p_r(t) over the snapshots of a temperature."""
    temperature = float(table.temperature)
    units = [regressed.Unit(temperature, int(replica)) for replica in table.replica]
    return regressed.mean_of(data, NUMBER, units, table.mean[kind])


def run_numbers(snapshots: list[Snapshot]) -> list[int]:
    """Numbers of runs, from all by halves."""
    return [int(each.sum()) for each in _halved(snapshots[0].runs)]


def _halved(runs: np.ndarray) -> list[np.ndarray]:
    """(2,) runs of each half: all, then half as many and so on."""
    found = [runs]
    while len(found) <= HALVINGS and (found[-1] // 2).min() >= FEWEST_RUNS:
        found.append(found[-1] // 2)
    return found


def _scores(data: FigureData, levels: int = HALVINGS + 1) -> Scores:
    """Scores of each model with each number of runs, as `regressed.explained`.

    Parameters
    ----------
    levels
        Most numbers of runs, from all by halves.
    """
    snapshots = regressed.at_training(data)
    if not snapshots:
        return {}
    rows = np.array([_rows_of(data, each, levels) for each in snapshots])
    return {
        name: {
            number: regressed.mean_of(
                data, NUMBER, snapshots, rows[:, level, model], regressed.over_ceiling
            )
            for level, number in enumerate(run_numbers(snapshots)[:levels])
        }
        for model, name in enumerate(regressed.names(data))
    }


def _rows_of(data: FigureData, snapshot: Snapshot, levels: int) -> list[list[np.ndarray]]:
    """(levels, models, 3) of `regressed.explained_row` of one snapshot, mean over thinnings."""
    names = regressed.names(data)
    rows = []
    for runs in _halved(snapshot.runs)[:levels]:
        whole = (runs == snapshot.runs).all()
        found = [
            [regressed.explained_row(snapshot.predicted[name], counts, runs) for name in names]
            for counts in (
                [snapshot.counts] if whole else _thinned(data, snapshot, runs, THINNINGS)
            )
        ]
        rows.append(_mean_of_defined(np.array(found)))
    return rows


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


def table(data: FigureData) -> pd.DataFrame:
    """All numbers against the number of runs, and p_r(t) against time at each temperature.

    ``time`` is 0 where a number is not one at a time. Where the interval of a share is unknown it
    is the whole one, from 0 to 1; what else is unknown is left out.
    """
    temperature, scores = regressed.training_temperature(data), _scores(data)
    rows = [
        _row("explained variance", name, number, found[regressed.EXPLAINED])
        for name, by_number in scores.items()
        for number, found in by_number.items()
    ]
    rows += [_row("reliability", "runs", m, found) for m, found in _reliability(scores).items()]
    parts = [learned.with_full_intervals(_frame(rows, temperature))]
    rows = [_row("slope of Delta E", RIDGE, m, found) for m, found in _slopes(data).items()]
    parts.append(_frame(rows, temperature).dropna())
    parts += [_share_rows(data, each) for each in data.shares]
    return pd.concat([each for each in parts if not each.empty] or parts, ignore_index=True)


COLUMNS = ["quantity", "variable", "temperature", "time", "runs", "value", "low", "high"]


def _frame(rows: Iterable[Mapping[str, Any]], temperature: float) -> pd.DataFrame:
    """Rows of one temperature, without those whose value is unknown."""
    rows = [{"temperature": temperature, "time": 0.0, **row} for row in rows]
    return pd.DataFrame(rows, columns=COLUMNS).dropna(subset=["value"])


def _share_rows(data: FigureData, table: SnapshotShares) -> pd.DataFrame:
    """Mean p_r(t) of both kinds at one temperature."""
    parts = []
    for kind, (quantity, _) in KINDS.items():
        found = _shares(data, table, kind)
        low, high = found.interval()
        numbers = {"time": table.time, "value": found.value, "low": low, "high": high}
        labels = {"quantity": quantity, "variable": "runs", "runs": int(table.runs)}
        labels["temperature"] = float(table.temperature)
        parts.append(pd.DataFrame({**labels, **numbers})[COLUMNS])
    return learned.with_full_intervals(pd.concat(parts).dropna(subset=["value"]))


def _row(quantity: str, name: str, number: int, found: Estimate) -> dict[str, float | int | str]:
    low, high = found.interval()
    return {
        "quantity": quantity,
        "variable": name,
        "runs": number,
        "value": float(found.value),
        "low": float(low),
        "high": float(high),
    }


def _reliability(scores: Scores) -> dict[int, Estimate]:
    """Reliability by number of runs: that of the measured values, whatever the model."""
    for by_number in scores.values():
        return {m: found[regressed.CEILING] for m, found in by_number.items()}
    return {}


def plot(data: FigureData) -> Figure:
    """Explained variance (a), reliability (b), slope of barriers (c) against M; p_r(t) (d)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 5.0))
    panels = figure.subplots(2, 2).ravel()
    scores = _scores(data)
    _draw_explained(panels[0], scores)
    reliability = _reliability(scores)
    _draw(panels[1], reliability, "runs", 1.0, color="black", marker="o")
    panels[1].set_ylim(*draw_models.limits(reliability.values(), 0.0, 1.0))
    panels[1].set_ylabel("reliability of logit $p_r$")
    for panel in panels[:2]:
        _finish(panel, data)
    _draw_slopes(panels[2], _slopes(data))
    _draw_shares(panels[3], data)
    for panel, letter in zip(panels, "abcd", strict=True):
        panel.set_title(f"({letter})", loc="left", fontsize=9)
    if scores:
        draw_models.model_legend(figure, scores, loc="outside right upper")
    if data.shares:
        temperatures = [float(each.temperature) for each in data.shares]
        style.temperature_legend(figure, temperatures, loc="outside right lower")
    return figure


def _draw_explained(axes: Axes, scores: Scores) -> None:
    explained = {
        name: {m: found[regressed.EXPLAINED] for m, found in by_number.items()}
        for name, by_number in scores.items()
    }
    for place, (name, by_number) in enumerate(explained.items()):
        _draw(axes, by_number, name, 2 ** (0.3 * ((place + 0.5) / len(explained) - 0.5)))
    shown = [each for by_number in explained.values() for each in by_number.values()]
    axes.set_ylim(*draw_models.limits(shown, 0.0))
    axes.set_ylabel("explained variance")


def _draw_slopes(axes: Axes, slopes: dict[int, Estimate]) -> None:
    """Slope of Delta E by ridge against the number of runs."""
    axes.set_xlabel("number of runs $M$ of the training")
    axes.set_ylabel(r"$\mathrm{d}\,\Delta E\,/\,\mathrm{d}x\;\;(\epsilon_{AA})$ by RR")
    _draw(axes, slopes, RIDGE, 1.0)
    axes.set_ylim(*draw_models.limits(slopes.values(), 0.0))
    if slopes:
        axes.set_xscale("log", base=2)
        _label_numbers(axes, _apart(sorted(slopes)))
    else:
        draw_models.say(axes, "no such models")


def _apart(numbers: list[int]) -> list[int]:
    """The numbers with labels: the largest, and smaller ones that leave room for theirs."""
    room = (numbers[-1] / numbers[0]) ** (1 / LABELS)
    kept: list[int] = []
    for number in reversed(numbers):
        if not kept or kept[-1] >= room * number:
            kept.append(number)
    return kept


def _draw_shares(axes: Axes, data: FigureData) -> None:
    """Mean p_r(t) at each temperature, at the time (solid) and up to it (dashed)."""
    axes.set_xlabel(r"$t\;\;(\tau)$")
    axes.set_ylabel(r"$\langle p_r(t) \rangle$")
    axes.set_title("solid: at $t$, dashed: up to $t$", loc="right", fontsize=7)
    if not data.shares:
        draw_models.say(axes, "no shares against time")
        return
    for table in data.shares:
        colour = style.temperature_colour(float(table.temperature))
        for kind, (_, line) in KINDS.items():
            found = _positive(_shares(data, table, kind))
            draw_learned.draw_curve(axes, table.time, found, color=colour, linestyle=line)
    if any((table.mean > 0).any() for table in data.shares):
        axes.set_yscale("log")


def _positive(found: Estimate) -> Estimate:
    """What a logarithmic axis can show."""
    value = np.where(found.value > 0, found.value, np.nan)
    return Estimate(value, np.where(found.draws > 0, found.draws, np.nan))


def _draw(
    axes: Axes, by_number: Mapping[int, Estimate], name: str, factor: float, **options: Any
) -> None:
    """Points at the numbers of runs times a factor, so that models lie beside each other."""
    if by_number:
        numbers = factor * np.array(list(by_number))
        draw_models.draw_points(axes, numbers, list(by_number.values()), name, **options)


def _finish(axes: Axes, data: FigureData) -> None:
    snapshots = regressed.at_training(data)
    axes.set_xlabel("number of runs $M$")
    if not snapshots:
        draw_models.say(axes, regressed.no_test_snapshots(data))
        return
    numbers = run_numbers(snapshots)
    axes.set_xscale("log", base=2)
    _label_numbers(axes, numbers[::-2])
    axes.set_xlim(numbers[-1] / 1.4, numbers[0] * 1.4)


def _label_numbers(axes: Axes, numbers: list[int]) -> None:
    axes.set_xticks(numbers, [f"{number:g}" for number in numbers], rotation=30)
    axes.minorticks_off()
    axes.xaxis.set_minor_formatter(NullFormatter())
