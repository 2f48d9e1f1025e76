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
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement, above, equal, every

NUMBER = "T2.1"
TEMPERATURE_OF_SOURCE = 0.45
TOLERANCE = 0.1

# By the temperature of the training: of softness at 0.45, of fluidity at all others.
OF_SOURCE = {
    "bias": {0.45: 0.0096, 1.0: -0.0056, 1.2: -0.0171, 1.4: -0.0099, 1.8: -0.0262, 2.0: -0.0341},
    "spread": {0.45: 1.1188, 1.0: 0.7653, 1.2: 0.7028, 1.4: 0.6760, 1.8: 0.6286, 2.0: 0.6286},
    "best_bias": {
        0.45: 0.5571, 1.0: -0.2385, 1.2: -0.4644, 1.4: -0.4644, 1.8: -0.5774, 2.0: -0.6151,
    },
    "cosine": {1.0: 0.8246, 1.2: 0.8071, 1.4: 0.6643, 1.8: 0.7104, 2.0: 0.7198},
}  # fmt: skip

SIMILAR = Statement(
    figure=NUMBER,
    name="cosine with softness, every fluidity",
    claim="Classifiers trained above the onset point nearly the same way as softness",
    section="2.4",
    source="0.66 to 0.82",
    rule=every(above(0.5)),
)
VALUES = {
    quantity: Statement(
        figure=NUMBER,
        name=f"{words} minus the dissertation's, every classifier",
        claim=f"The {words} of the classifiers",
        section="2.4",
        source=f"{min(values.values()):.2g} to {max(values.values()):.2g}",
        rule=every(equal(0.0, TOLERANCE)),
        of_liquid=True,
    )
    for (quantity, values), words in zip(
        OF_SOURCE.items(),
        ("bias b", "standard deviation sigma_T", "best bias on the transfer set", "cosine"),
        strict=True,
    )
}


@dataclass(frozen=True)
class Hyperplane:
    """A classifier, and its direction beside that of softness.

    Attributes
    ----------
    variable, temperature
        Its name, and the temperature of its training.
    bias, spread, best_bias
        () in units of the decision function; the last one is the most accurate on the transfer set.
    cosine
        With softness, from the weights of equally standardised features.
    covariance_cosine
        The same in the metric of the covariance of the features.
    self_cosine
        Between two models that share no sample; nan where there are none.
    ceiling
        Cosine with softness that a model of the same direction would have.
    doubt
        Which of it and softness lacks samples.
    """

    variable: str
    temperature: float
    bias: Estimate
    spread: Estimate
    best_bias: Estimate
    cosine: Estimate
    covariance_cosine: float
    self_cosine: float
    ceiling: float
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
    softness, draws = data.softness[0], data.settings["draws"]
    spread = float(classifier.spread)
    best = learned.best_bias(data, NUMBER, data.transfer[0], name)
    return Hyperplane(
        variable=name,
        temperature=float(classifier.temperature),
        bias=_left_out(float(classifier.bias), classifier.left_out_bias, draws),
        spread=_left_out(spread, classifier.left_out_spread, draws),
        best_bias=best.map(lambda bias: bias * spread),
        cosine=drawn_cosine(softness, classifier, draws),
        covariance_cosine=covariance_cosine(
            classifier.weights / classifier.scale,
            softness.weights / softness.scale,
            softness.covariance,
        ),
        self_cosine=self_cosine(classifier),
        ceiling=1.0 if name == SOFTNESS else cosine_ceiling(softness, classifier),
        doubt=learned.doubt(softness=[softness], fluidity=[classifier]),
    )


def _left_out(value: float, without_one: np.ndarray, draws: int) -> Estimate:
    """A number of a classifier, with its error from leaving out one replica each."""
    return learned.jackknifed(value, [without_one.tolist()], len(without_one), draws)


def drawn_cosine(softness: Classifier, fluidity: Classifier, draws: int) -> Estimate:
    """Cosine of two hyperplanes, with draws from the delete-a-group jackknife of both.

    Each plane has weights of features in units of its own population, as in the dissertation: the
    unit of a feature at T = 2 is up to 4.5 times as large as at T = 0.5. `covariance_cosine`
    compares both planes in one unit.
    """
    value = plain_cosine(fluidity.weights, softness.weights)
    by_fluidity = [plain_cosine(row, softness.weights) for row in fluidity.jackknife_weights]
    by_softness = [plain_cosine(fluidity.weights, row) for row in softness.jackknife_weights]
    replicas = min(len(each.left_out_weights) for each in (softness, fluidity))
    return learned.jackknifed(value, [by_fluidity, by_softness], replicas, draws)


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
    """Verdicts on how alike the directions are, and on the numbers of the dissertation."""
    planes = {learned.fluidity_member(each.temperature): each for each in findings.fluidity}
    similar = SIMILAR.judge_every(
        {name: each.cosine for name, each in planes.items()},
        {name: each.doubt for name, each in planes.items()},
    )
    return [similar, *(_value_claim(findings, quantity) for quantity in OF_SOURCE)]


def _value_claim(findings: Findings, quantity: str) -> Claim:
    statement, values = VALUES[quantity], OF_SOURCE[quantity]
    trained = findings.softness.temperature
    if not np.isclose(trained, TEMPERATURE_OF_SOURCE):
        return statement.not_tested(
            f"softness is trained at T = {trained:g}, the dissertation's at 0.45"
        )
    planes = [findings.softness, *findings.fluidity]
    known = {learned.at(each.temperature): each for each in planes if each.temperature in values}
    differences = {
        name: getattr(each, quantity).map(lambda own, value=values[each.temperature]: own - value)
        for name, each in known.items()
    }
    return statement.judge_every(differences, {name: each.doubt for name, each in known.items()})


def table(findings: Findings) -> pd.DataFrame:
    """A row for softness, then one for each fluidity from cold to hot.

    Biases and spreads are in units of the decision function; ``best_bias`` is the most accurate
    one on the transfer set. ``covariance_cosine`` is in the metric of the covariance of the
    features. Columns that are undefined are left out.
    """
    rows = [_row(each) for each in (findings.softness, *findings.fluidity)]
    return pd.DataFrame(rows).dropna(axis="columns")


def _row(plane: Hyperplane) -> dict[str, float | str]:
    # Softness is itself, whatever the samples.
    low, high = (1.0, 1.0) if plane.variable == SOFTNESS else plane.cosine.interval()
    return {
        "variable": plane.variable,
        "temperature": plane.temperature,
        "bias": float(plane.bias.value),
        "spread": float(plane.spread.value),
        "best_bias": float(plane.best_bias.value),
        "cosine": plane.cosine.value,
        "low": float(low),
        "high": float(high),
        "covariance_cosine": plane.covariance_cosine,
        "self_cosine": plane.self_cosine,
        "ceiling": plane.ceiling,
    }
