"""The saved state of an engine: double precision arrays for everyone, a blob for the engine."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import numpy as np

from softness.errors import InputError
from softness.files.hdf5 import check_record, reading, writing
from softness.liquid import Liquid

if TYPE_CHECKING:
    from softness.engines.protocol import Engine

RECORD = "EngineState"


def write(
    path: str | Path,
    engine: "Engine",
    blob: bytes,
    target: tuple[float, float] | None,
) -> None:
    """Write a state, whole or not at all.

    Parameters
    ----------
    path
        The HDF5 file.
    engine
        Whose positions and velocities are written.
    blob
        What the engine itself needs to continue.
    target
        Temperatures of the thermostat at the start and the end of a ramp, or None.
    """
    with writing(path) as file:
        file.attrs["record"] = RECORD
        file.attrs["engine"] = engine.name
        file.attrs["engine_version"] = engine.version
        file.attrs["box_length"] = engine.liquid.box_length
        file.attrs["thermostat"] = np.array(target if target else [], dtype=np.float64)
        file["positions"] = engine.positions()
        file["velocities"] = engine.velocities()
        file["blob"] = np.frombuffer(blob, dtype=np.uint8)


def read(path: str | Path, engine: "Engine") -> tuple[bytes, tuple[float, float] | None]:
    """Read the blob and the thermostat's target of a state of the same engine and liquid.

    Raises
    ------
    InputError
        If the file is damaged or foreign, or was saved by another engine, by a version of it that
        is not accepted, or of another liquid.
    """
    with _opened(path) as file:
        _check_engine(path, file, engine)
        _check_liquid(path, file, engine.liquid)
        start_end = tuple(float(value) for value in file.attrs["thermostat"])
        return file["blob"][()].tobytes(), start_end or None


def keep(source: str | Path, path: str | Path, provenance: str) -> None:
    """Copy a state to where it stays, with what made it."""
    # In this order: a failure to write the copy does not mean that the original is damaged.
    with writing(path) as file, _opened(source) as kept:
        for name, value in kept.attrs.items():
            file.attrs[name] = value
        for name in kept:
            kept.copy(name, file)
        file.attrs["provenance"] = provenance


def arrays(path: str | Path) -> dict[str, np.ndarray]:
    """All that a run reads of a saved state: equal arrays, equal runs.

    Returns
    -------
    dict
        ``positions`` and ``velocities`` (N, 3) float64, ``blob`` uint8, what the engine itself
        needs, and ``thermostat`` float64, two temperatures or none.

    Raises
    ------
    InputError
        If the file is damaged or foreign.
    """
    with _opened(path) as file:
        found = {name: file[name][()] for name in ("positions", "velocities", "blob")}
        return found | {"thermostat": file.attrs["thermostat"]}


def read_positions(path: str | Path, liquid: Liquid) -> np.ndarray:
    """(N, 3) unwrapped positions of a saved state of any engine, in sigma_AA.

    Raises
    ------
    InputError
        If the file is damaged or foreign, or of another liquid.
    """
    with _opened(path) as file:
        _check_liquid(path, file, liquid)
        return file["positions"][()]


def _check_engine(path: str | Path, file: h5py.File, engine: "Engine") -> None:
    name, version = file.attrs["engine"], file.attrs["engine_version"]
    accepted = (engine.version, *getattr(engine, "accepted_versions", ()))
    if name == engine.name and version in accepted:
        return
    remedy = (
        "to continue it, list the version in engine.accepted_versions of the configuration"
        if name == engine.name
        else f"set engine.name to {name}, or delete it and run again"
    )
    raise InputError(
        f"{path}: saved by {name} {version}, but this is {engine.name} {engine.version}: {remedy}"
    )


def _check_liquid(path: str | Path, file: h5py.File, liquid: Liquid) -> None:
    # (N, 3), or (runs, N, 3) of a batch.
    found = (file["positions"].shape[-2], float(file.attrs["box_length"]))
    if found[0] != liquid.particles or not np.isclose(found[1], liquid.box_length, rtol=1e-9):
        raise InputError(
            f"{path}: has {found[0]} particles in a box of {found[1]:.4f}, expected "
            f"{liquid.particles} in {liquid.box_length:.4f}: it belongs to another liquid"
        )


def packed(**arrays: np.ndarray) -> bytes:
    """Arrays as bytes, for an engine whose blob they are."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def unpacked(blob: bytes) -> dict[str, np.ndarray]:
    """The arrays of `packed`."""
    with np.load(io.BytesIO(blob), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


@contextmanager
def _opened(path: str | Path) -> Iterator[h5py.File]:
    """Open an HDF5 file that holds a state, or say what it is instead."""
    with reading(path) as file:
        check_record(path, file, RECORD)
        yield file
