"""State files: what the structure of frames of a run is taken from, in place of the frames."""

from pathlib import Path

import numpy as np

from softness.files.gsd_trajectory import Trajectory

THERMAL, INHERENT, CAGE = "thermal", "inherent", "cage"
"""States of structure: the frame as it is; the minimum of the energy that it leads to; the mean
positions of short runs from it."""


class States(Trajectory):
    """States of some frames of a thermal run: a GSD file with a frame for each of them.

    A state has the time step of its frame, and positions that are unwrapped as those are.

    Parameters
    ----------
    path
        The GSD file, of this project.

    Raises
    ------
    InputError
        As `softness.files.gsd_trajectory.Trajectory`.
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__(path)
        self._numbers = {step: number for number, step in enumerate(self._whole(self.times()))}

    def at(self, time: float) -> np.ndarray:
        """(N, 3) unwrapped positions of the state of the frame at a time in tau.

        Raises
        ------
        InputError
            If there is no state of this frame, or it cannot be read.
        """
        (step,) = self._whole(np.array([time]))
        if step not in self._numbers:
            raise self._error(f"has no state of the frame at {time:g} tau", self._file.remedy)
        return self.positions(self._numbers[step])

    def _whole(self, times: np.ndarray) -> list[int]:
        return np.rint(times / self.time_step).astype(np.int64).tolist()
