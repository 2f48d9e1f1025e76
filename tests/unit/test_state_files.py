"""Saved states: whole or not at all, and what is wrong with one is told of that one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from small_melts import hot

from softness import engines
from softness.engines import state
from softness.errors import InputError
from softness.liquid import kob_andersen
from softness.seeds import stream
from softness.simulate.start import random_start

PARTICLES = 300
LIQUID = kob_andersen(PARTICLES)


@pytest.fixture
def engine(engine_name):
    """A hot liquid with a thermostat that has a state of its own."""
    engine = hot(LIQUID, 2.0, engine_name)
    engine.ramp(2.0, 1.5, 50)
    return engine


@pytest.fixture
def saved(engine, tmp_path):
    engine.save(tmp_path / "state.h5")
    return tmp_path / "state.h5"


# -- without room ---------------------------------------------------------------------------------

# What every program below begins with. A limit on the size of files is what a full disk is to a
# writer; the soft one can be raised again.
WITHOUT_ROOM = """
import resource
import signal
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from softness import engines
from softness.engines import state
from softness.errors import InputError
from softness.liquid import kob_andersen
from softness.seeds import stream
from softness.simulate.start import random_start

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
folder = Path(sys.argv[1])
temporary = f"temporary folder {tempfile.gettempdir()}: "
remedy = "then run again; nothing that was finished is lost"
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

@contextmanager
def room(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))

def refused(size, work):
    try:
        with room(size):
            work()
    except InputError as error:
        return str(error)
    raise AssertionError(f"{size} bytes were enough")

liquid = kob_andersen(300)
engine = engines.create("lammps", liquid)
engine.load(random_start(liquid, stream(1, "start", 2.0)), liquid.types)
engine.ramp(2.0, 1.5, 50)
first, second = folder / "state-000000.h5", folder / "state-000001.h5"
engine.save(first)
kept = first.read_bytes()
restart = len(state.arrays(first)["blob"])
engine.restore(first)
engine.run(20)
after = engine.positions()

def check_earlier_state():
    assert [path.name for path in folder.iterdir()] == [first.name]
    assert first.read_bytes() == kept
    assert not list(Path(tempfile.gettempdir()).iterdir())
"""

TEMPORARY_FOLDER = """
engine.restore(first)
engine.run(20)
for size in (*range(0, restart - 4096, 1024), *range(restart - 4096, restart)):
    told = refused(size, lambda: engine.save(second))
    assert told.startswith(temporary) and told.endswith(remedy), told
    assert "time_step" not in told, told
    check_earlier_state()
engine.restore(first)
engine.run(20)
assert np.array_equal(engine.positions(), after)
engine.save(second)
engine.restore(second)
"""

STATE = """
for size in range(restart, len(kept), 97):
    told = refused(size, lambda: engine.save(second))
    assert told.startswith(f"{second}: ") and "free some space" in told, told
    check_earlier_state()
"""

RESTORED = """
for size in (0, 1, 4096, restart - 1):
    told = refused(size, lambda: engine.restore(first))
    assert told.startswith(temporary) and told.endswith(remedy), told
    assert "state-" not in told and "read_restart" not in told, told
    check_earlier_state()
engine.restore(first)
engine.run(20)
assert np.array_equal(engine.positions(), after)
"""

THERMOSTAT = """
for size in (0, restart - 100):
    told = refused(size, lambda: engine.set_thermostat(0.7))
    assert told.startswith(temporary) and told.endswith(remedy), told
engine.set_thermostat(0.7)
"""

KEPT = """
for size in (0, 4096, restart):
    told = refused(size, lambda: state.keep(first, second, "test"))
    assert told.startswith(f"{second}: ") and first.name not in told, told
    check_earlier_state()
