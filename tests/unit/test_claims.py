"""Verdicts: by the interval and the rule alone, honest about what was not measured."""

import math

import numpy as np
import pytest

from softness.errors import InputError
from softness.report import claims
from softness.report.claims import Inclusion, Statement, read_claims, write_claims

STATEMENT = Statement("1.3", "stretching", "relaxation is stretched", "none", above=0.3, below=0.8)


def draws(low, high):
    return np.linspace(low, high, 1001)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.5, 0.6, claims.REPRODUCED),
        (0.85, 0.95, claims.NOT_REPRODUCED),
        (0.1, 0.2, claims.NOT_REPRODUCED),
        (0.7, 0.9, claims.INCONCLUSIVE),
        (0.1, 0.9, claims.INCONCLUSIVE),
    ],
)
def test_the_interval_decides(low, high, verdict):
    claim = STATEMENT.judge(0.5 * (low + high), draws(low, high), replicas=2)
    assert claim.verdict == verdict
    assert low < claim.low < claim.high < high


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.9, 1.15, claims.REPRODUCED),
        (0.7, 1.3, claims.INCONCLUSIVE),  # includes the value, as any wide interval
        (1.05, 1.15, claims.NOT_REPRODUCED),
        (0.5, 0.95, claims.NOT_REPRODUCED),
    ],
)
def test_an_interval_that_includes_the_value_must_be_narrow(low, high, verdict):
    same = Inclusion("1.3", "alike", "both are alike", "none", expected=1.0, half_width=0.2)
    assert same.judge(0.5 * (low + high), draws(low, high), replicas=2).verdict == verdict
    assert same.rule == "95 % interval includes 1, half its width below 0.2"


MEMBERS = {
    "inside": (0.55, draws(0.5, 0.6)),
    "near": (0.72, draws(0.7, 0.79)),
    "astride": (0.8, draws(0.7, 0.9)),
    "outside": (0.9, draws(0.85, 0.95)),
    "far outside": (1.0, draws(0.95, 1.05)),
    "undefined": (0.5, np.full(1001, np.nan)),
}


@pytest.mark.parametrize(
    ("names", "verdict", "decisive"),
    [
        ("inside", claims.REPRODUCED, "inside"),
        ("inside near", claims.REPRODUCED, "near"),
        ("inside astride near", claims.INCONCLUSIVE, "astride"),
        ("astride outside inside", claims.NOT_REPRODUCED, "outside"),
        ("outside far outside inside", claims.NOT_REPRODUCED, "far outside"),
        # What is undefined neither holds nor fails; others still count.
        ("inside undefined near", claims.INCONCLUSIVE, "undefined"),
        ("undefined astride", claims.INCONCLUSIVE, "astride"),
        ("undefined outside", claims.NOT_REPRODUCED, "outside"),
    ],
)
def test_of_several_values_each_is_judged_and_the_decisive_one_shown(names, verdict, decisive):
    members = {name: MEMBERS[name] for name in MEMBERS if name in names}
    if "far outside" not in names:
        members.pop("far outside", None)
    claim = STATEMENT.judge_all(members, replicas=2)
    assert claim.verdict == verdict
    assert claim.note.split(":")[0] == decisive
    alone = STATEMENT.judge(*MEMBERS[decisive], replicas=2)
    shown, expected = [(c.value, c.low, c.high) for c in (claim, alone)]
    assert shown == pytest.approx(expected, nan_ok=True)
    assert claim.rule == "every 95 % interval above 0.3 and below 0.8"


def test_one_of_many_intervals_may_lie_outside_by_chance():
    # 97 % of the draws are above the bound, and 3 % far below it.
    members = {"beside": (0.82, np.append(draws(0.81, 0.83), np.full(31, 0.1)))}
    assert STATEMENT.judge_all(members, 2).verdict == claims.INCONCLUSIVE
    members = {"beside": (0.82, np.append(draws(0.81, 0.83), np.full(15, 0.1)))}
    assert STATEMENT.judge_all(members, 2).verdict == claims.NOT_REPRODUCED
    members |= {str(n): MEMBERS["inside"] for n in range(9)}
    assert STATEMENT.judge_all(members, 2).verdict == claims.INCONCLUSIVE


def test_true_claims_about_many_values_are_rarely_rejected():
    generator = np.random.default_rng(1)
    at_least = Statement("2.3", "steps", "every step is upwards", "none", above=0.0)
    verdicts = []
    for _ in range(200):
        values = generator.normal(size=20)  # measured with an error of 1; the truth is 0
        members = {str(n): (v, v + generator.normal(size=1000)) for n, v in enumerate(values)}
        verdicts.append(at_least.judge_all(members, 5).verdict)
    # Each is at the edge of what the claim allows: one in forty lies below it, of twenty members.
    assert verdicts.count(claims.NOT_REPRODUCED) < 0.08 * 200
    assert verdicts.count(claims.REPRODUCED) == 0


def test_replicas_and_doubts_hold_for_all_members():
    members = {"at T = 1": MEMBERS["inside"], "at T = 2": MEMBERS["near"]}
    claim = STATEMENT.judge_all(members, replicas=1)
    assert claim.verdict == claims.INCONCLUSIVE
    assert claim.note == "at T = 2: fewer than two replicas"
    claim = STATEMENT.judge_all(members, replicas=2, doubt="few samples")
    assert (claim.verdict, claim.note) == (claims.INCONCLUSIVE, "at T = 2: few samples")


def test_one_replica_is_inconclusive_whatever_its_blocks_say():
    claim = STATEMENT.judge(0.5, draws(0.5, 0.51), replicas=1)
    assert (claim.verdict, claim.note) == (claims.INCONCLUSIVE, "fewer than two replicas")


def test_what_is_undefined_is_inconclusive():
    claim = STATEMENT.judge(math.nan, np.full(100, np.nan), replicas=5)
    assert claim.verdict == claims.INCONCLUSIVE


def test_what_the_study_lacks_is_not_tested():
    claim = STATEMENT.not_tested("no cold liquid")
    assert (claim.verdict, claim.note) == (claims.NOT_TESTED, "no cold liquid")
    assert math.isnan(claim.value)


def test_rules_say_their_bounds():
    assert STATEMENT.rule == "95 % interval above 0.3 and below 0.8"


def test_claims_come_back_from_their_file(tmp_path):
    path = tmp_path / "claims.json"
    written = [STATEMENT.judge(0.5, draws(0.4, 0.6), 2), STATEMENT.not_tested("why")]
    write_claims(path, written)
    found = read_claims([path, path])
    assert found[0] == written[0]
    assert math.isnan(found[1].low)
    assert len(found) == 4


def test_a_file_without_claims_is_named(tmp_path):
    path = tmp_path / "claims.json"
    path.write_text('[{"figure": "1.2"}]')
    with pytest.raises(InputError, match=r"claims\.json: holds no claims"):
        read_claims([path])
