"""Figure 2.4: probability of rearrangement by fluidity and by softness has one onset."""

import pandas as pd
from matplotlib.figure import Figure

from softness.figures import draw_learned, style
from softness.findings import learned
from softness.findings.data import FigureData
from softness.findings.learned import KRAMERS, SOFTNESS
from softness.report.claims import Claim, Inclusion

NUMBER = "2.4"
SHOWN_BY_SOURCE = 2.0

SAME_ONSET = Inclusion(
    figure=NUMBER,
    name="T0 of fluidity minus T0 of softness",
    claim="The onset is the same whether particles are sorted by fluidity or by softness",
    source="the same, no value given",
    expected=0.0,
    half_width=0.2,
)
STRAIGHT = Inclusion(
    figure=NUMBER,
    name="mean curvature of ln P by fluidity",
    claim="Below the onset fluidity sorts the dynamics into activated processes: straight lines",
    source="straight lines, no value given",
    expected=0.0,
    half_width=0.5,
)


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on the common onset, and on how straight the lines of fluidity are."""
    table, temperature = data.barriers[0], shown_temperature(data)
    name, replicas = learned.fluidity_name(temperature), int(table.replicas)
    trained = [each for each in data.fluidity if float(each.temperature) == temperature]
    difference = learned.onset(table, name) - learned.onset(table, SOFTNESS)
    undefined = learned.onset_doubt(table, [name, SOFTNESS])
    reason = undefined or learned.doubt(softness=data.softness, fluidity=trained)
    curvature = learned.mean_curvature(table, name)
    return [
        learned.judged(SAME_ONSET, difference, replicas, reason),
        learned.judged(STRAIGHT, curvature, replicas, learned.doubt(fluidity=trained)),
    ]


def shown_temperature(data: FigureData) -> float:
    """Training temperature of the fluidity shown: the source's, or the hottest."""
    temperatures = learned.fluidity_temperatures(data)
    return SHOWN_BY_SOURCE if SHOWN_BY_SOURCE in temperatures else temperatures[-1]


def table(data: FigureData) -> pd.DataFrame:
    """P, its interval and its Kramers fit at each temperature and bin, by both variables."""
    names = (learned.fluidity_name(shown_temperature(data)), SOFTNESS)
    parts = [learned.probabilities(data.barriers[0], name, KRAMERS) for name in names]
    return learned.with_full_intervals(pd.concat(parts, ignore_index=True))


def plot(data: FigureData) -> Figure:
    """P against 1/T in bins of fluidity (a) and of softness (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.9))
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    temperature = shown_temperature(data)
    shown = ((learned.fluidity_name(temperature), draw_learned.fluidity_label(temperature)),)
    shown += ((SOFTNESS, "$S$"),)
    for panel, (name, label), letter in zip(panels, shown, "ab", strict=True):
        draw_learned.draw_probabilities(panel, data.barriers[0], name, KRAMERS)
        panel.set_ylabel(rf"$P_R(${label}$)$")
        panel.set_title(f"({letter})", loc="left", fontsize=9)
    draw_learned.bin_colourbar(figure, list(panels), data.barriers[0], draw_learned.Z_SCORE)
    return figure
