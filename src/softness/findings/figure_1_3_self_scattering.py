"""Figure 1.3: two-step, stretched relaxation of F_s(q, t)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.dynamics.scattering import StretchedExponential, fitted_lags
from softness.files.records.dynamics import RelaxationTable
from softness.findings import learned
from softness.findings.data import FigureData
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement, Trend, below, every

NUMBER = "1.3"
WARMEST_STRETCHED = 0.6

TWO_STEPS = Statement(
    figure=NUMBER,
    name="slope of F_s on the plateau over the slope at tau_alpha, coldest liquid",
    claim="The supercooled liquid relaxes in two steps",
    section="1.4",
    source="two steps, no value given",
    rule=below(0.5),
)
MORE_ON_COOLING = Statement(
    figure=NUMBER,
    name="fall of this ratio for each step of cooling",
    claim="The two steps become more distinct on cooling",
    section="1.4",
    source="more obvious, no value given",
    rule=Trend(),
)
STRETCHING = Statement(
    figure=NUMBER,
    name="stretching exponent at every T <= 0.6",
    claim="On supercooling the final relaxation becomes a stretched exponential",
    section="1.4",
    source="stretched, no value given",
    rule=every(below(0.8)),
    of_liquid=True,
)


@dataclass(frozen=True)
class Findings:
    """F_s and its final relaxation.

    Attributes
    ----------
    relaxation, fits
        F_s and the stretched exponential at each temperature, from cold to hot.
    fitted
        (lags,) bool at each temperature: where it was fitted.
    plateau
        () slope on the plateau over the slope at tau_alpha, by temperature; those that are known.
    stretching
        () exponents at all temperatures up to 0.6, by temperature as text.
    """

    relaxation: Sequence[RelaxationTable]
    fits: Sequence[StretchedExponential]
    fitted: Sequence[np.ndarray]
    plateau: dict[float, Estimate]
    stretching: dict[str, Estimate]


def compute(data: FigureData) -> Findings:
    """F_s as measured, its fits, and the numbers that are judged."""
    return Findings(
        relaxation=data.relaxation,
        fits=[
            StretchedExponential(
                float(each.amplitude), float(each.stretched_time), float(each.stretching)
            )
            for each in data.relaxation
        ],
        fitted=[
            fitted_lags(each.lag, each.mean, data.settings["stretched_exponential"])
            for each in data.relaxation
        ],
        plateau={
            float(each.temperature): Estimate(float(each.plateau), each.plateau_draws, each.units)
            for each in data.relaxation
            if np.isfinite(each.plateau)
        },
        stretching={
            learned.at(float(each.temperature)): Estimate(
                float(each.stretching), each.stretching_draws, each.units
            )
            for each in data.relaxation
            if float(each.temperature) <= WARMEST_STRETCHED
        },
    )


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the two steps, and on the exponents at all temperatures up to 0.6."""
    stretched = STRETCHING.not_tested(f"no temperature up to {WARMEST_STRETCHED:g}")
    if findings.stretching:
        stretched = STRETCHING.judge_every(findings.stretching)
    return [*_plateau_claims(findings), stretched]


def _plateau_claims(findings: Findings) -> list[Claim]:
    plateau = findings.plateau
    coldest = float(findings.relaxation[0].temperature)
    steps = TWO_STEPS.not_tested(f"F_s does not fall to 1/e {learned.at(coldest)}")
    if coldest in plateau:
        steps = TWO_STEPS.judge(plateau[coldest])
    if len(plateau) < 2:
        return [steps, MORE_ON_COOLING.not_tested("needs F_s down to 1/e at two temperatures")]
    return [steps, MORE_ON_COOLING.judge_trend(learned.trend(plateau), learned.steps(plateau))]


def table(findings: Findings) -> pd.DataFrame:
    """F_s with its interval, and the fitted stretched exponential."""
    parts = [
        pd.DataFrame(
            {
                "temperature": float(each.temperature),
                "time": each.lag,
                "self_scattering": each.mean,
                "low": each.low,
                "high": each.high,
                "origins": each.origins,
                "amplitude": fit.amplitude,
                "stretched_time": fit.time,
                "stretching": fit.stretching,
            }
        )
        for each, fit in zip(findings.relaxation, findings.fits, strict=True)
    ]
    return pd.concat(parts, ignore_index=True)
