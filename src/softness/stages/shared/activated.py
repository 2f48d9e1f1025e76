"""Samples of rearranging and of non-rearranging particles of several runs at one temperature."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from softness import seeds
from softness.dynamics.rearrangements import automatic_quiet_threshold, quiet_runs
from softness.errors import InputError
from softness.files.records.hops import HopIndicator, Rearrangements
from softness.files.records.learned import LabelledSet
from softness.learning import samples
from softness.stages.shared.labelled import drawn_set
from softness.stages.shared.structure import as_events, structure_frames

EVERY_FRAME = 1
"""The stride with which structure is taken from whatever frame a sample needs."""


def activated_set(
    settings: Mapping[str, Any], hops: Sequence[HopIndicator], events: Sequence[Rearrangements]
) -> LabelledSet:
    """Samples of particles that rearrange and of particles that do not, of all replicas.

    Parameters
    ----------
    settings
        With those of `drawn_set`, ``seed``, ``method``, ``lead`` in tau, ``quiet`` with its
        ``threshold`` and ``duration``, and ``stride`` of the frames that structure is taken from.
    hops, events
        p_hop and rearrangements of each replica, in one order.

    Raises
    ------
    InputError
        As `drawn_set`, or hops and events are not of the same replicas.
    """
    if [int(hop.replica) for hop in hops] != [int(each.replica) for each in events]:
        raise InputError("--hop and --rearrangements: name the same replicas in the same order")
    rearranging = samples.joined(
        [_rearranging(settings, hop, each) for hop, each in zip(hops, events, strict=True)]
    )
    threshold = _quiet_threshold(settings, hops, float(events[0].threshold))
    length = _quiet_length(settings, hops[0])
    quiet = samples.joined([_quiet(settings, hop, threshold, length) for hop in hops])
    generator = seeds.stream(settings["seed"], "activated samples", settings["temperature"])
    thresholds = threshold, float(events[0].threshold)
    return drawn_set(settings, hops, rearranging, quiet, thresholds, generator)


def _rearranging(
    settings: Mapping[str, Any], hop: HopIndicator, table: Rearrangements
) -> samples.Moments:
    """Candidates of the rearranging class of one run."""
    events, replica = as_events(table), int(table.replica)
    lead = round(settings["lead"] / float(hop.interval))
    if settings["stride"] == EVERY_FRAME:
        return samples.rearranging(events, settings["method"], lead, replica)
    return samples.rearranging_soon(events, _strided(settings, hop), lead, replica)


def _strided(settings: Mapping[str, Any], hop: HopIndicator) -> np.ndarray:
    """(n,) frames that structure may be taken from."""
    return structure_frames(settings, int(hop.frames), float(hop.interval))[0]


def _quiet_length(settings: Mapping[str, Any], hop: HopIndicator) -> int:
    """Minimum number of rows of a quiet run."""
    return max(round(settings["quiet"]["duration"] / float(hop.interval)), 1)


def _quiet_threshold(
    settings: Mapping[str, Any], hops: list[HopIndicator], highest: float
) -> float:
    """p_l: as the settings have it, or the smallest with enough quiet runs."""
    given = settings["quiet"]["threshold"]
    if given != "auto":
        return float(given)
    series = [hop.values for hop in hops]
    length = _quiet_length(settings, hops[0])
    try:
        return automatic_quiet_threshold(series, length, settings["wanted"], highest)
    except InputError:
        # Too few even below p_c: `drawn_set` counts them and decides.
        return highest


def _quiet(
    settings: Mapping[str, Any], hop: HopIndicator, threshold: float, length: int
) -> samples.Moments:
    runs = quiet_runs(hop.values, threshold, length, int(hop.first_frame))
    replica = int(hop.replica)
    runs["particle"] = hop.particle[runs["particle"]]
    if settings["stride"] == EVERY_FRAME:
        return samples.quiet(runs, replica)
    return samples.quiet_in(runs, _strided(settings, hop), replica)
