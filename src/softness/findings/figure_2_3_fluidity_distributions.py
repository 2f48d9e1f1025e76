"""Figure 2.3: distributions of fluidity are nearly Gaussian, and move steadily with T."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness import seeds
from softness.files.records.learned import Distribution
from softness.findings import learned
from softness.findings.data import FigureData
from softness.uncertainty import Estimate, bootstrap
from softness.verdicts import Claim, Statement, Trend, between, every

NUMBER = "2.3"
SHOWN_BY_SOURCE = (1.2, 2.0)

SYMMETRIC = Statement(
    figure=NUMBER,
    name="skewness of {} at every temperature",
    claim="At every temperature fluidity is distributed nearly as a Gaussian: no skewness",
    section="2.4",
    source="approximately Gaussian, no value given",
    rule=every(between(-0.3, 0.3)),
)
NO_TAILS = Statement(
    figure=NUMBER,
    name="excess kurtosis of {} at every temperature",
    claim="At every temperature fluidity is distributed nearly as a Gaussian: no heavy tails",
    section="2.4",
    source="approximately Gaussian, no value given",
    rule=every(between(-0.5, 0.5)),
)
MONOTONE = Statement(
    figure=NUMBER,
    name="slope of the mean of {} along the temperatures, in its direction",
    claim="The mean of fluidity changes monotonically with temperature",
    section="2.4",
    source="monotone",
    rule=Trend(),
)

MEAN, SKEWNESS, KURTOSIS = 0, 2, 3


@dataclass(frozen=True)
class Shape:
    """Distribution of one fluidity at one temperature.

    Attributes
    ----------
    density
        (bins,) share of particles per unit of fluidity; what lies beyond the edges counts in it.
    moments
        (4,) mean, standard deviation, skewness and excess kurtosis. All but the mean are those
        about the mean of each replica, which has a model of its own.
    """

    density: np.ndarray
    moments: Estimate


@dataclass(frozen=True)
class Findings:
    """Distributions of two fluidities.

    Attributes
    ----------
    edges
        (bins + 1,) of fluidity, in units of its spread.
    shapes
        By temperature of training, then by temperature, each from cold to hot.
    doubt
        Which sets of samples are incomplete.
    """

    edges: np.ndarray
    shapes: dict[float, dict[float, Shape]]
    doubt: str


def compute(data: FigureData) -> Findings:
    """Densities and moments of the fluidities shown: the source's, or the outermost."""
    temperatures = learned.fluidity_temperatures(data)
    given = set(SHOWN_BY_SOURCE) <= set(temperatures)
    shown = sorted(SHOWN_BY_SOURCE if given else {temperatures[0], temperatures[-1]})
    shapes = {
        trained_at: {
            float(each.temperature): _shape(data, each, learned.fluidity_name(trained_at))
            for each in data.distribution
        }
        for trained_at in shown
    }
    return Findings(
        edges=data.distribution[0].edges,
        shapes=shapes,
        doubt=learned.doubt(fluidity=[c for c in data.fluidity if float(c.temperature) in shown]),
    )


def _shape(data: FigureData, each: Distribution, name: str) -> Shape:
    variable = learned.place(each, name)
    powers = each.powers[:, :, variable]
    number, sums = powers[..., :1], np.array([_about_own_mean(each) for each in powers])
    value = _moments(sums.sum(axis=(0, 1)) / number.sum())
    # One stream for all temperatures: each draws the same replicas. A replica has one model, whose
    # offset is the same at all temperatures and must not enter the steps between them.
    generator = seeds.stream(data.settings["seed"], f"figure {NUMBER} bootstrap", 0.0)
    draws = bootstrap(sums, number, _moments, data.settings["draws"], generator)
    return Shape(
        density=each.counts[variable] / number.sum() / np.diff(each.edges),
        moments=Estimate.of_bootstrap(value, draws, [powers.shape[1]] * len(powers)),
    )


def _about_own_mean(powers: np.ndarray) -> np.ndarray:
    """(blocks, 5) sums of the value, and of powers 1 to 4 of its distance to the replica's mean.

    Parameters
    ----------
    powers
        (blocks, 5) sums of the powers 0 to 4 of one replica.
    """
    number, first, second, third, fourth = powers.T
    mean = first.sum() / number.sum()
    centred = [
        first - mean * number,
        second - 2 * mean * first + mean**2 * number,
        third - 3 * mean * second + 3 * mean**2 * first - mean**3 * number,
        fourth - 4 * mean * third + 6 * mean**2 * second - 4 * mean**3 * first + mean**4 * number,
    ]
    return np.stack([first, *centred], axis=1)


def _moments(means: np.ndarray) -> np.ndarray:
    """(4,) moments from the means of `_about_own_mean`."""
    return np.array([means[0], *learned.standard_moments(means[1:])[1:]])


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the shape of the distributions of each fluidity, and on its means."""
    return [
        claim
        for trained_at, shapes in findings.shapes.items()
        for claim in _claims(learned.fluidity_member(trained_at), shapes, findings.doubt)
    ]


def _claims(name: str, shapes: dict[float, Shape], doubt: str) -> list[Claim]:
    symmetric, no_tails, monotone = (each.of(name) for each in (SYMMETRIC, NO_TAILS, MONOTONE))

    def members(moment: int) -> dict[str, Estimate]:
        return {learned.at(t): each.moments[moment] for t, each in shapes.items()}

    verdicts = [
        symmetric.judge_every(members(SKEWNESS), doubt),
        no_tails.judge_every(members(KURTOSIS), doubt),
    ]
    if len(shapes) < 2:
        return [*verdicts, monotone.not_tested("needs two temperatures")]
    means = {t: each.moments[MEAN] for t, each in shapes.items()}
    sign = np.sign(means[max(means)].value - means[min(means)].value)
    along = {t: each.map(lambda value: sign * value) for t, each in means.items()}
    return [*verdicts, monotone.judge_trend(learned.trend(along), learned.steps(along), doubt)]


def table(findings: Findings) -> pd.DataFrame:
    """Density of both fluidities at each temperature, with the moments of the distribution."""
    parts = [
        _rows(findings.edges, trained_at, temperature, shape)
        for trained_at, shapes in findings.shapes.items()
        for temperature, shape in shapes.items()
    ]
    return learned.defined(pd.concat(parts, ignore_index=True))


def _rows(edges: np.ndarray, trained_at: float, temperature: float, shape: Shape) -> pd.DataFrame:
    mean, deviation, skewness, kurtosis = shape.moments.value
    return pd.DataFrame(
        {
            "temperature": temperature,
            "variable": learned.fluidity_name(trained_at),
            "value": (edges[:-1] + edges[1:]) / 2,
            "density": shape.density,
            "mean": mean,
            "standard_deviation": deviation,
            "skewness": skewness,
            "excess_kurtosis": kurtosis,
        }
    )
