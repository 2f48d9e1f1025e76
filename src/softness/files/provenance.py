"""Where a file comes from: settings, inputs, code and versions, without a time stamp."""

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# What every stage computes and writes with. Few, so that a new version of a plotting package does
# not change the provenance of a simulation.
PACKAGES = ("numpy", "scipy", "h5py", "gsd")


def canonical_json(value: Any) -> str:
    """One text for equal settings: sorted keys, no spaces, floats as Python writes them."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON of a value, as 16 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:16]


def file_digest(path: str | Path) -> str:
    """SHA-256 of a file's bytes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Provenance:
    """What made a file; equal inputs give equal provenance, so equal bytes.

    Attributes
    ----------
    stage
        The stage that wrote it.
    settings
        All settings the stage was given.
    inputs
        Hash of each input file, by the end of its path, so that results can be moved; of a
        simulation, of the arrays that it read.
    code
        Digest of the source files that made it; of a simulation, the version of its physics.
    versions
        Versions of Python and of the packages it computes with.
    """

    stage: str
    settings: Mapping[str, Any]
    inputs: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    def as_text(self) -> str:
        """The provenance as canonical JSON."""
        return canonical_json(
            {
                "stage": self.stage,
                "settings": self.settings,
                "inputs": self.inputs,
                "code": self.code,
                "versions": self.versions,
            }
        )


def package_versions(packages: Iterable[str] = ()) -> dict[str, str]:
    """Versions of Python, of the packages that every stage uses, and of some more."""
    versions = {"python": platform.python_version()}
    for package in (*PACKAGES, *packages):
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return versions


def input_digests(paths: Iterable[str | Path]) -> dict[str, str]:
    """Hash of each file by its last three path components, which tell replicas apart."""
    return {"/".join(Path(path).parts[-3:]): file_digest(path) for path in paths}
