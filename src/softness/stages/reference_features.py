"""Average the features of the population of each replica at the temperature that planes share."""

import argparse
from pathlib import Path

import numpy as np

from softness.errors import InputError
from softness.files import tables
from softness.files.features import reading_features
from softness.files.records.learned import ReferenceFeatures
from softness.learning.population import FeatureMoments
from softness.stages import command
from softness.stages.shared.classified import columns_of

NAME = "reference_features"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_files(parser, "--population", "features, one a replica")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    found = dict(_mean(path, settings["features"]) for path in options.population)
    if sorted(found) != list(range(len(found))):
        raise InputError(f"--population: replicas {sorted(found)}: give one table each, from 0 on")
    columns = next(iter(found.values()))[0]
    record = ReferenceFeatures(
        temperature=np.array(settings["temperature"]),
        columns=np.array(columns, dtype="S"),
        mean=np.array([found[replica][1] for replica in sorted(found)]),
    )
    made_by = command.provenance(NAME, settings, options.population)
    tables.write(options.output, record, made_by)


def _mean(path: Path, wanted: str) -> tuple[int, tuple[list[str], np.ndarray]]:
    """Replica of a table, and names and means of the features that planes see."""
    with reading_features(path) as table:
        columns = columns_of(table.columns, wanted)
        moments = FeatureMoments(np.zeros(len(columns)))
        population = table.roles["population"].astype(bool)
        for rows, chunk in table.chunks():
            moments.add(chunk[population[rows]][:, columns])
        names = [table.columns[column] for column in columns]
        return table.replica, (names, moments.mean)


if __name__ == "__main__":
    command.run(arguments(), main)
