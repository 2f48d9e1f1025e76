"""Verdicts: by the interval and the rule alone, honest about what was not measured."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t as student

from softness import verdicts
from softness.errors import InputError
from softness.files.claims import (
    NUMBERS,
    read_claims,
    read_claims_table,
    write_claims,
    write_claims_table,
)
from softness.uncertainty import Estimate, Units
from softness.verdicts import Statement, Trend, above, below, between, equal, every

TWO, FIVE = Units(2, 8), Units(5, 20)


def statement(rule, section="1.4"):
    return Statement("1.3", "stretching", "relaxation is stretched", section, "none", rule)


STRETCHED = statement(between(0.3, 0.8))


def estimate(low, high, units=TWO):
    """An interval that is a little narrower than from low to high, about its middle."""
    return Estimate(0.5 * (low + high), np.linspace(low, high, 1001), units)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.5, 0.6, verdicts.REPRODUCED),
        (0.85, 0.95, verdicts.NOT_REPRODUCED),
        (0.1, 0.2, verdicts.NOT_REPRODUCED),
        (0.7, 0.9, verdicts.INCONCLUSIVE),
        (0.1, 0.9, verdicts.INCONCLUSIVE),
    ],
)
def test_the_interval_decides(low, high, verdict):
    claim = STRETCHED.judge(estimate(low, high))
    assert claim.verdict == verdict
    assert low < claim.low < claim.high < high
    assert claim.units == "8 time blocks of 2 replicas"


def test_a_precise_value_near_the_expected_one_is_equal_to_it():
    """An interval need not hold the expected value; a wide one that does proves nothing."""
    near = statement(equal(0.87, 0.15))
    assert near.judge(estimate(0.92, 0.98)).verdict == verdicts.REPRODUCED
    assert near.judge(estimate(0.5, 1.2)).verdict == verdicts.INCONCLUSIVE
    assert near.judge(estimate(0.4, 0.7)).verdict == verdicts.NOT_REPRODUCED


MEMBERS = {
    "inside": estimate(0.5, 0.6),
    "near": estimate(0.7, 0.79),
    "astride": estimate(0.7, 0.9),
    "outside": estimate(0.85, 0.95),
    "far outside": estimate(0.95, 1.05),
    "undefined": Estimate(0.5, np.full(1001, np.nan), TWO),
}


@pytest.mark.parametrize(
    ("names", "verdict", "decisive"),
    [
        (["inside"], verdicts.REPRODUCED, "inside"),
        (["inside", "near"], verdicts.REPRODUCED, "near"),
        (["inside", "astride", "near"], verdicts.INCONCLUSIVE, "astride"),
        (["astride", "outside", "inside"], verdicts.NOT_REPRODUCED, "outside"),
        (["outside", "far outside", "inside"], verdicts.NOT_REPRODUCED, "far outside"),
        # What is undefined neither holds nor fails; others still count.
        (["inside", "undefined", "near"], verdicts.INCONCLUSIVE, "undefined"),
        (["undefined", "astride"], verdicts.INCONCLUSIVE, "astride"),
        (["undefined", "outside"], verdicts.NOT_REPRODUCED, "outside"),
    ],
)
def test_of_several_values_each_is_judged_and_the_decisive_one_shown(names, verdict, decisive):
    claim = statement(every(between(0.3, 0.8))).judge_every({n: MEMBERS[n] for n in names})
    assert (claim.verdict, claim.note) == (verdict, decisive)
    alone = STRETCHED.judge(MEMBERS[decisive])
    shown, expected = [(c.value, c.low, c.high) for c in (claim, alone)]
    assert shown == pytest.approx(expected, nan_ok=True)


def measured(truth, units, generator):
    """A mean of as many normal values as there are units, with Student's interval."""
    values = truth + generator.normal(size=units.number)
    levels = (np.arange(400) + 0.5) / 400
    error = values.std(ddof=1) / np.sqrt(units.number)
    draws = values.mean() + error * student.ppf(levels, units.number - 1)
    return Estimate(float(values.mean()), draws, units)


@pytest.mark.parametrize("units", [Units(2, 6), FIVE, Units(12, 12)])
@pytest.mark.parametrize("members", [1, 34])
def test_true_claims_about_many_values_are_rarely_rejected(units, members):
    """Each is at the edge of what the claim allows; the level holds however many there are."""
    generator = np.random.default_rng(members)
    rule, rejected = statement(every(above(0.0))), 0
    for _ in range(200):
        given = {str(n): measured(0.0, units, generator) for n in range(members)}
        rejected += rule.judge_every(given).verdict == verdicts.NOT_REPRODUCED
    # One-sided: half of 5 % at most, and three standard errors of 200.
    assert rejected <= 200 * 0.025 + 3 * np.sqrt(200 * 0.025)


def test_a_false_member_among_many_is_found():
    generator = np.random.default_rng(2)
    rule, units = statement(every(above(0.0))), Units(12, 12)
    rejected = 0
    for _ in range(100):
        given = {str(n): measured(-2.0 * (n == 3), units, generator) for n in range(10)}
        rejected += rule.judge_every(given).verdict == verdicts.NOT_REPRODUCED
    assert rejected > 90


@pytest.mark.parametrize("units", [Units(2, 6), FIVE])
def test_p_of_a_bound_is_that_of_students_test(units):
    found = measured(0.0, units, np.random.default_rng(3))
    low, high = found.interval()
    freedom = units.number - 1
    error = (high - low) / 2 / student.ppf(0.975, freedom)
    for bound in (found.value + 1.0, found.value - 2.0):
        expected = 2 * student.sf(abs(bound - found.value) / error, freedom)
        assert found.p_of(bound) == pytest.approx(expected, rel=0.02)
    assert found.p_of(float(high)) == pytest.approx(0.05, rel=1e-6)


