"""Inherent-state propensity: apart from other records, because simulations depend on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from softness.errors import InputError
from softness.files.tables import array

INHERENT, THERMAL = "inherent", "thermal"
_SAME = ("temperature", "snapshot", "states", "particle", "time", "unit", "force_tolerance")


@dataclass(frozen=True)
class InherentPropensity:
    """Sums over the runs of one snapshot, in two halves: runs of even and of odd number.

    Our own runs have sums of both states, at the same times; published ones of one.
    Sums are whole numbers, the same to the last digit in whatever order runs are added.

    Attributes
    ----------
    temperature
        Of the runs, in eps_AA/k_B.
    snapshot
        Number of the snapshot.
    runs
        (runs,) their numbers, ascending.
    particle
        (particles,) numbers of the particles that are followed.
    time
        (times,) at which runs are looked at, in tau.
    states
        (states,) what positions are: ``inherent``, after a quench, or ``thermal``, before it.
    unit
        Of the sums, in sigma_AA.
    displacement, square
        (states, 2, times, particles) sums over the runs of a half of d = |r(t) - r(0)| without the
        drift of all particles, in multiples of `unit`; and of d^2, in `unit` times sigma_AA. Both
        positions are of the same state.
    force_tolerance
        Of the quenches, in eps_AA/sigma_AA; nan where it is not known.
    largest_force
        (times,) left in any run; that of the snapshot's own inherent state included. nan where it
        is not known.
    unconverged
        (times,) number of quenches that ended above the tolerance.
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    snapshot: np.ndarray = array("")
    runs: np.ndarray = array("runs")
    particle: np.ndarray = array("particles")
    time: np.ndarray = array("times", "tau")
    unit: np.ndarray = array("", "sigma_AA")
    states: np.ndarray = array("states")
    displacement: np.ndarray = array("states halves times particles", "unit")
    square: np.ndarray = array("states halves times particles", "unit")
    force_tolerance: np.ndarray = array("", "eps_AA/sigma_AA")
    largest_force: np.ndarray = array("times", "eps_AA/sigma_AA")
    unconverged: np.ndarray = array("times")

    def runs_of_halves(self) -> np.ndarray:
        """(2,) number of runs of even and of odd number."""
        return np.array([np.count_nonzero(self.runs % 2 == half) for half in (0, 1)])

    def has(self, state: str) -> bool:
        """Whether there are sums of a state."""
        return state.encode() in self.states

    def propensity(self, state: str = INHERENT) -> np.ndarray:
        """(times, particles) mean of d over all runs, in sigma_AA."""
        sums = self.displacement[self._place(state)].sum(axis=0)
        return sums * float(self.unit) / len(self.runs)

    def mean(self, state: str = INHERENT) -> np.ndarray:
        """(2, times, particles) mean of d over the runs of each half; nan without any."""
        number = self._numbers(least=1)
        return self.displacement[self._place(state)] * float(self.unit) / number

    def variance(self, state: str = INHERENT) -> np.ndarray:
        """(2, times, particles) sample variance of d over runs; nan with fewer than two."""
        number, unit, place = self._numbers(least=2), float(self.unit), self._place(state)
        deviation = self.square[place] * unit - (self.displacement[place] * unit) ** 2 / number
        # A square is rounded down by less than a unit; without scatter that leaves less than 0.
        return np.maximum(deviation, 0.0) / (number - 1)

    def _place(self, state: str) -> int:
        if not self.has(state):
            raise InputError(f"there are no sums of {state} positions: take another state")
        return self.states.tolist().index(state.encode())

    def _numbers(self, least: int) -> np.ndarray:
        number = self.runs_of_halves().astype(np.float64)
        return np.where(number >= least, number, np.nan)[:, None, None]


def merged(parts: Sequence[InherentPropensity], names: Sequence[str]) -> InherentPropensity:
    """Sums over all runs of several parts of the same snapshot.

    Parameters
    ----------
    parts
        Without a run in common.
    names
        Of the parts, for error messages.

    Raises
    ------
    InputError
        If there is no part, settings differ, or a run would count twice.
    """
    if not parts:
        raise InputError("there are no parts to merge: run some first")
    first = parts[0]
    for part, name in zip(parts, names, strict=True):
        for key in _SAME:
            if not np.array_equal(getattr(part, key), getattr(first, key)):
                raise InputError(
                    f"{name}: has a different {key} from {names[0]}: delete the one that is "
                    "outdated and run again"
                )
    runs = np.concatenate([part.runs for part in parts])
    if len(np.unique(runs)) < len(runs):
        again = np.unique(runs)[np.unique(runs, return_counts=True)[1] > 1][0]
        raise InputError(f"{', '.join(names)}: run {again} counts twice: leave out one part")
    return replace(
        first,
        runs=np.sort(runs),
        displacement=np.sum([part.displacement for part in parts], axis=0),
        square=np.sum([part.square for part in parts], axis=0),
        largest_force=np.max([part.largest_force for part in parts], axis=0),
        unconverged=np.sum([part.unconverged for part in parts], axis=0),
    )
