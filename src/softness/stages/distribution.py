"""Sum up the distributions of learned variables of the population at one temperature."""

import argparse
from collections.abc import Sequence

import numpy as np

from softness.files import tables
from softness.files.records.dynamics import RelaxationTable
from softness.files.records.learned import Distribution, LearnedValues
from softness.stages import command
from softness.stages.shared.classified import stride_blocks
from softness.stages.shared.values import read_values

NAME = "distribution"
# In spreads of w.F at the training temperature; hot liquids lie a few spreads beside cold ones.
EDGES = np.linspace(-10, 10, 201)
POWERS = np.arange(5)


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_files(parser, "--values", "learned variables, one a replica")
    command.add_file(parser, "--relaxation", "at this temperature (HDF5)")
    command.add_file(parser, "--output", "table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    replicas = read_values(options.values)
    names = replicas[0].names
    time = float(tables.read(options.relaxation, RelaxationTable).relaxation_time)
    record = Distribution(
        temperature=replicas[0].temperature,
        names=names,
        edges=EDGES,
        counts=np.array([_histogram(replicas, number) for number in range(len(names))]),
        powers=np.array([_power_sums(each, time, settings["block_length"]) for each in replicas]),
    )
    inputs = [*options.values, options.relaxation]
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


def _histogram(replicas: Sequence[LearnedValues], number: int) -> np.ndarray:
    return sum(np.histogram(each.population[:, number], EDGES)[0] for each in replicas)


def _power_sums(values: LearnedValues, relaxation_time: float, length: float) -> np.ndarray:
    """(blocks, variables, powers) sums of the powers 0 to 4 over the population."""
    labels, _, blocks = stride_blocks(values, relaxation_time, length)
    sums = np.zeros((blocks, values.population.shape[1], len(POWERS)))
    for block in range(blocks):
        chosen = values.population[labels == block].astype(np.float64)
        sums[block] = np.stack([(chosen**power).sum(axis=0) for power in POWERS], axis=1)
    return sums


if __name__ == "__main__":
    command.run(arguments(), main)
