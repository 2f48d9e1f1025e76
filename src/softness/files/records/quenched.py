"""Inherent states of a trajectory: apart from other records, because simulations depend on it."""

from dataclasses import dataclass

import numpy as np

from softness.files.tables import array


@dataclass(frozen=True)
class Quenched:
    """Local minima of the energy that frames of one run lead to; positions are in a state file.

    Attributes
    ----------
    temperature
        Of the run, in eps_AA/k_B.
    replica
        Its number.
    frame
        (frames,) numbers of the frames.
    energy
        (frames,) potential energy per particle, in eps_AA.
    largest_force
        (frames,) on a particle, in eps_AA/sigma_AA.
    converged
        (frames,) whether it came under the tolerance.
    force_tolerance
        In eps_AA/sigma_AA.
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    replica: np.ndarray = array("")
    frame: np.ndarray = array("frames")
    energy: np.ndarray = array("frames", "eps_AA")
    largest_force: np.ndarray = array("frames", "eps_AA/sigma_AA")
    converged: np.ndarray = array("frames")
    force_tolerance: np.ndarray = array("", "eps_AA/sigma_AA")
