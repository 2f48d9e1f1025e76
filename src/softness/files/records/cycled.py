"""Energies of thermal cycles: apart from other records, because simulations depend on it."""

from dataclasses import dataclass

import numpy as np

from softness.files.tables import array


@dataclass(frozen=True)
class CycleHistory:
    """Energies of the runs of one snapshot through one temperature protocol, frame by frame.

    Energies are those of the whole system, not per particle: linear response needs them so.

    Attributes
    ----------
    low, high
        Temperatures outside and within the pulse, in eps_AA/k_B; equal in a control.
    snapshot
        Number of the snapshot.
    runs
        (runs,) numbers of the runs.
    time
        (frames,) moments of the frames, in tau; 0 is the snapshot itself.
    set_temperature
        (frames,) temperature that the thermostat holds then, in eps_AA/k_B.
    total_energy, potential_energy
        (runs, frames) kinetic and potential energy together, and the latter alone, in eps_AA.
    """

    low: np.ndarray = array("", "eps_AA/k_B")
    high: np.ndarray = array("", "eps_AA/k_B")
    snapshot: np.ndarray = array("")
    runs: np.ndarray = array("runs")
    time: np.ndarray = array("frames", "tau")
    set_temperature: np.ndarray = array("frames", "eps_AA/k_B")
    total_energy: np.ndarray = array("runs frames", "eps_AA")
    potential_energy: np.ndarray = array("runs frames", "eps_AA")
