"""The report: answers from verdicts alone, what limits a claim, and one page that says it."""

import copy
import math
import re
from dataclasses import replace

import pandas as pd
import pytest

from locations import ROOT
from softness import configuration
from softness.figures.registry import FIGURES
from softness.report.limits import Preset, limit, presets_beside, times_the_units
from softness.report.page import ReportFigure, render
from softness.report.questions import QUESTIONS, answer, answers
from softness.uncertainty import Units
from softness.verdicts import Claim, Statement, above, between

PNG = b"\x89PNG"


def claim(verdict="reproduced", figure="1.6", name="slope of Delta E with softness", **others):
    values = {"value": 1.0, "low": 0.5, "high": 1.5, "above": 0.0, "units": str(Units(2, 8))}
    words = {"claim": "softness has a barrier", "origin": "ours", "source": "-", "rule": "above 0"}
    return Claim(figure=figure, name=name, verdict=verdict, **{**values, **words, **others})


# -- answers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdicts", "word"),
    [
        (["reproduced"], "Yes"),
        (["not reproduced", "not reproduced"], "No"),
        (["reproduced", "not reproduced"], "In part"),
        (["reproduced", "inconclusive"], "Yes, as far as this study decides"),
        (["reproduced", "not tested"], "Yes, as far as this study decides"),
        (["not reproduced", "inconclusive"], "No, as far as this study decides"),
        (
            ["reproduced", "inconclusive", "not tested"],
            "Mostly undecided; what is decided speaks for it",
        ),
        (["inconclusive", "not tested"], "This study cannot tell"),
        (["not tested"], "This study cannot tell"),
    ],
)
def test_an_answer_follows_from_verdicts(verdicts, word):
    found = answer(QUESTIONS[0], [claim(verdict) for verdict in verdicts])
    assert found.word == word


def test_the_claim_that_is_shown_is_the_one_that_speaks_against():
    claims = [claim(value=1), claim("inconclusive", value=2), claim("not reproduced", value=3)]
    assert answer(QUESTIONS[0], claims).claim.value == 3
    assert answer(QUESTIONS[0], claims[:2]).claim.value == 1
    assert answer(QUESTIONS[0], claims).counts == (
        "of 3 claims 1 reproduced, 1 not reproduced, 1 inconclusive"
    )
    assert answer(QUESTIONS[0], claims[:1]).counts == "its claim is reproduced"


def test_questions_without_claims_are_left_out():
    found = answers([claim(), claim(figure="9.9")])
    assert [each.question.figure for each in found] == ["1.6"]
    assert answers([]) == []


def test_every_statement_of_a_question_is_one_of_a_figure():
    """What is named here exists, so that a renamed quantity does not leave a question silently."""
    for question in QUESTIONS:
        for number, name in question.statements:
            entry = next(entry for entry in FIGURES if entry.number == number)
            found = _names(entry.findings_module())
            assert any(_begins(each, name) for each in found), (number, name)
        assert question.figure in [entry.number for entry in FIGURES]


def _names(module):
    """Names of the quantities of all statements of a module, however they are collected."""

    def statements(thing):
        if isinstance(thing, Statement):
            yield thing
        elif isinstance(thing, dict):
            yield from statements(list(thing.values()))
        elif isinstance(thing, list | tuple):
            for each in thing:
                yield from statements(each)

    return [each.name for each in statements(list(vars(module).values()))]


def _begins(template, name):
    """Whether a quantity's name, in which anything may stand for {}, can begin with a text."""
    pattern = "".join("(.*)" if part == "{}" else re.escape(part) for part in _parts(template))
    return any(re.match(pattern, name + template[cut:]) for cut in range(len(template) + 1))


def _parts(template):
    return re.split(r"(\{\})", template)


# -- what limits a claim -------------------------------------------------------------------


def test_units_grow_with_the_square_of_half_width_over_distance():
    undecided = claim("inconclusive", value=0.25, low=-0.75, high=1.25, resolution=1.5)
    assert times_the_units(undecided) == 16
    said = limit(undecided)
    assert "8 time blocks of 2 replicas" in said
    assert "1.5 away, and this one lies 0.25 away" in said
    assert "About 16 times as many" in said
    # An interval with a quarter of its width, as from sixteen times the units, is at the bound.
    assert undecided.value - (undecided.high - undecided.low) / 2 / 4 == 0


def test_the_bound_that_an_interval_includes_counts():
    rule = between(0.8, 1.25)
    undecided = claim("inconclusive", value=0.9, low=0.85, high=1.45, above=rule.above, below=1.25)
    assert times_the_units(undecided) == pytest.approx((0.3 / 0.35) ** 2)
    assert "About 1.1 times" in limit(undecided)


