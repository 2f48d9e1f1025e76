"""Figure 2.C: both tails of p_hop are needed to learn what matters for activated dynamics."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.files.records.learned import Accuracies
from softness.findings import learned
from softness.findings.data import FigureData
from softness.uncertainty import Estimate, combined
from softness.verdicts import Claim, Statement, above

NUMBER = "2.C"

CRUCIAL = 0.2
"""Part of the excess over chance whose loss makes a tail crucial; ours."""

WITHOUT_LOW_TAIL = Statement(
    figure=NUMBER,
    name="part of the excess over chance that is lost without the low tail",
    claim="Trained on the high tail against random moments, transfer is much worse",
    section="2.5",
    source="both tails are crucial; the appendix that shows it is missing",
    rule=above(CRUCIAL),
)
WITHOUT_HIGH_TAIL = Statement(
    figure=NUMBER,
    name="part of the excess over chance that is lost without the high tail",
    claim="Trained on the low tail against random moments, transfer is much worse",
    section="2.5",
    source="both tails are crucial; the appendix that shows it is missing",
    rule=above(CRUCIAL),
)

BOTH_TAILS, HIGH_TAIL, LOW_TAIL = "fluidity", "high_tail", "low_tail"

# Accuracies by the tails that a classifier was trained with, then by temperature of training.
ByTails = dict[str, dict[float, Estimate]]


@dataclass(frozen=True)
class Findings:
    """Accuracies with a bias chosen on other replicas than they are judged on.

    Attributes
    ----------
    transfer_temperature
        Of the transfer set, in eps_AA / k_B.
    transfer, extremes
        On the transfer set, and on the extremes of the temperature of training; of classifiers that
        the study has.
    losses
        What one tail alone loses on the transfer set of the excess over chance of both, mean over
        temperatures of both, by this tail; only if the study has it at all temperatures.
    doubt
        Which sets of samples are incomplete.
    """

    transfer_temperature: float
    transfer: ByTails
    extremes: ByTails
    losses: dict[str, Estimate]
    doubt: str


def compute(data: FigureData) -> Findings:
    """Accuracies of all classifiers, and what one tail alone loses."""
    cold = data.transfer[0]
    own = {float(each.temperature): each for each in data.extremes}
    transfer = _accuracies(data, dict.fromkeys(own, cold))
    both = transfer[BOTH_TAILS]
    return Findings(
        transfer_temperature=float(cold.temperature),
        transfer=transfer,
        extremes=_accuracies(data, own),
        losses={
            tail: _lost([both[t] for t in own], [transfer[tail][t] for t in own])
            for tail in (HIGH_TAIL, LOW_TAIL)
            if len(transfer[tail]) == len(own)
        },
        doubt=learned.doubt(fluidity=data.fluidity, sets=[cold]),
    )


def _lost(both: list[Estimate], one: list[Estimate]) -> Estimate:
    """Part of the mean excess over chance of both tails that one alone does not have."""
    whole, part = combined(np.mean, both), combined(np.mean, one)
    return (whole - part) / whole.map(lambda accuracy: accuracy - learned.CHANCE)


def _accuracies(data: FigureData, sets: dict[float, Accuracies]) -> ByTails:
    """Accuracies on a set for each temperature of training."""
    return {
        tails: {
            temperature: learned.held_out_accuracy(data, NUMBER, each, f"{tails}_{temperature:g}")
            for temperature, each in sets.items()
            if f"{tails}_{temperature:g}" in learned.names_of(each)
        }
        for tails in (BOTH_TAILS, HIGH_TAIL, LOW_TAIL)
    }


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on what each tail alone loses on activated dynamics."""
    return [
        statement.judge(findings.losses[tail], findings.doubt)
        if tail in findings.losses
        else statement.not_tested("the study has no classifier of this tail alone")
        for statement, tail in ((WITHOUT_LOW_TAIL, HIGH_TAIL), (WITHOUT_HIGH_TAIL, LOW_TAIL))
    ]


def table(findings: Findings) -> pd.DataFrame:
    """Accuracy of each classifier on the transfer set and on the extremes of its temperature.

    ``temperature`` is that of the training, ``set_temperature`` that of the labelled set.
    """
    rows = []
    for temperature in findings.extremes[BOTH_TAILS]:
        cold = findings.transfer_temperature
        for set_temperature, sets in ((cold, findings.transfer), (temperature, findings.extremes)):
            rows += [
                _row(temperature, tails, set_temperature, accuracies[temperature])
                for tails, accuracies in sets.items()
                if temperature in accuracies
            ]
    return learned.with_full_intervals(pd.DataFrame(rows))


def _row(temperature: float, tails: str, set_temperature: float, accuracy: Estimate) -> dict:
    low, high = accuracy.interval()
    return {
        "temperature": temperature,
        "tails": tails,
        "set_temperature": set_temperature,
        "accuracy": float(accuracy.value),
        "low": float(low),
        "high": float(high),
    }
