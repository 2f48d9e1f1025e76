"""Figure 3.M: whether there are enough runs of a snapshot, and whether they are long enough."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from softness.figures import draw_learned, draw_models, style
from softness.findings.figure_3_m_convergence import KINDS, Findings, Shares
from softness.findings.regressed import RIDGE
from softness.uncertainty import Estimate

LABELS = 6
"""Most numbers of runs with a label on an axis, apart from the largest."""


def plot(findings: Findings) -> Figure:
    """Explained variance (a), reliability (b), slope of barriers (c) against M; p_r(t) (d)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 5.0))
    panels = figure.subplots(2, 2).ravel()
    _draw_explained(panels[0], findings.explained)
    reliability = findings.reliability
    _draw(panels[1], reliability, "runs", 1.0, color="black", marker="o")
    panels[1].set_ylim(*draw_models.limits(reliability.values(), 0.0, 1.0))
    panels[1].set_ylabel("reliability of logit $p_r$")
    for panel in panels[:2]:
        _finish(panel, findings)
    _draw_slopes(panels[2], findings.slopes)
    _draw_shares(panels[3], findings.shares)
    style.letter(panels)
    if findings.explained:
        draw_models.model_legend(figure, findings.explained, loc="outside upper center", ncols=6)
    if findings.shares:
        temperatures = [each.temperature for each in findings.shares]
        style.temperature_legend(figure, temperatures, loc="outside lower center", ncols=6)
    return figure


def _draw_explained(axes: Axes, explained: Mapping[str, Mapping[int, Estimate]]) -> None:
    for place, (name, by_number) in enumerate(explained.items()):
        _draw(axes, by_number, name, 2 ** (0.3 * ((place + 0.5) / len(explained) - 0.5)))
    shown = [each for by_number in explained.values() for each in by_number.values()]
    axes.set_ylim(*draw_models.limits(shown, 0.0))
    axes.set_ylabel("explained variance")


def _draw_slopes(axes: Axes, slopes: Mapping[int, Estimate]) -> None:
    """Slope of Delta E by ridge against the number of runs."""
    axes.set_xlabel("number of runs $M$ of the training")
    axes.set_ylabel(r"$\mathrm{d}\,\Delta E\,/\,\mathrm{d}x\;\;(\epsilon_{AA})$ by RR")
    _draw(axes, slopes, RIDGE, 1.0)
    axes.set_ylim(*draw_models.limits(slopes.values(), 0.0))
    if slopes:
        axes.set_xscale("log", base=2)
        _label_numbers(axes, _apart(sorted(slopes)))
    else:
        draw_models.write_note(axes, "no such models")


def _apart(numbers: list[int]) -> list[int]:
    """The numbers with labels: the largest, and smaller ones that leave room for theirs."""
    room = (numbers[-1] / numbers[0]) ** (1 / LABELS)
    kept: list[int] = []
    for number in reversed(numbers):
        if not kept or kept[-1] >= room * number:
            kept.append(number)
    return kept


def _draw_shares(axes: Axes, shares: Sequence[Shares]) -> None:
    """Mean p_r(t) at each temperature, at the time (solid) and up to it (dashed)."""
    axes.set_xlabel(r"$t\;\;(\tau)$")
    axes.set_ylabel(r"$\langle p_r(t) \rangle$")
    axes.set_title("solid: at $t$, dashed: up to $t$", loc="right", fontsize=7)
    if not shares:
        draw_models.write_note(axes, "no shares against time")
        return
    for each in shares:
        colour = style.temperature_colour(each.temperature)
        for kind, line in zip(KINDS, ("-", "--"), strict=True):
            curve = _positive(each.by_kind[kind])
            draw_learned.draw_curve(axes, each.time, curve, color=colour, linestyle=line)
    if any((curve.value > 0).any() for each in shares for curve in each.by_kind.values()):
        axes.set_yscale("log")


def _positive(curve: Estimate) -> Estimate:
    """What a logarithmic axis can show."""
    value = np.where(curve.value > 0, curve.value, np.nan)
    return Estimate(value, np.where(curve.draws > 0, curve.draws, np.nan), curve.units)


def _draw(
    axes: Axes, by_number: Mapping[int, Estimate], name: str, factor: float, **options: Any
) -> None:
    """Points at the numbers of runs times a factor, so that models lie beside each other."""
    if by_number:
        numbers = factor * np.array(list(by_number))
        draw_models.draw_points(axes, numbers, list(by_number.values()), name, **options)


def _finish(axes: Axes, findings: Findings) -> None:
    axes.set_xlabel("number of runs $M$")
    if findings.untested:
        draw_models.write_note(axes, findings.untested)
        return
    numbers = findings.run_numbers
    axes.set_xscale("log", base=2)
    _label_numbers(axes, numbers[::-2])
    axes.set_xlim(numbers[-1] / 1.4, numbers[0] * 1.4)


def _label_numbers(axes: Axes, numbers: list[int]) -> None:
    axes.set_xticks(numbers, [f"{number:g}" for number in numbers])
    axes.minorticks_off()
    axes.xaxis.set_minor_formatter(NullFormatter())
