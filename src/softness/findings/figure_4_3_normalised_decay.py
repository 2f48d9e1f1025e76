"""Figure 4.3: fraction of softness at time 0 that is left, beside self-intermediate scattering."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.files.records.dynamics import RelaxationTable
from softness.findings import memory
from softness.findings.data import FigureData
from softness.findings.memory import RELAXED, Decay
from softness.memory.curves import LogLine, fit_log_line, time_to_level
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement, below, between, equal, every

NUMBER = "4.3"
TEMPERATURE_OF_SOURCE = 0.56

FIRST_DROP = 1.0
"""Tau: particles rattle in their cages within it, and F_s is on its plateau at the end of it."""

FEWEST_EARLY = 3
"""Lags below it, so that the time of half the drop is measured and not interpolated from 0."""

FIRST_LATE, LAST_LATE = 2.0, 2.0
"""Straight lines in log t begin so many tau after the origin, when the vibration is over, and end
after so many tau_alpha, before there is nothing left to forget."""

FEWEST_TIMES = 4
"""Within this range, so that a curvature can be told."""

LARGEST_BEND = 0.1
"""Ours: a line on which the eye sees no bend. An exponential has 0.15 between 0.1 and 2 times its
own time."""

BETA = Statement(
    figure=NUMBER,
    name="time of half the first drop of softness over that of F_s, every bin",
    claim="The first decay of softness takes a time of the order of tau_beta",
    section="4.1",
    source="of the order of tau_beta",
    # Ours: half an order of magnitude on both sides.
    rule=every(between(1 / 3, 3.0)),
)
STRAIGHT = Statement(
    figure=NUMBER,
    name="distance from a straight line in log t, over the fall along it, every bin",
    claim="Later the fraction that is left falls linearly with log t",
    section="4.1",
    source="linear, no value given",
    rule=every(equal(0.0, LARGEST_BEND)),
)
FASTER = Statement(
    figure=NUMBER,
    name="time to 1/e of the softest over that of the hardest group",
    claim="Soft particles forget faster than hard ones",
    section="4.1",
    source="relatively faster, no value given",
    rule=below(1.0),
)


@dataclass(frozen=True)
class Findings:
    """Decay at the coldest temperature at which groups were followed.

    Attributes
    ----------
    decay
        Of all groups.
    scattering
        F_s at this temperature; None if it was not measured.
    half_of_scattering
        Time of half its first drop, tau_beta, in tau; nan without enough lags below 1 tau.
    halves
        () time of half the first drop of each group that starts apart from the mean, in tau; none
        without enough lags below 1 tau.
    first, last
        Time at which straight lines begin and end, in tau; nan if tau_alpha is unknown.
    times_of_line
        Number of measured times from the first to the last.
    slopes, bends
        () change in a decade, and distance from the line over the fall along it, of each group
        that starts apart from the mean; none with too few times.
    ratio
        () time to 1/e of the softest over that of the hardest group that start apart from the mean;
        None if fewer than two do.
    doubt
        Why the ratio cannot decide; empty if it can.
    """

    decay: Decay
    scattering: RelaxationTable | None
    half_of_scattering: float
    halves: Mapping[str, Estimate]
    first: float
    last: float
    times_of_line: int
    slopes: Mapping[str, Estimate]
    bends: Mapping[str, Estimate]
    ratio: Estimate | None
    doubt: str


def compute(data: FigureData) -> Findings | None:
    """Findings; None if no groups were followed."""
    temperatures = memory.decay_temperatures(data)
    if not temperatures:
        return None
    decay = memory.decay_at(data, NUMBER, temperatures[0])
    scattering = data.relaxation_at(decay.temperature)
    first, last = FIRST_LATE, LAST_LATE * decay.relaxation_time
    on_line = (decay.time >= first) & (decay.time <= last)
    slopes, bends = _lines(decay, on_line)
    ratio, doubt = _soft_over_hard(decay) if len(decay.apart) > 1 else (None, "")
    return Findings(
        decay=decay,
        scattering=scattering,
        half_of_scattering=_half_of_scattering(scattering),
        halves=_halves(decay),
        first=first,
        last=last,
        times_of_line=int(on_line.sum()),
        slopes=slopes,
        bends=bends,
        ratio=ratio,
        doubt=doubt,
    )


def half_of_first_drop(time: np.ndarray, curves: np.ndarray) -> np.ndarray:
    """(...,) time of half the drop of (..., times) curves from time 0 to `FIRST_DROP`.

    nan with too few times between. The same for F_s, where it is tau_beta, and for softness.
    """
    within = time <= FIRST_DROP * (1 + 1e-9)
    if within.sum() < FEWEST_EARLY + 2 or not np.isclose(time[within][-1], FIRST_DROP):
        return np.full(curves.shape[:-1], np.nan)
    curves = curves[..., within]
    return time_to_level(time[within], curves, (curves[..., 0] + curves[..., -1]) / 2)


def _half_of_scattering(table: RelaxationTable | None) -> float:
    """tau_beta; its error is left out, far below the factor of nine between the bounds."""
    if table is None:
        return float("nan")
    time, mean = np.append(0.0, table.lag), np.append(1.0, table.mean)
    return float(half_of_first_drop(time, mean))


def _halves(decay: Decay) -> dict[str, Estimate]:
    halves = decay.groups.curves.map(lambda curves: half_of_first_drop(decay.time, curves))
    return decay.by_bin(halves) if np.isfinite(halves.value).any() else {}


def _lines(decay: Decay, used: np.ndarray) -> tuple[dict[str, Estimate], dict[str, Estimate]]:
    """Slope of each bin in log t, and its bend.

    The bend is the distance between a parabola in log t and the chord between its ends, half-way,
    over its fall: positive if the curve stays above the chord.
    """
    if used.sum() < FEWEST_TIMES:
        return {}, {}
    first, last = decay.time[used][[0, -1]]

    def line(curves: np.ndarray) -> LogLine:
        return fit_log_line(decay.time, curves, first, last)

    slope = decay.groups.curves.map(lambda curves: line(curves).slope)
    curvature = decay.groups.curves.map(lambda curves: line(curves).curvature)
    decades = float(np.log10(last / first))
    bend = (curvature / slope).map(lambda each: each * decades / 8)
    return decay.by_bin(slope), decay.by_bin(bend)


def _soft_over_hard(decay: Decay) -> tuple[Estimate, str]:
    """Ratio of the times to 1/e, and why it cannot decide."""
    hard, soft = (decay.time_to(RELAXED, decay.apart[place]) for place in (0, -1))
    never = decay.not_reached(hard) or decay.not_reached(soft)
    return soft / hard, f"1/e is not reached within {decay.time[-1]:g} tau" if never else ""


def claims(findings: Findings | None) -> list[Claim]:
    """Verdicts on the first decay, on the straight line, and on soft against hard."""
    statements = (BETA, STRAIGHT, FASTER)
    if findings is None:
        return [each.not_tested("no groups were followed") for each in statements]
    decay = findings.decay
    if reason := memory.elsewhere(decay.temperature, TEMPERATURE_OF_SOURCE):
        return [each.not_tested(reason) for each in statements]
    if not decay.apart:
        return [each.not_tested("no group starts apart from the mean") for each in statements]
    verdicts = [_beta_claim(findings), _straight_claim(findings), _faster_claim(findings)]
    return [memory.noted(each, decay.temperature, TEMPERATURE_OF_SOURCE) for each in verdicts]


def _beta_claim(findings: Findings) -> Claim:
    unit = findings.half_of_scattering
    if findings.scattering is None:
        return BETA.not_tested(f"F_s is unknown at T = {findings.decay.temperature:g}")
    if not (findings.halves and np.isfinite(unit)):
        return BETA.not_tested(f"fewer than {FEWEST_EARLY} lags below {FIRST_DROP:g} tau")
    ratios = {name: half.map(lambda each: each / unit) for name, half in findings.halves.items()}
    return memory.told(BETA.judge_every(ratios), f"tau_beta = {unit:.2g} tau")


def _straight_claim(findings: Findings) -> Claim:
    first, last = findings.first, findings.last
    if not findings.bends:
        text = f"{findings.times_of_line} times from {first:g} tau to {LAST_LATE:g} tau_alpha"
        return STRAIGHT.not_tested(text)
    return memory.told(STRAIGHT.judge_every(findings.bends), f"t from {first:g} to {last:.3g} tau")


def _faster_claim(findings: Findings) -> Claim:
    decay = findings.decay
    if findings.ratio is None:
        return FASTER.not_tested("one group alone starts apart from the mean")
    hard, soft = (decay.labels[decay.apart[place]] for place in (0, -1))
    return memory.told(FASTER.judge(findings.ratio, findings.doubt), f"S(0) {soft} over {hard}")


def table(findings: Findings | None) -> pd.DataFrame:
    """Means and fractions left against time, F_s, times of half the drop and to 1/e, lines."""
    if findings is None:
        return memory.joined([], memory.DECAY_COLUMNS)
    decay, scattering = findings.decay, findings.scattering
    parts = memory.decay_rows(decay)
    relaxed = {group: decay.time_to(RELAXED, group) for group in decay.apart}
    by_quantity = {
        "time of half the first drop": findings.halves,
        "time to 1/e": {f"S(0) {decay.labels[group]}": time for group, time in relaxed.items()},
        "slope": findings.slopes,
        "bend": findings.bends,
    }
    for quantity, by_bin in by_quantity.items():
        parts += memory.bin_rows(decay, quantity, by_bin)
    if scattering:
        labels = {"temperature": decay.temperature, "quantity": "F_s", "group": "everyone"}
        measures = {"value": scattering.mean, "low": scattering.low, "high": scattering.high}
        parts.append(memory.numbers(labels, measures, scattering.lag))
        labels |= {"quantity": "time of half the first drop of F_s"}
        parts.append(memory.numbers(labels, {"value": findings.half_of_scattering}))
    return memory.joined(parts, memory.DECAY_COLUMNS)[list(memory.DECAY_COLUMNS)]
