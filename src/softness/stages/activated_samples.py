"""Draw samples of rearranging and of non-rearranging particles, at one temperature."""

import argparse
from collections.abc import Mapping
from typing import Any

import numpy as np

from softness import seeds
from softness.dynamics.rearrangements import automatic_quiet_threshold, quiet_runs
from softness.errors import InputError
from softness.files import tables
from softness.files.records.hops import HopIndicator, Rearrangements
from softness.learning import samples
from softness.stages import command
from softness.stages.shared.labelled import drawn_set
from softness.stages.shared.structure import as_events, structure_frames

NAME = "activated_samples"
EVERY_FRAME = 1
"""The stride with which structure is taken from whatever frame a sample needs."""


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_files(parser, "--hop", "p_hop, one a replica")
    command.add_files(parser, "--rearrangements", "events, one a replica")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    hops = [tables.read(path, HopIndicator) for path in options.hop]
    events = [tables.read(path, Rearrangements) for path in options.rearrangements]
    if [int(hop.replica) for hop in hops] != [int(each.replica) for each in events]:
        raise InputError("--hop and --rearrangements: name the same replicas in the same order")
    rearranging = samples.joined(
        [_rearranging(settings, hop, each) for hop, each in zip(hops, events, strict=True)]
    )
    threshold = _quiet_threshold(settings, hops, float(events[0].threshold))
    length = _quiet_length(settings, hops[0])
    quiet = samples.joined([_quiet(settings, hop, threshold, length) for hop in hops])
    generator = seeds.stream(settings["seed"], "activated samples", settings["temperature"])
    record = drawn_set(
        settings, hops, rearranging, quiet, (threshold, float(events[0].threshold)), generator
    )
    inputs = [*options.hop, *options.rearrangements]
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


def _rearranging(
    settings: Mapping[str, Any], hop: HopIndicator, table: Rearrangements
) -> samples.Moments:
    """Candidates of the rearranging class of one run."""
    events, replica = as_events(table), int(table.replica)
    lead = round(settings["lead"] / float(hop.interval))
    if settings["stride"] == EVERY_FRAME:
        return samples.rearranging(events, settings["method"], lead, replica)
    return samples.rearranging_soon(events, _strided(settings, hop), lead, replica)


def _strided(settings: Mapping[str, Any], hop: HopIndicator) -> np.ndarray:
    """(n,) frames that structure may be taken from."""
    return structure_frames(settings, int(hop.frames), float(hop.interval))[0]


def _quiet_length(settings: dict, hop: HopIndicator) -> int:
    """Minimum number of rows of a quiet run."""
    return max(round(settings["quiet"]["duration"] / float(hop.interval)), 1)


def _quiet_threshold(settings: dict, hops: list[HopIndicator], highest: float) -> float:
    """p_l: as the settings have it, or the smallest with enough quiet runs."""
    given = settings["quiet"]["threshold"]
    if given != "auto":
        return float(given)
    series = [hop.values for hop in hops]
    length = _quiet_length(settings, hops[0])
    try:
        return automatic_quiet_threshold(series, length, settings["wanted"], highest)
    except InputError:
        # Too few even below p_c: `drawn_set` counts them and decides.
        return highest


def _quiet(
    settings: Mapping[str, Any], hop: HopIndicator, threshold: float, length: int
) -> samples.Moments:
    runs = quiet_runs(hop.values, threshold, length, int(hop.first_frame))
    replica = int(hop.replica)
    runs["particle"] = hop.particle[runs["particle"]]
    if settings["stride"] == EVERY_FRAME:
        return samples.quiet(runs, replica)
    return samples.quiet_in(runs, _strided(settings, hop), replica)


if __name__ == "__main__":
    command.run(arguments(), main)
