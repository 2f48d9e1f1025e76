"""Files are whole or absent, and a full disk is told in one line."""

import errno
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from softness.errors import InputError
from softness.files.atomic import replacing


def test_a_file_appears_whole(tmp_path):
    path = tmp_path / "folder" / "table.csv"
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
        assert temporary.suffix == ".csv"
    assert path.read_text() == "new"


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError, match="on the way"), replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError("on the way")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_with_file_and_remedy(tmp_path, number):
    path = tmp_path / "table.csv"
    with (
        pytest.raises(InputError, match=r"table\.csv.*free some space.*is kept"),
        replacing(path),
    ):
        raise OSError(number, "no room")


def test_other_errors_of_the_system_pass_through(tmp_path):
    with pytest.raises(PermissionError), replacing(tmp_path / "table.csv"):
        raise PermissionError(errno.EACCES, "denied")


WRITERS = {
    "table": """
from dataclasses import dataclass
import numpy as np
from softness.files import tables
from softness.files.provenance import Provenance

@dataclass(frozen=True)
class Large:
    values: np.ndarray = tables.array("n")

noise = np.random.default_rng(1).random(500_000)
write = lambda path: tables.write(path, Large(noise), Provenance("test", {}))
""",
    "trajectory": """
import numpy as np
from softness.files.frames import Frame, write_segment

places = np.random.default_rng(1).random((10_000, 3))
frames = (Frame(step, places) for step in range(20))
write = lambda path: write_segment(path, frames, np.zeros(10_000, int), 10.0)
""",
    "text": """
write = None
from softness.files.atomic import replacing

def write(path):
    with replacing(path) as temporary:
        temporary.write_bytes(bytes(4_000_000))
""",
}


def _limit_file_size():
    """A real limit on what a process may write: what a full disk or a quota does to a writer."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


@pytest.mark.parametrize("kind", WRITERS)
def test_a_writer_without_room_ends_in_one_line_and_keeps_what_was_there(tmp_path, kind):
    path = tmp_path / "result.dat"
    path.write_text("old")
    program = (
        WRITERS[kind]
        + """
import sys
from softness.errors import InputError
try:
    write(sys.argv[1])
except InputError as error:
    sys.exit(f"error: {error}")
"""
    )
    source = Path(__file__).parents[2] / "src"
    done = subprocess.run(
        [sys.executable, "-B", "-c", program, str(path)],
        env={"PYTHONPATH": str(source), "PATH": "/usr/bin:/bin", "NUMBA_CACHE_DIR": str(tmp_path)},
        preexec_fn=_limit_file_size,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith(f"error: {path}:"), done.stderr
    assert "free some space" in done.stderr
    assert "Traceback" not in done.stderr
    assert path.read_text() == "old"
