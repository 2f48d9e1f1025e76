"""Count rearrangements and particles in bins of learned variables at one temperature."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from softness.barriers.bins import BinCounts, count_bins
from softness.barriers.zscore import ZScore, about_mean, varies
from softness.errors import InputError
from softness.files import tables
from softness.files.records.barriers import BinnedCounts
from softness.files.records.dynamics import RelaxationTable
from softness.files.records.learned import Accuracies, LearnedValues
from softness.learning.scores import most_accurate
from softness.stages import command
from softness.stages.shared.classified import stride_blocks
from softness.stages.shared.values import read_values

NAME = "binned_counts"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    parser.add_argument(
        "--values", type=Path, nargs="+", required=True, help="learned variables of all replicas"
    )
    origin = parser.add_mutually_exclusive_group(required=True)
    origin.add_argument(
        "--transfer",
        type=Path,
        nargs="+",
        help="accuracies on the transfer test's set: take the best bias",
    )
    origin.add_argument(
        "--reference",
        type=Path,
        nargs="+",
        help="learned variables at the training temperature: take their mean and spread",
    )
    parser.add_argument("--relaxation", type=Path, required=True, help="at this temperature (HDF5)")
    parser.add_argument("--output", type=Path, required=True, help="table to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    replicas = read_values(options.values)
    units = _units(options, replicas)
    bins = settings["bins"]
    edges = np.linspace(bins["lowest"], bins["highest"], bins["number"] + 1)
    time = float(tables.read(options.relaxation, RelaxationTable).relaxation_time)
    counts = []
    for each, unit in zip(replicas, units, strict=True):
        blocks = stride_blocks(each, time, settings["block_length"], settings["window"])
        counts.append([_counts(each, n, score, edges, blocks) for n, score in enumerate(unit)])
    record = BinnedCounts(
        temperature=replicas[0].temperature,
        names=replicas[0].names,
        edges=edges,
        stride=replicas[0].stride,
        events=_stacked(counts, "events"),
        trials=_stacked(counts, "trials"),
        totals=_stacked(counts, "totals"),
        left_out=np.array([[each.left_out for each in replica] for replica in counts]),
    )
    origin = options.reference or options.transfer
    inputs = [*options.values, *origin, options.relaxation]
    tables.write(options.output, record, command.provenance(NAME, settings, inputs))


def _units(
    options: argparse.Namespace, replicas: Sequence[LearnedValues]
) -> list[list[ZScore | None]]:
    """The Z-score of each variable for each replica (STUDY.md section 6).

    Values of classifiers come in units of their spread: the bias that is best on the common test
    set is taken off (section 2.4). Others are taken about the mean and over the spread of the
    replica's own model at the training temperature; where that does not vary there is no Z-score.
    """
    if options.transfer:
        best: dict[bytes, float] = {}
        for path in options.transfer:
            best |= _best_biases(tables.read(path, Accuracies))
        return [[ZScore(best[name], 1.0) for name in replicas[0].names.tolist()]] * len(replicas)
    reference = read_values(options.reference)
    if len(reference) != len(replicas) or reference[0].names.tolist() != replicas[0].names.tolist():
        raise InputError("--reference holds other replicas or variables than --values: make again")
    return [[_about_mean(values) for values in each.population.T] for each in reference]


def _about_mean(values: np.ndarray) -> ZScore | None:
    """The Z-score of predictions; None of a model that predicts the same for all particles."""
    return about_mean(values) if varies(values) else None


def _best_biases(transfer: Accuracies) -> dict[bytes, float]:
    """Bias of each variable that is best on the common test set, in spreads."""
    places = [most_accurate(right, transfer.samples) for right in transfer.right]
    return dict(zip(transfer.names.tolist(), transfer.bias[places].tolist(), strict=True))


def _counts(
    values: LearnedValues,
    number: int,
    score: ZScore | None,
    edges: np.ndarray,
    blocks: tuple[np.ndarray, np.ndarray, int],
) -> BinCounts:
    """Counts of one variable in one replica, block by block; none without a Z-score."""
    of_population, of_events, total = blocks
    stride = int(values.stride)
    if score is None:
        left_out = len(values.event), stride * len(values.population)
        empty = np.zeros((total, len(edges) - 1), dtype=np.int64)
        return BinCounts(empty, empty, empty.astype(np.float64), left_out)
    return count_bins(
        score(values.event[:, number]),
        score(values.population[:, number]),
        edges,
        stride,
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
