"""Where a long run is cut: part of what decides its numbers.

A restored state makes new neighbour lists, so that runs with other cuts differ in their last bits,
and soon in all others.
"""

import itertools
from dataclasses import dataclass
from typing import NamedTuple


class Segment(NamedTuple):
    """Time steps from one saved state to the next."""

    begin: int
    end: int

    @property
    def steps(self) -> int:
        """How many."""
        return self.end - self.begin


@dataclass(frozen=True)
class Cuts:
    """Parts of lengths of their own at the beginning of a run, then segments of equal length.

    Attributes
    ----------
    segment
        Time steps of a segment.
    approach
        Time steps of each part before the first one.
    """

    segment: int
    approach: tuple[int, ...] = ()

    @property
    def offset(self) -> int:
        """Time steps before the first segment of equal length."""
        return sum(self.approach)

    def segments(self, steps: int) -> list[Segment]:
        """Segments of a run of so many steps; the last may be shorter."""
        regular = range(self.offset + self.segment, steps, self.segment)
        ends = [*itertools.accumulate(self.approach), *regular, steps]
        return [Segment(*pair) for pair in itertools.pairwise([0, *ends]) if pair[0] < pair[1]]

    def is_cut(self, step: int) -> bool:
        """Whether all runs that go on for longer are cut here."""
        starts = [0, *itertools.accumulate(self.approach)]
        return step in starts or (step > self.offset and (step - self.offset) % self.segment == 0)
