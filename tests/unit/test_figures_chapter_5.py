"""Figures of our own: planted answers, doubts, equal bytes."""

from dataclasses import replace

import numpy as np
import pytest
from figure_by_number import FigureByNumber
from state_tables import ALL, PUBLISHED, scored, state_scores

from softness.figures import registry, style

NUMBERS = ("5.1",)
CHAPTER = (*NUMBERS, "5.2", "T5.1", "5.3")
REPRODUCED, NOT, UNSURE, UNTESTED = "reproduced", "not reproduced", "inconclusive", "not tested"
STATE = "Pearson by inherent states minus that by the thermal ones, orders 0 to 2, {}"
ORDER = "Pearson by orders 0 to 2 minus that by order 0, inherent states, {}"
CAGE = "Pearson by cages minus that by inherent states, orders 0 to 2, our own runs"
OWN, OTHERS = "our own runs", "published data"


def made(number="5.1"):
    return FigureByNumber(number)


def claims(data):
    return {claim.name: claim for claim in made().claims(data)}


def test_the_figures_are_those_of_chapter_5():
    assert tuple(e.number for e in registry.FIGURES if e.chapter == "Chapter 5") == CHAPTER


def test_what_is_planted_is_found():
    found = claims(scored())
    names = [each.format(data) for data in (OWN, OTHERS) for each in (STATE, ORDER)]
    assert list(found) == [*names, CAGE]
    assert {claim.verdict for claim in found.values()} == {REPRODUCED}
    assert {claim.origin for claim in found.values()} == {"ours"}
    assert found[STATE.format(OWN)].value == pytest.approx(0.15, abs=0.01)
    assert found[ORDER.format(OTHERS)].value == pytest.approx(0.08, abs=0.01)
    assert found[CAGE].value == pytest.approx(0.05, abs=0.01)
    assert found[STATE.format(OWN)].note == "at t = 25 and T = 0.56; by ridge"
    assert found[STATE.format(OTHERS)].note == "at t = 4000 and T = 0.44; by ridge"


@pytest.mark.parametrize(
    ("name", "changes", "verdict"),
    [
        (STATE, {"inherent": 0.02}, NOT),
        (STATE, {"inherent": 0.05}, UNSURE),
        (STATE, {"replicas": 1}, UNSURE),
        (STATE, {"states": ("inherent", "cage")}, UNTESTED),
        (STATE, {"orders": (0, 1)}, UNTESTED),
        (STATE, {"targets": ("inherent",)}, UNTESTED),
        (ORDER, {"order": -0.01}, NOT),
        (ORDER, {"order": 0.0}, UNSURE),
        (ORDER, {"orders": (1, 2)}, UNTESTED),
        (ORDER, {"orders": (0, 2, 4)}, REPRODUCED),
        (CAGE, {"cage": -0.05}, NOT),
        (CAGE, {"states": ("thermal", "inherent")}, UNTESTED),
    ],
)
def test_verdicts_follow_what_is_planted(name, changes, verdict):
    assert claims(scored(state_scores(**changes)))[name.format(OWN)].verdict == verdict


def test_claims_say_why_they_are_not_tested():
    found = claims(scored(state_scores(states=("thermal", "cage"), orders=(0,))))
    assert found[STATE.format(OWN)].note == "needs inherent and thermal states with orders up to 2"
    assert found[ORDER.format(OWN)].note == "needs inherent states with orders up to 0 and 2"
    assert found[CAGE].note == "needs cage and inherent states with orders up to 2"
    assert found[STATE.format(OTHERS)].note == "there is no thermal propensity of published data"


def test_published_data_are_compared_at_the_time_next_to_the_training_time():
    record = state_scores(**PUBLISHED | {"time": (1.0, 20.0, 400.0), "training_time": 25.0})
    assert claims(scored(record))[STATE.format(OTHERS)].note.startswith("at t = 20 ")


def numbers(data, quantity):
    rows = made().table(data)
    return rows[rows["quantity"] == quantity]


