"""Figure 4.1: mean probability of rearranging after different snapshots, against time."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from softness import seeds
from softness.figures import draw_learned, draw_memory, draw_models, style
from softness.files.records.regressed import SnapshotShares
from softness.findings import memory
from softness.findings.data import FigureData
from softness.report.claims import Claim, Statement
from softness.uncertainty import Estimate

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


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on the spread of the snapshots at the first and at the last time."""
    found = _hottest(data)
    if found is None:
        return [each.not_tested("no runs were counted") for each in (EARLY, LATE)]
    temperature = float(found.temperature)
    if reason := memory.elsewhere(temperature, TEMPERATURE_OF_SOURCE):
        return [each.not_tested(reason) for each in (EARLY, LATE)]
    verdicts = []
    for statement, place in ((EARLY, 0), (LATE, -1)):
        spread = _spread(data, found)
        value, draws = float(spread.value[place]), spread.draws[:, place]
        claim = statement.judge(value, draws, _replicas(found), _doubt(found, place))
        verdicts.append(memory.noted(claim, temperature, TEMPERATURE_OF_SOURCE))
    return verdicts


def _hottest(data: FigureData) -> SnapshotShares | None:
    """Shares at the hottest temperature whose runs were counted."""
    return max(data.shares, key=lambda table: float(table.temperature), default=None)


def _replicas(table: SnapshotShares) -> int:
    return len(np.unique(table.replica))


def _doubt(table: SnapshotShares, place: int) -> str:
    number = int(_known(table)[:, place].sum())
    if number >= FEWEST_SNAPSHOTS:
        return ""
    return f"{memory.snapshots(number)} with a known error, {FEWEST_SNAPSHOTS} are needed"


def _known(table: SnapshotShares) -> np.ndarray:
    """(snapshots, times) whether a share has an error."""
    mean, error = table.mean[INSTANT], table.error[INSTANT]
    return np.isfinite(mean) & np.isfinite(error) & (error > 0)


def _spread(data: FigureData, table: SnapshotShares) -> Estimate:
    r"""(times,) spread of the snapshots in units of the standard error that runs leave.

    .. math:: z^2 = \frac{1}{S - 1} \sum_s \left(\frac{m_s - \bar m}{e_s}\right)^2,

    with the mean of the snapshots weighted by 1 / e_s^2; runs alone make z = 1. If snapshots are
    draws of a normal distribution, (S - 1) z^2 over its true value has a chi-square distribution
    with S - 1 degrees of freedom, and so have the draws that the interval is taken from: with few
    snapshots it is wide, whatever the number of runs. nan with fewer than `FEWEST_SNAPSHOTS`.
    """
    mean, error, known = table.mean[INSTANT], table.error[INSTANT], _known(table)
    weights = np.where(known, 1 / np.where(known, error, 1.0) ** 2, 0.0)
    number = known.sum(axis=0)
    enough = number >= FEWEST_SNAPSHOTS
    total = np.where(enough, weights.sum(axis=0), 1.0)
    middle = (weights * np.where(known, mean, 0.0)).sum(axis=0) / total
    square = (weights * (np.where(known, mean, 0.0) - middle) ** 2).sum(axis=0)
    freedom = np.where(enough, number - 1.0, np.nan)
    generator = seeds.stream(
        data.settings["seed"], f"figure {NUMBER} chi-square", float(table.temperature)
    )
    shape = data.settings["draws"], len(table.time)
    chi_square = generator.chisquare(np.where(enough, freedom, 1.0), size=shape)
    return Estimate(np.sqrt(square / freedom), np.sqrt(square / chi_square) + 0 * freedom)


def table(data: FigureData) -> pd.DataFrame:
    """p_r(t) of each snapshot with its standard error, and their spread with its interval."""
    columns = ("temperature", "quantity", "replica", "snapshot", "time", "measure", "value")
    found = _hottest(data)
    if found is None:
        return pd.DataFrame(columns=list(columns))
    parts = []
    for number, snapshot in enumerate(found.snapshot):
        labels = _labels(found, "share", int(found.replica[number]), int(snapshot))
        each = {"value": found.mean[INSTANT][number], "error": found.error[INSTANT][number]}
        parts.append(memory.numbers(labels, each, found.time))
    spread = _spread(data, found)
    low, high = spread.interval()
    measures = {"value": spread.value, "low": low, "high": high}
    parts.append(memory.numbers(_labels(found, "spread", -1, -1), measures, found.time))
    return memory.joined(parts, columns)


def _labels(table: SnapshotShares, quantity: str, replica: int, snapshot: int) -> dict:
    return {
        "temperature": float(table.temperature),
        "quantity": quantity,
        "replica": replica,
        "snapshot": snapshot,
    }


def plot(data: FigureData) -> Figure:
    """p_r(t) of each snapshot (a), and the spread of the snapshots against time (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.7))
    paths, spread = figure.subplots(1, 2)
    found = _hottest(data)
    for panel, letter in ((paths, "a"), (spread, "b")):
        panel.set_title(f"({letter})", loc="left", fontsize=9)
        panel.set_xlabel(r"$t\;\;(\tau)$")
        panel.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    paths.set_ylabel(r"$\langle p_r(t) \rangle$")
    spread.set_ylabel("spread of snapshots / standard error")
    if found is None:
        draw_models.say(paths, "no runs were counted")
        draw_models.say(spread, "no runs were counted")
        return figure
    paths.set_title(f"$T = {float(found.temperature):g}$", loc="right", fontsize=8)
    _draw_paths(paths, found)
    _draw_spread(spread, found, _spread(data, found))
    return figure


def _draw_paths(axes: Axes, table: SnapshotShares) -> None:
    """Each snapshot in a colour by where it begins: the order of the paths is seen later on."""
    begin = np.argsort(np.argsort(np.nan_to_num(table.mean[INSTANT][:, 0])))
    colours = draw_learned.bin_colours()
    for number, rank in enumerate(begin):
        colour = colours(rank / max(len(begin) - 1, 1))
        mean, error = table.mean[INSTANT][number], table.error[INSTANT][number]
        axes.plot(table.time, mean, color=colour, linewidth=0.9)
        axes.fill_between(
            table.time, mean - error, mean + error, color=colour, alpha=0.25, linewidth=0
        )
    if len(begin) > 1:
        with np.errstate(invalid="ignore"):
            middle = np.nanmean(table.mean[INSTANT], axis=0)
        axes.plot(table.time, middle, color="black", linestyle="--", label="mean of snapshots")
        axes.legend(loc="best")


def _draw_spread(axes: Axes, table: SnapshotShares, spread: Estimate) -> None:
    if not np.isfinite(spread.value).any():
        draw_models.say(axes, _doubt(table, 0) or "errors are unknown")
        return
    positive = np.where(spread.value > 0, spread.value, np.nan)
    draw_memory.draw_curve(axes, table.time, Estimate(positive, spread.draws), "black", marker="o")
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, 0.7), max(high, 5.0))
    ticks = [tick for tick in (0.3, 1, 3, 10, 30, 100, 300) if axes.get_ylim()[0] <= tick]
    ticks = [tick for tick in ticks if tick <= axes.get_ylim()[1]]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    for level, text, line in (
        (DISTINCT, "distinct\nabove", "--"),
        (COMMON, "common\nbelow", "--"),
        (1.0, "runs\nalone", ":"),
    ):
        axes.axhline(level, color="0.45", linestyle=line, linewidth=0.7, zorder=0)
        axes.text(
            1.02,
            level,
            text,
            transform=axes.get_yaxis_transform(),
            va="center",
            fontsize=6,
            color="0.35",
            linespacing=0.9,
        )
