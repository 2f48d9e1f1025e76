"""Sound files that the system does not let be read are not called damaged."""

import errno
import os
import subprocess
import sys
import tarfile

import h5py
import pytest

from softness import yaml_files
from softness.archiving.container import open_archive
from softness.errors import InputError
from softness.files.claims import read_claims, read_claims_table
from softness.files.hdf5 import reading, writing
from softness.files.unreadable import raised_in, unreadable
from softness.simulate import parts
from softness.simulate.store import read_identity

REASONS = {
    errno.EACCES: "Permission denied",
    errno.EMFILE: "Too many open files",
    errno.ENOLCK: "No locks available",
    errno.EIO: "Input/output error",
    errno.ESTALE: "Stale file handle",
}


@pytest.fixture
def table(tmp_path):
    with writing(tmp_path / "table.h5") as file:
        file["x"] = [1.0]
    return tmp_path / "table.h5"


def use(file):
    with reading(file):
        pass


@pytest.mark.parametrize("number", REASONS)
def test_the_reason_of_the_system_is_told(number):
    error = unreadable("a.h5", OSError(number, os.strerror(number)), "damaged", "delete it")
    assert str(error).startswith(f"a.h5: cannot be read now: {REASONS[number]}: ")
    assert "damaged" not in str(error) and "delete" not in str(error)


def test_without_one_it_is_the_content():
    assert str(unreadable("a.h5", ValueError("x"), "damaged", "delete it")) == (
        "a.h5: damaged: delete it"
    )


def test_a_file_that_another_program_writes_to(table):
    code = "import sys, h5py; f = h5py.File(sys.argv[1], 'r+'); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, table], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        other.stdout.readline()
        with pytest.raises(InputError, match=r"cannot be read now: .*another program"):
            use(table)
        other.communicate(b"\n")
    use(table)


READERS = {
    "HDF5": use,
    "claims": read_claims,
    "claims of a study": read_claims_table,
    "configuration": yaml_files.read,
    "frames": parts.read_frames,
    "identity": lambda path: read_identity(path.parent),
    "archive": lambda path: open_archive(path).__enter__(),
}


@pytest.mark.parametrize("kind", READERS)
def test_no_reader_calls_a_file_damaged_that_it_has_not_seen(tmp_path, monkeypatch, kind):
    path = tmp_path / "identity.json"
    path.write_text("x")

    def refused(*arguments, **options):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    for name in ("pathlib.Path.read_text", "h5py.File", "numpy.load", "tarfile.open"):
        monkeypatch.setattr(name, refused)
    with pytest.raises(InputError, match="cannot be read now: Permission denied: ") as told:
        READERS[kind](path)
    assert "delete" not in str(told.value) and "\n" not in str(told.value)


def test_a_mistake_of_the_code_is_no_damage_of_the_file(table):
    with pytest.raises(KeyError, match="of the code"), reading(table):
        raise KeyError("of the code")
    with pytest.raises(KeyError, match="wrong"), reading(table):
        {}["wrong"]


def test_a_failure_to_write_is_no_damage_of_the_file(table):
    with pytest.raises(OSError, match="No space") as told, reading(table):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert not isinstance(told.value, InputError)


def test_what_is_not_in_the_file_is_told_with_its_name(table):
    with (
        pytest.raises(InputError, match=r"table\.h5: damaged .*'y' doesn't exist"),
        reading(table) as file,
    ):
        file["y"]


def test_where_an_error_was_raised(table):
    try:
        h5py.File(table.with_name("none.h5"), "r")
    except OSError as error:
        assert raised_in("h5py", error) and not raised_in("numpy", error)
    assert not raised_in("h5py", ValueError("never raised"))


def test_a_cut_archive_is_still_called_damaged(tmp_path):
    (tmp_path / "a.tar").write_bytes(b"x" * 600)
    with pytest.raises(InputError, match=r"not a tar file.*get it again"):
        open_archive(tmp_path / "a.tar").__enter__()
    assert not tarfile.is_tarfile(tmp_path / "a.tar")
