"""Figure 1.2: g(r) hardly changes while the relaxation time grows a thousandfold."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness import seeds
from softness.dynamics.pairs import PAIRS, first_peak
from softness.files.records.dynamics import PairDistributions
from softness.findings import learned
from softness.findings.data import FigureData
from softness.verdicts import Claim, Statement
from softness.uncertainty import Estimate, bootstrap, widened

HOTTEST_OF_SOURCE, COLDEST_OF_SOURCE = 2.0, 0.45

PEAK = Statement(
    figure="1.2",
    name="shift of the first AA peak",
    claim="From T = 2.0 to the coldest liquid the first peak of g_AA moves by less than 6 %",
    source="nearly identical peak positions",
    below=0.06,
)
SLOWING = Statement(
    figure="1.2",
    name="growth of tau_alpha",
    claim="Meanwhile tau_alpha grows more than a thousandfold",
    source="> 1e3",
    above=1e3,
)


@dataclass(frozen=True)
class Findings:
    """g(r) at all temperatures, and how the coldest liquid differs from the hottest one.

    Attributes
    ----------
    distance
        (bins,) in sigma_AA.
    values
        (3, bins) g(r) of AA, AB and BB by temperature, from cold to hot.
    peak_shift
        Of the first AA peak, as a share of its place.
    growth
        Of tau_alpha, as a factor.
    replicas, relaxation_replicas
        Fewest of both temperatures, and of all where tau_alpha was measured.
    """

    distance: np.ndarray
    values: dict[float, np.ndarray]
    peak_shift: Estimate
    growth: Estimate
    replicas: int
    relaxation_replicas: int


def compute(data: FigureData) -> Findings:
    """g(r) over all frames of all replicas, the first AA peak and tau_alpha."""
    temperatures = data.temperatures()
    runs = {t: data.pair_distributions_at(t) for t in temperatures}
    values = {temperature: _mean_values(tables) for temperature, tables in runs.items()}
    ends = temperatures[0], temperatures[-1]
    cold, hot = (_first_peak(data, t, runs[t], values[t][0]) for t in ends)
    slow, fast = (data.relaxation_at(t) for t in ends)
    return Findings(
        distance=data.pair_distribution[0].distance,
        values=values,
        peak_shift=Estimate(abs(cold.value / hot.value - 1), np.abs(cold.draws / hot.draws - 1)),
        growth=Estimate(
            slow.relaxation_time / fast.relaxation_time,
            slow.relaxation_time_draws / fast.relaxation_time_draws,
        ),
        replicas=min(len(runs[t]) for t in ends),
        relaxation_replicas=min(int(table.replicas) for table in data.relaxation),
    )


def _mean_values(tables: list[PairDistributions]) -> np.ndarray:
    """(3, bins) g(r) over all frames of several replicas."""
    values = np.concatenate([table.values for table in tables])
    frames = np.concatenate([table.frames for table in tables])
    return np.average(values, axis=0, weights=frames)


def _first_peak(
    data: FigureData, temperature: float, tables: list[PairDistributions], mean: np.ndarray
) -> Estimate:
    """Place of the first AA peak of a mean g_AA; replicas and blocks of its tables resampled."""
    sums, weights = zip(*(_independent_blocks(data, table) for table in tables), strict=True)
    distance = tables[0].distance
    value = first_peak(distance, mean)[0]
    draws = bootstrap(
        sums,
        weights,
        lambda mean: first_peak(distance, mean)[0],
        data.settings["draws"],
        seeds.stream(data.settings["seed"], "figure 1.2 bootstrap", temperature),
    )
    return Estimate(value, widened(draws, value, [len(each) for each in sums]))


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
    """Verdicts on the peak and on the slowing down."""
    cold, hot = min(findings.values), max(findings.values)
    if hot < HOTTEST_OF_SOURCE or cold == hot:
        reason = f"needs T = {HOTTEST_OF_SOURCE:g} and a colder one"
        return [PEAK.not_tested(reason), SLOWING.not_tested(reason)]
    peak = learned.judged(PEAK, findings.peak_shift, findings.replicas)
    if cold > COLDEST_OF_SOURCE:
        reason = f"the coldest liquid is T = {cold:g}, the source's 0.45"
        return [peak, SLOWING.not_tested(reason)]
    return [peak, learned.judged(SLOWING, findings.growth, findings.relaxation_replicas)]


def table(findings: Findings) -> pd.DataFrame:
    """g(r) of each pair at each temperature."""
    parts = []
    for temperature, values in findings.values.items():
        columns = {f"g_{pair}": each for pair, each in zip(PAIRS, values, strict=True)}
        columns = {"temperature": temperature, "distance": findings.distance, **columns}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)
