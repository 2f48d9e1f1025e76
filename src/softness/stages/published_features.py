"""Features of one snapshot of a published data set: of the snapshot, or of another state of it."""

import argparse
from pathlib import Path

import numpy as np

from softness.errors import InputError
from softness.files.features import writing_features
from softness.files.published import SAME_EDGE, read_published
from softness.files.states import States
from softness.liquid import Liquid
from softness.stages import command
from softness.stages.shared.structure import feature_set
from softness.structure import table
from softness.structure.feature_set import frame_features

NAME = "published_features"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_file(parser, "--file", "published snapshot (npz)")
    parser.add_argument("--states", type=Path, help="take positions from this state file (GSD)")
    command.add_file(parser, "--neighbourhood", "reach of averages (HDF5)")
    command.add_file(parser, "--output", "feature table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    liquid = Liquid.from_settings(settings["liquid"])
    one = read_published(options.file, liquid, settings.get("row"))
    positions = one.initial_positions
    if options.states:
        positions = _state(options.states, one.types, one.box_length)
    features = feature_set(settings, options.neighbourhood)
    particle = np.flatnonzero(one.types == 0)
    # Like a replica with one frame: published snapshots are independent.
    rows = table.select_rows({"snapshot": table.every_moment(particle, np.array([0]))})
    inputs = [options.file, options.neighbourhood, *([options.states] if options.states else [])]
    made_by = command.provenance(NAME, settings, inputs)
    header = (rows.frames, rows.particles, rows.roles, features.names)
    run = (settings["temperature"], settings["snapshot"], made_by)
    with writing_features(options.output, *header, *run) as writer:
        writer.append(frame_features(positions, one.types, one.box_length, features, particle))


def _state(path: Path, types: np.ndarray, box_length: float) -> np.ndarray:
    """(N, 3) positions of the state of the snapshot."""
    with States(path) as states:
        same_box = abs(states.box_length / box_length - 1) <= SAME_EDGE
        if not (same_box and np.array_equal(states.types, types)):
            raise InputError(f"{path}: is of another snapshot: delete it and run again")
        return states.at(0.0)


if __name__ == "__main__":
    command.run(arguments(), main)
