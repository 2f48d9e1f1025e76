"""F_s(q, t) of one run, from equally spaced frames."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from softness.dynamics.drift import relative_to_centre
from softness.dynamics.scattering import log_spaced_lags, scattering_from_origins
from softness.errors import InputError
from softness.files.reader import TrajectoryReader

Series = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Lag times (lags,), origin times (origins,) and F_s (origins, lags)."""


def analysed(trajectory: TrajectoryReader) -> Iterator[np.ndarray]:
    """Positions of the analysed species without drift, frame by frame."""
    is_analysed = trajectory.types == 0
    return (relative_to_centre(positions)[is_analysed] for positions in trajectory)


def scattering_of_run(
    trajectory: TrajectoryReader, times: np.ndarray, block: Mapping[str, Any]
) -> Series:
    """F_s of the analysed species; the longest lag is one that enough origins still reach.

    Parameters
    ----------
    trajectory
        Of the run.
    times
        (frames,) in tau, equally spaced.
    block
        ``self_scattering`` of a configuration.

    Raises
    ------
    InputError
        If the run is too short for the origins.
    """
    stride = max(trajectory.frames // block["origins"], 1)
    origins = np.arange(0, trajectory.frames, stride)
    last = trajectory.frames - 1 - (block["least_origins"] - 1) * stride
    if last < 1:
        raise InputError(
            f"{trajectory.path}: has {trajectory.frames} frames, too few for "
            f"{block['least_origins']} origins: lengthen the run or lower least_origins"
        )
    lags = log_spaced_lags(last, block["lags_per_decade"])
    values = scattering_from_origins(analysed(trajectory), origins, lags, block["wave_number"])
    return lags * (times[1] - times[0]), times[origins], values
