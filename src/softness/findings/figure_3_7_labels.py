"""Figure 3.7: barriers do not depend on how a rearrangement is defined: p_hop or the CSD."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.files.records.regressed import MatchedThreshold
from softness.findings import barrier_curves as curves
from softness.findings import learned, regressed
from softness.findings.barrier_curves import ENERGY, ENTROPY, BarrierCurves
from softness.findings.data import FigureData
from softness.findings.regressed import RELABELLED, SVR, SVR_CSD
from softness.uncertainty import Estimate, Units
from softness.verdicts import SAME_SLOPE, Claim, Statement, below, equal

NUMBER = "3.7"
THRESHOLD_OF_SOURCE = 0.0966
TEMPERATURE_OF_SOURCE, HOP_THRESHOLD_OF_SOURCE = 0.86, 0.2

BY_CSD = {"the CSD": SVR_CSD}

ENERGIES = Statement(
    figure=NUMBER,
    name="slope of Delta E by labels of {} over that by p_hop",
    claim="Barriers are the same whether p_hop or the CSD tells rearrangements",
    section="3.5",
    source="nearly indistinguishable, no value given",
    rule=SAME_SLOPE,
)
ENTROPIES = Statement(
    figure=NUMBER,
    name="slope of Sigma by labels of {} over that by p_hop",
    claim="So are the entropic contributions",
    section="3.5",
    source="nearly indistinguishable, no value given",
    rule=SAME_SLOPE,
)
TIMES = Statement(
    figure=NUMBER,
    name="slope of Delta E by labels {} over that by those of the usual time",
    claim="Barriers do not depend on the time after a snapshot at which particles are labelled",
    section="3.2.1",
    source="not qualitatively affected, no value given",
    rule=SAME_SLOPE,
)
CUTOFFS = Statement(
    figure=NUMBER,
    name="slope of Delta E by labels with {} over that with the usual one",
    claim="Barriers do not depend on the cut-off of p_hop above which particles are labelled",
    section="3.5",
    source="identical slopes in earlier work",
    rule=SAME_SLOPE,
)
CSD_CUTOFFS = Statement(
    figure=NUMBER,
    name="slope of Delta E by labels with {} over that with the usual one",
    claim="Barriers do not depend on the cut-off of the CSD above which particles are labelled",
    section="A.0.2",
    source="not qualitatively affected, no value given",
    rule=SAME_SLOPE,
)
THRESHOLD = Statement(
    figure=NUMBER,
    name="threshold of the CSD that flags as many samples as p_hop",
    claim=(
        "The threshold of the CSD matches that of p_hop at T = 0.86 (here the number of samples "
        "above it; the dissertation says the total number of events, and separate events match at "
        "another one)"
    ),
    section="A.0.2",
    source=f"{THRESHOLD_OF_SOURCE:g}",
    rule=equal(THRESHOLD_OF_SOURCE, 0.01),
)
RANDOM_SLOPES = Statement(
    figure=NUMBER,
    name="median size of the slope of random directions over that of SVR",
    claim="Control: a random direction does not give these barriers",
    section="",
    source="none",
    rule=below(curves.MOST_OF_RANDOM),
)


@dataclass(frozen=True)
class Findings:
    """Barriers by both kinds of labels, and the threshold of the CSD.

    Attributes
    ----------
    barriers
        Curves by SVR, by that of the labels of the CSD, and by those of other times and cut-offs.
    relabelled
        Names of the latter by what is changed in the label, for each of the statements about it.
    matched
        The matched threshold; None where the study has none, or nothing to match.
    threshold
        The same before it was rounded, with the scatter of replicas; None likewise.
    """

    barriers: BarrierCurves
    relabelled: dict[Statement, dict[str, str]]
    matched: MatchedThreshold | None
    threshold: Estimate | None


def compute(data: FigureData) -> Findings:
    """Barriers by all kinds of labels, and the threshold with its error."""
    fits, doubt = data.predicted_barriers[0], regressed.doubt_of_barriers(data, softness=False)
    relabelled = _relabelled(learned.names_of(fits))
    others = [name for members in relabelled.values() for name in members.values()]
    barriers = curves.curves_of(fits, (SVR, SVR_CSD, *others), doubt)
    matched = next((each for each in data.csd_threshold if np.isfinite(each.exact)), None)
    return Findings(barriers, relabelled, matched, _threshold(data, matched) if matched else None)


def _relabelled(names: Iterable[str]) -> dict[Statement, dict[str, str]]:
    """`Findings.relabelled` of the variables that have such names."""
    found: dict[Statement, dict[str, str]] = {TIMES: {}, CUTOFFS: {}, CSD_CUTOFFS: {}}
    for match in filter(None, map(RELABELLED.fullmatch, names)):
        by_csd, kind, number = match.groups()
        if kind == "t":
            found[TIMES][f"at t = {number}"] = match[0]
        else:
            statement, indicator = (CSD_CUTOFFS, "the CSD") if by_csd else (CUTOFFS, "p_hop")
            found[statement][f"{number} times the cut-off of {indicator}"] = match[0]
    return found


def _threshold(data: FigureData, matched: MatchedThreshold) -> Estimate:
    """The matched threshold before it was rounded, with the scatter of replicas."""
    exact, known = float(matched.exact), matched.of_replicas[np.isfinite(matched.of_replicas)]
    # Replicas are as long as each other: the error of their mean is that of the value.
    error = known.std(ddof=1) / np.sqrt(len(known)) if len(known) > 1 else np.nan
    draws = learned.student_draws(exact, error, len(known) - 1, data.settings["draws"])
    return Estimate(exact, draws, Units.of([1] * len(known), "runs"))


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the difference between labels, on the control, and on the threshold."""
    fits, doubt = findings.barriers.table, findings.barriers.doubt

    def each(
        statement: Statement, members: Mapping[str, str], quantity: str, reference: str = SVR
    ) -> list[Claim]:
        given = (statement, fits, members, quantity, curves.ratio, reference, doubt)
        return curves.claims_on_each(*given)

    times, cutoffs, csd_cutoffs = (findings.relabelled[s] for s in (TIMES, CUTOFFS, CSD_CUTOFFS))
    return [
        *each(ENERGIES, BY_CSD, ENERGY),
        *each(ENTROPIES, BY_CSD, ENTROPY),
        *each(TIMES, times, ENERGY),
        *each(CUTOFFS, cutoffs, ENERGY),
        *each(CSD_CUTOFFS, csd_cutoffs, ENERGY, SVR_CSD),
        curves.claim_on_random(RANDOM_SLOPES, fits, curves.ratio, doubt, SVR),
        _threshold_claim(findings),
    ]


def _threshold_claim(findings: Findings) -> Claim:
    matched, threshold = findings.matched, findings.threshold
    if matched is None or threshold is None:
        return THRESHOLD.not_tested("the study has no threshold of the CSD")
    given = float(matched.temperature), float(matched.hop_threshold)
    if not np.allclose(given, (TEMPERATURE_OF_SOURCE, HOP_THRESHOLD_OF_SOURCE)):
        return THRESHOLD.not_tested(f"matched at T = {given[0]:g} with p_hop > {given[1]:g}")
    return THRESHOLD.judge(threshold)


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
