"""Figure 1.2: g(r) hardly changes while the relaxation time grows a thousandfold."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness import seeds
from softness.dynamics.pairs import (
    PAIRS,
    first_minimum,
    first_peak,
    neighbours,
    second_minimum,
)
from softness.files.records.dynamics import PairDistributions
from softness.findings import learned
from softness.findings.data import FigureData
from softness.uncertainty import Estimate, bootstrap
from softness.verdicts import Claim, Statement, Trend, above, below

HOTTEST_OF_SOURCE, COLDEST_OF_SOURCE = 2.0, 0.45

NUMBER = "1.2"

# Both bounds are ours; the dissertation gives no number.
PEAK = Statement(
    figure=NUMBER,
    name="shift of the first AA peak",
    claim="From T = 2.0 to the coldest liquid the peaks of g(r) hardly move",
    section="1.4",
    source="nearly identical peak positions, no value given",
    rule=below(0.06),
    of_liquid=True,
)
SLOWING = Statement(
    figure=NUMBER,
    name="growth of tau_alpha",
    claim="Meanwhile the dynamics changes drastically: more than a thousandfold",
    section="1.4",
    source="drastic, no value given",
    rule=above(1e3),
    of_liquid=True,
)
SHELLS = {
    "first": Statement(
        figure=NUMBER,
        name="growth of the number of A neighbours in the first shell, a step of cooling",
        claim="On cooling there are slightly more nearest neighbours",
        section="1.4",
        source="a slight increase, no value given",
        rule=Trend(),
    ),
    "second": Statement(
        figure=NUMBER,
        name="the same within the second shell",
        claim="On cooling there are slightly more next-nearest neighbours",
        section="1.4",
        source="a slight increase, no value given",
        rule=Trend(),
    ),
}
"""By the shell whose neighbours are counted."""


@dataclass(frozen=True)
class Findings:
    """g(r) at all temperatures, and how the coldest liquid differs from the hottest one.

    Attributes
    ----------
    distance
        (bins,) in sigma_AA.
    values
        (pairs, bins) g(r) by temperature, from cold to hot; pairs in the order of `PAIRS`.
    peak_shift
        Of the first AA peak, as a share of its place.
    growth
        Of tau_alpha, as a factor.
    neighbours
        () of A particles around A ones within each shell of the coldest liquid, relative to the
        hottest one, by shell and temperature. Empty where minima of g(r) are not known.
    """

    distance: np.ndarray
    values: dict[float, np.ndarray]
    peak_shift: Estimate
    growth: Estimate
    neighbours: dict[str, dict[float, Estimate]]


def compute(data: FigureData) -> Findings:
    """g(r) over all frames of all replicas, the first AA peak and tau_alpha."""
    temperatures = data.temperatures()
    runs = {t: data.pair_distributions_at(t) for t in temperatures}
    values = {temperature: _mean_values(tables) for temperature, tables in runs.items()}
    ends = temperatures[0], temperatures[-1]
    distance, coldest = data.pair_distribution[0].distance, values[ends[0]][0]
    shells = dict(zip(SHELLS, (first_minimum, second_minimum), strict=True))
    radii = {shell: minimum(distance, coldest) for shell, minimum in shells.items()}
    measured = {t: _measured(data, t, runs[t], values[t][0], radii) for t in temperatures}
    cold, hot = (measured[t] for t in ends)
    slow, fast = (data.relaxation_at(t).relaxation_time_estimate for t in ends)
    return Findings(
        distance=distance,
        values=values,
        peak_shift=(cold[0] / hot[0]).map(lambda ratio: np.abs(ratio - 1)),
        growth=slow / fast,
        neighbours={
            shell: {t: _relative(each[number], hot[number]) for t, each in measured.items()}
            for number, shell in enumerate(SHELLS, start=1)
            if np.isfinite(radii[shell])
        },
    )


def _mean_values(tables: list[PairDistributions]) -> np.ndarray:
    """(pairs, bins) g(r) over all frames of several replicas."""
    values = np.concatenate([table.values for table in tables])
    frames = np.concatenate([table.frames for table in tables])
    return np.average(values, axis=0, weights=frames)


def _relative(estimate: Estimate, to: Estimate) -> Estimate:
    """In units of a value that is taken as exact, so that estimates stay independent."""
    return estimate.map(lambda each: each / to.value)


def _measured(
    data: FigureData,
    temperature: float,
    tables: list[PairDistributions],
    mean: np.ndarray,
    radii: dict[str, float],
) -> Estimate:
    """(1 + shells,) place of the first peak of a mean g_AA, and neighbours within each radius.

    Replicas and blocks of the tables are resampled.
    """
    sums, weights = zip(*(_independent_blocks(data, table) for table in tables), strict=True)
    distance = tables[0].distance

    def numbers(values: np.ndarray) -> np.ndarray:
        counts = [neighbours(distance, values, radius) for radius in radii.values()]
        return np.array([first_peak(distance, values)[0], *counts])

    generator = seeds.stream(data.settings["seed"], "figure 1.2 bootstrap", temperature)
    draws = bootstrap(sums, weights, numbers, data.settings["draws"], generator)
    return Estimate.of_bootstrap(numbers(mean), draws, [len(each) for each in sums])


def _independent_blocks(
    data: FigureData, table: PairDistributions
) -> tuple[np.ndarray, np.ndarray]:
    """Sums of g_AA over frames, and numbers of frames, in blocks of enough relaxation times.

    Neighbouring blocks of the table are taken together until they are long enough.
    """
    time = data.relaxation_time_at(float(table.temperature))
    longest = data.settings["block_length"] * time if np.isfinite(time) else float(table.duration)
    number = int(np.clip(float(table.duration) // longest, 1, len(table.frames)))
    groups = np.array_split(np.arange(len(table.frames)), number)
    weighted = table.values[:, 0] * table.frames[:, None]
    sums = np.array([weighted[group].sum(axis=0) for group in groups])
    counts = np.array([[float(table.frames[group].sum())] for group in groups])
    return sums, counts


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the peak, on the slowing down, and on the number of neighbours."""
    cold, hot = min(findings.values), max(findings.values)
    if hot < HOTTEST_OF_SOURCE or cold == hot:
        reason = f"needs T = {HOTTEST_OF_SOURCE:g} and a colder one"
        return [each.not_tested(reason) for each in (PEAK, SLOWING, *SHELLS.values())]
    slowing = SLOWING.not_tested(f"the coldest liquid is T = {cold:g}, the dissertation's 0.45")
    if cold <= COLDEST_OF_SOURCE:
        slowing = SLOWING.judge(findings.growth)
    return [PEAK.judge(findings.peak_shift), slowing, *_shell_claims(findings)]


def _shell_claims(findings: Findings) -> list[Claim]:
    verdicts = []
    for shell, statement in SHELLS.items():
        if shell not in findings.neighbours:
            verdicts.append(statement.not_tested(f"g(r) has no {shell} minimum"))
            continue
        # Growth on cooling is a fall with temperature.
        falls = {t: each.map(np.negative) for t, each in findings.neighbours[shell].items()}
        verdicts.append(statement.judge_trend(learned.trend(falls), learned.steps(falls)))
    return verdicts


def table(findings: Findings) -> pd.DataFrame:
    """g(r) of each pair at each temperature."""
    parts = []
    for temperature, values in findings.values.items():
        columns = {f"g_{pair}": each for pair, each in zip(PAIRS, values, strict=False)}
        columns = {"temperature": temperature, "distance": findings.distance, **columns}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)
