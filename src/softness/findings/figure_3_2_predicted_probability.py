"""Figure 3.2: rearrangements by predicted ln p_r are activated, as those by softness are."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.findings import barrier_curves, learned, regressed
from softness.findings.data import FigureData
from softness.findings.learned import KRAMERS, BinProbabilities
from softness.findings.regressed import SVR
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Inclusion

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


@dataclass(frozen=True)
class Scale:
    """Z-scores x of logit p_r.

    Attributes
    ----------
    mean, spread
        Of logit p_r over test particles of the training temperature.
    """

    mean: float
    spread: float

    def log_probability(self, x: np.ndarray) -> np.ndarray:
        """Return ln p_r."""
        return regressed.log_probability(self.mean + self.spread * np.asarray(x))

    def z_score(self, log_probability: np.ndarray) -> np.ndarray:
        """The other way round."""
        # ln p = 0 is at infinity.
        below = np.minimum(log_probability, -1e-9)
        return (below - np.log(-np.expm1(below)) - self.mean) / self.spread


@dataclass(frozen=True)
class Findings:
    """Rearrangements in bins of ln p_r by SVR.

    Attributes
    ----------
    bins
        Shares and their fits; None without barriers by SVR.
    lacking
        Why there are none; empty if there are.
    curvature
        Its mean over bins and its slope, by the statement about it; empty without SVR.
    replicas, doubt
        Their number; why the curvature cannot decide, empty if it can.
    scale
        Of the bins; None where it is unknown.
    """

    bins: BinProbabilities | None
    lacking: str
    curvature: dict[Inclusion, Estimate]
    replicas: int
    doubt: str
    scale: Scale | None


def compute(data: FigureData) -> Findings:
    """Curvatures of ln f, and what the bins are as probabilities."""
    barriers, bins, curvature = data.predicted_barriers[0], None, {}
    lacking = barrier_curves.lacks(barriers, [SVR])
    if not lacking:
        bins = learned.bin_probabilities(barriers, SVR, KRAMERS)
        curvature[STRAIGHT] = learned.mean_curvature(barriers, SVR)
        curvature[ALIKE] = learned.curvature_slope(barriers, SVR)
    doubt = regressed.doubt_of_barriers(data, softness=False)
    return Findings(bins, lacking, curvature, int(barriers.replicas), doubt, _scale(data))


def _scale(data: FigureData) -> Scale | None:
    snapshots = [each for each in regressed.at_training(data) if SVR in each.predicted]
    if not snapshots:
        return None
    logit = np.concatenate([each.predicted[SVR] for each in snapshots])
    return Scale(float(logit.mean()), float(logit.std())) if np.ptp(logit) > 0 else None


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on how straight the lines are, and on whether they bend alike."""
    if findings.lacking:
        return [each.not_tested(findings.lacking) for each in (STRAIGHT, ALIKE)]
    return [
        learned.judged(statement, found, findings.replicas, findings.doubt)
        for statement, found in findings.curvature.items()
    ]


def table(findings: Findings) -> pd.DataFrame:
    """Share f, its interval and its Kramers fit at each temperature and bin.

    ``bin`` is the middle as a Z-score, ``ln_p_r`` the same as a probability, left out where there
    are no test snapshots at the temperature of the training.
    """
    if not findings.bins:
        return pd.DataFrame()
    found = learned.with_full_intervals(findings.bins.rows)
    if findings.scale and not found.empty:
        found.insert(3, "ln_p_r", findings.scale.log_probability(found["bin"].to_numpy()))
    return found
