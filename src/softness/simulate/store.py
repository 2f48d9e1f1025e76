"""Where simulations are kept: a folder for each identity, shared by all studies of a checkout.

A study deletes none of them. Its results are links to what lies here, or copies where another study
has the link or the file system has none; a file `current` beside them names the folder in use.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from softness.errors import InputError
from softness.files.atomic import replacing, write_shared
from softness.files.provenance import canonical_json
from softness.files.unreadable import unreadable
from softness.simulate.identity import Identity

DEFAULT = Path("results/simulations")
IDENTITY = "identity.json"
CURRENT = "current"


class Store:
    """The kept simulations.

    Parameters
    ----------
    root
        Folder that holds one for each kind, which hold one for each identity.
    """

    def __init__(self, root: str | Path = DEFAULT) -> None:
        self.root = Path(root)

    def folder(self, identity: Identity) -> Path:
        """Where a simulation of this identity is kept, or would be."""
        return self.root / identity.kind / identity.name

    def folders(self, kind: str = "*", place: str = "") -> list[Path]:
        """Folders that hold simulations, of one kind or place or of all."""
        pattern = f"{kind}/{place}_*/{IDENTITY}" if place else f"{kind}/*/{IDENTITY}"
        found = sorted(path.parent for path in self.root.glob(pattern))
        # Hidden ones are half copied or half removed.
        return [folder for folder in found if not folder.name.startswith(".")]

    def find(self, identity: Identity, accepted: Sequence[str] = ()) -> Path | None:
        """The folder of an identity, if there is one.

        Parameters
        ----------
        identity
            With the version of the engine that is here.
        accepted
            Other versions whose simulations are taken as well, in this order.
        """
        own = self.folder(identity)
        if (own / IDENTITY).is_file():
            return own
        others = {read_identity(path).version: path for path in self._of_other_versions(identity)}
        return next((others[version] for version in accepted if version in others), None)

    def open(self, identity: Identity, accepted: Sequence[str] = ()) -> Path:
        """The folder of an identity, made if it is new.

        Raises
        ------
        InputError
            If the same simulation was made with another version of the engine, which is not
            accepted: to do it again has to be asked for.
        """
        found = self.find(identity, accepted)
        if found is None:
            self.refuse_other_versions(identity)
            found = self.folder(identity)
            write_shared(found / IDENTITY, canonical_json(identity.as_dict()))
        return found

    def refuse_other_versions(self, identity: Identity) -> None:
        """Raise an InputError if the simulation was made with another version of its engine."""
        for path in self._of_other_versions(identity):
            engine, other = identity.settings["engine"]["name"], read_identity(path).version
            raise InputError(
                f"{path}: made with {engine} {other}, but {identity.version} is installed here: to "
                f"continue it set engine.accepted_versions: [{other!r}] in the configuration; to "
                "simulate anew, move the folder away"
            )

    def _of_other_versions(self, identity: Identity) -> Iterator[Path]:
        """Folders that differ in the version of the engine alone."""
        same = self.of_any_version(identity)
        return (path for path in same if read_identity(path).version != identity.version)

    def of_any_version(self, identity: Identity) -> Iterator[Path]:
        """Folders of an identity, whatever the version of the engine."""
        wanted = identity.as_dict() | {"engine_version": ""}
        for path in self.folders(identity.kind, identity.place):
            if read_identity(path).as_dict() | {"engine_version": ""} == wanted:
                yield path

    def point(self, pointer: Path, folder: Path) -> None:
        """Let a pointer beside results name the folder in use."""
        write_shared(pointer, f"{folder.relative_to(self.root)}\n")

    def pointed(self, pointer: Path) -> Path | None:
        """The folder that a pointer names, if both are there."""
        if not pointer.is_file():
            return None
        folder = self.root / pointer.read_text().strip()
        return folder if (folder / IDENTITY).is_file() else None


def read_identity(folder: Path) -> Identity:
    """The identity of what a folder holds.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    path = folder / IDENTITY
    try:
        return Identity.from_dict(json.loads(path.read_text()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        fault = f"tells no identity of a simulation ({error})"
        remedy = "move its folder away, or bring back the file"
        raise unreadable(path, error, fault, remedy) from error


def pointer_of(output: Path) -> Path:
    """The pointer of a result: in its folder, which belongs to one simulation.

    A file that is named by its replica shares its folder: it has its pointer in one of its name.
    """
    is_shared = output.stem.startswith("replica")
    return (output.with_suffix("") if is_shared else output.parent) / CURRENT


def publish(kept: Path, output: Path) -> None:
    """Make a kept file a result: give it a second name, or copy it if it has one already.

    Snakemake gives all results of a job a new time when it ends. Were two studies to share a file,
    each would make what follows from the other's due again.

    Parameters
    ----------
    kept
        The file.
    output
        Where it is wanted.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    output.unlink(missing_ok=True)
    if kept.stat().st_nlink > 1:
        copy(kept, output)
        return
    try:
        output.hardlink_to(kept)
    except OSError:
        copy(kept, output)


def copy(kept: Path, output: Path) -> None:
    """Copy a file, whole or not at all."""
    with replacing(output) as temporary:
        shutil.copyfile(kept, temporary)
