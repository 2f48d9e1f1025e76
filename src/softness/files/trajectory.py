"""The choice of a reader: the one way to open a trajectory of any format."""

import gzip
import zlib
from collections.abc import Sequence
from pathlib import Path

from softness.errors import InputError
from softness.files.compressed import opened
from softness.files.dcd import DcdTrajectory
from softness.files.dump import DumpTrajectory
from softness.files.gsd_trajectory import Trajectory
from softness.files.joined import JoinedTrajectory, matching_files
from softness.files.npz import NpzTrajectory
from softness.files.opening import Species
from softness.files.reader import BRING_AGAIN, TrajectoryReader
from softness.files.unreadable import unreadable
from softness.files.xtc import MAGIC, XtcTrajectory
from softness.files.xyz import XyzTrajectory

_BEGINNINGS: dict[bytes, type[TrajectoryReader]] = {
    b"\xdf\x65" * 4: Trajectory,
    b"PK\x03\x04": NpzTrajectory,
    MAGIC.to_bytes(4, "big"): XtcTrajectory,
    **{length + b"CORD": DcdTrajectory for length in (b"T\0\0\0", b"\0\0\0T")},
}
_DUMP = b"ITEM:"
# Enough for the first line, and for blank ones before it.
_BEGINNING = 64
_FORMATS = "GSD, a LAMMPS text dump, XYZ, npz, DCD nor XTC"


def open_trajectory(
    path: str | Path | Sequence[str | Path],
    time_step: float | None = None,
    species: Species | None = None,
    unwrap: str = "images",
    *,
    box: float | Sequence[float] | None = None,
    topology: str | Path | None = None,
    frame_interval: float | None = None,
    time_unit: float = 1.0,
    length_unit: float = 1.0,
) -> TrajectoryReader:
    """Open a trajectory in a rectangular periodic box, of one file or of several.

    The reader is chosen by what a file holds, not by its name: GSD, LAMMPS text dump, XYZ, extended
    XYZ (these also packed by gzip), npz, DCD or XTC.

    Parameters
    ----------
    path
        A file; or files that follow each other in time, whether of one frame each or parts of one
        run: a pattern such as ``"run.*.dump"``, sorted by the numbers in the names, or a list in
        the order that is given.
    time_step
        Time step of the integrator in tau, for files that have time steps and lack it. It is needed
        for times alone.
    species
        The file's types that are species 0, 1, ...: the one that is analysed first, such as
        ``("Ni", "P")`` (names in a GSD file) or ``(2, 1)``; any number of them, and all that the
        file has. If not given, it must be a binary mixture, of the types 0 and 1 (GSD), 1 and 2
        (LAMMPS), or A and B, of which the first is the majority.
    unwrap
        ``"images"``: by the images in the file, refused where they are missing, and frames at which
        they jump. ``"steps"``: by the nearest image from one frame to the next, right as long as no
        particle moves half a box in between. ``"none"``: positions as they stand in the file, for
        structure alone.
    box
        Edge of the box, or three edges, in the file's unit of length, for files that have none.
    topology
        A file of one frame that has the types, for files that have none: any that is read here, or
        PDB or GRO.
    frame_interval
        Time between frames in tau, for files that have neither times nor time steps.
    time_unit, length_unit
        The file's units, in tau and in sigma_AA.

    Returns
    -------
    TrajectoryReader
        To be used in a ``with`` statement, or closed.

    Raises
    ------
    InputError
        If a file is absent, of another format, truncated, or not such a system; the message names
        the file, the fault and the remedy.
    """
    more = {
        "box": box,
        "topology": topology,
        "frame_interval": frame_interval,
        "time_unit": time_unit,
        "length_unit": length_unit,
    }
    paths = matching_files(path)
    if len(paths) == 1:
        return reader_of(paths[0])(paths[0], time_step, species, unwrap, **more)
    return JoinedTrajectory(paths, reader_of, time_step, species, unwrap, **more)


def reader_of(path: Path) -> type[TrajectoryReader]:
    """The reader for a file, by its content.

    Raises
    ------
    InputError
        If it cannot be read, is empty, or of another format.
    """
    start, packed = _beginning(path)
    for beginning, reader in _BEGINNINGS.items():
        if start.startswith(beginning):
            if packed:
                raise InputError(f"{path}: is no text, and packed by gzip: unpack it by gunzip")
            return reader
    first_line = start.lstrip().partition(b"\n")[0]
    if first_line.startswith(_DUMP):
        return DumpTrajectory
    if first_line.strip().isdigit():
        return XyzTrajectory
    raise InputError(
        f"{path}: {f'neither {_FORMATS}' if start else 'empty'}: give one of these formats, "
        "unpacked, or text packed by gzip"
    )


def _beginning(path: Path) -> tuple[bytes, bool]:
    """The first bytes of a file, and whether they were packed by gzip."""
    try:
        if not path.exists():
            raise InputError(f"{path}: no such file: check the path")
        with opened(path) as file:
            return file.read(_BEGINNING), isinstance(file, gzip.GzipFile)
    except (OSError, EOFError, zlib.error) as error:
        raise unreadable(path, error, "cannot be read", BRING_AGAIN) from error
