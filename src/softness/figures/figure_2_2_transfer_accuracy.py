"""Figure 2.2: what is learned from diffusive extremes classifies activated dynamics."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from softness.figures import draw_barriers, draw_learned, style
from softness.findings.figure_2_2_transfer_accuracy import Findings
from softness.findings.learned import SOFTNESS

# Half the range of biases shown, in units of the standard deviation.
WIDEST_BIAS = 3.0
# The lower end of the axis of densities, in 1 / sigma_AA.
LEAST_DENSITY = 1e-5
# The range of displacements shown, over the range of the data.
MARGIN = 1.05
# Where the intervals of the best accuracies stand, beside the curves, and the distance of two.
PLACE, APART = 3.25, 0.2


def plot(findings: Findings) -> Figure:
    """Accuracy against bias of all variables (a), displacements over the time of p_hop (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 3.1))
    panels = figure.subplots(1, 2)
    _draw_accuracies(panels[0], findings)
    _draw_densities(panels[1], findings)
    style.letter(panels)
    # Below the panel, where it covers no curve.
    handles, _ = panels[0].get_legend_handles_labels()
    handles += [
        Line2D([], [], color=style.fluidity_colour(t), label=draw_learned.fluidity_label(t))
        for t in findings.fluidity
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=4)
    style.temperature_legend(figure, findings.displacements, loc="outside right center")
    return figure


def _draw_accuracies(axes: Axes, findings: Findings) -> None:
    curves = {}
    for name, accuracy in findings.accuracy.items():
        shown = np.abs(findings.bias[name]) <= WIDEST_BIAS
        curves[name] = findings.bias[name][shown], accuracy[shown]
    for number, name in enumerate(findings.random):
        x, accuracy = curves[name]
        label = "" if number else "random directions"
        look = {"color": "0.75", "linewidth": 0.7, "zorder": 1, "label": label}
        axes.plot(x, accuracy.value, **look)
    looks = {SOFTNESS: {"color": "black", "label": "softness", "zorder": 2.2}}
    for temperature, name in sorted(findings.fluidity.items()):
        looks[name] = {"color": style.fluidity_colour(temperature), "zorder": 2.1}
    for number, (name, look) in enumerate(looks.items()):
        x, accuracy = curves[name]
        axes.plot(x, accuracy.value, **look)
        best = accuracy[int(np.argmin(np.abs(x)))]
        draw_barriers.draw_level(axes, PLACE + APART * number, best, look["color"])
    draw_learned.draw_chance(axes)
    axes.set_xlim(-WIDEST_BIAS, PLACE + APART * len(looks))
    axes.set_xticks(np.arange(-WIDEST_BIAS, WIDEST_BIAS + 1))
    axes.set_xlabel(r"$(b - b^{best})\;/\;\sigma$")
    axes.set_ylabel(rf"accuracy at $T = {findings.temperature:g}$")


def _draw_densities(axes: Axes, findings: Findings) -> None:
    x, displacements = findings.distance, findings.displacements
    densities = {temperature: each.density for temperature, each in displacements.items()}
    seen = {temperature: density > LEAST_DENSITY for temperature, density in densities.items()}
    for temperature, density in reversed(densities.items()):
        shown, colour = seen[temperature], style.temperature_colour(temperature)
        axes.plot(x[shown], density[shown], color=colour, linewidth=0.9)
    for temperature in {min(densities), max(densities)}:
        gaussian = displacements[temperature].gaussian
        axes.plot(x, gaussian, color="0.3", linestyle="--", linewidth=0.7)
    axes.set_yscale("log")
    axes.set_ylim(LEAST_DENSITY, 2 * max(density.max() for density in densities.values()))
    farthest = np.abs(x[np.any(list(seen.values()), axis=0)]).max()
    axes.set_xlim(-MARGIN * farthest, MARGIN * farthest)
    axes.set_xlabel(rf"$\Delta x(t = {findings.lag:g}\,\tau)\;/\;\sigma_{{AA}}$")
    axes.set_ylabel(r"$G_s(\Delta x, t)\;\sigma_{AA}$")
