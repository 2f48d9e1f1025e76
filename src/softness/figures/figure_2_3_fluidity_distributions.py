"""Figure 2.3: distributions of fluidity are nearly Gaussian, and move steadily with T."""

from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from softness import seeds
from softness.figures import draw_learned, style
from softness.files.records.learned import Distribution
from softness.findings import learned
from softness.findings.data import FigureData
from softness.report.claims import Claim, Statement
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
# Density that can be seen, as a share of the highest.
LEAST_VISIBLE = 1e-3

# Moments by the name of the fluidity, then by temperature from cold to hot.
Moments = dict[str, dict[float, Estimate]]


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on the shape of all distributions, and on the order of their means."""
    shown = shown_temperatures(data)
    moments = {
        learned.fluidity_member(trained_at): {
            float(each.temperature): _moments(data, each, trained_at) for each in data.distribution
        }
        for trained_at in shown
    }
    replicas = min(len(each.powers) for each in data.distribution)
    trained = [c for c in data.fluidity if float(c.temperature) in shown]
    reason = learned.doubt(fluidity=trained)
    return [
        learned.judged_all(SYMMETRIC, _parts(moments, SKEWNESS), replicas, reason),
        learned.judged_all(NO_TAILS, _parts(moments, KURTOSIS), replicas, reason),
        _monotone_claim(moments, replicas, reason),
    ]


def shown_temperatures(data: FigureData) -> list[float]:
    """Training temperatures of the fluidities shown: the source's, or the outermost."""
    temperatures = learned.fluidity_temperatures(data)
    if set(SHOWN_BY_SOURCE) <= set(temperatures):
        return list(SHOWN_BY_SOURCE)
    return sorted({temperatures[0], temperatures[-1]})


def _parts(moments: Moments, moment: int) -> dict[str, Estimate]:
    """One moment of each fluidity at each temperature."""
    return {
        f"{name} {learned.at(temperature)}": _part(each, moment)
        for name, by_temperature in moments.items()
        for temperature, each in by_temperature.items()
    }


def _part(moments: Estimate, moment: int) -> Estimate:
    return Estimate(moments.value[moment], moments.draws[:, moment])


def _monotone_claim(moments: Moments, replicas: int, reason: str) -> Claim:
    steps = {
        f"{name} {between}": step
        for name, by_temperature in moments.items()
        for between, step in _steps_along_trend(by_temperature).items()
    }
    if not steps:
        return MONOTONE.not_tested("needs two temperatures")
    return learned.judged_all(MONOTONE, steps, replicas, reason)


def _steps_along_trend(moments: dict[float, Estimate]) -> dict[str, Estimate]:
    """Steps of the mean between neighbouring temperatures, positive along the overall trend."""
    means = {temperature: _part(each, MEAN) for temperature, each in moments.items()}
    sign = np.sign(means[max(means)].value - means[min(means)].value)
    steps = {pair: means[pair[1]] - means[pair[0]] for pair in pairwise(means)}
    return {
        f"from T = {cold:g} to {warm:g}": Estimate(sign * step.value, sign * step.draws)
        for (cold, warm), step in steps.items()
    }


def _moments(data: FigureData, each: Distribution, trained_at: float) -> Estimate:
    """Mean, standard deviation, skewness and excess kurtosis of one fluidity at one temperature."""
    powers = each.powers[:, :, learned.place(each, learned.fluidity_name(trained_at))]
    number, sums = powers[..., :1], powers[..., 1:]
    value = learned.standard_moments(sums.sum(axis=(0, 1)) / number.sum())
    # One stream for all temperatures: each draws the same replicas. A replica has one model, whose
    # offset is the same at all temperatures and must not enter the steps between them.
    generator = seeds.stream(data.settings["seed"], f"figure {NUMBER} bootstrap", 0.0)
    draws = bootstrap(sums, number, learned.standard_moments, data.settings["draws"], generator)
    return Estimate(value, widened(draws, value, [powers.shape[1]] * len(powers)))


def table(data: FigureData) -> pd.DataFrame:
    """Density of both fluidities at each temperature, with the moments of the distribution."""
    shown = shown_temperatures(data)
    parts = [_rows(data, each, trained_at) for trained_at in shown for each in data.distribution]
    return learned.defined(pd.concat(parts, ignore_index=True))


def _rows(data: FigureData, each: Distribution, trained_at: float) -> pd.DataFrame:
    mean, deviation, skewness, kurtosis = _moments(data, each, trained_at).value
    return pd.DataFrame(
        {
            "temperature": float(each.temperature),
            "variable": learned.fluidity_name(trained_at),
            "value": (each.edges[:-1] + each.edges[1:]) / 2,
            "density": _density(each, trained_at),
            "mean": mean,
            "standard_deviation": deviation,
            "skewness": skewness,
            "excess_kurtosis": kurtosis,
        }
    )


def _density(each: Distribution, trained_at: float) -> np.ndarray:
    """(bins,) share of particles per unit of fluidity; what lies beyond the edges counts in it."""
    variable = learned.place(each, learned.fluidity_name(trained_at))
    particles = each.powers[:, :, variable, 0].sum()
    return each.counts[variable] / particles / np.diff(each.edges)


def plot(data: FigureData) -> Figure:
    """Densities at all temperatures, one panel for each fluidity."""
    shown = shown_temperatures(data)
    figure = Figure(figsize=(style.DOUBLE_COLUMN if len(shown) > 1 else style.SINGLE_COLUMN, 2.6))
    panels = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    for panel, trained_at, letter in zip(panels, shown, "ab", strict=False):
        for each in reversed(data.distribution):
            middles = (each.edges[:-1] + each.edges[1:]) / 2
            colour = style.temperature_colour(float(each.temperature))
            panel.plot(middles, _density(each, trained_at), color=colour, linewidth=0.9)
        label = draw_learned.fluidity_label(trained_at)
        panel.set_xlabel(rf"{label}$\;/\;\sigma$")
        panel.set_ylabel(rf"$P(${label}$)$")
        panel.set_xlim(_visible_range(data, trained_at))
        panel.set_title(f"({letter})", loc="left", fontsize=9)
    # The panels share the axis: a limit set before all curves are drawn would cut the later ones.
    panels[0].set_ylim(bottom=0)
    temperatures = [float(each.temperature) for each in data.distribution]
    style.temperature_legend(figure, temperatures, loc="outside right center")
    return figure


def _visible_range(data: FigureData, trained_at: float) -> tuple[float, float]:
    """Range of fluidity outside which no curve can be told from the axis."""
    densities = np.array([_density(each, trained_at) for each in data.distribution])
    visible = np.flatnonzero((densities > LEAST_VISIBLE * densities.max()).any(axis=0))
    edges = data.distribution[0].edges
    return edges[visible[0]], edges[visible[-1] + 1]
