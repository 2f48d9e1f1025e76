"""What keeps a claim from being decided, and roughly what it would take."""

import math

from softness.verdicts import INCONCLUSIVE, Claim

FAR = 1000
"""Times the units beyond which a value lies on its bound, as far as one can tell."""


def limit(claim: Claim) -> str:
    """Why a claim is inconclusive, in a sentence or three; empty if it is not."""
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
    return f"{found} About {max(float(f'{times:.2g}'), 1.1):g} times as many would decide."


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
