"""Table 2.1: biases, spreads and directions of the hyperplanes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.barriers.cosines import covariance_cosine, plain_cosine
from softness.files.records.learned import Classifier
from softness.findings import learned
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.verdicts import Claim, Statement
from softness.uncertainty import Estimate

COSINES_OF_SOURCE = {1.0: 0.8246, 1.2: 0.8071, 1.4: 0.6643, 1.8: 0.7104, 2.0: 0.7198}
TOLERANCE = 0.1


@dataclass(frozen=True)
class Hyperplane:
    """A classifier, and its direction beside that of softness.

    Attributes
    ----------
    variable, temperature
        Its name, and the temperature of its training.
    bias, spread, best_bias
        In units of the decision function; the last one is the most accurate on the transfer set.
    cosine
        With softness, from the weights of equally standardised features.
    covariance_cosine
        The same in the metric of the covariance of the features.
    self_cosine
        Between two models that share no sample; nan where there are none.
    ceiling
        Cosine with softness that a model of the same direction would have.
    replicas, doubt
        Fewer of its own and those of softness; which of both lacks samples.
    """

    variable: str
    temperature: float
    bias: float
    spread: float
    best_bias: float
    cosine: Estimate
    covariance_cosine: float
    self_cosine: float
    ceiling: float
    replicas: int
    doubt: str


@dataclass(frozen=True)
class Findings:
    """All hyperplanes: that of softness, and those of fluidities from cold to hot."""

    softness: Hyperplane
    fluidity: Sequence[Hyperplane]


def compute(data: FigureData) -> Findings:
    """Biases, spreads and cosines of all classifiers."""
    fluidity = [
        _hyperplane(data, learned.fluidity_name(float(each.temperature)), each)
        for each in data.fluidity
    ]
    return Findings(_hyperplane(data, SOFTNESS, data.softness[0]), fluidity)


def _hyperplane(data: FigureData, name: str, classifier: Classifier) -> Hyperplane:
    softness, spread, draws = data.softness[0], float(classifier.spread), data.settings["draws"]
    return Hyperplane(
        variable=name,
        temperature=float(classifier.temperature),
        bias=float(classifier.bias),
        spread=spread,
        best_bias=learned.best_bias(data.transfer[0], name) * spread,
        cosine=drawn_cosine(softness, classifier, draws),
        covariance_cosine=covariance_cosine(
            classifier.weights / classifier.scale,
            softness.weights / softness.scale,
            softness.covariance,
        ),
        self_cosine=self_cosine(classifier),
        ceiling=1.0 if name == SOFTNESS else cosine_ceiling(softness, classifier),
        replicas=min(len(each.left_out_weights) for each in (softness, classifier)),
        doubt=learned.doubt(softness=[softness], fluidity=[classifier]),
    )


def drawn_cosine(softness: Classifier, fluidity: Classifier, draws: int) -> Estimate:
    """Cosine of two hyperplanes, with draws from the delete-a-group jackknife of both.

    The draws are evenly spaced quantiles of Student's distribution: they have the jackknife's
    variance, and no randomness of their own.
    """
    value = plain_cosine(fluidity.weights, softness.weights)
    by_fluidity = [plain_cosine(row, softness.weights) for row in fluidity.jackknife_weights]
    by_softness = [plain_cosine(fluidity.weights, row) for row in softness.jackknife_weights]
    return Estimate(value, learned.jackknife_draws(value, [by_fluidity, by_softness], draws))


def self_cosine(classifier: Classifier) -> float:
    """Cosine between two models that share no sample; nan where there are none."""
    if len(classifier.half_weights) < 2:
        return float("nan")
    return plain_cosine(*classifier.half_weights)


def cosine_ceiling(first: Classifier, second: Classifier) -> float:
    """Cosine that two models of one and the same direction would have, for the noise of both.

    From halves of the samples, by the formula of Spearman and Brown for the whole.
    """
    halves = np.maximum([self_cosine(first), self_cosine(second)], 0.0)
    return float(np.sqrt(np.prod(2 * halves / (1 + halves))))


def claims(findings: Findings) -> list[Claim]:
    """Verdict on the cosine with softness at each temperature of the source."""
    fluidity = {each.temperature: each for each in findings.fluidity}
    return [_claim(temperature, fluidity.get(temperature)) for temperature in COSINES_OF_SOURCE]


def _claim(temperature: float, fluidity: Hyperplane | None) -> Claim:
    source = COSINES_OF_SOURCE[temperature]
    statement = Statement(
        figure="T2.1",
        name=f"cosine with softness at T = {temperature:g}",
        claim="Classifiers trained above the onset point nearly the same way as softness",
        source=f"{source:g}",
        above=source - TOLERANCE,
        below=source + TOLERANCE,
    )
    if not fluidity:
        return statement.not_tested(f"T = {temperature:g} is no temperature of fluidity")
    return learned.judged(statement, fluidity.cosine, fluidity.replicas, fluidity.doubt)


def table(findings: Findings) -> pd.DataFrame:
    """A row for softness, then one for each fluidity from cold to hot.

    Biases and spreads are in units of the decision function; ``best_bias`` is the most accurate
    one on the transfer set. Columns that are undefined are left out.
    """
    rows = [_row(each) for each in (findings.softness, *findings.fluidity)]
    return pd.DataFrame(rows).dropna(axis="columns")


def _row(plane: Hyperplane) -> dict[str, float | str]:
    # Softness is itself, whatever the samples.
    low, high = (1.0, 1.0) if plane.variable == SOFTNESS else plane.cosine.interval()
    return {
        "variable": plane.variable,
        "temperature": plane.temperature,
        "bias": plane.bias,
        "spread": plane.spread,
        "best_bias": plane.best_bias,
        "cosine": plane.cosine.value,
        "low": float(low),
        "high": float(high),
        "covariance_cosine": plane.covariance_cosine,
        "self_cosine": plane.self_cosine,
        "ceiling": plane.ceiling,
    }
