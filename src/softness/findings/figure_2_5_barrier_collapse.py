"""Figure 2.5: barriers and entropies of all classifiers collapse on those of softness."""

from dataclasses import dataclass

import pandas as pd

from softness.files.records.barriers import BarrierTable
from softness.findings import barrier_curves as curves
from softness.findings import learned
from softness.findings.barrier_curves import ENERGY, ENTROPY, BarrierCurves, Measure
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.verdicts import Claim, Statement

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
    """Verdicts on the collapse of barriers and entropies, and on the controls."""
    fits, wide = findings.barriers.table, findings.wide.table
    doubt, untrained = findings.barriers.doubt, findings.untrained
    members = {learned.fluidity_member(t): name for t, name in findings.fluidity.items()}

    def claim(statement: Statement, used: BarrierTable, quantity: str, measure: Measure) -> Claim:
        return curves.claim_on_all(statement, used, members, quantity, measure, doubt=doubt)

    return [
        claim(ENERGIES, fits, ENERGY, curves.distance),
        claim(ENTROPIES, fits, ENTROPY, curves.distance),
        claim(WIDE_ENERGIES, wide, ENERGY, curves.distance),
        curves.claim_on_random(RANDOM_DISTANCE, fits, curves.distance, untrained),
        claim(SLOPES, fits, ENERGY, curves.slope),
        curves.claim_on_random(RANDOM_SLOPES, fits, curves.slope, untrained),
    ]


def table(findings: Findings) -> pd.DataFrame:
    """Delta E and Sigma with their intervals: a row for each range of T, variable and bin.

    ``_shape_`` is the interval without the common level of all bins, ``_level_`` that of the level.
    """
    fits = (findings.barriers, findings.wide)
    parts = [curves.rows(each, name) for each in fits for name in each.by_name]
    return learned.defined(pd.concat(parts, ignore_index=True))
