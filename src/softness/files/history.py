"""The table of an equilibration: apart from others, because simulations depend on it."""

from dataclasses import dataclass

import numpy as np

from softness.files.tables import array


@dataclass(frozen=True)
class History:
    """How a liquid came to equilibrium at constant temperature.

    Attributes
    ----------
    time
        Moments at which the energy was measured, in tau; 0 is the first at this temperature.
    potential_energy
        Per particle, in eps_AA.
    temperature
        Kinetic temperature.
    frame_time
        Moments of the frames, in tau.
    positions
        Unwrapped positions at these moments, in sigma_AA.
    types
        Species indices.
    box_length
        Edge of the cubic box, in sigma_AA.
    """

    time: np.ndarray = array("samples", "tau")
    potential_energy: np.ndarray = array("samples", "eps_AA")
    temperature: np.ndarray = array("samples", "eps_AA/k_B")
    frame_time: np.ndarray = array("frames", "tau")
    positions: np.ndarray = array("frames particles space", "sigma_AA")
    types: np.ndarray = array("particles")
    box_length: np.ndarray = array("", "sigma_AA")
