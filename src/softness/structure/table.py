"""Rows of feature tables: which particles at which moments go in, and what for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from softness.errors import InputError

Moments = tuple[np.ndarray, np.ndarray]
"""(n,) particles and (n,) frames."""

REARRANGING, BEFORE_EVENT = "rearranging", "before_event"
"""Roles of moments whose particles rearrange soon after, as chapters 2 and 3 understand it."""


@dataclass(frozen=True)
class TableRows:
    """Rows of a feature table: each particle at each moment once, sorted by frame, then particle.

    Attributes
    ----------
    frames, particles
        (n,) of each row.
    roles
        (n,) masks, by name: what the row is wanted for. A row may have several roles.
    """

    frames: np.ndarray
    particles: np.ndarray
    roles: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.frames)

    def by_frame(self) -> Iterator[tuple[int, np.ndarray]]:
        """Each frame that is needed, with its particles, in the order of the rows."""
        numbers, first = np.unique(self.frames, return_index=True)
        particles = np.split(self.particles, first[1:])
        yield from zip(numbers.tolist(), particles, strict=False)

    def find(self, particles: np.ndarray, frames: np.ndarray) -> np.ndarray:
        """(n,) numbers of the rows of some particles at some moments.

        Raises
        ------
        InputError
            If the table does not hold one of them.
        """
        particles, frames = _checked_moments("moments", (particles, frames))
        width = 1 + max(self.particles.max(initial=0), particles.max(initial=0))
        keys, wanted = self.frames * width + self.particles, frames * width + particles
        rows = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
        absent = np.flatnonzero(keys[rows] != wanted) if len(keys) else np.arange(len(wanted))
        if len(absent):
            raise InputError(
                f"particle {particles[absent[0]]} at frame {frames[absent[0]]} is not in the table "
                f"({len(absent)} moments in all): select its row first"
            )
        return rows


def select_rows(wanted: Mapping[str, Moments]) -> TableRows:
    """Unite what is wanted for several purposes; what several want is a single row.

    The tables of the study hold the training samples, the particles that rearrange in every frame,
    and all A particles of every k-th frame; every particle of every frame would be 142 GB.

    Parameters
    ----------
    wanted
        For each role (n,) particles and (n,) frames, in any order.

    Raises
    ------
    InputError
        If particles and frames differ in number, or are not whole numbers of 0 or more.
    """
    moments = [_checked_moments(role, moments) for role, moments in wanted.items()]
    if not moments:
        raise InputError("wanted is empty: name one role or more, with its particles and frames")
    particles, frames = (np.concatenate(parts) for parts in zip(*moments, strict=True))
    width = int(particles.max(initial=0)) + 1
    keys, rows = np.unique(frames * width + particles, return_inverse=True)
    roles, begin = {}, 0
    for role, (its_particles, _) in zip(wanted, moments, strict=True):
        roles[role] = np.zeros(len(keys), dtype=bool)
        roles[role][rows[begin : begin + len(its_particles)]] = True
        begin += len(its_particles)
    return TableRows(keys // width, keys % width, roles)


def strided_frames(first: int, last: int, stride: int = 10) -> np.ndarray:
    """Every ``stride``-th frame from first to last; each stands for those up to the next as well.

    Frames at the end that do not fill a stride are left out, so that events are to be counted up to
    ``frames[-1] + stride - 1`` and a population counts ``stride`` times.

    Raises
    ------
    InputError
        If not a single stride fits.
    """
    frames = np.arange(first, last - stride + 2, max(stride, 1))
    if stride < 1 or first < 0 or len(frames) == 0:
        raise InputError(
            f"stride = {stride} from frame {first} to {last}: give a stride of at least 1 that "
            "fits, or a longer run"
        )
    return frames


def structure_frames(
    frames: int, half_window: int, ahead: int, stride: int = 10
) -> tuple[np.ndarray, tuple[int, int]]:
    """Strided frames whose structure counts, and the first and last frame that events may have.

    p_hop is known from frame ``half_window`` on and to as many before the end, and the time of an
    event, which is a maximum between others, from the next frame on to the one before that. So
    rearrangements up to ``ahead`` frames after the structure are all known for these frames.

    Parameters
    ----------
    frames
        Of the trajectory.
    half_window
        Of p_hop, in frames.
    ahead
        In frames.
    stride
        As for `strided_frames`.

    Raises
    ------
    InputError
        If not a single stride fits.
    """
    last_known = frames - 1 - half_window - 1
    strided = strided_frames(half_window, last_known - ahead, stride)
    return strided, (int(strided[0]), int(strided[-1]) + stride - 1)


def every_moment(particles: np.ndarray, frames: np.ndarray) -> Moments:
    """All of some particles in all of some frames, such as the population in strided frames."""
    particles, frames = np.asarray(particles), np.asarray(frames)
    return np.tile(particles, len(frames)), np.repeat(frames, len(particles))


def moments_above_threshold(events: np.ndarray, first: int, last: int, lead: int = 2) -> Moments:
    """Moments t - lead of all frames t in which p_hop is above the threshold (chapter 2).

    Parameters
    ----------
    events
        From `softness.dynamics.rearrangements.events`: fields ``particle``, ``first`` and ``last``.
    first, last
        Frames t - lead outside are left out.
    lead
        In frames; the dissertation takes the structure 2 tau before.
    """
    lengths = events["last"] - events["first"] + 1
    particles = np.repeat(events["particle"], lengths)
    within = np.arange(len(particles)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return _between(particles, np.repeat(events["first"], lengths) + within - lead, first, last)


def moments_before_events(events: np.ndarray, first: int, last: int, within: int = 2) -> Moments:
    """Moments t with an event in (t, t + within] (chapter 3), each once.

    Where the start or the end of the series cuts an event and its maximum lies in that very row,
    the true maximum may lie beyond: its time is not known, and the event does not count.

    Parameters
    ----------
    events
        All events of one series, from `softness.dynamics.rearrangements.events`: fields
        ``particle``, ``frame`` (t* of the event), ``first``, ``last`` and ``cut``.
    first, last
        Frames t outside are left out. Times of events are known from the second row of p_hop to the
        last but one: a fraction of moments does not depend on the length of the run from the first
        row of p_hop on, and up to ``within + 1`` rows before the last.
    within
        In frames; the dissertation takes 2 tau.
    """
    events = events[~_peaks_at_a_cut(events)]
    particles = np.tile(events["particle"], within)
    frames = np.concatenate([events["frame"] - ahead for ahead in range(1, within + 1)])
    both = np.unique(np.stack([frames, particles]), axis=1)
    return _between(both[1], both[0], first, last)


def _peaks_at_a_cut(events: np.ndarray) -> np.ndarray:
    """(events,) whether the maximum lies in the row in which the series cuts the event."""
    if len(events) == 0:
        return np.zeros(0, dtype=bool)
    # Which end it is that cuts an event: no event reaches further than the series.
    at_start = (events["first"] == events["first"].min()) & (events["frame"] == events["first"])
    at_end = (events["last"] == events["last"].max()) & (events["frame"] == events["last"])
    return events["cut"] & (at_start | at_end)


def _between(particles: np.ndarray, frames: np.ndarray, first: int, last: int) -> Moments:
    inside = (frames >= first) & (frames <= last)
    return particles[inside], frames[inside]


def _checked_moments(role: str, moments: Moments) -> Moments:
    particles, frames = (np.asarray(one) for one in moments)
    if particles.ndim != 1 or particles.shape != frames.shape:
        raise InputError(
            f"{role} has particles {particles.shape} and frames {frames.shape}: give one of each"
        )
    for name, values in (("particles", particles), ("frames", frames)):
        if values.size and (values.dtype.kind not in "iu" or values.min() < 0):
            raise InputError(f"{role} has {name} that are not whole numbers of 0 or more")
    return particles.astype(np.int64), frames.astype(np.int64)
