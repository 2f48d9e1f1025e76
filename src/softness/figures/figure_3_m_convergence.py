"""Figure 3.M: whether there are enough runs: explained variance and reliability against M."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from softness import seeds
from softness.figures import learned, regressed, style
from softness.figures.data import FigureData
from softness.figures.learned import Drawn
from softness.figures.regressed import Snapshot
from softness.report.claims import Claim, Statement

NUMBER = "3.M"

HALVINGS = 8
"""Most often that the runs are halved."""
FEWEST_RUNS = 2
"""In each half of the runs, where halving ends."""
THINNINGS = 4
"""Draws of fewer runs, whose mean is taken: less noise of the draw itself."""

# By the name of the model, then by the number of runs from many to few.
Scores = dict[str, dict[int, Drawn]]

CONVERGED = Statement(
    figure=NUMBER,
    name="explained variance at all runs minus at half of them",
    claim="Ours: there are enough runs, so that more would not explain more of the variance",
    source="none",
    below=0.03,
)


def claims(data: FigureData) -> list[Claim]:
    """Verdict on what half of the runs would have changed, for every model."""
    snapshots = regressed.at_training(data)
    if not snapshots:
        return [CONVERGED.not_tested(regressed.no_test_snapshots(data))]
    numbers = run_numbers(snapshots)
    if len(numbers) < 2:
        return [CONVERGED.not_tested(f"needs {4 * FEWEST_RUNS} runs")]
    scores = _scores(data)
    gains = {
        name: regressed.part(by_number[numbers[0]] - by_number[numbers[1]], regressed.EXPLAINED)
        for name, by_number in scores.items()
    }
    reason = regressed.doubt(data, [snapshots], softness=False)
    replicas = regressed.replicas_of(snapshots)
    return [learned.judged_all(CONVERGED, gains, replicas, reason)]


def run_numbers(snapshots: list[Snapshot]) -> list[int]:
    """Numbers of runs, from all by halves."""
    return [int(each.sum()) for each in _halved(snapshots[0].runs)]


def _halved(runs: np.ndarray) -> list[np.ndarray]:
    """(2,) runs of each half: all, then half as many and so on."""
    found = [runs]
    while len(found) <= HALVINGS and (found[-1] // 2).min() >= FEWEST_RUNS:
        found.append(found[-1] // 2)
    return found


def _scores(data: FigureData) -> Scores:
    """Scores of each model with each number of runs, as `regressed.explained`."""
    snapshots = regressed.at_training(data)
    if not snapshots:
        return {}
    rows = np.array([_rows_of(data, each) for each in snapshots])
    return {
        name: {
            number: regressed.mean_of(
                data, NUMBER, snapshots, rows[:, level, model], regressed.over_ceiling
            )
            for level, number in enumerate(run_numbers(snapshots))
        }
        for model, name in enumerate(regressed.names(data))
    }


def _rows_of(data: FigureData, snapshot: Snapshot) -> list[list[np.ndarray]]:
    """(levels, models, 3) of `regressed.explained_row` of one snapshot, mean over thinnings."""
    names = regressed.names(data)
    levels = []
    for runs in _halved(snapshot.runs):
        whole = (runs == snapshot.runs).all()
        found = [
            [regressed.explained_row(snapshot.predicted[name], counts, runs) for name in names]
            for counts in (
                [snapshot.counts] if whole else _thinned(data, snapshot, runs, THINNINGS)
            )
        ]
        levels.append(_mean_of_defined(np.array(found)))
    return levels


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
    """Explained variance of each model, and reliability, against the number of runs.

    Where the interval is unknown it is the whole one, from 0 to 1; where a value is, the row is
    left out.
    """
    scores = _scores(data)
    rows = [
        _row("explained variance", name, number, regressed.part(found, regressed.EXPLAINED))
        for name, by_number in scores.items()
        for number, found in by_number.items()
    ]
    rows += [_row("reliability", "runs", m, found) for m, found in _reliability(scores).items()]
    columns = ["quantity", "variable", "runs", "value", "low", "high"]
    frame = pd.DataFrame(rows, columns=columns).dropna(subset=["value"]).reset_index(drop=True)
    return learned.with_full_intervals(frame)


def _row(quantity: str, name: str, number: int, found: Drawn) -> dict[str, float | int | str]:
    low, high = found.bounds()
    return {
        "quantity": quantity,
        "variable": name,
        "runs": number,
        "value": float(found.value),
        "low": float(low),
        "high": float(high),
    }


def _reliability(scores: Scores) -> dict[int, Drawn]:
    """Reliability by number of runs: that of the measured values, whatever the model."""
    for by_number in scores.values():
        return {m: regressed.part(found, regressed.CEILING) for m, found in by_number.items()}
    return {}


def plot(data: FigureData) -> Figure:
    """Explained variance (a) and reliability (b) against the number of runs."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.6))
    panels = figure.subplots(1, 2)
    scores = _scores(data)
    explained = {
        name: {m: regressed.part(found, regressed.EXPLAINED) for m, found in by_number.items()}
        for name, by_number in scores.items()
    }
    for place, (name, by_number) in enumerate(explained.items()):
        _draw(panels[0], by_number, name, 2 ** (0.3 * ((place + 0.5) / len(explained) - 0.5)))
    shown = [each for by_number in explained.values() for each in by_number.values()]
    panels[0].set_ylim(*regressed.limits(shown, 0.0))
    panels[0].set_ylabel("explained variance")
    reliability = _reliability(scores)
    _draw(panels[1], reliability, "runs", 1.0, color="black", marker="o")
    panels[1].set_ylim(*regressed.limits(reliability.values(), 0.0, 1.0))
    panels[1].set_ylabel("reliability of logit $p_r$")
    for panel, letter in zip(panels, "ab", strict=True):
        _finish(panel, data, letter)
    regressed.model_legend(figure, scores)
    return figure


def _draw(
    axes: Axes, by_number: Mapping[int, Drawn], name: str, factor: float, **options: Any
) -> None:
    """Points at the numbers of runs times a factor, so that models lie beside each other."""
    if by_number:
        numbers = factor * np.array(list(by_number))
        regressed.draw_points(axes, numbers, list(by_number.values()), name, **options)


def _finish(axes: Axes, data: FigureData, letter: str) -> None:
    snapshots = regressed.at_training(data)
    axes.set_xlabel("number of runs $M$")
    axes.set_title(f"({letter})", loc="left", fontsize=9)
    if not snapshots:
        regressed.say(axes, regressed.no_test_snapshots(data))
        return
    numbers = run_numbers(snapshots)
    axes.set_xscale("log", base=2)
    axes.set_xticks(numbers[::-2], [f"{m:g}" for m in numbers[::-2]], rotation=30)
    axes.minorticks_off()
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(numbers[-1] / 1.4, numbers[0] * 1.4)
