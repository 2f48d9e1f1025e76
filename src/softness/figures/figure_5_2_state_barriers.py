"""Figure 5.2: barriers by softness of thermal and of inherent structure."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softness.figures import draw_barriers, draw_learned, draw_models, style
from softness.files.states import INHERENT, THERMAL
from softness.findings.barrier_curves import QUANTITIES
from softness.findings.state_softness import ALL_FRAMES, Findings
from softness.uncertainty import Estimate

COLOURS = {THERMAL: "black", INHERENT: "tab:red", ALL_FRAMES: "0.55"}


def plot(findings: Findings) -> Figure:
    """Delta E (a) and Sigma (b) against x; slopes of Delta E (c) and T0 (d) of each state."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 4.4))
    panels = figure.subplots(2, 2, height_ratios=(3, 2))
    for axes, quantity in zip(panels[0], QUANTITIES, strict=True):
        _draw_curves(axes, findings, quantity)
    states = findings.all_states
    _draw_values(panels[1, 0], {each.name: each.energy for each in states})
    panels[1, 0].set_ylabel(r"slope of $\Delta E\;/\;\epsilon_{AA}$")
    defined = [each for each in states if not each.onset_doubt]
    _draw_values(panels[1, 1], {each.name: each.onset for each in defined})
    panels[1, 1].set_ylabel(r"$T_0\;/\;(\epsilon_{AA}/k_B)$")
    style.letter(panels.flat)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center")
    return figure


def _draw_curves(axes: Axes, findings: Findings, quantity: str) -> None:
    draw_barriers.draw_random(axes, findings.barriers, quantity)
    for number, state in enumerate(findings.states):
        given = findings.barriers, state.variable, quantity, state.name, number
        draw_barriers.draw_reference(axes, *given, color=COLOURS[state.name])
    draw_barriers.finish(axes, findings.barriers, quantity, draw_learned.Z_SCORE)


def _draw_values(axes: Axes, values: Mapping[str, Estimate]) -> None:
    """A value with its 95 % interval for each name."""
    for place, (name, found) in enumerate(values.items()):
        reach = np.abs(np.array(found.interval()) - found.value)[:, None]
        look = {"color": COLOURS[name], "marker": "o", "capsize": 2}
        axes.errorbar(place, found.value, yerr=reach, **look)
    axes.set_xticks(range(len(values)), list(values))
    axes.set_xlim(-0.6, max(len(values), 1) - 0.4)
    if not values:
        draw_models.write_note(axes, "undefined: no slope differs from 0")
