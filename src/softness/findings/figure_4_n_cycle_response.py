"""Figure 4.N: response of softness to a thermal cycle, beside what needs no memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from softness import seeds
from softness.findings import cycles, learned, memory, null_responses, regressed, sign_flips
from softness.findings.cycles import CONTROL, CYCLE, LONG_AFTER, Pulse
from softness.findings.data import FigureData
from softness.findings.sign_flips import FLIPS, MaskedResponse, PulseTest
from softness.findings.significance import LEVEL, Significance
from softness.memory.response import (
    FEWEST_SNAPSHOTS,
    Response,
    mean_response,
    sign_flip_test,
    smallest_effect,
)
from softness.uncertainty import Estimate
from softness.verdicts import INCONCLUSIVE, Claim, Statement

NUMBER = "4.N"

EVERYONE = "everyone while warm"
MEASURED, BY_CLOCK = "softest less hardest bin", "softest less hardest bin by plain relaxation"

WARM = Statement(
    figure=NUMBER,
    name="response of all particles while warm, in spreads",
    claim="Ours: the liquid becomes softer while it is warm",
    source="none",
    above=0.0,
)
CLOSER = Statement(
    figure=NUMBER,
    name="response of the softest less that of the hardest bin, in spreads",
    claim="Ours: a pulse brings soft and hard bins closer to each other",
    source="none",
    below=0.0,
)
BEYOND = Significance(
    figure=NUMBER,
    name="p of a difference of bins from plain relaxation",
    claim="Ours: a pulse does something else to bins than let them relax faster while it is warm",
    source="none",
)


class Size(NamedTuple):
    """Mean of one number a snapshot, in spreads.

    Attributes
    ----------
    mean
        () from resampled replicas and snapshots.
    detectable
        Mean that would have been found with a power of 80 %; nan with too few snapshots.
    """

    mean: Estimate
    detectable: float


class Excess(NamedTuple):
    """What one pulse does to bins beyond plain relaxation, without what bins share.

    Attributes
    ----------
    test
        Of the excess in windows, for this pulse alone.
    expected
        (bins, windows) what plain relaxation does in the same windows.
    """

    test: PulseTest
    expected: Response


@dataclass(frozen=True)
class PulseResponse:
    """Response of softness to one pulse, in spreads.

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
        Of `EVERYONE`; of `MEASURED` and `BY_CLOCK` where they are known.
    """

    pulse: Pulse
    everyone: Response
    linear: Response | str
    apart: PulseTest
    excess: Excess | str
    sizes: Mapping[str, Size]


@dataclass(frozen=True)
class Findings:
    """Responses to all pulses.

    Attributes
    ----------
    responses
        One a pulse, the one with the largest area first.
    of_source
        That to the source's pulse, or to the nearest one; None if no pulse warms.
    excess
        Tests of the excess of all pulses together, where it is known.
    """

    responses: Sequence[PulseResponse]
    of_source: PulseResponse | None
    excess: Sequence[PulseTest]


def compute(data: FigureData) -> Findings:
    """Findings of all pulses."""
    pulses = cycles.pulses(data)
    source = cycles.of_source(pulses)
    responses = [_response(data, pulse) for pulse in pulses]
    of_source = next((each for each in responses if each.pulse is source), None)
    known = [each.excess.test.tested for each in responses if isinstance(each.excess, Excess)]
    together = sign_flips.flip_signs(data, NUMBER, known) if known else []
    return Findings(responses, of_source, together)


def _response(data: FigureData, pulse: Pulse) -> PulseResponse:
    everyone = (pulse.everyone[CYCLE] - pulse.everyone[CONTROL])[:, None]
    linear = null_responses.equilibrium_response(pulse)
    clock = null_responses.plain_relaxation(data, pulse)
    since = pulse.time > pulse.time[pulse.begin]
    apart = MaskedResponse(pulse, pulse.apart(pulse.responses()), since)
    rows = {EVERYONE: everyone[:, 0, pulse.warm].mean(axis=-1), **_contrasts(data, pulse, clock)}
    return PulseResponse(
        pulse=pulse,
        everyone=mean_response(everyone),
        linear=linear if isinstance(linear, str) else mean_response(linear),
        apart=sign_flips.flip_signs(data, NUMBER, [apart])[0],
        excess=clock if isinstance(clock, str) else _excess(data, pulse, clock),
        sizes={name: _size(data, pulse, each) for name, each in rows.items()},
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


def _size(data: FigureData, pulse: Pulse, rows: np.ndarray) -> Size:
    """Mean of one number a snapshot, and the mean that would have been found."""
    known = np.isfinite(rows)
    if not known.any():
        return Size(Estimate(float("nan"), np.full(data.settings["draws"], np.nan)), float("nan"))
    units = [unit for unit, use in zip(pulse.units, known, strict=True) if use]
    mean = regressed.mean_of(data, NUMBER, units, rows[known])
    if known.sum() < FEWEST_SNAPSHOTS:
        return Size(mean, float("nan"))
    single = rows[known][:, None, None]
    generator = seeds.stream(data.settings["seed"], f"figure {NUMBER} flips of one", 0.0)
    test = sign_flip_test(single, None, generator, FLIPS)
    return Size(mean, float(smallest_effect(test, mean_response(single), level=LEVEL)[0, 0]))


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
    return Excess(test, mean_response(expected.windows()[1]))


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the size of the response, and on what of it plain relaxation does not do."""
    main = findings.of_source
    if main is None:
        reason = "no pulse that warms" if findings.responses else "no pulse"
        return [each.not_tested(reason) for each in (WARM, CLOSER, BEYOND)]
    warm, closer = _judged(WARM, main, EVERYONE), CLOSER.not_tested(cycles.ONE_BIN)
    if MEASURED in main.sizes:
        closer = _judged(CLOSER, main, MEASURED)
    return [warm, closer, _beyond_claim(findings)]


def _judged(statement: Statement, response: PulseResponse, name: str) -> Claim:
    """Verdict on a mean over snapshots; where nothing is found, what would have been."""
    pulse, size = response.pulse, response.sizes[name]
    claim = learned.judged(statement, size.mean, pulse.replicas)
    known = claim.verdict == INCONCLUSIVE and np.isfinite(size.detectable)
    missed = f"{size.detectable:.2g} spreads would have been found" if known else ""
    return replace(claim, note="; ".join(filter(None, [claim.note, missed, pulse.label])))


def _beyond_claim(findings: Findings) -> Claim:
    """Verdict on all pulses together: p is corrected for their number."""
    if findings.excess:
        return sign_flips.judge_together(BEYOND, findings.excess)
    return BEYOND.not_tested(str(findings.responses[0].excess))


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
            test, expected = each.excess
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
    """Sizes with intervals, and what would have been found."""
    rows = []
    for name, (mean, detectable) in response.sizes.items():
        low, high = mean.interval()
        measures = {"value": float(mean.value), "low": float(low), "high": float(high)}
        measures["would be found"] = detectable
        labels = {**cycles.labels_of(response.pulse), "quantity": name, "bin": "everyone"}
        rows.append(memory.numbers(labels, measures))
    return rows
