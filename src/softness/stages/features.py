"""Compute structural features of one run: of a population, of events, or of labelled samples."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from softness.errors import InputError
from softness.files import tables
from softness.files.features import writing_features
from softness.files.gsd_trajectory import Trajectory
from softness.files.records.hops import Rearrangements
from softness.files.records.learned import LabelledSet
from softness.files.states import States
from softness.stages import command
from softness.stages.shared.structure import event_moments, feature_set, population_moments
from softness.structure import table
from softness.structure.feature_set import frame_features

NAME = "features"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_file(parser, "--trajectory", "frames (GSD)")
    what = parser.add_argument_group("which moments; with --population, those of its frames alone")
    what.add_argument(
        "--population", action="store_true", help="all analysed particles of every stride-th frame"
    )
    what.add_argument("--rearrangements", type=Path, help="the particles before these (HDF5)")
    what.add_argument(
        "--samples", type=Path, nargs="*", default=[], help="these labelled sets (HDF5)"
    )
    what.add_argument(
        "--frames", type=int, nargs="+", default=[], help="all analysed particles of these frames"
    )
    parser.add_argument(
        "--neighbourhood", type=Path, help="reach of averages, for features of higher order (HDF5)"
    )
    parser.add_argument(
        "--states", type=Path, help="take the positions of frames from this state file (GSD)"
    )
    command.add_file(parser, "--output", "feature table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    _check_choice(options)
    inputs = [options.trajectory, *options.samples]
    inputs += [options.rearrangements] if options.rearrangements else []
    inputs += [path for path in (options.neighbourhood, options.states) if path]
    made_by = command.provenance(NAME, settings, inputs)
    features = feature_set(settings, options.neighbourhood)
    with Trajectory(options.trajectory) as trajectory:
        rows = table.select_rows(_wanted(options, trajectory))
        types, box_length = trajectory.types, trajectory.box_length
        positions_of = _positions_of(trajectory, options.states)
        header = (rows.frames, rows.particles, rows.roles, features.names)
        run = (settings["temperature"], settings["replica"], made_by)
        with writing_features(options.output, *header, *run) as writer:
            for frame, particles in rows.by_frame():
                positions = positions_of(frame)
                writer.append(frame_features(positions, types, box_length, features, particles))


def _check_choice(options: argparse.Namespace) -> None:
    """One kind of moments, or a population with those of its frames that are events or samples."""
    alone = sum(map(bool, (options.rearrangements, options.samples, options.frames)))
    if options.frames if options.population else alone != 1:
        raise InputError(
            "give one of --population, --rearrangements, --samples and --frames, or --population "
            "with --rearrangements and --samples"
        )


def _positions_of(trajectory: Trajectory, states: Path | None) -> Callable[[int], np.ndarray]:
    """What gives the (N, 3) positions from which the structure of a frame is taken."""
    if states is None:
        return trajectory.positions
    times, opened = trajectory.times(), States(states)
    return lambda frame: opened.at(times[frame])


def _wanted(options: argparse.Namespace, trajectory: Trajectory) -> dict[str, table.Moments]:
    """Moments that go into the table, by what they are for."""
    settings, wanted = options.settings, {}
    if options.frames:
        everyone = np.flatnonzero(trajectory.types == 0)
        wanted["snapshot"] = table.every_moment(everyone, np.array(options.frames))
    if options.samples:
        wanted |= _of_samples(options.samples, settings, trajectory)
    if options.rearrangements:
        events = tables.read(options.rearrangements, Rearrangements)
        wanted |= event_moments(settings, trajectory, events)
    if options.population:
        population = population_moments(settings, trajectory)
        wanted = {role: _in_frames(moments, population[1]) for role, moments in wanted.items()}
        wanted["population"] = population
    return wanted


def _in_frames(moments: table.Moments, frames: np.ndarray) -> table.Moments:
    """Those moments that are in some frames."""
    chosen = np.isin(moments[1], frames)
    return moments[0][chosen], moments[1][chosen]


def _of_samples(
    paths: list[Path], settings: Mapping[str, Any], trajectory: Trajectory
) -> dict[str, table.Moments]:
    """The samples of one replica from each labelled set, by its kind."""
    wanted, kinds = {}, settings["kinds"]
    if len(kinds) != len(paths):
        raise InputError(
            f"--samples: {len(paths)} files, kinds {kinds}: give one file for each kind"
        )
    for kind, path in zip(kinds, paths, strict=True):
        found = tables.read(path, LabelledSet)
        own = found.replica == settings["replica"]
        if found.frame[own].max(initial=0) >= trajectory.frames:
            raise InputError(f"{path}: has frames beyond {trajectory.path}: compute it again")
        wanted[kind] = (found.particle[own], found.frame[own])
    return wanted


if __name__ == "__main__":
    command.run(arguments(), main)
