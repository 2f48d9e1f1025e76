"""Claims of the source, and the verdict on each by a rule that is fixed before the run."""

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from softness.files.atomic import replacing
from softness.files.unreadable import RUN_AGAIN, unreadable
from softness.uncertainty import interval

REPRODUCED = "reproduced"
NOT_REPRODUCED = "not reproduced"
INCONCLUSIVE = "inconclusive"
NOT_TESTED = "not tested"
VERDICTS = (REPRODUCED, NOT_REPRODUCED, INCONCLUSIVE, NOT_TESTED)

# From the verdict that settles a claim about several values to the one that needs all of them.
DECISIVE = (NOT_REPRODUCED, INCONCLUSIVE, REPRODUCED)

LEAST_REPLICAS = 2
LEVEL = 0.95


@dataclass(frozen=True)
class Statement:
    """What the source says, and when it counts as reproduced.

    Attributes
    ----------
    figure
        Number of the figure or table.
    name
        Short name of the measured quantity.
    claim
        What the source says.
    source
        The source's value, as text.
    above, below
        The claim is reproduced when the 95 % interval lies between these bounds.
    """

    figure: str
    name: str
    claim: str
    source: str
    above: float = -math.inf
    below: float = math.inf

    @property
    def rule(self) -> str:
        """The rule as text."""
        parts = [f"above {self.above:g}"] if math.isfinite(self.above) else []
        parts += [f"below {self.below:g}"] if math.isfinite(self.below) else []
        return "95 % interval " + " and ".join(parts)

    def judge(
        self,
        value: float,
        draws: np.ndarray,
        replicas: int,
        doubt: str = "",
        level: float = LEVEL,
    ) -> "Claim":
        """The verdict on a measured value.

        Parameters
        ----------
        value
            The measured value.
        draws
            (draws,) bootstrap draws of it, from independent units.
        replicas
            Number of independent replicas behind it.
        doubt
            Why the value cannot decide, whatever its interval: the claim is then inconclusive.
        level
            Of the interval that must lie outside the bounds for the claim not to be reproduced.
        """
        low, high = interval(draws)
        if replicas < LEAST_REPLICAS:
            return self._claim(value, low, high, INCONCLUSIVE, "fewer than two replicas")
        if not np.isfinite([value, low, high]).all():
            note = doubt or "undefined in too many resamples"
            return self._claim(value, low, high, INCONCLUSIVE, note)
        if doubt:
            return self._claim(value, low, high, INCONCLUSIVE, doubt)
        if self._holds(low, high):
            return self._claim(value, low, high, REPRODUCED)
        fails = self._fails(*interval(draws, level))
        return self._claim(value, low, high, NOT_REPRODUCED if fails else INCONCLUSIVE)

    def judge_all(
        self,
        members: Mapping[str, tuple[float, np.ndarray]],
        replicas: int,
        doubt: str | Mapping[str, str] = "",
    ) -> "Claim":
        """The verdict on a statement about each of several measured values.

        Each value is judged by itself: draws of the largest of several values lie above the largest
        value, and those of the smallest below it, by as much as the values scatter. The claim is
        reproduced if every interval lies within the bounds. One of many intervals may lie outside
        by chance, so for *not reproduced* one of the level 1 - 0.05 / m must, with m members
        (Bonferroni). The row shows the member that decides: of the worst verdict the one whose
        interval has the least room within the bounds.

        Parameters
        ----------
        members
            Value and (draws,) draws by name, such as "at T = 1.8". One without a finite interval is
            inconclusive, and is shown only if no other of its verdict can be.
        replicas, doubt
            As for `judge`; they hold for all members, unless doubts are given by name.
        """
        level = 1 - (1 - LEVEL) / len(members)
        doubts = dict.fromkeys(members, doubt) if isinstance(doubt, str) else doubt
        judged = {
            name: self.judge(value, draws, replicas, doubts[name], level)
            for name, (value, draws) in members.items()
        }
        name, claim = min(judged.items(), key=lambda item: self._order(item[1]))
        note = f"{name}: {claim.note}" if claim.note else name
        return replace(claim, rule=f"every {self.rule}", note=note)

    def _order(self, claim: "Claim") -> tuple[int, float]:
        """Members are shown by verdict, then by the room between their interval and a bound."""
        room = min(claim.low - self.above, self.below - claim.high)
        return DECISIVE.index(claim.verdict), math.inf if math.isnan(room) else room

    def _holds(self, low: float, high: float) -> bool:
        return low > self.above and high < self.below

    def _fails(self, low: float, high: float) -> bool:
        return high <= self.above or low >= self.below

    def not_tested(self, reason: str) -> "Claim":
        """The verdict where the study lacks what the claim is about."""
        return self._claim(math.nan, math.nan, math.nan, NOT_TESTED, reason)

    def _claim(
        self, value: float, low: float, high: float, verdict: str, note: str = ""
    ) -> "Claim":
        return Claim(
            figure=self.figure,
            name=self.name,
            claim=self.claim,
            source=self.source,
            rule=self.rule,
            value=float(value),
            low=low,
            high=high,
            verdict=verdict,
            note=note,
        )


@dataclass(frozen=True)
class Inclusion(Statement):
    """A statement that a value is equal to an expected one.

    Any interval that is wide enough includes it, so it must be narrow as well: an interval that
    includes the value and is wider is inconclusive.

    Attributes
    ----------
    expected
        The value that the 95 % interval must include.
    half_width
        Half the width that the interval may have.
    """

    expected: float = 0.0
    half_width: float = math.inf

    @property
    def rule(self) -> str:
        """The rule as text."""
        narrow = f", half its width below {self.half_width:g}"
        return f"95 % interval includes {self.expected:g}" + (
            narrow if math.isfinite(self.half_width) else ""
        )

    def _holds(self, low: float, high: float) -> bool:
        return not self._fails(low, high) and (high - low) / 2 < self.half_width

    def _fails(self, low: float, high: float) -> bool:
        return not low <= self.expected <= high


@dataclass(frozen=True)
class Claim:
    """One row of the table of claims. Value and 95 % interval are nan where not measured."""

    figure: str
    name: str
    claim: str
    source: str
    rule: str
    value: float
    low: float
    high: float
    verdict: str
    note: str = ""


def write_claims(path: str | Path, claims: Sequence[Claim]) -> None:
    """Write claims as JSON; what was not measured is null."""
    rows = [
        {key: None if value != value else value for key, value in dataclasses.asdict(claim).items()}
        for claim in claims
    ]
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(rows, indent=1, allow_nan=False) + "\n")


def read_claims(paths: Iterable[str | Path]) -> list[Claim]:
    """Claims of several files, in order.

    Raises
    ------
    InputError
        If a file is no list of claims.
    """
    claims = []
    for path in paths:
        try:
            rows = json.loads(Path(path).read_text())
            for row in rows:
                numbers = {k: math.nan for k in ("value", "low", "high") if row[k] is None}
                claims.append(Claim(**{**row, **numbers}))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise unreadable(path, error, f"holds no claims ({error})", RUN_AGAIN) from error
    return claims
