"""Average F_s over the replicas of one temperature; find its relaxation time and stretching."""

import argparse

import numpy as np

from softness import seeds
from softness.dynamics.relaxation import analyse_relaxation
from softness.errors import InputError
from softness.files import tables
from softness.files.records.dynamics import RelaxationTable, ScatteringOrigins
from softness.stages import command


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("relaxation", __doc__)
    command.add_files(parser, "--scattering", "F_s of each replica (HDF5)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    replicas = [tables.read(path, ScatteringOrigins) for path in options.scattering]
    lag = replicas[0].lag
    for path, replica in zip(options.scattering, replicas, strict=True):
        if not np.array_equal(replica.lag, lag):
            raise InputError(f"{path}: has different lags from the first replica: compute it again")
    generator = seeds.stream(settings["seed"], "relaxation bootstrap", settings["temperature"])
    relaxation = analyse_relaxation(
        lag,
        [replica.origin for replica in replicas],
        [replica.values for replica in replicas],
        float(replicas[0].duration),
        settings["stretched_exponential"],
        settings["block_length"],
        settings["draws"],
        generator,
    )
    record = RelaxationTable(
        temperature=np.array(settings["temperature"]),
        wave_number=replicas[0].wave_number,
        replicas=np.array(len(replicas)),
        blocks=np.array(relaxation.blocks),
        lag=lag,
        origins=relaxation.origins,
        mean=relaxation.mean,
        low=relaxation.low,
        high=relaxation.high,
        relaxation_time=np.array(relaxation.time),
        relaxation_time_draws=relaxation.time_draws,
        amplitude=np.array(relaxation.fit.amplitude),
        stretched_time=np.array(relaxation.fit.time),
        stretching=np.array(relaxation.fit.stretching),
        stretching_draws=relaxation.stretching_draws,
    )
    tables.write(
        options.output, record, command.provenance("relaxation", settings, options.scattering)
    )


if __name__ == "__main__":
    command.run(arguments(), main)
