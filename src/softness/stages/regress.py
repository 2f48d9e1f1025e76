"""Train a regressor of the probability of rearranging on snapshots whose runs were counted."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from softness import seeds
from softness.files import tables
from softness.files.provenance import canonical_json
from softness.files.records.regressed import Regression
from softness.learning.models import save_model
from softness.learning.population import FeatureMoments
from softness.learning.regress import RegressorSettings, grid, train_regressor
from softness.learning.select import weights_over_grid
from softness.learning.targets import counts_target
from softness.learning.variants import (
    Fitted,
    Particles,
    fit_chosen,
    fit_columns,
    fit_eliminated,
    fit_relabelled,
    fit_thinned,
)
from softness.stages import command
from softness.stages.shared.classified import columns_of
from softness.stages.shared.snapshots import Snapshots, read_snapshots

NAME = "regress"
# With fewer an error from leaving out one each is worth little (STUDY.md section 6).
ENOUGH_REPLICAS = 5


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    parser.add_argument(
        "--ensembles", type=Path, nargs="+", required=True, help="counts of training snapshots"
    )
    parser.add_argument(
        "--features", type=Path, nargs="+", required=True, help="of snapshots, one a replica"
    )
    parser.add_argument("--csd-threshold", type=Path, help="for labels by the CSD (HDF5)")
    parser.add_argument("--model", type=Path, required=True, help="models to write (skops)")
    parser.add_argument("--output", type=Path, required=True, help="its record to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    found = read_snapshots(options.ensembles, options.features, settings, options.csd_threshold)
    moments = FeatureMoments(found.features[0])
    moments.add(found.features)
    particles = _particles(settings, found, moments)
    candidates = grid(settings["model"], **settings["grid"])
    folds = [np.ones(len(found.replica), dtype=bool)]
    replicas = np.unique(found.replica)
    if len(replicas) > 1:
        folds += [found.replica != replica for replica in replicas]
    fitted = [
        _fit(settings, candidates, found, particles.of(chosen), number)
        for number, chosen in enumerate(folds)
    ]
    inputs = [*options.ensembles, *options.features]
    inputs += [options.csd_threshold] if options.csd_threshold else []
    made_by = command.provenance(NAME, settings, inputs, packages=("scikit-learn", "skops"))
    record = _record(settings, found, particles, candidates, fitted, moments.covariance)
    save_model(options.model, _models(fitted), made_by.as_text())
    tables.write(options.output, record, made_by)


def _particles(settings: Mapping[str, Any], found: Snapshots, moments: FeatureMoments) -> Particles:
    runs = int(found.runs.sum())
    target, *others = (counts_target(k.sum(axis=0), runs) for k in (found.counts, *found.others))
    by_name = dict(zip(settings.get("labels", {}), others, strict=True))
    return Particles(found.features, target, found.snapshot, moments.mean, moments.scale, by_name)


def _generator(settings: Mapping[str, Any], found: Snapshots, fold: int) -> np.random.Generator:
    """Stream of one fold: 0 holds all replicas."""
    kind = f"regress {settings['name']} {fold}"
    return seeds.stream(settings["seed"], kind, found.temperature)


def _fit(
    settings: Mapping[str, Any],
    candidates: Sequence[RegressorSettings],
    found: Snapshots,
    particles: Particles,
    fold: int,
) -> Fitted:
    """The regressors of one fold; those of a replica's fold never hear of the replica."""
    given = candidates, particles, _generator(settings, found, fold)
    if "elimination" in settings:
        return fit_eliminated(settings["model"], *given, **settings["elimination"])
    if "runs" in settings:
        return fit_thinned(settings["model"], *given, settings["runs"])
    if "labels" in settings:
        return fit_relabelled(*given)
    if "features" in settings:
        columns = columns_of(found.columns, settings["features"])
        return fit_columns(settings["name"], *given, columns)
    return fit_chosen(settings["name"], *given)


def _models(fitted: Sequence[Fitted]) -> dict[str, list]:
    """Of each variable the model of all replicas, then those without one replica each."""
    names = fitted[0].regressors
    return {name: [each.regressors[name].model for each in fitted] for name in names}


def _record(
    settings: Mapping[str, Any],
    found: Snapshots,
    particles: Particles,
    candidates: Sequence[RegressorSettings],
    fitted: Sequence[Fitted],
    covariance: np.ndarray,
) -> Regression:
    whole, columns = fitted[0], len(found.columns)
    linear = candidates[0].linear
    planes = [each.plane for each in whole.regressors.values()] if linear else []
    left_out = fitted[1:] or fitted
    known = linear and settings["errors"]
    generator = _generator(settings, found, len(fitted))
    given = particles.features, particles.target, *particles.unit, generator
    over_grid = [p.weights for p in weights_over_grid(candidates, *given)] if known else []
    without_one = _jackknife(whole.choice.best, particles, found, generator) if known else []
    return Regression(
        name=np.array(settings["name"], dtype="S"),
        temperature=np.array(found.temperature),
        snapshots=whole.choice.snapshots,
        particles=np.array(len(particles.target)),
        columns=np.array(found.columns, dtype="S"),
        mean=particles.mean,
        scale=particles.scale,
        covariance=covariance,
        candidates=np.array([canonical_json(dict(c.parameters)) for c in candidates], dtype="S"),
        scores=whole.choice.scores,
        chosen=np.array(candidates.index(whole.choice.best)),
        weights=np.array(over_grid).reshape(len(over_grid), columns),
        variables=np.array(list(whole.regressors), dtype="S"),
        plane_weights=np.array([p.weights for p in planes]).reshape(len(planes), columns),
        intercept=np.array(_intercept(whole)),
        left_out_weights=np.array(
            [[r.weights for r in each.regressors.values()] if linear else [] for each in left_out]
        ).reshape(len(left_out), len(planes), columns),
        left_out_intercept=np.array([_intercept(each) for each in left_out]),
        jackknife_weights=np.array(without_one).reshape(len(without_one), columns),
        label=np.array(settings["label"], dtype="S"),
        time=np.array(settings["time"]),
        threshold=np.array(found.threshold),
    )


def _intercept(fitted: Fitted) -> float:
    """Intercept b of logit p_r = w.F + b of the first variable; nan for a model without."""
    regressor = next(iter(fitted.regressors.values()))
    return -regressor.bias if hasattr(regressor.model[1], "intercept_") else float("nan")


def _jackknife(
    settings: RegressorSettings,
    particles: Particles,
    found: Snapshots,
    generator: np.random.Generator,
) -> list[np.ndarray]:
    """Weights of a linear model without one replica each; of few replicas, one snapshot each."""
    replicas = len(np.unique(found.replica))
    units = found.replica if replicas >= ENOUGH_REPLICAS else found.snapshot
    weights = []
    for number in np.unique(units):
        part = particles.of(units != number)
        trained = train_regressor(settings, part.features, part.target, *part.unit, generator)
        weights.append(trained.weights)
    return weights


if __name__ == "__main__":
    command.run(arguments(), main)
