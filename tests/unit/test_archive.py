"""Archives: equal bytes for equal files, and every kind of damage is found and named."""

import dataclasses
import hashlib
import io
import re
import tarfile

import gsd.hoomd
import numpy as np
import pytest

from softness.archiving.container import open_archive, write_archive
from softness.archiving.manifest import Drawing, Manifest, is_inside
from softness.archiving.pack import pack, write_first_frame
from softness.archiving.redraw import redraw
from softness.errors import InputError
from softness.planning.jobs import PlannedJob

CONTENTS = {"results/toy/a.h5": b"table a" * 300, "results/toy/b/c.csv": b"x,y\n1,2\n"}
SETTINGS = '{"seed": 1}'


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def drawing(**changes) -> Drawing:
    values = {
        "stage": "draw_figure",
        "arguments": ("--figure", "1.2", "--settings", SETTINGS, "--png", "results/toy/1.2.png"),
        "inputs": ("results/toy/a.h5",),
        "outputs": {"results/toy/1.2.png": digest(b"png")},
    }
    return Drawing(**(values | changes))


@pytest.fixture
def manifest() -> Manifest:
    return Manifest(
        study="toy",
        config="config/toy.yaml",
        files={name: digest(data) for name, data in CONTENTS.items()},
        excerpts={},
        drawings=(drawing(),),
        code={"src/softness/no_such_file.py": "0"},
    )


@pytest.fixture
def files(tmp_path):
    placed = {name: tmp_path / "files" / name for name in CONTENTS}
    for name, path in placed.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(CONTENTS[name])
    return placed


@pytest.fixture
def archive(tmp_path, manifest, files):
    path = tmp_path / "toy.tar"
    write_archive(path, manifest, files)
    return path


