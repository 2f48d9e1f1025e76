"""The arrays that a simulation starts from, whatever file they are in: a part of its identity."""

from pathlib import Path

import numpy as np

from softness.engines import state
from softness.files.snapshot import snapshot_positions
from softness.liquid import Liquid


def arrays_of_state(path: Path) -> dict[str, np.ndarray]:
    """What a run reads that continues from a state."""
    return state.arrays(path)


def arrays_of_positions(path: Path, liquid: Liquid) -> dict[str, np.ndarray]:
    """What a run reads that starts from the positions of a state."""
    return {
        "positions": state.read_positions(path, liquid),
        "types": liquid.types,
        "box_length": np.array(liquid.box_length),
    }


def arrays_of_frame(path: Path, frame: int, liquid: Liquid) -> dict[str, np.ndarray]:
    """What a run reads that starts from a frame of a trajectory."""
    return {
        "positions": snapshot_positions(path, frame, liquid),
        "types": liquid.types,
        "box_length": np.array(liquid.box_length),
    }
