"""Figure 5.2: barriers by softness of thermal and of inherent structure."""

import pandas as pd

from softness.findings import barrier_curves as curves
from softness.findings import learned
from softness.findings.barrier_curves import ENERGY, ENTROPY
from softness.findings.learned import SOFTNESS
from softness.findings.state_softness import Findings, compute, state_of
from softness.verdicts import SAME_SLOPE, Claim, Statement, above, below, equal

__all__ = ["Findings", "claims", "compute", "table"]

NUMBER = "5.2"

SAME_ONSET = 0.15
"""Difference of T0 up to which two are one: what figure 1.6 allows beside the dissertation's."""

STEEPER = Statement(
    figure=NUMBER,
    name="slope of Delta E by {} structure over the slope by thermal structure",
    claim="Softness of inherent structure carries steeper barriers than that of thermal structure",
    section="",
    source="none",
    rule=above(1.0),
)
ENTROPIES = Statement(
    figure=NUMBER,
    name="slope of Sigma by {} structure over the slope by thermal structure",
    claim="So it does steeper entropic contributions",
    section="",
    source="none",
    rule=above(1.0),
)
ONSET = Statement(
    figure=NUMBER,
    name="T0 by {} structure minus T0 by thermal structure",
    claim="Both structures cease to matter at one onset",
    section="",
    source="none",
    rule=equal(0.0, SAME_ONSET),
)
FRAMES = Statement(
    figure=NUMBER,
    name="slope of Delta E by thermal structure of the compared frames over that of all frames",
    claim="Control: the frames that are compared give the barriers of all frames",
    section="",
    source="none",
    rule=SAME_SLOPE,
)
RANDOM_SLOPES = Statement(
    figure=NUMBER,
    name="median size of the ratio of slopes of random directions",
    claim="Control: a random direction of thermal structure carries no such barriers",
    section="",
    source="none",
    rule=below(curves.MOST_OF_RANDOM),
)


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on each state beside the thermal one, and on the controls."""
    table, thermal = findings.barriers.table, findings.states[0]
    members = {state.name: state.variable for state in findings.others}
    lines = [
        claim
        for statement, quantity in ((STEEPER, ENERGY), (ENTROPIES, ENTROPY))
        for claim in curves.claims_on_each(statement, table, members, quantity, curves.ratio)
    ]
    for state in findings.others:
        doubt = thermal.onset_doubt or state.onset_doubt
        lines.append(ONSET.of(state.name).judge(state.onset - thermal.onset, doubt))
    return [
        *lines,
        _on_frames(findings),
        curves.claim_on_random(RANDOM_SLOPES, table, curves.ratio),
    ]


def _on_frames(findings: Findings) -> Claim:
    """Whether the frames that are compared stand for all."""
    table, energy = findings.barriers.table, findings.barriers.by_name[SOFTNESS][ENERGY].values
    found = curves.ratio(learned.centres(table), energy, findings.all_frames_energy, 1.0)
    return FRAMES.judge(found)


def table(findings: Findings) -> pd.DataFrame:
    """Delta E and Sigma with intervals: a row for each state, or random direction, and bin."""
    rows = curves.frame(findings.barriers)
    return rows.assign(state=rows["variable"].map(state_of)) if len(rows) else rows
