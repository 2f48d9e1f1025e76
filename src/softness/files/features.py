"""Feature tables as HDF5: written frame by frame, read in pieces, one file a run.

A table may be larger than the memory, so it cannot be written by way of memory as other HDF5 files
are (`softness.files.hdf5`). Instead its size, which is known beforehand, is reserved on the disk
before the HDF5 library writes to it: that library crashes the process where the disk is full.
"""

import errno
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from softness.errors import InputError
from softness.files.atomic import replacing
from softness.files.hdf5 import check_record, reading
from softness.files.provenance import Provenance

RECORD = "FeatureTable"
_CHUNK_BYTES = 2**19
_READ_BYTES = 2**23
# Headers, names, indices of chunks: less than this, and it grows slowly with the table.
_OVERHEAD = 2**20


class FeatureWriter:
    """Takes the features of a table row by row, in the order of its rows."""

    def __init__(self, path: Path, dataset: h5py.Dataset) -> None:
        self._path = path
        self._dataset = dataset
        self.written = 0

    def append(self, features: np.ndarray) -> None:
        """Write the features of the next rows.

        Parameters
        ----------
        features
            (n, M), any number of rows.

        Raises
        ------
        InputError
            The shape does not fit, values are not finite, or there are more rows than announced.
        """
        features = np.asarray(features)
        rows, columns = self._dataset.shape
        if features.ndim != 2 or features.shape[1] != columns:
            raise InputError(
                f"{self._path}: features have the shape {features.shape}: give (n, {columns})"
            )
        end = self.written + len(features)
        if end > rows:
            raise InputError(f"{self._path}: row {end} of {rows} rows: announce all rows first")
        if not np.isfinite(features).all():
            raise InputError(
                f"{self._path}: features of rows {self.written} to {end - 1} are not finite: "
                "check the positions that they come from"
            )
        self._dataset[self.written : end] = features
        self.written = end


@contextmanager
def writing_features(
    path: str | Path,
    frames: np.ndarray,
    particles: np.ndarray,
    roles: Mapping[str, np.ndarray],
    columns: Sequence[str],
    temperature: float,
    replica: int,
    provenance: Provenance,
) -> Iterator[FeatureWriter]:
    """Write the feature table of one run in constant memory, whole or not at all.

    Parameters
    ----------
    path
        The HDF5 file.
    frames, particles
        (n,) of each row.
    roles
        (n,) masks, by name: what the row is for.
    columns
        (M,) names of the features.
    temperature
        Of the run, in eps_AA / k_B.
    replica
        Number of the run's replica.
    provenance
        What made it.

    Yields
    ------
    FeatureWriter
        Takes the features in the order of the rows.

    Raises
    ------
    InputError
        If there is no room for the table, shapes do not fit, or rows are missing at the end.
    """
    path = Path(path)
    rows = {"frames": np.asarray(frames), "particles": np.asarray(particles)}
    _check_rows(path, rows, roles)
    shape = (len(rows["frames"]), len(columns))
    size = 4 * shape[0] * shape[1] + shape[0] * (8 + len(roles)) + _OVERHEAD
    with replacing(path) as temporary:
        _reserve(path, temporary, size)
        with h5py.File(temporary, "w") as file:
            _write_header(file, rows, roles, columns)
            file.attrs["temperature"] = float(temperature)
            file.attrs["replica"] = int(replica)
            file.attrs["provenance"] = provenance.as_text()
            _create_dataset(file, shape)
        # Now the file has its final size; it gets its blocks on the disk as well.
        _reserve(path, temporary, temporary.stat().st_size)
        with h5py.File(temporary, "r+") as file:
            writer = FeatureWriter(path, file["features"])
            yield writer
        if writer.written != shape[0]:
            raise InputError(
                f"{path}: {writer.written} of {shape[0]} rows were given: give the features of all"
            )


