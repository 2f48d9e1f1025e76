"""What stages on propensity have in common: the snapshots whose propensity was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from softness.errors import InputError
from softness.files import tables
from softness.files.records.inherent import InherentPropensity, merged
from softness.learning.population import FeatureMoments
from softness.learning.regress import Regressor, grid
from softness.learning.scores import pearson
from softness.learning.targets import values_target
from softness.learning.variants import Particles, fit_chosen
from softness.seeds import snapshot_name


@dataclass(frozen=True)
class Measured:
    """Propensity of one snapshot.

    Attributes
    ----------
    sums
        Over its runs.
    replica, frame
        Where its features are: replica and frame of a feature table.
    group
        Snapshots of one group are left out together: those of a replica; of a single replica, and
        of published data, each snapshot is its own.
    """

    sums: InherentPropensity
    replica: int
    frame: int
    group: int

    def half_correlation(self, state: str) -> np.ndarray:
        """(times,) correlation of the propensities of the two halves; nan if there is one only."""
        if not self.sums.runs_of_halves().all():
            return np.full(len(self.sums.time), np.nan)
        return np.array([pearson(*pair) for pair in zip(*self.sums.mean(state), strict=True)])


def own_snapshots(paths: Sequence[Path], places: Sequence[Sequence[int]]) -> list[Measured]:
    """Our own snapshots, or none.

    Parameters
    ----------
    paths
        Blocks of runs, in any order.
    places
        Replica and frame of each snapshot, one replica after the other.
    """
    if not paths:
        return []
    blocks: dict[int, dict[str, InherentPropensity]] = {}
    for path in paths:
        block = tables.read(path, InherentPropensity)
        blocks.setdefault(int(block.snapshot), {})[str(path)] = block
    single = len({replica for replica, _ in places}) == 1
    found = []
    for (number, parts), (replica, frame) in zip(sorted(blocks.items()), places, strict=True):
        sums = merged(list(parts.values()), list(parts))
        found.append(Measured(sums, replica, frame, number if single else replica))
    return found


def published_snapshots(paths: Sequence[Path]) -> list[Measured]:
    """Published snapshots, each a replica of its own with a single frame."""
    found = []
    for path in paths:
        sums = tables.read(path, InherentPropensity)
        number = int(sums.snapshot)
        found.append(Measured(sums, number, 0, number))
    return found


def chosen_regressor(
    model: str,
    settings: Mapping[str, Sequence[float]],
    features: np.ndarray,
    values: np.ndarray,
    snapshots: np.ndarray,
    generator: np.random.Generator,
) -> Regressor:
    """A regressor of (n,) values in units of their standard deviation, about their mean.

    So one grid of hyperparameters serves propensities of all sizes.

    Parameters
    ----------
    model, settings
        Name of the regressor, and values of each of its hyperparameters.
    features, snapshots
        (n, M) of the particles, and (n,) the snapshot of each: validation on snapshots chooses.
    generator
        Source of the choice of the validation.
    """
    moments = FeatureMoments(features[0])
    moments.add(features)
    target = values_target((values - values.mean()) / (values.std() or 1.0))
    particles = Particles(features, target, snapshots, moments.mean, moments.scale)
    return fit_chosen(model, grid(model, **settings), particles, generator).regressors[model]


def check_alike(snapshots: Sequence[Measured]) -> None:
    """Refuse snapshots of different times or numbers of runs."""
    first = snapshots[0].sums
    for each in (snapshot.sums for snapshot in snapshots):
        if not np.array_equal(each.time, first.time) or len(each.runs) != len(first.runs):
            raise InputError(
                f"{snapshot_name(int(each.snapshot))}: {len(each.runs)} runs at "
                f"{each.time.tolist()} tau, {snapshot_name(int(first.snapshot))}: "
                f"{len(first.runs)} at {first.time.tolist()}: "
                "delete the one that is outdated and run again"
            )
