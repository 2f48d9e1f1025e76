"""Figure 2.3: distributions of fluidity are nearly Gaussian, and move steadily with T."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from softness import seeds
from softness.files.records.learned import Distribution
from softness.findings import learned
from softness.findings.data import FigureData
from softness.verdicts import Claim, Statement
from softness.uncertainty import Estimate, bootstrap, widened

NUMBER = "2.3"
SHOWN_BY_SOURCE = (1.2, 2.0)

SYMMETRIC = Statement(
    figure=NUMBER,
    name="skewness at every temperature",
    claim="At every temperature fluidity is distributed nearly as a Gaussian: no skewness",
    source="approximately Gaussian, no value given",
    above=-0.3,
    below=0.3,
)
NO_TAILS = Statement(
    figure=NUMBER,
    name="excess kurtosis at every temperature",
    claim="At every temperature fluidity is distributed nearly as a Gaussian: no heavy tails",
    source="approximately Gaussian, no value given",
    above=-0.5,
    below=0.5,
)
MONOTONE = Statement(
    figure=NUMBER,
    name="every step of the mean with T along its trend",
    claim="The mean of fluidity changes monotonically with temperature",
    source="monotone",
    above=0.0,
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
        (4,) mean, standard deviation, skewness and excess kurtosis.
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
    steps
        Of the mean between neighbouring temperatures, positive along the overall trend.
    replicas
        Fewest of all temperatures.
    doubt
        Which sets of samples are incomplete.
    """

    edges: np.ndarray
    shapes: dict[float, dict[float, Shape]]
    steps: dict[str, Estimate]
    replicas: int
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
        steps={
            f"{learned.fluidity_member(trained_at)} {between}": step
            for trained_at, by_temperature in shapes.items()
            for between, step in _steps_along_trend(by_temperature).items()
        },
        replicas=min(len(each.powers) for each in data.distribution),
        doubt=learned.doubt(fluidity=[c for c in data.fluidity if float(c.temperature) in shown]),
    )


def _shape(data: FigureData, each: Distribution, name: str) -> Shape:
    variable = learned.place(each, name)
    powers = each.powers[:, :, variable]
    number, sums = powers[..., :1], powers[..., 1:]
    value = learned.standard_moments(sums.sum(axis=(0, 1)) / number.sum())
    # One stream for all temperatures: each draws the same replicas. A replica has one model, whose
    # offset is the same at all temperatures and must not enter the steps between them.
    generator = seeds.stream(data.settings["seed"], f"figure {NUMBER} bootstrap", 0.0)
    draws = bootstrap(sums, number, learned.standard_moments, data.settings["draws"], generator)
    return Shape(
        density=each.counts[variable] / number.sum() / np.diff(each.edges),
        moments=Estimate(value, widened(draws, value, [powers.shape[1]] * len(powers))),
    )


def _steps_along_trend(shapes: dict[float, Shape]) -> dict[str, Estimate]:
    means = {temperature: each.moments[MEAN] for temperature, each in shapes.items()}
    sign = np.sign(means[max(means)].value - means[min(means)].value)
    steps = {pair: means[pair[1]] - means[pair[0]] for pair in pairwise(means)}
    return {
        f"from T = {cold:g} to {warm:g}": Estimate(sign * step.value, sign * step.draws)
        for (cold, warm), step in steps.items()
    }


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the shape of all distributions, and on the order of their means."""
    moments = {
        f"{learned.fluidity_member(trained_at)} {learned.at(temperature)}": each.moments
        for trained_at, shapes in findings.shapes.items()
        for temperature, each in shapes.items()
    }
    judged = (
        (SYMMETRIC, {name: each[SKEWNESS] for name, each in moments.items()}),
        (NO_TAILS, {name: each[KURTOSIS] for name, each in moments.items()}),
        (MONOTONE, findings.steps),
    )
    return [
        learned.judged_all(statement, members, findings.replicas, findings.doubt)
        if members
        else statement.not_tested("needs two temperatures")
        for statement, members in judged
    ]


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
