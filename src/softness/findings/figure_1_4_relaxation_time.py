"""Figure 1.4: the relaxation time grows faster than Arrhenius."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.findings import weighted
from softness.findings.data import FigureData
from softness.uncertainty import Estimate, combined
from softness.verdicts import Claim, Statement, above, equal

NUMBER = "1.4"
TEMPERATURE_OF_SOURCE = 0.51

FARTHEST = 0.05
"""Between two measured temperatures ln tau_alpha is taken as linear in 1/T if both lie so near."""

SUPER_ARRHENIUS = Statement(
    figure=NUMBER,
    name="curvature of ln tau_alpha in 1/T, all temperatures",
    claim="On cooling tau_alpha grows faster than by Arrhenius' law",
    section="1.4",
    source="super-Arrhenius, no value given",
    rule=above(0.0),
)
AT_LOW = Statement(
    figure=NUMBER,
    name="tau_alpha at T = 0.51",
    claim="At the low temperature of the cycles tau_alpha is of the order of 10",
    section="4.2.1",
    source="of the order of 10",
    rule=equal(10.0, 5.0),
    of_liquid=True,
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
    arrhenius
        Slope and offset of ln tau_alpha in 1/T by the two hottest.
    curvature
        () c of ln tau_alpha = a + b / T + c / T^2; None with fewer than three temperatures.
    at_low
        () tau_alpha at the temperature of the dissertation's statement; None where it is unknown.
    """

    temperature: np.ndarray
    relaxation_time: Estimate
    blocks: list[int]
    arrhenius: tuple[float, float]
    curvature: Estimate | None
    at_low: Estimate | None


def compute(data: FigureData) -> Findings:
    """tau_alpha, and how it depends on temperature."""
    tables = data.relaxation
    temperature = np.array([float(each.temperature) for each in tables])
    times = combined(np.stack, (each.relaxation_time_estimate for each in tables))
    times = Estimate(times.value, np.asarray(times.draws).T, times.units)
    return Findings(
        temperature=temperature,
        relaxation_time=times,
        blocks=[int(each.blocks) for each in tables],
        arrhenius=tuple(np.polyfit(1 / temperature[-2:], np.log(times.value[-2:]), 1)),
        curvature=_curvature(temperature, times) if len(tables) > 2 else None,
        at_low=_at_low(temperature, times),
    )


def _curvature(temperature: np.ndarray, times: Estimate) -> Estimate | None:
    """From a parabola, weighted by the inverse standard deviation of ln tau_alpha."""
    known = np.isfinite(times.value)
    if known.sum() < 3:
        return None
    logs = times.map(lambda each: np.log(each[..., known]))
    weights = np.sqrt(weighted.inverse_variance(logs.draws))
    weights = weights if weights.any() else np.ones(len(weights))
    design = np.vander(1 / temperature[known], 3)
    solve = np.linalg.pinv(design * weights[:, None])[0] * weights
    return logs.map(lambda each: each @ solve)


def _at_low(temperature: np.ndarray, times: Estimate) -> Estimate | None:
    """tau_alpha at T = 0.51, between the two measured temperatures next to it."""
    exact = np.flatnonzero(np.isclose(temperature, TEMPERATURE_OF_SOURCE))
    if len(exact):
        return times[exact[0]]
    warmer = int(np.searchsorted(temperature, TEMPERATURE_OF_SOURCE))
    if not 0 < warmer < len(temperature):
        return None
    cold, warm = temperature[warmer - 1 : warmer + 1]
    if max(TEMPERATURE_OF_SOURCE - cold, warm - TEMPERATURE_OF_SOURCE) > FARTHEST:
        return None
    share = (1 / TEMPERATURE_OF_SOURCE - 1 / warm) / (1 / cold - 1 / warm)

    def interpolated(values: np.ndarray) -> np.ndarray:
        logs = np.log(values[..., warmer - 1 : warmer + 1])
        return np.exp(logs @ np.array([share, 1 - share]))

    return times.map(interpolated)


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the curvature, and on tau_alpha at the low temperature of the cycles."""
    bent, at_low = findings.curvature, findings.at_low
    return [
        SUPER_ARRHENIUS.judge(bent)
        if bent
        else SUPER_ARRHENIUS.not_tested("needs three temperatures"),
        AT_LOW.judge(at_low)
        if at_low
        else AT_LOW.not_tested(f"no temperature near {TEMPERATURE_OF_SOURCE:g}"),
    ]


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
