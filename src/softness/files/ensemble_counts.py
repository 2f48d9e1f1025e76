"""What an isoconfigurational ensemble leaves: counts on fixed grids, and nothing of its runs.

A file of its own kind, apart from the other records: simulations depend on it, and must not run
again when a table of the analysis changes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from softness.errors import InputError
from softness.files.tables import array

# Runs between checkpoints of an unfinished block: they share a file. It changes no result.
RUNS_PER_FILE = 16

# What must be equal in parts that are merged, and what is added up.
_COMMON = ("temperature", "snapshot", "hop_threshold", "csd_threshold", "hop_time", "csd_time")
_GRIDS = (*_COMMON, "displacement_time", "unit", "particle")
_SUMS = ("hop", "hop_cumulative", "csd", "csd_cumulative", "displacement", "square")


@dataclass(frozen=True)
class EnsembleCounts:
    """Counts over the runs of one snapshot, in two halves: runs of even and of odd number.

    ``hop[h, n, t, i]`` is the number of runs of half h in which p_hop of particle i at time t
    exceeds exactly n of the thresholds; ``cumulative`` takes its largest value up to t. Sums of
    displacements and of their squares are whole multiples of `unit`, so that they are the same to
    the last digit in whatever order runs are added.
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    snapshot: np.ndarray = array("")
    runs: np.ndarray = array("runs")
    particle: np.ndarray = array("particles")
    hop_threshold: np.ndarray = array("hop_thresholds", "sigma_AA^2")
    csd_threshold: np.ndarray = array("csd_thresholds", "sigma_AA^2")
    hop_time: np.ndarray = array("hop_times", "tau")
    csd_time: np.ndarray = array("csd_times", "tau")
    displacement_time: np.ndarray = array("times", "tau")
    hop: np.ndarray = array("halves hop_bins hop_times particles")
    hop_cumulative: np.ndarray = array("halves hop_bins hop_times particles")
    csd: np.ndarray = array("halves csd_bins csd_times particles")
    csd_cumulative: np.ndarray = array("halves csd_bins csd_times particles")
    unit: np.ndarray = array("", "sigma_AA")
    displacement: np.ndarray = array("halves times particles", "unit")
    square: np.ndarray = array("halves times particles", "unit")

    def runs_of_halves(self) -> np.ndarray:
        """(2,) number of runs of even and of odd number."""
        return np.array([np.count_nonzero(self.runs % 2 == half) for half in (0, 1)])

    def exceeding(self, kind: str, threshold: float, time: float) -> np.ndarray:
        """(2, particles) runs of each half in which the indicator exceeds a threshold at a time.

        Parameters
        ----------
        kind
            ``"hop"``, ``"hop_cumulative"``, ``"csd"`` or ``"csd_cumulative"``.
        threshold
            One of the grid, in sigma_AA^2.
        time
            One of the grid, in tau.

        Raises
        ------
        InputError
            If threshold or time is not on its grid.
        """
        indicator = kind.removesuffix("_cumulative")
        level = _place(getattr(self, f"{indicator}_threshold"), threshold, "threshold")
        row = _place(getattr(self, f"{indicator}_time"), time, "time")
        return getattr(self, kind)[:, level + 1 :, row].sum(axis=1, dtype=np.int64)


def merged(parts: Iterable[EnsembleCounts], names: Sequence[str]) -> EnsembleCounts:
    """Counts of all runs of several parts, which are taken in one after the other.

    Parameters
    ----------
    parts
        Of the same snapshot, without a run in common. A generator that reads them keeps two of
        them in memory, however many there are.
    names
        Of the parts, for error messages.

    Raises
    ------
    InputError
        If there is no part, settings differ, or a run would count twice; names part and fault.
    """
    total, seen = None, {}
    for part, name in zip(parts, names, strict=True):
        if total is None:
            total = replace(part, **{key: getattr(part, key).copy() for key in _SUMS})
        else:
            _add(total, part, name, names[0])
        again = [run for run in part.runs.tolist() if run in seen]
        if again:
            raise InputError(f"{name}: run {again[0]} is in {seen[again[0]]} already: keep one")
        seen |= dict.fromkeys(part.runs.tolist(), name)
    if total is None:
        raise InputError("there are no parts to merge: run some first")
    return replace(total, runs=np.array(sorted(seen)))


def _add(total: EnsembleCounts, part: EnsembleCounts, name: str, first: str) -> None:
    """Add the counts of a part to a total of the same settings."""
    for key in _GRIDS:
        if not np.array_equal(getattr(part, key), getattr(total, key)):
            raise InputError(
                f"{name}: has another {key} than {first}: delete the one that is outdated and run "
                "again"
            )
    for key in _SUMS:
        getattr(total, key)[...] += getattr(part, key)


def _place(grid: np.ndarray, value: float, name: str) -> int:
    place = int(np.abs(grid - value).argmin())
    if not np.isclose(grid[place], value, rtol=0, atol=1e-9):
        raise InputError(
            f"{name} = {value:g} is not on the grid of the counts, {grid[0]:g} to {grid[-1]:g} in "
            f"steps of {grid[1] - grid[0]:g}: the nearest is {grid[place]:g}"
        )
    return place
