"""Figure 1.6: rearrangements by softness are activated, and their lines meet at the onset."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import spearmanr

from softness.figures import draw_learned, style
from softness.files.records.barriers import BarrierTable
from softness.findings import learned
from softness.findings.data import FigureData
from softness.findings.learned import ARRHENIUS, BINOMIAL, SOFTNESS
from softness.report.claims import Claim, Inclusion, Statement
from softness.uncertainty import Estimate

ONSET = Statement(
    figure="1.6",
    name="onset temperature T0 of softness",
    claim="The lines of all softnesses meet where structure stops to matter, at the onset",
    source="0.87, 0.8 to 1.2",
    above=0.8,
    below=1.2,
)
STRAIGHT = Inclusion(
    figure="1.6",
    name="mean curvature of ln P below the onset",
    claim="At each softness rearrangements are Arrhenius: ln P is straight in 1/T",
    source="straight lines, no value given",
    expected=0.0,
    half_width=0.5,
)
ALIKE = Inclusion(
    figure="1.6",
    name="slope of the curvature with softness",
    claim=(
        "Ours: what bends ln P bends all softnesses alike (barriers that scatter within a bin do); "
        "only a difference between bins speaks against lines that meet"
    ),
    source="none",
    expected=0.0,
    half_width=0.5,
)
FALLING = Statement(
    figure="1.6",
    name="Spearman correlation of Delta E with softness",
    claim="Ours: the softer a particle, the lower its barrier",
    source="Delta E falls linearly with softness",
    below=-0.8,
)

# Events at all temperatures together that a bin needs for its barrier to be ranked.
LEAST_EVENTS = 10


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on the onset, on how straight the lines are, and on the order of barriers."""
    table = data.barriers[0]
    untrained = learned.doubt(softness=data.softness)
    undefined = learned.onset_doubt(table, [SOFTNESS])
    replicas = int(table.replicas)
    return [
        learned.judged(ONSET, learned.onset(table, SOFTNESS), replicas, undefined or untrained),
        learned.judged(STRAIGHT, learned.mean_curvature(table, SOFTNESS), replicas, untrained),
        learned.judged(ALIKE, learned.curvature_slope(table, SOFTNESS), replicas, untrained),
        learned.judged(FALLING, order_of_barriers(table), replicas, untrained),
    ]


def order_of_barriers(table: BarrierTable) -> Estimate:
    """Spearman correlation of barrier and softness over bins with enough events.

    Draws are those of the Kramers form: its barriers are shifted by about the mean temperature,
    which changes no rank.
    """
    softness = learned.place(table, SOFTNESS)
    enough = table.events[:, softness].sum(axis=0) >= LEAST_EVENTS
    x = table.value[softness, enough]
    energy = table.energy[ARRHENIUS, BINOMIAL, softness, enough]
    draws = table.energy_draws[:, softness, enough]
    return Estimate(_spearman(x, energy), np.array([_spearman(x, row) for row in draws]))


def _spearman(x: np.ndarray, y: np.ndarray) -> float:
    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() < 3 or np.ptp(y[known]) == 0:
        return float("nan")
    return float(spearmanr(x[known], y[known]).statistic)


def table(data: FigureData) -> pd.DataFrame:
    """P, its interval and its Arrhenius fit at each temperature and softness with events."""
    return learned.with_full_intervals(_numbers(data))


def _numbers(data: FigureData) -> pd.DataFrame:
    return learned.probabilities(data.barriers[0], SOFTNESS, ARRHENIUS)


def plot(data: FigureData) -> Figure:
    """P against 1/T by softness (a), and all of it on one line (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.9))
    lines, collapse = figure.subplots(1, 2)
    barriers = data.barriers[0]
    draw_learned.draw_probabilities(lines, barriers, SOFTNESS, ARRHENIUS)
    lines.set_ylabel(r"$P(R\,|\,S)$")
    lines.set_title("(a)", loc="left", fontsize=9)
    _draw_collapse(collapse, data)
    collapse.set_title("(b)", loc="left", fontsize=9)
    draw_learned.bin_colourbar(figure, [lines, collapse], barriers, draw_learned.Z_SCORE)
    return figure


def _draw_collapse(axes: Axes, data: FigureData) -> None:
    """P over its prefactor against Delta E / T, and the line that an activated process follows."""
    barriers, numbers = data.barriers[0], _numbers(data)
    reduced = numbers["energy"] / numbers["temperature"]
    scaled = numbers["probability"] / np.exp(numbers["entropy"])
    axes.scatter(
        reduced,
        scaled,
        c=draw_learned.bin_colours()(draw_learned.bin_scale(barriers)(numbers["bin"].to_numpy())),
        s=8,
        zorder=2,
    )
    ends = np.array([reduced.min(), reduced.max()])
    axes.plot(ends, np.exp(-ends), color="black", linestyle=":", linewidth=0.8, label=r"$e^{-x}$")
    axes.set_yscale("log")
    axes.set_xlabel(r"$\Delta E\,/\,k_B T$")
    axes.set_ylabel(r"$P(R\,|\,S)\,/\,e^{\Sigma}$")
    axes.legend(loc="upper right")
