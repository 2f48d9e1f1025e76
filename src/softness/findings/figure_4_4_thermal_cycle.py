"""Figure 4.4: mean softness of bins through a thermal cycle, and in its control."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.findings import cycles, memory, regressed
from softness.findings.cycles import CONTROL, CYCLE, LONG_AFTER, Pulse
from softness.findings.data import FigureData
from softness.memory.response import Response, mean_response
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement, above, equal, every

NUMBER = "4.4"

EVERYONE = -1
"""Place of all particles, behind the bins."""

LARGEST_LEFT = 0.2
"""Of the response while warm: so little, of either sign, counts as a return (ours)."""

SOFTER = Statement(
    figure=NUMBER,
    name="response while warm in standard deviations, every bin",
    claim="Soft and hard particles all become softer during the temperature cycle",
    section="4.3",
    source="seen, and said to be perhaps noise; no value given",
    rule=every(above(0.0)),
)
BACK = Statement(
    figure=NUMBER,
    name="response later than 3 tau_alpha after the pulse over that while warm, every bin",
    claim="All groups return when the temperature does",
    section="4.3",
    source="return to the initial state, no value given",
    rule=every(equal(0.0, LARGEST_LEFT)),
)
DEVIATION = Statement(
    figure=NUMBER,
    name="response of all particles while warm in standard deviations",
    claim="With the control subtracted, softness deviates from zero during the cycle",
    section="4.3",
    source="expected, no value given",
    rule=above(0.0),
)
RETURN = Statement(
    figure=NUMBER,
    name="response of all particles later than 3 tau_alpha after the pulse over that while warm",
    claim="With the control subtracted, softness returns to zero after the cycle",
    section="4.3",
    source="expected, no value given",
    rule=equal(0.0, LARGEST_LEFT),
)


@dataclass(frozen=True)
class BinMeans:
    """Softness of bins through one pulse.

    Attributes
    ----------
    pulse
        Which one.
    cycle, control
        Means over snapshots and their standard errors, in standard deviations.
    warm, late
        (bins + 1,) response, cycle less control: mean over the warm time, and over the time later
        than 3 tau_alpha of the high temperature after the pulse. Last of all particles; nan for an
        empty bin, and if there is no such time.
    """

    pulse: Pulse
    cycle: Response
    control: Response
    warm: Estimate
    late: Estimate

    @property
    def left(self) -> Estimate:
        """(bins + 1,) late response over that while warm."""
        return self.late / self.warm

    def bins(self, sizes: Estimate) -> dict[str, Estimate]:
        """() numbers of the bins with particles, by name."""
        labels = memory.bin_labels(self.pulse.edges)
        full = np.isfinite(self.warm.value[:EVERYONE])
        return {f"S(0) {labels[place]}": sizes[place] for place in np.flatnonzero(full)}


@dataclass(frozen=True)
class Findings:
    """Softness of bins through all pulses.

    Attributes
    ----------
    all_means
        One a pulse, the one with the largest area first.
    of_source
        That of the dissertation's pulse, or of the nearest one; None if no pulse warms.
    """

    all_means: Sequence[BinMeans]
    of_source: BinMeans | None


def compute(data: FigureData) -> Findings:
    """Findings of all pulses."""
    pulses = cycles.pulses(data)
    source = cycles.of_source(pulses)
    all_means = [_bin_means(data, pulse) for pulse in pulses]
    return Findings(all_means, next((each for each in all_means if each.pulse is source), None))


def _bin_means(data: FigureData, pulse: Pulse) -> BinMeans:
    everyone = pulse.everyone[CYCLE] - pulse.everyone[CONTROL]
    responses = np.concatenate([pulse.responses(), everyone[:, None]], axis=1)
    after = pulse.after(LONG_AFTER * data.relaxation_time_at(pulse.high))
    warm, late = (
        regressed.mean_of(data, NUMBER, pulse.snapshots, _mean(responses, when))
        for when in (pulse.warm, after)
    )
    cycle, control = (mean_response(pulse.bins[branch]) for branch in (CYCLE, CONTROL))
    return BinMeans(pulse, cycle, control, warm, late)


def _mean(responses: np.ndarray, when: np.ndarray) -> np.ndarray:
    """(snapshots, bins + 1) mean over some times; nan if there are none."""
    return responses @ when / when.sum() if when.any() else np.full(responses.shape[:-1], np.nan)


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the deviation and the return of bins and of all particles."""
    main = findings.of_source
    pulses = [each.pulse for each in findings.all_means]
    if reason := cycles.not_judged(main.pulse if main else None, pulses):
        return [each.not_tested(reason) for each in (SOFTER, BACK, DEVIATION, RETURN)]
    softer = SOFTER.judge_every(main.bins(main.warm))
    deviation = DEVIATION.judge(main.warm[EVERYONE])
    if np.isfinite(main.late.value[EVERYONE]):
        back = BACK.judge_every(main.bins(main.left))
        returned = RETURN.judge(main.left[EVERYONE])
    else:
        reason = "no frames 3 tau_alpha after the pulse, or tau_alpha is unknown"
        back, returned = (each.not_tested(reason) for each in (BACK, RETURN))
    return [cycles.noted(each, main.pulse) for each in (softer, back, deviation, returned)]


def table(findings: Findings) -> pd.DataFrame:
    """Means of cycle and control with standard errors, and responses, for each pulse."""
    parts = []
    for each in findings.all_means:
        pulse, labels = each.pulse, memory.bin_labels(each.pulse.edges)
        for name, means in (("cycle", each.cycle), ("control", each.control)):
            measures = {"value": means.mean, "error": means.error}
            parts += cycles.rows(pulse, name, labels, measures)
        sizes = {
            "response while warm": each.warm,
            "response 3 tau_alpha after the pulse": each.late,
            "response after the pulse over that while warm": each.left,
        }
        for name, size in sizes.items():
            low, high = size.interval()
            measures = {"value": size.value, "low": low, "high": high}
            parts += cycles.rows(pulse, name, [*labels, "everyone"], measures, np.zeros(1))
        whole = {**cycles.labels_of(pulse), "quantity": "set temperature", "bin": "everyone"}
        parts.append(memory.numbers(whole, {"value": pulse.temperature}, pulse.time))
    return memory.joined(parts, cycles.COLUMNS)
