"""Draw samples from the tails of p_hop at one temperature: both, or one against any moments."""

import argparse

import numpy as np

from softness import seeds
from softness.files import tables
from softness.files.records.hops import HopIndicator
from softness.learning import samples
from softness.stages import command
from softness.stages.shared.labelled import drawn_set

NAME = "extreme_samples"
TAILS = ("both", "high", "low")


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_files(parser, "--hop", "p_hop, one a replica")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    hops = [tables.read(path, HopIndicator) for path in options.hop]
    lower, upper = samples.tail_thresholds([hop.values for hop in hops], settings["tail"])
    generator = seeds.stream(
        settings["seed"], "extreme samples", settings["temperature"], TAILS.index(settings["tails"])
    )
    active, inactive = (
        samples.joined([_candidates(hop, side, threshold, settings, generator) for hop in hops])
        for side, threshold in (("high", upper), ("low", lower))
    )
    record = drawn_set(settings, hops, active, inactive, (lower, upper), generator)
    tables.write(options.output, record, command.provenance(NAME, settings, options.hop))


def _candidates(
    hop: HopIndicator, side: str, threshold: float, settings: dict, generator: np.random.Generator
) -> samples.Moments:
    """One class: a tail, or any moments where this tail is not asked for."""
    lead = round(settings["lead"] / float(hop.interval))
    replica, first = int(hop.replica), int(hop.first_frame)
    if settings["tails"] in ("both", side):
        found = samples.tail(hop.values, threshold, side, settings["method"], first, lead, replica)
    else:
        frames = np.arange(first, first + len(hop.values)) - lead
        frames = frames[frames >= 0]
        columns = np.arange(hop.values.shape[1])
        number = min(settings["wanted"], len(frames) * len(columns))
        found = samples.random_moments(columns, frames, number, generator, replica)
    return samples.Moments(
        found.replicas, hop.particle[found.particles], found.frames, found.events
    )


if __name__ == "__main__":
    command.run(arguments(), main)
