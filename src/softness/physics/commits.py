"""The last commit whose code is the one that the lock describes."""

import io
import subprocess
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from softness import sources
from softness.errors import InputError
from softness.physics import lock
from softness.physics.lock import PLUMBING, Change, Lock

# What a trial needs of a tree.
FOLDERS = ("src", "config", "workflow/schemas")


@dataclass(frozen=True)
class Held:
    """A commit at which the lock held, on the disk.

    Attributes
    ----------
    commit
        Its hash.
    root
        Folder that holds its package.
    lock
        As it was there.
    """

    commit: str
    root: Path
    lock: Lock


def last_held(root: Path, now: Lock, changes: Iterable[Change], folder: Path) -> Held:
    """Find and extract the last commit at which the lock held for what has changed since.

    A commit in which the code was changed, but not its digest, is passed over; so is one whose
    digests are not those in use, since results may have been made with other code meanwhile.

    Parameters
    ----------
    root
        Folder that holds the package, in a git repository.
    now
        The lock in use.
    changes
        What is not as this lock says.
    folder
        Where to extract the commit.

    Raises
    ------
    InputError
        If there is no such commit, no repository or no git.
    """
    project, changes = root.parent, list(changes)
    _check_repository(project)
    modules = {change.module for change in changes}
    for commit in _git(project, "log", "--format=%H", "--", *FOLDERS).decode().split():
        if not _is_as_locked(project, commit, now, changes):
            continue
        target = folder / commit
        _extract(project, commit, target)
        held = Held(commit, target / root.name, lock.read(target / root.name))
        if not modules & {change.module for change in lock.broken(root=held.root)}:
            return held
    raise InputError(
        f"{project}: no commit has the code that {lock.FILE.name} describes for "
        f"{', '.join(sorted(modules))}: there is nothing to compare with (if history is cut off: "
        f"git fetch --unshallow); else raise the versions: {lock.RAISE}"
    )


def _check_repository(project: Path) -> None:
    top = _git(project, "rev-parse", "--show-toplevel").decode().strip()
    if Path(top).resolve() != project.resolve():
        raise InputError(
            f"{project}: is no git repository of the project, so there is no code to compare with: "
            f"work in a clone, or raise the versions: {lock.RAISE}"
        )


def _is_as_locked(project: Path, commit: str, now: Lock, changes: Iterable[Change]) -> bool:
    """Whether the changed modules were, in a commit, what its lock and the one in use say."""
    text = _text(project, commit, Path("src") / lock.FILE)
    if text is None:
        return False
    try:
        before = lock.parsed(text)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    for change in changes:
        mark = now.modules.get(change.module)
        if change.is_new or mark == PLUMBING:
            continue
        if before.modules.get(change.module) != mark or _digest(project, commit, change) != mark:
            return False
    return True


def _digest(project: Path, commit: str, change: Change) -> str | None:
    text = _text(project, commit, change.file)
    try:
        return None if text is None else sources.text_digest(text)
    except SyntaxError:
        return None


def _text(project: Path, commit: str, file: Path) -> str | None:
    """A file of a commit; None if it is not there."""
    try:
        return _git(project, "show", f"{commit}:{file.as_posix()}").decode()
    except InputError:
        return None


def _extract(project: Path, commit: str, target: Path) -> None:
    content = _git(project, "archive", "--format=tar", commit, "--", *FOLDERS)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(target, filter="data")


def _git(project: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            ["git", "-C", str(project), *arguments], capture_output=True, check=True
        )
    except FileNotFoundError:
        raise InputError(
            f"git is not installed, so there is no code to compare with: install it, or raise the "
            f"versions: {lock.RAISE}"
        ) from None
    except subprocess.CalledProcessError as error:
        fault = error.stderr.decode(errors="replace").strip().splitlines()
        raise InputError(
            f"{project}: git {arguments[0]}: {fault[-1] if fault else error}: work in a clone of "
            f"the project that has commits, or raise the versions: {lock.RAISE}"
        ) from error
    return done.stdout
