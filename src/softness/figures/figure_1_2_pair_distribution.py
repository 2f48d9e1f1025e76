"""Figure 1.2: g(r) hardly changes while the relaxation time grows a thousandfold."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from softness import seeds
from softness.dynamics.pairs import PAIRS, first_peak
from softness.figures import style
from softness.files.records.dynamics import PairDistributions
from softness.findings.data import FigureData
from softness.report.claims import Claim, Statement
from softness.uncertainty import bootstrap, widened

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


def mean_values(data: FigureData, temperature: float) -> np.ndarray:
    """(3, bins) g(r) over all frames of all replicas."""
    tables = data.pair_distributions_at(temperature)
    values = np.concatenate([table.values for table in tables])
    frames = np.concatenate([table.frames for table in tables])
    return np.average(values, axis=0, weights=frames)


def peak_place(data: FigureData, temperature: float) -> float:
    """Place of the first AA peak over all replicas."""
    distance = data.pair_distribution[0].distance
    return first_peak(distance, mean_values(data, temperature)[0])[0]


def peak_draws(data: FigureData, temperature: float) -> np.ndarray:
    """(draws,) places of the first AA peak of resampled replicas and blocks, widened."""
    tables = data.pair_distributions_at(temperature)
    sums, weights = zip(*(_independent_blocks(data, table) for table in tables), strict=True)
    distance = tables[0].distance
    draws = bootstrap(
        sums,
        weights,
        lambda mean: first_peak(distance, mean)[0],
        data.settings["draws"],
        seeds.stream(data.settings["seed"], "figure 1.2 bootstrap", temperature),
    )
    return widened(draws, peak_place(data, temperature), [len(each) for each in sums])


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


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on the peak and on the slowing down."""
    temperatures = data.temperatures()
    cold, hot = temperatures[0], temperatures[-1]
    if hot < HOTTEST_OF_SOURCE or cold == hot:
        reason = f"needs T = {HOTTEST_OF_SOURCE:g} and a colder one"
        return [PEAK.not_tested(reason), SLOWING.not_tested(reason)]
    return [_peak_claim(data, cold, hot), _slowing_claim(data, cold, hot)]


def _peak_claim(data: FigureData, cold: float, hot: float) -> Claim:
    places = [peak_place(data, t) for t in (cold, hot)]
    draws = [peak_draws(data, t) for t in (cold, hot)]
    replicas = min(len(data.pair_distributions_at(t)) for t in (cold, hot))
    return PEAK.judge(abs(places[0] / places[1] - 1), np.abs(draws[0] / draws[1] - 1), replicas)


def _slowing_claim(data: FigureData, cold: float, hot: float) -> Claim:
    if cold > COLDEST_OF_SOURCE:
        return SLOWING.not_tested(f"the coldest liquid is T = {cold:g}, the source's 0.45")
    temperatures, times, draws = data.relaxation_times()
    at = {temperature: number for number, temperature in enumerate(temperatures)}
    first, last = at[cold], at[hot]
    replicas = min(int(table.replicas) for table in data.relaxation)
    return SLOWING.judge(times[first] / times[last], draws[first] / draws[last], replicas)


def table(data: FigureData) -> pd.DataFrame:
    """g(r) of each pair at each temperature."""
    distance = data.pair_distribution[0].distance
    parts = []
    for temperature in data.temperatures():
        values = mean_values(data, temperature)
        columns = {f"g_{pair}": values[number] for number, pair in enumerate(PAIRS)}
        parts.append(pd.DataFrame({"temperature": temperature, "distance": distance, **columns}))
    return pd.concat(parts, ignore_index=True)


def plot(data: FigureData) -> Figure:
    """Three panels, one for each pair of species."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.5))
    panels = figure.subplots(1, 3)
    distance = data.pair_distribution[0].distance
    temperatures = data.temperatures()
    for temperature in reversed(temperatures):
        values = mean_values(data, temperature)
        for number, panel in enumerate(panels):
            panel.plot(distance, values[number], color=style.temperature_colour(temperature))
    for panel, pair, letter in zip(panels, PAIRS, "abc", strict=True):
        panel.axhline(1, color="0.7", linewidth=0.6, zorder=0)
        panel.set_xlim(0.5, min(4.0, distance[-1]))
        panel.set_ylim(bottom=0)
        panel.set_xlabel(r"$r\;/\;\sigma_{AA}$")
        panel.set_ylabel(rf"$g_{{{pair}}}(r)$")
        panel.set_title(f"({letter})", loc="left", fontsize=9)
    style.temperature_legend(figure, temperatures, loc="outside right center")
    return figure
