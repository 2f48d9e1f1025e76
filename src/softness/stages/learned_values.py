"""Compute the learned variables of one run, by models that never saw its replica."""

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from softness.files import tables
from softness.files.features import reading_features
from softness.files.records.hops import HopIndicator
from softness.files.records.learned import LearnedValues
from softness.learning.hyperplane import Hyperplane
from softness.stages import command
from softness.stages.shared.classified import columns_of, read_classifiers, unseen_planes

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
    wanted = settings["features"]
    frames, population = _values(options.population, planes, wanted)
    if options.events:
        event_frames, events = _values(options.events, planes, wanted)
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


def _values(
    path: Path, planes: Mapping[str, tuple[Hyperplane, float]], wanted: str
) -> tuple[np.ndarray, np.ndarray]:
    """Frames (n,) and w.F over its spread (n, variables) float32 of all rows of a table."""
    with reading_features(path) as table:
        columns = columns_of(table, wanted)
        values = np.empty((len(table), len(planes)), dtype=np.float32)
        for rows, chunk in table.chunks():
            chosen = chunk[:, columns]
            for number, (plane, spread) in enumerate(planes.values()):
                values[rows, number] = plane.projection(chosen) / spread
        return table.frames, values


if __name__ == "__main__":
    command.run(arguments(), main)
