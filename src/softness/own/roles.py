"""Which temperature serves which purpose, and how many samples its runs are good for."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from softness.dynamics.caging import CAGED, Plateau
from softness.own.measure import Counts
from softness.own.runs import Run

LENGTHS_IN_WINDOWS = (12, 8, 6, 4, 3, 2, 1)
"""Lengths of quiet runs to choose from, in windows of p_hop; the dissertation's is the first."""

SHARES = (0.00033, 0.001, 0.003, 0.01, 0.03)
"""Tails of p_hop to choose from; the dissertation's is the first."""

MOST_ACTIVATED, MOST_EXTREMES = 3800, 5200
"""Samples of each class in the dissertation."""

ENOUGH = 100
"""Samples of a class: fewer are hardly worth learning from."""

# Fewer cannot be shared out among the five folds of a validation.
_LEAST = 10
_ENOUGH_EXTREMES = 1000
# Counts are of a part of the runs, and samples too near the beginning are lost.
_SAFE = 0.75
_FITTED = 3


@dataclass(frozen=True)
class AtTemperature:
    """The runs at one temperature.

    Attributes
    ----------
    temperature
        In eps_AA/k_B.
    runs
        Those that are used, one a replica.
    spare
        Those that are not, since other temperatures have fewer.
    plateau
        Of the mean squared displacement in the first run.
    counts
        In the first run; None before they are known.
    """

    temperature: float
    runs: tuple[Run, ...]
    spare: tuple[Run, ...]
    plateau: Plateau
    counts: Counts | None = None

    @property
    def frames(self) -> int:
        """Frames that all runs have."""
        return min(run.frames for run in self.runs)

    def expected(self, number: int, window: int) -> int:
        """How many there are in all runs, from the number in the part that was looked at.

        Parameters
        ----------
        number
            In that part.
        window
            Of p_hop, in frames.
        """
        moments = (self.frames - window) * self.runs[0].system.counts[0] * len(self.runs)
        return int(number * moments / self.counts.moments)


@dataclass(frozen=True)
class Roles:
    """Roles of temperatures, numbers of samples, and what was counted.

    Attributes
    ----------
    training, transfer_test
        Temperatures of softness.
    fluidity
        Temperatures of fluidities.
    below, sensitivity
        Limits of the fits of barriers.
    events, quiet
        Expected in all runs, at the one of training and transfer test that has fewer.
    activated
        Samples of each class.
    quiet_length
        In frames.
    excursions
        Expected in all runs, at the temperature of fluidity that has fewest.
    extremes
        Samples from each tail.
    tail
        Its share.
    """

    training: float
    transfer_test: float
    fluidity: tuple[float, ...]
    below: float
    sensitivity: float
    events: int
    quiet: int
    activated: int
    quiet_length: int
    excursions: int
    extremes: int
    tail: float


