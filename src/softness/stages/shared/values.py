"""What stages that compute and read learned variables of thermal runs have in common."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from softness.errors import InputError
from softness.files import tables
from softness.files.features import reading_features
from softness.files.records.hops import HopIndicator
from softness.files.records.learned import LearnedValues
from softness.stages import command

# Values (n, variables) of particles with (n, M) features, whose names come along.
Predict = Callable[[np.ndarray, Sequence[str]], np.ndarray]


def values_of_table(
    path: Path, role: str, predict: Predict, variables: int
) -> tuple[np.ndarray, np.ndarray]:
    """Frames (n,) and values (n, variables) float32 of the rows of a table that have a role.

    Raises
    ------
    InputError
        If the table knows no such role.
    """
    with reading_features(path) as table:
        if role not in table.roles:
            raise InputError(f"{path}: has no moments of {role!r}: compute it again")
        chosen = table.roles[role].astype(bool)
        parts = [np.zeros((0, variables), dtype=np.float32)]
        for rows, chunk in table.chunks():
            wanted = chunk[chosen[rows]]
            if len(wanted):
                parts.append(predict(wanted, table.columns).astype(np.float32))
        return table.frames[chosen], np.concatenate(parts)


def add_run(parser: ArgumentParser) -> None:
    """Arguments of a stage that computes learned variables of one run from its feature tables."""
    command.add_file(parser, "--hop", "p_hop of the run, for its length")
    command.add_file(parser, "--population", "features of the population")
    parser.add_argument("--events", type=Path, help="features before rearrangements, if wanted")
    command.add_file(parser, "--output", "table to write (HDF5)")


def files_of_run(options: Namespace) -> list[Path]:
    """The files that `add_run` names, without the output."""
    return [options.hop, options.population, *([options.events] if options.events else [])]


def values_of_run(
    options: Namespace, hop: HopIndicator, role: str, names: Sequence[str], predict: Predict
) -> LearnedValues:
    """Learned variables of the population of one run, and of the particles that rearrange.

    Parameters
    ----------
    options
        With the files of `add_run`, and ``settings`` with the ``stride`` of the population.
    hop
        Of the run.
    role
        Of the moments before rearrangements, as `softness.structure.table` names them.
    names, predict
        Of the variables, and what computes them.
    """
    frames, population = values_of_table(options.population, "population", predict, len(names))
    event_frames, events = np.zeros(0, np.int64), np.zeros((0, len(names)), np.float32)
    if options.events:
        event_frames, events = values_of_table(options.events, role, predict, len(names))
    return LearnedValues(
        temperature=hop.temperature,
        replica=hop.replica,
        interval=hop.interval,
        duration=hop.frames * hop.interval,
        stride=np.array(options.settings["stride"]),
        names=np.array(names, dtype="S"),
        population_frame=frames,
        population=population,
        event_frame=event_frames,
        event=events,
    )


def read_values(paths: Sequence[Path]) -> list[LearnedValues]:
    """Learned variables of each replica; one run may come in several files.

    Raises
    ------
    InputError
        If files of one run have other moments, or replicas have other variables.
    """
    by_replica: dict[int, LearnedValues] = {}
    for path in paths:
        new = tables.read(path, LearnedValues)
        replica = int(new.replica)
        known = by_replica.get(replica)
        by_replica[replica] = new if known is None else _joined(known, new, path)
    replicas = [by_replica[number] for number in sorted(by_replica)]
    for each in replicas:
        if each.names.tolist() != replicas[0].names.tolist():
            raise InputError("--values hold different variables: compute them again")
    return replicas


def _joined(known: LearnedValues, new: LearnedValues, path: Path) -> LearnedValues:
    """Variables of two files of one run, side by side."""
    for name in ("temperature", "stride", "population_frame", "event_frame"):
        if not np.array_equal(getattr(known, name), getattr(new, name)):
            raise InputError(
                f"{path}: has a different {name} from the other values of its run: compute it again"
            )
    return replace(
        known,
        names=np.concatenate([known.names.astype(str), new.names.astype(str)]).astype("S"),
        population=np.concatenate([known.population, new.population], axis=1),
        event=np.concatenate([known.event, new.event], axis=1),
    )
