"""One frame of a trajectory as the start of other runs.

Apart from the readers of trajectories, so that simulations depend on little.
"""

from pathlib import Path

import gsd.hoomd
import numpy as np

from softness.errors import InputError


def snapshot_positions(path: str | Path, frame: int) -> np.ndarray:
    """(N, 3) wrapped positions of a frame, float64, in sigma_AA.

    Raises
    ------
    InputError
        If the file or the frame cannot be read.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file: run the rule that makes it")
    try:
        with gsd.hoomd.open(path) as trajectory:
            if not 0 <= frame < len(trajectory):
                raise InputError(
                    f"{path}: has no frame {frame}: its frames are 0 to {len(trajectory) - 1}"
                )
            return np.asarray(trajectory[frame].particles.position, dtype=np.float64)
    except (OSError, RuntimeError) as error:
        raise InputError(f"{path}: damaged ({error}): delete it and run again") from error