def quiet_lengths(frames: int, window: int) -> list[int]:
    """Lengths of quiet runs that fit twice into a run, in frames, the longest first.

    The last one, half a window, fits into any run of two windows.
    """
    lengths = [number * window for number in LENGTHS_IN_WINDOWS]
    return [each for each in lengths if 2 * each <= frames - window] + [window // 2]


def choose_roles(found: Sequence[AtTemperature], window: int) -> Roles:
    """Roles for temperatures, from cold to hot.

    Parameters
    ----------
    found
        From cold to hot, with counts.
    window
        Of p_hop, in frames.
    """
    caged = [each for each in found if each.plateau.is_caged]
    hot = [each for each in found if not each.plateau.is_caged]
    at_training = _first(caged, lambda each: _samples(each, window) >= ENOUGH)
    if at_training is None:
        at_training = max(caged or found[:1], key=lambda each: _samples(each, window))
    hotter = [each for each in found if each.temperature > at_training.temperature]
    at_test = hotter[0] if hotter else at_training
    events, quiet, activated, length = _activated([at_training, at_test], window)
    at_fluidity = hot or [found[-1]]
    excursions, extremes, tail = _extremes(at_fluidity, window)
    below, sensitivity = _limits(found)
    return Roles(
        training=at_training.temperature,
        transfer_test=at_test.temperature,
        fluidity=tuple(each.temperature for each in at_fluidity),
        below=below,
        sensitivity=sensitivity,
        events=events,
        quiet=quiet,
        activated=activated,
        quiet_length=length,
        excursions=excursions,
        extremes=extremes,
        tail=tail,
    )


def _events(each: AtTemperature, window: int) -> int:
    return each.expected(each.counts.events, window)


def _samples(each: AtTemperature, window: int) -> int:
    """Of the class that has fewer, with quiet runs as short as can be."""
    quiet = max(each.counts.quiet.values())
    return min(_events(each, window), each.expected(quiet, window))


def _activated(both: Sequence[AtTemperature], window: int) -> tuple[int, int, int, int]:
    """Events, quiet runs, samples of each class, and the length of the quiet runs in frames."""
    events = min(_events(each, window) for each in both)
    lengths = [length for length in both[0].counts.quiet if length in both[1].counts.quiet]

    def quiet(length: int) -> int:
        return min(each.expected(each.counts.quiet[length], window) for each in both)

    wanted = min(events, MOST_ACTIVATED)
    length = _first(lengths, lambda each: quiet(each) >= wanted) or max(lengths, key=quiet)
    return events, quiet(length), _usable(min(events, quiet(length)), MOST_ACTIVATED), length


def _extremes(hot: Sequence[AtTemperature], window: int) -> tuple[int, int, float]:
    """Excursions into a tail, samples from it, and its share."""

    def excursions(share: float) -> int:
        return min(each.expected(each.counts.extremes.get(share, 0), window) for each in hot)

    share = _first(SHARES, lambda each: excursions(each) >= _ENOUGH_EXTREMES)
    share = share or max(SHARES, key=excursions)
    return excursions(share), _usable(excursions(share), MOST_EXTREMES), share


def _first(choices: Sequence, is_enough: Callable) -> Any:
    return next((each for each in choices if is_enough(each)), None)


def _usable(number: int, most: int) -> int:
    """Samples that are sure to be there, rounded down to two digits."""
    safe = max(_SAFE * number, _LEAST)
    unit = 10 ** max(int(math.log10(safe)) - 1, 0)
    return min(int(safe / unit) * unit, most)


def _limits(found: Sequence[AtTemperature]) -> tuple[float, float]:
    """Limits of the fits of barriers: below (exclusive) and sensitivity (inclusive)."""
    temperatures = [each.temperature for each in found]
    beyond = float(f"{1.1 * temperatures[-1]:.2g}")
    caged = [each.temperature for each in found if each.plateau.is_caged]
    if len(caged) == len(found):
        return beyond, beyond
    # With three or more below the hottest of them, there is one left for the repeated fits.
    number = max(len(caged) - 1, _FITTED)
    below = temperatures[number] if number < len(temperatures) else beyond
    return below, below


def doubts(found: Sequence[AtTemperature], roles: Roles) -> list[str]:
    """What keeps these runs from a whole study, one line each."""
    coldest, number = found[0], sum(each.temperature < roles.below for each in found)
    listed = []
    if not coldest.plateau.is_caged:
        listed.append(
            f"T = {coldest.temperature:g}, the coldest, has no plateau of the mean squared "
            f"displacement (smallest slope {coldest.plateau.slope:.2f}, caged below {CAGED:.2f}): "
            "softness belongs to supercooled liquids: give colder runs, or frames closer in time"
        )
    if number < _FITTED:
        listed.append(
            f"{len(found)} temperature(s): a fit of barriers needs {_FITTED}: give more of them"
        )
    if min(roles.events, roles.quiet) < ENOUGH:
        listed.append(
            f"about {roles.events} events and {roles.quiet} quiet runs for training and transfer "
            f"test: {ENOUGH} or more are worth learning from: give longer runs"
        )
    if len(coldest.runs) < 2:
        listed.append("one run a temperature: claims need two or more replicas to be decided")
    return listed
