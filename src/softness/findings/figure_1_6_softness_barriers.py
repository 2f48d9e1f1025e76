"""Figure 1.6: rearrangements by softness are activated, and their lines meet at the onset."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from softness.files.records.barriers import BarrierTable
from softness.findings import learned
from softness.findings.data import FigureData
from softness.findings.learned import ARRHENIUS, BINOMIAL, SOFTNESS, BinProbabilities
from softness.verdicts import Claim, Inclusion, Statement
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


@dataclass(frozen=True)
class Findings:
    """P by softness, with Arrhenius fits.

    Attributes
    ----------
    bins
        P in bins of softness, and T0.
    curvature, curvature_slope
        Of ln P in 1/T: mean over bins, and slope with softness.
    order
        Spearman correlation of Delta E with softness.
    replicas
        Number of replicas.
    doubt
        Which sets of samples are incomplete.
    """

    bins: BinProbabilities
    curvature: Estimate
    curvature_slope: Estimate
    order: Estimate
    replicas: int
    doubt: str


def compute(data: FigureData) -> Findings:
    """P by softness, its curvature, and the order of barriers."""
    table = data.barriers[0]
    return Findings(
        bins=learned.bin_probabilities(table, SOFTNESS, ARRHENIUS),
        curvature=learned.mean_curvature(table, SOFTNESS),
        curvature_slope=learned.curvature_slope(table, SOFTNESS),
        order=_order_of_barriers(table),
        replicas=int(table.replicas),
        doubt=learned.doubt(softness=data.softness),
    )


def _order_of_barriers(table: BarrierTable) -> Estimate:
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


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the onset, on how straight the lines are, and on the order of barriers."""
    bins, replicas, doubt = findings.bins, findings.replicas, findings.doubt
    return [
        learned.judged(ONSET, bins.onset, replicas, bins.onset_doubt or doubt),
        learned.judged(STRAIGHT, findings.curvature, replicas, doubt),
        learned.judged(ALIKE, findings.curvature_slope, replicas, doubt),
        learned.judged(FALLING, findings.order, replicas, doubt),
    ]


def table(findings: Findings) -> pd.DataFrame:
    """P, its interval and its Arrhenius fit at each temperature and softness with events."""
    return learned.with_full_intervals(findings.bins.rows)
