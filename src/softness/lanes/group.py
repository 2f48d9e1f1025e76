"""One group of lanes: as many runs as a vector is wide, stepped together."""

import numpy as np

from softness.errors import InputError
from softness.lanes.descent import Descent, at_the_top, descend, kick_and_measure, widened
from softness.lanes.forces import Coefficients, set_energies, set_forces
from softness.lanes.integration import Heat, advance, at_rest, kick
from softness.lanes.lists import UnionList
from softness.lanes.vectors import FIELD, vector_dtype, vectors

# Largest force down to which descents are single precision, for each sigma_AA of the largest
# displacement, of 1 or more: ten times what its rounding makes of a force (docs/lanes.md).
SINGLE = 3e-4
# A particle that goes further in one time step, in sigma_AA, is not moved by a sound integrator.
LARGEST_STEP = 0.5


class Group:
    """Runs in the lanes of vectors.

    Parameters
    ----------
    starts
        (N, 3) positions from which displacements count, in sigma_AA, in the order of the curve.
    species
        (N,) of each particle.
    box_length
        Edge of the box.
    coefficients
        Of the pairs.
    element
        ``numpy.float32``, or ``numpy.float64``.
    lanes
        Runs.
    numbers
        (N,) of the particles, for errors.
    first_run
        Number of the first run, for errors.
    """

    def __init__(
        self,
        starts: np.ndarray,
        species: np.ndarray,
        box_length: float,
        coefficients: Coefficients,
        element: type,
        lanes: int,
        numbers: np.ndarray,
        first_run: int,
    ) -> None:
        dtype = vector_dtype(element, lanes)
        self.element, self._dtype = element, dtype
        self.motion = at_rest(len(starts), dtype)
        self._coefficients = coefficients
        self._list = UnionList(starts, species, box_length, coefficients, dtype)
        self._numbers, self._first_run = numbers, first_run

    # -- motion ---------------------------------------------------------------------------

    def prepare(self, time_step: float) -> None:
        """Make lists and forces for where the lanes are."""
        self._renew(time_step)
        motion, pairs = self.motion, self._list.pairs
        set_forces(motion.displacement, motion.force, *pairs, self._coefficients)
        faults = ~np.isfinite(self.by_lane("force")).all(axis=2)
        if faults.any():
            run, particle = self._first(faults)
            raise InputError(
                f"run {run}: particle {particle} overlaps another one: start from a configuration "
                "without overlaps"
            )

    def measure(self) -> None:
        """Set the kinetic energies to those of the velocities."""
        kick(self.motion, 0.0)

    def run(self, heat: Heat, time_step: float, steps: int) -> None:
        """Advance by a number of time steps."""
        done, is_within = 0, False
        while done < steps:
            found = self._list
            done = advance(
                self.motion,
                found.pairs,
                found.reference,
                found.allowance_square,
                self._coefficients,
                heat,
                time_step,
                done,
                steps,
                is_within,
            )
            is_within = done < steps
            if is_within:
                self._renew(time_step)

    def rest(self) -> None:
        """Set velocities to zero, and the thermostats' own."""
        self.motion.velocity[FIELD] = 0.0
        self.motion.pending[:] = 1.0
        self.motion.double_kinetic[:] = 0.0
        self.motion.chain[:] = 0.0

    def descend(
        self, before: Descent | None, force_tolerance: float, time_step: float, limit: int
    ) -> Descent:
        """Go down to minima of the energy, as far as the precision of the vectors allows.

        Parameters
        ----------
        before
            A descent that goes on; None begins one.
        force_tolerance
            Largest force at which a lane is done.
        time_step
            The largest and, of a descent that begins, the first one, in tau.
        limit
            Steps after which a lane is done in any case, those before included.
        """
        begun = widened(before, self._dtype) if before else at_the_top(time_step, self._dtype)
        tolerance = np.full(len(begun.steps), force_tolerance)
        if self.element is np.float32:
            # By each lane's own displacements: where it ends depends on no other.
            reach = np.abs(self.by_lane("displacement")).max(axis=(1, 2)).astype(np.float64)
            tolerance = np.maximum(tolerance, SINGLE * np.maximum(reach, 1.0))
        kick_and_measure(self.motion, begun)
        found, is_within = self._list, False
        while not descend(
            self.motion,
            found.pairs,
            found.reference,
            found.allowance_square,
            self._coefficients,
            begun,
            tolerance,
            time_step,
            limit,
            is_within,
        ):
            self._renew(time_step)
            is_within = True
        return begun

    def _renew(self, time_step: float) -> None:
        self._refuse_explosion(time_step)
        motion = self.motion
        self._list.renew(motion.displacement, motion.velocity, motion.force, time_step)

    def _refuse_explosion(self, time_step: float) -> None:
        ways = self.by_lane("velocity") * time_step
        faults = ~((ways**2).sum(axis=2) <= LARGEST_STEP**2)
        if faults.any():
            run, particle = self._first(faults)
            raise InputError(
                f"run {run}: particle {particle} goes more than {LARGEST_STEP} in one time step: "
                f"lower engine.time_step ({time_step:g}), or check the configuration that it "
                "started from"
            )

    def _first(self, faults: np.ndarray) -> tuple[int, int]:
        """Run and particle of the first of the (lanes, N) faults."""
        lane, place = np.argwhere(faults)[0]
        return self._first_run + int(lane), int(self._numbers[place])

    # -- what it is like ------------------------------------------------------------------

    def by_lane(self, name: str) -> np.ndarray:
        """(lanes, N, 3) view of displacements, velocities or forces, in the order of the curve."""
        numbers = getattr(self.motion, name)[FIELD]
        return numbers.reshape(-1, 3, numbers.shape[1]).transpose(2, 0, 1)

    def energies(self) -> np.ndarray:
        """(lanes,) potential energies."""
        energy = vectors(1, vector_dtype(np.float64, len(self.motion.pending)))
        set_energies(self.motion.displacement, energy, *self._list.pairs, self._coefficients)
        return energy[FIELD][0].copy()
