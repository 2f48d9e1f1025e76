"""What stages that read bursts have in common."""

import numpy as np


def whole_bursts(begin_steps: np.ndarray) -> tuple[np.ndarray, int]:
    """Numbers of the first frames of all whole bursts, and how many frames a burst has.

    Parameters
    ----------
    begin_steps
        (frames,) step at which the burst of each frame began.
    """
    _, firsts, lengths = np.unique(begin_steps, return_index=True, return_counts=True)
    return firsts[lengths == lengths.max()], int(lengths.max())
