"""Score models of propensity by the state of structure and the order of averaging they see.

For each state of structure and each set of orders, models of the propensity at each time are
trained without the replica that they judge; of published data without the snapshot, or, where there
are more than ten, without a fifth of them.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from softness import seeds
from softness.errors import InputError
from softness.files import tables
from softness.files.features import reading_features
from softness.files.records.inherent import INHERENT, THERMAL
from softness.files.records.states import StateScores
from softness.learning.linear_scores import chosen_ridge, scores_within
from softness.learning.population import FeatureMoments
from softness.stages import command
from softness.stages.shared.propensities import (
    Measured,
    check_alike,
    chosen_regressor,
    own_snapshots,
    published_snapshots,
)
from softness.stages.shared.snapshots import features_of_snapshot
from softness.structure.family import order_of

NAME = "state_scores"
RIDGE = "ridge"
# Up to so many published snapshots each is left out by itself; of more, as many groups.
MOST_LEFT_OUT_ALONE, PUBLISHED_FOLDS = 10, 5
PEARSON, EXPLAINED, OFFSET = range(3)


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--runs", type=Path, nargs="*", help="sums over blocks of our own runs")
    what.add_argument("--published", type=Path, nargs="*", help="sums of published snapshots")
    parser.add_argument(
        "--features",
        nargs="+",
        action="append",
        required=True,
        metavar=("STATE", "FILE"),
        help="features of the snapshots from one state of structure, one file per replica",
    )
    command.add_file(parser, "--output", "scores to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    features = {state: [Path(name) for name in names] for state, *names in options.features}
    published, paths = options.published is not None, options.published or options.runs
    if not paths:
        raise InputError("--published is empty: name files in inherent.published")
    if published:
        snapshots = published_snapshots(paths)
    else:
        snapshots = own_snapshots(paths, settings["places"])
    check_alike(snapshots)
    folds = _folds(snapshots, published)
    targets = [state for state in (THERMAL, INHERENT) if snapshots[0].sums.has(state)]
    found = [_scores(settings, each, snapshots, folds, targets) for each in features.values()]
    inputs = [*paths, *(path for each in features.values() for path in each)]
    made_by = command.provenance(NAME, settings, inputs, packages=("scikit-learn",))
    record = _record(settings, snapshots, published, targets, list(features), found)
    tables.write(options.output, record, made_by)


def _folds(snapshots: Sequence[Measured], published: bool) -> np.ndarray:
    """(snapshots,) number of the fold of each: it is left out of the models that judge it."""
    groups = np.array([each.group for each in snapshots])
    if len(np.unique(groups)) < 2:
        raise InputError("a model cannot be trained without the one snapshot: give more of them")
    many = published and len(groups) > MOST_LEFT_OUT_ALONE
    return groups % PUBLISHED_FOLDS if many else groups


def _scores(
    settings: Mapping[str, Any],
    paths: Sequence[Path],
    snapshots: Sequence[Measured],
    folds: np.ndarray,
    targets: Sequence[str],
) -> tuple[np.ndarray, list[int]]:
    """(scores, orders, snapshots, columns) scores by one state of structure, numbers of features.

    Columns are the times of the first target, then those of the next one.
    """
    by_model = _by_moments if settings["model"] == RIDGE else _by_regressors
    tables_of = _TablesOfSnapshots(settings, paths, snapshots, targets)
    return by_model(settings, tables_of, folds), tables_of.numbers


class _TablesOfSnapshots:
    """Features and targets of the particles of each snapshot, read one at a time."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        paths: Sequence[Path],
        snapshots: Sequence[Measured],
        targets: Sequence[str],
    ) -> None:
        self.snapshots, self._targets = snapshots, targets
        self._orders, self._centred = settings["orders"], settings["centred"]
        self._paths: dict[int, list[Path]] = {}
        for path in paths:
            with reading_features(path) as table:
                self._paths.setdefault(table.replica, []).append(path)
        first = snapshots[0].sums
        self.temperature = float(first.temperature)
        _, self._names = self._features(snapshots[0])
        orders = np.array([order_of(name) for name in self._names])
        if absent := set(self._orders) - set(orders.tolist()):
            raise InputError(f"{paths[0]}: has no features of order {min(absent)}: run again")
        self.columns = [np.flatnonzero(orders <= highest) for highest in self._orders]
        # Targets stand behind the features.
        self.targets = len(self._names) + np.arange(len(targets) * len(first.time))

    @property
    def numbers(self) -> list[int]:
        """Number of features of each set."""
        return [len(columns) for columns in self.columns]

    def __iter__(self) -> Iterator[np.ndarray]:
        """(particles, M + T) table of each snapshot."""
        for each in self.snapshots:
            features, names = self._features(each)
            if names != self._names:
                raise InputError(
                    f"features of replica {each.replica} are others than those of replica "
                    f"{self.snapshots[0].replica}: delete the table that is outdated and run again"
                )
            targets = np.concatenate([each.sums.propensity(target) for target in self._targets]).T
            if self._centred:
                targets = targets - targets.mean(axis=0)
            yield np.concatenate([features, targets], axis=1)

    def _features(self, one: Measured) -> tuple[np.ndarray, tuple[str, ...]]:
        """(particles, M) features of one snapshot, and their names."""
        paths, orders = self._paths.get(one.replica, []), range(max(self._orders) + 1)
        return features_of_snapshot(paths, one.replica, one.frame, one.sums.particle, orders)


