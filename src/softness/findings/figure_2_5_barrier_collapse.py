"""Figure 2.5: barriers and entropies of all classifiers collapse on those of softness."""

from dataclasses import dataclass

import pandas as pd

from softness.findings import barrier_curves as curves
from softness.findings import learned
from softness.findings.barrier_curves import ENERGY, ENTROPY, BarrierCurves
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.verdicts import SAME_SLOPE, Claim, Statement, below

NUMBER = "2.5"

ENERGIES = Statement(
    figure=NUMBER,
    name="slope of Delta E by {} over the slope by softness",
    claim="Barriers as a function of fluidity, whatever its temperature, are those of softness",
    section="2.4",
    source="almost identical, no value given",
    rule=SAME_SLOPE,
)
ENTROPIES = Statement(
    figure=NUMBER,
    name="slope of Sigma by {} over the slope by softness",
    claim="So are the entropic contributions",
    section="2.4",
    source="almost identical, no value given",
    rule=SAME_SLOPE,
)
WIDE_ENERGIES = Statement(
    figure=NUMBER,
    name="slope of Delta E by {} over the slope by softness, up to the sensitivity temperature",
    claim="The range of temperatures of the fit does not change the collapse",
    section="2.4",
    source="not qualitatively changed",
    rule=SAME_SLOPE,
)
RANDOM_SLOPES = Statement(
    figure=NUMBER,
    name="median size of the ratio of slopes of random directions",
    claim="Control: a random direction does not collapse, or else a collapse is no evidence",
    section="",
    source="none",
    rule=below(curves.MOST_OF_RANDOM),
)


@dataclass(frozen=True)
class Findings:
    """Barriers by softness, by all fluidities and by random directions.

    Attributes
    ----------
    barriers, wide
        Curves of fits below the onset, and of those with the wider range; softness first.
    fluidity
        Names by temperature of training, from cold to hot.
    untrained
        What softness lacks; empty if nothing.
    """

    barriers: BarrierCurves
    wide: BarrierCurves
    fluidity: dict[float, str]
    untrained: str


def compute(data: FigureData) -> Findings:
    """Barriers by all variables for both ranges of temperature, and their doubts."""
    fluidity = {t: learned.fluidity_name(t) for t in learned.fluidity_temperatures(data)}
    names, doubt = [SOFTNESS, *fluidity.values()], learned.doubt(data.softness, data.fluidity)
    barriers, wide = (
        curves.curves_of(fits, names, doubt, random_directions=True)
        for fits in (data.barriers[0], data.wide_barriers[0])
    )
    return Findings(barriers, wide, fluidity, learned.doubt(data.softness))


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the collapse of barriers and entropies, and on the control."""
    fits, doubt = findings.barriers.table, findings.barriers.doubt
    members = {learned.fluidity_member(t): name for t, name in findings.fluidity.items()}
    judged = (
        (ENERGIES, fits, ENERGY),
        (ENTROPIES, fits, ENTROPY),
        (WIDE_ENERGIES, findings.wide.table, ENERGY),
    )
    return [
        *(
            claim
            for statement, used, quantity in judged
            for claim in curves.claims_on_each(
                statement, used, members, quantity, curves.ratio, doubt=doubt
            )
        ),
        curves.claim_on_random(RANDOM_SLOPES, fits, curves.ratio, findings.untrained),
    ]


def table(findings: Findings) -> pd.DataFrame:
    """Delta E and Sigma with their intervals: a row for each range of T, variable and bin.

    ``_shape_`` is the interval without the common level of all bins, ``_level_`` that of the level.
    """
    fits = (findings.barriers, findings.wide)
    parts = [curves.rows(each, name) for each in fits for name in each.by_name]
    return learned.defined(pd.concat(parts, ignore_index=True))
