"""HDF5 tables: a dataclass of arrays in one file, with its units, shapes and provenance."""

import dataclasses
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from softness.errors import InputError
from softness.files.hdf5 import check_record, reading, writing
from softness.files.provenance import Provenance
from softness.files.unreadable import RUN_AGAIN

Record = TypeVar("Record")


def array(dimensions: str, unit: str = "1", default: np.ndarray | None = None) -> Any:
    """Declare a field of a record: its named dimensions, in order, and its unit.

    ``array("lags", "tau")`` is a vector of times; fields that share a name of a dimension must
    agree in its length. ``array("")`` is a single number, and ``array("[space]")`` either a vector
    or, where all its elements are the same, a single number. A default serves who makes a record;
    files have every field.
    """
    names = dimensions.strip("[]").split()
    metadata = {"dimensions": names, "or_single": dimensions.startswith("["), "unit": unit}
    if default is None:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default_factory=default.copy, metadata=metadata)


def write(path: str | Path, record: Any, provenance: Provenance) -> None:
    """Write a record, whole or not at all.

    Parameters
    ----------
    path
        The HDF5 file.
    record
        A dataclass whose fields were declared with `array`.
    provenance
        What made it.

    Raises
    ------
    InputError
        If shapes do not fit what the record declares, or there is no room on the disk.
    """
    _check_shapes(path, record)
    with writing(path) as file:
        file.attrs["record"] = type(record).__name__
        file.attrs["provenance"] = provenance.as_text()
        for field in dataclasses.fields(record):
            values = np.asarray(getattr(record, field.name))
            large = values.ndim > 0 and values.size > 1000
            options = {"compression": "gzip", "shuffle": True} if large else {}
            dataset = file.create_dataset(field.name, data=values, **options)
            dataset.attrs["unit"] = field.metadata["unit"]
            dataset.attrs["dimensions"] = " ".join(_dimensions(field, values))


def read(path: str | Path, kind: type[Record]) -> Record:
    """Read a record and check that it is whole.

    Raises
    ------
    InputError
        If the file is absent, truncated, of another kind, or lacks a field; names file and fault.
    """
    with reading(path) as file:
        check_record(path, file, kind.__name__)
        values = {}
        for field in dataclasses.fields(kind):
            if field.name not in file:
                raise InputError(f"{path}: lacks {field.name}: {RUN_AGAIN}")
            values[field.name] = file[field.name][()]
    record = kind(**values)
    _check_shapes(path, record)
    return record


def read_provenance(path: str | Path) -> str:
    """The provenance of a table, as canonical JSON."""
    with reading(path) as file:
        return str(file.attrs["provenance"])


def _dimensions(field: dataclasses.Field, values: Any) -> list[str]:
    """Names of the dimensions that the values of a field should have."""
    single = field.metadata["or_single"] and np.ndim(values) == 0
    return [] if single else field.metadata["dimensions"]


def _check_shapes(path: str | Path, record: Any) -> None:
    lengths: dict[str, int] = {}
    for field in dataclasses.fields(record):
        values = getattr(record, field.name)
        shape, dimensions = np.shape(values), _dimensions(field, values)
        fits = len(shape) == len(dimensions) and all(
            lengths.setdefault(name, length) == length
            for name, length in zip(dimensions, shape, strict=True)
        )
        if not fits:
            raise InputError(
                f"{path}: {field.name} has shape {shape}, expected ({', '.join(dimensions)}) "
                f"with {lengths}: the file is damaged or outdated; delete it and run again"
            )