def _by_moments(
    settings: Mapping[str, Any], snapshots: _TablesOfSnapshots, folds: np.ndarray
) -> np.ndarray:
    """Scores of ridge regressions: each snapshot is read once, and none is kept."""
    moments: list[FeatureMoments] = []
    origin = None
    for table in snapshots:
        origin = table[0] if origin is None else origin
        moments.append(FeatureMoments(origin))
        moments[-1].add(table)
    groups = np.array([each.group for each in snapshots.snapshots])
    scores = _empty(snapshots)
    for number, columns in enumerate(snapshots.columns):
        for fold in np.unique(folds):
            others = np.flatnonzero(folds != fold)
            training = [moments[other] for other in others]
            alphas = settings["grid"]["alpha"]
            models = chosen_ridge(training, groups[others], columns, snapshots.targets, alphas)
            for own in np.flatnonzero(folds == fold):
                scores[:, number, own] = models.scores(moments[own])
    return scores


def _by_regressors(
    settings: Mapping[str, Any], snapshots: _TablesOfSnapshots, folds: np.ndarray
) -> np.ndarray:
    """Scores of regressors of any kind: they see all particles at once, which are kept."""
    kept, scores = list(snapshots), _empty(snapshots)
    for number, columns in enumerate(snapshots.columns):
        for fold in np.unique(folds):
            training = {other: kept[other] for other in np.flatnonzero(folds != fold)}
            for place, target in enumerate(snapshots.targets):
                kind = f"{NAME} {len(columns)} features without {fold}"
                stream = seeds.stream(settings["seed"], kind, snapshots.temperature, place)
                predict = _trained(settings, training, columns, target, stream)
                for own in np.flatnonzero(folds == fold):
                    predicted = predict(kept[own][:, columns])
                    found = scores_within(predicted, kept[own][:, target])
                    scores[:, number, own, place] = found
    return scores


def _trained(
    settings: Mapping[str, Any],
    snapshots: Mapping[int, np.ndarray],
    columns: np.ndarray,
    target: int,
    generator: np.random.Generator,
) -> Callable[[np.ndarray], np.ndarray]:
    """What predicts one of the targets, with settings that validation on snapshots chose."""
    table = np.concatenate(list(snapshots.values()))
    numbers = np.repeat(list(snapshots), [len(each) for each in snapshots.values()])
    features, values = table[:, columns], table[:, target]
    given = features, values, numbers, generator
    regressor = chosen_regressor(settings["model"], settings["grid"], *given)
    middle, spread = values.mean(), values.std() or 1.0
    return lambda features: middle + spread * regressor.predict(features)


def _empty(snapshots: _TablesOfSnapshots) -> np.ndarray:
    shape = 3, len(snapshots.columns), len(snapshots.snapshots), len(snapshots.targets)
    return np.full(shape, np.nan)


def _record(
    settings: Mapping[str, Any],
    snapshots: Sequence[Measured],
    published: bool,
    targets: Sequence[str],
    states: Sequence[str],
    found: Sequence[tuple[np.ndarray, list[int]]],
) -> StateScores:
    sums = [each.sums for each in snapshots]
    times = len(sums[0].time)
    # (scores, states, orders, snapshots, targets, times)
    scores = np.stack([each for each, _ in found], axis=1)
    scores = scores.reshape(*scores.shape[:-1], len(targets), times)
    scores = np.moveaxis(scores, -2, 1)
    # (targets, snapshots, times, particles), snapshot by snapshot: their particles may differ.
    values = [[each.propensity(target) for each in sums] for target in targets]
    halves = [[each.half_correlation(target) for each in snapshots] for target in targets]
    return StateScores(
        temperature=sums[0].temperature,
        training_time=np.array(settings["training_time"]),
        published=np.array(published),
        model=np.array(settings["model"], dtype="S"),
        centred=np.array(settings["centred"]),
        runs=np.array(len(sums[0].runs)),
        states=np.array(states, dtype="S"),
        order=np.array(settings["orders"]),
        features=np.array(found[0][1]),
        targets=np.array(targets, dtype="S"),
        time=sums[0].time,
        snapshot=np.array([int(each.snapshot) for each in sums]),
        replica=np.array([each.replica for each in snapshots]),
        particles=np.array([len(each.particle) for each in sums]),
        pearson=scores[PEARSON],
        explained=scores[EXPLAINED],
        offset=scores[OFFSET],
        mean=np.array([[each.mean(axis=1) for each in of_target] for of_target in values]),
        variance=np.array([[each.var(axis=1) for each in of_target] for of_target in values]),
        half_correlation=np.array(halves),
    )


if __name__ == "__main__":
    command.run(arguments(), main)
