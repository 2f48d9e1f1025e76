"""Any number of runs, in groups as wide as a vector: the protocol of batches."""

import platform
from pathlib import Path

import llvmlite.binding
import numpy as np

from softness.engines import state
from softness.engines.batch import checked_runs
from softness.engines.checks import checked_particles, checked_types
from softness.errors import InputError
from softness.lanes.curve import curve_order
from softness.lanes.forces import pair_coefficients
from softness.lanes.group import Group
from softness.lanes.integration import Heat
from softness.liquid import Liquid

LANES = 16
"""Runs of a group. Where registers are narrower, LLVM takes several for a vector."""

VERSION = "1"
"""Raised when the numbers of a run change."""

COLD = Heat(is_on=False, start=1.0, end=1.0, steps=1, coupling_time=1.0)


def create(
    liquid: Liquid,
    runs: int,
    time_step: float,
    coupling_time: float,
    lanes: int = LANES,
    element: type = np.float32,
) -> "Lanes":
    """Make a batch, or say why it cannot run here.

    Parameters
    ----------
    liquid
        The model liquid.
    runs
        How many.
    time_step, coupling_time
        Of the integrator and its thermostats, in tau.
    lanes
        Runs of a group: bits of a run do not depend on it.
    element
        ``numpy.float32``, or ``numpy.float64`` to see what single precision does.

    Raises
    ------
    InputError
        If the number of runs is not positive, or the CPU has no fused multiply-add.
    """
    if runs < 1:
        raise InputError(f"runs is {runs}: give 1 or more")
    if not has_fused_multiply_add():
        raise InputError(
            "engine lanes needs a CPU with fused multiply-add (x86-64 since 2013), which this one "
            "has not: set isoconfigurational.engine, cycle.engine and cage.engine to 'same'"
        )
    return Lanes(liquid, runs, time_step, coupling_time, lanes, element)


def has_fused_multiply_add() -> bool:
    """Whether this CPU rounds a product and a sum once."""
    if platform.machine() in ("aarch64", "arm64"):
        return True
    return bool(llvmlite.binding.get_host_cpu_features().get("fma"))


