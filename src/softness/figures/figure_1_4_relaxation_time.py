"""Figure 1.4: the relaxation time grows faster than Arrhenius."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from softness.figures import style
from softness.findings.data import FigureData
from softness.report.claims import Claim, Statement
from softness.uncertainty import interval

FRAGILITY = Statement(
    figure="1.4",
    name="last over first local slope",
    claim="tau_alpha grows super-Arrhenius: the slope of ln tau_alpha in 1/T rises on cooling",
    source="> 2",
    above=2.0,
)


def local_slopes(temperatures: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(n - 1, ...) slopes of ln tau_alpha in 1/T between neighbours, from cold to hot."""
    inverse = 1 / temperatures
    return np.diff(np.log(times), axis=0) / np.diff(inverse).reshape(-1, *[1] * (times.ndim - 1))


def claims(data: FigureData) -> list[Claim]:
    """Verdict on the ratio of the coldest to the hottest local slope."""
    temperatures, times, draws = data.relaxation_times()
    if len(temperatures) < 3:
        return [FRAGILITY.not_tested("needs three temperatures")]
    slopes, drawn = local_slopes(temperatures, times), local_slopes(temperatures, draws)
    replicas = min(int(table.replicas) for table in data.relaxation)
    return [FRAGILITY.judge(slopes[0] / slopes[-1], drawn[0] / drawn[-1], replicas)]


def table(data: FigureData) -> pd.DataFrame:
    """tau_alpha with its interval at each temperature."""
    temperatures, times, draws = data.relaxation_times()
    bounds = np.array([interval(row) for row in draws])
    return pd.DataFrame(
        {
            "temperature": temperatures,
            "inverse_temperature": 1 / temperatures,
            "relaxation_time": times,
            "low": bounds[:, 0],
            "high": bounds[:, 1],
            "blocks": [int(each.blocks) for each in data.relaxation],
        }
    )


def plot(data: FigureData) -> Figure:
    """tau_alpha on a logarithmic axis against 1/T, with the Arrhenius law of the two hottest."""
    numbers = table(data)
    figure = Figure(figsize=(style.SINGLE_COLUMN, 2.8))
    axes = figure.subplots()
    for row in numbers.itertuples():
        axes.errorbar(
            row.inverse_temperature,
            row.relaxation_time,
            # The interval of a skewed distribution can lie beside the value.
            yerr=np.maximum([[row.relaxation_time - row.low], [row.high - row.relaxation_time]], 0),
            color=style.temperature_colour(row.temperature),
            marker="o",
            capsize=2,
        )
    hot = numbers.iloc[-2:]
    slope, offset = np.polyfit(hot.inverse_temperature, np.log(hot.relaxation_time), 1)
    inverse = np.array([numbers.inverse_temperature.min(), numbers.inverse_temperature.max()])
    axes.plot(
        inverse,
        np.exp(offset + slope * inverse),
        color="0.5",
        linestyle="--",
        linewidth=0.8,
        zorder=0,
        label="Arrhenius law of the two hottest",
    )
    axes.set_yscale("log")
    axes.set_xlabel(r"$1/T\;\;(k_B/\epsilon_{AA})$")
    axes.set_ylabel(r"$\tau_\alpha\;/\;\tau$")
    axes.legend(loc="upper left")
    return figure
