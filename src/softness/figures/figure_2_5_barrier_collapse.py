"""Figure 2.5: barriers and entropies of all classifiers collapse on those of softness."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softness.figures import draw_barriers, draw_learned, style
from softness.files.records.barriers import BarrierTable
from softness.findings import barrier_curves as curves
from softness.findings import learned
from softness.findings.barrier_curves import ENERGY, ENTROPY, BarrierCurves, Measure
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.report.claims import Claim, Statement

NUMBER = "2.5"

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

# Of fluidities, from cold to hot.
MARKERS = "osD^v"


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on the collapse of barriers and entropies, and on the controls."""
    table, wide = data.barriers[0], data.wide_barriers[0]
    temperatures = learned.fluidity_temperatures(data)
    members = {learned.fluidity_member(t): learned.fluidity_name(t) for t in temperatures}
    untrained = learned.doubt(softness=data.softness)
    doubt = learned.doubt(softness=data.softness, fluidity=data.fluidity)

    def claim(statement: Statement, used: BarrierTable, quantity: str, measure: Measure) -> Claim:
        return curves.claim_on_all(statement, used, members, quantity, measure, doubt=doubt)

    return [
        claim(ENERGIES, table, ENERGY, curves.distance),
        claim(ENTROPIES, table, ENTROPY, curves.distance),
        claim(WIDE_ENERGIES, wide, ENERGY, curves.distance),
        curves.claim_on_random(RANDOM_DISTANCE, table, curves.distance, untrained),
        claim(SLOPES, table, ENERGY, curves.slope),
        curves.claim_on_random(RANDOM_SLOPES, table, curves.slope, untrained),
    ]


def _fits(data: FigureData) -> list[BarrierCurves]:
    """Fits below the onset, and with the wider range."""
    fluidities = map(learned.fluidity_name, learned.fluidity_temperatures(data))
    names = [SOFTNESS, *fluidities]
    tables = (data.barriers[0], data.wide_barriers[0])
    return [curves.curves_of(table, names, random_directions=True) for table in tables]


def table(data: FigureData) -> pd.DataFrame:
    """Delta E and Sigma with their intervals: a row for each range of T, variable and bin.

    ``_shape_`` is the interval without the common level of all bins, ``_level_`` that of the level.
    """
    parts = [curves.rows(each, name) for each in _fits(data) for name in each.by_name]
    return learned.defined(pd.concat(parts, ignore_index=True))


def plot(data: FigureData) -> Figure:
    """Delta E and Sigma against x: fits below the onset above, with the wider range below."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 4.8))
    panels = figure.subplots(2, 2, sharex=True)
    for row, barriers in zip(panels, _fits(data), strict=True):
        for panel, quantity in zip(row, curves.QUANTITIES, strict=True):
            _draw(panel, data, barriers, quantity)
    for panel, letter in zip(panels.flat, "abcd", strict=True):
        panel.set_title(f"({letter})", loc="left", fontsize=9)
    for panel in panels[0]:
        panel.xaxis.label.set_visible(False)  # as below
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center")
    return figure


def _draw(axes: Axes, data: FigureData, barriers: BarrierCurves, quantity: str) -> None:
    draw_barriers.draw_random(axes, barriers, quantity)
    draw_barriers.draw_reference(axes, barriers, SOFTNESS, quantity, SOFTNESS, color="black")
    for number, temperature in enumerate(learned.fluidity_temperatures(data)):
        draw_barriers.draw_one(
            axes,
            barriers,
            learned.fluidity_name(temperature),
            quantity,
            color=style.fluidity_colour(temperature),
            marker=MARKERS[number % len(MARKERS)],
            label=draw_learned.fluidity_label(temperature),
        )
    draw_barriers.finish(axes, barriers, quantity, draw_learned.Z_SCORE)
    hottest = float(barriers.table.temperature.max())
    axes.set_title(rf"$T \leq {hottest:g}$", loc="right", fontsize=8)
