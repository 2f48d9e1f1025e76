"""Figure 1.6: rearrangements by softness are activated, and their lines meet at the onset."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.barriers.controls import quadratic
from softness.findings import barrier_curves, learned, weighted
from softness.findings.data import FigureData
from softness.findings.learned import ARRHENIUS, SOFTNESS, BinProbabilities
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement, below, between, equal

NUMBER = "1.6"

ONSET = Statement(
    figure=NUMBER,
    name="onset temperature T0 of softness",
    claim="The lines of all softnesses meet where structure ceases to matter, at the onset",
    section="1.6.2",
    source="0.87",
    rule=equal(0.87, 0.15),
    of_liquid=True,
)
STRAIGHT = Statement(
    figure=NUMBER,
    name="relative change of the barrier over the fitted temperatures, Arrhenius form",
    claim="At each softness ln P is straight in 1/T",
    section="1.6.2",
    source="straight lines, no value given",
    rule=learned.STRAIGHT,
)
FALLING = Statement(
    figure=NUMBER,
    name="slope of Delta E with softness",
    claim="The softer a particle, the lower its barrier",
    section="1.6.2",
    source="falls, no value given",
    rule=below(0.0),
)
LINEAR = Statement(
    figure=NUMBER,
    name="quadratic over linear term of Delta E(S) at x = 2",
    claim="Delta E is linear in softness",
    section="1.6.2",
    source="linear, no value given",
    rule=between(-0.1, 0.1),
)


@dataclass(frozen=True)
class Findings:
    """P by softness, with Arrhenius fits.

    Attributes
    ----------
    bins
        P in bins of softness, and T0.
    curvature_effect
        () relative change of the barrier over the fitted temperatures, mean over bins.
    slope, quadratic
        () slope of Delta E with softness, and the quadratic over the linear term at x = 2.
    doubt
        Which sets of samples are incomplete.
    """

    bins: BinProbabilities
    curvature_effect: Estimate
    slope: Estimate
    quadratic: Estimate
    doubt: str


def compute(data: FigureData) -> Findings:
    """P by softness, its curvature, and how barriers depend on softness.

    The slope of barriers is that of the Kramers form, whose draws are known: its barriers are
    shifted by about the mean temperature of the fit, in all bins alike.
    """
    table = data.barriers[0]
    energy, x = barrier_curves.curve(table, SOFTNESS, barrier_curves.ENERGY), learned.centres(table)
    weights = weighted.inverse_variance(energy.draws)
    terms = np.array([quadratic(x, each, weights) for each in energy.draws])
    return Findings(
        bins=learned.bin_probabilities(table, SOFTNESS, ARRHENIUS),
        curvature_effect=learned.curvature_effect(table, SOFTNESS, ARRHENIUS),
        slope=barrier_curves.steepness(table, SOFTNESS),
        quadratic=Estimate(quadratic(x, energy.value, weights), terms, energy.units),
        doubt=learned.doubt(softness=data.softness),
    )


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the onset, on how straight the lines are, and on the law of barriers."""
    bins, doubt = findings.bins, findings.doubt
    return [
        ONSET.judge(bins.onset, bins.onset_doubt or doubt),
        STRAIGHT.judge(findings.curvature_effect, doubt),
        FALLING.judge(findings.slope, doubt),
        LINEAR.judge(findings.quadratic, doubt),
    ]


def table(findings: Findings) -> pd.DataFrame:
    """P, its interval and its Arrhenius fit at each temperature and softness with events."""
    return learned.with_full_intervals(findings.bins.rows)
