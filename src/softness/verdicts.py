"""Statements of the dissertation and of ours, rules that judge them, and verdicts."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from softness.uncertainty import LEVEL, Estimate

REPRODUCED = "reproduced"
NOT_REPRODUCED = "not reproduced"
INCONCLUSIVE = "inconclusive"
NOT_TESTED = "not tested"
VERDICTS = (REPRODUCED, NOT_REPRODUCED, INCONCLUSIVE, NOT_TESTED)

# From the verdict that settles a claim about several values to the one that needs all of them.
DECISIVE = (NOT_REPRODUCED, INCONCLUSIVE, REPRODUCED)

FEWEST_REPLICAS = 2

HOLM = "one lies wholly outside after Holm's correction"


@dataclass(frozen=True)
class Rule:
    """The values at which a statement holds.

    It is reproduced if the whole 95 % interval lies among them, not reproduced if the whole
    interval lies outside, and inconclusive otherwise: a precise value near the expected one
    counts for it, a vague one never does.

    Attributes
    ----------
    above, below
        Bounds of these values.
    """

    above: float = -math.inf
    below: float = math.inf

    @property
    def region(self) -> str:
        """These values as text."""
        if math.isinf(self.below):
            return f"above {self.above:g}"
        if math.isinf(self.above):
            return f"below {self.below:g}"
        return f"between {self.above:g} and {self.below:g}"

    @property
    def sentence(self) -> str:
        """The rule as text."""
        return f"the 95 % interval lies {self.region}"

    def verdict(self, low: float, high: float) -> str:
        """Of an interval."""
        if low > self.above and high < self.below:
            return REPRODUCED
        return NOT_REPRODUCED if high <= self.above or low >= self.below else INCONCLUSIVE

    def room(self, low: float, high: float) -> float:
        """Distance from an interval to the nearer bound; negative outside."""
        room = min(low - self.above, self.below - high)
        return math.inf if math.isnan(room) else room

    def p_of_failure(self, estimate: Estimate) -> float:
        """Two-sided p of a true value within the bounds; 1 where it is within, or unknown."""
        beyond = self.above if estimate.value < self.above else self.below
        within = self.above <= estimate.value <= self.below
        p = 1.0 if within else estimate.p_of(beyond)
        return 1.0 if math.isnan(p) else p


def above(bound: float) -> Rule:
    """The value is larger than a bound."""
    return Rule(above=bound)


def below(bound: float) -> Rule:
    """The value is smaller than a bound."""
    return Rule(below=bound)


def between(low: float, high: float) -> Rule:
    """The value lies between two bounds."""
    return Rule(low, high)


@dataclass(frozen=True)
class Equivalence(Rule):
    """A value that is equal to an expected one, up to what would matter."""

    @property
    def region(self) -> str:
        """The allowed values as text."""
        middle, margin = (self.above + self.below) / 2, (self.below - self.above) / 2
        return f"within {middle:.6g} ± {margin:.6g}"


def equal(value: float, margin: float) -> Rule:
    """The value differs by less than a margin from an expected one."""
    return Equivalence(value - margin, value + margin)


SAME_SLOPE = between(0.8, 1.25)
"""Of a ratio of slopes: the same."""


@dataclass(frozen=True)
class Every(Rule):
    """Several values of which each has to hold (intersection-union test).

    Nothing is corrected where each holds. One of many true ones may lie outside by chance, so that
    one has to lie outside after Holm's correction for *not reproduced*.

    Attributes
    ----------
    each
        Rule of each value.
    """

    each: Rule = field(default_factory=Rule)

    @property
    def sentence(self) -> str:
        """The rule as text."""
        return f"each 95 % interval lies {self.each.region}; not reproduced if {HOLM}"


def every(rule: Rule) -> Rule:
    """Each of several values obeys a rule of one."""
    return Every(rule.above, rule.below, rule)


@dataclass(frozen=True)
class Trend(Rule):
    """A value that grows along a series: its slope is positive.

    It is not reproduced either where a single step goes back significantly, after Holm's
    correction for the number of steps.
    """

    above: float = 0.0

    @property
    def sentence(self) -> str:
        """The rule as text."""
        return (
            "the 95 % interval of the slope along the series lies above 0; not reproduced if it "
            "lies below, or a step goes back after Holm's correction"
        )


@dataclass(frozen=True)
class Statement:
    """What is said, where, and when it counts as reproduced.

    Attributes
    ----------
    figure
        Number of the figure or table.
    name
        Short name of the measured quantity.
    claim
        What is said, in words of our own.
    section
        Where the dissertation says it; empty for a statement of ours.
    source
        The value that the dissertation gives, as text.
    rule
        Fixed before a run.
    of_liquid
        Whether it is about numbers of the dissertation's liquid, and says nothing of another one.
    """

    figure: str
    name: str
    claim: str
    section: str
    source: str
    rule: Rule
    of_liquid: bool = False

    def of(self, name: str) -> "Statement":
        """The same of one of several things: its name stands for ``{}`` in the quantity's name."""
        return replace(self, name=self.name.format(name))

    def judge(self, estimate: Estimate, doubt: str = "") -> "Claim":
        """The verdict on a measured value.

        Parameters
        ----------
        estimate
            () value, with resamples of independent units.
        doubt
            Why the value cannot decide, whatever its interval: the claim is then inconclusive.
        """
        low, high = (float(end) for end in estimate.interval())
        claim = self._claim(float(estimate.value), low, high, INCONCLUSIVE, str(estimate.units))
        claim = replace(claim, resolution=estimate.resolution())
        if estimate.units.replicas < FEWEST_REPLICAS:
            return replace(claim, doubt="fewer than two replicas")
        if doubt:
            return replace(claim, doubt=doubt)
        if not all(map(math.isfinite, (claim.value, low, high))):
            return replace(claim, doubt="undefined in too many resamples")
        return replace(claim, verdict=self.rule.verdict(low, high))

    def judge_every(
        self, members: Mapping[str, Estimate], doubt: str | Mapping[str, str] = ""
    ) -> "Claim":
        """The verdict on each of several measured values; see `Every`.

        Each value is judged by itself: resamples of the largest of several values lie above the
        largest value, and those of the smallest below it, by as much as the values scatter. The row
        shows the member that decides: of the worst verdict the one whose interval has the least
        room within the bounds.

        Parameters
        ----------
        members
            Estimates by name, such as "at T = 1.8". One without a finite interval is inconclusive,
            and is shown only if no other of its verdict can be.
        doubt
            As for `judge`, of all members, or of each by name.
        """
        doubts = dict.fromkeys(members, doubt) if isinstance(doubt, str) else doubt
        judged = {name: self.judge(each, doubts[name]) for name, each in members.items()}
        for name, claim in judged.items():
            if claim.verdict == NOT_REPRODUCED:
                fails = self.rule.p_of_failure(members[name]) * len(members) < 1 - LEVEL
                judged[name] = replace(claim, verdict=NOT_REPRODUCED if fails else INCONCLUSIVE)
        name, claim = min(judged.items(), key=lambda item: self._order(item[1]))
        return replace(claim, note=name)

    def judge_trend(
        self, slope: Estimate, steps: Mapping[str, Estimate], doubt: str = ""
    ) -> "Claim":
        """The verdict on a series that grows; see `Trend`.

        Parameters
        ----------
        slope
            () along the series, positive if it grows.
        steps
            () from each value to the next one, by name.
        doubt
            As for `judge`.
        """
        claim = self.judge(slope, doubt)
        if claim.doubt:
            return claim
        p = {name: self.rule.p_of_failure(step) for name, step in steps.items()}
        name = min(p, key=p.__getitem__)
        if p[name] * len(p) < 1 - LEVEL:
            value = float(steps[name].value)
            return replace(claim, verdict=NOT_REPRODUCED, note=f"goes back {name}: {value:.3g}")
        return claim

    def not_tested(self, reason: str) -> "Claim":
        """The verdict where the study lacks what the claim is about."""
        return self._claim(math.nan, math.nan, math.nan, NOT_TESTED, note=reason)

    def _order(self, claim: "Claim") -> tuple[int, float]:
        return DECISIVE.index(claim.verdict), self.rule.room(claim.low, claim.high)

    def _claim(
        self,
        value: float,
        low: float,
        high: float,
        verdict: str,
        units: str = "",
        note: str = "",
    ) -> "Claim":
        return Claim(
            figure=self.figure,
            name=self.name,
            claim=self.claim,
            origin=f"Section {self.section}" if self.section else "ours",
            source=self.source,
            rule=self.rule.sentence,
            above=self.rule.above if math.isfinite(self.rule.above) else math.nan,
            below=self.rule.below if math.isfinite(self.rule.below) else math.nan,
            value=value,
            low=low,
            high=high,
            units=units,
            verdict=verdict,
            note=note,
            of_liquid=self.of_liquid,
        )


@dataclass(frozen=True)
class Claim:
    """One row of the table of claims. Value and 95 % interval are nan where not measured.

    Attributes
    ----------
    origin
        Section of the dissertation, or "ours".
    units
        Independent units that were resampled, and their number.
    above, below
        Bounds of the rule; nan for none.
    of_liquid
        Whether it is about numbers of the dissertation's liquid.
    resolution
        Distance from a bound at which a true value would be told from it in four of five studies of
        this size.
    note
        Member that decides, or why the claim is not tested.
    doubt
        Why the value cannot decide; empty if it can.
    """

    figure: str
    name: str
    claim: str
    origin: str
    source: str
    rule: str
    value: float
    low: float
    high: float
    units: str
    verdict: str
    note: str = ""
    doubt: str = ""
    resolution: float = math.nan
    above: float = math.nan
    below: float = math.nan
    of_liquid: bool = False

    def of_another_liquid(self) -> "Claim":
        """The same of another liquid, of which the dissertation's numbers say nothing."""
        if not self.of_liquid or self.verdict == NOT_TESTED:
            return self
        reason = "about the dissertation's liquid: trajectories.same_liquid is false"
        return replace(self, verdict=NOT_TESTED, note=reason, doubt="")
