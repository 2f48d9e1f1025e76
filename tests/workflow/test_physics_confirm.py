"""Changed code of simulations, in a repository of its own: refused or confirmed by real runs."""

import re
import subprocess

import pytest
from workflow_commands import command, copy_project

from softness.physics import lock

SKIN = ("NEIGHBOUR_SKIN = 0.3", "NEIGHBOUR_SKIN = 0.4")
VARIABLE = (r"\bwrapped\b", "inside")
AUTHOR = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgSign=false")


def git(folder, *arguments):
    subprocess.run(["git", "-C", folder, *AUTHOR, *arguments], check=True, capture_output=True)


@pytest.fixture
def project(tmp_path):
    """A copy of the project, all of it committed."""
    folder = copy_project(tmp_path / "project")
    git(folder, "init")
    git(folder, "add", "--all")
    git(folder, "commit", "-m", "the project")
    return folder


def edit(project, old, new):
    file = project / "src" / "softness" / "engines" / "lammps.py"
    text, number = re.subn(old, new, file.read_text())
    assert number
    file.write_text(text)


def confirm(project):
    return command(project, "softness", "physics", "confirm")


def test_code_is_confirmed_if_its_numbers_are_the_same_and_only_then(project):
    before = lock.read(project / "src")
    assert confirm(project).stdout == "the lock of physics holds: nothing to confirm\n"

    edit(project, *SKIN)
    refused = confirm(project)
    assert refused.returncode == 1
    for kind in lock.KINDS:
        assert f"{kind} with lammps: " in refused.stderr
    assert "positions" in refused.stderr
    assert "src/softness/engines/lammps.py" in refused.stderr
    assert lock.read(project / "src") == before

    git(project, "commit", "--all", "-m", "another skin")
    assert confirm(project).stderr == refused.stderr

    edit(project, *reversed(SKIN))
    edit(project, *VARIABLE)
    accepted = confirm(project)
    assert accepted.returncode == 0, accepted.stderr
    assert "the lock of physics is renewed" in accepted.stdout
    assert lock.broken(root=project / "src") == []
    after = lock.read(project / "src")
    changed = {name for name, mark in after.modules.items() if mark != before.modules[name]}
    assert changed == {"softness.engines.lammps"}
    assert after.versions == before.versions
