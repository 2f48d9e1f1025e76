"""Train regressors on thermal and on inherent-state propensity, and score them on the latter.

Published snapshots are scored without runs of our own too: then there is no model of thermal
propensity, and its scores are nan.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from softness import seeds
from softness.errors import InputError
from softness.files import tables
from softness.files.records.inherent import INHERENT, THERMAL, InherentPropensity
from softness.files.records.propensity import MODEL_OF_SOURCE, PropensityScores
from softness.learning.regress import Regressor
from softness.learning.scores import pearson
from softness.stages import command
from softness.stages.shared.propensities import (
    Measured,
    check_alike,
    chosen_regressor,
    own_snapshots,
    published_snapshots,
)
from softness.stages.shared.snapshots import features_of_snapshot

NAME = "propensity_scores"
# Published snapshots are many: as many groups of them are left out in turn.
PUBLISHED_FOLDS = 5


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    parser.add_argument(
        "--runs", type=Path, nargs="+", default=[], help="sums over blocks of our own runs"
    )
    parser.add_argument(
        "--features",
        type=Path,
        nargs="+",
        default=[],
        help="features of their snapshots, one file per replica",
    )
    parser.add_argument(
        "--published", type=Path, nargs="*", default=[], help="sums of published snapshots"
    )
    parser.add_argument(
        "--published-features",
        type=Path,
        nargs="*",
        default=[],
        help="features of published snapshots, one file each",
    )
    command.add_file(parser, "--output", "scores to write (HDF5)")
    return parser


@dataclass(frozen=True)
class Snapshot:
    """Propensity and features of the particles of one snapshot.

    Attributes
    ----------
    measured
        Its propensity.
    features
        (particles, M) of the particles that were followed.
    fold
        Snapshots of one fold are left out together.
    """

    measured: Measured
    features: np.ndarray
    fold: int

    @property
    def propensity(self) -> InherentPropensity:
        """Sums over its runs."""
        return self.measured.sums


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    if not (options.runs or options.published):
        raise InputError(
            "--runs and --published are absent: name files in inherent.published, or give runs"
        )
    own = _with_features(own_snapshots(options.runs, settings["places"]), options.features)
    published = _with_features(
        published_snapshots(options.published), options.published_features, PUBLISHED_FOLDS
    )
    scored = published or own
    check_alike([each.measured for each in scored])
    state = INHERENT if scored[0].propensity.has(INHERENT) else THERMAL
    scores = np.empty((len(scored), 4, len(scored[0].propensity.time)))
    # Our own snapshots are none of the published ones: one model judges all of these.
    thermal = _thermal_model(settings, own, "published") if published and own else None
    for fold in sorted({each.fold for each in scored}):
        others = [each for each in scored if each.fold != fold]
        if not published:
            thermal = _thermal_model(settings, others, str(fold))
        by_time = [
            _trained(settings, others, state, time, str(fold)) for time in range(scores.shape[2])
        ]
        for number, each in enumerate(scored):
            if each.fold == fold:
                scores[number] = _scores(each, thermal, by_time, state)
    inputs = [*options.runs, *options.features, *options.published, *options.published_features]
    made_by = command.provenance(NAME, settings, inputs, packages=("scikit-learn",))
    record = _record(settings, scored, scores, state, bool(published))
    tables.write(options.output, record, made_by)


def _with_features(
    snapshots: Sequence[Measured], paths: Sequence[Path], folds: int | None = None
) -> list[Snapshot]:
    """Snapshots with their features, left out by group, or by as many folds of groups."""
    found = []
    for each in snapshots:
        place = each.replica, each.frame, each.sums.particle
        values, _ = features_of_snapshot(paths, *place, [0])
        found.append(Snapshot(each, values, each.group % folds if folds else each.group))
    return found


def _thermal_model(
    settings: Mapping[str, Any], snapshots: Sequence[Snapshot], left_out: str
) -> Regressor:
    """The model on thermal propensity at the training time."""
    times = snapshots[0].propensity.time
    (training,) = np.flatnonzero(np.isclose(times, settings["training_time"]))
    return _trained(settings, snapshots, THERMAL, int(training), left_out)


def _trained(
    settings: Mapping[str, Any], snapshots: Sequence[Snapshot], state: str, time: int, left_out: str
) -> Regressor:
    """A model of propensity at one time, which no correlation asks for its unit."""
    features = np.concatenate([each.features for each in snapshots])
    values = np.concatenate([each.propensity.propensity(state)[time] for each in snapshots])
    numbers = np.repeat(range(len(snapshots)), [len(each.features) for each in snapshots])
    kind = f"propensity {state} without {left_out}"
    temperature = float(snapshots[0].propensity.temperature)
    generator = seeds.stream(settings["seed"], kind, temperature, time)
    given = features, values, numbers, generator
    return chosen_regressor(_model_of(settings), settings["grid"], *given)


def _model_of(settings: Mapping[str, Any]) -> str:
    return settings.get("model", MODEL_OF_SOURCE)


def _scores(
    snapshot: Snapshot, thermal: Regressor | None, by_time: Sequence[Regressor], state: str
) -> np.ndarray:
    """(4, times) correlations, in the order of `PropensityScores`."""
    sums, features = snapshot.propensity, snapshot.features
    true = sums.propensity(state)
    scores = np.full((4, len(true)), np.nan)
    if thermal is not None:
        predicted = thermal.predict(features)
        scores[0] = [pearson(predicted, values) for values in true]
        if sums.has(THERMAL):
            scores[2] = [pearson(predicted, values) for values in sums.propensity(THERMAL)]
    scores[1] = [
        pearson(model.predict(features), values)
        for model, values in zip(by_time, true, strict=True)
    ]
    scores[3] = snapshot.measured.half_correlation(state)
    return scores


def _record(
    settings: Mapping[str, Any],
    scored: Sequence[Snapshot],
    scores: np.ndarray,
    state: str,
    published: bool,
) -> PropensityScores:
    sums = [each.propensity for each in scored]
    runs = len(sums[0].runs)
    return PropensityScores(
        temperature=sums[0].temperature,
        training_time=np.array(settings["training_time"]),
        published=np.array(published),
        state=np.array(state, dtype="S"),
        runs=np.array(runs),
        time=sums[0].time,
        snapshot=np.array([int(each.snapshot) for each in sums]),
        replica=np.array([each.measured.replica for each in scored]),
        thermal_trained=scores[:, 0],
        directly_trained=scores[:, 1],
        thermal_on_thermal=scores[:, 2],
        half_correlation=scores[:, 3],
        unconverged=np.sum([each.unconverged for each in sums], axis=0) / (runs * len(sums)),
        model=np.array(_model_of(settings), dtype="S"),
    )


if __name__ == "__main__":
    command.run(arguments(), main)
