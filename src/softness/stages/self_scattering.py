"""Measure F_s(q, t) of the analysed species for many time origins of one run."""

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from softness.dynamics.drift import relative_to_centre
from softness.dynamics.scattering import log_spaced_lags, scattering_from_origins
from softness.errors import InputError
from softness.files import tables
from softness.files.gsd_trajectory import Trajectory
from softness.files.records.dynamics import ScatteringOrigins
from softness.stages import command
from softness.stages.shared.bursts import whole_bursts


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("self_scattering", __doc__)
    command.add_file(parser, "--trajectory", "frames (GSD)")
    command.add_file(parser, "--bursts", "log-spaced frames (GSD)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    block = settings["self_scattering"]
    with Trajectory(options.trajectory) as trajectory:
        times = trajectory.times()
        late = _from_trajectory(trajectory, times, block)
    with Trajectory(options.bursts) as bursts:
        early = _from_bursts(bursts, block["wave_number"], shortest=late[0][0])
    lag, origin, values = _joined(early, late)
    record = ScatteringOrigins(
        temperature=np.array(settings["temperature"]),
        wave_number=np.array(block["wave_number"]),
        duration=np.array(times[-1] + times[1] - times[0]),
        lag=lag,
        origin=origin,
        values=values,
    )
    inputs = [options.trajectory, options.bursts]
    tables.write(options.output, record, command.provenance("self_scattering", settings, inputs))


Series = tuple[np.ndarray, np.ndarray, np.ndarray]


def _analysed(trajectory: Trajectory) -> Iterator[np.ndarray]:
    """Positions of the analysed species without drift, frame by frame."""
    is_analysed = trajectory.types == 0
    return (relative_to_centre(positions)[is_analysed] for positions in trajectory)


def _from_trajectory(trajectory: Trajectory, times: np.ndarray, block: Mapping[str, Any]) -> Series:
    """Lag times, origin times and F_s from equally spaced frames.

    The longest lag is one that enough origins still reach before the run ends.
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
    values = scattering_from_origins(_analysed(trajectory), origins, lags, block["wave_number"])
    return lags * (times[1] - times[0]), times[origins], values


def _from_bursts(bursts: Trajectory, wave_number: float, shortest: float) -> Series:
    """Lag times, origin times and F_s from bursts, for lags below the trajectory's."""
    times = bursts.times()
    begins, length = whole_bursts(bursts.logged("burst_begin"))
    lags = times[:length] - times[0]
    values = scattering_from_origins(_analysed(bursts), begins, range(length), wave_number)
    chosen = (lags > 0) & (lags < shortest)
    return lags[chosen], times[begins], values[:, chosen]


def _joined(early: Series, late: Series) -> Series:
    """One table of both: origins below each other, lags side by side, nan between."""
    values = np.full(
        (len(early[1]) + len(late[1]), len(early[0]) + len(late[0])), np.nan, dtype=np.float64
    )
    values[: len(early[1]), : len(early[0])] = early[2]
    values[len(early[1]) :, len(early[0]) :] = late[2]
    return np.concatenate([early[0], late[0]]), np.concatenate([early[1], late[1]]), values


if __name__ == "__main__":
    command.run(arguments(), main)
