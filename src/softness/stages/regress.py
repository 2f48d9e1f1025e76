"""Train a regressor of the probability of rearranging on snapshots whose runs were counted."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from softness import seeds
from softness.files import tables
from softness.files.models import save_model
from softness.files.provenance import canonical_json
from softness.files.records.regressed import Regression
from softness.learning.population import FeatureMoments
from softness.learning.regress import RegressorSettings, grid, train_regressor
from softness.learning.select import weights_over_grid
from softness.learning.targets import counts_target
from softness.learning.variants import (
    Fitted,
    Particles,
    fit_chosen,
    fit_eliminated,
    fit_thinned,
)
from softness.stages import command
from softness.stages.shared.snapshots import Snapshots, read_snapshots

NAME = "regress"
# With fewer an error from leaving out one each is worth little (STUDY.md section 6).
ENOUGH_REPLICAS = 5


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_files(parser, "--ensembles", "counts of training snapshots")
    command.add_files(parser, "--features", "of snapshots, one a replica")
    parser.add_argument("--csd-threshold", type=Path, help="for labels by the CSD (HDF5)")
    command.add_file(parser, "--model", "models to write (skops)")
    command.add_file(parser, "--output", "its record to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    counted = read_snapshots(options.ensembles, options.features, settings, options.csd_threshold)
    moments = FeatureMoments(counted.features[0])
    moments.add(counted.features)
    particles = _particles(counted, moments)
    candidates = grid(settings["model"], **settings["grid"])
    folds = [np.ones(len(counted.replica), dtype=bool)]
    replicas = np.unique(counted.replica)
    if len(replicas) > 1:
        folds += [counted.replica != replica for replica in replicas]
    fitted = [
        _fit(settings, candidates, particles.of(chosen), _generator(settings, counted, number))
        for number, chosen in enumerate(folds)
    ]
    inputs = [*options.ensembles, *options.features]
    inputs += [options.csd_threshold] if options.csd_threshold else []
    made_by = command.provenance(NAME, settings, inputs, packages=("scikit-learn", "skops"))
    record = _record(settings, counted, particles, candidates, fitted, moments.covariance)
    save_model(options.model, _models(fitted), made_by.as_text())
    tables.write(options.output, record, made_by)


def _particles(counted: Snapshots, moments: FeatureMoments) -> Particles:
    target = counts_target(counted.counts.sum(axis=0), int(counted.runs.sum()))
    return Particles(counted.features, target, counted.snapshot, moments.mean, moments.scale)


def _generator(settings: Mapping[str, Any], counted: Snapshots, fold: int) -> np.random.Generator:
    """Stream of one fold: 0 holds all replicas."""
    kind = f"regress {settings['name']} {fold}"
    return seeds.stream(settings["seed"], kind, counted.temperature)


def _fit(
    settings: Mapping[str, Any],
    candidates: Sequence[RegressorSettings],
    particles: Particles,
    generator: np.random.Generator,
) -> Fitted:
    """The regressors of one fold; each is trained without the replica of its fold."""
    given = candidates, particles, generator
    if "elimination" in settings:
        return fit_eliminated(settings["model"], *given, **settings["elimination"])
    if "runs" in settings:
        return fit_thinned(settings["model"], *given, settings["runs"])
    return fit_chosen(settings["name"], *given)


def _models(fitted: Sequence[Fitted]) -> dict[str, list]:
    """Of each variable the model of all replicas, then those without one replica each."""
    names = fitted[0].regressors
    return {name: [each.regressors[name].model for each in fitted] for name in names}


def _record(
    settings: Mapping[str, Any],
    counted: Snapshots,
    particles: Particles,
    candidates: Sequence[RegressorSettings],
    fitted: Sequence[Fitted],
    covariance: np.ndarray,
) -> Regression:
    whole, columns = fitted[0], len(counted.columns)
    linear = candidates[0].linear
    planes = [each.plane for each in whole.regressors.values()] if linear else []
    left_out = fitted[1:] or fitted
    known = linear and settings["errors"]
    generator = _generator(settings, counted, len(fitted))
    given = particles.features, particles.target, *particles.unit, generator
    over_grid = [p.weights for p in weights_over_grid(candidates, *given)] if known else []
    without_one = _jackknife(whole.choice.best, particles, counted, generator) if known else []
    return Regression(
        name=np.array(settings["name"], dtype="S"),
        temperature=np.array(counted.temperature),
        snapshots=whole.choice.snapshots,
        particles=np.array(len(particles.target)),
        columns=np.array(counted.columns, dtype="S"),
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
        threshold=np.array(counted.threshold),
    )


def _intercept(fitted: Fitted) -> float:
    """Intercept b of logit p_r = w.F + b of the first variable; nan for a model without."""
    regressor = next(iter(fitted.regressors.values()))
    return -regressor.bias if hasattr(regressor.model[1], "intercept_") else float("nan")


def _jackknife(
    settings: RegressorSettings,
    particles: Particles,
    counted: Snapshots,
    generator: np.random.Generator,
) -> list[np.ndarray]:
    """Weights of a linear model without one replica each; of few replicas, one snapshot each."""
    replicas = len(np.unique(counted.replica))
    units = counted.replica if replicas >= ENOUGH_REPLICAS else counted.snapshot
    weights = []
    for number in np.unique(units):
        part = particles.of(units != number)
        trained = train_regressor(settings, part.features, part.target, *part.unit, generator)
        weights.append(trained.weights)
    return weights


if __name__ == "__main__":
    command.run(arguments(), main)
