"""Figure 1.3: two-step, stretched relaxation of F_s(q, t)."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from softness.dynamics.scattering import StretchedExponential
from softness.files.records.dynamics import RelaxationTable
from softness.findings import learned
from softness.findings.data import FigureData
from softness.verdicts import Claim, Statement
from softness.uncertainty import Estimate

WARMEST_STRETCHED = 0.6

STRETCHING = Statement(
    figure="1.3",
    name="stretching exponent at every T <= 0.6",
    claim="On supercooling the final relaxation becomes a stretched exponential",
    source="stretched, no value given",
    below=0.8,
)


@dataclass(frozen=True)
class Findings:
    """F_s and its final relaxation.

    Attributes
    ----------
    relaxation, fits
        F_s and the stretched exponential at each temperature, from cold to hot.
    stretching
        Exponents at all temperatures up to 0.6, by temperature as text.
    replicas
        Fewest of these temperatures.
    """

    relaxation: Sequence[RelaxationTable]
    fits: Sequence[StretchedExponential]
    stretching: dict[str, Estimate]
    replicas: int


def compute(data: FigureData) -> Findings:
    """F_s as measured, its fits, and the exponents that are judged."""
    cold = [table for table in data.relaxation if float(table.temperature) <= WARMEST_STRETCHED]
    return Findings(
        relaxation=data.relaxation,
        fits=[
            StretchedExponential(
                float(each.amplitude), float(each.stretched_time), float(each.stretching)
            )
            for each in data.relaxation
        ],
        stretching={
            learned.at(float(each.temperature)): Estimate(each.stretching, each.stretching_draws)
            for each in cold
        },
        replicas=min((int(each.replicas) for each in cold), default=0),
    )


def claims(findings: Findings) -> list[Claim]:
    """Verdict on the exponents at all temperatures up to 0.6."""
    if not findings.stretching:
        return [STRETCHING.not_tested(f"no temperature up to {WARMEST_STRETCHED:g}")]
    return [learned.judged_all(STRETCHING, findings.stretching, findings.replicas)]


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
