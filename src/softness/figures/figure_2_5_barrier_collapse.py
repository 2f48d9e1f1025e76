"""Figure 2.5: barriers and entropies of all classifiers collapse on those of softness."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softness.barriers.controls import distance_over_range, slope_ratio
from softness.figures import learned, style
from softness.figures.data import FigureData
from softness.figures.learned import BINOMIAL, KRAMERS, SOFTNESS, Drawn
from softness.files.records.barriers import BarrierTable
from softness.report.claims import Claim, Statement
from softness.uncertainty import widening

NUMBER = "2.5"
ENERGY, ENTROPY = "energy", "entropy"
AXIS_LABELS = {ENERGY: r"$\Delta E\;/\;\epsilon_{AA}$", ENTROPY: r"$\Sigma\;/\;k_B$"}

ENERGIES = Statement(
    figure=NUMBER,
    name="rms difference of Delta E from softness over its range, every fluidity",
    claim="Barriers as a function of fluidity, whatever its temperature, are those of softness",
    source="almost identical, no value given",
    below=0.2,
)
ENTROPIES = Statement(
    figure=NUMBER,
    name="rms difference of Sigma from softness over its range, every fluidity",
    claim="So are the entropic contributions",
    source="almost identical, no value given",
    below=0.2,
)
WIDE_ENERGIES = Statement(
    figure=NUMBER,
    name="the same of Delta E, fitted up to the sensitivity temperature",
    claim="The range of temperatures of the fit does not change the collapse",
    source="not qualitatively changed",
    below=0.2,
)
RANDOM_DISTANCE = Statement(
    figure=NUMBER,
    name="median rms difference of random directions",
    claim="Control: a random direction does not collapse (0.29 where flat, 0.58 where reversed)",
    source="none",
    above=0.5,
)
SLOPES = Statement(
    figure=NUMBER,
    name="slope of Delta E by every fluidity over that by softness",
    claim="Ours: every fluidity has at least half the influence of softness on the barrier",
    source="none",
    above=0.5,
)
RANDOM_SLOPES = Statement(
    figure=NUMBER,
    name="median size of the slope ratio of random directions",
    claim="Ours, control: a random direction has less than half the influence of softness",
    source="none",
    below=0.5,
)

# The level of a curve is its mean over bins with abs(x) up to this, as in the measures of collapse.
LEVEL_WITHIN = 2.0
# Where the error of the level stands, beside the last bin.
LEVEL_PLACE = 0.25

# Of fluidities, from cold to hot.
MARKERS = "osD^v"
# Free space above and below the curves of classifiers, as a share of their range.
MARGIN = 0.15

Measure = Callable[[np.ndarray, np.ndarray, np.ndarray], float]


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on the collapse of barriers and entropies, and on the controls."""
    table, wide = data.barriers[0], data.wide_barriers[0]
    fluidity = fluidity_names(data)
    reason = learned.doubt(softness=data.softness, fluidity=data.fluidity)
    members = [learned.fluidity_member(t) for t in learned.fluidity_temperatures(data)]

    def claim(statement: Statement, used: BarrierTable, quantity: str, measure: Measure) -> Claim:
        found = _compared(used, fluidity, quantity, measure)
        by_member = dict(zip(members, found, strict=True))
        return learned.judged_all(statement, by_member, int(used.replicas), reason)

    return [
        claim(ENERGIES, table, ENERGY, distance_over_range),
        claim(ENTROPIES, table, ENTROPY, distance_over_range),
        claim(WIDE_ENERGIES, wide, ENERGY, distance_over_range),
        _control_claim(data, RANDOM_DISTANCE, distance_over_range),
        claim(SLOPES, table, ENERGY, slope_ratio),
        _control_claim(data, RANDOM_SLOPES, slope_ratio),
    ]


def _control_claim(data: FigureData, statement: Statement, measure: Measure) -> Claim:
    """Verdict on the median size of a measure over random directions."""
    table = data.barriers[0]
    names = learned.random_names(table)
    if not names:
        return statement.not_tested("the study has no random directions")
    sizes = (each.size() for each in _compared(table, names, ENERGY, measure))
    found = learned.combined(np.median, sizes)
    reason = learned.doubt(softness=data.softness)
    return learned.judged(statement, found, int(table.replicas), reason)


def fluidity_names(data: FigureData) -> list[str]:
    """Names of all fluidities, from cold to hot."""
    return [learned.fluidity_name(t) for t in learned.fluidity_temperatures(data)]


def _compared(
    table: BarrierTable, names: Sequence[str], quantity: str, measure: Measure
) -> list[Drawn]:
    """A measure of each variable's curve against that of softness, draw by draw."""
    x, reference = learned.centres(table), curve(table, SOFTNESS, quantity)
    found = [_measured(x, curve(table, name, quantity), reference, measure) for name in names]
    if measure is not distance_over_range:
        return found
    replicas = int(table.replicas)
    factor = max(widening([int(blocks)] * replicas) for blocks in table.blocks)
    return [_without_noise(each, factor) for each in found]


def _without_noise(found: Drawn, factor: float) -> Drawn:
    """An rms difference without what noise adds to it, since squares add up and never cancel.

    The noise of the data adds its variance to the square of the value; that of a draw, which is
    spread out by a factor for few units, adds once more, and by the square of the factor.
    """
    if not np.isfinite(found.draws).any():
        return found
    in_draws = max(float(np.nanmean(found.draws**2) - found.value**2), 0.0)
    in_value = in_draws / factor**2
    return Drawn(
        np.sqrt(np.maximum(found.value**2 - in_value, 0.0)),
        np.sqrt(np.maximum(found.draws**2 - in_value - in_draws, 0.0)),
    )


