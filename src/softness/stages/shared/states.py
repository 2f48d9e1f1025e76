"""State files as results: states of frames of a run, kept one by one, as one trajectory."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import gsd.hoomd
import numpy as np

from softness.files.frames import read_frames, text_chunk, write_frames
from softness.files.provenance import Provenance
from softness.simulate.settings import RunSettings


def write_states(
    path: Path, states: Mapping[int, Path], run: RunSettings, made_by: Provenance
) -> None:
    """Write states of some frames as one file, one after the other.

    Parameters
    ----------
    path
        The GSD file to make: see `softness.files.states.States`.
    states
        File of each state, a trajectory of one frame, by the time step of the frame that it is of.
    run, made_by
        As in `header`.
    """
    write_frames(path, _in_order(states), header(run, made_by.as_text()))


def _in_order(states: Mapping[int, Path]) -> Iterator[gsd.hoomd.Frame]:
    for step, kept in sorted(states.items()):
        for frame in read_frames(kept):
            frame.configuration.step = step
            yield frame


def header(run: RunSettings, provenance: str) -> dict[str, np.ndarray]:
    """What stands in the log of the first frame of a trajectory of this project.

    Parameters
    ----------
    run
        Whose time step and box length are given, in double precision.
    provenance
        What made the file, as text.
    """
    return {
        "provenance": text_chunk(provenance),
        "time_step": np.array([run.time_step]),
        "box_length": np.array([run.liquid.box_length]),
    }
