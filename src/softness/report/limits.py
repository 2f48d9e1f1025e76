"""What keeps a claim from being decided, and roughly what it would take."""

import math
import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from softness.findings.doubts import SNAPSHOTS
from softness.verdicts import INCONCLUSIVE, Claim

OF_CYCLES, OF_INHERENT = ("4.4", "4.N"), ("3.8", "5.1")
"""Figures whose snapshots start thermal cycles, or runs to inherent states; others, ensembles."""

FAR = 1000
"""Times the units beyond which a value lies on its bound, as far as one can tell."""


class Preset(NamedTuple):
    """How many times as much as a study another one runs of what its errors come from.

    Attributes
    ----------
    name
        Of the other study.
    time
        Of particles times replicas times production, at the temperatures of the barrier fit.
    regression, cycle, inherent
        Of snapshots of all replicas: of regression, of thermal cycles and of inherent states.
    """

    name: str
    time: float
    regression: float
    cycle: float
    inherent: float

    def times(self, claim: Claim) -> float:
        """Of what the errors of a claim come from."""
        if not claim.units.partition(" of ")[0].endswith(SNAPSHOTS):
            return self.time
        if claim.figure in OF_INHERENT:
            return self.inherent
        return self.cycle if claim.figure in OF_CYCLES else self.regression


def presets_beside(config: Mapping[str, Any], others: Iterable[Mapping[str, Any]]) -> list[Preset]:
    """Other studies of the same liquid, the smallest first.

    Parameters
    ----------
    config
        Complete configuration of a study with simulations.
    others
        The same of others.
    """
    own = _amounts(config)
    found = [
        Preset(
            other["study"],
            *(theirs / ours for theirs, ours in zip(_amounts(other), own, strict=True)),
        )
        for other in others
        if "trajectories" not in other and _liquid(other) == _liquid(config)
    ]
    return sorted(found, key=operator.attrgetter("time"))


def _liquid(config: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config["liquid"].items() if key != "particles"}


def _amounts(config: Mapping[str, Any]) -> tuple[float, ...]:
    """In the order of `Preset`."""
    roles, replicas = config["roles"], config["replicas"]
    production = sum(
        row["production"]
        for row in config["temperatures"]
        if row["temperature"] < roles["barrier_fit"]["below"]
    )
    ensembles = config["isoconfigurational"]["ensembles"]
    regressed = next(each for each in ensembles if each["temperature"] == roles["regression"])
    snapshots = (block["snapshots"] for block in (regressed, config["cycle"], config["inherent"]))
    return (
        replicas * config["liquid"]["particles"] * production,
        *(replicas * number for number in snapshots),
    )


def limit(claim: Claim, presets: Sequence[Preset] = ()) -> str:
    """Why a claim is inconclusive, in a few sentences; empty if it is not.

    Parameters
    ----------
    claim
        Of a study.
    presets
        Beside it, the smallest first.
    """
    if claim.verdict != INCONCLUSIVE:
        return ""
    if claim.doubt:
        return f"Limited by a doubt, whatever the interval: {claim.doubt}."
    if math.isnan(claim.above) and math.isnan(claim.below):
        return f"Limited by {claim.units}: what matters would not have been found with so few."
    distance = distance_to_bound(claim)
    if math.isnan(distance):
        return (
            "Its interval lies outside the bounds, which one of several intervals may do by chance "
            "(Holm's correction)."
        )
    found = (
        f"Limited by {claim.units}: they tell values from a bound that lie {claim.resolution:.2g} "
        f"away, and this one lies {distance:.2g} away."
    )
    times = times_the_units(claim)
    if times > FAR:
        return f"{found} It lies on the bound: more units would hardly decide."
    needed = max(_rounded(times), 1.1)
    told = f"{found} About {needed:g} times as many would decide"
    larger = {preset.name: _rounded(preset.times(claim)) for preset in presets}
    larger = {name: amount for name, amount in larger.items() if amount > 1}
    if not larger:
        return f"{told}."
    enough = (name for name, amount in larger.items() if amount >= needed)
    name = next(enough, max(larger, key=larger.__getitem__))
    runs = f"the preset {name} runs {larger[name]:g} times as much"
    return (
        f"{told}; {runs}." if larger[name] >= needed else f"{told}, more than any preset; {runs}."
    )


def _rounded(number: float) -> float:
    """To two digits, as it is shown."""
    return float(f"{number:.2g}")


def times_the_units(claim: Claim) -> float:
    """How many times the independent units an interval needs to leave the bounds it includes.

    Its half width falls with the square root of their number, and has to become smaller than the
    distance from the value to the bound. A rough number: the value itself will move, and where
    there are few units, Student's quantiles fall as well.

    Returns
    -------
    float
        (half width / distance)^2; nan where the interval includes no bound.
    """
    distance, half = distance_to_bound(claim), (claim.high - claim.low) / 2
    return (half / distance) ** 2 if distance else math.inf


def distance_to_bound(claim: Claim) -> float:
    """From the value to the nearest bound that its interval includes; nan if it includes none."""
    included = [bound for bound in (claim.above, claim.below) if claim.low < bound < claim.high]
    return min((abs(claim.value - bound) for bound in included), default=math.nan)