def test_all_numbers_are_in_the_table():
    data = scored()
    pearson = numbers(data, "Pearson correlation")
    # Targets, states, sets of orders and times of our own runs; of published data one time.
    assert len(pearson) == 2 * 3 * 3 * 5 + 2 * 3
    assert set(pearson["orders"]) == {"0", "0 to 1", "0 to 2"}
    assert set(pearson["features"]) == {135, 270, 405}
    explained = numbers(data, "explained variance")
    over = numbers(data, "explained variance over its ceiling")
    assert set(over["data"]) == {OWN}
    own = explained[explained["data"] == OWN]
    np.testing.assert_allclose(over["value"] * 2 * 0.8 / 1.8, own["value"])
    with_offset = numbers(data, "explained variance with the offset of the snapshot")
    np.testing.assert_allclose(with_offset["value"], explained["value"] - 0.05**2 / 0.01)
    ceiling = numbers(data, "ceiling of the Pearson correlation")
    np.testing.assert_allclose(ceiling["value"], np.sqrt(2 * 0.8 / 1.8))
    assert set(ceiling["data"]) == {OWN}
    between = numbers(data, "share of the variance between snapshots")
    np.testing.assert_allclose(between["value"], 0.05**2 / (0.05**2 + 0.01))


def test_nothing_is_divided_by_a_reliability_that_is_hardly_known():
    assert numbers(scored(state_scores(halves=0.04)), "explained variance over its ceiling").empty
    assert len(numbers(scored(state_scores(halves=0.04)), "explained variance")) == 2 * 3 * 3 * 5


def undefined(record):
    """The same where nothing ever moved."""
    names = ("pearson", "explained", "half_correlation")
    nothing = {name: np.full_like(getattr(record, name), np.nan) for name in names}
    return replace(record, **nothing, variance=np.zeros_like(record.variance))


DATA = {
    "both": scored(),
    "own": scored(state_scores()),
    "published": scored(state_scores(**PUBLISHED)),
    "published at several times": scored(
        state_scores(**PUBLISHED | {"time": (1.0, 20.0, 400.0), "halves": 0.9})
    ),
    "one state": scored(state_scores(states=("cage",), orders=(4,), replicas=2)),
    "all orders": scored(state_scores(orders=(0, 1, 2, 3, 4))),
    "one replica": scored(state_scores(replicas=1)),
    "undefined": scored(undefined(state_scores())),
    "nothing": replace(scored(), state_scores=[]),
}


@pytest.mark.parametrize("name", DATA)
@pytest.mark.filterwarnings("error")
def test_figures_are_drawn_from_whatever_a_study_has(name):
    data = DATA[name]
    with style.applied():
        figure = made().plot(data)
        figure.draw_without_rendering()
    for axes in figure.axes:
        assert axes.get_xlabel()
        assert axes.get_ylabel()
    shown = made().table(data).select_dtypes("number").to_numpy()
    assert np.isfinite(shown.astype(float)).all()
    for claim in made().claims(data):
        judged = claim.verdict in (REPRODUCED, NOT)
        assert judged or claim.note or claim.doubt


def test_each_state_has_a_curve_for_each_set_of_orders_and_the_ceiling_is_drawn():
    with style.applied():
        figure = made().plot(DATA["own"])
        labels = [text.get_text() for text in figure.legends[0].get_texts()]
    states, orders = [*ALL], ["orders 0 to 2", "orders 0 to 1", "order 0"]
    assert labels == [*states, *orders, "ceiling of all runs"]
    curves = [line for line in figure.axes[1].lines if len(line.get_xdata()) == 5]
    assert len({(line.get_color(), line.get_linestyle()) for line in curves}) == 9


def test_figures_are_the_same_bytes_twice(tmp_path):
    contents = []
    for again in range(2):
        with style.applied():
            figure = made().plot(DATA["both"])
        style.save(figure, tmp_path / f"{again}.png", tmp_path / f"{again}.pdf")
        contents.append([(tmp_path / f"{again}.{kind}").read_bytes() for kind in ("png", "pdf")])
    assert contents[0] == contents[1]
