"""Figure 2.2: what is learned from diffusive extremes classifies activated dynamics."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from softness import seeds
from softness.figures import draw_learned, style
from softness.files.records.dynamics import VanHove
from softness.findings import learned
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.report.claims import Claim, Statement
from softness.uncertainty import Estimate, block_labels, bootstrap, widened

NUMBER = "2.2"
HOTTEST_OF_SOURCE = 2.0

TRANSFERS = Statement(
    figure=NUMBER,
    name="transfer accuracy of every fluidity",
    claim="Every fluidity keeps substantial accuracy on activated dynamics at low temperature",
    source="well above chance, no value given",
    above=0.55,
)
TRANSFERS_AT_ALL = Statement(
    figure=NUMBER,
    name="transfer accuracy of the best fluidity",
    claim="Ours: the best fluidity, chosen on other replicas, is better than chance there",
    source="none",
    above=learned.CHANCE,
)
GAUSSIAN = Statement(
    figure=NUMBER,
    name="non-Gaussian parameter at T = 2",
    claim="At high temperature displacements are essentially Gaussian",
    source="essentially Gaussian, no value given",
    below=0.05,
)
TAILED = Statement(
    figure=NUMBER,
    name="non-Gaussian parameter of the coldest liquid",
    claim="At low temperature displacements have an exponential tail",
    source="exponential tail, no value given",
    above=0.2,
)

# Half the range of biases shown, in units of the spread.
WIDEST_BIAS = 3.0
# The lower end of the axis of densities, in 1 / sigma_AA.
LEAST_DENSITY = 1e-5
# The range of displacements shown, over that of the data.
MARGIN = 1.05


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on the transfer, and on the shape of displacements."""
    transfer = data.transfer[0]
    names = {
        learned.fluidity_member(t): learned.fluidity_name(t)
        for t in learned.fluidity_temperatures(data)
    }
    found = {
        member: learned.held_out_accuracy(data, NUMBER, transfer, name)
        for member, name in names.items()
    }
    best = learned.held_out_accuracy(data, NUMBER, transfer, *names.values())
    reason = learned.doubt(fluidity=data.fluidity, sets=[transfer])
    replicas = learned.replicas_of([transfer])
    return [
        learned.judged_all(TRANSFERS, found, replicas, reason),
        learned.judged(TRANSFERS_AT_ALL, best, replicas, reason),
        _gaussian_claim(data),
        _non_gaussian_claim(data, TAILED, _temperatures(data)[0]),
    ]


def _gaussian_claim(data: FigureData) -> Claim:
    hottest = _temperatures(data)[-1]
    if hottest < HOTTEST_OF_SOURCE:
        return GAUSSIAN.not_tested(f"the hottest liquid is T = {hottest:g}")
    return _non_gaussian_claim(data, GAUSSIAN, hottest)


def _non_gaussian_claim(data: FigureData, statement: Statement, temperature: float) -> Claim:
    replicas = len(_runs(data, temperature))
    return learned.judged(statement, non_gaussian(data, temperature), replicas)


def non_gaussian(data: FigureData, temperature: float) -> Estimate:
    """alpha_2 of the displacements of all runs at a temperature, blocks of time resampled."""
    sums, counts = zip(*(_block_sums(data, run) for run in _runs(data, temperature)), strict=True)
    moments = sum(each.sum(axis=0) for each in sums) / sum(each.sum(axis=0) for each in counts)
    value = _alpha(moments)
    generator = seeds.stream(data.settings["seed"], f"figure {NUMBER} van Hove", temperature)
    draws = bootstrap(sums, counts, _alpha, data.settings["draws"], generator)
    return Estimate(value, widened(draws, value, [len(each) for each in sums]))


def _alpha(moments: np.ndarray) -> float:
    """Non-Gaussian parameter from <r^2> and <r^4>; 0 for a Gaussian."""
    square, fourth = moments
    return 3 * fourth / (5 * square**2) - 1


def _block_sums(data: FigureData, run: VanHove) -> tuple[np.ndarray, np.ndarray]:
    """(blocks, 2) sums of r^2 and r^4 over origins in blocks of time, and (blocks, 1) numbers."""
    time = data.relaxation_time_at(float(run.temperature))
    length = data.settings["block_length"] * time if np.isfinite(time) else float(run.duration)
    labels = block_labels(run.origin, float(run.duration), length)
    members = labels[:, None] == np.unique(labels)
    moments = np.stack([run.square, run.fourth], axis=1)
    return members.T @ moments, members.sum(axis=0)[:, None].astype(float)


def _temperatures(data: FigureData) -> list[float]:
    """Temperatures of the van Hove functions, from cold to hot."""
    return sorted({float(run.temperature) for run in data.van_hove})


def _runs(data: FigureData, temperature: float) -> Sequence[VanHove]:
    return [run for run in data.van_hove if float(run.temperature) == temperature]


def _density(data: FigureData, temperature: float) -> np.ndarray:
    """(bins,) density of one component over all origins of all runs."""
    runs = _runs(data, temperature)
    return np.average([r.density for r in runs], axis=0, weights=[len(r.origin) for r in runs])


