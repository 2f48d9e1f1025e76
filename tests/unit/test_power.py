"""How often studies of some size decide: beside closed forms, and from a table of claims."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import nct, norm
from scipy.stats import t as student

from softness.__main__ import main
from softness.power import Size, decided, table, truths
from softness.verdicts import NOT_REPRODUCED, REPRODUCED, above, below, equal


@pytest.mark.parametrize("units", [4, 12])
def test_a_bound_is_decided_as_often_as_the_noncentral_distribution_says(units):
    found = decided(above(0.5), 0.8, Size(0.1, units), np.random.default_rng(1))
    expected = nct.sf(student.ppf(0.975, units - 1), units - 1, 3.0)
    assert found[REPRODUCED] == pytest.approx(expected, abs=0.03)
    assert sum(found.values()) == pytest.approx(1.0)


def test_an_equivalence_needs_both_sides():
    many = Size(0.1, 10_000)
    found = decided(equal(0.0, 0.3), 0.0, many, np.random.default_rng(2))
    # The interval reaches 1.96 errors to both sides of a value that scatters by one.
    assert found[REPRODUCED] == pytest.approx(2 * norm.cdf(3 - 1.96) - 1, abs=0.03)
    assert found[NOT_REPRODUCED] == 0.0


def test_wrong_by_the_bound_is_as_far_beyond_it():
    assert truths(equal(0.87, 0.15), 2.0) == pytest.approx((0.87, 1.17))
    assert truths(above(0.5), 0.6) == pytest.approx((0.6, 0.4))
    assert truths(below(0.3), 0.6) == pytest.approx((0.0, 0.6))


def claims():
    """One claim that is sure, one that never is, and one without an interval."""
    common = {"figure": "2.1", "units": "16 time blocks of 2 replicas", "verdict": "inconclusive"}
    half = float(student.ppf(0.975, 15))
    sure = {"name": "sure", "value": 1.0, "low": 1 - half / 100, "high": 1 + half / 100}
    vague = {"name": "vague", "value": 0.1, "low": 0.1 - half, "high": 0.1 + half}
    lost = {"name": "lost", "value": math.nan, "low": math.nan, "high": math.nan}
    rows = [common | each | {"above": 0.0, "below": math.nan} for each in (sure, vague, lost)]
    return pd.DataFrame(rows)


def test_the_table_has_errors_units_and_shares_at_both_sizes():
    found = table(claims(), 4.0).set_index("quantity")
    assert list(found.index) == ["sure", "vague"]
    assert found["units"].tolist() == [16, 16]
    assert found["error"].tolist() == pytest.approx([0.01, 1.0])
    assert found.loc["sure", "right"] == found.loc["sure", "wrong"] == 1.0
    assert found.loc["vague", "right"] < 0.1
    assert table(claims(), 400.0).set_index("quantity").loc["vague"].iloc[-1] > 0.4


def test_the_command_prints_the_table_or_says_what_the_file_lacks(tmp_path, capsys):
    path = tmp_path / "claims.csv"
    claims().to_csv(path, index=False)
    assert main(["power", str(path)]) == 0
    assert "| 2.1 | sure | above 0 | 1 | 0.01 | 16 | 1 | 1 |" in capsys.readouterr().out
    claims().drop(columns="above").to_csv(path, index=False)
    assert main(["power", str(path)]) == 1
    assert "lacks the column above" in capsys.readouterr().err