def members(path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {name: tar.extractfile(name).read() for name in tar.getnames()}


def rewritten(path, contents) -> None:
    """Write an archive again, with other contents and tarfile's own defaults."""
    with tarfile.open(path, "w") as tar:
        for name, data in contents.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


def fault_of(path) -> str:
    with pytest.raises(InputError) as raised, open_archive(path):
        pass
    assert str(path) in str(raised.value)
    return str(raised.value)


def test_a_manifest_is_what_its_text_says(manifest):
    assert Manifest.from_text(manifest.as_text()) == manifest


def test_equal_files_give_equal_bytes_whatever_their_order_and_times(
    tmp_path, archive, manifest, files
):
    for path in files.values():
        path.touch()
        path.chmod(0o600)
    other = tmp_path / "other.tar"
    turned = dict(reversed(manifest.files.items()))
    write_archive(other, dataclasses.replace(manifest, files=turned), dict(reversed(files.items())))
    assert other.read_bytes() == archive.read_bytes()


def test_members_carry_no_times_and_no_owners(archive):
    with tarfile.open(archive) as tar:
        entries = tar.getmembers()
    assert {(entry.mtime, entry.uid, entry.gid, entry.uname) for entry in entries} == {
        (0, 0, 0, "")
    }
    names = [entry.name for entry in entries]
    assert names[:2] == ["manifest.json", "manifest.sha256"]
    assert names[2:] == sorted(names[2:])


def test_an_archive_unpacks_to_what_was_packed(tmp_path, archive):
    with open_archive(archive) as opened:
        opened.unpack(tmp_path / "unpacked")
    for name, data in CONTENTS.items():
        assert (tmp_path / "unpacked" / name).read_bytes() == data


def test_a_changed_file_is_named(archive):
    contents = members(archive)
    contents["results/toy/a.h5"] = b"table b" * 300
    rewritten(archive, contents)
    assert "changed: results/toy/a.h5" in fault_of(archive)


def test_a_missing_file_is_named(archive):
    contents = members(archive)
    del contents["results/toy/b/c.csv"]
    rewritten(archive, contents)
    assert "missing: results/toy/b/c.csv" in fault_of(archive)


def test_an_additional_file_is_named(archive):
    rewritten(archive, members(archive) | {"results/toy/new.h5": b"new"})
    assert "additional: results/toy/new.h5" in fault_of(archive)


def test_a_file_that_is_there_twice_is_named(archive):
    with tarfile.open(archive, "a") as tar:
        entry = tarfile.TarInfo("results/toy/b/c.csv")
        entry.size = len(CONTENTS["results/toy/b/c.csv"])
        tar.addfile(entry, io.BytesIO(CONTENTS["results/toy/b/c.csv"]))
    assert "results/toy/b/c.csv, which is there 2 times" in fault_of(archive)


def test_all_damages_are_named_at_once(archive):
    contents = members(archive) | {"one_more": b""}
    contents["results/toy/a.h5"] += b" "
    rewritten(archive, contents)
    fault = fault_of(archive)
    assert "changed: results/toy/a.h5" in fault
    assert "additional: one_more" in fault


@pytest.mark.parametrize("name", ["manifest.json", "manifest.sha256"])
def test_a_changed_or_missing_manifest_is_named(archive, name):
    contents = members(archive)
    rewritten(archive, contents | {name: contents[name].replace(b"a", b"b", 1)})
    assert "changed: manifest.json or manifest.sha256" in fault_of(archive)
    del contents[name]
    rewritten(archive, contents)
    assert f"missing: {name}" in fault_of(archive)


def test_a_single_changed_bit_is_found_wherever_it_is(archive):
    """Headers and padding included, which hold no file's content."""
    data = archive.read_bytes()
    for place in [*range(0, len(data), 97), len(data) - 1]:
        changed = bytearray(data)
        changed[place] ^= 4
        archive.write_bytes(changed)
        fault_of(archive)


def test_bytes_after_the_end_are_found(archive):
    with archive.open("ab") as file:
        file.write(b"\0" * 512)
    assert "between or after the files" in fault_of(archive)


@pytest.mark.parametrize("length", [0, 100, 600, 3000, 5000])
def test_a_truncated_archive_is_told(archive, length):
    archive.write_bytes(archive.read_bytes()[:length])
    fault_of(archive)


def test_what_is_no_archive_is_told(tmp_path):
    assert "no such file" in fault_of(tmp_path / "none.tar")
    text = tmp_path / "text.tar"
    text.write_text("no tar file\n" * 100)
    assert "not a tar file" in fault_of(text)


def test_nothing_is_drawn_from_a_damaged_archive(tmp_path, archive):
    rewritten(archive, members(archive) | {"one_more": b""})
    with pytest.raises(InputError, match="additional: one_more"):
        redraw(archive, tmp_path / "drawn")
    assert not (tmp_path / "drawn").exists()


def test_a_folder_with_files_is_refused(tmp_path, archive):
    with pytest.raises(InputError, match="not empty: give a new folder"):
        redraw(archive, tmp_path / "files")


@pytest.mark.parametrize("path", ["/etc/passwd", "../up", "a/../../b", "", "a\\..\\b"])
def test_paths_outside_of_the_folder_are_known(path):
    assert not is_inside(path)
    assert is_inside("results/toy/1.2.png")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"stage": "thermal"}, "'thermal' draws nothing"),
        ({"stage": "../x"}, "'../x' draws nothing"),
        ({"inputs": ("/etc/passwd",)}, "'/etc/passwd' lies outside the archive"),
        ({"outputs": {"../x.png": "0"}}, "'../x.png' lies outside the archive"),
        ({"arguments": ("--png", "/tmp/x.png")}, "'/tmp/x.png' lies outside the archive"),
        ({"arguments": ("--png=../x.png",)}, "'../x.png' lies outside the archive"),
        ({"arguments": ("--settings", "settings.json")}, "settings.json' lies outside the"),
        ({"arguments": ("--settings=settings.json",)}, "settings.json' lies outside the"),
    ],
)
def test_a_manifest_runs_nothing_but_figures_and_writes_nowhere_else(manifest, changes, named):
    bad = dataclasses.replace(manifest, drawings=(drawing(**changes),))
    with pytest.raises(InputError, match=re.escape(named)):
        Manifest.from_text(bad.as_text())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "is not a manifest of an archive of figures"),
        ("[]", "is not a manifest of an archive of figures"),
        ("{}", "is not a manifest of an archive of figures: 'format'"),
        ('{"format": 2}', "is not a manifest of an archive of figures: 'drawings'"),
        ('{"format": 99}', "has format 99, this version reads 2"),
    ],
)
def test_what_is_no_manifest_is_told(text, named):
    with pytest.raises(InputError, match=named):
        Manifest.from_text(text)


def test_a_study_that_is_not_finished_is_not_packed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    job = PlannedJob(
        rule="figure_1_2",
        part="figures",
        wildcards={},
        inputs=("results/toy/a.h5",),
        code=(),
        outputs=("results/toy/1.2.png",),
        threads=1,
        command=f"python -m softness.stages.draw_figure --settings '{SETTINGS}' 2> log",
        benchmark="",
        is_due=True,
    )
    with pytest.raises(InputError, match=r"a\.h5 and 1 more: missing: finish the study first"):
        pack("config/toy.yaml", [job], "toy.tar")


def test_the_first_frame_of_a_trajectory_keeps_what_is_logged(tmp_path):
    with gsd.hoomd.open(tmp_path / "whole.gsd", "w") as file:
        for step in range(3):
            frame = gsd.hoomd.Frame()
            frame.configuration.step = step
            frame.particles.N = 2
            frame.particles.position = np.full((2, 3), step, dtype=np.float32)
            frame.log = {"provenance": np.frombuffer(b"who", dtype=np.uint8)}
            file.append(frame)
    for name in ("one.gsd", "again.gsd"):
        write_first_frame(tmp_path / "whole.gsd", tmp_path / name)
    with gsd.hoomd.open(tmp_path / "one.gsd") as file:
        assert len(file) == 1
        assert file[0].log["provenance"].tobytes() == b"who"
    assert (tmp_path / "one.gsd").read_bytes() == (tmp_path / "again.gsd").read_bytes()