def _gaussian(data: FigureData, temperature: float) -> np.ndarray:
    """(bins,) Gaussian of the variance of the displacements."""
    variance = np.concatenate([run.square for run in _runs(data, temperature)]).mean() / 3
    return np.exp(-(_distance(data) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)


def _distance(data: FigureData) -> np.ndarray:
    edges = data.van_hove[0].edges
    return (edges[:-1] + edges[1:]) / 2


def table(data: FigureData) -> pd.DataFrame:
    """Accuracies against bias, then densities of displacements: ``quantity`` says which.

    ``x`` is the bias from the best one in units of the spread, or the displacement. Densities have
    no interval: low and high repeat them.
    """
    parts = [_accuracy_rows(data, name) for name in _drawn_names(data)]
    for temperature in _temperatures(data):
        parts.append(_density_rows(data, "van Hove", temperature, _density(data, temperature)))
        parts.append(_density_rows(data, "Gaussian", temperature, _gaussian(data, temperature)))
    return learned.with_full_intervals(pd.concat(parts, ignore_index=True))


def _density_rows(
    data: FigureData, quantity: str, temperature: float, density: np.ndarray
) -> pd.DataFrame:
    labels = {"quantity": quantity, "temperature": temperature, "variable": "displacement"}
    columns = {"value": density, "low": density, "high": density}
    return pd.DataFrame({**labels, "x": _distance(data), **columns})


def _drawn_names(data: FigureData) -> list[str]:
    fluidity = [learned.fluidity_name(t) for t in learned.fluidity_temperatures(data)]
    return [SOFTNESS, *fluidity, *learned.random_names(data.transfer[0])]


def _from_best(data: FigureData, name: str) -> tuple[np.ndarray, Estimate]:
    """(biases,) biases from a variable's best one, and its accuracies."""
    transfer = data.transfer[0]
    x = transfer.bias - learned.best_bias(transfer, name)
    return x, learned.curve(data, NUMBER, transfer, name)


def _accuracy_rows(data: FigureData, name: str) -> pd.DataFrame:
    transfer = data.transfer[0]
    x, found = _from_best(data, name)
    low, high = found.interval()
    labels = {"quantity": "accuracy", "temperature": float(transfer.temperature), "variable": name}
    return pd.DataFrame({**labels, "x": x, "value": found.value, "low": low, "high": high})


def plot(data: FigureData) -> Figure:
    """Accuracy against bias of all variables (a), displacements over the time of p_hop (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 3.1))
    panels = figure.subplots(1, 2)
    _draw_accuracies(panels[0], data)
    _draw_densities(panels[1], data)
    for panel, letter in zip(panels, "ab", strict=True):
        panel.set_title(f"({letter})", loc="left", fontsize=9)
    # Below the panel, where it covers no curve.
    handles, _ = panels[0].get_legend_handles_labels()
    handles += [
        Line2D([], [], color=style.fluidity_colour(t), label=draw_learned.fluidity_label(t))
        for t in learned.fluidity_temperatures(data)
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=4)
    style.temperature_legend(figure, _temperatures(data), loc="outside right center")
    return figure


def _draw_accuracies(axes: Axes, data: FigureData) -> None:
    transfer = data.transfer[0]
    for number, name in enumerate(learned.random_names(transfer)):
        x, found = _from_best(data, name)
        label = "" if number else "random directions"
        axes.plot(x, found.value, color="0.75", linewidth=0.7, zorder=1, label=label)
    softness = _from_best(data, SOFTNESS)
    draw_learned.draw_curve(axes, *softness, color="black", label="softness", zorder=2.2)
    fluidity = {
        temperature: _from_best(data, learned.fluidity_name(temperature))
        for temperature in learned.fluidity_temperatures(data)
    }
    draw_learned.draw_curves(axes, fluidity, zorder=2.1)
    draw_learned.draw_chance(axes)
    axes.set_xlim(-WIDEST_BIAS, WIDEST_BIAS)
    axes.set_xlabel(r"$(b - b^{best})\;/\;\sigma$")
    axes.set_ylabel(rf"accuracy at $T = {float(transfer.temperature):g}$")


def _draw_densities(axes: Axes, data: FigureData) -> None:
    temperatures, x = _temperatures(data), _distance(data)
    densities = {temperature: _density(data, temperature) for temperature in temperatures}
    seen = {temperature: density > LEAST_DENSITY for temperature, density in densities.items()}
    for temperature in reversed(temperatures):
        shown, colour = seen[temperature], style.temperature_colour(temperature)
        axes.plot(x[shown], densities[temperature][shown], color=colour, linewidth=0.9)
    for temperature in {temperatures[0], temperatures[-1]}:
        axes.plot(x, _gaussian(data, temperature), color="0.3", linestyle="--", linewidth=0.7)
    axes.set_yscale("log")
    axes.set_ylim(LEAST_DENSITY, 2 * max(density.max() for density in densities.values()))
    farthest = np.abs(x[np.any(list(seen.values()), axis=0)]).max()
    axes.set_xlim(-MARGIN * farthest, MARGIN * farthest)
    lag = float(data.van_hove[0].lag)
    axes.set_xlabel(rf"$\Delta x(t = {lag:g}\,\tau)\;/\;\sigma_{{AA}}$")
    axes.set_ylabel(r"$G_s(\Delta x, t)\;\sigma_{AA}$")
