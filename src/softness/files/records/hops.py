"""When particles rearrange: tables of p_hop and its excursions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from softness.files.tables import array


@dataclass(frozen=True)
class HopIndicator:
    """p_hop of the analysed particles of one run, without any threshold."""

    temperature: np.ndarray = array("", "eps_AA/k_B")
    replica: np.ndarray = array("")
    interval: np.ndarray = array("", "tau")
    frames: np.ndarray = array("")
    first_frame: np.ndarray = array("")
    particle: np.ndarray = array("particles")
    values: np.ndarray = array("rows particles", "sigma_AA^2")


@dataclass(frozen=True)
class Rearrangements:
    """Events of one run: excursions of p_hop above the threshold, and their maxima."""

    temperature: np.ndarray = array("", "eps_AA/k_B")
    replica: np.ndarray = array("")
    threshold: np.ndarray = array("", "sigma_AA^2")
    particle: np.ndarray = array("events")
    frame: np.ndarray = array("events")
    value: np.ndarray = array("events", "sigma_AA^2")
    first: np.ndarray = array("events")
    last: np.ndarray = array("events")
    cut: np.ndarray = array("events")


@dataclass(frozen=True)
class HopTables:
    """Tables of this module that figures are drawn from, by kind.

    Attributes
    ----------
    rearrangements
        Events, one a run at the coldest temperature.
    """

    rearrangements: Sequence[Rearrangements] = ()
