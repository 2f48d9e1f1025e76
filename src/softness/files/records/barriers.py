"""Rearrangements in bins of learned variables, and the barriers of the bins."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from softness.files.tables import array


@dataclass(frozen=True)
class BinnedCounts:
    """Events and trials in bins of the Z-scored learned variables at one temperature."""

    temperature: np.ndarray = array("", "eps_AA/k_B")
    names: np.ndarray = array("variables")
    edges: np.ndarray = array("edges")
    stride: np.ndarray = array("")
    events: np.ndarray = array("replicas blocks variables bins")
    trials: np.ndarray = array("replicas blocks variables bins")
    totals: np.ndarray = array("replicas blocks variables bins")
    left_out: np.ndarray = array("replicas variables kinds")


@dataclass(frozen=True)
class BarrierTable:
    """Barriers of each bin of each learned variable, their onset, and bootstrap draws of both.

    Forms: Arrhenius, Kramers. Methods: binomial, least squares. Draws of energy and entropy are
    those of the Kramers form by binomial likelihood. Curvature is c of
    ln P = Sigma - Delta E / T + c / T^2, with the prefactor 1 / T in the Kramers form.
    """

    temperature: np.ndarray = array("temperatures", "eps_AA/k_B")
    names: np.ndarray = array("variables")
    edges: np.ndarray = array("edges")
    replicas: np.ndarray = array("")
    blocks: np.ndarray = array("temperatures")
    thin: np.ndarray = array("variables")
    value: np.ndarray = array("variables bins")
    events: np.ndarray = array("temperatures variables bins")
    trials: np.ndarray = array("temperatures variables bins")
    probability_low: np.ndarray = array("temperatures variables bins")
    probability_high: np.ndarray = array("temperatures variables bins")
    energy: np.ndarray = array("forms methods variables bins", "eps_AA")
    entropy: np.ndarray = array("forms methods variables bins", "k_B")
    energy_draws: np.ndarray = array("draws variables bins", "eps_AA")
    entropy_draws: np.ndarray = array("draws variables bins", "k_B")
    curvature: np.ndarray = array("forms variables bins", "eps_AA^2")
    curvature_draws: np.ndarray = array("draws forms variables bins", "eps_AA^2")
    onset: np.ndarray = array("variables", "eps_AA/k_B")
    onset_draws: np.ndarray = array("draws variables", "eps_AA/k_B")
    strength: np.ndarray = array("variables")
    strength_draws: np.ndarray = array("draws variables")
    slope_onset: np.ndarray = array("variables", "eps_AA/k_B")


@dataclass(frozen=True)
class BarrierTables:
    """Tables of this module that figures are drawn from, by kind.

    Attributes
    ----------
    barriers, wide_barriers
        Fitted to the temperatures below the onset, and to those of the sensitivity test as well
        (one each).
    predicted_barriers
        Of softness, of all regressors and of random directions, by events soon after (one).
    state_barriers
        Of softness of each state of structure, at the frames that are compared (one).
    """

    barriers: Sequence[BarrierTable] = ()
    wide_barriers: Sequence[BarrierTable] = ()
    predicted_barriers: Sequence[BarrierTable] = ()
    state_barriers: Sequence[BarrierTable] = ()
