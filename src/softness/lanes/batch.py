"""Any number of runs, in groups as wide as a vector: the protocol of batches."""

import platform
from collections.abc import Sequence
from pathlib import Path

import llvmlite.binding
import numpy as np

from softness.engines import state
from softness.engines.batch import checked_runs
from softness.engines.checks import checked_particles, checked_types
from softness.errors import InputError
from softness.lanes.curve import curve_order
from softness.lanes.descent import Descent
from softness.lanes.forces import pair_coefficients
from softness.lanes.group import Group
from softness.lanes.integration import Heat
from softness.lanes.lists import list_growth
from softness.liquid import Liquid

LANES = 16
"""Runs of a group. Where registers are narrower, LLVM takes several for a vector."""

LONGEST_LIST = 8.0
"""How many times as long as that of one run the list of a group may be, by `list_growth`.

To save memory: up to there, and beyond, more runs at once take less time for each.
"""

VERSION = "1"
"""Raised when the numbers of a run change."""

MINIMISER_STEPS = 100_000
"""Steps of a minimisation after which it gives up."""

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
            "has not: set isoconfigurational.engine, and that of cycle, cage, quench and inherent, "
            "to 'same'"
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
        self._parts: list[slice] = []

    # -- set-up ---------------------------------------------------------------------------

    def load(self, positions: np.ndarray, types: np.ndarray) -> None:
        """Start at rest from (N, 3) positions, the same for all runs, or from (runs, N, 3).

        Displacements count from the start that all have; where each has its own, from the origin,
        so that no bit of a run depends on where others start.
        """
        positions, length = np.asarray(positions), self.liquid.box_length
        if positions.ndim == 3:
            apart = checked_runs("positions", positions, self.runs, self.liquid)
            starts = boxes = np.zeros(apart.shape[1:])
        else:
            starts = checked_particles("positions", positions, self.liquid.particles)
            # Within the box, and the rest: bits do not depend on how far a snapshot has drifted.
            boxes = np.floor(starts / length)
            starts, apart = starts - boxes * length, np.zeros((self.runs, *starts.shape))
        types, self._parts = checked_types(types, self.liquid), self._divided(apart)
        self._start(starts, types, self._element)
        self._images = boxes
        self._spread("displacement", apart)
        self._target = None
        self._prepare()

    def _divided(self, displacement: np.ndarray) -> list[slice]:
        """Runs of each group by their (runs, N, 3) displacements, so that no list is too long."""
        parts, first = [], 0
        while first < self.runs:
            growth = list_growth(
                displacement[first : first + self._lanes], self.liquid.largest_cutoff
            )
            # It rises from 1.
            count = int(np.searchsorted(growth, LONGEST_LIST, side="right"))
            parts.append(slice(first, first + count))
            first += count
        return parts

    def _start(self, starts: np.ndarray, types: np.ndarray, element: type) -> None:
        """Make the groups, with particles in the order of the curve."""
        self._starts, self._types = starts, types
        self._order = curve_order(starts, self.liquid.box_length)
        coefficients = pair_coefficients(self.liquid, element)
        self._groups = [
            Group(
                starts[self._order],
                types[self._order],
                self.liquid.box_length,
                coefficients,
                element,
                self._lanes,
                self._order,
                part.start,
            )
            for part in self._parts
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

    def minimise(self, force_tolerance: float) -> np.ndarray:
        """Relax each run to a local minimum by FIRE; return (runs,) the largest forces left.

        In single precision as far as that goes, then in double, in which the runs stay until they
        are loaded anew.
        """
        for group in self._groups:
            group.rest()
        before = self._gathered("displacement")
        descents = self._descend([None] * len(self._groups), force_tolerance)
        if self._groups[0].element is not np.float64:
            self._widen(before)
            descents = self._descend(descents, force_tolerance)
        for group in self._groups:
            group.rest()
        return np.sqrt(self._of_runs([each.largest for each in descents]))

    def _descend(self, descents: Sequence[Descent | None], force_tolerance: float) -> list[Descent]:
        return [
            group.descend(descent, force_tolerance, self.time_step, MINIMISER_STEPS)
            for group, descent in zip(self._groups, descents, strict=True)
        ]

    def _widen(self, before: np.ndarray) -> None:
        """Go on in double precision, with the centres of mass of some displacements before."""
        displacement, velocity = self._gathered("displacement"), self._gathered("velocity")
        self._start(self._starts, self._types, np.float64)
        drift = (displacement - before).mean(axis=1, keepdims=True)
        self._spread("displacement", displacement - drift)
        self._spread("velocity", velocity)
        self._prepare()

    # -- what it is like ------------------------------------------------------------------

    def positions(self) -> np.ndarray:
        """(runs, N, 3) unwrapped positions."""
        return self._starts + self._images * self.liquid.box_length + self._gathered("displacement")

    def velocities(self) -> np.ndarray:
        """(runs, N, 3) velocities."""
        return self._gathered("velocity") * self._known("pending")[:, None, None]

    def forces(self) -> np.ndarray:
        """(runs, N, 3) forces."""
        return self._gathered("force")

    def temperature(self) -> np.ndarray:
        """(runs,) kinetic temperatures."""
        return self._known("double_kinetic") / (3 * self.liquid.particles - 3)

    def potential_energy(self) -> np.ndarray:
        """(runs,) potential energies."""
        return self._of_runs([group.energies() for group in self._groups])

    def _gathered(self, name: str) -> np.ndarray:
        """(runs, N, 3) float64 of one quantity, in the order in which the particles were loaded."""
        found = np.empty((self.runs, self.liquid.particles, 3))
        for part, group in zip(self._parts, self._groups, strict=True):
            wanted = found[part]
            wanted[:, self._order] = group.by_lane(name)[: len(wanted)]
        return found

    def _spread(self, name: str, values: np.ndarray) -> None:
        """Give the groups (runs, N, 3) of one quantity; lanes left over repeat the first run."""
        for part, group in zip(self._parts, self._groups, strict=True):
            own = values[part, self._order]
            lanes = group.by_lane(name)
            lanes[: len(own)], lanes[len(own) :] = own, own[0]

    def _known(self, name: str) -> np.ndarray:
        """(..., runs) numbers that each run has."""
        return self._of_runs([getattr(group.motion, name) for group in self._groups])

    def _of_runs(self, numbers: Sequence[np.ndarray]) -> np.ndarray:
        """(..., runs) from the (..., lanes) numbers of each group."""
        counts = [part.stop - part.start for part in self._parts]
        own = [each[..., :count] for each, count in zip(numbers, counts, strict=True)]
        return np.concatenate(own, axis=-1)

    # -- saving and restoring -------------------------------------------------------------

    def save(self, path: str | Path) -> None:
        """Write all that is needed to go on."""
        element = self._groups[0].element
        blob = state.packed(
            starts=self._starts,
            types=self._types,
            images=self._images,
            displacement=self._gathered("displacement").astype(element),
            velocity=self._gathered("velocity").astype(element),
            pending=self._known("pending"),
            double_kinetic=self._known("double_kinetic"),
            chain=self._known("chain"),
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
        self._target, self._parts = target, self._divided(saved["displacement"])
        self._start(saved["starts"], saved["types"], saved["displacement"].dtype.type)
        self._images = saved["images"]
        for name in ("displacement", "velocity"):
            self._spread(name, saved[name])
        for name in ("pending", "double_kinetic", "chain"):
            self._set_known(name, saved[name])
        self._prepare()

    def _set_known(self, name: str, values: np.ndarray) -> None:
        for part, group in zip(self._parts, self._groups, strict=True):
            own = values[..., part]
            lanes = getattr(group.motion, name)
            lanes[..., : own.shape[-1]], lanes[..., own.shape[-1] :] = own, own[..., :1]
