"""Follow groups of particles of like softness in one thermal run, from many time origins."""

import argparse

import numpy as np

from softness.files import tables
from softness.files.records.dynamics import RelaxationTable
from softness.files.records.memory import SoftnessDecay
from softness.files.trajectory import Trajectory
from softness.memory.groups import GroupSums, Origin
from softness.stages import command
from softness.stages.shared.classified import time_blocks
from softness.stages.shared.softness_in_time import (
    SoftnessScale,
    open_edges,
    softness_of_frames,
    softness_scale,
)

NAME = "softness_decay"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_file(parser, "--trajectory", "frames (GSD)")
    command.add_file(parser, "--softness", "classifier (HDF5)")
    command.add_file(parser, "--distribution", "of learned variables here (HDF5)")
    command.add_file(parser, "--relaxation", "at this temperature (HDF5)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    scale = softness_scale(settings, options.softness, options.distribution, settings["replica"])
    time = float(tables.read(options.relaxation, RelaxationTable).relaxation_time)
    with Trajectory(options.trajectory) as trajectory:
        interval = trajectory.frame_interval()
        lags = log_lags(
            int(settings["longest"] * (trajectory.frames - 1)), settings["lags_per_decade"]
        )
        starts = _origins(trajectory, int(lags[-1]), settings["origins"])
        duration = trajectory.frames * interval
        blocks, number = time_blocks(starts, interval, duration, time, settings["block_length"])
        edges = open_edges(settings["bins"])
        sums = GroupSums(edges, len(lags), number)
        _follow(trajectory, scale, sums, starts, blocks, lags)
    record = SoftnessDecay(
        temperature=np.array(settings["temperature"]),
        replica=np.array(settings["replica"]),
        edges=edges,
        time=lags * interval,
        sums=sums.sums,
        counts=sums.counts,
    )
    inputs = [options.trajectory, options.softness, options.distribution, options.relaxation]
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


def log_lags(longest: int, per_decade: int) -> np.ndarray:
    """Whole numbers of frames from 0 to the longest, evenly in their logarithm from 1 on."""
    number = max(round(per_decade * np.log10(max(longest, 1))), 1) + 1
    spaced = np.geomspace(1, max(longest, 1), number)
    return np.unique(np.concatenate([[0], np.rint(spaced).astype(np.int64)]))


def _origins(trajectory: Trajectory, longest: int, wanted: int) -> np.ndarray:
    """Frames at which groups are made: evenly, from the first to the last that leaves room."""
    last = trajectory.frames - 1 - longest
    return np.unique(np.linspace(0, last, min(wanted, last + 1)).round().astype(np.int64))


def _follow(
    trajectory: Trajectory,
    scale: SoftnessScale,
    sums: GroupSums,
    starts: np.ndarray,
    blocks: np.ndarray,
    lags: np.ndarray,
) -> None:
    """Add each frame that some origin asks for to the sums of all these origins."""
    block_of = dict(zip(starts.tolist(), blocks.tolist(), strict=True))
    place = {lag: number for number, lag in enumerate(lags.tolist())}
    wanted = np.unique(starts[:, None] + lags)
    under_way: dict[int, Origin] = {}
    for frame, softness in softness_of_frames(trajectory, scale, wanted.tolist()):
        if frame in block_of:
            under_way[frame] = sums.begin(softness, block_of[frame])
        for start, origin in under_way.items():
            if frame - start in place:
                sums.add(origin, place[frame - start], softness)
        under_way = {s: origin for s, origin in under_way.items() if frame - s < lags[-1]}


if __name__ == "__main__":
    command.run(arguments(), main)
