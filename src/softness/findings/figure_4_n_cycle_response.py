"""Figure 4.N: response of softness to a thermal cycle, beside what needs no memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from softness.findings import cycles, memory, null_responses, regressed, sign_flips
from softness.findings.cycles import CONTROL, CYCLE, LONG_AFTER, Pulse
from softness.findings.data import FigureData
from softness.findings.sign_flips import MaskedResponse, PulseTest
from softness.findings.significance import Significant
from softness.memory.response import Response, mean_response
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement, above

NUMBER = "4.N"

EVERYONE, BY_FLUCTUATIONS = "everyone while warm", "everyone while warm by linear response"
MEASURED, BY_CLOCK = "softest less hardest bin", "softest less hardest bin by plain relaxation"

BEYOND_FIRST_ORDER = 1.5
"""Linear response is of first order in the pulse: the next one is some tenths of it."""

EXCEEDS = Statement(
    figure=NUMBER,
    name="response of all particles while warm over that by linear response",
    claim="Memory: all particles respond by more than what linear response allows",
    section="",
    source="none",
    rule=above(BEYOND_FIRST_ORDER),
)
BEYOND = Statement(
    figure=NUMBER,
    name="p of a difference of bins from plain relaxation",
    claim="Memory: a pulse does something else to bins than let them relax faster while it is warm",
    section="",
    source="none",
    rule=Significant(),
)
PERSISTS = Statement(
    figure=NUMBER,
    name="p of such a difference later than 3 tau_alpha after the pulse",
    claim="Memory: what a pulse does to bins beyond plain relaxation persists",
    section="",
    source="none",
    rule=Significant(),
)


class Excess(NamedTuple):
    """What one pulse does to bins beyond plain relaxation, without what bins share.

    Attributes
    ----------
    test
        Of the excess in windows from the beginning of the pulse on, for this pulse alone.
    late
        The excess later than 3 tau_alpha after the pulse; None if it is not known then.
    expected
        (bins, windows) what plain relaxation does in the same windows.
    """

    test: PulseTest
    late: MaskedResponse | None
    expected: Response


@dataclass(frozen=True)
class PulseResponse:
    """Response of softness to one pulse, in standard deviations.

    Attributes
    ----------
    pulse
        Which one.
    everyone
        (1, times) of all particles.
    linear
        (1, times) the same by linear response, or why it is unknown.
    apart
        Test of the response of bins without their mean, from the beginning of the pulse on.
    excess
        What of it plain relaxation does not do, or why it is unknown.
    sizes
        () means over snapshots: `EVERYONE`; the others where they are known.
    """

    pulse: Pulse
    everyone: Response
    linear: Response | str
    apart: PulseTest
    excess: Excess | str
    sizes: Mapping[str, Estimate]


@dataclass(frozen=True)
class Findings:
    """Responses to all pulses.

    Attributes
    ----------
    responses
        One a pulse, the one with the largest area first.
    of_source
        That to the dissertation's pulse, or to the nearest one; None if no pulse warms.
    excess, late
        Tests of the excess of all pulses together, where it is known: from the beginning of a pulse
        on, and later than 3 tau_alpha after it.
    """

    responses: Sequence[PulseResponse]
    of_source: PulseResponse | None
    excess: Sequence[PulseTest]
    late: Sequence[PulseTest]


def compute(data: FigureData) -> Findings:
    """Findings of all pulses."""
    pulses = cycles.pulses(data)
    source = cycles.of_source(pulses)
    responses = [_response(data, pulse) for pulse in pulses]
    of_source = next((each for each in responses if each.pulse is source), None)
    known = [each.excess for each in responses if isinstance(each.excess, Excess)]
    excess, late = (
        sign_flips.flip_signs(data, NUMBER, tested) if tested else []
        for tested in (
            [each.test.tested for each in known],
            [each.late for each in known if each.late],
        )
    )
    return Findings(responses, of_source, excess, late)


def _response(data: FigureData, pulse: Pulse) -> PulseResponse:
    everyone = (pulse.everyone[CYCLE] - pulse.everyone[CONTROL])[:, None]
    linear = null_responses.equilibrium_response(pulse)
    clock = null_responses.plain_relaxation(data, pulse)
    since = pulse.time > pulse.time[pulse.begin]
    apart = MaskedResponse(pulse, pulse.apart(pulse.responses()), since)
    rows = {EVERYONE: everyone[:, 0, pulse.warm].mean(axis=-1), **_contrasts(data, pulse, clock)}
    if not isinstance(linear, str):
        rows[BY_FLUCTUATIONS] = linear[:, 0, pulse.warm].mean(axis=-1)
    return PulseResponse(
        pulse=pulse,
        everyone=mean_response(everyone),
        linear=linear if isinstance(linear, str) else mean_response(linear),
        apart=sign_flips.flip_signs(data, NUMBER, [apart])[0],
        excess=clock if isinstance(clock, str) else _excess(data, pulse, clock),
        sizes={
            name: regressed.mean_of(data, NUMBER, pulse.snapshots, each)
            for name, each in rows.items()
        },
    )


def _contrasts(data: FigureData, pulse: Pulse, clock: np.ndarray | str) -> dict[str, np.ndarray]:
    """(snapshots,) responses of the softest less that of the hardest bin, by name.

    Mean from the beginning of the pulse to 3 tau_alpha (of the high temperature) after it, or to
    its end if that is unknown, over the times at which plain relaxation is known, if it is at all:
    so both are compared at the same times. The bins are the outermost ones with particles in every
    snapshot; empty if there are fewer than two.
    """
    full = np.flatnonzero((pulse.weights > 0).all(axis=0))
    if len(full) < 2:
        return {}
    delay = LONG_AFTER * data.relaxation_time_at(pulse.high)
    late = pulse.time >= pulse.time[pulse.end]
    window = pulse.moved | (late & ~pulse.after(delay) & np.isfinite(delay))
    by_name = {MEASURED: pulse.responses()}
    if not isinstance(clock, str):
        window &= np.isfinite(clock[:, full]).all(axis=(0, 1))
        by_name[BY_CLOCK] = clock
    if not window.any():
        return {}
    return {
        name: (each[:, full[-1]] - each[:, full[0]])[:, window].mean(axis=1)
        for name, each in by_name.items()
    }


def _excess(data: FigureData, pulse: Pulse, clock: np.ndarray) -> Excess | str:
    """Responses less those by plain relaxation, from the beginning of the pulse on, or why not."""
    if not pulse.comparable:
        return cycles.ONE_BIN
    responses = pulse.responses()
    empty = np.isnan(responses[:, :, :1])
    known = (np.isfinite(responses - clock) | empty).all(axis=(0, 1))
    mask = known & (pulse.time > pulse.time[pulse.begin])
    if not mask.any():
        return "the control ends too early"
    excess, expected = (
        MaskedResponse(pulse, pulse.apart(np.where(empty, np.nan, np.nan_to_num(each))), mask)
        for each in (responses - clock, clock)
    )
    (test,) = sign_flips.flip_signs(data, NUMBER, [excess])
    later = mask & pulse.after(LONG_AFTER * data.relaxation_time_at(pulse.high))
    late = excess._replace(mask=later) if later.any() else None
    return Excess(test, late, mean_response(expected.windows()[1]))


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on what needs memory: of all particles, and of bins, while warm and afterwards."""
    main = findings.of_source
    pulses = [each.pulse for each in findings.responses]
    if reason := cycles.not_judged(main.pulse if main else None, pulses):
        return [each.not_tested(reason) for each in (EXCEEDS, BEYOND, PERSISTS)]
    return [_exceeds_claim(main), *_bins_claims(findings)]


