"""What an isoconfigurational ensemble leaves: counts on fixed grids, and nothing of its runs.

A file of its own kind, apart from the other records: simulations depend on it, and must not run
again when a table of the analysis changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from softness.errors import InputError
from softness.files.tables import array

# Runs between checkpoints of an unfinished block: they share a file. It changes no result.
RUNS_PER_FILE = 4

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


def merged(parts: Sequence[EnsembleCounts], names: Sequence[str]) -> EnsembleCounts:
    """Counts of all runs of several parts.

    Parameters
    ----------
    parts
        Of the same snapshot, without a run in common.
    names
        Of the parts, for error messages.

    Raises
    ------
    InputError
        If there is no part, settings differ, or a run would count twice; names part and fault.
    """
    if not parts:
        raise InputError("there are no parts to merge: run some first")
    first, names = parts[0], list(names)
    seen: dict[int, str] = {}
    for part, name in zip(parts, names, strict=True):
        for key in _GRIDS:
            if not np.array_equal(getattr(part, key), getattr(first, key)):
                raise InputError(
                    f"{name}: has another {key} than {names[0]}: delete the one that is outdated "
                    "and run again"
                )
        again = [run for run in part.runs.tolist() if run in seen]
        if again:
            raise InputError(f"{name}: run {again[0]} is in {seen[again[0]]} already: keep one")
        seen |= dict.fromkeys(part.runs.tolist(), name)
    sums = {key: sum(getattr(part, key).astype(np.int64) for part in parts) for key in _SUMS}
    runs = np.sort(np.concatenate([part.runs for part in parts]))
    counts = {key: _smallest(values) for key, values in sums.items() if key not in _SUMS[-2:]}
    return replace(first, runs=runs, **sums | counts)


def _smallest(values: np.ndarray) -> np.ndarray:
    """Counts in 32 bits, which hold more runs than anyone will do."""
    return values.astype(np.uint32)


def _place(grid: np.ndarray, value: float, name: str) -> int:
    place = int(np.abs(grid - value).argmin())
    if not np.isclose(grid[place], value, rtol=0, atol=1e-9):
        raise InputError(
            f"{name} = {value:g} is not on the grid of the counts, {grid[0]:g} to {grid[-1]:g} in "
            f"steps of {grid[1] - grid[0]:g}: the nearest is {grid[place]:g}"
        )
    return place
