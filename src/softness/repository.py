"""The git repository of the project: not the one that its folder may lie in."""

import os
import re
import subprocess
from pathlib import Path

from softness.sources import ROOT

# git puts the commit there when it packs an archive (.gitattributes).
STAMP = "commit.txt"
UNKNOWN = "unknown"


class NoRepository(Exception):
    """There is no git, no repository of the project, or git refused; in one line."""


def git(project: Path, *arguments: str) -> bytes:
    """The output of git in a folder, whatever repository the environment names.

    Raises
    ------
    NoRepository
        If git is not there, or fails.
    """
    environment = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "-C", str(project), *arguments],
            env=environment,
            capture_output=True,
            check=True,
        )
    except OSError as error:
        raise NoRepository(f"git cannot be run ({error.strerror})") from error
    except subprocess.CalledProcessError as error:
        fault = error.stderr.decode(errors="replace").strip().splitlines()
        raise NoRepository(f"git {arguments[0]}: {fault[-1] if fault else error}") from error
    return done.stdout


def check_own(project: Path) -> None:
    """Raise `NoRepository` if a folder is not the top of a git repository."""
    top = git(project, "rev-parse", "--show-toplevel").decode().strip()
    if Path(top).resolve() != project.resolve():
        raise NoRepository(f"is part of another repository, {top}")


def revision(project: Path = ROOT.parent) -> str:
    """Commit of the code, with a mark where it was changed; or of the archive it came in."""
    try:
        check_own(project)
        return git(project, "describe", "--always", "--dirty", "--abbrev=12").decode().strip()
    except NoRepository:
        stamp = project / "src" / "softness" / STAMP
        found = stamp.read_text().strip() if stamp.is_file() else ""
        return found[:12] if re.fullmatch("[0-9a-f]{40,64}", found) else UNKNOWN
