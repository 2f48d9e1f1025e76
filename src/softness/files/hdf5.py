"""HDF5 files, whole or not at all."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

from softness.errors import InputError
from softness.files.atomic import replacing
from softness.files.unreadable import RUN_AGAIN, raised_in, unreadable


@contextmanager
def writing(path: str | Path) -> Iterator[h5py.File]:
    """Give an HDF5 file in memory; put it on the disk when all went well.

    In memory, because the HDF5 library crashes the process where the disk is full.

    Raises
    ------
    InputError
        If there is no room on the disk.
    """
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        yield file
    with replacing(path) as temporary, buffer.getbuffer() as content:
        temporary.write_bytes(content)


@contextmanager
def reading(path: str | Path) -> Iterator[h5py.File]:
    """Open an HDF5 file for reading, or say in one line why it cannot be read.

    Raises
    ------
    InputError
        If the file is absent, truncated, no HDF5 file, or lacks what is read from it; or if the
        system does not let it be read, with the system's reason.
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path}: no such file: run the rule that makes it")
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        fault = "truncated" if "truncated" in str(error) else "not an HDF5 file, or damaged"
        raise unreadable(path, error, fault, RUN_AGAIN) from error
    with file:
        try:
            yield file
        except (OSError, KeyError, RuntimeError) as error:
            # What the code within does wrong, or fails to write, is no fault of this file.
            if not raised_in("h5py", error):
                raise
            raise unreadable(path, error, f"damaged ({error.args[-1]})", RUN_AGAIN) from error
