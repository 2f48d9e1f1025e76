"""Figure 3.3: barriers and entropies by all regressors are correlated with those by softness."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from softness.findings import barrier_curves as curves
from softness.findings import learned, regressed
from softness.findings.barrier_curves import ENERGY, ENTROPY, BarrierCurves
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.findings.regressed import NETWORK, RBF_SVR, RIDGE, SVR
from softness.verdicts import SAME_SLOPE, Claim, Statement, above, below

NUMBER = "3.3"

# Shown in figure A.2.
ELSEWHERE = ("mlp_h", "mlp_d")

MODELS_OF_SOURCE = {SVR: "SVR", RIDGE: "RR", RBF_SVR: "rbfSVR", NETWORK: "MLP"}

ENERGIES = Statement(
    figure=NUMBER,
    name="Pearson correlation of Delta E by {} with that by softness",
    claim=(
        "Barriers by regressors are strongly correlated with those by softness (noise taken off, "
        "abs(x) up to 2)"
    ),
    section="3.3.2",
    source="strong correlation, no value given",
    rule=above(0.9),
)
ENTROPIES = Statement(
    figure=NUMBER,
    name="Pearson correlation of Sigma by {} with that by softness",
    claim="So are the entropic contributions",
    section="3.3.2",
    source="strong correlation, no value given",
    rule=above(0.9),
)
OURS = Statement(
    figure=NUMBER,
    name="Pearson correlation of Delta E by {} with that by softness",
    claim="The same of models that the dissertation does not have",
    section="",
    source="none",
    rule=above(0.9),
)
SAME_BY_NETWORK = Statement(
    figure=NUMBER,
    name="slope of Delta E by {} over that by SVR",
    claim="A nonlinear model learns roughly the same barriers as a linear one",
    section="3.3.3",
    source="roughly the same, no value given",
    rule=SAME_SLOPE,
)
LESS_BY_KERNEL = Statement(
    figure=NUMBER,
    name="slope of Delta E by {} over that by SVR",
    claim="With a kernel of radial basis functions barriers vary a little less with x",
    section="3.3.3",
    source="slightly less sensitive, no value given",
    rule=below(1.0),
)
RANDOM_SLOPES = Statement(
    figure=NUMBER,
    name="median size of the slope of random directions over that of softness",
    claim="Control: a random direction has next to no influence on the barrier",
    section="",
    source="none",
    # Where it has, a correlation is no evidence.
    rule=below(curves.MOST_OF_RANDOM),
)


@dataclass(frozen=True)
class Findings:
    """Barriers by all models and by random directions.

    Attributes
    ----------
    barriers
        Curves, softness first.
    untrained
        What softness lacks; empty if nothing.
    doubt_of_regressors
        Why comparisons of regressors cannot decide; empty if they can.
    """

    barriers: BarrierCurves
    untrained: str
    doubt_of_regressors: str


def compute(data: FigureData) -> Findings:
    """Barriers by the models that are compared here, and their doubts."""
    barriers, doubt = data.predicted_barriers[0], regressed.doubt_of_barriers(data)
    names = [n for n in regressed.names_with_barriers(barriers) if n not in ELSEWHERE]
    return Findings(
        barriers=curves.curves_of(barriers, names, doubt, random_directions=True),
        untrained=learned.doubt(softness=data.softness_all),
        doubt_of_regressors=regressed.doubt_of_barriers(data, softness=False),
    )


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on correlations with softness, on slopes beside SVR's, and on the control."""
    fits = findings.barriers.table
    known = [name for name in findings.barriers.names if name != SOFTNESS]
    beyond = {name: name for name in known if name not in MODELS_OF_SOURCE}
    of_source = {label: name for name, label in MODELS_OF_SOURCE.items()}
    network, kernel = ({MODELS_OF_SOURCE[name]: name} for name in (NETWORK, RBF_SVR))

    def each(
        statement: Statement, members: Mapping[str, str], quantity: str = ENERGY
    ) -> list[Claim]:
        given = (statement, fits, members, quantity, curves.correlation)
        return curves.claims_on_each(*given, doubt=findings.barriers.doubt)

    def beside_svr(statement: Statement, members: Mapping[str, str]) -> list[Claim]:
        given = (statement, fits, members, ENERGY, curves.ratio, SVR)
        return curves.claims_on_each(*given, doubt=findings.doubt_of_regressors)

    return [
        *each(ENERGIES, of_source),
        *each(ENTROPIES, of_source, ENTROPY),
        *(each(OURS, beyond) if beyond else []),
        *beside_svr(SAME_BY_NETWORK, network),
        *beside_svr(LESS_BY_KERNEL, kernel),
        curves.claim_on_random(RANDOM_SLOPES, fits, curves.ratio, findings.untrained),
    ]


def table(findings: Findings) -> pd.DataFrame:
    """Delta E and Sigma with their intervals: a row for each variable and bin.

    Columns as in figure 2.5.
    """
    return curves.frame(findings.barriers)
