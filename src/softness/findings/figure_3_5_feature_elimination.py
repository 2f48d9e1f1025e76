"""Figure 3.5: how few features are enough: barriers and predicted variance by their number."""

from dataclasses import dataclass

import pandas as pd

from softness.findings import barrier_curves as curves
from softness.findings import explained, learned, regressed
from softness.findings.barrier_curves import BarrierCurves
from softness.findings.data import FigureData
from softness.findings.explained import ETA, ETA_OVER_CEILING
from softness.findings.regressed import FEATURES_KEPT, Snapshot
from softness.uncertainty import Estimate
from softness.verdicts import SAME_SLOPE, Claim, Statement, above, below

NUMBER = "3.5"
FEW = (4, 8)
FEWER, ENOUGH = 16, 64
"""Features up to which little changes, and with which everything has grown."""

QUANTITIES = {ETA: "eta", ETA_OVER_CEILING: "eta over the ceiling"}

ALIKE = Statement(
    figure=NUMBER,
    name="slope of Delta E by {} over that by 16 features",
    claim="Up to 16 features barriers as a function of x change little",
    section="3.4",
    source="barely changes, no value given",
    rule=SAME_SLOPE,
)
MORE_PREDICTED = Statement(
    figure=NUMBER,
    name="eta of 64 features minus that of 16",
    claim="Beyond 16 features more of the true variance is predicted",
    section="3.4",
    source="increases significantly, no value given",
    rule=above(0.0),
)
STEEPER = Statement(
    figure=NUMBER,
    name="slope of Delta E by {} over that by 16",
    claim="Beyond 16 features barriers vary more with x",
    section="3.4",
    source="modestly more rapidly, no value given",
    rule=above(1.0),
)
SATURATED = Statement(
    figure=NUMBER,
    name="gain of eta from 64 features to all, over that of all",
    claim="The predicted fraction of the true variance saturates with the number of features",
    section="3.4",
    source="quickly saturates, no value given",
    # Of what all features predict: eta itself may be small.
    rule=below(0.2),
)


@dataclass(frozen=True)
class Findings:
    """Barriers and predicted variance of models with fewer features.

    Attributes
    ----------
    barriers
        Curves, from few features to many.
    features
        Names of the models with barriers by their number of features, from few to many.
    etas
        (5,) `explained.scores` by number of features, from few to many.
    lacking
        Why there are no etas; empty if they only need models.
    """

    barriers: BarrierCurves
    features: dict[int, str]
    etas: dict[int, Estimate]
    lacking: str


def compute(data: FigureData) -> Findings:
    """Barriers and predicted variance by number of features."""
    table, snapshots = data.predicted_barriers[0], regressed.at_training(data)
    features = regressed.variants(table, FEATURES_KEPT)
    doubt = regressed.doubt_of_barriers(data, softness=False)
    return Findings(
        barriers=curves.curves_of(table, features.values(), doubt),
        features=features,
        etas=_etas(data, snapshots),
        lacking="" if snapshots else regressed.no_test_snapshots(data),
    )


def _etas(data: FigureData, snapshots: list[Snapshot]) -> dict[int, Estimate]:
    names = sorted({name for each in snapshots for name in each.predicted})
    matches = filter(None, map(FEATURES_KEPT.fullmatch, names))
    found = {
        int(match[1]): explained.scores(data, NUMBER, snapshots, match[0]) for match in matches
    }
    return dict(sorted(found.items()))


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on slopes with few features and with more, and on what the last ones add."""
    fits, doubt = findings.barriers.table, findings.barriers.doubt
    few = {f"{number} features": _name(number) for number in FEW}
    enough = {f"{ENOUGH} features": _name(ENOUGH)}
    given = (curves.ENERGY, curves.ratio, _name(FEWER), doubt)
    return [
        *curves.claims_on_each(ALIKE, fits, few, *given),
        *curves.claims_on_each(STEEPER, fits, enough, *given),
        *_eta_claims(findings),
    ]


def _name(number: int) -> str:
    return f"svr_{number}_features"


def _eta_claims(findings: Findings) -> list[Claim]:
    if findings.lacking:
        return [each.not_tested(findings.lacking) for each in (MORE_PREDICTED, SATURATED)]
    etas = {number: each[ETA] for number, each in findings.etas.items()}
    doubt, most = findings.barriers.doubt, max(etas, default=0)
    grows = MORE_PREDICTED.not_tested(f"needs models of {FEWER} and of {ENOUGH} features")
    if {FEWER, ENOUGH} <= set(etas):
        grows = MORE_PREDICTED.judge(etas[ENOUGH] - etas[FEWER], doubt)
    saturated = SATURATED.not_tested(f"needs models of {ENOUGH} and of more features")
    if ENOUGH in etas and most > ENOUGH:
        saturated = SATURATED.judge((etas[most] - etas[ENOUGH]) / etas[most], doubt)
    return [grows, saturated]


def table(findings: Findings) -> pd.DataFrame:
    """A row for each number: ``quantity``, ``features``, ``x``, ``value``, ``low``, ``high``.

    ``x`` is that of the bin for barriers and entropies, and 0 for eta. Intervals of barriers hold
    the common level of all bins; what has none is left out.
    """
    x = learned.centres(findings.barriers.table)
    rows = [
        (quantity, number, *row)
        for number, name in findings.features.items()
        for quantity, curve in findings.barriers.by_name[name].items()
        for row in zip(x, curve.values.value, *curve.values.interval(), strict=True)
    ]
    for number, found in findings.etas.items():
        for place, quantity in QUANTITIES.items():
            eta = found[place]
            rows.append((quantity, number, 0.0, float(eta.value), *map(float, eta.interval())))
    frame = pd.DataFrame(rows, columns=["quantity", "features", "x", "value", "low", "high"])
    return learned.defined(frame)
