"""What stages that compute features of frames have in common: which features, of which moments."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from softness.errors import InputError
from softness.files import tables
from softness.files.reader import TrajectoryReader
from softness.files.records.hops import Rearrangements
from softness.files.records.learned import Classifier
from softness.files.records.regressed import Neighbourhood
from softness.structure import table
from softness.structure.family import family_of
from softness.structure.feature_set import FeatureSet, families_of
from softness.structure.table import BEFORE_EVENT, REARRANGING, Moments


def feature_set(settings: Mapping[str, Any], neighbourhood: Path | None = None) -> FeatureSet:
    """The features that the settings name.

    Parameters
    ----------
    settings
        With the block ``features``; with ``orders`` if a neighbourhood is given.
    neighbourhood
        File of the reach of averages, for features of higher order.
    """
    families = families_of(settings["features"])
    if neighbourhood is None:
        return FeatureSet.of(families)
    cutoff = float(tables.read(neighbourhood, Neighbourhood).distance)
    return FeatureSet.of(families, settings["orders"], cutoff)


def features_seen(settings: Mapping[str, Any], path: Path, classifier: Classifier) -> FeatureSet:
    """The features that a classifier sees, of those that the settings name.

    Parameters
    ----------
    settings
        With the block ``features``.
    path, classifier
        Its file, and what it holds.

    Raises
    ------
    InputError
        If it was trained on others.
    """
    named, columns = feature_set(settings), tuple(classifier.columns.astype(str))
    families = set(map(family_of, columns))
    if columns != tuple(name for name in named.names if family_of(name) in families):
        raise InputError(f"{path}: sees other features than the settings name: train again")
    return named.only(families)


def population_moments(settings: Mapping[str, Any], trajectory: TrajectoryReader) -> Moments:
    """All analysed particles of every stride-th frame."""
    strided, _ = _frames_of(settings, trajectory)
    return table.every_moment(np.flatnonzero(trajectory.types == 0), strided)


def event_moments(
    settings: Mapping[str, Any], trajectory: TrajectoryReader, rearrangements: Rearrangements
) -> dict[str, Moments]:
    """Moments whose particles rearrange soon after, by role (`softness.structure.table`)."""
    _, within = _frames_of(settings, trajectory)
    events = as_events(rearrangements)
    interval = trajectory.frame_interval()
    lead, ahead = (round(settings[key] / interval) for key in ("lead", "within"))
    return {
        REARRANGING: table.moments_above_threshold(events, *within, lead),
        BEFORE_EVENT: table.moments_before_events(events, *within, ahead),
    }


def as_events(table: Rearrangements) -> np.ndarray:
    """(events,) records of a run, as `softness.structure.table` takes them."""
    names = ("particle", "frame", "first", "last", "cut")
    return np.rec.fromarrays([getattr(table, name) for name in names], names=names)


def _frames_of(
    settings: Mapping[str, Any], trajectory: TrajectoryReader
) -> tuple[np.ndarray, tuple[int, int]]:
    try:
        return structure_frames(settings, trajectory.frames, trajectory.frame_interval())
    except InputError as error:
        raise InputError(f"{trajectory.path}: barriers.{error}") from error


def structure_frames(
    settings: Mapping[str, Any], frames: int, interval: float
) -> tuple[np.ndarray, tuple[int, int]]:
    """`softness.structure.table.structure_frames` by the settings of a run.

    Parameters
    ----------
    settings
        With ``window``, ``lead`` and ``within`` in tau, and the ``stride`` in frames.
    frames, interval
        Of the run: how many, and the time between them in tau.
    """
    half_window = round(settings["window"] / (2 * interval))
    ahead = round(max(settings["lead"], settings["within"]) / interval)
    return table.structure_frames(frames, half_window, ahead, settings["stride"])
