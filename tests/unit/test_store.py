"""Where simulations are kept: one folder for each identity, whoever asks; results are links."""

import errno
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from softness.errors import InputError
from softness.simulate.identity import Identity
from softness.simulate.store import (
    CURRENT,
    IDENTITY,
    Store,
    pointer_of,
    publish,
    read_identity,
)

ENGINE = {"name": "lammps", "time_step": 0.005}
SETTINGS = {"engine": ENGINE, "temperature": 0.5, "replica": 0, "segment": 1.0}
OWN = Identity("thermal", 1, SETTINGS, "2025.7", "0123456789abcdef")
OLD, OLDER = replace(OWN, version="2025.6"), replace(OWN, version="2025.5")
OTHERS = [
    replace(OWN, kind="equilibrate"),
    replace(OWN, physics=2),
    replace(OWN, reads="fedcba9876543210"),
    replace(OWN, settings=SETTINGS | {"segment": 2.0}),
    replace(OWN, settings=SETTINGS | {"replica": 1}),
    replace(OWN, settings=SETTINGS | {"replica": 10}),
    replace(OWN, settings=SETTINGS | {"snapshot": 1}),
]


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "simulations")


# -- folders ----------------------------------------------------------------------------------


def test_a_folder_is_made_once_and_found_again(store):
    assert store.find(OWN) is None
    folder = store.open(OWN)
    assert folder == store.folder(OWN) == store.root / "thermal" / OWN.name
    (folder / "state").write_text("kept")
    assert store.open(OWN) == store.find(OWN) == folder
    assert Store(str(store.root)).open(OWN) == folder
    assert (folder / "state").read_text() == "kept"
    assert read_identity(folder) == OWN


def test_a_pointer_is_of_one_simulation_alone():
    """Results that are files of one folder, named by their replicas, have a folder each for it."""
    assert pointer_of(Path("thermal/T0.5/replica1/trajectory.gsd")) == Path(
        "thermal/T0.5/replica1/current"
    )
    replicas = [pointer_of(Path(f"states/cage/T0.5/replica{number}.gsd")) for number in (0, 1)]
    assert replicas == [Path(f"states/cage/T0.5/replica{number}/current") for number in (0, 1)]


def test_a_folder_without_an_identity_does_not_count(store):
    store.folder(OWN).mkdir(parents=True)
    assert store.find(OWN) is None
    assert store.folders() == []


def test_each_identity_has_a_folder_of_its_own(store):
    folders = [store.open(identity) for identity in (OWN, *OTHERS)]
    assert len(set(folders)) == len(folders)
    assert store.folders() == sorted(folders)
    assert store.folders("equilibrate") == [folders[1]]
    assert len(store.folders("thermal", "T0.5_replica1")) == 1
    assert [store.find(identity) for identity in (OWN, *OTHERS)] == folders


def test_threads_that_come_at_once_get_the_same_folder(store):
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: store.open(OWN), range(64)))
    assert set(found) == {store.folder(OWN)}
    assert [path.name for path in found[0].iterdir()] == [IDENTITY]


