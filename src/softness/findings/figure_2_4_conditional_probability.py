"""Figure 2.4: probability of rearrangement by fluidity and by softness has one onset."""

from dataclasses import dataclass

import pandas as pd

from softness.findings import learned
from softness.findings.data import FigureData
from softness.findings.learned import KRAMERS, SOFTNESS, BinProbabilities
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement, equal

NUMBER = "2.4"
SHOWN_BY_SOURCE = 2.0

SAME_ONSET = Statement(
    figure=NUMBER,
    name="T0 of {} minus T0 of softness",
    claim="The onset is the same whether particles are sorted by fluidity or by softness",
    section="2.4",
    source="the same, no value given",
    rule=equal(0.0, 0.2),
)
STRAIGHT = Statement(
    figure=NUMBER,
    name="relative change of the barrier over the fitted temperatures, Kramers form, by {}",
    claim="Below the onset fluidity sorts the dynamics into activated processes: straight lines",
    section="2.4",
    source="straight lines, no value given",
    rule=learned.STRAIGHT,
)


@dataclass(frozen=True)
class Findings:
    """P by one fluidity and by softness, with Kramers fits.

    Attributes
    ----------
    temperature
        Of the training of the fluidity that is shown: the dissertation's, or the hottest.
    fluidity, softness
        P in bins of each, and T0.
    curvature_effect
        () relative change of the barrier over the fitted temperatures, of the fluidity shown.
    onset_differences, onset_doubts
        () T0 of each fluidity minus T0 of softness, by its temperature of training, and why it
        cannot decide.
    doubt
        Which samples of the fluidity that is shown are incomplete.
    """

    temperature: float
    fluidity: BinProbabilities
    softness: BinProbabilities
    curvature_effect: Estimate
    onset_differences: dict[float, Estimate]
    onset_doubts: dict[float, str]
    doubt: str


def compute(data: FigureData) -> Findings:
    """P by both variables, the onsets of all, and the curvature by fluidity."""
    table, temperatures = data.barriers[0], learned.fluidity_temperatures(data)
    shown = SHOWN_BY_SOURCE if SHOWN_BY_SOURCE in temperatures else temperatures[-1]
    name = learned.fluidity_name(shown)
    own = learned.onset(table, SOFTNESS)
    names = {t: learned.fluidity_name(t) for t in temperatures}
    trained = {t: [c for c in data.fluidity if float(c.temperature) == t] for t in temperatures}
    return Findings(
        temperature=shown,
        fluidity=learned.bin_probabilities(table, name, KRAMERS),
        softness=learned.bin_probabilities(table, SOFTNESS, KRAMERS),
        curvature_effect=learned.curvature_effect(table, name, KRAMERS),
        onset_differences={t: learned.onset(table, each) - own for t, each in names.items()},
        onset_doubts={
            t: learned.onset_doubt(table, [each, SOFTNESS])
            or learned.doubt(softness=data.softness, fluidity=trained[t])
            for t, each in names.items()
        },
        doubt=learned.doubt(fluidity=trained[shown]),
    )


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the common onset, and on how straight the lines of fluidity are."""
    shown = learned.fluidity_member(findings.temperature)
    straight = STRAIGHT.of(shown)
    onsets = [
        SAME_ONSET.of(learned.fluidity_member(t)).judge(difference, findings.onset_doubts[t])
        for t, difference in findings.onset_differences.items()
    ]
    return [*onsets, straight.judge(findings.curvature_effect, findings.doubt)]


def table(findings: Findings) -> pd.DataFrame:
    """P, its interval and its Kramers fit at each temperature and bin, by both variables."""
    parts = [findings.fluidity.rows, findings.softness.rows]
    return learned.with_full_intervals(pd.concat(parts, ignore_index=True))
