"""p_hop of one run and its rearrangements, as stages write them and the estimator keeps them."""

import numpy as np

from softness.dynamics.drift import relative_to_centre
from softness.dynamics.hop import HopStream
from softness.dynamics.rearrangements import events
from softness.errors import InputError
from softness.files.reader import TrajectoryReader
from softness.files.records.hops import HopIndicator, Rearrangements


def hop_indicator(
    trajectory: TrajectoryReader, window: float, temperature: float, replica: int
) -> HopIndicator:
    """p_hop of the analysed particles, frame by frame, without the drift of all particles.

    Parameters
    ----------
    trajectory
        Of the run.
    window
        Length of both windows together, in tau.
    temperature, replica
        Of the run.

    Raises
    ------
    InputError
        If the run is shorter than the windows, or cannot be read as dynamics needs it.
    """
    interval = trajectory.frame_interval()
    half_window = round(window / (2 * interval))
    if trajectory.frames <= 2 * half_window:
        raise InputError(
            f"{trajectory.path}: has {trajectory.frames} frames, hop.window = {window:g} tau needs "
            f"{2 * half_window + 1}: lengthen the production"
        )
    analysed = np.flatnonzero(trajectory.types == 0)
    stream = HopStream(half_window)
    rows = np.empty((trajectory.frames - 2 * half_window, len(analysed)), dtype=np.float32)
    done = 0
    for (positions,) in trajectory.windows(1):
        new = stream.push(relative_to_centre(positions)[None, analysed])
        rows[done : done + len(new)] = new
        done += len(new)
    return HopIndicator(
        temperature=np.array(temperature),
        replica=np.array(replica),
        interval=np.array(interval),
        frames=np.array(trajectory.frames),
        first_frame=np.array(half_window),
        particle=analysed,
        values=rows,
    )


def rearrangements(hop: HopIndicator, threshold: float) -> Rearrangements:
    """Excursions of p_hop above a threshold in sigma_AA^2, and their maxima."""
    found = events(hop.values, threshold, int(hop.first_frame))
    columns = {name: found[name] for name in ("frame", "value", "first", "last", "cut")}
    return Rearrangements(
        temperature=hop.temperature,
        replica=hop.replica,
        threshold=np.array(threshold),
        particle=hop.particle[found["particle"]],
        **columns,
    )
