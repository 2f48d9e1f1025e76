"""Softness in time: of groups of particles in equilibrium, and through thermal cycles."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from softness.files.tables import array


@dataclass(frozen=True)
class SoftnessDecay:
    """Softness of one run after many time origins, in groups by its value at the origin.

    Softness is about its mean and in units of its standard deviation at this temperature. Groups:
    those of the bins, then everyone. `sums` and `counts` are over the particles and origins of a
    time block.
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    replica: np.ndarray = array("")
    edges: np.ndarray = array("edges")
    time: np.ndarray = array("times", "tau")
    sums: np.ndarray = array("blocks groups times")
    counts: np.ndarray = array("blocks groups times")


@dataclass(frozen=True)
class CycleResponse:
    """Softness through thermal cycles of one snapshot, and through their controls.

    A control has the same velocities, stays at the low temperature and goes on for longer. Softness
    is about its mean and in units of its standard deviation there. `cycle` and `control` are means
    over the particles of a bin of softness at time 0 (nan where it is empty), `cycle_everyone` and
    `control_everyone` over all particles; `energy` is the total energy of the controls.
    """

    low: np.ndarray = array("", "eps_AA/k_B")
    high: np.ndarray = array("", "eps_AA/k_B")
    snapshot: np.ndarray = array("")
    replica: np.ndarray = array("")
    time: np.ndarray = array("times", "tau")
    temperature: np.ndarray = array("times", "eps_AA/k_B")
    edges: np.ndarray = array("edges")
    numbers: np.ndarray = array("bins")
    cycle: np.ndarray = array("runs bins times")
    cycle_everyone: np.ndarray = array("runs times")
    control_time: np.ndarray = array("control_times", "tau")
    control: np.ndarray = array("runs bins control_times")
    control_everyone: np.ndarray = array("runs control_times")
    energy: np.ndarray = array("runs control_times", "eps_AA")


@dataclass(frozen=True)
class MemoryTables:
    """Tables of this module that figures are drawn from, by kind.

    Attributes
    ----------
    softness_decay
        Softness of groups of particles after time origins, one a run.
    cycle_response
        Softness through thermal cycles and controls, one a snapshot and pulse.
    """

    softness_decay: Sequence[SoftnessDecay] = ()
    cycle_response: Sequence[CycleResponse] = ()
