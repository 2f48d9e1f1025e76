"""Figure 3.2: rearrangements by predicted ln p_r are activated, as those by softness are."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from softness.figures import draw_learned, draw_models, style
from softness.figures.draw_models import LN_P
from softness.findings import barrier_curves, learned, regressed
from softness.findings.data import FigureData
from softness.findings.learned import KRAMERS
from softness.findings.regressed import SVR
from softness.report.claims import Claim, Inclusion

NUMBER = "3.2"

STRAIGHT = Inclusion(
    figure=NUMBER,
    name="mean curvature of ln f by ln p_r of SVR",
    claim="In bins of predicted ln p_r rearrangements are Arrhenius: ln f is straight in 1/T",
    source="Arrhenius form, no value given",
    expected=0.0,
    half_width=0.5,
)
ALIKE = Inclusion(
    figure=NUMBER,
    name="slope of the curvature with ln p_r of SVR",
    claim="Ours: what bends ln f bends it alike in all bins",
    source="none",
    expected=0.0,
    half_width=0.5,
)


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on how straight the lines are, and on whether they bend alike."""
    table = data.predicted_barriers[0]
    if lacking := barrier_curves.lacks(table, [SVR]):
        return [each.not_tested(lacking) for each in (STRAIGHT, ALIKE)]
    doubt = regressed.doubt_of_barriers(data, softness=False)
    replicas = int(table.replicas)
    return [
        learned.judged(STRAIGHT, learned.mean_curvature(table, SVR), replicas, doubt),
        learned.judged(ALIKE, learned.curvature_slope(table, SVR), replicas, doubt),
    ]


def table(data: FigureData) -> pd.DataFrame:
    """Share f, its interval and its Kramers fit at each temperature and bin.

    ``bin`` is the middle as a Z-score, ``ln_p_r`` the same as a probability, left out where there
    are no test snapshots at the temperature of the training.
    """
    barriers = data.predicted_barriers[0]
    if barrier_curves.lacks(barriers, [SVR]):
        return pd.DataFrame()
    found = learned.with_full_intervals(learned.probabilities(barriers, SVR, KRAMERS))
    unit = _unit(data)
    if unit and not found.empty:
        to_log_probability, _ = _scales(*unit)
        found.insert(3, "ln_p_r", to_log_probability(found["bin"].to_numpy()))
    return found


def _unit(data: FigureData) -> tuple[float, float] | None:
    """Mean and standard deviation of logit p_r over test particles of the training temperature."""
    snapshots = [each for each in regressed.at_training(data) if SVR in each.predicted]
    if not snapshots:
        return None
    logit = np.concatenate([each.predicted[SVR] for each in snapshots])
    return (float(logit.mean()), float(logit.std())) if np.ptp(logit) > 0 else None


def plot(data: FigureData) -> Figure:
    """Share f against 1/T in bins of predicted ln p_r."""
    figure = Figure(figsize=(style.SINGLE_COLUMN + 1.4, 3.0))
    axes = figure.subplots()
    barriers = data.predicted_barriers[0]
    axes.set_xlabel(r"$1/T\;\;(k_B/\epsilon_{AA})$")
    axes.set_ylabel(r"$f(\ln\,p_r^{\,\mathrm{SVR}})$")
    if barrier_curves.lacks(barriers, [SVR]):
        draw_models.say(axes, "no barriers by SVR")
        return figure
    draw_learned.draw_probabilities(axes, barriers, SVR, KRAMERS)
    bar = draw_learned.bin_colourbar(figure, axes, barriers, draw_models.Z_SCORE)
    if unit := _unit(data):
        # The same colours as probabilities, on the other side of the bar.
        other = bar.ax.secondary_yaxis("left", functions=_scales(*unit))
        other.set_ylabel(f"{LN_P} by SVR")
    return figure


def _scales(mean: float, spread: float) -> tuple[Callable, Callable]:
    """From x, the Z-score of logit p_r, to ln p_r, and back."""

    def to_x(log_probability: np.ndarray) -> np.ndarray:
        # ln p = 0 is at infinity.
        below = np.minimum(log_probability, -1e-9)
        return (below - np.log(-np.expm1(below)) - mean) / spread

    return lambda x: regressed.log_probability(mean + spread * np.asarray(x)), to_x
