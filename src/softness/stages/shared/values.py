"""What stages that compute and read learned variables of thermal runs have in common."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from softness.errors import InputError
from softness.files import tables
from softness.files.features import reading_features
from softness.files.records.learned import LearnedValues

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
            raise InputError(f"{path}: holds no moments of {role!r}: make it again")
        chosen = table.roles[role].astype(bool)
        parts = [np.zeros((0, variables), dtype=np.float32)]
        for rows, chunk in table.chunks():
            wanted = chunk[chosen[rows]]
            if len(wanted):
                parts.append(predict(wanted, table.columns).astype(np.float32))
        return table.frames[chosen], np.concatenate(parts)


def read_values(paths: Sequence[Path]) -> list[LearnedValues]:
    """Learned variables of each replica; those of one run may come in several files.

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
            raise InputError(f"{path}: has another {name} than other values of its run: make again")
    return replace(
        known,
        names=np.concatenate([known.names.astype(str), new.names.astype(str)]).astype("S"),
        population=np.concatenate([known.population, new.population], axis=1),
        event=np.concatenate([known.event, new.event], axis=1),
    )
