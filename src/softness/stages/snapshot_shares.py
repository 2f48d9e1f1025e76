"""Follow the fraction of rearranging particles of each snapshot of one temperature in time."""

import argparse

import numpy as np

from softness.errors import InputError
from softness.files import tables
from softness.files.ensemble_counts import EnsembleCounts
from softness.files.records.regressed import SnapshotShares
from softness.seeds import SNAPSHOTS_OF_REPLICA
from softness.stages import command

NAME = "snapshot_shares"
KINDS = ("hop", "hop_cumulative")


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_files(parser, "--ensembles", "counts, one a snapshot")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    snapshots, shares, ensembles = [], [], []
    for path in options.ensembles:
        counts = tables.read(path, EnsembleCounts)
        ensembles.append((float(counts.temperature), len(counts.runs), counts.hop_time.tolist()))
        if ensembles[-1] != ensembles[0]:
            raise InputError(
                f"{path}: is from another ensemble than {options.ensembles[0]}: give files of "
                "one ensemble"
            )
        snapshots.append(int(counts.snapshot) % SNAPSHOTS_OF_REPLICA)
        shares.append([counts.mean_share(kind, settings["threshold"]) for kind in KINDS])
    temperature, runs, time = ensembles[0]
    # (kinds, snapshots, times) each.
    mean, error = np.array(shares).transpose(2, 1, 0, 3)
    record = SnapshotShares(
        temperature=np.array(temperature),
        threshold=np.array(settings["threshold"]),
        runs=np.array(runs),
        snapshot=np.array(snapshots),
        replica=np.array(settings["replicas"]),
        time=np.array(time),
        mean=mean,
        error=error,
    )
    made_by = command.provenance(NAME, settings, options.ensembles)
    tables.write(options.output, record, made_by)


if __name__ == "__main__":
    command.run(arguments(), main)