def _exceeds_claim(main: PulseResponse) -> Claim:
    if isinstance(main.linear, str):
        return EXCEEDS.not_tested(main.linear)
    exceeds = EXCEEDS.judge(main.sizes[EVERYONE] / main.sizes[BY_FLUCTUATIONS])
    return cycles.noted(exceeds, main.pulse)


def _bins_claims(findings: Findings) -> list[Claim]:
    """Verdicts on all pulses together: p is corrected for their number."""
    if not findings.excess:
        reason = str(findings.responses[0].excess)
        return [each.not_tested(reason) for each in (BEYOND, PERSISTS)]
    beyond = sign_flips.judge_together(BEYOND, findings.excess)
    persists = PERSISTS.not_tested("plain relaxation is not known 3 tau_alpha after a pulse")
    if findings.late:
        persists = sign_flips.judge_together(PERSISTS, findings.late)
    low = findings.responses[0].pulse.low
    return [memory.noted(each, low, cycles.LOW) for each in (beyond, persists)]


def table(findings: Findings) -> pd.DataFrame:
    """Responses of everyone and of bins with their null hypotheses, and sizes, for each pulse."""
    parts = []
    for each in findings.responses:
        pulse = each.pulse
        parts += cycles.rows(pulse, "response", ["everyone"], _measures(each.everyone))
        if isinstance(each.linear, Response):
            parts += cycles.rows(pulse, "linear response", ["everyone"], _measures(each.linear))
        parts += _test_rows("response without the mean", each.apart)
        if isinstance(each.excess, Excess):
            test, expected = each.excess.test, each.excess.expected
            bins, measures = memory.bin_labels(pulse.edges), _measures(expected)
            name = "plain relaxation without the mean"
            parts += cycles.rows(pulse, name, bins, measures, test.time)
            parts += _test_rows("beyond plain relaxation", test)
        parts += _size_rows(each)
    return memory.joined(parts, cycles.COLUMNS)


def _measures(means: Response | PulseTest) -> dict[str, np.ndarray]:
    return {"value": means.mean, "error": means.error}


def _test_rows(quantity: str, test: PulseTest) -> list[pd.DataFrame]:
    """Numbers of each bin, in the windows of a test."""
    measures = _measures(test) | {
        "p": test.p,
        "null band": test.band,
        "would be found": test.detectable,
    }
    pulse = test.tested.pulse
    return cycles.rows(pulse, quantity, memory.bin_labels(pulse.edges), measures, test.time)


def _size_rows(response: PulseResponse) -> list[pd.DataFrame]:
    """Sizes with intervals."""
    rows = []
    for name, mean in response.sizes.items():
        low, high = mean.interval()
        measures = {"value": float(mean.value), "low": float(low), "high": float(high)}
        labels = {**cycles.labels_of(response.pulse), "quantity": name, "bin": "everyone"}
        rows.append(memory.numbers(labels, measures))
    return rows
