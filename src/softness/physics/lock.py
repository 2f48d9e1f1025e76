"""Which code decides the numbers of simulations, and the versions of the physics that it computes.

A simulation runs again when the version of its kind is raised, not whenever its code is edited. The
lock file holds the versions, and a digest of the syntax tree of each module that decides numbers.
An edit of one of these stops simulations until it has been shown that it changes no number, or the
version has been raised. Every other module that simulations import is marked as plumbing.
"""

import fnmatch
import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from softness import sources
from softness.errors import InputError
from softness.files.atomic import replacing

KINDS = (
    *("equilibrate", "thermal", "isoconfigurational", "inherent_propensity", "cycle", "quench"),
    "cage",
)
"""Simulation stages, each with a version of its own. Controls are cycles."""

# As in `softness.engines`, which this must not import: it has to be fast.
LANES = "lanes"
IN_LANES = ("isoconfigurational", "cycle", "cage", "inherent_propensity", "quench")
"""Kinds that lanes do."""
ENGINES = ("hoomd", "lammps", LANES)

PLUMBING = "plumbing"
FILE = Path("softness/physics/lock.json")

CONFIRM = "python -m softness physics confirm"
RAISE = "python -m softness physics raise"

# An engine and a kind of simulation.
Use = tuple[str, str]


@dataclass(frozen=True)
class Lock:
    """What the lock file holds.

    Attributes
    ----------
    versions
        Of the physics of each kind of simulation.
    modules
        Digest of each module that decides numbers; `PLUMBING` for those that decide none.
    """

    versions: Mapping[str, int]
    modules: Mapping[str, str]

    def raised(self, kinds: Iterable[str]) -> "Lock":
        """The same with the versions of some kinds raised by one."""
        new = {kind: self.versions[kind] + 1 for kind in kinds}
        return replace(self, versions={**self.versions, **new})


@dataclass(frozen=True)
class Change:
    """A module whose code differs from the lock.

    Attributes
    ----------
    module
        Its name.
    file
        Relative to the project.
    uses
        Engines and kinds whose runs import it.
    is_new
        Whether the lock does not name it at all.
    """

    module: str
    file: Path
    uses: frozenset[Use]
    is_new: bool

    @property
    def kinds(self) -> list[str]:
        """Kinds of simulation that use it."""
        return kinds_of(self.uses)

    def __str__(self) -> str:
        fault = "is not in the lock of physics" if self.is_new else "differs from the locked code"
        return f"{self.file}: {fault}, used by {', '.join(self.kinds)}"


def read(root: Path | None = None) -> Lock:
    """Read the lock file.

    Parameters
    ----------
    root
        Folder that holds the package; this one's by default.

    Raises
    ------
    InputError
        If it is absent or damaged.
    """
    path = (root or sources.ROOT) / FILE
    try:
        return parsed(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file: restore it with git") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: is not a lock of physics ({error}): restore it with git"
        ) from error


def parsed(text: str) -> Lock:
    """The lock of a file's text."""
    content = json.loads(text)
    # Locks of old commits may lack a kind that came later.
    versions = {kind: int(content["versions"].get(kind, 0)) for kind in KINDS}
    return Lock(versions, {str(name): str(mark) for name, mark in content["modules"].items()})


def write(lock: Lock, root: Path | None = None) -> None:
    """Write the lock file."""
    content = {
        "versions": {kind: lock.versions[kind] for kind in KINDS},
        "modules": dict(sorted(lock.modules.items())),
    }
    with replacing((root or sources.ROOT) / FILE) as temporary:
        temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def versions(root: Path | None = None) -> Mapping[str, int]:
    """Version of the physics of each kind of simulation."""
    return read(root).versions


def check(kinds: Iterable[str] = KINDS, *engines: str) -> None:
    """Stop where code that decides numbers is not the one in the lock.

    Parameters
    ----------
    kinds
        Of the simulations that are to run.
    engines
        Of these simulations; all engines by default.

    Raises
    ------
    InputError
        With one line for each file, and the ways on.
    """
    changes = broken(*engines, kinds=kinds)
    if changes:
        raise InputError("\n".join([*map(str, changes), ways_on(changes)]))


