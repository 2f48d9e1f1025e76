"""What every molecular dynamics engine does, and the state that it saves."""

from pathlib import Path
from typing import Protocol

import numpy as np

from softness.liquid import Liquid


class Engine(Protocol):
    """A liquid in a cubic periodic box that can be stepped, saved and restored.

    Positions are (N, 3) float64, unwrapped, in sigma_AA; velocities (N, 3) in sigma_AA / tau,
    both in the order in which the particles were loaded. Without a thermostat the energy is
    conserved (NVE); with one the ensemble is canonical (Nose-Hoover).

    Attributes
    ----------
    name, version
        Of the package that runs it. A state is of the version that saved it.
    accepted_versions
        Other versions whose states `restore` goes on from; none unless they are set.
    liquid
        The model liquid.
    time_step
        In tau.
    """

    name: str
    version: str
    accepted_versions: tuple[str, ...]
    liquid: Liquid
    time_step: float

    def load(
        self, positions: np.ndarray, types: np.ndarray, velocities: np.ndarray | None = None
    ) -> None:
        """Start from these positions, species and velocities (zero if absent), at step 0."""

    def set_thermostat(self, temperature: float | None) -> None:
        """Hold this temperature from now on; ``None`` takes the thermostat away (NVE)."""

    def reset_thermostat(self) -> None:
        """Set the thermostat's own degrees of freedom to zero, as after drawing velocities."""

    def run(self, steps: int) -> None:
        """Advance by a number of time steps."""

    def ramp(self, start: float, end: float, steps: int) -> None:
        """Advance while the thermostat goes linearly from one temperature to another."""

    def minimise(self, force_tolerance: float) -> float:
        """Relax to a local minimum of the energy (FIRE); velocities become zero.

        Returns the largest force on a particle that is left, in eps_AA / sigma_AA. It is above the
        tolerance if the minimiser gave up. The jump of the force at the cut-off is no reason to:
        the energy has a ridge there, on which no minimum lies. The thermostat's own degrees of
        freedom become zero; its temperature stays.
        """

    def positions(self) -> np.ndarray:
        """(N, 3) unwrapped positions."""

    def velocities(self) -> np.ndarray:
        """(N, 3) velocities."""

    def set_velocities(self, velocities: np.ndarray) -> None:
        """Replace the velocities; the thermostat's own degrees of freedom stay."""

    def forces(self) -> np.ndarray:
        """(N, 3) forces, in eps_AA / sigma_AA."""

    def temperature(self) -> float:
        """Kinetic temperature with 3 N - 3 degrees of freedom."""

    def potential_energy(self) -> float:
        """Total potential energy, in eps_AA."""

    def save(self, path: str | Path) -> None:
        """Write all that is needed to continue.

        To save is to end a segment: a run that is to be repeatable goes on from `restore`.
        """

    def restore(self, path: str | Path) -> None:
        """Go on from a saved state, bit for bit the same on a CPU each time."""


def kinetic_temperature(velocities: np.ndarray) -> float:
    """Temperature of (N, 3) velocities, unit mass and total momentum zero (3 N - 3 degrees)."""
    return float((velocities**2).sum() / (3 * len(velocities) - 3))
