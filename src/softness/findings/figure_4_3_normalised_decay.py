"""Figure 4.3: share of softness at time 0 that is left, beside the self-intermediate scattering."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from softness.files.records.dynamics import RelaxationTable
from softness.findings import learned, memory
from softness.findings.data import FigureData
from softness.findings.memory import LEAST_REACHED, RELAXED, Decay
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Inclusion, Statement

NUMBER = "4.3"
TEMPERATURE_OF_SOURCE = 0.56

FIRST_LATE, LAST_LATE = 2.0, 2.0
"""Straight lines in log t begin so many tau after the origin, when the vibration is over, and end
after so many tau_alpha, before there is nothing left to forget."""

FEWEST_TIMES = 4
"""Within this range, so that a curvature can be told."""

SHORT = Statement(
    figure=NUMBER,
    name="share left at the shortest time, every bin",
    claim="The share of softness that is left falls below 60 % at short times",
    source="less than 60 %",
    below=0.6,
)
STRAIGHT = Inclusion(
    figure=NUMBER,
    name="curvature of the share left in log10 t, every bin",
    claim="Later the share falls linearly with log t",
    source="linear, no value given",
    expected=0.0,
    half_width=0.15,
)
FASTER = Statement(
    figure=NUMBER,
    name="time to 1/e of the softest over that of the hardest group",
    claim="Soft particles forget faster than hard ones",
    source="relatively faster, no value given",
    below=1.0,
)
LATER = Statement(
    figure=NUMBER,
    name="change of the share in a decade, of the softest less that of the hardest group",
    claim="Ours: soft particles forget faster later as well, and not in the early drop alone",
    source="none",
    below=0.0,
)


@dataclass(frozen=True)
class Findings:
    """Decay at the coldest temperature at which groups were followed.

    Attributes
    ----------
    decay
        Of all groups; slopes and curvatures are those of the lines, if there are enough times.
    first, last
        Time at which straight lines begin and end, in tau; nan if tau_alpha is unknown.
    times_of_line
        Number of measured times from the first to the last.
    ratio
        () time to 1/e of the softest over that of the hardest group that start apart from the mean;
        None if fewer than two do.
    doubt
        Why the ratio cannot decide; empty if it can.
    scattering
        F_s at this temperature; None if it was not measured.
    """

    decay: Decay
    first: float
    last: float
    times_of_line: int
    ratio: Estimate | None
    doubt: str
    scattering: RelaxationTable | None

    @property
    def has_lines(self) -> bool:
        """Whether there are enough times for straight lines."""
        return self.times_of_line >= FEWEST_TIMES


def compute(data: FigureData) -> Findings | None:
    """Findings; None if no groups were followed."""
    temperatures = memory.decay_temperatures(data)
    if not temperatures:
        return None
    temperature = temperatures[0]
    time = memory.decay_times(data, temperature)
    first, last = FIRST_LATE, LAST_LATE * data.relaxation_time_at(temperature)
    number = int(((time >= first) & (time <= last)).sum())
    line = (first, last) if number >= FEWEST_TIMES else None
    decay = memory.decay_at(data, NUMBER, temperature, line)
    ratio, doubt = _soft_over_hard(decay) if len(decay.apart) > 1 else (None, "")
    scattering = data.relaxation_at(temperature)
    return Findings(decay, first, last, number, ratio, doubt, scattering)


def _soft_over_hard(decay: Decay) -> tuple[Estimate, str]:
    """Ratio of the times to 1/e, and why it cannot decide."""
    outermost = decay.apart[0], decay.apart[-1]
    (hard, hard_late), (soft, soft_late) = (decay.time_to(RELAXED, group) for group in outermost)
    reached = all(decay.reaches(RELAXED, group) for group in outermost)
    doubt = ""
    if not reached or max(hard_late, soft_late) > LEAST_REACHED:
        doubt = f"1/e is not reached within {decay.time[-1]:g} tau"
    return Estimate(soft.value / hard.value, soft.draws / hard.draws), doubt


def claims(findings: Findings | None) -> list[Claim]:
    """Verdicts on the early drop, on the straight line, and on soft against hard."""
    statements = (SHORT, STRAIGHT, FASTER, LATER)
    if findings is None:
        return [each.not_tested("no groups were followed") for each in statements]
    decay = findings.decay
    if reason := memory.elsewhere(decay.temperature, TEMPERATURE_OF_SOURCE):
        return [each.not_tested(reason) for each in statements]
    if not decay.apart:
        return [each.not_tested("no group starts apart from the mean") for each in statements]
    verdicts = [_short_claim(decay), _straight_claim(findings)]
    verdicts += [_faster_claim(findings), _later_claim(findings)]
    return [memory.noted(each, decay.temperature, TEMPERATURE_OF_SOURCE) for each in verdicts]


def _by_bin(decay: Decay, estimate: Estimate) -> Mapping[str, Estimate]:
    """Of (groups,) numbers those of the groups that start apart from the mean, by name."""
    return {f"S(0) {decay.labels[group]}": estimate[group] for group in decay.apart}


def _short_claim(decay: Decay) -> Claim:
    shortest = int(np.argmax(decay.time > 0))
    shares = _by_bin(decay, decay.groups.curves[:, shortest])
    claim = learned.judged_all(SHORT, shares, decay.replicas)
    return replace(claim, note=f"{claim.note}; t = {decay.time[shortest]:g} tau")


def _straight_claim(findings: Findings) -> Claim:
    decay, first, last = findings.decay, findings.first, findings.last
    if not findings.has_lines:
        text = f"{findings.times_of_line} times from {first:g} tau to {LAST_LATE:g} tau_alpha"
        return STRAIGHT.not_tested(text)
    curvatures = _by_bin(decay, decay.groups.curvature)
    claim = learned.judged_all(STRAIGHT, curvatures, decay.replicas)
    return replace(claim, note=f"{claim.note}; t from {first:g} to {last:.3g} tau")


def _faster_claim(findings: Findings) -> Claim:
    decay = findings.decay
    if findings.ratio is None:
        return FASTER.not_tested("one group alone starts apart from the mean")
    claim = learned.judged(FASTER, findings.ratio, decay.replicas, findings.doubt)
    names = f"S(0) {decay.labels[decay.apart[-1]]} over {decay.labels[decay.apart[0]]}"
    return replace(claim, note="; ".join(filter(None, [names, claim.note])))


def _later_claim(findings: Findings) -> Claim:
    decay, first, last = findings.decay, findings.first, findings.last
    if not findings.has_lines or decay.groups.compared is None:
        return LATER.not_tested(f"too few times from {first:g} tau on, or groups apart")
    claim = learned.judged(LATER, decay.groups.slope_difference, decay.replicas)
    hard, soft = (decay.labels[group] for group in decay.groups.compared)
    notes = [f"S(0) {soft} less {hard}", f"t from {first:g} to {last:.3g} tau", claim.note]
    return replace(claim, note="; ".join(filter(None, notes)))


def table(findings: Findings | None) -> pd.DataFrame:
    """Means and shares against time, F_s, times to 1/e, slopes and curvatures in a decade."""
    if findings is None:
        return memory.joined([], memory.DECAY_COLUMNS)
    decay, scattering = findings.decay, findings.scattering
    parts = memory.decay_rows(decay)
    single = {"time to 1/e": decay.groups.times_to_level[RELAXED]}
    if findings.has_lines:
        single |= {"slope": decay.groups.slope, "curvature": decay.groups.curvature}
    parts += memory.group_rows(decay, single)
    if scattering:
        labels = {"temperature": decay.temperature, "quantity": "F_s", "group": "everyone"}
        measures = {"value": scattering.mean, "low": scattering.low, "high": scattering.high}
        parts.append(memory.numbers(labels, measures, scattering.lag))
    return memory.joined(parts, memory.DECAY_COLUMNS)[list(memory.DECAY_COLUMNS)]
