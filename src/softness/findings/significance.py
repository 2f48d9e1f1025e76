"""Statements that there is a response, judged by the corrected p of a test."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from softness.report.claims import (
    DECISIVE,
    INCONCLUSIVE,
    LEAST_REPLICAS,
    NOT_REPRODUCED,
    REPRODUCED,
    Claim,
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
class Significance(Statement):
    """A statement that there is a response, judged by the corrected p of sign flips.

    Attributes
    ----------
    sign
        Of the response that is claimed; 0 for any.
    """

    sign: int = 0

    @property
    def rule(self) -> str:
        """The rule as text."""
        signs = {1: " and the response positive", -1: " and the response negative"}
        return (
            f"corrected p below {LEVEL:g}{signs.get(self.sign, '')}; not reproduced if it is not, "
            f"though {NEGLIGIBLE:g} spreads would have been found"
        )

    def judge_p(self, name: str, test: SignificanceTest, replicas: int) -> Claim:
        """The verdict on one member; value is p, which has no interval."""
        verdict, note = self._verdict(test)
        doubt = "fewer than two replicas" if replicas < LEAST_REPLICAS else test.doubt
        if doubt or np.isnan(test.p):
            verdict, note = INCONCLUSIVE, doubt or "nothing could be tested"
        note = "; ".join(filter(None, [name, note]))
        return self._claim(test.p, float("nan"), float("nan"), verdict, note)

    def judge_every(self, members: Mapping[str, SignificanceTest], replicas: int) -> Claim:
        """The verdict on a statement about each of several members; the one that decides."""
        claims = [self.judge_p(name, test, replicas) for name, test in members.items()]
        worst = min(claims, key=lambda c: (DECISIVE.index(c.verdict), -np.nan_to_num(c.value)))
        return replace(worst, rule=f"every {self.rule}")

    def _verdict(self, test: SignificanceTest) -> tuple[str, str]:
        effect = f"effect {test.effect:.2g} spreads"
        if test.p < LEVEL and (not self.sign or test.effect * self.sign > 0):
            return REPRODUCED, effect
        if test.p < LEVEL:
            return NOT_REPRODUCED, f"{effect}, of the other sign"
        missed = "not found"
        if np.isfinite(test.detectable):
            missed += f"; {test.detectable:.2g} spreads would have been found"
        return (NOT_REPRODUCED if test.detectable < NEGLIGIBLE else INCONCLUSIVE), missed
