"""HOOMD-blue behind the engine protocol: what the dissertation used, on GPU or CPU."""

from pathlib import Path
from typing import Any

import numpy as np

from softness import periodic
from softness.engines import state
from softness.engines.checks import checked_particles, checked_types
from softness.engines.protocol import kinetic_temperature
from softness.errors import InputError
from softness.liquid import Liquid

# Extra shell of the neighbour list, in sigma_AA.
NEIGHBOUR_BUFFER = 0.3
MINIMISER_TIME_STEP = 0.005
MINIMISER_BLOCK = 200
MINIMISER_STEPS = 100_000


def create(liquid: Liquid, device: str, time_step: float, coupling_time: float) -> "Hoomd":
    """Make the engine, or say how to install it."""
    try:
        import hoomd
        import hoomd.md
    except ImportError as error:
        raise InputError(
            f"engine hoomd cannot be loaded ({error}): install it from conda-forge "
            "(docs/reproduce.md), or set engine.name to lammps in the config"
        ) from error
    return Hoomd(hoomd, liquid, device, time_step, coupling_time)


class Hoomd:
    """A liquid in HOOMD-blue. See `softness.engines.protocol.Engine`.

    Each state is put into a new simulation without the particle sorter, so that runs on a CPU are
    repeatable to the last bit.
    """

    name = "hoomd"
    accepted_versions: tuple[str, ...] = ()

    def __init__(
        self, hoomd: Any, liquid: Liquid, device: str, time_step: float, coupling_time: float
    ) -> None:
        self._hoomd = hoomd
        self.version = str(hoomd.version.version)
        self.liquid = liquid
        self.time_step = time_step
        self.coupling_time = coupling_time
        self._device = self._make_device(device)
        self._target: tuple[float, float] | None = None
        self._types = liquid.types
        self._simulation: Any = None
        self._thermostat: Any = None
        self._interaction: Any = None

    def _make_device(self, device: str) -> Any:
        if device == "cpu":
            return self._hoomd.device.CPU(notice_level=1)
        if device != "gpu":
            raise InputError(f"device is {device!r}: choose 'cpu' or 'gpu'")
        try:
            return self._hoomd.device.GPU(notice_level=1)
        except RuntimeError as error:
            raise InputError(
                f"engine hoomd finds no GPU ({error}): run where one is, with HOOMD's GPU build, "
                "or set engine.device to cpu"
            ) from error

    # -- set-up ---------------------------------------------------------------------------

    def load(
        self, positions: np.ndarray, types: np.ndarray, velocities: np.ndarray | None = None
    ) -> None:
        """Start from positions, species and velocities (zero if absent)."""
        count = self.liquid.particles
        positions = checked_particles("positions", positions, count)
        self._types = checked_types(types, self.liquid)
        if velocities is None:
            velocities = np.zeros_like(positions)
        velocities = checked_particles("velocities", velocities, count)
        wrapped, images = periodic.wrap(positions, self.liquid.box_length)
        self._target = None
        self._put(wrapped, images, velocities, step=0)

    def _put(
        self, wrapped: np.ndarray, images: np.ndarray, velocities: np.ndarray, step: int
    ) -> None:
        """Make a new simulation of a state; an old one would sort and order differently."""
        hoomd = self._hoomd
        snapshot = hoomd.Snapshot(self._device.communicator)
        snapshot.configuration.box = [self.liquid.box_length] * 3 + [0, 0, 0]
        snapshot.particles.types = ["A", "B"]
        snapshot.particles.N = len(wrapped)
        snapshot.particles.typeid[:] = self._types
        snapshot.particles.position[:] = wrapped
        snapshot.particles.image[:] = images
        snapshot.particles.velocity[:] = velocities
        # No random numbers are drawn by HOOMD: velocities come from this package's own streams.
        self._simulation = hoomd.Simulation(device=self._device, seed=1)
        self._simulation.timestep = step
        self._simulation.create_state_from_snapshot(snapshot)
        self._simulation.operations.tuners.clear()
        self._set_integrator()

    def _set_integrator(self) -> None:
        self._interaction = self._make_interaction()
        self._simulation.operations.integrator = self._hoomd.md.Integrator(
            dt=self.time_step, methods=[self._make_method()], forces=[self._interaction]
        )

    def _make_interaction(self) -> Any:
        md, liquid = self._hoomd.md, self.liquid
        interaction = md.pair.LJ(md.nlist.Cell(buffer=NEIGHBOUR_BUFFER), mode="shift")
        for pair, epsilon, sigma, cutoff in zip(
            (("A", "A"), ("A", "B"), ("B", "B")),
            liquid.epsilon,
            liquid.sigma,
            liquid.cutoffs,
            strict=True,
        ):
            interaction.params[pair] = {"epsilon": epsilon, "sigma": sigma}
            interaction.r_cut[pair] = cutoff
        return interaction

    def _make_method(self) -> Any:
        md = self._hoomd.md
        self._thermostat = None
        if self._target is not None:
            self._thermostat = md.methods.thermostats.MTTK(
                kT=self._target[1], tau=self.coupling_time
            )
        return md.methods.ConstantVolume(
            filter=self._hoomd.filter.All(), thermostat=self._thermostat
        )

    def set_thermostat(self, temperature: float | None) -> None:
        """Hold a temperature, or none (NVE). The thermostat's own state is kept."""
        if temperature is not None and not temperature > 0:
            raise InputError(f"temperature is {temperature}: give a positive number or None")
        target = None if temperature is None else (temperature, temperature)
        if self._thermostat is not None and target is not None:
            self._target = target
            self._thermostat.kT = temperature
        elif target != self._target:
            self._target = target
            self._simulation.operations.integrator.methods = [self._make_method()]

    def reset_thermostat(self) -> None:
        """Set the thermostat's own degrees of freedom to zero."""
        if self._thermostat is not None:
            self._thermostat.translational_dof = (0, 0)

    # -- motion ---------------------------------------------------------------------------

    def run(self, steps: int) -> None:
        """Advance by a number of time steps."""
        if steps < 0:
            raise InputError(f"steps is {steps}: give 0 or more")
        self._simulation.run(steps)

    def ramp(self, start: float, end: float, steps: int) -> None:
        """Advance while the thermostat goes linearly from one temperature to another."""
        if not min(start, end) > 0:
            raise InputError(f"ramp from {start} to {end}: temperatures must be positive")
        self.set_thermostat(start)
        self._thermostat.kT = self._hoomd.variant.Ramp(
            A=start, B=end, t_start=self._simulation.timestep, t_ramp=max(steps, 1)
        )
        self.run(steps)
        self.set_thermostat(end)

    def minimise(self, force_tolerance: float) -> float:
        """Relax to a local minimum by FIRE; return the largest force left."""
        hoomd = self._hoomd
        wrapped, images, _ = self._arrays()
        self._put(wrapped, images, np.zeros_like(wrapped), self._simulation.timestep)
        fire = hoomd.md.minimize.FIRE(
            dt=MINIMISER_TIME_STEP,
            # Its own criterion is a mean over particles, which can be met, and all motion end,
            # with a larger force on one of them. 0 leaves the decision to the loop below.
            force_tol=0.0,
            angmom_tol=1.0,
            energy_tol=1e-16,
            methods=[hoomd.md.methods.ConstantVolume(filter=hoomd.filter.All())],
            forces=[self._make_interaction()],
        )
        self._simulation.operations.integrator = fire
        self._interaction = fire.forces[0]
        for _ in range(0, MINIMISER_STEPS, MINIMISER_BLOCK):
            self.run(MINIMISER_BLOCK)
            largest = float(np.linalg.norm(self.forces(), axis=1).max())
            if largest <= force_tolerance:
                break
        wrapped, images, _ = self._arrays()
        self._put(wrapped, images, np.zeros_like(wrapped), self._simulation.timestep)
        return largest

    # -- what it is like ------------------------------------------------------------------

    def _arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Wrapped positions, images and velocities, in the order in which they were loaded."""
        with self._simulation.state.cpu_local_snapshot as local:
            order = np.array(local.particles.rtag, dtype=np.int64)[: self.liquid.particles]
            particles = local.particles
            return (
                np.array(particles.position, dtype=np.float64)[order],
                np.array(particles.image, dtype=np.int32)[order],
                np.array(particles.velocity, dtype=np.float64)[order],
            )

    def positions(self) -> np.ndarray:
        """(N, 3) unwrapped positions."""
        wrapped, images, _ = self._arrays()
        return periodic.unwrap(wrapped, images, self.liquid.box_length)

    def velocities(self) -> np.ndarray:
        """(N, 3) velocities."""
        return self._arrays()[2]

    def set_velocities(self, velocities: np.ndarray) -> None:
        """Replace the velocities."""
        velocities = checked_particles("velocities", velocities, self.liquid.particles)
        with self._simulation.state.cpu_local_snapshot as local:
            order = np.array(local.particles.rtag, dtype=np.int64)[: self.liquid.particles]
            local.particles.velocity[order] = velocities

    def forces(self) -> np.ndarray:
        """(N, 3) forces."""
        self.run(0)
        return np.array(self._interaction.forces, dtype=np.float64)

    def temperature(self) -> float:
        """Kinetic temperature."""
        return kinetic_temperature(self.velocities())

    def potential_energy(self) -> float:
        """Total potential energy."""
        self.run(0)
        return float(self._interaction.energy)

    # -- saving and restoring -------------------------------------------------------------

    def save(self, path: str | Path) -> None:
        """Write all that is needed to go on."""
        wrapped, images, velocities = self._arrays()
        dof = (0.0, 0.0) if self._thermostat is None else self._thermostat.translational_dof
        blob = state.packed(
            wrapped=wrapped,
            images=images,
            velocities=velocities,
            types=self._types,
            step=np.array(self._simulation.timestep),
            thermostat=np.array(dof, dtype=np.float64),
        )
        state.write(path, self, blob, target=self._target)

    def restore(self, path: str | Path) -> None:
        """Go on from a saved state."""
        blob, target = state.read(path, self)
        saved = state.unpacked(blob)
        self._target = target
        self._types = saved["types"]
        self._put(saved["wrapped"], saved["images"], saved["velocities"], int(saved["step"]))
        if self._thermostat is not None:
            self.run(0)
            self._thermostat.translational_dof = tuple(map(float, saved["thermostat"]))
