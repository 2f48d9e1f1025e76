"""Compute variables that are linear in features of higher order, along one run, frame by frame."""

import argparse
from pathlib import Path

import numpy as np

from softness.errors import InputError
from softness.files import tables
from softness.files.gsd_trajectory import Trajectory
from softness.files.records.hops import Rearrangements
from softness.files.records.learned import LearnedValues
from softness.learning.hyperplane import Hyperplane
from softness.stages import command
from softness.stages.shared.regressors import unseen_regressors
from softness.stages.shared.structure import event_moments, feature_set, population_moments
from softness.structure.feature_set import FeatureSet
from softness.structure.projected import projected_features
from softness.structure.table import BEFORE_EVENT, TableRows, select_rows

NAME = "averaged_values"
POPULATION = "population"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_file(parser, "--trajectory", "frames (GSD)")
    parser.add_argument(
        "--rearrangements", type=Path, help="of the run, if the particles before them are wanted"
    )
    command.add_file(parser, "--neighbourhood", "reach of averages")
    command.add_files(parser, "--models", "linear ones (skops)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    features = feature_set(settings, options.neighbourhood)
    models = unseen_regressors(options.models, settings["replica"])
    planes = {name: model.plane for name, model in models.items()}
    weights = np.array([_weights(planes[name], name, features, settings) for name in planes])
    with Trajectory(options.trajectory) as trajectory:
        wanted = {POPULATION: population_moments(settings, trajectory)}
        if options.rearrangements:
            events = tables.read(options.rearrangements, Rearrangements)
            moments = event_moments(settings, trajectory, events)
            wanted[BEFORE_EVENT] = moments[BEFORE_EVENT]
        rows = select_rows(wanted)
        values = _values(trajectory, rows, features, weights)
        interval, frames = trajectory.frame_interval(), trajectory.frames
    population = rows.roles[POPULATION]
    events = rows.roles.get(BEFORE_EVENT, np.zeros(len(rows), dtype=bool))
    record = LearnedValues(
        temperature=np.array(settings["temperature"]),
        replica=np.array(settings["replica"]),
        interval=np.array(interval),
        duration=np.array(frames * interval),
        stride=np.array(settings["stride"]),
        names=np.array(list(planes), dtype="S"),
        population_frame=rows.frames[population],
        population=values[population],
        event_frame=rows.frames[events],
        event=values[events],
    )
    inputs = [options.trajectory, options.neighbourhood, *options.models]
    inputs += [options.rearrangements] if options.rearrangements else []
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


def _weights(plane: Hyperplane, name: str, features: FeatureSet, settings: dict) -> np.ndarray:
    """(M,) weights of raw features: a model of lower orders has none for the others."""
    orders = settings["orders_of"][name]
    columns = np.concatenate([features.columns(order=order) for order in orders])
    if len(columns) != len(plane.weights):
        raise InputError(
            f"model {name} takes {len(plane.weights)} features, the settings name {len(columns)}: "
            "train it again"
        )
    weights = np.zeros(len(features))
    weights[columns] = plane.raw_weights()
    return weights


def _values(
    trajectory: Trajectory, rows: TableRows, features: FeatureSet, weights: np.ndarray
) -> np.ndarray:
    """(rows, variables) float32."""
    values = np.empty((len(rows), len(weights)), dtype=np.float32)
    box, done = (trajectory.types, trajectory.box_length), 0
    for frame, particles in rows.by_frame():
        positions = trajectory.positions(frame)
        found = projected_features(positions, *box, features, weights, particles)
        values[done : done + len(found)] = found
        done += len(found)
    return values


if __name__ == "__main__":
    command.run(arguments(), main)