def test_processes_that_come_at_once_get_the_same_folder(store):
    program = (
        "import json, sys; from softness.simulate.identity import Identity\n"
        "from softness.simulate.store import Store\n"
        "identity = Identity.from_dict(json.loads(sys.argv[2])); sys.stdin.read()\n"
        "print(*{Store(sys.argv[1]).open(identity) for _ in range(20)})"
    )
    source = str(Path(__file__).parents[2] / "src")
    line = [sys.executable, "-c", program, str(store.root), json.dumps(OWN.as_dict())]
    processes = [
        subprocess.Popen(
            line,
            env={"PYTHONPATH": source},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        process.stdin.close()
    assert {process.stdout.read().strip() for process in processes} == {str(store.folder(OWN))}
    assert [process.wait() for process in processes] == [0, 0]
    assert read_identity(store.folder(OWN)) == OWN


# -- versions of the engine -------------------------------------------------------------------


def test_another_version_of_the_engine_is_refused_with_both_ways_on(store):
    old = store.open(OLD)
    told = (
        rf"{old}: made with lammps 2025\.6, but 2025\.7 is installed here: to continue it set "
        r"engine\.accepted_versions: \['2025\.6'\] in the configuration; to simulate anew, move"
    )
    with pytest.raises(InputError, match=told):
        store.open(OWN)
    with pytest.raises(InputError, match=told):
        store.open(OWN, ["2025.5"])
    assert store.find(OWN) is None
    assert not store.folder(OWN).exists()
    # As the message says: moved away, or asked for.
    old.rename(store.root / "moved")
    assert store.open(OWN) == store.folder(OWN)


def made(store, identity):
    """A folder that was kept before, when that version of the engine was here."""
    folder = store.folder(identity)
    folder.mkdir(parents=True)
    (folder / IDENTITY).write_text(json.dumps(identity.as_dict()))
    return folder


def test_an_accepted_version_is_gone_on_with(store):
    old = store.open(OLD)
    assert store.open(OWN, ["2025.5", "2025.6"]) == store.find(OWN, ["2025.6"]) == old
    older = made(store, OLDER)
    assert store.open(OWN, ["2025.6", "2025.5"]) == old
    assert store.open(OWN, ["2025.5", "2025.6"]) == older
    assert set(store.of_any_version(OWN)) == {old, older}


def test_the_version_that_is_here_comes_before_accepted_ones(store):
    old, own = made(store, OLD), made(store, OWN)
    assert store.open(OWN, ["2025.6"]) == own
    assert store.open(OLD, ["2025.7"]) == old


def test_what_differs_in_more_than_the_version_is_no_matter(store):
    for other in OTHERS:
        store.open(replace(other, version="2025.6"))
    assert store.open(OWN) == store.folder(OWN)
    assert list(store.of_any_version(OWN)) == [store.folder(OWN)]


@pytest.mark.parametrize("text", ["", "{", "[]", "17", '{"kind": "thermal"}', "\udcff"])
def test_an_identity_that_cannot_be_read_is_named(store, text):
    path = store.open(OLD) / IDENTITY
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(InputError, match=rf"{path}: tells no identity of a simulation .*: move"):
        store.open(OWN)


# -- pointers ---------------------------------------------------------------------------------


def test_a_pointer_names_the_folder_in_use(store, tmp_path):
    pointer, folder = tmp_path / "study" / "T0.5" / CURRENT, store.open(OWN)
    assert store.pointed(pointer) is None
    store.point(pointer, folder)
    assert pointer.read_text() == f"thermal/{OWN.name}\n"
    assert store.pointed(pointer) == folder
    # The whole checkout may be moved.
    store.root.rename(tmp_path / "moved")
    assert store.pointed(pointer) is None
    assert Store(tmp_path / "moved").pointed(pointer) == tmp_path / "moved" / "thermal" / OWN.name


def test_a_pointer_changes_only_with_the_folder(store, tmp_path):
    pointer = tmp_path / CURRENT
    store.point(pointer, store.open(OWN))
    os.utime(pointer, (1000, 1000))
    store.point(pointer, store.open(OWN))
    assert pointer.stat().st_mtime == 1000
    other = store.open(OTHERS[1])
    store.point(pointer, other)
    assert store.pointed(pointer) == other


# -- results ----------------------------------------------------------------------------------


def old(path, text, time):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (time, time))
    return path


@pytest.fixture
def kept(tmp_path):
    return old(tmp_path / "simulations" / "finished", "frames", 2000)


def test_a_result_is_another_name_of_the_kept_file_however_often(kept, tmp_path):
    output = tmp_path / "study" / "trajectory"
    for _ in range(2):
        publish(kept, output)
        assert output.samefile(kept)
        assert kept.stat().st_nlink == 2


def test_a_result_that_was_there_is_replaced_not_written_into(kept, tmp_path):
    other = old(tmp_path / "other", "frames of another run", 1000)
    (tmp_path / "output").hardlink_to(other)
    publish(kept, tmp_path / "output")
    assert (tmp_path / "output").samefile(kept)
    assert other.read_text() == "frames of another run"


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP])
def test_where_links_are_refused_a_result_is_a_copy(kept, tmp_path, monkeypatch, number):
    def refused(path, target):
        raise OSError(number, "no links here")

    monkeypatch.setattr(Path, "hardlink_to", refused)
    publish(kept, tmp_path / "output")
    assert (tmp_path / "output").read_text() == "frames"
    assert not (tmp_path / "output").samefile(kept)
    assert kept.stat().st_mtime == 2000


def test_studies_share_no_file_whose_time_the_workflow_changes(kept, tmp_path):
    publish(kept, tmp_path / "first")
    publish(kept, tmp_path / "second")
    assert (tmp_path / "second").read_text() == "frames"
    (tmp_path / "second").touch()
    assert (tmp_path / "first").stat().st_mtime == 2000
    # And the first goes on to be a link when it is made again.
    (tmp_path / "first").unlink()
    publish(kept, tmp_path / "first")
    assert (tmp_path / "first").samefile(kept)


def test_half_copied_and_half_removed_folders_are_no_simulations(tmp_path):
    store = Store(tmp_path)
    for name in (".T0.5_replica0_0.unfinished", ".T0.5_replica0_0.removed"):
        (tmp_path / "thermal" / name).mkdir(parents=True)
        (tmp_path / "thermal" / name / IDENTITY).write_text("{}")
    assert store.folders() == []
