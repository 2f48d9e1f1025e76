"""The runs that the command line names: what is in their files, and their temperatures."""

import itertools
import json
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from softness.errors import InputError
from softness.files import compressed
from softness.files.gsd_trajectory import Trajectory
from softness.files.joined import matching_files
from softness.files.reader import TrajectoryReader
from softness.files.trajectory import reader_of
from softness.files.xyz import XyzTrajectory

Place = str | list[str]
"""A file or a glob pattern of one run, or the files of one run in order."""

USUAL = {
    "time_step": None,
    "species": None,
    "unwrap": "images",
    "box": None,
    "topology": None,
    "frame_interval": None,
    "time_unit": 1.0,
    "length_unit": 1.0,
}
"""Options of `open_trajectory`, with their defaults."""

_NAMED = re.compile(r"(?<![A-Za-z])(?:T|[Tt]emp|[Tt]emperature)[_=-]?(\d+(?:\.\d+)?)(?!\d)")
_NUMBER = re.compile(r"(?<![\d.])(\d+\.\d+)(?!\d)")
_IN_COMMENT = re.compile(r"\b[Tt]emperature\s*=\s*[\"']?(\d*\.?\d+(?:[eE][-+]?\d+)?)")
_LETTERS = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True)
class System:
    """What all runs of a study have in common.

    Attributes
    ----------
    particles
        Number of particles.
    counts
        Of each species, the analysed one first.
    edges
        Of the box, in sigma_AA.
    frame_interval
        In tau.
    """

    particles: int
    counts: tuple[int, ...]
    edges: tuple[float, ...]
    frame_interval: float

    @property
    def density(self) -> float:
        """Number density, in sigma_AA^-3."""
        return self.particles / float(np.prod(self.edges))

    @property
    def is_cubic(self) -> bool:
        """Whether all edges are the same."""
        return len(set(self.edges)) == 1

    def facts(self) -> dict[str, str]:
        """What is compared, by name, as people read it."""
        return {
            "particles": f"{self.particles}",
            "particles of the species": ", ".join(map(str, self.counts)),
            "a box of": " x ".join(f"{edge:.6g}" for edge in self.edges),
            "a frame interval of": f"{self.frame_interval:g} tau",
        }


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes
    ----------
    place
        Where it is.
    temperature
        In eps_AA/k_B.
    source
        Where the temperature comes from.
    frames
        Number of frames.
    system
        What is in it.
    labels
        The file's types, the analysed one first.
    """

    place: Place
    temperature: float
    source: str
    frames: int
    system: System
    labels: tuple[str | int, ...]


def name_of(place: Place) -> str:
    """What a message calls a run."""
    if isinstance(place, str):
        return place
    return place[0] if len(place) == 1 else f"{place[0]} ... {place[-1]}"


def system_of(reader: TrajectoryReader) -> System:
    """What is in an open trajectory."""
    return System(
        reader.particles,
        tuple(np.bincount(reader.types).tolist()),
        tuple(np.broadcast_to(reader.box_length, 3).astype(float).tolist()),
        float(f"{reader.frame_interval():.6g}"),
    )


def labels_of(
    reader: TrajectoryReader, species: Sequence[str | int] | None
) -> tuple[str | int, ...]:
    """The file's types, the analysed one first.

    Raises
    ------
    InputError
        If the types are in another file, and are not given.
    """
    found = tuple(species) if species is not None else reader.labels
    if not found:
        raise InputError(
            f"{reader.path}: has no types of particles: give those of the topology by --species, "
            "the analysed one first"
        )
    return found


def check_same(first: Run, other: Run) -> None:
    """Refuse runs of different systems.

    Raises
    ------
    InputError
        That names the two, and what differs.
    """
    if first.labels != other.labels:
        raise _different(first, other, "the species", first.labels, other.labels)
    ours, theirs = first.system.facts(), other.system.facts()
    for name, fact in ours.items():
        if fact != theirs[name]:
            raise _different(first, other, name, fact, theirs[name])


def _different(first: Run, other: Run, name: str, ours: Any, theirs: Any) -> InputError:
    return InputError(
        f"{name_of(other.place)}: has {name} {theirs}, but {name_of(first.place)} has {ours}: give "
        "runs of one system, with frames equally far apart"
    )


def temperature_of(
    reader: TrajectoryReader, place: Place, given: float | None
) -> tuple[float, str]:
    """Temperature of a run, and where it is from: as given, from the file, or from its name.

    Raises
    ------
    InputError
        If it is nowhere, or a name has two.
    """
    if given is not None:
        return _six_digits(given), "as given"
    written = written_temperature(reader, place)
    if written is not None:
        return _six_digits(written), "written in the file"
    return temperature_in_name(place), "in the name of the file"


def written_temperature(reader: TrajectoryReader, place: Place) -> float | None:
    """The temperature that a file says it was made at; None if it says none, or it fluctuates.

    That of a GSD file is log/temperature, of extended XYZ temperature= in the comments.
    """
    if isinstance(reader, Trajectory):
        return _logged_temperature(reader)
    files = matching_files(place)
    if reader_of(files[0]) is XyzTrajectory:
        return _temperature_in_comments(files[:2], reader.particles)
    return None


def _logged_temperature(reader: Trajectory) -> float | None:
    if reader.provenance:
        settings = json.loads(reader.provenance).get("settings", {})
        if "temperature" in settings:
            return float(settings["temperature"])
    try:
        values = set(reader.logged("temperature").tolist())
    except InputError:
        return None
    return values.pop() if len(values) == 1 else None


def _temperature_in_comments(files: Sequence[Path], particles: int) -> float | None:
    """If the first two frames of files have the same, which a kinetic temperature would not."""
    lines = []
    for path in files:
        with closing(compressed.opened(path)) as file:
            lines += itertools.islice(file, 1, 2 * particles + 4, particles + 2)
    found = [_IN_COMMENT.findall(line.decode(errors="replace")) for line in lines]
    values = {float(text) for each in found for text in each}
    return values.pop() if all(found) and len(values) == 1 else None


def temperature_in_name(place: Place) -> float:
    """The temperature in the name of a file or, if there is none, of the folders that it is in.

    It is written T0.45, T_0.45, T=0.45, temperature0.45 or, where no name has that, 0.45.

    Raises
    ------
    InputError
        If there is none, or there are two.
    """
    for pattern in (_NAMED, _NUMBER):
        for names in zip(*(reversed(one.parts) for one in matching_files(place)), strict=False):
            found = {float(text) for name in names for text in pattern.findall(name)}
            found.discard(0.0)
            if len(found) > 1:
                listed = ", ".join(f"{each:g}" for each in sorted(found))
                raise InputError(
                    f"{name_of(place)}: its name has the temperatures {listed}: give the right one "
                    "with --temperatures; several runs are given without quotes"
                )
            if found:
                return _six_digits(found.pop())
    raise InputError(
        f"{name_of(place)}: has no temperature, neither in the file nor in its name: give "
        "--temperatures, one for each run, in their order"
    )


def _six_digits(temperature: float) -> float:
    """As names of folders of results have it."""
    return float(f"{temperature:.6g}")


def species_names(labels: Sequence[str | int]) -> list[str]:
    """Names of the species in the configuration: the file's, where they consist of letters."""
    names = [str(label) for label in labels]
    if all(_LETTERS.fullmatch(name) for name in names):
        return names
    return [chr(ord("A") + number) for number in range(len(names))]
