"""Figure 3.3: barriers and entropies by all regressors are correlated with those by softness."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from softness.findings import barrier_curves as curves
from softness.findings import learned, regressed
from softness.findings.barrier_curves import ENERGY, ENTROPY, BarrierCurves, Measure
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.findings.regressed import RIDGE, SVR
from softness.verdicts import Claim, Statement

NUMBER = "3.3"

# Shown in figure A.2.
ELSEWHERE = ("mlp_h", "mlp_d")

MODELS_OF_SOURCE = (SVR, RIDGE, "rbf_svr", "mlp")

ENERGIES = Statement(
    figure=NUMBER,
    name="Pearson correlation of Delta E with that of softness, SVR, RR, rbfSVR and MLP",
    claim=(
        "Barriers by regressors are strongly correlated with those by softness (noise taken off, "
        "abs(x) up to 2)"
    ),
    source="strong correlation, no value given",
    above=0.9,
)
ENTROPIES = Statement(
    figure=NUMBER,
    name="Pearson correlation of Sigma with that of softness, SVR, RR, rbfSVR and MLP",
    claim="So are the entropic contributions",
    source="strong correlation, no value given",
    above=0.9,
)
OURS = Statement(
    figure=NUMBER,
    name="Pearson correlation of Delta E with that of softness, binomial and boosting",
    claim="Ours: the same of models that the source does not have",
    source="none",
    above=0.9,
)
SLOPES = Statement(
    figure=NUMBER,
    name="slope of Delta E by every model over that by softness",
    claim=(
        "Ours: every model has at least half the influence of softness on the barrier, "
        "which a correlation cannot tell"
    ),
    source="none",
    above=0.5,
)
RANDOM_SLOPES = Statement(
    figure=NUMBER,
    name="median size of the slope ratio of random directions",
    claim="Ours, control: a random direction has less than half the influence of softness",
    source="none",
    below=0.5,
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
    """

    barriers: BarrierCurves
    untrained: str


def compute(data: FigureData) -> Findings:
    """Barriers by the models that are compared here, and their doubts."""
    barriers, doubt = data.predicted_barriers[0], regressed.doubt_of_barriers(data)
    names = [n for n in regressed.names_with_barriers(barriers) if n not in ELSEWHERE]
    return Findings(
        barriers=curves.curves_of(barriers, names, doubt, random_directions=True),
        untrained=learned.doubt(softness=data.softness),
    )


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on correlations with softness, on slopes, and on the control."""
    fits, doubt = findings.barriers.table, findings.barriers.doubt
    known = [name for name in findings.barriers.names if name != SOFTNESS]

    def claim(
        statement: Statement, quantity: str, measure: Measure, names: Sequence[str] = known
    ) -> Claim:
        members = {name: name for name in names}
        return curves.claim_on_all(statement, fits, members, quantity, measure, doubt=doubt)

    of_source = [name for name in known if name in MODELS_OF_SOURCE]
    beyond = [name for name in known if name not in MODELS_OF_SOURCE]
    return [
        claim(ENERGIES, ENERGY, curves.correlation, of_source),
        claim(ENTROPIES, ENTROPY, curves.correlation, of_source),
        claim(OURS, ENERGY, curves.correlation, beyond),
        claim(SLOPES, ENERGY, curves.slope),
        curves.claim_on_random(RANDOM_SLOPES, fits, curves.slope, findings.untrained),
    ]


def table(findings: Findings) -> pd.DataFrame:
    """Delta E and Sigma with their intervals: a row for each variable and bin.

    Columns as in figure 2.5.
    """
    return curves.frame(findings.barriers)
