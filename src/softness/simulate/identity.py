"""What a simulation belongs to: kind, version of its physics, settings, engine, arrays it reads.

Equal identities have equal numbers (on a CPU, to the last bit), whatever study asks for them, from
whatever file their arrays came. How much is asked for (an extent) is not part of it: a longer run
continues a shorter one.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from softness.files.provenance import canonical_json

# Settings of each kind that decide no number of what it makes: extents, and where arrays are from.
EXTENTS = {
    "equilibrate": {"duration"},
    "thermal": {"duration"},
    "isoconfigurational": {"frame", "runs", "of"},
    "inherent_propensity": {"frame", "runs"},
    "cycle": {"frame", "runs", "after"},
    "quench": {"frames"},
    "cage": {"frames"},
}

# Settings that came later, by kind and dotted name: at these values all numbers are what they were
# without them, so that they are left out. For example {"thermal": {"engine.precision": "double"}}.
NEUTRAL: dict[str, dict[str, Any]] = {}

_DIGITS = 16
_PLACES = ("replica", "snapshot")


@dataclass(frozen=True)
class Identity:
    """What a simulation belongs to.

    Attributes
    ----------
    kind
        Kind of simulation: a key of `EXTENTS`.
    physics
        Version of what that kind computes (`softness.physics`).
    settings
        Those that decide numbers.
    version
        Of the engine, whose name stands in the settings.
    reads
        Digest of the arrays that it starts from; empty without any.
    """

    kind: str
    physics: int
    settings: Mapping[str, Any]
    version: str
    reads: str = ""

    @classmethod
    def of(
        cls,
        kind: str,
        physics: int,
        settings: Mapping[str, Any],
        version: str,
        arrays: Mapping[str, np.ndarray] | None = None,
    ) -> "Identity":
        """The identity of a job with these settings, which starts from these arrays."""
        reads = digest_of_arrays(arrays) if arrays else ""
        return cls(kind, physics, deciding(kind, settings), version, reads)

    def as_dict(self) -> dict[str, Any]:
        """For the folder in which the simulation is kept."""
        return {
            "kind": self.kind,
            "physics": self.physics,
            "settings": dict(self.settings),
            "engine_version": self.version,
            "reads": self.reads,
        }

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> "Identity":
        """The inverse of `as_dict`."""
        names = ("kind", "physics", "settings", "engine_version", "reads")
        return cls(*(found[name] for name in names))

    @property
    def place(self) -> str:
        """Temperature, replica and snapshot: the beginning of `name`."""
        return place_of(self.settings)

    @property
    def name(self) -> str:
        """Folder below the folder of the kind."""
        digest = hashlib.sha256(canonical_json(self.as_dict()).encode()).hexdigest()
        return f"{self.place}_{digest[:_DIGITS]}"


def place_of(settings: Mapping[str, Any]) -> str:
    """Temperature, replica and snapshot as in names of folders: ``"T0.5_replica0"``."""
    found = [f"{name}{settings[name]}" for name in _PLACES if name in settings]
    return "_".join([f"T{settings['temperature']:g}", *found])


def deciding(kind: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a job that decide numbers: without extents and neutral values."""
    kept = {key: value for key, value in settings.items() if key not in EXTENTS[kind]}
    for name, value in NEUTRAL.get(kind, {}).items():
        kept = _without(kept, name.split("."), value)
    return kept


def _without(settings: dict[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    """The settings without one of them, if it has this value."""
    first, *rest = path
    if first not in settings:
        return settings
    if rest:
        return settings | {first: _without(settings[first], rest, value)}
    return {key: old for key, old in settings.items() if key != first or old != value}


def digest_of_arrays(arrays: Mapping[str, np.ndarray]) -> str:
    """SHA-256 of names, types, shapes and bytes, as 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()[:_DIGITS]
