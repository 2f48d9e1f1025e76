"""A copy of the project, and the smoke study that is run in it once."""

import shutil
import time
from pathlib import Path

import pytest
from workflow_commands import SMOKE, command, copy_project

from softness.files.atomic import holding


@pytest.fixture(scope="session")
def smoke(tmp_path_factory, worker_id) -> Path:
    """A project in which the smoke study has run, by the command of `make figures`."""
    # One for all processes of pytest-xdist: whoever comes first makes it.
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "smoke"
    with holding(folder.with_suffix(".lock"), waits=True):
        if not (folder / "seconds").exists():
            _run_study(folder)
    return folder


def _run_study(folder: Path) -> None:
    copy_project(folder)
    begin = time.monotonic()
    done = command(folder, "softness", "run", SMOKE)
    assert done.returncode == 0, done.stderr
    (folder / "run.log").write_text(done.stderr)
    (folder / "seconds").write_text(str(time.monotonic() - begin))


@pytest.fixture
def study(smoke, tmp_path) -> Path:
    """A copy of the finished smoke study, with Snakemake's records, that a test may edit."""
    return shutil.copytree(smoke, tmp_path / "study", symlinks=True)
