"""Claims of the source, and the verdict on each by a rule that is fixed before the run."""

import dataclasses
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from softness.errors import InputError
from softness.files.atomic import replacing
from softness.uncertainty import interval

REPRODUCED = "reproduced"
NOT_REPRODUCED = "not reproduced"
INCONCLUSIVE = "inconclusive"
NOT_TESTED = "not tested"
VERDICTS = (REPRODUCED, NOT_REPRODUCED, INCONCLUSIVE, NOT_TESTED)

LEAST_REPLICAS = 2


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

    def judge(self, value: float, draws: np.ndarray, replicas: int, doubt: str = "") -> "Claim":
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
        """
        low, high = interval(draws)
        if replicas < LEAST_REPLICAS:
            return self._claim(value, low, high, INCONCLUSIVE, "fewer than two replicas")
        if not np.isfinite([value, low, high]).all():
            note = doubt or "undefined in too many resamples"
            return self._claim(value, low, high, INCONCLUSIVE, note)
        if doubt:
            return self._claim(value, low, high, INCONCLUSIVE, doubt)
        return self._claim(value, low, high, self._verdict(low, high))

    def _verdict(self, low: float, high: float) -> str:
        if low > self.above and high < self.below:
            return REPRODUCED
        if high <= self.above or low >= self.below:
            return NOT_REPRODUCED
        return INCONCLUSIVE

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

    def _verdict(self, low: float, high: float) -> str:
        if not low <= self.expected <= high:
            return NOT_REPRODUCED
        return REPRODUCED if (high - low) / 2 < self.half_width else INCONCLUSIVE


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
            raise InputError(f"{path}: holds no claims ({error}): delete it, run again") from error
    return claims
