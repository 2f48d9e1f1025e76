"""How the liquid moves: tables of its relaxation, one dataclass a kind of file."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from softness.files.tables import array
from softness.uncertainty import Estimate, Units


@dataclass(frozen=True)
class PairDistributions:
    """g(r) of one run, in time blocks.

    Pairs are AA alone for one species, AA, AB, BB for two, and for more those of
    `softness.dynamics.pairs.PAIRS`.
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    duration: np.ndarray = array("", "tau")
    distance: np.ndarray = array("bins", "sigma_AA")
    values: np.ndarray = array("blocks pairs bins")
    frames: np.ndarray = array("blocks")


@dataclass(frozen=True)
class ScatteringOrigins:
    """F_s of one run for each time origin; nan where a lag was not measured."""

    temperature: np.ndarray = array("", "eps_AA/k_B")
    wave_number: np.ndarray = array("", "sigma_AA^-1")
    duration: np.ndarray = array("", "tau")
    lag: np.ndarray = array("lags", "tau")
    origin: np.ndarray = array("origins", "tau")
    values: np.ndarray = array("origins lags")


@dataclass(frozen=True)
class RelaxationTable:
    """F_s at one temperature, over all replicas, and what is read from it, with bootstrap draws.

    `plateau` is the smallest slope before the alpha decay over the slope at tau_alpha.
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    wave_number: np.ndarray = array("", "sigma_AA^-1")
    replicas: np.ndarray = array("")
    blocks: np.ndarray = array("")
    lag: np.ndarray = array("lags", "tau")
    origins: np.ndarray = array("lags")
    mean: np.ndarray = array("lags")
    low: np.ndarray = array("lags")
    high: np.ndarray = array("lags")
    relaxation_time: np.ndarray = array("", "tau")
    relaxation_time_draws: np.ndarray = array("draws", "tau")
    amplitude: np.ndarray = array("")
    stretched_time: np.ndarray = array("", "tau")
    stretching: np.ndarray = array("")
    stretching_draws: np.ndarray = array("draws")
    plateau: np.ndarray = array("")
    plateau_draws: np.ndarray = array("draws")

    @property
    def units(self) -> Units:
        """What was resampled."""
        return Units(int(self.replicas), int(self.blocks))

    @property
    def relaxation_time_estimate(self) -> Estimate:
        """tau_alpha with its draws, in tau."""
        return Estimate(float(self.relaxation_time), self.relaxation_time_draws, self.units)


@dataclass(frozen=True)
class DisplacementMap:
    """How far A particles of one run moved: a picture of the first origin, clustering of all."""

    temperature: np.ndarray = array("", "eps_AA/k_B")
    replica: np.ndarray = array("")
    box_length: np.ndarray = array("[space]", "sigma_AA")
    lag: np.ndarray = array("", "tau")
    positions: np.ndarray = array("particles space", "sigma_AA")
    displacement: np.ndarray = array("particles", "sigma_AA")
    correlation: np.ndarray = array("origins")
    chance: np.ndarray = array("origins")


@dataclass(frozen=True)
class EquilibrationEvidence:
    """Whether each run was in equilibrium: one row a run.

    Energies are those after settling; `production_crystalline_share` is of the last frame of the
    production. `snapshot_spacing` is the smallest time between snapshots that start other runs, nan
    without any. `doubt` says what speaks against equilibrium, and is empty if nothing does.
    """

    temperature: np.ndarray = array("runs", "eps_AA/k_B")
    replica: np.ndarray = array("runs")
    duration: np.ndarray = array("runs", "tau")
    relaxation_times_covered: np.ndarray = array("runs")
    first_half_energy: np.ndarray = array("runs", "eps_AA")
    second_half_energy: np.ndarray = array("runs", "eps_AA")
    energy_difference_error: np.ndarray = array("runs", "eps_AA")
    first_half_scattering: np.ndarray = array("runs")
    second_half_scattering: np.ndarray = array("runs")
    crystalline_share: np.ndarray = array("runs")
    production_crystalline_share: np.ndarray = array("runs")
    relaxation_time: np.ndarray = array("runs", "tau")
    snapshot_spacing: np.ndarray = array("runs", "tau")
    doubt: np.ndarray = array("runs")


@dataclass(frozen=True)
class VanHove:
    """Displacements of the analysed particles of one run over one lag time.

    `density` is the self part for one component; `square` and `fourth` are means over particles of
    the powers of the distance, and `median` is the median distance, for each origin; `tail` is by
    how much an exponential is more likely than a Gaussian beyond the 99 % quantile of a component
    (logarithm, a displacement).
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    replica: np.ndarray = array("")
    duration: np.ndarray = array("", "tau")
    lag: np.ndarray = array("", "tau")
    edges: np.ndarray = array("edges", "sigma_AA")
    density: np.ndarray = array("bins", "sigma_AA^-1")
    origin: np.ndarray = array("origins", "tau")
    square: np.ndarray = array("origins", "sigma_AA^2")
    fourth: np.ndarray = array("origins", "sigma_AA^4")
    median: np.ndarray = array("origins", "sigma_AA")
    tail: np.ndarray = array("origins")


@dataclass(frozen=True)
class DynamicsTables:
    """Tables of this module that figures are drawn from, by kind.

    Attributes
    ----------
    pair_distribution, van_hove
        One a run.
    relaxation
        One a temperature.
    displacement_map
        One a replica, at the training temperature.
    """

    pair_distribution: Sequence[PairDistributions] = ()
    relaxation: Sequence[RelaxationTable] = ()
    displacement_map: Sequence[DisplacementMap] = ()
    van_hove: Sequence[VanHove] = ()
