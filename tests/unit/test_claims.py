"""Verdicts: by the interval and the rule alone, honest about what was not measured."""

import math

import numpy as np
import pytest

from softness.errors import InputError
from softness.report import claims
from softness.report.claims import Statement, read_claims, write_claims

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
