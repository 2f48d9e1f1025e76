"""Many runs of one liquid at once, behind one protocol; an ordinary engine is a batch of one."""

from pathlib import Path
from typing import Protocol

import numpy as np

from softness.engines.checks import checked_particles
from softness.engines.protocol import Engine
from softness.errors import InputError
from softness.liquid import Liquid


class Batch(Protocol):
    """Runs of a liquid in a cubic periodic box that are stepped, saved and restored together.

    Arrays are (runs, N, 3) float64 in the units and the order of particles of `Engine`; positions
    are unwrapped. Runs do not see each other.

    Attributes
    ----------
    name, version
        Of the engine. A state is of the version that saved it.
    accepted_versions
        Other versions whose states `restore` goes on from; none unless they are set.
    liquid
        The model liquid.
    time_step
        In tau.
    runs
        How many there are.
    """

    name: str
    version: str
    accepted_versions: tuple[str, ...]
    liquid: Liquid
    time_step: float
    runs: int

    def load(self, positions: np.ndarray, types: np.ndarray) -> None:
        """Start from (N, 3) positions, the same for all runs, or from (runs, N, 3), at rest."""

    def set_velocities(self, velocities: np.ndarray) -> None:
        """Replace the (runs, N, 3) velocities; the thermostats' own degrees of freedom stay."""

    def set_thermostat(self, temperature: float | None) -> None:
        """Hold this temperature from now on; ``None`` takes the thermostats away (NVE)."""

    def reset_thermostat(self) -> None:
        """Set the thermostats' own degrees of freedom to zero, as after drawing velocities."""

    def run(self, steps: int) -> None:
        """Advance each run by a number of time steps."""

    def ramp(self, start: float, end: float, steps: int) -> None:
        """Advance while the thermostats go linearly from one temperature to another."""

    def minimise(self, force_tolerance: float) -> np.ndarray:
        """Relax each run to a local minimum of the energy (FIRE); velocities become zero.

        Returns (runs,) the largest force on a particle that is left in each, in eps_AA / sigma_AA,
        above the tolerance where the minimiser gave up. The thermostats' own degrees of freedom
        become zero; their temperature stays.
        """

    def positions(self) -> np.ndarray:
        """(runs, N, 3) unwrapped positions."""

    def velocities(self) -> np.ndarray:
        """(runs, N, 3) velocities."""

    def forces(self) -> np.ndarray:
        """(runs, N, 3) forces, in eps_AA / sigma_AA."""

    def temperature(self) -> np.ndarray:
        """(runs,) kinetic temperatures with 3 N - 3 degrees of freedom."""

    def potential_energy(self) -> np.ndarray:
        """(runs,) total potential energies, in eps_AA."""

    def save(self, path: str | Path) -> None:
        """Write all that is needed to continue."""

    def restore(self, path: str | Path) -> None:
        """Go on from a saved state, bit for bit the same on a CPU each time."""


class BatchOfOne:
    """An ordinary engine as a batch of one run. See `Batch`."""

    runs = 1

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name, self.version = engine.name, engine.version
        self.liquid, self.time_step = engine.liquid, engine.time_step

    @property
    def accepted_versions(self) -> tuple[str, ...]:
        """Other versions whose states are taken."""
        return self._engine.accepted_versions

    @accepted_versions.setter
    def accepted_versions(self, versions: tuple[str, ...]) -> None:
        self._engine.accepted_versions = versions

    def load(self, positions: np.ndarray, types: np.ndarray) -> None:
        """Start from positions."""
        positions = np.asarray(positions)
        if positions.ndim == 3:
            positions = checked_runs("positions", positions, 1, self.liquid)[0]
        self._engine.load(positions, types)

    def set_velocities(self, velocities: np.ndarray) -> None:
        """Replace the velocities."""
        self._engine.set_velocities(checked_runs("velocities", velocities, 1, self.liquid)[0])

    def set_thermostat(self, temperature: float | None) -> None:
        """Hold a temperature, or none."""
        self._engine.set_thermostat(temperature)

    def reset_thermostat(self) -> None:
        """Set the thermostat's own degrees of freedom to zero."""
        self._engine.reset_thermostat()

    def run(self, steps: int) -> None:
        """Advance."""
        self._engine.run(steps)

    def ramp(self, start: float, end: float, steps: int) -> None:
        """Advance while the temperature changes."""
        self._engine.ramp(start, end, steps)

    def minimise(self, force_tolerance: float) -> np.ndarray:
        """(1,) largest force that is left after relaxing to a minimum."""
        return np.array([self._engine.minimise(force_tolerance)])

    def positions(self) -> np.ndarray:
        """(1, N, 3) unwrapped positions."""
        return self._engine.positions()[None]

    def velocities(self) -> np.ndarray:
        """(1, N, 3) velocities."""
        return self._engine.velocities()[None]

    def forces(self) -> np.ndarray:
        """(1, N, 3) forces."""
        return self._engine.forces()[None]

    def temperature(self) -> np.ndarray:
        """(1,) kinetic temperature."""
        return np.array([self._engine.temperature()])

    def potential_energy(self) -> np.ndarray:
        """(1,) potential energy."""
        return np.array([self._engine.potential_energy()])

    def save(self, path: str | Path) -> None:
        """Write all that is needed to continue."""
        self._engine.save(path)

    def restore(self, path: str | Path) -> None:
        """Go on from a saved state."""
        self._engine.restore(path)


def checked_runs(name: str, array: np.ndarray, runs: int, liquid: Liquid) -> np.ndarray:
    """Return (runs, N, 3) finite float64 copies, or say which array is wrong and how."""
    array = np.asarray(array)
    if array.ndim != 3 or len(array) != runs:
        raise InputError(
            f"{name} has the shape {array.shape}: give ({runs}, {liquid.particles}, 3)"
        )
    return np.array([checked_particles(name, one, liquid.particles) for one in array])
