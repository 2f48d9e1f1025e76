"""Figure 3.6: other features: averages over neighbours do not explain more of the dynamics."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from softness.findings import barrier_curves as curves
from softness.findings import explained, learned, regressed
from softness.findings.barrier_curves import ENERGY, ENTROPY, BarrierCurves, Measure
from softness.findings.data import FigureData
from softness.findings.explained import EXPLAINED
from softness.findings.regressed import SVR, SVR_FIRST, SVR_RADIAL, SVR_SECOND
from softness.uncertainty import Estimate
from softness.verdicts import SAME_SLOPE, Claim, Statement, above, below, every

NUMBER = "3.6"
HIGHER = {"orders 0 and 1": SVR_FIRST, "orders 0 to 2": SVR_SECOND}
RADIAL = {"radial features alone": SVR_RADIAL}
LARGEST_GAIN = 0.03

NO_GAIN = Statement(
    figure=NUMBER,
    name="explained variance by {} minus that by order 0, at every temperature",
    claim="Features of higher order do not explain more of the variance of logit p_r",
    section="3.4",
    source="does not improve, no value given",
    rule=every(below(LARGEST_GAIN)),
)
FLATTER = Statement(
    figure=NUMBER,
    name="slope of Delta E by {} over that by order 0",
    claim="With features of higher order barriers vary less with x",
    section="3.4",
    source="less strongly, no value given",
    rule=below(1.0),
)
ENERGIES = Statement(
    figure=NUMBER,
    name="Pearson correlation of Delta E by {} with that by order 0",
    claim="Barriers by features of higher order are strongly correlated with those by order 0",
    section="3.4",
    source="strongly correlated, no value given",
    rule=above(0.9),
)
ENTROPIES = Statement(
    figure=NUMBER,
    name="Pearson correlation of Sigma by {} with that by order 0",
    claim="So are the entropic contributions",
    section="3.4",
    source="strongly correlated, no value given",
    rule=above(0.9),
)
SAME_BARRIERS = Statement(
    figure=NUMBER,
    name="slope of Delta E by {} over that by all of order 0",
    claim="Whether there are angular features has modest effects on barriers",
    section="3.6",
    source="only modest, no value given",
    rule=SAME_SLOPE,
)
LITTLE_BY_ANGLES = Statement(
    figure=NUMBER,
    name="explained variance by order 0 minus that by {}, at every temperature",
    claim="Angular features explain little of the variance of logit p_r beyond radial ones",
    section="3.6",
    source="only modest, no value given",
    rule=every(below(LARGEST_GAIN)),
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
    doubts
        Why scores of a temperature cannot decide; empty if they can.
    """

    barriers: BarrierCurves
    scores: dict[str, dict[float, Estimate]]
    doubts: dict[float, str]


def compute(data: FigureData) -> Findings:
    """Barriers, and explained variance at each temperature where a model has predictions."""
    tested, names = regressed.tested(data), (SVR, *HIGHER.values(), *RADIAL.values())
    doubt = regressed.doubt_of_barriers(data, softness=False)
    scores = {
        name: {
            t: explained.scores(data, NUMBER, snapshots, name)[EXPLAINED]
            for t, snapshots in tested.items()
            if name in snapshots[0].predicted
        }
        for name in names
    }
    return Findings(
        barriers=curves.curves_of(data.predicted_barriers[0], names, doubt),
        scores={name: found for name, found in scores.items() if found},
        doubts={t: regressed.doubt(data, [each], softness=False) for t, each in tested.items()},
    )


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on what higher orders and angular features add to the scores, and on curves."""
    fits, doubt = findings.barriers.table, findings.barriers.doubt

    def each(
        statement: Statement, members: Mapping[str, str], measure: Measure, quantity: str = ENERGY
    ) -> list[Claim]:
        return curves.claims_on_each(statement, fits, members, quantity, measure, SVR, doubt)

    return [
        *(_gain_claim(NO_GAIN, findings, label, SVR, name) for label, name in HIGHER.items()),
        *each(FLATTER, HIGHER, curves.ratio),
        *each(ENERGIES, HIGHER, curves.correlation),
        *each(ENTROPIES, HIGHER, curves.correlation, ENTROPY),
        *each(SAME_BARRIERS, RADIAL, curves.ratio),
        *(
            _gain_claim(LITTLE_BY_ANGLES, findings, label, name, SVR)
            for label, name in RADIAL.items()
        ),
    ]


def _gain_claim(
    statement: Statement, findings: Findings, label: str, fewer: str, more: str
) -> Claim:
    """Verdict on the explained variance by one model minus that by one of fewer features."""
    statement = statement.of(label)
    less, scores = findings.scores.get(fewer, {}), findings.scores.get(more, {})
    gains = {learned.at(t): scores[t] - less[t] for t in scores if t in less}
    if not gains:
        return statement.not_tested(f"needs {fewer} and {more}, and test snapshots")
    return statement.judge_every(
        gains, {learned.at(t): each for t, each in findings.doubts.items()}
    )


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
    scores = pd.DataFrame(rows, columns=["variable", "place", "value", "low", "high"])
    scores.insert(0, "quantity", "explained variance")
    scores = learned.with_full_intervals(scores.dropna(subset=["value"]))
    known = [each for each in (*parts, scores) if not each.empty]
    return learned.defined(pd.concat(known)) if known else scores


def _long(found: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """One of the quantities of `barrier_curves.frame`, under names that all have."""
    ends = {f"{quantity}_{end}": end for end in ("low", "high")}
    names = {"variable": "variable", "x": "place", quantity: "value", **ends}
    known = {old: new for old, new in names.items() if old in found}
    return found[list(known)].rename(columns=known).assign(quantity=quantity)
