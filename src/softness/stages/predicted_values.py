"""Apply all regressors to one thermal run, by models that never saw its replica."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from softness.files import tables
from softness.files.records.hops import HopIndicator
from softness.files.records.learned import Classifier, LearnedValues
from softness.stages import command
from softness.stages.shared.classified import columns_of, unseen_planes
from softness.stages.shared.regressors import unseen_regressors
from softness.stages.shared.values import values_of_table
from softness.structure.table import BEFORE_EVENT

NAME = "predicted_values"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    parser.add_argument(
        "--models", type=Path, nargs="+", required=True, help="on features of order 0 (skops)"
    )
    parser.add_argument("--softness", type=Path, required=True, help="classifier (HDF5)")
    parser.add_argument("--hop", type=Path, required=True, help="p_hop of the run, for its length")
    parser.add_argument("--population", type=Path, required=True, help="features of the population")
    parser.add_argument("--events", type=Path, help="features before events, if wanted")
    parser.add_argument("--output", type=Path, required=True, help="table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    hop = tables.read(options.hop, HopIndicator)
    models = unseen_regressors(options.models, int(hop.replica))
    softness = {"softness": tables.read(options.softness, Classifier)}
    planes = unseen_planes(
        softness, int(hop.replica), settings["random_directions"], settings["seed"]
    )

    def predict(features: np.ndarray, columns: Sequence[str]) -> np.ndarray:
        seen_by_softness = features[:, columns_of(columns, settings["features"])]
        values = [plane.projection(seen_by_softness) / spread for plane, spread in planes.values()]
        values += [model.predict(features) for model in models.values()]
        return np.stack(values, axis=1)

    names = [*planes, *models]
    frames, population = values_of_table(options.population, "population", predict, len(names))
    if options.events:
        event_frames, events = values_of_table(options.events, BEFORE_EVENT, predict, len(names))
    else:
        event_frames, events = np.zeros(0, np.int64), np.zeros((0, len(names)), np.float32)
    record = LearnedValues(
        temperature=hop.temperature,
        replica=hop.replica,
        interval=hop.interval,
        duration=hop.frames * hop.interval,
        stride=np.array(settings["stride"]),
        names=np.array(names, dtype="S"),
        population_frame=frames,
        population=population,
        event_frame=event_frames,
        event=events,
    )
    inputs = [*options.models, options.softness, options.hop, options.population]
    inputs += [options.events] if options.events else []
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


if __name__ == "__main__":
    command.run(arguments(), main)
