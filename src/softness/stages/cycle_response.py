"""Follow softness through the thermal cycles of one snapshot, beside their controls."""

import argparse
from pathlib import Path

import numpy as np

from softness.errors import InputError
from softness.files import tables
from softness.files.gsd_trajectory import Trajectory
from softness.files.records.cycled import CycleHistory
from softness.files.records.memory import CycleResponse
from softness.memory.groups import GroupMeans, GroupSums
from softness.stages import command
from softness.stages.shared.softness_in_time import (
    SoftnessScale,
    open_edges,
    softness_of_frames,
    softness_scale,
)

NAME = "cycle_response"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    for branch in ("cycle", "control"):
        command.add_files(parser, f"--{branch}", f"runs of the {branch} (GSD)")
        command.add_file(parser, f"--{branch}-history", "their energies (HDF5)")
    command.add_file(parser, "--softness", "classifier (HDF5)")
    command.add_file(parser, "--reference", "mean features of all replicas (HDF5)")
    command.add_file(parser, "--distribution", "of learned variables at the low temperature (HDF5)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    cycle = tables.read(options.cycle_history, CycleHistory)
    control = tables.read(options.control_history, CycleHistory)
    _check_pair(options, cycle, control)
    files = options.softness, options.reference, options.distribution
    scale = softness_scale(settings, *files, settings["replica"])
    edges = open_edges(settings["bins"])
    pulsed = [_followed(path, scale, edges, len(cycle.time)) for path in options.cycle]
    steady = [_followed(path, scale, edges, len(control.time)) for path in options.control]
    record = CycleResponse(
        low=cycle.low,
        high=cycle.high,
        snapshot=cycle.snapshot,
        replica=np.array(settings["replica"]),
        time=cycle.time,
        temperature=cycle.set_temperature,
        edges=edges,
        numbers=pulsed[0].numbers,
        cycle=np.array([each.means for each in pulsed]),
        cycle_everyone=np.array([each.everyone for each in pulsed]),
        control_time=control.time,
        control=np.array([each.means for each in steady]),
        control_everyone=np.array([each.everyone for each in steady]),
        energy=control.total_energy,
    )
    inputs = [*options.cycle, options.cycle_history, *options.control, options.control_history]
    tables.write(options.output, record, command.provenance(NAME, settings, [*inputs, *files]))


def _check_pair(options: argparse.Namespace, cycle: CycleHistory, control: CycleHistory) -> None:
    """A control is of the same runs, at the same moments at least as long, without a pulse."""
    frames = len(cycle.time)
    for name in ("low", "snapshot", "runs"):
        if not np.array_equal(getattr(cycle, name), getattr(control, name)):
            raise InputError(
                f"{options.control_history}: has a different {name} from {options.cycle_history}: "
                "give the control of the same runs"
            )
    if float(control.high) != float(control.low):
        raise InputError(
            f"{options.control_history}: is not a control, but goes to {control.high:g}"
        )
    if not np.array_equal(control.time[:frames], cycle.time):
        raise InputError(
            f"{options.control_history}: ends before the cycle, or has other times: run it longer"
        )


def _followed(path: Path, scale: SoftnessScale, edges: np.ndarray, frames: int) -> GroupMeans:
    """Mean softness of each bin of softness at time 0, frame by frame."""
    sums = GroupSums(edges, frames)
    with Trajectory(path) as trajectory:
        if trajectory.frames < frames:
            raise InputError(f"{path}: has {trajectory.frames} frames of {frames}: run it again")
        for frame, softness in softness_of_frames(trajectory, scale, range(frames)):
            if frame == 0:
                origin = sums.begin(softness)
            sums.add(origin, frame, softness)
    return sums.means(origin)


if __name__ == "__main__":
    command.run(arguments(), main)
