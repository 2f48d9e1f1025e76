"""Figure 3.7: barriers do not depend on how a rearrangement is defined: p_hop or the CSD."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student

from softness.files.records.regressed import MatchedThreshold
from softness.findings import barrier_curves as curves
from softness.findings import learned, regressed
from softness.findings.barrier_curves import ENERGY, ENTROPY, BarrierCurves, Measure
from softness.findings.data import FigureData
from softness.findings.regressed import SVR, SVR_CSD
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement

NUMBER = "3.7"
THRESHOLD_OF_SOURCE, TOLERANCE = 0.0966, 0.01
TEMPERATURE_OF_SOURCE, HOP_THRESHOLD_OF_SOURCE = 0.86, 0.2

ENERGIES = Statement(
    figure=NUMBER,
    name="rms difference of Delta E by labels of the CSD over its range",
    claim="Barriers are the same whether p_hop or the CSD tells rearrangements (noise taken off)",
    source="nearly indistinguishable, no value given",
    below=0.2,
)
ENTROPIES = Statement(
    figure=NUMBER,
    name="rms difference of Sigma by labels of the CSD over its range",
    claim="So are the entropic contributions",
    source="nearly indistinguishable, no value given",
    below=0.2,
)
SLOPES = Statement(
    figure=NUMBER,
    name="slope of Delta E by labels of the CSD over that by p_hop",
    claim="Ours: labels of the CSD give at least half the influence on the barrier",
    source="none",
    above=0.5,
)
THRESHOLD = Statement(
    figure=NUMBER,
    name="threshold of the CSD that flags as many samples as p_hop",
    claim="Ours: the threshold of the CSD that matches that of p_hop at T = 0.86 is the source's",
    source=f"{THRESHOLD_OF_SOURCE:g}",
    above=THRESHOLD_OF_SOURCE - TOLERANCE,
    below=THRESHOLD_OF_SOURCE + TOLERANCE,
)
RANDOM_DISTANCE = Statement(
    figure=NUMBER,
    name="median rms difference of random directions from SVR",
    claim="Control: a random direction does not give it (0.29 where flat, 0.58 where reversed)",
    source="none",
    above=0.5,
)


@dataclass(frozen=True)
class Findings:
    """Barriers by both kinds of labels, and the threshold of the CSD.

    Attributes
    ----------
    barriers
        Curves by SVR and by that of the labels of the CSD.
    matched
        The matched threshold; None where the study has none, or nothing to match.
    threshold
        The same before it was rounded, with the scatter of replicas; None likewise.
    replicas
        Number of replicas with a threshold.
    """

    barriers: BarrierCurves
    matched: MatchedThreshold | None
    threshold: Estimate | None
    replicas: int


def compute(data: FigureData) -> Findings:
    """Barriers by both kinds of labels, and the threshold with its error."""
    doubt = regressed.doubt_of_barriers(data, softness=False)
    barriers = curves.curves_of(data.predicted_barriers[0], (SVR, SVR_CSD), doubt)
    matched = next((each for each in data.csd_threshold if np.isfinite(each.exact)), None)
    if not matched:
        return Findings(barriers, None, None, 0)
    exact, known = float(matched.exact), matched.of_replicas[np.isfinite(matched.of_replicas)]
    # Replicas are as long as each other: the error of their mean is that of the value.
    draws = data.settings["draws"]
    error = known.std(ddof=1) / np.sqrt(len(known)) if len(known) > 1 else np.nan
    levels = (np.arange(draws) + 0.5) / draws
    drawn = exact + error * student.ppf(levels, max(len(known) - 1, 1))
    return Findings(barriers, matched, Estimate(exact, drawn), len(known))


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the difference between labels, and on the threshold."""
    fits, doubt = findings.barriers.table, findings.barriers.doubt

    def claim(statement: Statement, quantity: str, measure: Measure) -> Claim:
        return curves.claim_on_one(statement, fits, SVR_CSD, quantity, measure, SVR, doubt)

    return [
        claim(ENERGIES, ENERGY, curves.distance),
        claim(ENTROPIES, ENTROPY, curves.distance),
        claim(SLOPES, ENERGY, curves.slope),
        curves.claim_on_random(RANDOM_DISTANCE, fits, curves.distance, doubt, SVR),
        _threshold_claim(findings),
    ]


def _threshold_claim(findings: Findings) -> Claim:
    matched, threshold = findings.matched, findings.threshold
    if not matched:
        return THRESHOLD.not_tested("the study has no threshold of the CSD")
    given = float(matched.temperature), float(matched.hop_threshold)
    if not np.allclose(given, (TEMPERATURE_OF_SOURCE, HOP_THRESHOLD_OF_SOURCE)):
        return THRESHOLD.not_tested(f"matched at T = {given[0]:g} with p_hop > {given[1]:g}")
    return learned.judged(THRESHOLD, threshold, findings.replicas)


def table(findings: Findings) -> pd.DataFrame:
    """Delta E and Sigma with their intervals: a row for each kind of labels and bin.

    ``csd_threshold`` is the one of the labels, ``csd_threshold_exact`` the same before it was
    rounded to the grid of the counts.
    """
    found, matched = curves.frame(findings.barriers), findings.matched
    if matched and not found.empty:
        found["csd_threshold"] = float(matched.threshold)
        found["csd_threshold_exact"] = float(matched.exact)
        found["csd_threshold_of_source"] = THRESHOLD_OF_SOURCE
    return found
