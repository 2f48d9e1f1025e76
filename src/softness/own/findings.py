"""All that was found in files of trajectories, which their configuration follows from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from softness.dynamics.caging import suggested_threshold, suggested_window
from softness.own.measure import Structure
from softness.own.roles import AtTemperature, Roles
from softness.own.runs import System

PEAK = 1.07
"""First peak of the dissertation's g_AA(r), in sigma_AA."""

# Distances of neighbours within this factor are as in the dissertation.
_SAME_SCALE = 1.1
_LEAD_IN_WINDOWS = 0.2


@dataclass(frozen=True)
class Hops:
    """How rearrangements are found.

    Attributes
    ----------
    window
        Of p_hop, both halves together, in tau.
    frames
        The same, in frames.
    threshold
        In sigma_AA^2.
    """

    window: float
    frames: int
    threshold: float

    @property
    def lead(self) -> int:
        """Frames by which structure is taken before."""
        return max(round(_LEAD_IN_WINDOWS * self.frames), 1)


def hops_of(coldest: AtTemperature, structure: Structure) -> Hops:
    """Window and threshold of p_hop, from the plateau at the coldest temperature."""
    interval = coldest.runs[0].system.frame_interval
    window = suggested_window(coldest.plateau, interval)
    threshold = suggested_threshold(coldest.plateau, structure.peak)
    return Hops(window, round(window / interval), threshold)


@dataclass(frozen=True)
class Findings:
    """Runs, what was measured of them, and what was chosen.

    Attributes
    ----------
    temperatures
        Runs by temperature, from cold to hot.
    structure
        Of the coldest one.
    hops
        How rearrangements are found.
    roles
        Which temperature serves which purpose.
    options
        Of `open_trajectory`, with which the runs were read.
    """

    temperatures: tuple[AtTemperature, ...]
    structure: Structure
    hops: Hops
    roles: Roles
    options: Mapping[str, Any]

    @property
    def coldest(self) -> AtTemperature:
        """The runs that distances and windows are from."""
        return self.temperatures[0]

    @property
    def at_coldest(self) -> str:
        """Its temperature, as comments have it."""
        return f"at T = {self.coldest.temperature:g}"

    @property
    def system(self) -> System:
        """What all runs have in common."""
        return self.coldest.runs[0].system

    @property
    def half_edge(self) -> float:
        """Half the shortest edge of the box, in sigma_AA."""
        return min(self.system.edges) / 2

    @cached_property
    def shortest(self) -> AtTemperature:
        """The temperature with the shortest runs."""
        return min(self.temperatures, key=lambda each: each.frames)

    @cached_property
    def scale(self) -> float:
        """Distance of neighbours over that in the dissertation; 1 where they are about the same."""
        ratio = self.structure.most_numerous / PEAK
        return 1.0 if 1 / _SAME_SCALE < ratio < _SAME_SCALE else float(f"{ratio:.2g}")
