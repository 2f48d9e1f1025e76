"""Figure 3.2: rearrangements by predicted ln p_r are activated, as those by softness are."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.findings import barrier_curves, learned, regressed
from softness.findings.data import FigureData
from softness.findings.learned import KRAMERS, BinProbabilities
from softness.findings.regressed import SVR
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement

NUMBER = "3.2"

STRAIGHT = Statement(
    figure=NUMBER,
    name="change of the barrier over the fitted temperatures, by ln p_r of SVR",
    claim=(
        "In bins of predicted ln p_r rearrangements are activated: in the form drawn (Kramers) "
        "ln f is straight in 1/T"
    ),
    section="3.3.2",
    source="Arrhenius form, in bins of ln p_r from -6.5 to -10; no value given",
    rule=learned.STRAIGHT,
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
        Fractions and their fits; None without barriers by SVR.
    lacking
        Why there are none; empty if there are.
    curvature
        Relative change of the barrier over the fitted temperatures; None without SVR.
    doubt
        Why the curvature cannot decide; empty if it can.
    scale
        Of the bins; None where it is unknown.
    """

    bins: BinProbabilities | None
    lacking: str
    curvature: Estimate | None
    doubt: str
    scale: Scale | None


def compute(data: FigureData) -> Findings:
    """Curvature of ln f, and what the bins are as probabilities."""
    barriers, bins, curvature = data.predicted_barriers[0], None, None
    lacking = barrier_curves.lacks(barriers, [SVR])
    if not lacking:
        bins = learned.bin_probabilities(barriers, SVR, KRAMERS)
        curvature = learned.curvature_effect(barriers, SVR, KRAMERS)
    doubt = regressed.doubt_of_barriers(data, softness=False)
    return Findings(bins, lacking, curvature, doubt, _scale(data))


def _scale(data: FigureData) -> Scale | None:
    snapshots = [each for each in regressed.at_training(data) if SVR in each.predicted]
    if not snapshots:
        return None
    logit = np.concatenate([each.predicted[SVR] for each in snapshots])
    return Scale(float(logit.mean()), float(logit.std())) if np.ptp(logit) > 0 else None


def claims(findings: Findings) -> list[Claim]:
    """Verdict on how straight the lines are."""
    if findings.curvature is None:
        return [STRAIGHT.not_tested(findings.lacking)]
    return [STRAIGHT.judge(findings.curvature, findings.doubt)]


def table(findings: Findings) -> pd.DataFrame:
    """Fraction f, its interval and its Kramers fit at each temperature and bin.

    ``bin`` is the middle as a Z-score, ``ln_p_r`` the same as a probability, left out where there
    are no test snapshots at the temperature of the training.
    """
    if not findings.bins:
        return pd.DataFrame()
    found = learned.with_full_intervals(findings.bins.rows)
    if findings.scale and not found.empty:
        found.insert(3, "ln_p_r", findings.scale.log_probability(found["bin"].to_numpy()))
    return found
