"""Find the threshold of the CSD that flags as many samples as the threshold of p_hop."""

import argparse
from pathlib import Path

import numpy as np

from softness.dynamics.counted import CSD_THRESHOLDS
from softness.dynamics.csd import CumulativeSquaredDisplacementStream, matched_threshold
from softness.dynamics.drift import relative_to_centre
from softness.errors import InputError
from softness.files import tables
from softness.files.gsd_trajectory import Trajectory
from softness.files.records.hops import HopIndicator
from softness.files.records.regressed import MatchedThreshold
from softness.stages import command

NAME = "csd_threshold"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_files(parser, "--trajectories", "thermal runs (GSD)")
    command.add_files(parser, "--hop", "their p_hop (HDF5)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    samples, flagged = [], []
    for path, hop_path in zip(options.trajectories, options.hop, strict=True):
        hop = tables.read(hop_path, HopIndicator)
        values, first = _csd(path, hop.particle, settings["window"])
        # The same moments by both: those at which both are known.
        start = max(first, int(hop.first_frame))
        end = int(hop.first_frame) + len(hop.values)
        if start >= end:
            raise InputError(f"{path}: too short for csd.window and hop.window: lengthen the run")
        samples.append(values[start - first : end - first])
        flagged.append(hop.values[start - int(hop.first_frame) :] > settings["threshold"])
    share = float(np.concatenate(flagged).mean())
    step = float(CSD_THRESHOLDS[1] - CSD_THRESHOLDS[0])
    ends = float(CSD_THRESHOLDS[0]), float(CSD_THRESHOLDS[-1])
    try:
        exact = matched_threshold(np.concatenate(samples), share, step=None)
        rounded = matched_threshold(np.concatenate(samples), share, round(step, 12), *ends)
    except InputError as error:
        raise InputError(
            f"no threshold of the CSD matches hop.threshold = {settings['threshold']:g} at "
            f"roles.matching = {settings['temperature']:g}: {error}"
        ) from error
    record = MatchedThreshold(
        temperature=np.array(settings["temperature"]),
        hop_threshold=np.array(settings["threshold"]),
        share=np.array(share),
        exact=np.array(exact),
        of_replicas=np.array([_alone(*replica) for replica in zip(samples, flagged, strict=True)]),
        threshold=np.array(rounded),
    )
    inputs = [*options.trajectories, *options.hop]
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


def _alone(samples: np.ndarray, flagged: np.ndarray) -> float:
    """Exact threshold of one replica; nan where p_hop flags nothing or everything."""
    share = float(flagged.mean())
    enough = 0 < round(share * samples.size) < samples.size
    return matched_threshold(samples, share, step=None) if enough else float("nan")


def _csd(path: Path, particles: np.ndarray, window: float) -> tuple[np.ndarray, int]:
    """(rows, particles) CSD of one run, and the frame of its first row."""
    with Trajectory(path) as trajectory:
        intervals = round(window / trajectory.frame_interval())
        stream = CumulativeSquaredDisplacementStream(intervals)
        rows = [stream.push(relative_to_centre(each)[None, particles]) for each in trajectory]
    return np.concatenate(rows), intervals


if __name__ == "__main__":
    command.run(arguments(), main)
