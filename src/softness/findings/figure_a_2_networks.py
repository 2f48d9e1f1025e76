"""Figure A.2: barriers by networks with more or fewer examples for each parameter."""

import pandas as pd

from softness.findings import barrier_curves as curves
from softness.findings import regressed
from softness.findings.barrier_curves import ENERGY, ENTROPY, BarrierCurves, Measure
from softness.findings.data import FigureData
from softness.findings.regressed import NETWORK
from softness.verdicts import Claim, Statement, above, below

NUMBER = "A.2"
OTHERS = {"MLP_H": "mlp_h", "MLP_D": "mlp_d"}

ENERGIES = Statement(
    figure=NUMBER,
    name="Pearson correlation of Delta E by {} with that by MLP",
    claim=(
        "Barriers are correlated, whatever the number of examples for each parameter (noise taken "
        "off, abs(x) up to 2)"
    ),
    section="A.0.3",
    source="correlated, no value given",
    rule=above(0.9),
)
ENTROPIES = Statement(
    figure=NUMBER,
    name="Pearson correlation of Sigma by {} with that by MLP",
    claim="So are the entropic contributions",
    section="A.0.3",
    source="correlated, no value given",
    rule=above(0.9),
)
FLATTER = Statement(
    figure=NUMBER,
    name="slope of Delta E by {} over that by MLP",
    claim="With half or twice as many examples barriers vary less with x",
    section="A.0.3",
    source="slightly reduced sensitivity, no value given",
    rule=below(1.0),
)


def compute(data: FigureData) -> BarrierCurves:
    """Barriers by all networks."""
    doubt = regressed.doubt_of_barriers(data, softness=False)
    return curves.curves_of(data.predicted_barriers[0], (NETWORK, *OTHERS.values()), doubt)


def claims(barriers: BarrierCurves) -> list[Claim]:
    """Verdicts on the correlation with the network of the main text, and on slopes."""

    def each(statement: Statement, quantity: str, measure: Measure) -> list[Claim]:
        given = (statement, barriers.table, OTHERS, quantity, measure, NETWORK, barriers.doubt)
        return curves.claims_on_each(*given)

    return [
        *each(ENERGIES, ENERGY, curves.correlation),
        *each(ENTROPIES, ENTROPY, curves.correlation),
        *each(FLATTER, ENERGY, curves.ratio),
    ]


def table(barriers: BarrierCurves) -> pd.DataFrame:
    """Delta E and Sigma with their intervals: a row for each network and bin."""
    return curves.frame(barriers)
