"""Figure 3.4: how much of the variance of the true logit p_r the models explain."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from softness.findings import explained, learned, regressed
from softness.findings.data import FigureData
from softness.findings.explained import CEILING, EXPLAINED, OVER_CEILING
from softness.findings.learned import SOFTNESS
from softness.findings.regressed import NETWORK, RBF_SVR, RIDGE, SVR
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement, below, every

NUMBER = "3.4"
LARGEST = 0.5
LEAST_CEILING = 0.6
"""Of a temperature that counts: below a ceiling of 0.5 even a perfect model explains less than half
of the variance, and little above it nothing could fail."""

MODELS_OF_SOURCE = (SOFTNESS, SVR, RIDGE, RBF_SVR, NETWORK)
QUANTITIES = {
    EXPLAINED: "explained variance",
    OVER_CEILING: "explained variance over the ceiling",
    CEILING: "noise ceiling",
}

POOR = Statement(
    figure=NUMBER,
    name="explained variance, the dissertation's models at every temperature",
    claim="At every temperature models explain less than half of the variance of logit p_r",
    section="3.3.2",
    source="below 0.5",
    rule=every(below(LARGEST)),
)
POOR_WITHOUT_NOISE = Statement(
    figure=NUMBER,
    name="explained variance over the noise ceiling, the dissertation's models",
    claim="The same for the variance that is not noise of the finite number of runs",
    section="",
    source="none",
    rule=every(below(LARGEST)),
)
OURS = Statement(
    figure=NUMBER,
    name="explained variance, other models at every temperature",
    claim="The same of models that the dissertation does not show there",
    section="",
    source="none",
    rule=every(below(LARGEST)),
)
OF_CONSTANT = Statement(
    figure=NUMBER,
    name="explained variance by {}",
    claim="The same of a model that says the same of all particles",
    section="",
    source="none",
    rule=below(LARGEST),
)


@dataclass(frozen=True)
class Findings:
    """Scores of all models.

    Attributes
    ----------
    scores
        (5,) `explained.scores` by the name of the model, then by temperature from cold to hot.
    snapshots, events
        Number of test snapshots, and mean events a particle, by temperature.
    constant
        Models that say the same of all particles, at every temperature.
    doubts, doubts_without_noise
        Why scores of a temperature cannot decide, as they are and over the ceiling; empty if they
        can.
    untrained
        What softness lacks; empty if nothing.
    """

    scores: dict[str, dict[float, Estimate]]
    snapshots: dict[float, int]
    events: dict[float, float]
    constant: list[str]
    doubts: dict[float, str]
    doubts_without_noise: dict[float, str]
    untrained: str


def compute(data: FigureData) -> Findings:
    """Scores of all models at all temperatures with test snapshots."""
    tested, names = regressed.tested(data), regressed.names(data)

    def doubts(fewest: float) -> dict[float, str]:
        return {t: regressed.doubt(data, [each], False, fewest) for t, each in tested.items()}

    return Findings(
        scores={
            name: {t: explained.scores(data, NUMBER, each, name) for t, each in tested.items()}
            for name in names
        },
        snapshots={t: len(each) for t, each in tested.items()},
        events={t: regressed.events_a_particle(each) for t, each in tested.items()},
        constant=[
            name
            for name in names
            if all(regressed.is_constant(each, name) for each in tested.values())
        ],
        doubts=doubts(regressed.FEWEST_EVENTS),
        doubts_without_noise=doubts(regressed.FEWEST_WITHOUT_NOISE),
        untrained=learned.doubt(softness=data.softness_all),
    )


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the explained variance as it is, and over the noise ceiling.

    The first one counts the temperatures whose ceiling is above `LEAST_CEILING` alone.
    """
    if not findings.snapshots:
        return [each.not_tested("no test snapshots") for each in (POOR, POOR_WITHOUT_NOISE, OURS)]
    constant = set(findings.constant)
    own = [name for name in findings.scores if name in MODELS_OF_SOURCE and name not in constant]
    others = [name for name in findings.scores if name not in {*MODELS_OF_SOURCE, *constant}]
    same = "a model that says the same of all particles"
    return [
        _claim(POOR, findings, own, EXPLAINED, findings.doubts),
        _claim(POOR_WITHOUT_NOISE, findings, own, OVER_CEILING, findings.doubts_without_noise),
        _claim(OURS, findings, others, EXPLAINED, findings.doubts),
        *(OF_CONSTANT.of(name).not_tested(same) for name in findings.constant),
    ]


def _claim(
    statement: Statement,
    findings: Findings,
    names: list[str],
    quantity: int,
    doubts: Mapping[float, str],
) -> Claim:
    if not names:
        return statement.not_tested("the study has no such models")
    # The ceiling is of the measured values, whatever the model.
    ceilings = {t: float(each[CEILING].value) for t, each in findings.scores[names[0]].items()}
    counted = [t for t, each in ceilings.items() if quantity != EXPLAINED or each > LEAST_CEILING]
    if not counted:
        known = ", ".join(f"{each:.2g} {learned.at(t)}" for t, each in ceilings.items())
        return statement.not_tested(f"noise ceiling is not above {LEAST_CEILING:g}: {known}")
    members, by_member = {}, {}
    for name in names:
        for t in counted:
            member = f"{name} {learned.at(t)}"
            members[member] = findings.scores[name][t][quantity]
            untrained = findings.untrained if name == SOFTNESS else ""
            by_member[member] = "; ".join(filter(None, [untrained, doubts[t]]))
    return statement.judge_every(members, by_member)


def table(findings: Findings) -> pd.DataFrame:
    """Explained variance of each model at each temperature, as it is and over the ceiling.

    Where the interval is unknown it is the whole one, from 0 to 1; where a value is, the row is
    left out.
    """
    rows = []
    for number, quantity in QUANTITIES.items():
        for t, snapshots in findings.snapshots.items():
            for name, by_temperature in findings.scores.items():
                found = by_temperature[t][number]
                labels = (quantity, t, name, snapshots, findings.events[t])
                rows.append((*labels, float(found.value), *map(float, found.interval())))
    columns = ["quantity", "temperature", "variable", "snapshots", "events_a_particle"]
    frame = pd.DataFrame(rows, columns=[*columns, "value", "low", "high"])
    frame = frame.dropna(subset=["value"]).reset_index(drop=True)
    return learned.with_full_intervals(frame)
