"""Training sets for classifiers: which particle at which moment, and which of two classes."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from softness.checks import finite_array, one_of, whole_number
from softness.errors import InputError

METHODS = ("per_event", "per_frame")
GROUPINGS = ("particle", "event", "replica")


@dataclass(frozen=True)
class Moments:
    """Particles at moments: the candidates for one class of a training set.

    Attributes
    ----------
    replicas
        (n,) number of the replica.
    particles
        (n,) number of the particle.
    frames
        (n,) frame whose structure is taken.
    events
        (n,) number of the event, or of the quiet run, within the replica.
    """

    replicas: np.ndarray
    particles: np.ndarray
    frames: np.ndarray
    events: np.ndarray

    def __len__(self) -> int:
        return len(self.frames)

    def take(self, chosen: np.ndarray) -> "Moments":
        """Those at the given indices, or where a mask is true."""
        return Moments(*(getattr(self, field.name)[chosen] for field in fields(self)))


@dataclass(frozen=True)
class TrainingSet:
    """A balanced training set.

    Attributes
    ----------
    moments
        The samples, (n,).
    labels
        (n,) +1 for the active class, -1 for the quiet one.
    groups
        (n,) number of the group; samples of one group are not independent of each other and must
        not be split across folds.
    found
        Number of candidates of the active and of the quiet class.
    wanted
        Number of samples of each class that was asked for.
    """

    moments: Moments
    labels: np.ndarray
    groups: np.ndarray
    found: tuple[int, int]
    wanted: int

    @property
    def complete(self) -> bool:
        """Whether each class has as many samples as were asked for."""
        return len(self.labels) == 2 * self.wanted


def rearranging(
    events: np.ndarray, method: str = "per_event", lead: int = 2, replica: int = 0
) -> Moments:
    """Candidates of the rearranging class, section 2.2.2 of the dissertation.

    Parameters
    ----------
    events
        Events of one replica with the fields ``particle``, ``frame`` (of the maximum of p_hop),
        ``first``, ``last`` and ``cut``, as `softness.dynamics.rearrangements.events` gives them.
    method
        ``"per_event"``: one moment for each event, at its maximum. ``"per_frame"``: every frame in
        which p_hop is above the threshold, as in the dissertation; such a frame may be later than
        the jump itself, so that the structure after it is taken.
    lead
        The structure is taken this number of frames before (dissertation: 2 tau).
    replica
        Number of the replica.

    Returns
    -------
    Moments
        Moments before frame 0 are left out, and with ``"per_event"`` also events that the start
        or the end of the series cuts, since their maximum may be unseen.
    """
    one_of(method, "method", METHODS)
    number = np.arange(len(events))
    if method == "per_event":
        whole = ~events["cut"]
        particles, frames, number = events["particle"][whole], events["frame"][whole], number[whole]
    else:
        lengths = events["last"] - events["first"] + 1
        number = np.repeat(number, lengths)
        within = np.arange(len(number)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        particles, frames = events["particle"][number], events["first"][number] + within
    return _moments(replica, particles, frames - lead, number)


def quiet(runs: np.ndarray, replica: int = 0) -> Moments:
    """Candidates of the non-rearranging class: the middle of each quiet run.

    Parameters
    ----------
    runs
        Quiet runs of one replica with the fields ``particle`` and ``centre``, as
        `softness.dynamics.rearrangements.quiet_runs` gives them.
    replica
        Number of the replica.
    """
    return _moments(replica, runs["particle"], runs["centre"], np.arange(len(runs)))


def rearranging_soon(
    events: np.ndarray, frames: np.ndarray, within: int = 2, replica: int = 0
) -> Moments:
    """Candidates of the rearranging class whose structure is taken from given frames alone.

    Parameters
    ----------
    events
        As of `rearranging`.
    frames
        (n,) rising.
    within
        The maximum of the event lies 1 to this number of frames after one of them.
    replica
        Number of the replica.
    """
    found = [rearranging(events, "per_event", ahead, replica) for ahead in range(1, within + 1)]
    moments = joined(found)
    return moments.take(np.isin(moments.frames, frames))


def quiet_in(runs: np.ndarray, frames: np.ndarray, replica: int = 0) -> Moments:
    """Candidates of the non-rearranging class: of each quiet run the frame next to its middle.

    Parameters
    ----------
    runs
        As of `quiet`, with the fields ``first`` and ``last`` as well. Those that no frame lies in
        are left out.
    frames
        (n,) rising.
    replica
        Number of the replica.
    """
    after = np.clip(np.searchsorted(frames, runs["centre"]), 1, len(frames) - 1)
    is_before = 2 * runs["centre"] <= frames[after - 1] + frames[after]
    nearest = np.where(is_before, frames[after - 1], frames[after])
    within = (nearest >= runs["first"]) & (nearest <= runs["last"])
    return _moments(replica, runs["particle"], nearest, np.arange(len(runs))).take(within)


def tail_thresholds(
    hop: np.ndarray | Sequence[np.ndarray], share: float = 0.00033
) -> tuple[float, float]:
    """Lower and upper p_hop that cut off a fraction of all samples in each tail, section 2.2.2.

    Parameters
    ----------
    hop
        (rows, N) p_hop in sigma_AA^2, or a list of such series (replicas).
    share
        Fraction of all samples in each tail; the dissertation takes 0.033 %.

    Returns
    -------
    tuple of float
        ``round(share * samples)`` samples lie below the first and as many above the second, as far
        as values are not equal.

    Raises
    ------
    InputError
        If p_hop holds NaN, the share is not in (0, 0.5), or it means less than one sample.
    """
    if not 0 < share < 0.5:
        raise InputError(f"share = {share}: give a share of each tail between 0 and 0.5")
    series = [hop] if isinstance(hop, np.ndarray) else hop
    values = np.concatenate([finite_array(one, "hop", 2).ravel() for one in series])
    beyond = round(share * len(values))
    if beyond < 1:
        raise InputError(
            f"share = {share} of {len(values)} samples of p_hop is less than one: "
            "give a wider tail or a longer series"
        )
    last = len(values) - 1
    ordered = np.partition(values, [beyond, last - beyond])
    return float(ordered[beyond]), float(ordered[last - beyond])


def tail(
    hop: np.ndarray,
    threshold: float,
    side: str,
    method: str = "per_event",
    first_frame: int = 5,
    lead: int = 2,
    replica: int = 0,
) -> Moments:
    """Candidates from one tail of p_hop, as fluidity takes them, section 2.2.2.

    Parameters
    ----------
    hop
        (rows, N) p_hop of one replica in consecutive frames, in sigma_AA^2.
    threshold
        From `tail_thresholds`.
    side
        ``"high"``: p_hop > threshold. ``"low"``: p_hop < threshold.
    method
        ``"per_event"``: one moment for each excursion, at its extreme (the first of equal ones).
        ``"per_frame"``: every frame beyond the threshold, as in the dissertation.
    first_frame
        Frame of row 0.
    lead
        The structure is taken this number of frames before.
    replica
        Number of the replica.
    """
    one_of(side, "side", ("high", "low"))
    one_of(method, "method", METHODS)
    height = finite_array(hop, "hop", 2) * (1 if side == "high" else -1)
    # Particle by particle, so that the rows of one excursion follow one another.
    particles, rows = np.nonzero((height > (threshold if side == "high" else -threshold)).T)
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (np.diff(rows) != 1) | (np.diff(particles) != 0)
    number = np.cumsum(new) - 1
    if method == "per_event":
        # Sorted by event, then from the extreme down, then by time: the first of each event.
        order = np.lexsort((rows, -height[rows, particles], number))
        chosen = order[np.flatnonzero(new)]
        particles, rows, number = particles[chosen], rows[chosen], number[chosen]
    return _moments(replica, particles, rows + first_frame - lead, number)


def random_moments(
    particles: np.ndarray,
    frames: np.ndarray,
    number: int,
    generator: np.random.Generator,
    replica: int = 0,
) -> Moments:
    """Any particles at any moments: the other class of the one-tail controls.

    Parameters
    ----------
    particles, frames
        Those to choose from.
    number
        How many different moments to draw.
    generator
        Source of the draw.
    replica
        Number of the replica.

    Raises
    ------
    InputError
        If there are fewer moments than asked for.
    """
    particles, frames = np.asarray(particles), np.asarray(frames)
    size = len(particles) * len(frames)
    if whole_number(number, "number") > size:
        raise InputError(
            f"number = {number}: there are {size} moments, ask for fewer or give a longer series"
        )
    chosen = np.sort(generator.choice(size, number, replace=False))
    return _moments(
        replica,
        particles[chosen % len(particles)],
        frames[chosen // len(particles)],
        np.arange(number),
    )


def joined(parts: Sequence[Moments]) -> Moments:
    """Candidates of several replicas in one table."""
    return Moments(
        *(
            np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Moments)
        )
    )


def draw(
    active: Moments,
    inactive: Moments,
    number: int,
    generator: np.random.Generator,
    least: int | None = None,
    group_by: str = "particle",
) -> TrainingSet:
    """Balanced training set of ``number`` + ``number`` samples, drawn without repetition.

    For the one-tail controls ``inactive`` (or ``active``) are `random_moments`.

    Parameters
    ----------
    active, inactive
        Candidates of the two classes, labelled +1 and -1.
    number
        Wanted in each class; the dissertation takes 3800 (softness) and 5200 (fluidity).
    generator
        Source of the draw.
    least
        With fewer candidates than ``number``, but at least this number in each class, all of the
        smaller class are taken, and as many of the other; `TrainingSet.complete` is then false.
        If not given, fewer than ``number`` is an error.
    group_by
        What makes samples dependent. ``"particle"``: all samples of one particle of one replica,
        whatever their class (the default, since its events and quiet runs share slow structure).
        ``"event"``: the samples of one event. ``"replica"``: all of a replica.

    Returns
    -------
    TrainingSet
        The samples of the active class come first.

    Raises
    ------
    InputError
        Too few candidates; the message says how many were found and wanted.
    """
    one_of(group_by, "group_by", GROUPINGS)
    whole_number(number, "number")
    least = number if least is None else min(whole_number(least, "least"), number)
    found = (len(active), len(inactive))
    for name, candidates in zip(("active", "inactive"), found, strict=True):
        if candidates < least:
            raise InputError(
                f"{name} has {candidates} candidates, {least} of {number} wanted are needed: "
                "take longer runs, more replicas or a wider tail, or ask for fewer"
            )
    size = min(number, *found)
    halves = [
        part.take(np.sort(generator.choice(len(part), size, replace=False)))
        for part in (active, inactive)
    ]
    moments = joined(halves)
    labels = np.repeat([1, -1], size)
    return TrainingSet(moments, labels, _groups(moments, labels, group_by), found, number)


def _groups(moments: Moments, labels: np.ndarray, group_by: str) -> np.ndarray:
    keys = {
        "particle": (moments.replicas, moments.particles),
        # Events and quiet runs are numbered each on their own.
        "event": (moments.replicas, labels, moments.events),
        "replica": (moments.replicas,),
    }[group_by]
    _, groups = np.unique(np.stack(keys, axis=1), axis=0, return_inverse=True)
    return groups.reshape(-1)


def _moments(
    replica: int, particles: np.ndarray, frames: np.ndarray, events: np.ndarray
) -> Moments:
    recorded = frames >= 0
    particles, frames, events = particles[recorded], frames[recorded], events[recorded]
    return Moments(np.full(len(frames), replica), particles, frames, events)