@dataclass(frozen=True)
class FeatureTable:
    """A feature table that is open for reading.

    Attributes
    ----------
    temperature
        Of the run, in eps_AA / k_B.
    replica
        Number of the run's replica.
    columns
        (M,) names of the features.
    frames, particles
        (n,) of each row; sorted by frame.
    roles
        (n,) masks, by name: what the row is for.
    """

    temperature: float
    replica: int
    columns: tuple[str, ...]
    frames: np.ndarray
    particles: np.ndarray
    roles: Mapping[str, np.ndarray]
    _features: h5py.Dataset

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.frames)

    def chunks(self, rows: int | None = None) -> Iterator[tuple[slice, np.ndarray]]:
        """Stretches of the table, (at most ``rows``, M) float32, each with its rows.

        As many rows as fill 8 MB if not given.
        """
        rows = rows or max(_READ_BYTES // (4 * len(self.columns)), 1)
        for begin in range(0, len(self), rows):
            stretch = slice(begin, min(begin + rows, len(self)))
            yield stretch, self._features[stretch]

    def features(self, chosen: np.ndarray | None = None) -> np.ndarray:
        """(n, M) float32 features of some rows, by mask or by number; of all if not given."""
        chosen = np.arange(len(self)) if chosen is None else np.arange(len(self))[chosen]
        features = np.empty((len(chosen), len(self.columns)), np.float32)
        order = np.argsort(chosen, kind="stable")
        rising = chosen[order]
        for stretch, part in self.chunks():
            first, last = np.searchsorted(rising, (stretch.start, stretch.stop))
            features[order[first:last]] = part[rising[first:last] - stretch.start]
        return features


@contextmanager
def reading_features(path: str | Path) -> Iterator[FeatureTable]:
    """Open a feature table and check that it is whole.

    Raises
    ------
    InputError
        If the file is absent, truncated, of another kind, or its parts do not fit together.
    """
    with reading(path) as file:
        check_record(path, file, RECORD)
        lacking = {"features", "frames", "particles", "roles"} - set(file)
        if lacking:
            raise InputError(f"{path}: lacks {sorted(lacking)[0]}: delete it and run again")
        rows = {name: file[name][()] for name in ("frames", "particles")}
        roles = {name: mask[()] for name, mask in file["roles"].items()}
        columns = tuple(str(name) for name in file.attrs["columns"])
        _check_rows(path, rows, roles)
        expected = (len(rows["frames"]), len(columns))
        if file["features"].shape != expected or file["features"].dtype != np.float32:
            raise InputError(
                f"{path}: features have the shape {file['features'].shape}, expected {expected} of "
                "float32: delete it and run again"
            )
        yield FeatureTable(
            temperature=float(file.attrs["temperature"]),
            replica=int(file.attrs["replica"]),
            columns=columns,
            frames=rows["frames"],
            particles=rows["particles"],
            roles=roles,
            _features=file["features"],
        )


def _check_rows(
    path: str | Path, rows: Mapping[str, np.ndarray], roles: Mapping[str, np.ndarray]
) -> None:
    shape = rows["frames"].shape
    for name, values in (*rows.items(), *roles.items()):
        if np.shape(values) != shape or len(shape) != 1:
            raise InputError(
                f"{path}: {name} has the shape {np.shape(values)}, frames {shape}: give one value "
                "for each row"
            )


def _write_header(
    file: h5py.File,
    rows: Mapping[str, np.ndarray],
    roles: Mapping[str, np.ndarray],
    columns: Sequence[str],
) -> None:
    file.attrs["record"] = RECORD
    file.attrs["columns"] = list(columns)
    for name, values in rows.items():
        file.create_dataset(name, data=values.astype(np.int32))
        file[name].attrs["dimensions"] = "rows"
    group = file.create_group("roles")
    for name, mask in roles.items():
        group.create_dataset(name, data=np.asarray(mask, dtype=bool))
        group[name].attrs["dimensions"] = "rows"


def _create_dataset(file: h5py.File, shape: tuple[int, int]) -> None:
    """The dataset of the features, with all of its chunks, so that the file has its final size."""
    layout = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    layout.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    layout.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    rows = min(max(_CHUNK_BYTES // (4 * shape[1]), 1), shape[0])
    # A run without an event has a table without rows, which cannot be cut into chunks.
    chunks = (rows, shape[1]) if rows else None
    dataset = file.create_dataset("features", shape, np.float32, chunks=chunks, dcpl=layout)
    dataset.attrs["dimensions"] = "rows columns"
    dataset.attrs["unit"] = "1"


def _reserve(path: Path, temporary: Path, size: int) -> None:
    """Take blocks of the disk for the first bytes of a file, or say that there is no room."""
    free = shutil.disk_usage(path.parent).free
    held = temporary.stat().st_blocks * 512 if temporary.exists() else 0
    if size > free + held:
        raise InputError(
            f"{path}: needs {size / 1e9:.3g} GB, {(free + held) / 1e9:.3g} GB are free: free some "
            "space, take a larger stride or fewer features"
        )
    descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        os.posix_fallocate(descriptor, 0, size)
    except OSError as error:
        # Some file systems cannot reserve; they were asked for their free space above.
        if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):
            raise
    finally:
        os.close(descriptor)
