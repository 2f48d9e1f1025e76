"""Measure F_s(q, t) of the analysed species for many time origins of one run."""

import argparse
from pathlib import Path

import numpy as np

from softness.dynamics.scattering import scattering_from_origins
from softness.files import tables
from softness.files.gsd_trajectory import Trajectory
from softness.files.records.dynamics import ScatteringOrigins
from softness.stages import command
from softness.stages.shared.bursts import whole_bursts
from softness.stages.shared.scattering import Series, analysed, scattering_of_run


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("self_scattering", __doc__)
    command.add_file(parser, "--trajectory", "frames (GSD)")
    parser.add_argument("--bursts", type=Path, help="log-spaced frames (GSD), if there are any")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    block = settings["self_scattering"]
    with Trajectory(options.trajectory) as trajectory:
        times = trajectory.times()
        lag, origin, values = late = scattering_of_run(trajectory, times, block)
    if options.bursts:
        with Trajectory(options.bursts) as bursts:
            early = _from_bursts(bursts, block["wave_number"], shortest=lag[0])
        lag, origin, values = _joined(early, late)
    record = ScatteringOrigins(
        temperature=np.array(settings["temperature"]),
        wave_number=np.array(block["wave_number"]),
        duration=np.array(times[-1] + times[1] - times[0]),
        lag=lag,
        origin=origin,
        values=values,
    )
    inputs = [options.trajectory, *([options.bursts] if options.bursts else [])]
    tables.write(options.output, record, command.provenance("self_scattering", settings, inputs))


def _from_bursts(bursts: Trajectory, wave_number: float, shortest: float) -> Series:
    """Lag times, origin times and F_s from bursts, for lags below the trajectory's."""
    times = bursts.times()
    begins, length = whole_bursts(bursts.logged("burst_begin"))
    lags = times[:length] - times[0]
    values = scattering_from_origins(analysed(bursts), begins, range(length), wave_number)
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