"""


@pytest.mark.parametrize(
    "program",
    [TEMPORARY_FOLDER, STATE, RESTORED, THERMOSTAT, KEPT],
    ids=["temporary_folder", "state", "restored", "thermostat", "kept"],
)
def test_without_room_the_full_folder_is_named_and_the_earlier_state_stays(tmp_path, program):
    folders = tmp_path / "states", tmp_path / "temporary"
    for folder in folders:
        folder.mkdir()
    source = Path(__file__).parents[2] / "src"
    done = subprocess.run(
        [sys.executable, "-B", "-c", WITHOUT_ROOM + program, str(folders[0])],
        env=os.environ | {"PYTHONPATH": str(source), "TMPDIR": str(folders[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_no_temporary_folder_at_all_is_told(tmp_path, monkeypatch):
    engine = engines.create("lammps", LIQUID)
    engine.load(random_start(LIQUID, stream(1, "start", 2.0)), LIQUID.types)
    monkeypatch.setattr("softness.files.temporary._beside", None)
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("tempfile._candidate_tempdir_list", lambda: [str(tmp_path / "none")])
    with pytest.raises(InputError, match=r"^temporary folder: No usable.*none.*set TMPDIR"):
        engine.save(tmp_path / "state.h5")


# -- damage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [0, 10, 16, 5000, -16, -1])
def test_a_damaged_state_is_told_as_such(tmp_path, length):
    engine = engines.create("lammps", LIQUID)
    engine.load(random_start(LIQUID, stream(1, "start", 2.0)), LIQUID.types)
    path = tmp_path / "state.h5"
    engine.save(path)
    with h5py.File(path, "r+") as file:
        blob = file["blob"][()]
        del file["blob"]
        file["blob"] = blob[:length]
    with pytest.raises(InputError, match=r"state\.h5: damaged .*: delete it and run again") as told:
        engine.restore(path)
    assert "time_step" not in str(told.value)


def test_a_fault_of_the_copy_is_none_of_the_source(saved, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError):
        state.keep(saved, tmp_path / "file" / "kept.h5", "test")


def test_damage_of_the_source_is_told_of_the_source_and_nothing_is_kept(saved, tmp_path):
    saved.write_bytes(saved.read_bytes()[:-1000])
    with pytest.raises(InputError, match=r"state\.h5: truncated: delete it and run again"):
        state.keep(saved, tmp_path / "kept.h5", "test")
    assert not (tmp_path / "kept.h5").exists()


def test_a_kept_state_has_all_that_was_saved(saved, tmp_path):
    state.keep(saved, tmp_path / "kept.h5", '{"stage":"test"}')
    with h5py.File(saved) as source, h5py.File(tmp_path / "kept.h5") as kept:
        assert kept.attrs["provenance"] == '{"stage":"test"}'
        assert set(kept.attrs) == {*source.attrs, "provenance"}
        for name, value in source.attrs.items():
            np.testing.assert_array_equal(kept.attrs[name], value)
            assert type(kept.attrs[name]) is type(value)
        assert set(kept) == set(source)
        for name in source:
            assert kept[name].dtype == source[name].dtype
            np.testing.assert_array_equal(kept[name], source[name])


# -- what a state holds, and for whom -------------------------------------------------------------


def test_the_arrays_of_a_state_are_what_a_run_reads(engine, saved):
    found = state.arrays(saved)
    assert set(found) == {"positions", "velocities", "blob", "thermostat"}
    np.testing.assert_array_equal(found["positions"], engine.positions())
    np.testing.assert_array_equal(found["velocities"], engine.velocities())
    blob, target = state.read(saved, engine)
    assert found["blob"].dtype == np.uint8
    assert found["blob"].tobytes() == blob
    assert found["thermostat"].dtype == np.float64
    assert tuple(found["thermostat"]) == target == (1.5, 1.5)
    engine.set_thermostat(None)
    engine.save(saved)
    assert state.arrays(saved)["thermostat"].shape == (0,)


@pytest.mark.parametrize("name", ["positions", "velocities", "blob"])
def test_a_state_that_lacks_an_array_is_damaged(saved, name):
    with h5py.File(saved, "r+") as file:
        del file[name]
    with pytest.raises(InputError, match=r"state\.h5: damaged"):
        state.arrays(saved)


def relabelled(path, **attributes):
    other = path.with_name("other.h5")
    shutil.copyfile(path, other)
    with h5py.File(other, "r+") as file:
        file.attrs.update(attributes)
    return other


def test_another_version_goes_on_where_it_is_accepted(engine, saved):
    other = relabelled(saved, engine_version="0.1")
    assert engine.accepted_versions == ()
    remedy = (
        rf"other\.h5: saved by {engine.name} 0\.1, but this is {engine.name} {engine.version}: to "
        r"continue it, list the version in engine\.accepted_versions of the configuration"
    )
    with pytest.raises(InputError, match=remedy):
        engine.restore(other)
    engine.accepted_versions = ("0.2",)
    with pytest.raises(InputError, match=remedy):
        engine.restore(other)
    engine.accepted_versions = ("0.2", "0.1")
    before = engine.positions()
    engine.run(10)
    engine.restore(other)
    np.testing.assert_array_equal(engine.positions(), before)
    engine.restore(saved)


def test_another_engine_is_never_accepted(engine, saved):
    other = relabelled(saved, engine="gromacs", engine_version="0.1")
    engine.accepted_versions = ("0.1",)
    with pytest.raises(InputError, match=r"saved by gromacs 0\.1.*set engine\.name to gromacs, or"):
        engine.restore(other)
