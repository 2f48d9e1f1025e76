"""Compute structural features of one run: of a population, of events, or of labelled samples."""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from softness.errors import InputError
from softness.files import tables
from softness.files.features import writing_features
from softness.files.records.hops import Rearrangements
from softness.files.records.learned import LabelledSet
from softness.files.records.regressed import Neighbourhood
from softness.files.trajectory import Trajectory
from softness.stages import command
from softness.structure import table
from softness.structure.feature_set import FeatureSet, frame_features

NAME = "features"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    parser.add_argument("--trajectory", type=Path, required=True, help="frames (GSD)")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--population", action="store_true", help="all analysed particles of every stride-th frame"
    )
    what.add_argument("--rearrangements", type=Path, help="the particles before these (HDF5)")
    what.add_argument("--samples", type=Path, nargs="+", help="these labelled sets (HDF5)")
    what.add_argument(
        "--frames", type=int, nargs="+", help="all analysed particles of these frames"
    )
    parser.add_argument(
        "--neighbourhood", type=Path, help="reach of averages, for features of higher order (HDF5)"
    )
    parser.add_argument("--output", type=Path, required=True, help="feature table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    inputs = [options.trajectory, *(options.samples or [])]
    inputs += [options.rearrangements] if options.rearrangements else []
    inputs += [options.neighbourhood] if options.neighbourhood else []
    made_by = command.provenance(NAME, settings, inputs)
    features = feature_set(settings["features"])
    if options.neighbourhood:
        cutoff = float(tables.read(options.neighbourhood, Neighbourhood).distance)
        features = replace(features, orders=tuple(settings["orders"]), cutoff=cutoff)
    with Trajectory(options.trajectory) as trajectory:
        rows = table.select_rows(_wanted(options, trajectory))
        types, box_length = trajectory.types, trajectory.box_length
        header = (rows.frames, rows.particles, rows.roles, features.names)
        run = (settings["temperature"], settings["replica"], made_by)
        with writing_features(options.output, *header, *run) as writer:
            for frame, particles in rows.by_frame():
                positions = trajectory.positions(frame)
                writer.append(frame_features(positions, types, box_length, features, particles))


def feature_set(block: dict) -> FeatureSet:
    """The features that the settings name."""
    radial, angular = block["radial"], block["angular"]
    return FeatureSet(
        radii=_evenly(radial),
        width=radial["width"],
        shells=_evenly(angular),
        thickness=angular["step"],
        degrees=angular["degrees"],
    )


def _evenly(block: dict) -> tuple[float, ...]:
    """first, first + step ... last, without the rounding of repeated sums."""
    number = round((block["last"] - block["first"]) / block["step"]) + 1
    return tuple((block["first"] + np.arange(number) * block["step"]).round(10).tolist())


def _wanted(options: argparse.Namespace, trajectory: Trajectory) -> dict[str, table.Moments]:
    """Moments that go into the table, by what they are for."""
    if options.frames:
        everyone = np.flatnonzero(trajectory.types == 0)
        return {"snapshot": table.every_moment(everyone, np.array(options.frames))}
    if options.samples:
        return _of_samples(options.samples, options.settings["replica"], trajectory)
    strided, within = _structure_frames(options.settings, trajectory)
    if options.population:
        return {"population": table.every_moment(np.flatnonzero(trajectory.types == 0), strided)}
    found = tables.read(options.rearrangements, Rearrangements)
    names = ("particle", "first", "last")
    events = np.rec.fromarrays([getattr(found, name) for name in names], names=names)
    lead = round(options.settings["lead"] / trajectory.frame_interval())
    return {"rearranging": table.moments_above_threshold(events, *within, lead)}


def _structure_frames(settings: dict, trajectory: Trajectory) -> tuple[np.ndarray, tuple[int, int]]:
    interval = trajectory.frame_interval()
    half_window = round(settings["window"] / (2 * interval))
    lead = round(settings["lead"] / interval)
    try:
        return table.structure_frames(trajectory.frames, half_window, lead, settings["stride"])
    except InputError as error:
        raise InputError(f"{trajectory.path}: barriers.{error}") from error


def _of_samples(
    paths: list[Path], replica: int, trajectory: Trajectory
) -> dict[str, table.Moments]:
    """The samples of one replica from each labelled set; roles are the files' folders."""
    wanted = {}
    for path in paths:
        found = tables.read(path, LabelledSet)
        own = found.replica == replica
        if found.frame[own].max(initial=0) >= trajectory.frames:
            raise InputError(f"{path}: has frames beyond {trajectory.path}: make it again")
        wanted[path.parent.name] = (found.particle[own], found.frame[own])
    return wanted


if __name__ == "__main__":
    command.run(arguments(), main)
