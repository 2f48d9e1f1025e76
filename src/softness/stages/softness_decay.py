"""Follow groups of particles of like softness in one thermal run, from many time origins.

Lags below the interval between frames are those of the bursts, with the bursts' own origins.
"""

import argparse
from collections.abc import Mapping

import numpy as np

from softness.files import tables
from softness.files.gsd_trajectory import Trajectory
from softness.files.records.dynamics import RelaxationTable
from softness.files.records.memory import SoftnessDecay
from softness.memory.groups import GroupSums, Origin
from softness.stages import command
from softness.stages.shared.bursts import whole_bursts
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
    command.add_file(parser, "--bursts", "log-spaced frames (GSD)")
    command.add_file(parser, "--softness", "classifier (HDF5)")
    command.add_file(parser, "--reference", "mean features of all replicas (HDF5)")
    command.add_file(parser, "--distribution", "of learned variables here (HDF5)")
    command.add_file(parser, "--relaxation", "at this temperature (HDF5)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    files = options.softness, options.reference, options.distribution
    scale = softness_scale(settings, *files, settings["replica"])
    time = float(tables.read(options.relaxation, RelaxationTable).relaxation_time)
    with Trajectory(options.trajectory) as trajectory, Trajectory(options.bursts) as bursts:
        interval = trajectory.frame_interval()
        late = log_lags(
            int(settings["longest"] * (trajectory.frames - 1)), settings["lags_per_decade"]
        )
        starts = _origins(trajectory, int(late[-1]), settings["origins"])
        begins, early, begin_times = _early(bursts, interval, float(starts[-1]) * interval)
        lags = np.concatenate([[0.0], early, late[1:] * interval])
        duration = trajectory.frames * interval
        moments = np.concatenate([starts, begin_times / interval])
        blocks, number = time_blocks(moments, interval, duration, time, settings["block_length"])
        edges = open_edges(settings["bins"])
        sums = GroupSums(edges, len(lags), number)
        places = dict(zip(late.tolist(), [0, *range(1 + len(early), len(lags))], strict=True))
        _follow(trajectory, scale, sums, starts, blocks[: len(starts)], places)
        places = {number: number for number in range(1 + len(early))}
        _follow(bursts, scale, sums, begins, blocks[len(starts) :], places)
    record = SoftnessDecay(
        temperature=np.array(settings["temperature"]),
        replica=np.array(settings["replica"]),
        edges=edges,
        time=lags,
        sums=sums.sums,
        counts=sums.counts,
    )
    inputs = [options.trajectory, options.bursts, *files, options.relaxation]
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


def _early(
    bursts: Trajectory, interval: float, last: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First frames of whole bursts; their lags below an interval; when they begin, in tau.

    Bursts that begin later than the last origin of longer lags are left out: so no block of time,
    the unit of errors, tells about early lags alone.
    """
    times = bursts.times()
    begins, length = whole_bursts(bursts.logged("burst_begin"))
    lags = times[begins[0] : begins[0] + length] - times[begins[0]]
    begins = begins[times[begins] <= last * (1 + 1e-9)]
    return begins, lags[(lags > 0) & (lags < interval * (1 - 1e-9))], times[begins]


def _follow(
    trajectory: Trajectory,
    scale: SoftnessScale,
    sums: GroupSums,
    starts: np.ndarray,
    blocks: np.ndarray,
    places: Mapping[int, int],
) -> None:
    """Add each frame that some origin asks for to the sums of all these origins.

    Parameters
    ----------
    starts, blocks
        Frames of the origins, and their blocks of time.
    places
        Number of the time that so many frames after an origin are.
    """
    block_of = dict(zip(starts.tolist(), blocks.tolist(), strict=True))
    lags = np.array(list(places))
    wanted = np.unique(starts[:, None] + lags)
    under_way: dict[int, Origin] = {}
    for frame, softness in softness_of_frames(trajectory, scale, wanted.tolist()):
        if frame in block_of:
            under_way[frame] = sums.begin(softness, block_of[frame])
        for start, origin in under_way.items():
            if frame - start in places:
                sums.add(origin, places[frame - start], softness)
        under_way = {s: origin for s, origin in under_way.items() if frame - s < lags.max()}


if __name__ == "__main__":
    command.run(arguments(), main)
