"""Compute the learned variables of one run, by models that never saw its replica."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from softness.files import tables
from softness.files.records.hops import HopIndicator
from softness.files.records.learned import LearnedValues
from softness.stages import command
from softness.stages.shared.classified import columns_of, read_classifiers, unseen_planes
from softness.stages.shared.values import values_of_table
from softness.structure.table import REARRANGING

NAME = "learned_values"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    parser.add_argument(
        "--classifiers", type=Path, nargs="+", required=True, help="files named by their variables"
    )
    parser.add_argument("--hop", type=Path, required=True, help="p_hop of the run, for its length")
    parser.add_argument("--population", type=Path, required=True, help="features of the population")
    parser.add_argument("--events", type=Path, help="features before rearrangements, if wanted")
    parser.add_argument("--output", type=Path, required=True, help="table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    classifiers = read_classifiers(options.classifiers)
    hop = tables.read(options.hop, HopIndicator)
    planes = unseen_planes(
        classifiers, int(hop.replica), settings["random_directions"], settings["seed"]
    )

    def predict(features: np.ndarray, columns: Sequence[str]) -> np.ndarray:
        chosen = features[:, columns_of(columns, settings["features"])]
        values = [plane.projection(chosen) / spread for plane, spread in planes.values()]
        return np.stack(values, axis=1)

    frames, population = values_of_table(options.population, "population", predict, len(planes))
    if options.events:
        event_frames, events = values_of_table(options.events, REARRANGING, predict, len(planes))
    else:
        event_frames, events = np.zeros(0, np.int64), np.zeros((0, len(planes)), np.float32)
    record = LearnedValues(
        temperature=hop.temperature,
        replica=hop.replica,
        interval=hop.interval,
        duration=hop.frames * hop.interval,
        stride=np.array(settings["stride"]),
        names=np.array(list(planes), dtype="S"),
        population_frame=frames,
        population=population,
        event_frame=event_frames,
        event=events,
    )
    inputs = [*options.classifiers, options.hop, options.population]
    inputs += [options.events] if options.events else []
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


if __name__ == "__main__":
    command.run(arguments(), main)
