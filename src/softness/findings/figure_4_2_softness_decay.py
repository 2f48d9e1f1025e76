"""Figure 4.2: mean softness of particles grouped by their softness at time 0, against time."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.findings import memory
from softness.findings.data import FigureData
from softness.findings.memory import FORGOTTEN, Decay
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement, below, between, every

NUMBER = "4.2"
TEMPERATURE_OF_SOURCE = 0.83

SHORT = 1.0
"""Tau: the dissertation's "short timescales", the spacing of its frames (ours)."""

SHORTEST, LONGEST = 30.0, 300.0
"""In tau_alpha: half a decade on both sides of the dissertation's 100 (ours)."""

FIRST_OF_TAIL = 1.0
"""In tau_alpha: from there on a stretched exponential is fitted."""

FEWEST_TIMES = 5
"""Of the tail: two more than the fit has parameters."""

DROP = Statement(
    figure=NUMBER,
    name="fraction of the start that is left at 1 tau, every bin",
    claim="The mean softness of each group falls below 60 % of its start at short times",
    section="4.1",
    source="less than 60 %",
    rule=every(below(0.6)),
)
TIME = Statement(
    figure=NUMBER,
    name="time to 5 % of the start over tau_alpha, every bin",
    claim="The mean softness of all groups goes to that of everyone within about 1e2 tau_alpha",
    section="4.1",
    source="of the order of 1e2 tau_alpha",
    rule=every(between(SHORTEST, LONGEST)),
)


@dataclass(frozen=True)
class Findings:
    """Decay at the hottest temperature at which groups were followed.

    Attributes
    ----------
    decay
        Of all groups.
    short
        Number of the time `SHORT`; None if groups were not followed there.
    times_of_tail
        Number of times that were fitted.
    times
        () time to 5 % of the start, in tau_alpha, of each group that starts apart from the mean;
        none if tau_alpha is unknown or too few times are fitted.
    doubts
        Why a time cannot decide, by group; empty if it can.
    """

    decay: Decay
    short: int | None
    times_of_tail: int
    times: Mapping[str, Estimate]
    doubts: Mapping[str, str]


def compute(data: FigureData) -> Findings | None:
    """Findings; None if no groups were followed."""
    temperatures = memory.decay_temperatures(data)
    if not temperatures:
        return None
    decay = memory.decay_at(data, NUMBER, temperatures[-1])
    # The error of tau_alpha is left out: it is far below the factor of ten between the bounds.
    unit = decay.relaxation_time
    number = int((decay.time >= FIRST_OF_TAIL * unit).sum())
    seen = float(decay.time[-1]) / unit
    times, doubts = {}, {}
    for group in decay.apart if number >= FEWEST_TIMES else []:
        name = f"S(0) {decay.labels[group]}"
        time, known = decay.fitted_time_to(FORGOTTEN, group, FIRST_OF_TAIL * unit)
        times[name] = time.map(lambda each: each / unit)
        too_short = f"5 % is not near within {seen:.3g} tau_alpha"
        doubts[name] = "" if known or seen >= LONGEST else too_short
    (short,) = np.nonzero(np.isclose(decay.time, SHORT))
    return Findings(decay, int(short[0]) if len(short) else None, number, times, doubts)


def claims(findings: Findings | None) -> list[Claim]:
    """Verdicts on the early drop, and on the time at which each group has forgotten its start."""
    statements = (DROP, TIME)
    if findings is None:
        return [each.not_tested("no groups were followed") for each in statements]
    decay = findings.decay
    if reason := memory.elsewhere(decay.temperature, TEMPERATURE_OF_SOURCE):
        return [each.not_tested(reason) for each in statements]
    if not decay.apart:
        return [each.not_tested("no group starts apart from the mean") for each in statements]
    verdicts = [_drop_claim(findings), _time_claim(findings)]
    return [memory.noted(each, decay.temperature, TEMPERATURE_OF_SOURCE) for each in verdicts]


def _drop_claim(findings: Findings) -> Claim:
    if findings.short is None:
        return DROP.not_tested(f"groups were not followed at {SHORT:g} tau")
    left = findings.decay.groups.curves[:, findings.short]
    return DROP.judge_every(findings.decay.by_bin(left))


def _time_claim(findings: Findings) -> Claim:
    if not np.isfinite(findings.decay.relaxation_time):
        return TIME.not_tested(f"tau_alpha is unknown at T = {findings.decay.temperature:g}")
    if not findings.times:
        number = findings.times_of_tail
        return TIME.not_tested(f"{number} times from {FIRST_OF_TAIL:g} tau_alpha on")
    return TIME.judge_every(findings.times, findings.doubts)


def table(findings: Findings | None) -> pd.DataFrame:
    """Mean and fraction left of each group against time, and the time to 5 %, with intervals."""
    if findings is None:
        return memory.joined([], memory.DECAY_COLUMNS)
    decay = findings.decay
    parts = memory.decay_rows(decay)
    parts += memory.bin_rows(decay, "time to 5 % over tau_alpha", findings.times)
    labels = {"temperature": decay.temperature, "quantity": "tau_alpha", "group": "everyone"}
    parts.append(memory.numbers(labels, {"value": decay.relaxation_time}))
    return memory.joined(parts, memory.DECAY_COLUMNS)
