"""What stages on snapshots have in common: counts of their runs, and features, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from softness.errors import InputError
from softness.files import tables
from softness.files.ensemble_counts import EnsembleCounts
from softness.files.features import reading_features
from softness.files.records.regressed import MatchedThreshold
from softness.structure.family import order_of
from softness.structure.table import TableRows

ENDINGS = {"instant": "", "cumulative": "_cumulative"}


@dataclass(frozen=True)
class Snapshots:
    """Particles of several snapshots of one temperature.

    Attributes
    ----------
    temperature
        In eps_AA / k_B.
    columns
        (M,) names of the features.
    features
        (n, M) float32.
    snapshot, replica
        (n,) of each particle.
    counts
        (2, n) runs of each half in which it rearranged.
    runs
        (2,) runs of each half.
    threshold
        Of the indicator, in sigma_AA^2.
    """

    temperature: float
    columns: tuple[str, ...]
    features: np.ndarray
    snapshot: np.ndarray
    replica: np.ndarray
    counts: np.ndarray
    runs: np.ndarray
    threshold: float


def read_snapshots(
    ensembles: Sequence[Path],
    features: Sequence[Path],
    settings: Mapping[str, Any],
    csd_threshold: Path | None = None,
) -> Snapshots:
    """Counts and features of some snapshots.

    Parameters
    ----------
    ensembles
        Counts, one file a snapshot.
    features
        Feature tables of the snapshots, one file a replica.
    settings
        ``places`` (for each ensemble its replica and frame), ``label``, ``threshold`` of p_hop,
        ``time``, and ``orders`` of the features.
    csd_threshold
        File of the threshold of the CSD, which then takes the place of p_hop.

    Raises
    ------
    InputError
        If snapshots differ in temperature or number of runs, threshold or time is not on the grid
        of the counts, or features are missing.
    """
    found, parts, columns = [], [], ()
    counted = _Counting.of(settings, csd_threshold)
    for path, (replica, frame) in zip(ensembles, settings["places"], strict=True):
        one = _counted(path, counted)
        found.append(one)
        _check_alike(one, path, found[0], ensembles[0])
        part, columns = features_of_snapshot(
            features, replica, frame, one.particle, settings["orders"]
        )
        parts.append(part)
    sizes = [len(one.particle) for one in found]
    return Snapshots(
        temperature=found[0].temperature,
        columns=columns,
        features=np.concatenate(parts),
        snapshot=np.repeat([one.snapshot for one in found], sizes),
        replica=np.repeat([replica for replica, _ in settings["places"]], sizes),
        counts=np.concatenate([one.exceeding for one in found], axis=1),
        runs=found[0].runs,
        threshold=counted.threshold,
    )


class _Counting(NamedTuple):
    """Which of the counts are wanted."""

    kind: str
    threshold: float
    time: float

    @classmethod
    def of(cls, settings: Mapping[str, Any], csd_threshold: Path | None) -> "_Counting":
        indicator, threshold = "hop", settings["threshold"]
        if csd_threshold:
            indicator = "csd"
            threshold = float(tables.read(csd_threshold, MatchedThreshold).threshold)
        return cls(indicator + ENDINGS[settings["label"]], threshold, settings["time"])


class _Counted(NamedTuple):
    """What is needed of the counts of one snapshot, which themselves fill much memory."""

    temperature: float
    snapshot: int
    particle: np.ndarray
    exceeding: np.ndarray
    runs: np.ndarray


def _counted(path: Path, wanted: _Counting) -> _Counted:
    counts = tables.read(path, EnsembleCounts)
    return _Counted(
        temperature=float(counts.temperature),
        snapshot=int(counts.snapshot),
        particle=counts.particle,
        exceeding=counts.exceeding(*wanted),
        runs=counts.runs_of_halves(),
    )


def _check_alike(one: _Counted, path: Path, first: _Counted, first_path: Path) -> None:
    if one.temperature != first.temperature or one.runs.tolist() != first.runs.tolist():
        raise InputError(
            f"{path}: T = {one.temperature:g} with {one.runs.sum()} runs, {first_path}: "
            f"T = {first.temperature:g} with {first.runs.sum()}: give snapshots of one ensemble"
        )


def features_of_snapshot(
    paths: Sequence[Path], replica: int, frame: int, particles: np.ndarray, orders: Sequence[int]
) -> tuple[np.ndarray, tuple[str, ...]]:
    """(n, M) features of some orders of the particles of one snapshot, and their names."""
    for path in paths:
        with reading_features(path) as table:
            if table.replica != replica:
                continue
            rows = TableRows(table.frames, table.particles, table.roles)
            chosen = rows.find(particles, np.full(len(particles), frame))
            columns = [n for n, name in enumerate(table.columns) if order_of(name) in orders]
            names = tuple(table.columns[n] for n in columns)
            return table.features(chosen)[:, columns], names
    raise InputError(f"features of replica {replica} are missing: give a table of each replica")
