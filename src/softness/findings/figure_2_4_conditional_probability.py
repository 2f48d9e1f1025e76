"""Figure 2.4: probability of rearrangement by fluidity and by softness has one onset."""

from dataclasses import dataclass

import pandas as pd

from softness.findings import learned
from softness.findings.data import FigureData
from softness.findings.learned import KRAMERS, SOFTNESS, BinProbabilities
from softness.verdicts import Claim, Inclusion
from softness.uncertainty import Estimate

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


@dataclass(frozen=True)
class Findings:
    """P by one fluidity and by softness, with Kramers fits.

    Attributes
    ----------
    temperature
        Of the training of the fluidity: the source's, or the hottest.
    fluidity, softness
        P in bins of each, and T0.
    curvature
        Mean over bins of fluidity of the curvature of ln P in 1/T.
    replicas
        Number of replicas.
    onset_doubt
        Why a T0 is undefined.
    fluidity_doubt, doubt
        Which sets of samples are incomplete: of fluidity, and of both.
    """

    temperature: float
    fluidity: BinProbabilities
    softness: BinProbabilities
    curvature: Estimate
    replicas: int
    onset_doubt: str
    fluidity_doubt: str
    doubt: str


def compute(data: FigureData) -> Findings:
    """P by both variables, their onsets and the curvature by fluidity."""
    table, temperatures = data.barriers[0], learned.fluidity_temperatures(data)
    shown = SHOWN_BY_SOURCE if SHOWN_BY_SOURCE in temperatures else temperatures[-1]
    name = learned.fluidity_name(shown)
    trained = [each for each in data.fluidity if float(each.temperature) == shown]
    return Findings(
        temperature=shown,
        fluidity=learned.bin_probabilities(table, name, KRAMERS),
        softness=learned.bin_probabilities(table, SOFTNESS, KRAMERS),
        curvature=learned.mean_curvature(table, name),
        replicas=int(table.replicas),
        onset_doubt=learned.onset_doubt(table, [name, SOFTNESS]),
        fluidity_doubt=learned.doubt(fluidity=trained),
        doubt=learned.doubt(softness=data.softness, fluidity=trained),
    )


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the common onset, and on how straight the lines of fluidity are."""
    difference = findings.fluidity.onset - findings.softness.onset
    reason = findings.onset_doubt or findings.doubt
    return [
        learned.judged(SAME_ONSET, difference, findings.replicas, reason),
        learned.judged(STRAIGHT, findings.curvature, findings.replicas, findings.fluidity_doubt),
    ]


def table(findings: Findings) -> pd.DataFrame:
    """P, its interval and its Kramers fit at each temperature and bin, by both variables."""
    parts = [findings.fluidity.rows, findings.softness.rows]
    return learned.with_full_intervals(pd.concat(parts, ignore_index=True))