class Lanes:
    """Runs in lanes. See `softness.engines.batch.Batch`."""

    name = "lanes"
    version = VERSION
    accepted_versions: tuple[str, ...] = ()

    def __init__(
        self,
        liquid: Liquid,
        runs: int,
        time_step: float,
        coupling_time: float,
        lanes: int,
        element: type,
    ) -> None:
        self.liquid, self.runs, self.time_step = liquid, runs, time_step
        self._coupling_time, self._lanes, self._element = coupling_time, lanes, element
        self._target: tuple[float, float] | None = None
        self._groups: list[Group] = []

    # -- set-up ---------------------------------------------------------------------------

    def load(self, positions: np.ndarray, types: np.ndarray) -> None:
        """Start at rest from (N, 3) positions, the same for all runs, or from (runs, N, 3)."""
        positions = np.asarray(positions)
        if positions.ndim == 3:
            positions = checked_runs("positions", positions, self.runs, self.liquid)
        else:
            positions = checked_particles("positions", positions, self.liquid.particles)[None]
        types = checked_types(types, self.liquid)
        apart = positions - positions[0]
        images = np.rint(apart / self.liquid.box_length)
        apart -= images * self.liquid.box_length
        self._refuse_far(apart)
        # Within the box, and the rest: bits do not depend on how far a snapshot has drifted.
        boxes = np.floor(positions[0] / self.liquid.box_length)
        self._start(positions[0] - boxes * self.liquid.box_length, types)
        self._images = images + boxes
        self._spread("displacement", np.broadcast_to(apart, (self.runs, *apart.shape[1:])))
        self._target = None
        self._prepare()

    def _refuse_far(self, apart: np.ndarray) -> None:
        distance = np.linalg.norm(apart, axis=2)
        run, particle = np.unravel_index(distance.argmax(), distance.shape)
        if distance[run, particle] > self.liquid.largest_cutoff:
            raise InputError(
                f"run {run}: particle {particle} starts {distance[run, particle]:.2f} from where "
                f"it does in run 0: starts further apart than {self.liquid.largest_cutoff:g} have "
                "no list of pairs in common; use a batch for each"
            )

    def _start(self, starts: np.ndarray, types: np.ndarray) -> None:
        """Make the groups, with particles in the order of the curve."""
        self._starts, self._types = starts, types
        self._order = curve_order(starts, self.liquid.box_length)
        coefficients = pair_coefficients(self.liquid, self._element)
        self._groups = [
            Group(
                starts[self._order],
                types[self._order],
                self.liquid.box_length,
                coefficients,
                self._element,
                self._lanes,
                self._order,
                first,
            )
            for first in range(0, self.runs, self._lanes)
        ]

    def _prepare(self) -> None:
        for group in self._groups:
            group.prepare(self.time_step)

    def set_velocities(self, velocities: np.ndarray) -> None:
        """Replace the velocities."""
        velocities = checked_runs("velocities", velocities, self.runs, self.liquid)
        self._spread("velocity", velocities)
        for group in self._groups:
            group.motion.pending[:] = 1.0
            group.measure()

    def set_thermostat(self, temperature: float | None) -> None:
        """Hold a temperature, or none. The thermostats' own state is kept."""
        if temperature is not None and not temperature > 0:
            raise InputError(f"temperature is {temperature}: give a positive number or None")
        self._target = None if temperature is None else (temperature, temperature)

    def reset_thermostat(self) -> None:
        """Set the thermostats' own degrees of freedom to zero."""
        for group in self._groups:
            group.motion.chain[:] = 0.0

    # -- motion ---------------------------------------------------------------------------

    def run(self, steps: int) -> None:
        """Advance each run by a number of time steps."""
        if steps < 0:
            raise InputError(f"steps is {steps}: give 0 or more")
        heat = COLD
        if self._target:
            heat = Heat(True, *self._target, max(steps, 1), self._coupling_time)
        for group in self._groups:
            group.run(heat, self.time_step, steps)

    def ramp(self, start: float, end: float, steps: int) -> None:
        """Advance while the thermostats go linearly from one temperature to another."""
        if not min(start, end) > 0:
            raise InputError(f"ramp from {start} to {end}: temperatures must be positive")
        self._target = (start, end)
        self.run(steps)
        self._target = (end, end)

    # -- what it is like ------------------------------------------------------------------

    def positions(self) -> np.ndarray:
        """(runs, N, 3) unwrapped positions."""
        return self._starts + self._images * self.liquid.box_length + self._gathered("displacement")

    def velocities(self) -> np.ndarray:
        """(runs, N, 3) velocities."""
        pending = np.concatenate([group.motion.pending for group in self._groups])
        return self._gathered("velocity") * pending[: self.runs, None, None]

    def forces(self) -> np.ndarray:
        """(runs, N, 3) forces."""
        return self._gathered("force")

    def temperature(self) -> np.ndarray:
        """(runs,) kinetic temperatures."""
        double_kinetic = np.concatenate([group.motion.double_kinetic for group in self._groups])
        return double_kinetic[: self.runs] / (3 * self.liquid.particles - 3)

    def potential_energy(self) -> np.ndarray:
        """(runs,) potential energies."""
        return np.concatenate([group.energies() for group in self._groups])[: self.runs]

    def _gathered(self, name: str) -> np.ndarray:
        """(runs, N, 3) float64 of one quantity, in the order in which the particles were loaded."""
        found = np.empty((self.runs, self.liquid.particles, 3))
        for first, group in zip(self._firsts(), self._groups, strict=True):
            wanted = found[first : first + self._lanes]
            wanted[:, self._order] = group.by_lane(name)[: len(wanted)]
        return found

    def _spread(self, name: str, values: np.ndarray) -> None:
        """Give the groups (runs, N, 3) of one quantity; lanes left over repeat the first run."""
        for first, group in zip(self._firsts(), self._groups, strict=True):
            own = values[first : first + self._lanes, self._order]
            lanes = group.by_lane(name)
            lanes[: len(own)], lanes[len(own) :] = own, own[0]

    def _firsts(self) -> range:
        return range(0, self.runs, self._lanes)

    # -- saving and restoring -------------------------------------------------------------

    def save(self, path: str | Path) -> None:
        """Write all that is needed to go on."""
        blob = state.packed(
            starts=self._starts,
            types=self._types,
            images=self._images,
            displacement=self._gathered("displacement").astype(self._element),
            velocity=self._gathered("velocity").astype(self._element),
            pending=self._of_runs("pending"),
            double_kinetic=self._of_runs("double_kinetic"),
            chain=self._of_runs("chain"),
        )
        state.write(path, self, blob, target=self._target)

    def restore(self, path: str | Path) -> None:
        """Go on from a saved state, with as many runs as it has."""
        blob, target = state.read(path, self)
        saved = state.unpacked(blob)
        if len(saved["displacement"]) != self.runs:
            raise InputError(
                f"{path}: has {len(saved['displacement'])} runs, expected {self.runs}: make a "
                "batch of as many"
            )
        self._target = target
        self._start(saved["starts"], saved["types"])
        self._images = saved["images"]
        for name in ("displacement", "velocity"):
            self._spread(name, saved[name])
        for name in ("pending", "double_kinetic", "chain"):
            self._set_of_runs(name, saved[name])
        self._prepare()

    def _of_runs(self, name: str) -> np.ndarray:
        """(..., runs) numbers that each run has."""
        parts = [getattr(group.motion, name) for group in self._groups]
        return np.concatenate(parts, axis=-1)[..., : self.runs]

    def _set_of_runs(self, name: str, values: np.ndarray) -> None:
        for first, group in zip(self._firsts(), self._groups, strict=True):
            own = values[..., first : first + self._lanes]
            lanes = getattr(group.motion, name)
            lanes[..., : own.shape[-1]], lanes[..., own.shape[-1] :] = own, own[..., :1]
