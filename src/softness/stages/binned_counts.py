"""Count rearrangements and particles in bins of learned variables at one temperature."""

import argparse
from pathlib import Path

import numpy as np

from softness.barriers.bins import BinCounts, count_bins
from softness.files import tables
from softness.files.records.barriers import BinnedCounts
from softness.files.records.dynamics import RelaxationTable
from softness.files.records.learned import Accuracies, LearnedValues
from softness.learning.scores import most_accurate
from softness.stages import command
from softness.stages.shared.classified import common_names, stride_blocks

NAME = "binned_counts"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    parser.add_argument(
        "--values", type=Path, nargs="+", required=True, help="learned variables, one a replica"
    )
    parser.add_argument(
        "--transfer", type=Path, required=True, help="accuracies on the transfer test's set (HDF5)"
    )
    parser.add_argument("--relaxation", type=Path, required=True, help="at this temperature (HDF5)")
    parser.add_argument("--output", type=Path, required=True, help="table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    replicas = [tables.read(path, LearnedValues) for path in options.values]
    names = common_names(replicas)
    shifts = _best_biases(tables.read(options.transfer, Accuracies), names)
    bins = settings["bins"]
    edges = np.linspace(bins["lowest"], bins["highest"], bins["number"] + 1)
    time = float(tables.read(options.relaxation, RelaxationTable).relaxation_time)
    counts = []
    for each in replicas:
        blocks = stride_blocks(each, time, settings["block_length"], settings["window"])
        counts.append([_counts(each, n, shift, edges, blocks) for n, shift in enumerate(shifts)])
    record = BinnedCounts(
        temperature=replicas[0].temperature,
        names=names,
        edges=edges,
        stride=replicas[0].stride,
        events=_stacked(counts, "events"),
        trials=_stacked(counts, "trials"),
        totals=_stacked(counts, "totals"),
        left_out=np.array([[each.left_out for each in replica] for replica in counts]),
    )
    inputs = [*options.values, options.transfer, options.relaxation]
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


def _best_biases(transfer: Accuracies, names: np.ndarray) -> np.ndarray:
    """Bias of each variable that is best on the common test set, in spreads (section 2.4)."""
    known = transfer.names.tolist()
    places = [most_accurate(transfer.right[known.index(name)], transfer.samples) for name in names]
    return transfer.bias[places]


def _counts(
    values: LearnedValues,
    number: int,
    shift: float,
    edges: np.ndarray,
    blocks: tuple[np.ndarray, np.ndarray, int],
) -> BinCounts:
    """Counts of one variable in one replica, block by block."""
    of_population, of_events, total = blocks
    return count_bins(
        values.event[:, number] - shift,
        values.population[:, number] - shift,
        edges,
        int(values.stride),
        of_events,
        of_population,
        total,
    )


def _stacked(counts: list[list[BinCounts]], name: str) -> np.ndarray:
    """(replicas, blocks, variables, bins) of one kind of count."""
    return np.array(
        [np.stack([getattr(each, name) for each in replica], axis=1) for replica in counts]
    )


if __name__ == "__main__":
    command.run(arguments(), main)
