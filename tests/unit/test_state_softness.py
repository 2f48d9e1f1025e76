"""Softness of states of structure: which moments are compared, and what figure 5.2 says of them."""

from dataclasses import replace

import numpy as np
import pytest
from figure_by_number import FigureByNumber
from learned_tables import (
    BARRIER_FIT,
    TRAINING,
    TRANSFER,
    Plan,
    accuracies,
    made_up,
    planted_barriers,
    random_directions,
)

from softness import configuration
from softness.errors import InputError
from softness.learning import samples
from softness.stages import features
from softness.stages.shared.structure import structure_frames
from softness.study import Study

REPRODUCED, NOT, UNSURE = "reproduced", "not reproduced", "inconclusive"
STEEPER = "slope of Delta E by inherent structure over the slope by thermal structure"
ONSET = "T0 by inherent structure minus T0 by thermal structure"
TRAINED = "accuracy by inherent structure minus that by thermal structure, cross-validated"
FRAMES = "slope of Delta E by thermal structure of the compared frames over that of all frames"
RANDOM = "median size of the ratio of slopes of random directions"


def events(*rows):
    names = ("particle", "frame", "first", "last", "cut")
    return np.rec.fromrecords([(*row, False) for row in rows], names=names)


def test_an_event_is_sampled_if_a_given_frame_lies_shortly_before_its_maximum():
    # Maxima 0, 1, 2, 3 frames after frame 20, and one in no reach of any frame.
    given = events(*[(n, 20 + n, 19 + n, 22 + n) for n in range(4)], (7, 26, 25, 27))
    found = samples.rearranging_soon(given, np.array([10, 20, 30]), within=2, replica=1)
    assert sorted(zip(found.particles, found.frames, strict=True)) == [(1, 20), (2, 20)]
    assert set(found.replicas) == {1}


def test_a_quiet_run_is_sampled_at_the_given_frame_next_to_its_middle():
    names = ("particle", "centre", "first", "last")
    rows = [(0, 14, 0, 29), (1, 16, 0, 29), (2, 15, 0, 29), (3, 15, 11, 19), (4, 100, 30, 170)]
    runs = np.rec.fromrecords(rows, names=names)
    found = samples.quiet_in(runs, np.array([10, 20, 30]))
    expected = [(0, 10), (1, 20), (2, 10), (4, 30)]
    assert list(zip(found.particles, found.frames, strict=True)) == expected


def test_the_minimised_frames_are_those_whose_structure_is_compared():
    study = Study(configuration.load("config/laptop.yaml"))
    settings = study.compared_features("0.5", 0)
    interval = study.config["thermal"]["frame_interval"]
    for temperature in study.state_labels:
        frames = round(study.entry(temperature)["production"] / interval)
        expected, _ = structure_frames(settings, frames, interval)
        assert study.state_frames(temperature) == expected.tolist()
        assert set(expected.tolist()) <= set(study.quenched_frames(temperature, 0))
    assert study.state_frames("2") == []
    assert set(study.barrier_labels("below")) <= set(study.state_labels)


def tables(inherent=1.5, accuracy=0.85, onset=0.9, frames=1.0, **changes):
    """Tables of figure 5.2: softness of inherent structure has other slopes and accuracies."""
    plan = Plan(**changes)
    randoms = dict.fromkeys(random_directions(plan), 0.1)
    influences = {"softness": frames, "softness_inherent": inherent * frames, **randoms}
    both = ("softness", plan.softness_accuracy), ("softness_inherent", accuracy)

    def sets(temperature, is_own):
        return [
            accuracies(plan, temperature, {name: (best, 0.0)}, name if is_own else "")
            for name, best in both
        ]

    barriers = planted_barriers(replace(plan, fluidity_onset=onset), BARRIER_FIT, influences)
    return replace(
        made_up(**changes),
        state_barriers=[barriers],
        state_training=sets(TRAINING, is_own=True),
        state_transfer=sets(TRANSFER, is_own=False),
    )


def verdicts(data):
    claims = [claim for number in ("5.2", "T5.1") for claim in FigureByNumber(number).claims(data)]
    return {claim.name: claim.verdict for claim in claims}


def test_steeper_barriers_and_better_accuracies_are_found_where_they_are_planted():
    assert set(verdicts(tables()).values()) == {REPRODUCED}


@pytest.mark.parametrize(
    ("name", "changes", "verdict"),
    [
        (STEEPER, {"inherent": 0.6}, NOT),
        (STEEPER, {"inherent": 1.0}, UNSURE),
        (STEEPER, {"inherent": 1.05, "noise": 20.0}, UNSURE),
        (ONSET, {"onset": 1.2}, NOT),
        (TRAINED, {"accuracy": 0.7}, NOT),
        (TRAINED, {"replicas": 1}, UNSURE),
        (FRAMES, {"frames": 0.5}, NOT),
        (RANDOM, {"noise": 20.0}, UNSURE),
    ],
)
def test_what_is_not_planted_is_not_reproduced(name, changes, verdict):
    assert verdicts(tables(**changes))[name] == verdict


def test_a_study_without_another_state_has_its_controls_alone():
    data = tables()
    alone = planted_barriers(Plan(), BARRIER_FIT, {"softness": 1.0, "random_0": 0.1})
    one = replace(
        data,
        state_barriers=[alone],
        state_training=data.state_training[:1],
        state_transfer=data.state_transfer[:1],
    )
    found = verdicts(one)
    assert found[FRAMES] == REPRODUCED
    assert [name for name, verdict in found.items() if verdict == "not tested"] == [
        STEEPER.replace("inherent", "any"),
        STEEPER.replace("inherent", "any").replace("Delta E", "Sigma"),
        TRAINED.replace("inherent", "any"),
        "the same by any structure at the temperature of the transfer test, unseen replicas",
    ]


def test_the_table_has_the_numbers_of_each_state():
    figure = FigureByNumber("T5.1")
    rows = figure.table(tables()).set_index(["state", "quantity"])["value"]
    slopes = rows.xs("slope of Delta E", level="quantity")
    assert list(slopes.index) == ["thermal", "inherent", "thermal, all frames"]
    assert slopes["inherent"] / slopes["thermal"] == pytest.approx(1.5, rel=1e-3)
    assert figure.html(tables()).count("<tr>") == 4
    assert "accuracy at transfer" in figure.latex(tables())


@pytest.mark.parametrize(
    "given",
    [
        [],
        ["--population", "--frames", "3"],
        ["--rearrangements", "events.h5", "--samples", "samples.h5"],
        ["--samples", "samples.h5", "--frames", "3"],
    ],
)
def test_moments_of_features_are_of_one_kind_or_those_of_a_population(given):
    files = ["--trajectory", "run.gsd", "--output", "features.h5", "--settings", "{}"]
    options = features.arguments().parse_args([*files, *given])
    with pytest.raises(InputError, match="give one of --population, --rearrangements"):
        features.main(options)
