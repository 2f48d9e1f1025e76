"""Figure A.2: barriers by networks with more or fewer examples for each parameter."""

import pandas as pd

from softness.findings import barrier_curves as curves
from softness.findings import regressed
from softness.findings.barrier_curves import ENERGY, ENTROPY, BarrierCurves, Measure
from softness.findings.data import FigureData
from softness.verdicts import Claim, Statement

NUMBER = "A.2"
NETWORK = "mlp"
OTHERS = ("mlp_h", "mlp_d")

ENERGIES = Statement(
    figure=NUMBER,
    name="Pearson correlation of Delta E with that of MLP, MLP_H and MLP_D",
    claim=(
        "Barriers are correlated, whatever the number of examples for each parameter (noise taken "
        "off, abs(x) up to 2)"
    ),
    source="correlated, no value given",
    above=0.9,
)
ENTROPIES = Statement(
    figure=NUMBER,
    name="Pearson correlation of Sigma with that of MLP, MLP_H and MLP_D",
    claim="So are the entropic contributions",
    source="correlated, no value given",
    above=0.9,
)
FLATTER = Statement(
    figure=NUMBER,
    name="slope of Delta E by MLP_H and MLP_D over that by MLP",
    claim="With half or twice as many examples barriers vary less with x",
    source="slightly reduced sensitivity, no value given",
    above=0.5,
    below=1.0,
)


def compute(data: FigureData) -> BarrierCurves:
    """Barriers by all networks."""
    doubt = regressed.doubt_of_barriers(data, softness=False)
    return curves.curves_of(data.predicted_barriers[0], (NETWORK, *OTHERS), doubt)


def claims(barriers: BarrierCurves) -> list[Claim]:
    """Verdicts on the correlation with the network of the main text, and on slopes."""
    fits, doubt, members = barriers.table, barriers.doubt, {name: name for name in OTHERS}

    def claim(statement: Statement, quantity: str, measure: Measure) -> Claim:
        return curves.claim_on_all(statement, fits, members, quantity, measure, NETWORK, doubt)

    return [
        claim(ENERGIES, ENERGY, curves.correlation),
        claim(ENTROPIES, ENTROPY, curves.correlation),
        claim(FLATTER, ENERGY, curves.slope),
    ]


def table(barriers: BarrierCurves) -> pd.DataFrame:
    """Delta E and Sigma with their intervals: a row for each network and bin."""
    return curves.frame(barriers)
