"""Figure 3.4: how much of the variance of the true logit p_r the models explain."""

from dataclasses import dataclass

import pandas as pd

from softness.findings import learned, regressed
from softness.findings.data import FigureData
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement

NUMBER = "3.4"
LARGEST = 0.5
QUANTITIES = {
    regressed.EXPLAINED: "explained variance",
    regressed.OVER_CEILING: "explained variance over the ceiling",
    regressed.CEILING: "noise ceiling",
}

POOR = Statement(
    figure=NUMBER,
    name="explained variance, every model at every temperature",
    claim="At every temperature models explain less than half of the variance of logit p_r",
    source="below 0.5",
    below=LARGEST,
)
POOR_WITHOUT_NOISE = Statement(
    figure=NUMBER,
    name="explained variance over the noise ceiling, best model",
    claim="Ours: the same for the variance that is not noise of the finite number of runs",
    source="none",
    below=LARGEST,
)


@dataclass(frozen=True)
class Findings:
    """Scores of all models.

    Attributes
    ----------
    scores
        (3,) explained variance, the same over the noise ceiling, and the ceiling, by the name of
        the model, then by temperature from cold to hot.
    snapshots, events
        Number of test snapshots, and mean events a particle, by temperature.
    replicas
        Fewest replicas of a temperature.
    doubt, doubt_without_noise
        Why scores cannot decide, as they are and over the ceiling; empty if they can.
    """

    scores: dict[str, dict[float, Estimate]]
    snapshots: dict[float, int]
    events: dict[float, float]
    replicas: int
    doubt: str
    doubt_without_noise: str


def compute(data: FigureData) -> Findings:
    """Scores of all models at all temperatures with test snapshots."""
    tested, fewest = regressed.tested(data), regressed.FEWEST_WITHOUT_NOISE
    return Findings(
        scores={
            name: {t: regressed.explained(data, NUMBER, each, name) for t, each in tested.items()}
            for name in regressed.names(data)
        },
        snapshots={t: len(each) for t, each in tested.items()},
        events={t: regressed.events_a_particle(each) for t, each in tested.items()},
        replicas=regressed.fewest_replicas(tested),
        doubt=regressed.doubt(data, tested.values()),
        doubt_without_noise=regressed.doubt(data, tested.values(), fewest=fewest),
    )


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the explained variance as it is, and over the noise ceiling.

    What is below a bound for the best model is so for every one, and every one is judged: the
    largest of several draws lies above the largest value.
    """
    if not findings.snapshots:
        return [each.not_tested("no test snapshots") for each in (POOR, POOR_WITHOUT_NOISE)]

    def claim(statement: Statement, quantity: int, doubt: str) -> Claim:
        members = {
            f"{name} {learned.at(t)}": findings.scores[name][t][quantity]
            for t in findings.snapshots
            for name in findings.scores
        }
        return learned.judged_all(statement, members, findings.replicas, doubt)

    return [
        claim(POOR, regressed.EXPLAINED, findings.doubt),
        claim(POOR_WITHOUT_NOISE, regressed.OVER_CEILING, findings.doubt_without_noise),
    ]


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
