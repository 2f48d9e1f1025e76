"""A chain of segments: killed anywhere and resumed, it is the chain that was never interrupted."""

import errno
import fcntl
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from softness.errors import InputError
from softness.simulate.chain import Chain, segment_lengths


class Counter:
    """An engine whose state is a number, and which dies when it is told to."""

    def __init__(self, deadly=()):
        self.value = 0.0
        self._deadly = list(deadly)

    def restore(self, path):
        self.value = float(np.load(path))

    def save(self, path):
        self._die("save")
        with path.open("wb") as file:
            np.save(file, self.value)

    def run(self, steps):
        self._die("run")
        for _ in range(steps):
            self.value = np.sin(self.value) + 0.5

    def _die(self, where):
        """Take the next mark: survive this call, or die if it is the deadly one."""
        due = self._deadly and self._deadly[0] in ("survive", where)
        if due and self._deadly.pop(0) == where:
            raise KeyboardInterrupt


def attempt(folder, deadly=(), settings=None):
    """One attempt at a run of five segments; the values at their ends."""
    engine = Counter(deadly)
    chain = Chain(folder, settings or {"n": 1})
    lengths = segment_lengths(23, 5)

    def start():
        engine.value = 0.25

    def advance(index, progress):
        engine.run(lengths[index])
        np.save(chain.segment(index, "value.npy"), engine.value)
        progress.advance(lengths[index])

    with chain.locked():
        chain.run(engine, lengths, start, advance, "test")
        return [float(np.load(path)) for path in sorted(folder.glob("segment-*-value.npy"))]


def test_segments_cover_the_run():
    assert segment_lengths(23, 5) == [5, 5, 5, 5, 3]
    assert segment_lengths(20, 5) == [5, 5, 5, 5]


@pytest.mark.parametrize("where", ["run", "save"])
def test_a_run_that_dies_again_and_again_ends_like_one_that_never_did(tmp_path, where):
    whole = attempt(tmp_path / "whole")
    deaths = 0
    for survived in range(20):
        try:
            resumed = attempt(tmp_path / "cut", ["survive"] * (survived % 3) + [where])
            break
        except KeyboardInterrupt:
            deaths += 1
    assert deaths >= 3
    assert resumed == whole
    assert len(whole) == 5


def test_a_folder_of_other_settings_is_cleared(tmp_path):
    first = attempt(tmp_path / "run", settings={"n": 1})
    (tmp_path / "run" / "segment-000009-value.npy").write_bytes(b"stale")
    assert attempt(tmp_path / "run", settings={"n": 2}) == first


def test_a_finished_run_is_not_done_again(tmp_path):
    whole = attempt(tmp_path / "run")
    assert attempt(tmp_path / "run", ["run"]) == whole


def test_a_second_process_is_refused(tmp_path):
    program = (
        "import sys; from softness.simulate.chain import Chain\n"
        f"with Chain({str(tmp_path / 'run')!r}, {{}}).locked(): pass"
    )
    source = str(Path(__file__).parents[2] / "src")
    with Chain(tmp_path / "run", {}).locked():
        other = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": source},
            capture_output=True,
            text=True,
            check=False,
        )
    assert other.returncode != 0
    assert "another process is at this run" in other.stderr


def test_a_file_system_without_locks_is_not_taken_for_another_process(tmp_path, monkeypatch):
    def lockf(file, operation):
        raise OSError(errno.ENOLCK, "")

    monkeypatch.setattr(fcntl, "lockf", lockf)
    said = pytest.raises(InputError, match=r"has no locks .No locks available.: mount it with them")
    with said, Chain(tmp_path / "run", {}).locked():
        pass


@pytest.mark.parametrize("has_links", [True, False])
def test_outputs_of_a_finished_run_come_back_after_they_were_deleted(
    tmp_path, capsys, monkeypatch, has_links
):
    """A workflow that died before its job deletes what it does not know to be whole."""
    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    output = tmp_path / "trajectory.gsd"
    attempt(tmp_path / "run")
    chain = Chain(tmp_path / "run", {"n": 1})
    with chain.locked():
        assert not chain.recover([output])
        output.write_text("frames")
        chain.finish([output])
    assert chain.is_finished()
    assert not list(chain.folder.glob("segment-*"))
    output.unlink()
    with Chain(tmp_path / "run", {"n": 1}).locked() as again:
        assert again.recover([output])
    assert output.read_text() == "frames"
    output.write_text("damaged in place")
    with Chain(tmp_path / "run", {"n": 1}).locked() as again:
        # A link is the damaged file itself, a copy is not.
        assert again.recover([output]) != has_links
    with Chain(tmp_path / "run", {"n": 2}).locked() as other:
        assert not other.recover([output])
    assert "clearing the run of other settings" in capsys.readouterr().err


def refuse(path, target):
    raise OSError(errno.EXDEV, "no links between folders")


def test_a_run_that_is_killed_while_it_cleans_up_is_finished(tmp_path, monkeypatch):
    output = tmp_path / "trajectory.gsd"
    attempt(tmp_path / "run")
    output.write_text("frames")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Path, "unlink", killed_at_segments)
        with Chain(tmp_path / "run", {"n": 1}).locked() as chain:
            chain.finish([output])
    assert list(chain.folder.glob("segment-*"))
    with Chain(tmp_path / "run", {"n": 1}).locked() as again:
        assert again.finished_segments() is None
        assert again.recover([output])
    assert not list(chain.folder.glob("segment-*"))


real_unlink = Path.unlink


def killed_at_segments(path, **options):
    if path.name.startswith("segment-"):
        raise KeyboardInterrupt
    real_unlink(path, **options)


def test_only_the_last_state_is_kept(tmp_path):
    attempt(tmp_path / "run")
    chain = Chain(tmp_path / "run", {"n": 1})
    assert [path.name for path in (tmp_path / "run").glob("state-*")] == ["state-000005.h5"]
    assert chain.last_state().name == "state-000005.h5"
    with chain.locked():
        chain.discard()
    assert not chain.folder.exists()
