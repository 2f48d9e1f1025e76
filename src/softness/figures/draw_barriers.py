"""Curves of Delta E(x) and Sigma(x) of learned variables."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from softness.figures import draw_learned
from softness.findings import learned
from softness.findings.barrier_curves import ENERGY, ENTROPY, BarrierCurves
from softness.uncertainty import Estimate

AXIS_LABELS = {ENERGY: r"$\Delta E\;/\;\epsilon_{AA}$", ENTROPY: r"$\Sigma\;/\;k_B$"}

# Where the error of the level stands, beside the last bin.
LEVEL_PLACE = 0.25

# Free space above and below the curves of classifiers, as a fraction of their range.
MARGIN = 0.15


def draw_random(axes: Axes, barriers: BarrierCurves, quantity: str) -> None:
    """Curves of random directions, which lie behind all others."""
    for number, name in enumerate(barriers.random):
        label = "" if number else "random directions"
        options = {"color": "0.75", "linewidth": 0.7, "zorder": 1, "label": label}
        draw_one(axes, barriers, name, quantity, **options)


def draw_reference(
    axes: Axes,
    barriers: BarrierCurves,
    name: str,
    quantity: str,
    label: str,
    number: int = 0,
    **options: Any,
) -> None:
    """A curve with the band of its shape, and the interval of its level as a bar beside it.

    `number` counts references from 0: their bars stand beside each other.
    """
    x, found = learned.centres(barriers.table), barriers.by_name[name][quantity]
    draw_learned.draw_curve(axes, x, found.values, found.shape, label=label, **options)
    colour = options.get("color", "black")
    place = float(barriers.table.edges[-1]) + (1 + number) * LEVEL_PLACE
    draw_level(axes, place, found.level, colour, f"level of {label}")


def draw_level(axes: Axes, place: float, level: Estimate, colour: Any, label: str = "") -> None:
    """The interval of one number, the level of all bins for example, as a bar beside the curves."""
    axes.errorbar(
        place,
        level.value,
        yerr=np.abs(np.array(level.interval()) - level.value)[:, None],
        color=colour,
        marker="_",
        markersize=6,
        capsize=2,
        elinewidth=0.8,
        linestyle="none",
        label=label,
    )


def draw_one(axes: Axes, barriers: BarrierCurves, name: str, quantity: str, **options: Any) -> None:
    """A curve without its error."""
    options = {"markersize": 3, "linewidth": 0.8, **options}
    value = barriers.by_name[name][quantity].values.value
    axes.plot(learned.centres(barriers.table), value, **options)


def finish(axes: Axes, barriers: BarrierCurves, quantity: str, x: str) -> None:
    """Labels, and limits that show all variables that are compared.

    Whatever bins with few events give random directions, they do not count.
    """
    limit(axes, [barriers.by_name[name][quantity].values.value for name in barriers.names])
    axes.set_xlabel(x)
    axes.set_ylabel(AXIS_LABELS[quantity])


def limit(axes: Axes, curves: Sequence[np.ndarray]) -> None:
    """Show all of some curves."""
    values = np.concatenate([np.zeros(0), *curves])
    values = values[np.isfinite(values)]
    if len(values) > 1 and np.ptp(values) > 0:
        margin = MARGIN * np.ptp(values)
        axes.set_ylim(values.min() - margin, values.max() + margin)
