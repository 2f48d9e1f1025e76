"""What keeps a claim from being decided, and roughly what it would take."""

import math
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from softness.findings.doubts import SNAPSHOTS
from softness.verdicts import INCONCLUSIVE, Claim

FAR = 1000
"""Times the units beyond which a value lies on its bound, as far as one can tell."""


class Preset(NamedTuple):
    """How many times as much as a study another one runs of what its errors come from.

    Attributes
    ----------
    name
        Of the other study.
    snapshots
        Of all replicas together: of regression, of cycles or of inherent states, whichever is less.
    time
        Of particles, replicas and production together, at the temperatures where barriers are
        fitted.
    """

    name: str
    snapshots: float
    time: float


def presets_beside(config: Mapping[str, Any], others: Iterable[Mapping[str, Any]]) -> list[Preset]:
    """Other studies beside one, the smallest first.

    Parameters
    ----------
    config
        Complete configuration of a study with simulations.
    others
        The same of others.
    """
    found = [
        Preset(
            other["study"],
            min(theirs / own for theirs, own in _snapshots(other, config)),
            _time(other) / _time(config),
        )
        for other in others
    ]
    return sorted(found, key=operator.attrgetter("time"))


def _snapshots(*configs: Mapping[str, Any]) -> Iterator[tuple[int, ...]]:
    """Of regression, cycles and inherent states: of all replicas, in each configuration."""
    for block in (_regressed, operator.itemgetter("cycle"), operator.itemgetter("inherent")):
        yield tuple(config["replicas"] * block(config)["snapshots"] for config in configs)


def _regressed(config: Mapping[str, Any]) -> Mapping[str, Any]:
    ensembles = config["isoconfigurational"]["ensembles"]
    trained = config["roles"]["regression"]
    return next(each for each in ensembles if each["temperature"] == trained)


def _time(config: Mapping[str, Any]) -> float:
    fitted = config["roles"]["barrier_fit"]["below"]
    each = [row["production"] for row in config["temperatures"] if row["temperature"] < fitted]
    return config["replicas"] * config["liquid"]["particles"] * sum(each)


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
    told = f"{found} About {max(float(f'{times:.2g}'), 1.1):g} times as many would decide"
    of = operator.attrgetter("snapshots" if SNAPSHOTS in claim.units else "time")
    amounts = {preset.name: of(preset) for preset in presets}
    larger = {name: amount for name, amount in amounts.items() if amount > 1}
    if not larger:
        return f"{told}."
    enough = (name for name, amount in larger.items() if amount >= times)
    name = next(enough, max(larger, key=larger.__getitem__))
    has = f"the preset {name} has {larger[name]:.2g} times as many"
    return f"{told}: {has}." if larger[name] >= times else f"{told}, more than any preset: {has}."


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
