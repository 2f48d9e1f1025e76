"""Curves of Delta E(x) and Sigma(x) of learned variables."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from softness.figures import draw_learned
from softness.files.records.barriers import BarrierTable
from softness.findings import learned
from softness.findings.barrier_curves import ENERGY, ENTROPY, curve, level_and_shape
from softness.uncertainty import Estimate

AXIS_LABELS = {ENERGY: r"$\Delta E\;/\;\epsilon_{AA}$", ENTROPY: r"$\Sigma\;/\;k_B$"}

# Where the error of the level stands, beside the last bin.
LEVEL_PLACE = 0.25

# Free space above and below the curves of classifiers, as a share of their range.
MARGIN = 0.15


def draw_random(axes: Axes, table: BarrierTable, quantity: str) -> None:
    """Curves of random directions, which lie behind all others."""
    x = learned.centres(table)
    for number, name in enumerate(learned.random_names(table)):
        value = curve(table, name, quantity).value
        label = "" if number else "random directions"
        axes.plot(x, value, color="0.75", linewidth=0.7, zorder=1, label=label)


def draw_reference(
    axes: Axes, table: BarrierTable, name: str, quantity: str, label: str, **options: Any
) -> None:
    """A curve with the band of its shape, and the interval of its level as a bar beside it."""
    x, found = learned.centres(table), curve(table, name, quantity)
    level, shape = level_and_shape(x, found)
    draw_learned.draw_curve(axes, x, found, shape, label=label, **options)
    colour = options.get("color", "black")
    draw_level(axes, float(table.edges[-1]) + LEVEL_PLACE, level, colour, f"level of {label}")


def draw_level(axes: Axes, place: float, level: Estimate, colour: Any, label: str) -> None:
    """The interval of the level of all bins as a bar beside the curves."""
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


def draw_one(axes: Axes, table: BarrierTable, name: str, quantity: str, **options: Any) -> None:
    """A curve without its error."""
    options = {"markersize": 3, "linewidth": 0.8, **options}
    axes.plot(learned.centres(table), curve(table, name, quantity).value, **options)


def finish(axes: Axes, table: BarrierTable, names: Iterable[str], quantity: str, x: str) -> None:
    """Labels, and limits that show all of some variables.

    Whatever bins with few events give random directions, they do not count.
    """
    limit(axes, [curve(table, name, quantity).value for name in names])
    axes.set_xlabel(x)
    axes.set_ylabel(AXIS_LABELS[quantity])


def limit(axes: Axes, curves: Sequence[np.ndarray]) -> None:
    """Show all of some curves."""
    values = np.concatenate([np.zeros(0), *curves])
    values = values[np.isfinite(values)]
    if len(values) > 1 and np.ptp(values) > 0:
        margin = MARGIN * np.ptp(values)
        axes.set_ylim(values.min() - margin, values.max() + margin)
