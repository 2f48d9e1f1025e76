"""Figure A.1: the mean of what each model predicts grows with temperature, as that of softness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from softness.barriers.zscore import varies
from softness.findings import learned, regressed
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.findings.regressed import NETWORK, RBF_SVR, RIDGE, SVR, Snapshot
from softness.uncertainty import Estimate, combined
from softness.verdicts import SAME_SLOPE, Claim, Statement, Trend

NUMBER = "A.1"

# Origin and spread.
Scale = tuple[float, float]
ALL_REPLICAS = -1
CONSTANT = " says the same of all particles"

MODELS_OF_SOURCE = (SOFTNESS, SVR, RIDGE, RBF_SVR, NETWORK)

GROWS = Statement(
    figure=NUMBER,
    name="step of the mean output of {} from one temperature to the next",
    claim="The mean of the output of every model grows with temperature (Z-score)",
    section="A.0.1",
    source="increases",
    rule=Trend(),
)
OURS = replace(
    GROWS,
    claim="The same of a model that the dissertation does not show there",
    section="",
    source="none",
)
SAME_RATE = Statement(
    figure=NUMBER,
    name="slope of the mean against T, SVR over softness",
    claim="The means of SVR and of softness grow at almost the same rate (Z-score per unit of T)",
    section="A.0.1",
    source="almost the same, no value given",
    rule=SAME_SLOPE,
)


@dataclass(frozen=True)
class Findings:
    """Mean output of all models.

    Attributes
    ----------
    means
        As Z-scores, by the name of the model, then by temperature from cold to hot.
    scales
        Origin and spread of each model at the training temperature, of all replicas.
    snapshots
        Number of test snapshots by temperature.
    constant
        Models that say the same of all particles.
    lacking
        Why nothing can be tested; empty if it can.
    untrained, doubt
        What softness lacks, and why no mean can decide; empty if nothing, and if they can.
    """

    means: dict[str, dict[float, Estimate]]
    scales: dict[str, Scale]
    snapshots: dict[float, int]
    constant: list[str]
    lacking: str
    untrained: str
    doubt: str


def compute(data: FigureData) -> Findings:
    """Means of all models at all temperatures, in the unit of the training temperature."""
    tested, at_training = regressed.tested(data), regressed.at_training(data)
    scales = {name: _scales(at_training, name) for name in regressed.names(data)}
    lacking = "" if at_training else regressed.no_test_snapshots(data)
    return Findings(
        means={
            name: {t: _mean(data, each, name, own) for t, each in tested.items()}
            for name, own in scales.items()
        },
        scales={name: own[ALL_REPLICAS] for name, own in scales.items()},
        snapshots={t: len(each) for t, each in tested.items()},
        constant=[name for name in scales if regressed.is_constant(at_training, name)],
        lacking=lacking or ("" if len(tested) > 1 else "needs two temperatures"),
        untrained=learned.doubt(softness=data.softness_all),
        # The models owe to the training temperature whatever they know.
        doubt=regressed.doubt_of_barriers(data, softness=False),
    )


def _mean(
    data: FigureData, snapshots: list[Snapshot], name: str, scales: Mapping[int, Scale]
) -> Estimate:
    """Mean of a model over the particles of some snapshots, as a Z-score."""
    whole = scales[ALL_REPLICAS]
    rows = [_sum(each.predicted[name], scales.get(each.replica, whole)) for each in snapshots]
    sizes = np.array([float(len(each.predicted[name])) for each in snapshots])
    return regressed.resampled(data, NUMBER, snapshots, np.array(rows), sizes)


def _sum(values: np.ndarray, scale: Scale) -> float:
    origin, spread = scale
    return float(((values - origin) / spread).sum())


def _scales(at_training: list[Snapshot], name: str) -> dict[int, Scale]:
    """Mean and standard deviation at the training temperature, by replica, and of all replicas.

    Each replica is judged by a model of its own, and models differ by an offset, which is the same
    at all temperatures. Scales are taken as they are: they have no error.
    """
    values = regressed.by_replica(at_training, name)
    whole = np.concatenate(list(values.values())) if values else np.zeros(1)
    return {replica: _scale(each) for replica, each in (values | {ALL_REPLICAS: whole}).items()}


def _scale(values: np.ndarray) -> Scale:
    """Mean and standard deviation over particles; the latter is 1 where they do not vary."""
    origin, spread = float(values.mean()), float(values.std())
    return (origin, spread) if varies(values) else (origin, 1.0)


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the order of the means of each model, and on the slopes of SVR and softness."""
    means = findings.means
    grows = [_growth_claim(findings, name) for name in means]
    if not {SVR, SOFTNESS} <= set(means):
        return [*grows, SAME_RATE.not_tested("needs SVR and softness")]
    constant = [name for name in (SVR, SOFTNESS) if name in findings.constant]
    lacking = findings.lacking or " and ".join(constant) + CONSTANT * bool(constant)
    if lacking:
        return [*grows, SAME_RATE.not_tested(lacking)]
    doubt = "; ".join(filter(None, [findings.untrained, findings.doubt]))
    return [*grows, SAME_RATE.judge(_slope(means[SVR]) / _slope(means[SOFTNESS]), doubt)]


def _growth_claim(findings: Findings, name: str) -> Claim:
    statement = GROWS if name in MODELS_OF_SOURCE else OURS
    statement = statement.of(name)
    lacking = findings.lacking or (name + CONSTANT) * (name in findings.constant)
    if lacking:
        return statement.not_tested(lacking)
    means, untrained = findings.means[name], findings.untrained if name == SOFTNESS else ""
    doubt = "; ".join(filter(None, [untrained, findings.doubt]))
    return statement.judge_trend(learned.trend(means), learned.steps(means), doubt)


def _slope(by_temperature: dict[float, Estimate]) -> Estimate:
    """Slope of the straight line through the means, all with equal weight."""
    temperatures = np.array(list(by_temperature))
    away = temperatures - temperatures.mean()

    def slope(values: Sequence[np.ndarray], axis: int) -> np.ndarray:
        return np.tensordot(away / (away**2).sum(), np.array(values), axes=(0, axis))

    return combined(slope, by_temperature.values())


def table(findings: Findings) -> pd.DataFrame:
    """Mean of each model at each temperature as a Z-score, with its unit.

    ``origin`` and ``spread`` are those of all replicas; each replica has its own. Intervals are
    left out if one of them is unknown.
    """
    rows = [
        (name, t, findings.snapshots[t], float(found.value), *map(float, found.interval()), *scale)
        for name, scale in findings.scales.items()
        for t, found in findings.means[name].items()
    ]
    columns = ["variable", "temperature", "snapshots", "mean", "low", "high", "origin", "spread"]
    return pd.DataFrame(rows, columns=columns).dropna(axis="columns")
