"""A copy of the project, and the smoke study that is run in it once."""

import shutil
import time
from pathlib import Path

import pytest
from workflow_commands import SMOKE, command, copy_project


@pytest.fixture(scope="session")
def smoke(tmp_path_factory) -> Path:
    """A project in which the smoke study has run, by the command of `make figures`."""
    folder = copy_project(tmp_path_factory.mktemp("project"))
    begin = time.monotonic()
    done = command(folder, "softness", "run", SMOKE)
    assert done.returncode == 0, done.stderr
    (folder / "seconds").write_text(str(time.monotonic() - begin))
    (folder / "run.log").write_text(done.stderr)
    return folder


@pytest.fixture
def study(smoke, tmp_path) -> Path:
    """A copy of the finished smoke study, with Snakemake's records, that a test may edit."""
    return shutil.copytree(smoke, tmp_path / "study", symlinks=True)
