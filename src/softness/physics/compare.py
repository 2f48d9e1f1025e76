"""Which numbers in the files of two trials differ, byte by byte."""

import json
from collections.abc import Iterator
from pathlib import Path

import gsd.fl
import h5py
import numpy as np

from softness.physics.trial import SETTINGS

# What made a trajectory, as text in its first frame: no number of it.
NO_NUMBERS = {"log/provenance"}

Array = tuple[str, np.ndarray]


def differences(first: Path, second: Path) -> list[str]:
    """One line for each file of two trials of one kind that differs, with its arrays that do.

    Attributes, such as provenance, do not count; other settings are named where numbers differ.

    Parameters
    ----------
    first, second
        Folders of the two trials.
    """
    names = sorted({*_files(first), *_files(second)})
    lines = [line for name in names if (line := _difference(name, first / name, second / name))]
    settings = _other_settings(first, second)
    if lines and settings:
        lines.append(
            f"settings differ as well ({', '.join(settings)}): if that is why, first commit the "
            "change of config/ or of physics/trial.py by itself"
        )
    return lines


def _other_settings(first: Path, second: Path) -> list[str]:
    """Names of the settings in which two trials of one kind differ."""
    found: set[str] = set()
    for path in first.rglob(SETTINGS):
        other = second / path.relative_to(first)
        before, now = (
            json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
            for file in (path, other)
        )
        found |= {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}
    return sorted(found)


def _files(folder: Path) -> list[Path]:
    return [path.relative_to(folder) for path in folder.rglob("*") if path.suffix in READERS]


def _difference(name: Path, first: Path, second: Path) -> str:
    for path, whose in ((first, "after"), (second, "before")):
        if not path.is_file():
            return f"{name}: written only {whose} the change"
    read = READERS[name.suffix]
    different = _different(read(first), read(second))
    return f"{name}: {', '.join(different)}" if different else ""


def _different(first: Iterator[Array], second: Iterator[Array]) -> list[str]:
    """Names of the arrays that differ, each once."""
    before, now = dict(first), dict(second)
    names = {
        name
        for name in before.keys() | now.keys()
        if name not in before or name not in now or not _equal(before[name], now[name])
    }
    return sorted({name.partition("@")[0] for name in names})


def _equal(first: np.ndarray, second: np.ndarray) -> bool:
    if (first.dtype, first.shape) != (second.dtype, second.shape):
        return False
    if first.dtype.hasobject:
        return first.tolist() == second.tolist()
    return first.tobytes() == second.tobytes()


def _datasets(path: Path) -> Iterator[Array]:
    """Datasets of an HDF5 file by their names."""
    names: list[str] = []
    with h5py.File(path) as file:
        file.visit(names.append)
        for name in names:
            if isinstance(file[name], h5py.Dataset):
                yield name, np.asarray(file[name][()])


def _chunks(path: Path) -> Iterator[Array]:
    """Chunks of all frames of a GSD file; a name has the number of its frame after an @."""
    with gsd.fl.open(path, "r") as file:
        yield "frames", np.array(file.nframes)
        names = [name for name in file.find_matching_chunk_names("") if name not in NO_NUMBERS]
        for frame in range(file.nframes):
            for name in names:
                if file.chunk_exists(frame, name):
                    yield f"{name}@{frame}", file.read_chunk(frame, name)


# How files that hold numbers are read; no others count.
READERS = {".h5": _datasets, ".gsd": _chunks}