def _measured(x: np.ndarray, found: Drawn, reference: Drawn, measure: Measure) -> Drawn:
    pairs = zip(found.draws, reference.draws, strict=True)
    draws = np.array([measure(x, one, other) for one, other in pairs])
    return Drawn(measure(x, found.value, reference.value), draws)


def curve(table: BarrierTable, name: str, quantity: str) -> Drawn:
    """(bins,) Delta E or Sigma of a variable, from Kramers fits by binomial likelihood."""
    variable = learned.place(table, name)
    value = getattr(table, quantity)[KRAMERS, BINOMIAL, variable]
    return Drawn(value, getattr(table, f"{quantity}_draws")[:, variable])


def level_and_shape(x: np.ndarray, found: Drawn) -> tuple[Drawn, Drawn]:
    """The mean of a curve over its inner bins, and the curve with draws that all have that mean.

    Stretches of time differ in how many particles rearrange, by a factor that is common to all
    bins. It moves a curve as a whole, and those of all variables alike, by more than the bins of
    one curve move against each other; the draws of the shape leave it out.
    """
    away = found.draws - found.value
    used = (np.abs(x) <= LEVEL_WITHIN) & np.isfinite(found.value)
    counted = used & np.isfinite(away)
    number = counted.sum(axis=1)
    total = np.where(counted, away, 0.0).sum(axis=1)
    shift = np.divide(total, number, out=np.full(len(away), np.nan), where=number > 0)
    level = float(found.value[used].mean()) if used.any() else float("nan")
    return Drawn(level, level + shift), Drawn(found.value, found.draws - shift[:, None])


def table(data: FigureData) -> pd.DataFrame:
    """Delta E and Sigma with their intervals: a row for each range of T, variable and bin.

    ``_shape_`` is the interval without the common level of all bins, ``_level_`` that of the level.
    """
    fits = (data.barriers[0], data.wide_barriers[0])
    parts = [_rows(each, name) for each in fits for name in learned.names_of(each)]
    return learned.defined(pd.concat(parts, ignore_index=True))


def _rows(table: BarrierTable, name: str) -> pd.DataFrame:
    x, columns = learned.centres(table), {}
    for quantity in AXIS_LABELS:
        found = curve(table, name, quantity)
        level, shape = level_and_shape(x, found)
        columns[quantity] = found.value
        for kind, each in (("", found), ("_shape", shape), ("_level", level)):
            low, high = each.bounds()
            columns |= {f"{quantity}{kind}_low": low, f"{quantity}{kind}_high": high}
    labels = {"hottest_of_fit": float(table.temperature.max()), "variable": name}
    return pd.DataFrame({**labels, "x": x, **columns})


def plot(data: FigureData) -> Figure:
    """Delta E and Sigma against x: fits below the onset above, with the wider range below."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 4.8))
    panels = figure.subplots(2, 2, sharex=True)
    for row, barriers in zip(panels, (data.barriers[0], data.wide_barriers[0]), strict=True):
        for panel, quantity in zip(row, AXIS_LABELS, strict=True):
            _draw(panel, data, barriers, quantity)
    for panel, letter in zip(panels.flat, "abcd", strict=True):
        panel.set_title(f"({letter})", loc="left", fontsize=9)
    for panel in panels[0]:
        panel.xaxis.label.set_visible(False)  # as below
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center")
    return figure


def _draw(axes: Axes, data: FigureData, barriers: BarrierTable, quantity: str) -> None:
    x = learned.centres(barriers)
    for number, name in enumerate(learned.random_names(barriers)):
        value = curve(barriers, name, quantity).value
        label = "" if number else "random directions"
        axes.plot(x, value, color="0.75", linewidth=0.7, zorder=1, label=label)
    softness = curve(barriers, SOFTNESS, quantity)
    level, shape = level_and_shape(x, softness)
    learned.draw_curve(axes, x, softness, shape, color="black", label="softness")
    _draw_level(axes, float(barriers.edges[-1]) + LEVEL_PLACE, level)
    for number, temperature in enumerate(learned.fluidity_temperatures(data)):
        axes.plot(
            x,
            curve(barriers, learned.fluidity_name(temperature), quantity).value,
            color=style.fluidity_colour(temperature),
            marker=MARKERS[number % len(MARKERS)],
            markersize=3,
            linewidth=0.8,
            label=learned.fluidity_label(temperature),
        )
    _limit(axes, [curve(barriers, n, quantity).value for n in (SOFTNESS, *fluidity_names(data))])
    axes.set_xlabel(learned.Z_SCORE)
    axes.set_ylabel(AXIS_LABELS[quantity])
    hottest = float(barriers.temperature.max())
    axes.set_title(rf"$T \leq {hottest:g}$", loc="right", fontsize=8)


def _draw_level(axes: Axes, place: float, level: Drawn) -> None:
    """The interval of the level of all bins as a bar beside the curves."""
    axes.errorbar(
        place,
        level.value,
        yerr=np.abs(np.array(level.bounds()) - level.value)[:, None],
        color="black",
        marker="_",
        markersize=6,
        capsize=2,
        elinewidth=0.8,
        linestyle="none",
        label="level of softness",
    )


def _limit(axes: Axes, curves: list[np.ndarray]) -> None:
    """Show all of the classifiers, whatever bins with few events give random directions."""
    values = np.concatenate(curves)
    values = values[np.isfinite(values)]
    if len(values) > 1 and np.ptp(values) > 0:
        margin = MARGIN * np.ptp(values)
        axes.set_ylim(values.min() - margin, values.max() + margin)
