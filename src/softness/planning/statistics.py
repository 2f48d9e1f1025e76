"""What the parts of a study contribute: events, independent units, the width of intervals."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from softness.planning.sizes import rearranging_share
from softness.study import Study
from softness.uncertainty import ENOUGH_REPLICAS

PARTS = {
    "thermal": "production time",
    "equilibrate": "equilibration time",
    "equilibrate_seed": "equilibration time",
    "isoconfigurational": "isoconfigurational runs",
    "inherent_propensity": "quenched runs",
    "quench": "quenched frames",
    "cage": "runs of cages",
    "cycle": "snapshots that go through cycles",
    "control": "snapshots that go through cycles",
}
"""What a user may halve of each rule of simulation."""

REPLICAS = "replicas"
ROOT_TWO = f"{math.sqrt(2):.2f}"


@dataclass(frozen=True)
class Events:
    """Expected events of a particle in all runs of one snapshot.

    Attributes
    ----------
    temperature
        Of the ensemble.
    runs
        Of a snapshot.
    probability
        That a run counts: a guess, or scaled to what the user gave.
    """

    temperature: float
    runs: int
    probability: float

    @property
    def events(self) -> float:
        """Runs that count, in the mean."""
        return self.runs * self.probability

    @property
    def without(self) -> float:
        """Fraction of particles without any event, if all had the mean probability."""
        return (1 - self.probability) ** self.runs


def expected_events(study: Study, probability: float | None = None) -> list[Events]:
    """Expected events of a particle at each temperature of the ensembles, from cold to hot.

    Parameters
    ----------
    study
        The study.
    probability
        At the coldest of these temperatures; the Arrhenius guess of the others is scaled alike. If
        not given, the guess itself (`softness.planning.sizes.rearranging_share`).
    """
    ordered = study.ensembles
    label = study.config["regression"]["label"]
    guesses = [rearranging_share(each["temperature"], label) for each in ordered]
    factor = 1.0 if probability is None or not guesses else probability / guesses[0]
    return [
        Events(each["temperature"], each["runs"], min(guess * factor, 1.0))
        for each, guess in zip(ordered, guesses, strict=True)
    ]


def parts_of(rules: Iterable[str]) -> list[str]:
    """What may be halved in a study with these rules of simulation; replicas last."""
    return [*dict.fromkeys(PARTS.get(rule, f"runs of {rule}") for rule in rules), REPLICAS]


def width_factor(part: str, replicas: int) -> float:
    """Factor on the width of the intervals if a part is halved: 1/sqrt of independent units.

    Infinite where fewer than two units are left.

    Parameters
    ----------
    part
        Of `parts_of`.
    replicas
        Of the study.
    """
    if part == "equilibration time":
        return 1.0
    if part == REPLICAS:
        left = replicas // 2
        return math.sqrt(replicas / left) if left >= 2 else math.inf
    return math.sqrt(2)


def consequence(part: str, replicas: int) -> str:
    """What halving a part does to the statistics, in one sentence.

    Parameters
    ----------
    part, replicas
        As in `width_factor`.
    """
    if part == "production time" and replicas < ENOUGH_REPLICAS:
        return f"half the time blocks, which are the units: intervals {ROOT_TWO} times as wide"
    if part == "production time":
        return (
            f"half the events of each replica: intervals up to {ROOT_TWO} times as wide, less "
            "where replicas differ by more than their noise"
        )
    if part == "equilibration time":
        return "the same statistics, but weaker evidence of equilibrium: not if it is weak already"
    if part == REPLICAS:
        if replicas // 2 < 2:
            return "fewer than two replicas are left: every verdict becomes inconclusive"
        factor = width_factor(part, replicas)
        return f"{replicas // 2} of {replicas} units: intervals {factor:.2f} times as wide"
    if part == "isoconfigurational runs":
        return (
            f"half the events of each particle, noise of its probability {ROOT_TWO} times as "
            "large; snapshots and replicas, the units of the intervals, stay"
        )
    if part.startswith("snapshots"):
        return f"half the units: intervals {ROOT_TWO} times as wide; none below six"
    return f"half the events: intervals up to {ROOT_TWO} times as wide"