def test_the_preset_that_would_decide_is_named():
    undecided = claim("inconclusive", value=0.25, low=-0.75, high=1.25, resolution=1.5)
    presets = [
        Preset("same", 1.0, 1.0, 1.0, 1.0),
        Preset("night", 5.0, 20.0, 12.0, 1.0),
        Preset("cluster", 317.0, 30.0, 16.0, 2.0),
    ]
    told = "About 16 times as many would decide"
    assert limit(undecided).endswith(f"{told}.")
    assert limit(undecided, presets[:1]).endswith(f"{told}.")
    assert limit(undecided, presets).endswith(f"{told}; the preset cluster runs 320 times as much.")
    assert limit(undecided, presets[:2]).endswith(
        f"{told}, more than any preset; the preset night runs 5 times as much."
    )
    for figure, said in (
        ("3.2", f"{told}; the preset night runs 20 times as much."),
        ("4.4", f"{told}; the preset cluster runs 16 times as much."),
        ("5.1", f"{told}, more than any preset; the preset cluster runs 2 times as much."),
    ):
        of_snapshots = replace(undecided, units="6 snapshots of 2 replicas", figure=figure)
        assert limit(of_snapshots, presets).endswith(said)


def test_presets_are_compared_by_what_errors_come_from():
    small, large = (
        configuration.load(ROOT / "config" / f"{name}.yaml") for name in ("laptop", "overnight")
    )
    small = small | {"replicas": 2, "cycle": {"snapshots": 4}, "inherent": {"snapshots": 1}}
    small["temperatures"] = [
        {"temperature": 0.5, "production": 100.0},
        {"temperature": 0.7, "production": 50.0},
        {"temperature": 0.8, "production": 1000.0},
    ]
    larger = copy.deepcopy(small) | {"study": "larger", "replicas": 3, "cycle": {"snapshots": 2}}
    larger["temperatures"][1]["production"] = 200.0
    (only,) = presets_beside(small, [larger])
    assert only == Preset("larger", 3 * 300 / (2 * 150), 3 / 2, 3 * 2 / (2 * 4), 3 / 2)
    largest = copy.deepcopy(larger) | {"study": "largest", "replicas": 30}
    assert [each.name for each in presets_beside(small, [largest, larger])] == ["larger", "largest"]
    # Another liquid, and trajectories of others.
    largest["liquid"]["density"] = 1.1
    assert presets_beside(small, [largest, larger | {"trajectories": {}}]) == []
    assert presets_beside(large, [large]) == [Preset("overnight", 1.0, 1.0, 1.0, 1.0)]


def test_what_units_do_not_settle_is_said():
    assert limit(claim()) == ""
    assert limit(claim("inconclusive", doubt="crystalline")) == (
        "Limited by a doubt, whatever the interval: crystalline."
    )
    on_the_bound = claim("inconclusive", value=1e-9, low=-1.0, high=1.0)
    assert "It lies on the bound" in limit(on_the_bound)
    assert math.isinf(times_the_units(replace(on_the_bound, value=0.0)))
    assert "Holm" in limit(claim("inconclusive", value=-1.0, low=-1.5, high=-0.5))
    of_test = claim("inconclusive", above=math.nan)
    assert "would not have been found" in limit(of_test)


# -- the page ------------------------------------------------------------------------------


def page(claims, left_out=()):
    figures = [
        ReportFigure("1.6", "Barriers", "Chapter 1", "A caption.", png=PNG),
        ReportFigure("T2.1", "Planes", "Chapter 2", "Another.", markup="<table><tr></tr></table>"),
        ReportFigure("A.1", "Means", "Appendix A", "The last.", png=PNG),
    ]
    return render("glass", claims, figures, pd.DataFrame(), "study: glass", {"seed": 1}, left_out)


def test_the_page_begins_with_questions_and_ends_with_all_claims():
    text = page([claim(), claim("inconclusive", "A.1", "step <1>", doubt="why & how")])
    places = ["Questions and answers", "Verdicts by chapter", ">Chapter 1</h2>", ">Chapter 2</h2>"]
    places += [">Appendix A</h2>", ">Equilibration</h2>", ">Settings</h2>", ">Claims</h2>"]
    main = text.partition("<main>")[2]
    found = [main.index(place) for place in places]
    assert found == sorted(found)
    assert QUESTIONS[1].text in main
    assert "<b>Yes</b>: its claim is reproduced" in main
    assert "Figure 1.6. Barriers." in main and "Table 2.1. Planes." in main
    # Texts are not taken for marks.
    assert "step &lt;1&gt;" in main and "why &amp; how" in main
    # The list of contents leads to what is there.
    links = set(re.findall(r'href="#([^"]+)"', text))
    assert links <= set(re.findall(r'id="([^"]+)"', text))


def test_the_page_opens_offline_and_has_each_picture_once():
    text = page([claim()])
    assert text.count("data:image/png;base64,") == 2
    assert not re.search(r'(src|href)="(?!data:|#)', text)
    assert "://" not in text


def test_figures_that_are_left_out_are_named():
    left_out = {"Chapter 3": ["Figure 3.1", "Table 3.1"]}
    assert "Chapter 3 (Figure 3.1, Table 3.1)" in page([claim()], left_out)
    assert "Left out" not in page([claim()])


def test_rows_can_be_chosen_by_chapter_and_verdict():
    text = page([claim(), claim("not tested", "A.1", value=math.nan, low=math.nan, high=math.nan)])
    rows = re.findall(r'<tr data-verdict="([^"]+)" data-chapter="([^"]+)">', text)
    assert rows == [("reproduced", "Chapter 1"), ("not tested", "Appendix A")]
    statement = Statement("1.6", "slope", "it falls", "", "-", above(0))
    assert "Chapter 1" in page([statement.not_tested("no such temperature")])