def ways_on(changes: Iterable[Change]) -> str:
    """What to do about changes, in one line."""
    kinds = kinds_of(use for change in changes for use in change.uses)
    return (
        f"If this changes no number of a simulation: {CONFIRM}; "
        f"if numbers change: {RAISE} {' '.join(kinds)}"
    )


def broken(*engines: str, kinds: Iterable[str] = KINDS, root: Path | None = None) -> list[Change]:
    """Modules that decide numbers and differ from the lock, or that it does not name.

    Parameters
    ----------
    engines
        Whose runs count: a module of another one is left out. All engines by default.
    kinds
        Whose runs count.
    root
        Folder that holds the package and its lock; this one's by default.
    """
    root = root or sources.ROOT
    lock = read(root)
    changes = []
    for module, (path, uses) in sorted(_used(engines, kinds, root).items()):
        mark = lock.modules.get(module)
        if mark != PLUMBING and mark != _digest(path):
            file = path.relative_to(root.parent)
            changes.append(Change(module, file, frozenset(uses), is_new=mark is None))
    return changes


def renewed(lock: Lock, root: Path | None = None, plumbing: Iterable[str] = ()) -> Lock:
    """The lock with the digests of the code as it is.

    Modules that no simulation imports any more are left out, and marks of plumbing are kept.

    Parameters
    ----------
    lock
        The one before.
    root
        Folder that holds the package; this one's by default.
    plumbing
        Patterns of names, for example ``"softness.files.*"``: modules that are new and fit one are
        marked as plumbing. All other new ones are taken to decide numbers.
    """
    patterns = list(plumbing)
    modules = {}
    for module, (path, _) in _used(ENGINES, KINDS, root or sources.ROOT).items():
        is_new = module not in lock.modules
        fits = is_new and any(fnmatch.fnmatchcase(module, pattern) for pattern in patterns)
        is_plumbing = fits or lock.modules.get(module) == PLUMBING
        modules[module] = PLUMBING if is_plumbing else _digest(path)
    return replace(lock, modules=modules)


def check_kinds(kinds: Iterable[str]) -> None:
    """Refuse names that are not kinds of simulation."""
    for kind in kinds:
        if kind not in KINDS:
            raise InputError(
                f"unknown kind of simulation {kind!r}: choose one of {', '.join(KINDS)}"
            )


def kinds_of(uses: Iterable[Use]) -> list[str]:
    """Kinds of simulation in some uses, in the order of `KINDS`."""
    found = {kind for _, kind in uses}
    return [kind for kind in KINDS if kind in found]


def engines_in(root: Path) -> list[str]:
    """Engines that a tree has: an old commit may lack some."""
    return [name for name in ENGINES if sources.is_there(sources.engine_module(name), root)]


def does(engine: str, kind: str) -> bool:
    """Whether an engine does this kind of simulation: lanes are for many runs, or quenches."""
    return engine != LANES or kind in IN_LANES


def _used(
    engines: Iterable[str], kinds: Iterable[str], root: Path
) -> dict[str, tuple[Path, set[Use]]]:
    """File and uses of each module that simulations import."""
    paths: dict[str, Path] = {}
    uses: dict[str, set[Use]] = defaultdict(set)
    names = [name for name in engines_in(root) if name in (tuple(engines) or ENGINES)]
    for name, kind in itertools.product(names, kinds):
        stage = f"softness.stages.{kind}"
        if not (does(name, kind) and sources.is_there(stage, root)):
            continue
        for module, path in sources.modules(stage, name, root).items():
            paths[module] = path
            uses[module].add((name, kind))
    return {module: (path, uses[module]) for module, path in paths.items()}


def _digest(path: Path) -> str:
    return sources.text_digest(path.read_text(encoding="utf-8"))
