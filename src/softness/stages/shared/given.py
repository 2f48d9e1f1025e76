"""Trajectories that others made: opened, and compared with what the configuration says of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from softness.errors import InputError
from softness.files.reader import TrajectoryReader
from softness.files.trajectory import open_trajectory

# Relative, of numbers that people write with six digits.
_ROUNDED = 1e-4


@contextmanager
def given_trajectory(settings: Mapping[str, Any]) -> Iterator[TrajectoryReader]:
    """One given trajectory, open for reading, if it is what the configuration says.

    Parameters
    ----------
    settings
        From `softness.study.taken_in.TakenIn.take_in`.

    Raises
    ------
    InputError
        If it cannot be read, or is of another system, too short, or of another frame interval.
    """
    options = dict(settings["options"])
    species = tuple(options.pop("species"))
    if "box" in options:
        # Readers take it in the unit of the file.
        options["box"] = [edge / options["length_unit"] for edge in options["box"]]
    interval = settings["frame_interval"]
    with open_trajectory(
        settings["path"], species=species, frame_interval=interval, **options
    ) as reader:
        _check_system(reader, settings)
        _check_length(reader, settings)
        yield reader


def _check_system(reader: TrajectoryReader, settings: Mapping[str, Any]) -> None:
    liquid = settings["liquid"]
    number, names = liquid["particles"], liquid["species"]
    if reader.particles != number:
        raise _mismatch(reader, f"{reader.particles} particles", f"liquid.particles = {number}")
    counts = np.bincount(reader.types, minlength=len(names))
    expected = np.multiply(liquid["fractions"], number)
    if (np.abs(counts - expected) > 0.5 + _ROUNDED * number).any():
        found = ", ".join(f"{n} of {name}" for n, name in zip(counts, names, strict=True))
        raise _mismatch(reader, found, f"liquid.fractions = {liquid['fractions']}")
    edges = np.broadcast_to(reader.box_length, 3)
    if "box" not in settings["options"] and np.ndim(reader.box_length):
        raise _mismatch(
            reader, f"a box of {edges.tolist()} sigma_AA", "a cube: set trajectories.box to it"
        )
    density = number / float(np.prod(edges))
    if abs(density / liquid["density"] - 1) > _ROUNDED:
        raise _mismatch(
            reader, f"the density {density:.6g}", f"liquid.density = {liquid['density']:g}"
        )


def _mismatch(reader: TrajectoryReader, found: str, told: str) -> InputError:
    return InputError(
        f"{reader.path}: has {found}, expected {told}: correct the configuration, or give files of "
        "one system"
    )


def _check_length(reader: TrajectoryReader, settings: Mapping[str, Any]) -> None:
    interval, wanted = settings["frame_interval"], settings["frames"]
    if reader.frames < wanted:
        raise InputError(
            f"{reader.path}: has {reader.frames} frames, {reader.frames * interval:g} tau; "
            f"production at T = {settings['temperature']:g} asks for {wanted * interval:g} tau: "
            "lower it, or give a longer trajectory"
        )
