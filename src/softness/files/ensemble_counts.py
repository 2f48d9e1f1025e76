"""What an isoconfigurational ensemble leaves: counts on fixed grids, and nothing of its runs.

A file of its own kind, apart from the other records: simulations depend on it, and must not run
again when a table of the analysis changes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from softness.errors import InputError
from softness.files.tables import array

# What must be equal in parts that are merged, and what is added up.
_COMMON = ("temperature", "snapshot", "hop_threshold", "csd_threshold", "hop_time", "csd_time")
_GRIDS = (*_COMMON, "displacement_time", "unit", "particle")
_COUNTS = ("hop", "hop_cumulative", "csd", "csd_cumulative")
_CROWDS = ("hop_crowd_square", "hop_cumulative_crowd_square")
_SUMS = (*_COUNTS, *_CROWDS, "displacement", "square")


@dataclass(frozen=True)
class EnsembleCounts:
    """Counts over the runs of one snapshot, in two halves: runs of even and of odd number.

    All counts and sums are whole numbers, so that they are the same to the last digit in whatever
    order runs are added. ``cumulative`` takes the largest value of an indicator up to a time.

    Attributes
    ----------
    temperature
        Of the runs, in eps_AA/k_B.
    snapshot
        Number of the snapshot.
    runs
        (runs,) their numbers, ascending.
    particle
        (particles,) numbers of the particles that are counted.
    hop_threshold, csd_threshold
        (thresholds,) in sigma_AA^2; an indicator exceeds a threshold that is strictly below it.
    hop_time, csd_time, displacement_time
        (times,) in tau.
    hop, hop_cumulative, csd, csd_cumulative
        (2, thresholds + 1, times, particles): ``hop[h, n, t, i]`` is the number of runs of half h
        in which p_hop of particle i at time t exceeds exactly n of the thresholds.
    hop_crowd_square, hop_cumulative_crowd_square
        (2, thresholds, times) int64: sum over the runs of a half of the square of the number of
        particles that exceed a threshold at a time. Particles of one run move together; the scatter
        of their number between runs holds that, which counts of single particles do not.
    unit
        Of the sums of displacements, in sigma_AA.
    displacement, square
        (2, times, particles) sums over the runs of a half of |r(t) - r(0)|, in multiples of
        `unit`, and of its square, in multiples of `unit` times sigma_AA.
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
    hop_crowd_square: np.ndarray = array("halves hop_thresholds hop_times")
    hop_cumulative_crowd_square: np.ndarray = array("halves hop_thresholds hop_times")
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

    def mean_share(self, kind: str, threshold: float) -> tuple[np.ndarray, np.ndarray]:
        """Fraction of the particles that exceed a threshold, and how well the runs determine it.

        Parameters
        ----------
        kind
            ``"hop"`` or ``"hop_cumulative"``.
        threshold
            One of the grid, in sigma_AA^2.

        Returns
        -------
        mean : numpy.ndarray
            (times,) fraction of particles at each of `hop_time`, over all runs: a number from 0 to
            1.
        error : numpy.ndarray
            (times,) its standard error, from the scatter of the share between runs: the root of
            its sample variance over the number of runs. Not a number for a single run.

        Raises
        ------
        InputError
            If the kind is another one, or the threshold is not on its grid.
        """
        if f"{kind}_crowd_square" not in _CROWDS:
            raise InputError(
                f"kind = {kind!r}: the scatter between runs is kept of 'hop' and 'hop_cumulative'"
            )
        level = _place(self.hop_threshold, threshold, "threshold")
        total = getattr(self, kind)[:, level + 1 :].sum(axis=(0, 1, 3), dtype=np.int64)
        squares = getattr(self, f"{kind}_crowd_square")[:, level].sum(axis=0)
        runs, particles = len(self.runs), len(self.particle)
        mean = total / (runs * particles)
        if runs < 2:
            return mean, np.full(len(mean), np.nan)
        # In whole numbers of any size: runs times squares may exceed 64 bits, and nothing is lost
        # in the difference.
        scatter = runs * squares.astype(object) - total.astype(object) ** 2
        return mean, np.sqrt(scatter.astype(float) / (runs - 1)) / (runs * particles)


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
    total, seen, following = None, {}, iter(names)
    for part in parts:
        name = next(following)
        if total is None:
            total = replace(part, **{key: getattr(part, key).copy() for key in _SUMS})
        else:
            _add(total, part, name, names[0])
        again = [run for run in part.runs.tolist() if run in seen]
        if again:
            raise InputError(f"{name}: run {again[0]} is in {seen[again[0]]} already: keep one")
        seen |= dict.fromkeys(part.runs.tolist(), name)
        # Let go of it before the next one is read; zip would hold it until then.
        del part
    if total is None:
        raise InputError("there are no parts to merge: run some first")
    return replace(total, runs=np.array(sorted(seen), dtype=np.int64))


def _add(total: EnsembleCounts, part: EnsembleCounts, name: str, first: str) -> None:
    """Add the counts of a part to a total of the same settings."""
    for key in _GRIDS:
        if not np.array_equal(getattr(part, key), getattr(total, key)):
            raise InputError(
                f"{name}: has a different {key} from {first}: delete the one that is outdated and "
                "run again"
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
