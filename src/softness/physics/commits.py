"""The last commit whose code is the one that the lock describes."""

import io
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from softness import sources
from softness.errors import InputError
from softness.physics import lock
from softness.physics.lock import PLUMBING, Change, Lock
from softness.repository import NoRepository, check_own, git

# What a trial needs of a tree.
FOLDERS = ("src", "config", "workflow/schemas")


@dataclass(frozen=True)
class LockedCommit:
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


def last_locked_commit(
    root: Path, now: Lock, changes: Iterable[Change], folder: Path
) -> LockedCommit:
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
        Modules that differ from this lock.
    folder
        Where to extract the commit.

    Raises
    ------
    InputError
        If there is no such commit, no repository or no git.
    """
    project, changes = root.parent, list(changes)
    modules = {change.module for change in changes}
    for commit in _commits(project):
        if not _is_as_locked(project, commit, now, changes):
            continue
        target = folder / commit
        _extract(project, commit, target)
        held = LockedCommit(commit, target / root.name, lock.read(target / root.name))
        if not modules & {change.module for change in lock.broken(root=held.root)}:
            return held
    raise InputError(
        f"{project}: no commit has the code that {lock.FILE.name} describes for "
        f"{', '.join(sorted(modules))}: there is nothing to compare with (if history is cut off: "
        f"git fetch --unshallow); else raise the versions: {lock.RAISE}"
    )


def _commits(project: Path) -> list[str]:
    """Hashes of all commits that touch what a trial needs, the last one first."""
    try:
        check_own(project)
        return git(project, "log", "--format=%H", "--", *FOLDERS).decode().split()
    except NoRepository as fault:
        raise InputError(
            f"{project}: {fault}, so there is no code to compare with: work in a clone of the "
            f"project that has commits, with git, or raise the versions: {lock.RAISE}"
        ) from fault


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
        return git(project, "show", f"{commit}:{file.as_posix()}").decode()
    except NoRepository:
        return None


def _extract(project: Path, commit: str, target: Path) -> None:
    content = git(project, "archive", "--format=tar", commit, "--", *FOLDERS)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(target, filter="data")
