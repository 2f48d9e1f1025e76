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


def check_record(path: str | Path, file: h5py.File, expected: str) -> None:
    """Raise an InputError if an HDF5 file does not hold what was expected."""
    found = file.attrs.get("record")
    if found != expected:
        holds = f"holds {found}" if found else "is not a file of this project"
        raise InputError(
            f"{path}: {holds}, expected {expected}: give the right file, or, if the study made "
            f"it, {RUN_AGAIN}"
        )


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
        if "truncated" in str(error):
            raise unreadable(path, error, "truncated", RUN_AGAIN) from error
        remedy = f"give the right file, or, if the study made it, {RUN_AGAIN}"
        raise unreadable(path, error, "not an HDF5 file, or damaged", remedy) from error
    with file:
        try:
            yield file
        except (OSError, KeyError, RuntimeError) as error:
            # An error of the code within, or of a file that it writes, is not an error of this
            # file.
            if not raised_in("h5py", error):
                raise
            raise unreadable(path, error, f"damaged ({error.args[-1]})", RUN_AGAIN) from error
