"""Figure 3.6: features that average over neighbours do not explain more of the dynamics."""

from dataclasses import dataclass

import pandas as pd

from softness.findings import barrier_curves as curves
from softness.findings import learned, regressed
from softness.findings.barrier_curves import BarrierCurves
from softness.findings.data import FigureData
from softness.findings.regressed import EXPLAINED, SVR, SVR_FIRST, SVR_SECOND
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement

NUMBER = "3.6"
HIGHER = (SVR_FIRST, SVR_SECOND)

NO_GAIN = Statement(
    figure=NUMBER,
    name="explained variance with higher orders minus that without, at every temperature",
    claim="Features of higher order do not explain more of the variance of logit p_r",
    source="does not improve, no value given",
    below=0.03,
)
FLATTER = Statement(
    figure=NUMBER,
    name="slope of Delta E with orders 0 to 2 over that with order 0",
    claim="With features of higher order barriers vary less with x",
    source="less strongly, no value given",
    # A model that learned nothing has a slope of 0.
    above=0.5,
    below=1.0,
)


@dataclass(frozen=True)
class Findings:
    """Barriers and explained variance with and without features of higher order.

    Attributes
    ----------
    barriers
        Curves, SVR without higher orders first.
    scores
        Explained variance by the name of the model, then by temperature from cold to hot.
    replicas
        Fewest replicas of a temperature.
    doubt
        Why scores cannot decide; empty if they can.
    """

    barriers: BarrierCurves
    scores: dict[str, dict[float, Estimate]]
    replicas: int
    doubt: str


def compute(data: FigureData) -> Findings:
    """Barriers, and explained variance at each temperature where a model has predictions."""
    tested, names = regressed.tested(data), (SVR, *HIGHER)
    doubt = regressed.doubt_of_barriers(data, softness=False)
    scores = {
        name: {
            t: regressed.explained(data, NUMBER, snapshots, name)[EXPLAINED]
            for t, snapshots in tested.items()
            if name in snapshots[0].predicted
        }
        for name in names
    }
    return Findings(
        barriers=curves.curves_of(data.predicted_barriers[0], names, doubt),
        scores={name: found for name, found in scores.items() if found},
        replicas=regressed.fewest_replicas(tested),
        doubt=regressed.doubt(data, tested.values(), softness=False),
    )


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on what higher orders add to the explained variance, and on slopes."""
    fits, doubt = findings.barriers.table, findings.barriers.doubt
    return [
        _gain_claim(findings),
        curves.claim_on_one(FLATTER, fits, SVR_SECOND, curves.ENERGY, curves.slope, SVR, doubt),
    ]


def _gain_claim(findings: Findings) -> Claim:
    plain = findings.scores.get(SVR, {})
    gains = {
        f"{name} {learned.at(temperature)}": found - plain[temperature]
        for name in HIGHER
        for temperature, found in findings.scores.get(name, {}).items()
        if temperature in plain
    }
    if not gains:
        return NO_GAIN.not_tested("needs SVR with and without higher orders, and test snapshots")
    return learned.judged_all(NO_GAIN, gains, findings.replicas, findings.doubt)


def table(findings: Findings) -> pd.DataFrame:
    """A row for each number: ``quantity``, ``variable``, ``place``, ``value``, ``low``, ``high``.

    ``place`` is x for barriers and entropies, the temperature for the explained variance. Intervals
    of barriers hold the common level of all bins; what has none is left out.
    """
    found = curves.frame(findings.barriers)
    parts = [_long(found, quantity) for quantity in curves.QUANTITIES if not found.empty]
    rows = [
        (name, temperature, float(each.value), *map(float, each.interval()))
        for name, by_temperature in findings.scores.items()
        for temperature, each in by_temperature.items()
    ]
    explained = pd.DataFrame(rows, columns=["variable", "place", "value", "low", "high"])
    explained.insert(0, "quantity", "explained variance")
    explained = learned.with_full_intervals(explained.dropna(subset=["value"]))
    known = [each for each in (*parts, explained) if not each.empty]
    return learned.defined(pd.concat(known)) if known else explained


def _long(found: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """One of the quantities of `barrier_curves.frame`, under names that all have."""
    ends = {f"{quantity}_{end}": end for end in ("low", "high")}
    names = {"variable": "variable", "x": "place", quantity: "value", **ends}
    known = {old: new for old, new in names.items() if old in found}
    return found[list(known)].rename(columns=known).assign(quantity=quantity)
