"""Figure 1.4: the relaxation time grows faster than Arrhenius."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.findings import learned
from softness.findings.data import FigureData
from softness.verdicts import Claim, Statement
from softness.uncertainty import Estimate

FRAGILITY = Statement(
    figure="1.4",
    name="last over first local slope",
    claim="tau_alpha grows super-Arrhenius: the slope of ln tau_alpha in 1/T rises on cooling",
    source="> 2",
    above=2.0,
)


@dataclass(frozen=True)
class Findings:
    """tau_alpha from cold to hot.

    Attributes
    ----------
    temperature
        (n,) in eps_AA / k_B.
    relaxation_time
        (n,) tau_alpha in tau.
    blocks
        (n,) independent stretches of time behind it.
    local_slopes
        (n - 1,) slopes of ln tau_alpha in 1/T between neighbours.
    arrhenius
        Slope and offset of ln tau_alpha in 1/T by the two hottest.
    replicas
        Fewest of all temperatures.
    """

    temperature: np.ndarray
    relaxation_time: Estimate
    blocks: list[int]
    local_slopes: Estimate
    arrhenius: tuple[float, float]
    replicas: int


def compute(data: FigureData) -> Findings:
    """tau_alpha, and its slopes in 1/T."""
    temperature = np.array([float(each.temperature) for each in data.relaxation])
    times = np.array([float(each.relaxation_time) for each in data.relaxation])
    draws = np.array([each.relaxation_time_draws for each in data.relaxation]).T
    inverse = 1 / temperature
    slope, offset = np.polyfit(inverse[-2:], np.log(times[-2:]), 1)
    return Findings(
        temperature=temperature,
        relaxation_time=Estimate(times, draws),
        blocks=[int(each.blocks) for each in data.relaxation],
        local_slopes=Estimate(
            np.diff(np.log(times)) / np.diff(inverse), np.diff(np.log(draws)) / np.diff(inverse)
        ),
        arrhenius=(slope, offset),
        replicas=min(int(each.replicas) for each in data.relaxation),
    )


def claims(findings: Findings) -> list[Claim]:
    """Verdict on the ratio of the coldest to the hottest local slope."""
    if len(findings.temperature) < 3:
        return [FRAGILITY.not_tested("needs three temperatures")]
    cold, hot = findings.local_slopes[0], findings.local_slopes[-1]
    ratio = Estimate(cold.value / hot.value, cold.draws / hot.draws)
    return [learned.judged(FRAGILITY, ratio, findings.replicas)]


def table(findings: Findings) -> pd.DataFrame:
    """tau_alpha with its interval at each temperature."""
    low, high = findings.relaxation_time.interval()
    return pd.DataFrame(
        {
            "temperature": findings.temperature,
            "inverse_temperature": 1 / findings.temperature,
            "relaxation_time": findings.relaxation_time.value,
            "low": low,
            "high": high,
            "blocks": findings.blocks,
        }
    )
