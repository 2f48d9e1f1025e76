"""Pulses of thermal cycles."""

import numpy as np
from matplotlib.axes import Axes

from softness.findings.cycles import Pulse


def mark_pulse(axes: Axes, pulse: Pulse) -> None:
    """Shade the time of the pulse, the more the warmer."""
    begin, end = pulse.time[[pulse.begin, pulse.end]]
    axes.axvspan(begin, end, color="#f6e7d8", linewidth=0, zorder=0)
    warm = pulse.time[pulse.warm]
    axes.axvspan(warm[0], warm[-1], color="#f0d5bd", linewidth=0, zorder=0.1)


def draw_protocol(axes: Axes, pulse: Pulse) -> None:
    """Set temperature against time."""
    mark_pulse(axes, pulse)
    axes.plot(pulse.time, pulse.temperature, color="0.15", linewidth=1.0)
    room = 0.35 * abs(pulse.high - pulse.low)
    axes.set_ylim(*(sorted((pulse.low, pulse.high)) + np.array([-room, room])))
    axes.set_yticks([pulse.low, pulse.high], [f"{pulse.low:g}", f"{pulse.high:g}"])
    axes.tick_params(labelbottom=False)
    axes.set_ylabel("$T$")


def band(axes: Axes, x: np.ndarray, mean: np.ndarray, error: np.ndarray, colour: object) -> None:
    """Standard error on both sides of a mean, where it is known."""
    axes.fill_between(x, mean - error, mean + error, color=colour, alpha=0.2, linewidth=0)
