"""Raise versions of physics: the simulations of these kinds run again."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from softness import sources
from softness.errors import InputError
from softness.physics import lock
from softness.physics.commits import last_locked_commit
from softness.physics.confirm import raised_since
from softness.physics.lock import Change, Lock, kinds_of


def raise_versions(kinds: Iterable[str] = (), root: Path | None = None) -> str:
    """Raise the versions of some kinds of simulation by one; say what was done.

    The digests of changed code are renewed if no kind is left whose numbers it might change.

    Parameters
    ----------
    kinds
        By default all that changed code concerns.
    root
        Folder that holds the package and its lock; this one's by default.

    Raises
    ------
    InputError
        If no kind is given and nothing has changed.
    """
    root = root or sources.ROOT
    now, changes = lock.read(root), lock.broken(root=root)
    concerned = kinds_of(use for change in changes for use in change.uses)
    chosen = [kind for kind in lock.KINDS if kind in set(kinds)] or concerned
    if not chosen:
        raise InputError(
            "the lock of physics holds: nothing has changed; name the kinds to raise: "
            f"{lock.RAISE} {' '.join(lock.KINDS)}"
        )
    raised = now.raised(chosen)
    said = [f"{kind}: version {raised.versions[kind]}" for kind in chosen]
    left = [kind for kind in concerned if kind not in chosen]
    if left:
        before = _raised_before(root, now, changes)
        left = [kind for kind in left if kind not in before]
    if left:
        said.append(
            f"code that is not the locked one is used by {', '.join(left)} as well. If their "
            f"numbers do not change by it: {lock.CONFIRM}; else: {lock.RAISE} {' '.join(left)}"
        )
    elif changes:
        raised = lock.renewed(raised, root)
        said.append(f"the lock of physics is renewed: commit {lock.FILE.name} with the code")
    lock.write(raised, root)
    return "\n".join(said)


def _raised_before(root: Path, now: Lock, changes: Sequence[Change]) -> set[str]:
    """Kinds that were raised for the same changes earlier, as far as git can tell."""
    with tempfile.TemporaryDirectory(prefix="softness-physics-") as folder:
        try:
            return raised_since(last_locked_commit(root, now, changes, Path(folder)), now)
        except InputError:
            return set()
