"""Train a regressor of the probability of rearranging on snapshots whose runs were counted."""

import argparse
from pathlib import Path

import numpy as np

from softness import seeds
from softness.files import tables
from softness.files.provenance import canonical_json
from softness.files.records.regressed import Regression
from softness.learning.models import save_model
from softness.learning.population import FeatureMoments
from softness.learning.regress import GRIDS, train_regressor
from softness.learning.select import choose_settings, weights_over_grid
from softness.learning.targets import counts_target
from softness.stages import command
from softness.stages.shared.snapshots import read_snapshots

NAME = "regress"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    parser.add_argument(
        "--ensembles", type=Path, nargs="+", required=True, help="counts of training snapshots"
    )
    parser.add_argument(
        "--features", type=Path, nargs="+", required=True, help="of snapshots, one a replica"
    )
    parser.add_argument("--model", type=Path, required=True, help="model to write (skops)")
    parser.add_argument("--output", type=Path, required=True, help="its record to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    found = read_snapshots(options.ensembles, options.features, settings)
    target = counts_target(found.counts.sum(axis=0), int(found.runs.sum()))
    moments = FeatureMoments(found.features[0])
    moments.add(found.features)
    unit = (moments.mean, moments.scale)
    generator = seeds.stream(settings["seed"], f"regress {settings['model']}", found.temperature)
    candidates = GRIDS[settings["model"]]
    choice = choose_settings(candidates, found.features, target, found.snapshot, *unit, generator)
    regressor = train_regressor(choice.best, found.features, target, *unit, generator)
    linear = choice.best.linear
    planes = (
        weights_over_grid(candidates, found.features, target, *unit, generator) if linear else []
    )
    inputs = [*options.ensembles, *options.features]
    made_by = command.provenance(NAME, settings, inputs, packages=("scikit-learn", "skops"))
    record = Regression(
        name=np.array(settings["model"], dtype="S"),
        temperature=np.array(found.temperature),
        snapshots=choice.snapshots,
        particles=np.array(len(target)),
        columns=np.array(found.columns, dtype="S"),
        mean=moments.mean,
        scale=moments.scale,
        covariance=moments.covariance,
        candidates=np.array([canonical_json(dict(c.parameters)) for c in candidates], dtype="S"),
        scores=choice.scores,
        chosen=np.array(candidates.index(choice.best)),
        weights=np.array([p.weights for p in planes]).reshape(len(planes), len(found.columns)),
    )
    save_model(options.model, regressor.model, made_by.as_text())
    tables.write(options.output, record, made_by)


if __name__ == "__main__":
    command.run(arguments(), main)
