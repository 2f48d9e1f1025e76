"""Read one snapshot of a published data set: its propensity at each time, and its features."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from softness.dynamics.counted import DISPLACEMENT_UNIT, whole_distances, whole_squares
from softness.errors import InputError
from softness.files import tables
from softness.files.features import writing_features
from softness.files.provenance import Provenance
from softness.files.published import SAME_EDGE, Published, PublishedRuns, read_published
from softness.files.records.inherent import InherentPropensity
from softness.liquid import Liquid
from softness.stages import command
from softness.stages.shared.structure import feature_set
from softness.structure import table
from softness.structure.feature_set import frame_features

NAME = "published_propensity"
# Files are rounded to single precision, some of them after the box was shifted.
SAME_POSITION = 1e-3


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_files(parser, "--files", "runs of a snapshot, or its propensity; one file a time")
    command.add_file(parser, "--features", "feature table to write")
    command.add_file(parser, "--output", "sums to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings, paths = options.settings, options.files
    liquid = Liquid.from_settings(settings["liquid"])
    runs = [read_published(path, liquid, settings.get("row")) for path in paths]
    _check_alike(paths, runs)
    made_by = command.provenance(NAME, settings, paths)
    tables.write(options.output, _record(settings, runs), made_by)
    _write_features(options.features, settings, runs[0], made_by)


def _runs(one: Published) -> int:
    """How many runs there are; a mean over unknown ones counts as a single run."""
    return len(one.moved) if isinstance(one, PublishedRuns) else 1


def _distances(one: Published, particle: np.ndarray) -> np.ndarray:
    """(runs, particles) distances that some particles went, in whole units."""
    if isinstance(one, PublishedRuns):
        return whole_distances(one.moved, particle)
    return np.rint(one.propensity[None, particle] / DISPLACEMENT_UNIT).astype(np.int64)


def _check_alike(paths: Sequence[Path], runs: Sequence[Published]) -> None:
    """All times must be of the same runs, or of as many, from the same snapshot."""
    first = runs[0]
    for path, one in zip(paths, runs, strict=True):
        if not np.array_equal(one.types, first.types) or _runs(one) != _runs(first):
            raise InputError(
                f"{path}: {_runs(one)} runs of {len(one.types)} particles, {paths[0]}: "
                f"{_runs(first)} of {len(first.types)}, or species in another order: give "
                "files of the same snapshot at each position in inherent.published"
            )
        if abs(one.box_length / first.box_length - 1) > SAME_EDGE:
            raise InputError(
                f"{path}: a box of {one.box_length:.6g} sigma_AA, {paths[0]}: of "
                f"{first.box_length:.6g}: give each file of a snapshot the same box, or none"
            )
        away = one.initial_positions - first.initial_positions
        away -= one.box_length * np.round(away / one.box_length)
        if np.abs(away).max() > SAME_POSITION:
            raise InputError(
                f"{path}: its initial positions differ by up to {np.abs(away).max():.2g} sigma_AA "
                f"from those of {paths[0]}: give files of the same snapshot at each place of "
                "inherent.published"
            )


def _record(settings: dict, runs: Sequence[Published]) -> InherentPropensity:
    particle, number = np.flatnonzero(runs[0].types == 0), _runs(runs[0])
    # (times, runs, particles)
    distances = np.array([_distances(one, particle) for one in runs])
    halves = [distances[:, half::2] for half in (0, 1)]
    unknown = np.full(len(runs), np.nan)
    return InherentPropensity(
        temperature=np.array(settings["temperature"]),
        snapshot=np.array(settings["snapshot"]),
        runs=np.arange(number),
        particle=particle,
        time=np.array(settings["times"]),
        unit=np.array(DISPLACEMENT_UNIT),
        states=np.array([settings["state"]], dtype="S"),
        displacement=np.array([[half.sum(axis=1) for half in halves]]),
        square=np.array([[whole_squares(half).sum(axis=1) for half in halves]]),
        force_tolerance=np.array(np.nan),
        largest_force=unknown,
        unconverged=np.zeros(len(runs), np.int64),
    )


def _write_features(path: Path, settings: dict, one: Published, made_by: Provenance) -> None:
    """A table like the one of a replica with one frame: published snapshots are independent."""
    particle, features = np.flatnonzero(one.types == 0), feature_set(settings)
    rows = table.select_rows({"snapshot": table.every_moment(particle, np.array([0]))})
    header = (rows.frames, rows.particles, rows.roles, features.names)
    run = (settings["temperature"], settings["snapshot"], made_by)
    with writing_features(path, *header, *run) as writer:
        given = one.initial_positions, one.types, one.box_length
        writer.append(frame_features(*given, features, particle))


if __name__ == "__main__":
    command.run(arguments(), main)
