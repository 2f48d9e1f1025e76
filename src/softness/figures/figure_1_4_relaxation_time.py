"""Figure 1.4: the relaxation time grows faster than Arrhenius."""

import numpy as np
from matplotlib.figure import Figure

from softness.figures import style
from softness.findings.figure_1_4_relaxation_time import Findings, table


def plot(findings: Findings) -> Figure:
    """tau_alpha on a logarithmic axis against 1/T, with the Arrhenius law of the two hottest."""
    numbers = table(findings)
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
    slope, offset = findings.arrhenius
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