@pytest.mark.parametrize("units", [Units(2, 4), Units(2, 8), FIVE])
def test_at_the_resolution_a_rule_decides_in_four_of_five_studies(units):
    generator = np.random.default_rng(4)
    error = 1 / np.sqrt(units.number)  # as `measured` has it
    whole = Estimate(
        0.0, error * student.ppf((np.arange(2000) + 0.5) / 2000, units.number - 1), units
    )
    distance = whole.resolution()
    decided = [
        statement(above(0.0)).judge(measured(distance, units, generator)).verdict
        for _ in range(400)
    ]
    assert decided.count(verdicts.REPRODUCED) / 400 == pytest.approx(0.8, abs=0.06)
    assert math.isnan(Estimate(0.0, np.zeros(10), Units(1, 1)).resolution())


def test_a_trend_is_not_refuted_by_a_step_that_noise_turns_back():
    rule = statement(Trend())
    steps = {"1": estimate(0.2, 0.4), "2": estimate(-0.1, 0.05), "3": estimate(0.2, 0.4)}
    assert rule.judge_trend(estimate(0.1, 0.3), steps).verdict == verdicts.REPRODUCED
    back = rule.judge_trend(estimate(0.1, 0.3), steps | {"2": estimate(-0.5, -0.4)})
    assert (back.verdict, back.note) == (verdicts.NOT_REPRODUCED, "goes back 2: -0.45")
    # An undefined step hides no other one.
    unknown = {"0": Estimate(math.nan, np.full(100, np.nan), TWO)} | steps
    again = rule.judge_trend(estimate(0.1, 0.3), unknown | {"2": estimate(-0.5, -0.4)})
    assert again.verdict == verdicts.NOT_REPRODUCED
    assert rule.judge_trend(estimate(-0.3, -0.1), steps).verdict == verdicts.NOT_REPRODUCED
    assert rule.judge_trend(estimate(-0.1, 0.1), steps).verdict == verdicts.INCONCLUSIVE


def test_doubts_hold_for_all_members_or_by_name():
    rule = statement(every(between(0.3, 0.8)))
    members = {"at T = 1": MEMBERS["inside"], "at T = 2": MEMBERS["near"]}
    claim = rule.judge_every(members, "few samples")
    assert (claim.verdict, claim.note) == (verdicts.INCONCLUSIVE, "at T = 2")
    assert claim.doubt == "few samples"
    claim = rule.judge_every(members, {"at T = 1": "few samples", "at T = 2": ""})
    assert (claim.verdict, claim.note, claim.doubt) == (
        verdicts.INCONCLUSIVE,
        "at T = 1",
        "few samples",
    )


def test_one_replica_is_inconclusive_whatever_its_blocks_say():
    claim = STRETCHED.judge(estimate(0.5, 0.51, Units(1, 20)))
    assert (claim.verdict, claim.doubt) == (verdicts.INCONCLUSIVE, "fewer than two replicas")


def test_what_is_undefined_is_inconclusive():
    claim = STRETCHED.judge(Estimate(math.nan, np.full(100, np.nan), FIVE))
    assert claim.verdict == verdicts.INCONCLUSIVE


def test_what_the_study_lacks_is_not_tested():
    claim = STRETCHED.not_tested("no cold liquid")
    assert (claim.verdict, claim.note) == (verdicts.NOT_TESTED, "no cold liquid")
    assert math.isnan(claim.value)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (above(0.3), "the 95 % interval lies above 0.3"),
        (below(2), "the 95 % interval lies below 2"),
        (between(0.8, 1.25), "the 95 % interval lies between 0.8 and 1.25"),
        (equal(0.87, 0.15), "the 95 % interval lies within 0.87 ± 0.15"),
        (
            every(above(0.5)),
            "each 95 % interval lies above 0.5; not reproduced if one lies wholly outside after "
            "Holm's correction",
        ),
        (
            every(equal(0, 0.1)),
            "each 95 % interval lies within 0 ± 0.1; not reproduced if one lies wholly outside "
            "after Holm's correction",
        ),
    ],
)
def test_rules_say_themselves_in_a_sentence(rule, sentence):
    assert rule.sentence == sentence
    assert STRETCHED.not_tested("x").origin == "Section 1.4"
    assert statement(rule, section="").not_tested("x").origin == "ours"


def test_claims_come_back_from_their_file(tmp_path):
    path = tmp_path / "claims.json"
    written = [STRETCHED.judge(estimate(0.4, 0.6)), STRETCHED.not_tested("why")]
    write_claims(path, written, {0.5, 0.45})
    found = read_claims(path)
    assert found.temperatures == {0.45, 0.5}
    assert found.claims[0] == written[0]
    assert math.isnan(found.claims[1].low)
    assert len(found.claims) == 2


def test_claims_come_back_from_the_table_of_a_study(tmp_path):
    path = tmp_path / "claims.csv"
    exact = replace(STRETCHED.judge(estimate(0.4, 0.6)), doubt="too short", of_liquid=True)
    written = [exact, STRETCHED.not_tested("nan")]
    write_claims_table(path, written)
    found = read_claims_table(path)
    assert found[0] == replace(exact, resolution=pytest.approx(exact.resolution, rel=1e-7))
    assert math.isnan(found[1].low)
    assert replace(found[1], **dict.fromkeys(NUMBERS, 0)) == replace(
        written[1], **dict.fromkeys(NUMBERS, 0)
    )


def test_a_file_without_claims_is_named(tmp_path):
    path = tmp_path / "claims.json"
    path.write_text('[{"figure": "1.2"}]')
    with pytest.raises(InputError, match=r"claims\.json: holds no claims"):
        read_claims(path)
