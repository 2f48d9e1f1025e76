"""Figure 5.3: whether soft particles, and hard ones, lie beside each other."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness import seeds
from softness.files.records.learned import (
    CLUSTERED,
    HARD,
    RANDOM_DIRECTIONS,
    RANDOM_PARTICLES,
    SOFT,
    SoftnessClusters,
)
from softness.findings import memory
from softness.findings.data import FigureData
from softness.structure.clusters import mean_size
from softness.uncertainty import Estimate, block_labels, bootstrap
from softness.verdicts import Claim, Statement, above

NUMBER = "5.3"

CLUSTERING = Statement(
    figure=NUMBER,
    name="mean cluster size of {} particles over that of random particles, coldest liquid",
    claim="Particles of extreme softness lie beside each other",
    section="",
    source="none",
    # Half as large again as by chance: less could not be seen in a picture.
    rule=above(1.5),
)
BEYOND_STRUCTURE = Statement(
    figure=NUMBER,
    name="mean cluster size of soft particles over that by random directions, coldest liquid",
    claim="Soft particles cluster more than what neighbours share of their surroundings explains",
    section="",
    source="none",
    rule=above(1.0),
)


@dataclass(frozen=True)
class Clusters:
    """Clusters at one temperature, over frames and replicas.

    Attributes
    ----------
    temperature
        In eps_AA/k_B.
    fraction
        Of the analysed particles that each group is.
    first, last
        (bins,) smallest and largest size of each bin of sizes.
    density
        (groups, bins) n(s): clusters of one size for each chosen particle, mean over the bin.
    mean_size
        (groups,) of the cluster that a chosen particle is in.
    """

    temperature: float
    fraction: float
    first: np.ndarray
    last: np.ndarray
    density: Estimate
    mean_size: Estimate

    def sizes_of(self, group: str) -> Estimate:
        """() mean size of the clusters of one group."""
        return self.mean_size[CLUSTERED.index(group)]


def compute(data: FigureData) -> list[Clusters]:
    """Clusters at each temperature, from cold to hot."""
    by_temperature: dict[float, list[SoftnessClusters]] = {}
    for table in data.clusters:
        by_temperature.setdefault(float(table.temperature), []).append(table)
    return [_at(data, *item) for item in sorted(by_temperature.items())]


def _at(data: FigureData, temperature: float, tables: list[SoftnessClusters]) -> Clusters:
    longest = max(table.counts.shape[-1] for table in tables)
    sums, frames = zip(*(_by_block(data, table, longest) for table in tables), strict=True)
    edges = size_bins(longest)
    numbers = [len(each) for each in sums]
    total = sum(each.sum(axis=0) for each in sums) / sum(each.sum() for each in frames)

    def estimate(statistic: Callable[[np.ndarray], np.ndarray]) -> Estimate:
        # The same resamples for each.
        generator = seeds.stream(data.settings["seed"], f"figure {NUMBER} bootstrap", temperature)
        draws = bootstrap(sums, frames, statistic, data.settings["draws"], generator)
        return Estimate.of_bootstrap(statistic(total), draws, numbers)

    return Clusters(
        temperature=temperature,
        fraction=float(tables[0].fraction),
        first=edges[:-1],
        last=edges[1:] - 1,
        density=estimate(lambda counts: _density(counts, edges)),
        mean_size=estimate(mean_size),
    )


def _by_block(
    data: FigureData, table: SoftnessClusters, longest: int
) -> tuple[np.ndarray, np.ndarray]:
    """(blocks, groups, longest) clusters in each block of time, and its frames (blocks, 1, 1)."""
    number = len(table.frame)
    spacing = float(table.stride * table.interval)
    block = data.settings["block_length"] * data.relaxation_time_at(float(table.temperature))
    block = max(block, spacing) if np.isfinite(block) else number * spacing
    labels = block_labels(np.arange(number) * spacing, number * spacing, block)
    blocks = labels[-1] + 1
    sums = np.zeros((blocks, len(table.groups), longest))
    np.add.at(sums[..., : table.counts.shape[-1]], labels, np.swapaxes(table.counts, 0, 1))
    return sums, np.bincount(labels, minlength=blocks)[:, None, None]


def size_bins(longest: int) -> np.ndarray:
    """Edges of bins of cluster sizes, evenly in their logarithm: 1, 2, 3, 4, 6, 8, 11 ..."""
    halves = np.arange(2 * np.log2(longest + 1) + 2)
    edges = np.unique(np.rint(2 ** (halves / 2)).astype(int))
    return edges[: np.searchsorted(edges, longest, side="right") + 1]


def _density(counts: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """(groups, bins) of clusters of one size for each particle, from (groups, sizes) counts."""
    padded = np.pad(counts, [(0, 0), (1, int(edges[-1]) - 1 - counts.shape[-1])])
    in_bins = np.add.reduceat(padded, edges[:-1], axis=1)
    particles = counts @ np.arange(1, counts.shape[-1] + 1)
    with np.errstate(invalid="ignore"):
        return in_bins / np.diff(edges) / particles[:, None]


def claims(findings: list[Clusters]) -> list[Claim]:
    """Verdicts on the coldest liquid."""
    statements = [CLUSTERING.of(SOFT), CLUSTERING.of(HARD), BEYOND_STRUCTURE]
    if not findings:
        return [each.not_tested("no clusters were measured") for each in statements]
    coldest = findings[0]
    pairs = [(SOFT, RANDOM_PARTICLES), (HARD, RANDOM_PARTICLES), (SOFT, RANDOM_DIRECTIONS)]
    note = f"at T = {coldest.temperature:g}, {100 * coldest.fraction:g} % of the A particles"
    return [
        memory.told(_claim(statement, coldest.sizes_of(group), coldest.sizes_of(control)), note)
        for statement, (group, control) in zip(statements, pairs, strict=True)
    ]


def _claim(statement: Statement, size: Estimate, of_control: Estimate) -> Claim:
    if np.isnan(of_control.value):
        return statement.not_tested("there are no random directions")
    return statement.judge(size / of_control)


def table(findings: list[Clusters]) -> pd.DataFrame:
    """Mean sizes, and n(s) in bins of sizes, with intervals; what never occurred is left out."""
    rows = [row for clusters in findings for row in _rows(clusters)]
    columns = ("temperature", "fraction", "group", "quantity", "first_size", "last_size")
    return pd.DataFrame(rows, columns=[*columns, "value", "low", "high"])


def _rows(clusters: Clusters) -> Iterator[Mapping[str, object]]:
    common = {"temperature": clusters.temperature, "fraction": clusters.fraction}
    whole = np.array([clusters.first[0]]), np.array([clusters.last[-1]])
    for number, group in enumerate(CLUSTERED):
        for quantity, found, sizes in (
            ("mean size", clusters.mean_size[[number]], whole),
            ("n(s)", clusters.density[number], (clusters.first, clusters.last)),
        ):
            ends = found.interval()
            for first, last, value, low, high in zip(*sizes, found.value, *ends, strict=True):
                if value > 0 and np.isfinite([low, high]).all():
                    yield {
                        **common,
                        "group": group,
                        "quantity": quantity,
                        "first_size": first,
                        "last_size": last,
                        "value": value,
                        "low": low,
                        "high": high,
                    }
