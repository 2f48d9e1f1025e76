"""Figure 3.5: how few features are enough: barriers and predicted variance by their number."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.findings import barrier_curves as curves
from softness.findings import learned, regressed
from softness.findings.barrier_curves import BarrierCurves
from softness.findings.data import FigureData
from softness.findings.regressed import FEATURES_KEPT, Snapshot
from softness.learning.scores import variance_ratio
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement

NUMBER = "3.5"
ENOUGH = 64
FEW = (4, 8, 16)

PLAIN, OVER_CEILING = range(2)
QUANTITIES = {PLAIN: "eta", OVER_CEILING: "eta over the ceiling"}

SATURATED = Statement(
    figure=NUMBER,
    name="eta of the most features minus that of 64",
    claim="The share of the true variance that is predicted saturates with the number of features",
    source="quickly saturates, no value given",
    below=0.05,
)
ALIKE = Statement(
    figure=NUMBER,
    name="relative difference of the slope of Delta E, 4 and 8 features from 16",
    claim="Up to 16 features barriers as a function of x change little",
    source="barely changes, no value given",
    above=-0.25,
    below=0.25,
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
        (2,) eta and the same over the ceiling by number of features, from few to many.
    replicas
        Number of replicas with test snapshots.
    lacking
        Why there are no etas; empty if they only need models.
    """

    barriers: BarrierCurves
    features: dict[int, str]
    etas: dict[int, Estimate]
    replicas: int
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
        replicas=regressed.replicas_of(snapshots),
        lacking="" if snapshots else regressed.no_test_snapshots(data),
    )


def _etas(data: FigureData, snapshots: list[Snapshot]) -> dict[int, Estimate]:
    names = sorted({name for each in snapshots for name in each.predicted})
    found = {}
    for name in names:
        if match := FEATURES_KEPT.fullmatch(name):
            rows = [_row(each, name) for each in snapshots]
            found[int(match[1])] = regressed.mean_of(data, NUMBER, snapshots, rows, _over_ceiling)
    return dict(sorted(found.items()))


def _row(snapshot: Snapshot, name: str) -> np.ndarray:
    """(2,) eta and the correlation of the halves of the runs; nan where undefined."""
    truth = snapshot.target.values
    if len(truth) < regressed.FEWEST_PARTICLES or np.ptp(truth) == 0:
        return np.full(2, np.nan)
    halves = regressed.half_correlation(snapshot.counts, snapshot.runs)
    return np.array([variance_ratio(snapshot.predicted[name], truth), halves])


def _over_ceiling(mean: np.ndarray) -> np.ndarray:
    """Means of `_row` as eta, and over the reliability that the halves tell (Spearman-Brown)."""
    eta, halves = mean
    return np.array([eta, eta * (1 + halves) / (2 * halves) if halves > 0 else np.nan])


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on what the last features add, and on slopes with few features."""
    fits, doubt = findings.barriers.table, findings.barriers.doubt
    *fewer, most = (f"svr_{number}_features" for number in FEW)
    members = dict(zip((f"{number} features" for number in FEW), fewer, strict=False))
    given = (fits, members, curves.ENERGY, curves.slope_difference, most, doubt)
    return [_saturation_claim(findings), curves.claim_on_all(ALIKE, *given)]


def _saturation_claim(findings: Findings) -> Claim:
    if findings.lacking:
        return SATURATED.not_tested(findings.lacking)
    etas, doubt = findings.etas, findings.barriers.doubt
    if ENOUGH not in etas or max(etas) == ENOUGH:
        return SATURATED.not_tested(f"needs models of {ENOUGH} and of more features")
    gain = (etas[max(etas)] - etas[ENOUGH])[PLAIN]
    most = float(etas[max(etas)].value[PLAIN])
    if not most > SATURATED.below:
        text = f"eta is {most:.2g} with all features: nothing could be gained"
        doubt = "; ".join(filter(None, [doubt, text]))
    return learned.judged(SATURATED, gain, findings.replicas, doubt)


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
