"""Names of the files of one trajectory: one, a pattern of names, or a list in the order of time."""

import glob
import re
from collections.abc import Sequence
from pathlib import Path

from softness.errors import InputError

Paths = str | Path | Sequence[str | Path]


def expanded(path: Paths) -> list[Path]:
    """Files of one trajectory, in the order of time.

    Parameters
    ----------
    path
        A file, a glob pattern, whose files are sorted with their numbers as numbers, or a list of
        files in the order of time.

    Raises
    ------
    InputError
        If a pattern has no files.
    """
    if not isinstance(path, (str, Path)):
        return [Path(each) for each in path]
    name = str(path)
    if Path(name).exists() or not glob.has_magic(name):
        return [Path(name)]
    found = sorted(glob.glob(name, recursive=True), key=_by_number)  # noqa: PTH207
    if not found:
        raise InputError(f"{name}: no file has such a name: check the pattern")
    return [Path(each) for each in found]


def _by_number(name: str) -> list[tuple[int, str]]:
    """Sort frame2 before frame10."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
