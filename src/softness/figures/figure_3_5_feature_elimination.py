"""Figure 3.5: how few features are enough: barriers and predicted variance by their number."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from softness.figures import draw_barriers, draw_models, style
from softness.findings.barrier_curves import QUANTITIES
from softness.findings.explained import ETA, ETA_OVER_CEILING
from softness.findings.figure_3_5_feature_elimination import Findings
from softness.uncertainty import Estimate

# Numbers whose ratio is below this have no labels of their own on the axis.
LABELS_APART = 1.5


def plot(findings: Findings) -> Figure:
    """Delta E (a) and Sigma (b) against x, eta against the number of features (c)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.4))
    panels = figure.subplots(1, 3)
    for panel, quantity in zip(panels, QUANTITIES, strict=False):
        _draw_curves(panel, findings, quantity)
    _draw_etas(panels[2], findings.etas)
    style.letter(panels)
    draw_models.curve_legend(figure, panels[0], title="features $M$")
    return figure


def _draw_curves(axes: Axes, findings: Findings, quantity: str) -> None:
    barriers, features = findings.barriers, findings.features
    for (number, name), colour in zip(features.items(), _colours(len(features)), strict=True):
        options = {"color": colour, "label": f"{number}", "marker": "o", "markersize": 2}
        draw_barriers.draw_one(axes, barriers, name, quantity, **options)
    draw_barriers.finish(axes, barriers, quantity, draw_models.Z_SCORE)
    if not features:
        draw_models.write_note(axes, "no such models")


def _colours(count: int) -> np.ndarray:
    """(count, 4) from dark for the fewest features to light for the most."""
    return style.LEARNED_COLOURS(np.linspace(0, 1, count))


def _draw_etas(axes: Axes, found: dict[int, Estimate]) -> None:
    looks = {ETA: ("black", "o", r"$\eta$"), ETA_OVER_CEILING: ("0.6", "s", r"$\eta$ / ceiling")}
    parts = {quantity: [each[quantity] for each in found.values()] for quantity in looks}
    for place, (quantity, (colour, marker, label)) in enumerate(looks.items()):
        if found:
            # Beside each other.
            x = np.array(list(found)) * (0.95 + 0.1 * place)
            options = {"color": colour, "marker": marker, "label": label}
            draw_models.draw_points(axes, x, parts[quantity], "", **options)
    axes.set_ylim(*draw_models.limits([each for part in parts.values() for each in part], 0.0))
    axes.set_xlabel("number of features $M$")
    axes.set_ylabel(r"$\eta = \mathrm{Var}(\hat{y})\,/\,\mathrm{Var}(y)$")
    if not found:
        draw_models.write_note(axes, "no such models")
        return
    axes.set_xscale("log", base=2)
    labelled = _labelled(list(found))
    axes.set_xticks(labelled, [f"{number}" for number in labelled])
    axes.minorticks_off()
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderpad=0)


def _labelled(numbers: list[int]) -> list[int]:
    """The numbers with labels, the largest first, that do not stand too near to each other."""
    kept: list[int] = []
    for number in sorted(numbers, reverse=True):
        if not kept or kept[-1] >= LABELS_APART * number:
            kept.append(number)
    return kept
