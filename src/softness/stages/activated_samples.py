"""Draw samples of rearranging and of non-rearranging particles, at one temperature."""

import argparse

import numpy as np

from softness import seeds
from softness.dynamics.rearrangements import automatic_quiet_threshold, quiet_runs
from softness.errors import InputError
from softness.files import tables
from softness.files.records.hops import HopIndicator, Rearrangements
from softness.learning import samples
from softness.stages import command
from softness.stages.shared.labelled import drawn_set

NAME = "activated_samples"


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
    lead = round(settings["lead"] / float(hops[0].interval))
    rearranging = samples.joined(
        [
            samples.rearranging(_as_events(each), settings["method"], lead, int(each.replica))
            for each in events
        ]
    )
    threshold = _quiet_threshold(settings, hops, float(events[0].threshold))
    length = _quiet_length(settings, hops[0])
    quiet = samples.joined([_quiet(hop, threshold, length) for hop in hops])
    generator = seeds.stream(settings["seed"], "activated samples", settings["temperature"])
    record = drawn_set(
        settings, hops, rearranging, quiet, (threshold, float(events[0].threshold)), generator
    )
    inputs = [*options.hop, *options.rearrangements]
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


def _as_events(table: Rearrangements) -> np.ndarray:
    names = ("particle", "frame", "first", "last", "cut")
    return np.rec.fromarrays([getattr(table, name) for name in names], names=names)


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


def _quiet(hop: HopIndicator, threshold: float, length: int) -> samples.Moments:
    runs = quiet_runs(hop.values, threshold, length, int(hop.first_frame))
    runs["particle"] = hop.particle[runs["particle"]]
    return samples.quiet(runs, int(hop.replica))


if __name__ == "__main__":
    command.run(arguments(), main)
