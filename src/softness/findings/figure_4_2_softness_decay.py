"""Figure 4.2: mean softness of particles grouped by their softness at time 0, against time."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.findings import learned, memory
from softness.findings.data import FigureData
from softness.findings.memory import FORGOTTEN, LEAST_REACHED, LEVELS, Decay
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement

NUMBER = "4.2"
TEMPERATURE_OF_SOURCE = 0.83
SHORTEST, LONGEST = 30.0, 300.0

LARGEST_SCATTER = 0.5
"""Standard error of a curve over a level, above which the time to this level is doubtful."""

TIME = Statement(
    figure=NUMBER,
    name="time to 5 % of the start over tau_alpha, every bin",
    claim="The mean softness of all groups goes to that of everyone within about 1e2 tau_alpha",
    source="of the order of 1e2 tau_alpha at T = 0.83",
    above=SHORTEST,
    below=LONGEST,
)


@dataclass(frozen=True)
class Findings:
    """Decay at the hottest temperature at which groups were followed.

    Attributes
    ----------
    decay
        Of all groups.
    times
        () time to 5 % of the start, in tau_alpha, of each group that starts apart from the mean.
    doubts
        Why a time cannot decide, by group; empty if it can.
    """

    decay: Decay
    times: Mapping[str, Estimate]
    doubts: Mapping[str, str]


def compute(data: FigureData) -> Findings | None:
    """Findings; None if no groups were followed."""
    temperatures = memory.decay_temperatures(data)
    if not temperatures:
        return None
    decay = memory.decay_at(data, NUMBER, temperatures[-1])
    times, doubts = {}, {}
    for group in decay.apart:
        name = f"S(0) {decay.labels[group]}"
        time, late = decay.time_to(FORGOTTEN, group)
        # The error of tau_alpha is left out: it is far below the factor of ten between the bounds.
        unit = decay.relaxation_time
        times[name] = Estimate(time.value / unit, time.draws / unit)
        doubts[name] = _doubt(decay, group, late)
    return Findings(decay, times, doubts)


def _doubt(decay: Decay, group: int, late: float) -> str:
    """Why the time cannot decide: the run is too short to see it, or the curve too noisy."""
    seen = float(decay.time[-1]) / decay.relaxation_time
    if seen < LONGEST and not decay.reaches(FORGOTTEN, group):
        return f"5 % is not reached within {seen:.3g} tau_alpha"
    if seen < LONGEST and late > LEAST_REACHED:
        return f"5 % is not reached within {seen:.3g} tau_alpha in {late:.0%} of the resamples"
    scatter = decay.scatter_at(FORGOTTEN, group)
    if scatter > LARGEST_SCATTER:
        return f"standard error {scatter * LEVELS[FORGOTTEN]:.2g} where 5 % is met"
    return ""


def claims(findings: Findings | None) -> list[Claim]:
    """Verdict on the time at which each group has forgotten its start."""
    if findings is None:
        return [TIME.not_tested("no groups were followed")]
    decay = findings.decay
    if reason := memory.elsewhere(decay.temperature, TEMPERATURE_OF_SOURCE):
        return [TIME.not_tested(reason)]
    if not np.isfinite(decay.relaxation_time):
        return [TIME.not_tested(f"tau_alpha is unknown at T = {decay.temperature:g}")]
    if not findings.times:
        return [TIME.not_tested("no group starts apart from the mean")]
    claim = learned.judged_all(TIME, findings.times, decay.replicas, findings.doubts)
    return [memory.noted(claim, decay.temperature, TEMPERATURE_OF_SOURCE)]


def table(findings: Findings | None) -> pd.DataFrame:
    """Mean and share of each group against time, and the time to 5 %, with intervals."""
    if findings is None:
        return memory.joined([], memory.DECAY_COLUMNS)
    decay = findings.decay
    parts = memory.decay_rows(decay)
    parts += memory.group_rows(decay, {"time to 5 %": decay.groups.times_to_level[FORGOTTEN]})
    labels = {"temperature": decay.temperature, "quantity": "tau_alpha", "group": "everyone"}
    parts.append(memory.numbers(labels, {"value": decay.relaxation_time}))
    return memory.joined(parts, memory.DECAY_COLUMNS)
