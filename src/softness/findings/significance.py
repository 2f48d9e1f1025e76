"""Statements that there is a response, judged by the corrected p of a test."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from softness.uncertainty import Units
from softness.verdicts import (
    DECISIVE,
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
"""In units of the spread of softness: where nothing is found though this would have been, the
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
        Mean response where it is significant, else over all tested times, in spreads.
    detectable
        Effect that would have been found with a power of 80 %, in spreads.
    doubt
        Why it cannot decide; empty if it can.
    """

    p: float
    effect: float = float("nan")
    detectable: float = float("nan")
    doubt: str = ""


@dataclass(frozen=True)
class Significant(Rule):
    """There is a response, by the corrected p of sign flips.

    Attributes
    ----------
    sign
        Of the response that is claimed; 0 for any.
    """

    sign: int = 0

    @property
    def sentence(self) -> str:
        """The rule as text."""
        signs = {1: " and the response is positive", -1: " and the response is negative"}
        return (
            f"corrected p is below {LEVEL:g}{signs.get(self.sign, '')}; not reproduced if it is "
            f"not, though {NEGLIGIBLE:g} standard deviations would have been found"
        )

    def judged(self, test: SignificanceTest) -> tuple[str, str]:
        """The verdict, and what was found."""
        effect = f"effect {test.effect:.2g} standard deviations"
        if test.p < LEVEL and (not self.sign or test.effect * self.sign > 0):
            return REPRODUCED, effect
        if test.p < LEVEL:
            return NOT_REPRODUCED, f"{effect}, of the other sign"
        missed = "not found"
        if np.isfinite(test.detectable):
            missed += f"; {test.detectable:.2g} standard deviations would have been found"
        return (NOT_REPRODUCED if test.detectable < NEGLIGIBLE else INCONCLUSIVE), missed


def judge_test(statement: Statement, name: str, test: SignificanceTest, units: Units) -> Claim:
    """The verdict on one member; value is p, which has no interval.

    Parameters
    ----------
    statement
        With a rule that is `Significant`.
    name
        Of the member.
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


def judge_every_test(
    statement: Statement, members: Mapping[str, SignificanceTest], units: Units
) -> Claim:
    """The verdict on a statement about each of several members; the one that decides."""
    claims = [judge_test(statement, name, test, units) for name, test in members.items()]
    worst = min(claims, key=lambda c: (DECISIVE.index(c.verdict), -np.nan_to_num(c.value)))
    return replace(worst, rule=f"for each bin, {worst.rule}")
