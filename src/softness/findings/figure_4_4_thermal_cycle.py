"""Figure 4.4: mean softness of bins through a thermal cycle, and in its control."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from softness.findings import cycles, memory, sign_flips
from softness.findings.cycles import CONTROL, CYCLE, LONG_AFTER, Pulse
from softness.findings.data import FigureData
from softness.findings.sign_flips import MaskedResponse, PulseTest
from softness.findings.significance import Significance
from softness.memory.response import Response, mean_response
from softness.verdicts import Claim

NUMBER = "4.4"

SOFTER = Significance(
    figure=NUMBER,
    name="p of a softer bin while warm, every bin",
    claim="Soft and hard bins all become softer during the temperature cycle",
    source="seen, and said to be perhaps noise",
    sign=1,
)
LASTING = Significance(
    figure=NUMBER,
    name="p of a response that bins do not share, 3 tau_alpha after the pulse",
    claim="Needed for memory: what a pulse does to bins outlasts it",
    source="open question",
)
NECESSARY = "needed for memory, but plain relaxation can do it: see 4.N"


@dataclass(frozen=True)
class BinMeans:
    """Softness of bins through one pulse.

    Attributes
    ----------
    pulse
        Which one.
    cycle, control
        Means over snapshots and their standard errors, in spreads.
    while_warm
        Test of the response as long as the temperature is not the low one.
    """

    pulse: Pulse
    cycle: Response
    control: Response
    while_warm: PulseTest


@dataclass(frozen=True)
class Findings:
    """Softness of bins through all pulses.

    Attributes
    ----------
    all_means
        One a pulse, the one with the largest area first.
    of_source
        That of the source's pulse, or of the nearest one; None if no pulse warms.
    afterwards
        Tests of what bins do not share, 3 tau_alpha after each pulse that is long enough followed.
    """

    all_means: Sequence[BinMeans]
    of_source: BinMeans | None
    afterwards: Sequence[PulseTest]


def compute(data: FigureData) -> Findings:
    """Findings of all pulses."""
    pulses = cycles.pulses(data)
    source = cycles.of_source(pulses)
    all_means = [_bin_means(data, pulse) for pulse in pulses]
    of_source = next((each for each in all_means if each.pulse is source), None)
    late = _late_responses(data, pulses)
    return Findings(all_means, of_source, sign_flips.flip_signs(data, NUMBER, late) if late else [])


def _bin_means(data: FigureData, pulse: Pulse) -> BinMeans:
    warm = MaskedResponse(pulse, pulse.responses(), pulse.moved)
    (while_warm,) = sign_flips.flip_signs(data, NUMBER, [warm])
    cycle, control = (mean_response(pulse.bins[branch]) for branch in (CYCLE, CONTROL))
    return BinMeans(pulse, cycle, control, while_warm)


def _late_responses(data: FigureData, pulses: Sequence[Pulse]) -> list[MaskedResponse]:
    responses = []
    for pulse in pulses:
        mask = pulse.after(LONG_AFTER * data.relaxation_time_at(pulse.high))
        if mask.any() and pulse.comparable:
            responses.append(MaskedResponse(pulse, pulse.apart(pulse.responses()), mask))
    return responses


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the response while warm (the source's pulse), and after any pulse."""
    main = findings.of_source
    if main is None:
        reason = "no pulse that warms" if findings.all_means else "no pulse"
        return [each.not_tested(reason) for each in (SOFTER, LASTING)]
    warm = SOFTER.judge_every(main.while_warm.bins(), main.pulse.replicas)
    warm = replace(warm, note=f"{warm.note}; {main.pulse.label}")
    return [warm, _lasting_claim(findings)]


def _lasting_claim(findings: Findings) -> Claim:
    """Verdict on all pulses together: p is corrected for their number."""
    if findings.afterwards:
        claim = sign_flips.judge_together(LASTING, findings.afterwards)
        return replace(claim, note=f"{claim.note}; {NECESSARY}")
    if not any(each.pulse.comparable for each in findings.all_means):
        return LASTING.not_tested(cycles.ONE_BIN)
    return LASTING.not_tested("no frames 3 tau_alpha after a pulse, or tau_alpha is unknown")


def table(findings: Findings) -> pd.DataFrame:
    """Means of cycle and control with standard errors, and p of each bin, for each pulse."""
    parts = []
    for each in findings.all_means:
        pulse = each.pulse
        for name, means in (("cycle", each.cycle), ("control", each.control)):
            measures = {"value": means.mean, "error": means.error}
            parts += cycles.rows(pulse, name, memory.bin_labels(pulse.edges), measures)
        parts += _test_rows("while warm", each.while_warm)
        labels = {**cycles.labels_of(pulse), "quantity": "set temperature", "bin": "everyone"}
        parts.append(memory.numbers(labels, {"value": pulse.temperature}, pulse.time))
    for test in findings.afterwards:
        parts += _test_rows("after the pulse, without the mean", test)
    return memory.joined(parts, cycles.COLUMNS)


def _test_rows(quantity: str, test: PulseTest) -> list[pd.DataFrame]:
    pulse, rows = test.tested.pulse, []
    for label, each in zip(memory.bin_labels(pulse.edges), test.bins().values(), strict=True):
        labels = {**cycles.labels_of(pulse), "quantity": quantity, "bin": label}
        measures = {"p": each.p, "effect": each.effect, "would be found": each.detectable}
        rows.append(memory.numbers(labels, measures))
    return rows
