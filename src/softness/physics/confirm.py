"""Show that changed code computes the same numbers as before, and renew the lock.

Each kind of simulation that imports changed code is run briefly, by the code of the last commit at
which the lock held and by the code of now, from the same inputs. The lock is renewed only if all
numbers that they write are equal, byte by byte.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from softness import engines, sources
from softness.environment import OF_COMMANDS
from softness.errors import InputError
from softness.liquid import kob_andersen
from softness.physics import lock
from softness.physics.commits import FOLDERS, LockedCommit, last_locked_commit
from softness.physics.compare import differences
from softness.physics.lock import ENGINES, Change, Lock, kinds_of
from softness.physics.trial import INPUTS


def confirm(root: Path | None = None) -> str:
    """Renew the lock if all numbers are as before; say what was done.

    Parameters
    ----------
    root
        Folder that holds the package and its lock, in a git repository; this one's by default.

    Raises
    ------
    InputError
        If numbers differ, or cannot be compared.
    """
    root = root or sources.ROOT
    with tempfile.TemporaryDirectory(prefix="softness-physics-") as name:
        # A copy, so that what is edited meanwhile is not taken to be confirmed.
        folder, project = Path(name), Path(name) / "now"
        _copy(root.parent, project)
        copied = project / root.name
        now, changes = lock.read(copied), lock.broken(root=copied)
        said = ["the lock of physics holds: nothing to confirm"]
        if changes:
            held = last_locked_commit(root, now, changes, folder)
            said = _compare(held, copied, changes, folder)
        renewed = lock.renewed(now, copied)
        if renewed != now:
            lock.write(renewed, root)
            said += _report(now, renewed)
    return "\n".join(said)


def raised_since(held: LockedCommit, now: Lock) -> set[str]:
    """Kinds of simulation whose version has been raised since a commit."""
    return {kind for kind, version in now.versions.items() if version != held.lock.versions[kind]}


def _copy(project: Path, target: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    for name in FOLDERS:
        if not (project / name).is_dir():
            raise InputError(
                f"{project}: has no {name}, so it is not a checkout of the project: run this in one"
            )
        shutil.copytree(project / name, target / name, ignore=ignored)


def _report(before: Lock, now: Lock) -> list[str]:
    new = sorted(now.modules.keys() - before.modules.keys())
    gone = sorted(before.modules.keys() - now.modules.keys())
    said = [f"the lock of physics is renewed: commit {lock.FILE.name} with the code"]
    if new:
        said.append(
            f"new in it: {', '.join(new)}; mark those that decide no number as "
            f'"{lock.PLUMBING}" in {lock.FILE.name} by hand'
        )
    if gone:
        said.append(f"no longer in it: {', '.join(gone)}")
    return said


def _compare(held: LockedCommit, root: Path, changes: Sequence[Change], folder: Path) -> list[str]:
    """Compare all kinds of simulation that changes concern and that have not been raised.

    Raises
    ------
    InputError
        If numbers differ.
    """
    raised = raised_since(held, lock.read(root))
    concerned = kinds_of(use for change in changes for use in change.uses)
    said = [f"{kind}: its version has been raised" for kind in concerned if kind in raised]
    different: dict[str, list[str]] = {}
    for engine, kinds in _wanted(changes, raised).items():
        if engine not in lock.engines_in(held.root):
            said.append(f"{engine} is new since commit {held.commit[:10]}: nothing to compare with")
            continue
        print(
            f"{', '.join(kinds)} with {engine}: a brief run of each with the code of commit "
            f"{held.commit[:10]}, then with the present code",
            file=sys.stderr,
            flush=True,
        )
        before, now = (folder / f"{engine}-{when}" for when in ("before", "now"))
        _run_trial(held.root, before, engine, kinds)
        _run_trial(root, now, engine, kinds, before / INPUTS)
        # An old commit may not have done a kind with this engine.
        known = [kind for kind in kinds if (before / kind).exists()]
        for kind in known:
            for line in differences(before / kind, now / kind):
                different.setdefault(kind, []).append(f"{kind} with {engine}: {line}")
        said += [f"{kind} with {engine} is new" for kind in kinds if kind not in known]
        said += [f"equal numbers with {engine}: {', '.join(known)}"] if known else []
    if different:
        raise InputError(_refusal(changes, different))
    return said


def _refusal(changes: Iterable[Change], different: Mapping[str, Sequence[str]]) -> str:
    """What differs, why perhaps, and the way on."""
    kinds = [kind for kind in lock.KINDS if kind in different]
    return "\n".join(
        [
            "numbers differ from before:",
            *(line for kind in kinds for line in different[kind]),
            f"changed: {', '.join(str(change.file) for change in changes)}",
            f"If that is intended, simulations have to run again: {lock.RAISE} {' '.join(kinds)}",
        ]
    )


def _wanted(changes: Iterable[Change], raised: Iterable[str]) -> dict[str, list[str]]:
    """Kinds to compare with each engine.

    Raises
    ------
    InputError
        If an engine that has changed itself, or every engine that does a kind, is not installed.
    """
    changes = list(changes)
    kinds = {
        engine: [
            kind
            for kind in kinds_of(use for change in changes for use in change.uses)
            if kind not in raised and any((engine, kind) in change.uses for change in changes)
        ]
        for engine in ENGINES
    }
    wanted = {engine: chosen for engine, chosen in kinds.items() if chosen}
    # Whose own code has changed: no other can stand for it.
    used = [{engine for engine, _ in change.uses} for change in changes]
    needed = set().union(*(found for found in used if len(found) == 1))
    missing = {engine: fault for engine in wanted if (fault := _why_missing(engine))}
    compared = {kind for name in wanted if name not in missing for kind in wanted[name]}
    for engine, fault in missing.items():
        if engine in needed or not compared.issuperset(wanted[engine]):
            raise InputError(
                f"{fault}: confirm on a machine that has {engine}, or raise the versions: "
                f"{lock.RAISE} {' '.join(wanted[engine])}"
            )
        print(f"not compared with {engine}, which is not installed here", file=sys.stderr)
    return {engine: chosen for engine, chosen in wanted.items() if engine not in missing}


def _why_missing(engine: str) -> str:
    """Why an engine cannot be used here; empty if it can."""
    try:
        engines.create_batch(engine, kob_andersen(500), runs=1)
    except InputError as error:
        return str(error)
    return ""


def _run_trial(
    root: Path, folder: Path, engine: str, kinds: Iterable[str], inputs: Path | None = None
) -> None:
    """Run a trial by the code of a tree, in a process of its own."""
    command = [sys.executable, "-m", "softness.physics.trial", str(folder)]
    command += ["--engine", engine, "--kinds", *kinds]
    if inputs is not None:
        command += ["--inputs", str(inputs)]
    # One thread: results depend on their number.
    environment = os.environ | OF_COMMANDS | {"PYTHONPATH": str(root)}
    done = subprocess.run(
        command,
        cwd=root.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        fault = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        which = (
            "the code of the last commit at which the lock held" if inputs is None else "this code"
        )
        raise InputError(f"a brief run with {which} failed: {fault[-1]}")
