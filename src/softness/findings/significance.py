"""Statements that there is a response, judged by the corrected p of a test."""

from dataclasses import dataclass, replace

import numpy as np

from softness.uncertainty import Units
from softness.verdicts import (
    FEWEST_REPLICAS,
    INCONCLUSIVE,
    NOT_REPRODUCED,
    REPRODUCED,
    Claim,
    Rule,
    Statement,
)

LEVEL = 0.05

NEGLIGIBLE = 0.02
"""In standard deviations of softness: where nothing is found though this would have been, the
effect is taken not to be there; else the test is inconclusive. The mean of softness moves by about
0.13 from T = 0.50 to 0.56, and a pulse does a part of that."""


@dataclass(frozen=True)
class SignificanceTest:
    """What a test says of one member of a claim.

    Attributes
    ----------
    p
        Corrected p; nan if nothing was tested.
    effect
        Mean response where it is significant, else over all tested times, in standard deviations.
    detectable
        Effect that would have been found with a power of 80 %, in standard deviations.
    doubt
        Why it cannot decide; empty if it can.
    """

    p: float
    effect: float = float("nan")
    detectable: float = float("nan")
    doubt: str = ""


@dataclass(frozen=True)
class Significant(Rule):
    """There is a response, by the corrected p of sign flips."""

    @property
    def sentence(self) -> str:
        """The rule as text."""
        return (
            f"corrected p is below {LEVEL:g}; not reproduced if it is not, though "
            f"{NEGLIGIBLE:g} standard deviations would have been found"
        )

    def judged(self, test: SignificanceTest) -> tuple[str, str]:
        """The verdict, and what was found."""
        if test.p < LEVEL:
            return REPRODUCED, f"effect {test.effect:.2g} standard deviations"
        missed = "not found"
        if np.isfinite(test.detectable):
            missed += f"; {test.detectable:.2g} standard deviations would have been found"
        return (NOT_REPRODUCED if test.detectable < NEGLIGIBLE else INCONCLUSIVE), missed


def judge_test(statement: Statement, name: str, test: SignificanceTest, units: Units) -> Claim:
    """The verdict on what a test says; value is p, which has no interval.

    Parameters
    ----------
    statement
        With a rule that is `Significant`.
    name
        Of what was tested.
    test, units
        What the test says, and of how many independent units.
    """
    verdict, note = statement.rule.judged(test)
    doubt = "fewer than two replicas" if units.replicas < FEWEST_REPLICAS else test.doubt
    if doubt or np.isnan(test.p):
        verdict, note, doubt = INCONCLUSIVE, "", doubt or "nothing could be tested"
    note = "; ".join(filter(None, [name, note]))
    claim = statement.not_tested(note)
    return replace(claim, value=test.p, units=str(units), verdict=verdict, doubt=doubt)
