"""Redrawing all figures and the report from an archive, and comparing them with the originals."""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from softness import sources
from softness.archiving.container import open_archive
from softness.archiving.manifest import Drawing, Manifest
from softness.environment import OF_COMMANDS
from softness.errors import InputError
from softness.files.provenance import file_digest


@dataclass(frozen=True)
class Redrawn:
    """What came of an archive.

    Attributes
    ----------
    manifest
        Of the archive.
    equal, different
        Redrawn files that equal the original byte for byte, and those that do not.
    changed_code
        Source files that are not those that drew the originals.
    """

    manifest: Manifest
    equal: list[str]
    different: list[str]
    changed_code: list[str]


def redraw(archive: str | Path, folder: str | Path, cores: int = 1) -> Redrawn:
    """Check an archive, unpack it, and draw everything from it.

    Parameters
    ----------
    archive
        The tar file.
    folder
        Where to unpack and draw; absent or empty.
    cores
        Figures drawn at a time.

    Raises
    ------
    InputError
        If the archive is damaged, the folder is not empty, or a figure cannot be drawn.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: exists and is not empty: give a new folder")
    with open_archive(archive) as opened:
        manifest = opened.manifest
        opened.unpack(folder)
    for together in _in_order(manifest.drawings):
        with ThreadPoolExecutor(max_workers=cores) as pool:
            list(pool.map(lambda drawing: _draw(drawing, folder), together))
    drawn = manifest.drawn
    equal = [name for name, digest in drawn.items() if file_digest(folder / name) == digest]
    return Redrawn(
        manifest=manifest,
        equal=equal,
        different=[name for name in drawn if name not in equal],
        changed_code=changed_code(manifest),
    )


def changed_code(manifest: Manifest) -> list[str]:
    """Source files that drew the originals and are others, or absent, now."""
    # Below src in a checkout, and there is none in an installed package.
    own = {name: sources.ROOT / name.removeprefix("src/") for name in sorted(manifest.code)}
    return [
        name
        for name, path in own.items()
        if not path.is_file() or file_digest(path) != manifest.code[name]
    ]


def _in_order(drawings: Sequence[Drawing]) -> list[list[Drawing]]:
    """Drawings in groups: each needs only what the groups before it drew."""
    waiting, groups = list(drawings), []
    while waiting:
        undrawn = {name for drawing in waiting for name in drawing.outputs}
        group = [drawing for drawing in waiting if not undrawn.intersection(drawing.inputs)]
        if not group:
            raise InputError(
                f"{waiting[0].stage}: needs its own output: the archive is inconsistent"
            )
        groups.append(group)
        waiting = [drawing for drawing in waiting if drawing not in group]
    return groups


def _draw(drawing: Drawing, folder: Path) -> None:
    """Run a stage as the workflow does: one thread, this library, paths relative to the folder."""
    command = [sys.executable, "-m", f"softness.stages.{drawing.stage}", *drawing.arguments]
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | OF_COMMANDS,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise InputError(f"{next(iter(drawing.outputs))}: cannot be drawn: {done.stderr.strip()}")
    for name in drawing.outputs:
        if not (folder / name).is_file():
            raise InputError(
                f"{name}: was not drawn: the archive was made by another version of the code"
            )
