"""Figures of regressors on made-up tables: planted answers, doubts, equal bytes."""

from dataclasses import replace

import numpy as np
import pytest
from figure_by_number import FigureByNumber
from predicted_tables import (
    HALF_RUNS,
    INFLUENCES,
    KEPT_FEATURES,
    KEPT_RUNS,
    LINEAR,
    MODELS,
    NETWORKS,
    TEMPERATURES,
    TRAINING,
    VARIANTS,
    predicted,
    without_events,
)

from softness.figures import draw_models, registry, style, typeset
from softness.findings import barrier_curves, directions, explained, learned, regressed
from softness.learning import scores
from softness.uncertainty import Estimate, Units

NUMBERS = (
    *("3.1", "3.2", "3.3", "T3.1", "3.4", "3.5", "3.6", "3.7", "3.8", "3.M"),
    *("A.1", "A.2"),
)
REPRODUCED, NOT, UNSURE, UNTESTED = (
    "reproduced",
    "not reproduced",
    "inconclusive",
    "not tested",
)
SKEWNESS = "skewness of ln p_r by SVR at every temperature"
KURTOSIS = "excess kurtosis of ln p_r by SVR at every temperature"
RIGHT = "step of the mean of ln p_r by SVR from one temperature to the next"
WITH_SOFTNESS = "Pearson correlation of SVR with softness"
DIVERGENCE, RIDGE_DIVERGENCE = (f"divergence of {name} from softness" for name in ("SVR", "RR"))
RANDOM_DIVERGENCE = "median divergence of random directions from softness"
EXPLAINED = "explained variance, the dissertation's models at every temperature"
OTHERS_EXPLAINED = "explained variance, other models at every temperature"
OVER_CEILING = "explained variance over the noise ceiling, the dissertation's models"
CONVERGED = "explained variance at all runs minus at half of them"
GROWS = "step of the mean output of ridge from one temperature to the next"
SOFTNESS_GROWS = GROWS.replace("ridge", "softness")
RATE = "slope of the mean against T, SVR over softness"
COSINE, RIDGE_COSINE = "cosine of svr with softness", "cosine of ridge with softness"
COSINES = "cosines of SVR, RR and softness with each other, minus the dissertation's"
PEARSON = "Pearson correlation of svr with the true logit"
STRAIGHT = "change of the barrier over the fitted temperatures, by ln p_r of SVR"
ENERGIES = "Pearson correlation of Delta E by SVR with that by softness"
ENTROPIES = "Pearson correlation of Sigma by SVR with that by softness"
MLP_ENERGIES = "Pearson correlation of Delta E by MLP with that by softness"
OTHER_ENERGIES = "Pearson correlation of Delta E by binomial with that by softness"
MLP_SLOPE = "slope of Delta E by MLP over that by SVR"
RBF_SLOPE = "slope of Delta E by rbfSVR over that by SVR"
RANDOM = "median size of the slope of random directions over that of softness"
FEW_ALIKE = "slope of Delta E by 4 features over that by 16 features"
MORE_PREDICTED = "eta of 64 features minus that of 16"
STEEPER = "slope of Delta E by 64 features over that by 16"
SATURATED = "gain of eta from 64 features to all, over that of all"
NO_GAIN = "explained variance by orders 0 to 2 minus that by order 0, at every temperature"
FLATTER = "slope of Delta E by orders 0 to 2 over that by order 0"
HIGHER_ENERGIES = "Pearson correlation of Delta E by orders 0 to 2 with that by order 0"
HIGHER_ENTROPIES = "Pearson correlation of Sigma by orders 0 to 2 with that by order 0"
RADIAL_SLOPE = "slope of Delta E by radial features alone over that by all of order 0"
BY_ANGLES = (
    "explained variance by order 0 minus that by radial features alone, at every temperature"
)
LABELS = "slope of Delta E by labels of the CSD over that by p_hop"
LABEL_ENTROPIES = "slope of Sigma by labels of the CSD over that by p_hop"
EARLIER = "slope of Delta E by labels at t = 15 over that by those of the usual time"
LOWER = (
    "slope of Delta E by labels with 0.8 times the cut-off of p_hop over that with the usual one"
)
HIGHER_CSD = (
    "slope of Delta E by labels with 1.25 times the cut-off of the CSD over that with the usual one"
)
THRESHOLD = "threshold of the CSD that flags as many samples as p_hop"
RANDOM_LABELS = "median size of the slope of random directions over that of SVR"
NETWORK = "Pearson correlation of Delta E by MLP_H with that by MLP"
FLAT_NETWORKS = "slope of Delta E by MLP_D over that by MLP"
THERMAL_BELOW = "Pearson by the thermal-trained model minus that by the IS-trained, at every time"
SAME_SHAPE = "slope of this difference against the decadic logarithm of time"
SAME_BARRIERS = "slope of Delta E with half of the runs over that with all"

# Draws that scatter so much that no barrier is known.
NOISE = {"noise": 60.0}


SMALL_ETAS = (("svr_64_features", 0.2), ("svr_128_features", 0.3), ("svr_135_features", 0.3))

FEW_PARTICLES = {
    "replicas": 3,
    "snapshots": 1,
    "particles": 100,
    "runs": 64_000,
    "models": ("softness", "svr", "ridge"),
    "cross_fitted": False,
}


def module(number):
    return FigureByNumber(number)


def claims(number, data):
    return {claim.name: claim for claim in module(number).claims(data)}


def test_the_figures_are_those_of_chapter_3_and_appendix_a():
    chapters = "Chapter 3", "Appendix A"
    assert tuple(e.number for e in registry.FIGURES if e.chapter in chapters) == NUMBERS


@pytest.fixture(scope="module")
def as_planted():
    return predicted()


@pytest.mark.parametrize("number", NUMBERS)
def test_what_the_dissertation_says_is_reproduced_where_it_is_planted(number, as_planted):
    found = claims(number, as_planted)
    assert len(found) == len(module(number).claims(as_planted))
    assert {name: claim.verdict for name, claim in found.items()} == dict.fromkeys(
        found, REPRODUCED
    )
    assert {claim.figure for claim in found.values()} == {number}


@pytest.mark.parametrize(
    ("number", "name", "changes", "verdict"),
    [
        ("3.1", SKEWNESS, {"skewness": 1.0}, NOT),
        ("3.1", SKEWNESS, {"skewness": 0.3}, UNSURE),
        ("3.1", KURTOSIS, {"skewness": 1.0}, NOT),
        ("3.1", RIGHT, {"svr_drift": 0.0}, UNSURE),
        ("3.1", RIGHT, {"svr_drift": -4.0}, NOT),
        ("3.1", RIGHT, {"drift": -4.0}, REPRODUCED),
        ("3.1", RIGHT, {"bump": 3.0}, NOT),
        ("3.1", WITH_SOFTNESS, {"alike": 0.6}, NOT),
        ("3.1", WITH_SOFTNESS, {"alike": 0.7}, UNSURE),
        ("3.1", DIVERGENCE, {"skewness": 2.5}, NOT),
        ("3.1", RIDGE_DIVERGENCE, {"skewness": 2.5}, REPRODUCED),
        ("3.1", RANDOM_DIVERGENCE, {"random_skewness": 0.2}, NOT),
        # Offsets of the models of the replicas are no width and no skewness.
        ("3.1", KURTOSIS, {"offset": 2.0}, REPRODUCED),
        ("3.4", EXPLAINED, {"correlation": 0.8, "alike": 0.8}, NOT),
        ("3.4", EXPLAINED, {"offset": 2.0, "correlation": 0.8}, NOT),
        ("3.4", OTHERS_EXPLAINED, {"correlation": 0.8, "alike": 0.8}, NOT),
        ("3.4", OVER_CEILING, {"correlation": 0.8, "alike": 0.8}, NOT),
        # Two events a particle: most of what is not explained is noise.
        ("3.4", EXPLAINED, {"correlation": 0.85, "alike": 0.95, "runs": 5000}, REPRODUCED),
        # With fewer even a perfect model could hardly explain more than half.
        ("3.4", EXPLAINED, {"correlation": 0.85, "alike": 0.95, "runs": 4000}, UNTESTED),
        ("3.4", OTHERS_EXPLAINED, {"runs": 4000}, UNTESTED),
        ("3.4", EXPLAINED, {"runs": 50_000}, REPRODUCED),
        # Nor is that enough to take off the noise.
        ("3.4", OVER_CEILING, {"correlation": 0.85, "alike": 0.95, "runs": 5000}, UNSURE),
        ("3.4", OVER_CEILING, {"correlation": 0.85, "alike": 0.95, "runs": 50_000}, NOT),
        ("3.M", CONVERGED, {"correlation": 0.85, "alike": 0.95, "runs": 5000}, NOT),
        ("3.M", CONVERGED, FEW_PARTICLES, UNSURE),
        ("A.1", GROWS, {"drift": -4.0}, NOT),
        ("A.1", GROWS, {"bump": 3.0}, NOT),
        ("A.1", GROWS, {"drift": 0.0, "svr_drift": 0.0}, UNSURE),
        ("A.1", RATE, {"svr_drift": 8.0}, NOT),
        ("A.1", RATE, {"svr_drift": 2.0}, NOT),
        ("A.1", RATE, {"replicas": 2, "snapshots": 1, "particles": 20}, UNSURE),
        ("3.M", SAME_BARRIERS, {"influences": ((HALF_RUNS, 0.5),)}, NOT),
        ("3.M", SAME_BARRIERS, {"influences": ((HALF_RUNS, 0.85),)}, UNSURE),
        ("3.M", SAME_BARRIERS, NOISE, UNSURE),
        ("3.2", STRAIGHT, {"curvature": 2.0}, NOT),
        ("3.2", STRAIGHT, {"curvature": -2.0}, NOT),
        ("3.2", STRAIGHT, NOISE, UNSURE),
        ("3.3", ENERGIES, {"influences": (("svr", -0.9),)}, NOT),
        ("3.3", ENERGIES, NOISE, UNSURE),
        ("3.3", ENTROPIES, {"influences": (("svr", -0.9),)}, NOT),
        ("3.3", ENERGIES, {"influences": (("mlp", -0.9),)}, REPRODUCED),
        ("3.3", MLP_ENERGIES, {"influences": (("mlp", -0.9),)}, NOT),
        ("3.3", MLP_ENERGIES, {"dead": ("mlp",)}, UNTESTED),
        ("3.3", ENERGIES, {"dead": ("mlp",)}, REPRODUCED),
        ("3.3", ENERGIES, {"influences": (("binomial", -0.9),)}, REPRODUCED),
        ("3.3", OTHER_ENERGIES, {"influences": (("binomial", -0.9),)}, NOT),
        ("3.3", MLP_SLOPE, {"influences": (("mlp", 0.5),)}, NOT),
        ("3.3", MLP_SLOPE, {"influences": (("mlp", 1.5),)}, NOT),
        ("3.3", MLP_SLOPE, NOISE, UNSURE),
        ("3.3", RBF_SLOPE, {"influences": (("rbf_svr", 1.2),)}, NOT),
        ("3.3", RBF_SLOPE, {"influences": (("rbf_svr", 0.95),)}, UNSURE),
        ("3.3", RANDOM, {"random_influence": 0.9}, NOT),
        ("3.5", FEW_ALIKE, {"influences": (("svr_4_features", 0.5),)}, NOT),
        ("3.5", FEW_ALIKE, NOISE, UNSURE),
        ("3.5", MORE_PREDICTED, {"spreads": (("svr_64_features", 0.3),)}, NOT),
        ("3.5", MORE_PREDICTED, {"spreads": (("svr_64_features", 0.42),)}, UNSURE),
        ("3.5", STEEPER, {"influences": (("svr_64_features", 0.7),)}, NOT),
        ("3.5", STEEPER, {"influences": (("svr_64_features", 0.9),)}, UNSURE),
        ("3.5", SATURATED, {"spreads": (("svr_64_features", 0.3),)}, NOT),
        # Small etas that gain much.
        ("3.5", SATURATED, {"spreads": SMALL_ETAS}, NOT),
        ("3.5", SATURATED, {**FEW_PARTICLES, "spreads": (("svr_64_features", 0.5),)}, UNSURE),
        ("3.6", NO_GAIN, {"order_gain": 0.4}, NOT),
        ("3.6", NO_GAIN, FEW_PARTICLES, UNSURE),
        ("3.6", FLATTER, {"influences": (("svr_order2", 1.2),)}, NOT),
        ("3.6", FLATTER, {"influences": (("svr_order2", 0.95),)}, UNSURE),
        ("3.6", FLATTER, NOISE, UNSURE),
        ("3.6", HIGHER_ENERGIES, {"influences": (("svr_order2", -0.8),)}, NOT),
        ("3.6", HIGHER_ENTROPIES, {"influences": (("svr_order2", -0.8),)}, NOT),
        ("3.6", RADIAL_SLOPE, {"influences": (("svr_radial", 0.5),)}, NOT),
        ("3.6", BY_ANGLES, {"correlation": 0.8, "blurred": (("svr_radial", 1.0),)}, NOT),
        ("3.7", LABELS, {"influences": (("svr_csd", 0.1),)}, NOT),
        ("3.7", LABEL_ENTROPIES, {"influences": (("svr_csd", 0.1),)}, NOT),
        ("3.7", LABELS, NOISE, UNSURE),
        ("3.7", EARLIER, {"influences": (("svr_t15", 0.5),)}, NOT),
        ("3.7", LOWER, {"influences": (("svr_cutoff_0.8", 0.5),)}, NOT),
        ("3.7", HIGHER_CSD, {"influences": (("svr_csd_cutoff_1.25", 0.5),)}, NOT),
        # Beside the usual cut-off of the CSD, and not beside p_hop.
        (
            "3.7",
            HIGHER_CSD,
            {"influences": (("svr_csd", 0.4), ("svr_csd_cutoff_1.25", 0.4))},
            REPRODUCED,
        ),
        ("3.7", RANDOM_LABELS, {"random_influence": -0.9}, NOT),
        ("3.7", THRESHOLD, {"exact": 0.075}, NOT),
        ("3.7", THRESHOLD, {"threshold_scatter": 0.05}, UNSURE),
        ("3.7", THRESHOLD, {"matched_at": 0.8}, UNTESTED),
        ("3.8", THERMAL_BELOW, {"propensity": (("lost", -0.1),)}, NOT),
        ("3.8", THERMAL_BELOW, {"propensity": (("lost", 0.0),)}, UNSURE),
        ("3.8", THERMAL_BELOW, {"propensity": (("unconverged", 0.05),)}, UNSURE),
        ("3.8", THERMAL_BELOW, {"propensity": (("time", (0.5, 2.0)),)}, REPRODUCED),
        ("3.8", THERMAL_BELOW, {"propensity": (("training_time", 10.0),)}, UNTESTED),
        ("3.8", THERMAL_BELOW, {"propensity": (("temperature", 0.7),)}, UNTESTED),
        ("3.8", SAME_SHAPE, {"propensity": (("lost", -0.1),)}, REPRODUCED),
        ("3.8", SAME_SHAPE, {"propensity": (("reversed", True),)}, NOT),
        # Five times are enough, and so are two equal curves.
        ("3.8", SAME_SHAPE, {"propensity": (("time", (0.5, 2.0, 7.0, 25.0, 50.0)),)}, REPRODUCED),
        ("3.8", SAME_SHAPE, {"propensity": (("curve", (0.5,) * 6),)}, REPRODUCED),
        ("3.8", SAME_SHAPE, {"propensity": (("time", (0.5, 2.0)),)}, UNTESTED),
        ("3.8", SAME_SHAPE, {"propensity": (("training_time", 10.0),)}, UNTESTED),
        ("A.2", NETWORK, {"influences": (("mlp_h", -0.9),)}, NOT),
        ("A.2", NETWORK, NOISE, UNSURE),
        ("A.2", NETWORK, {"dead": ("mlp_d",)}, REPRODUCED),
        ("A.2", FLAT_NETWORKS, {"influences": (("mlp_d", 1.2),)}, NOT),
        ("A.2", FLAT_NETWORKS, {"influences": (("mlp_d", 1.0),)}, UNSURE),
        ("A.2", FLAT_NETWORKS, {"dead": ("mlp_d",)}, UNTESTED),
        ("T3.1", COSINE, {"turned": 0.4}, UNSURE),
        ("T3.1", COSINE, {"cosines": (("svr", -0.3), ("ridge", 0.7), ("binomial", 0.5))}, NOT),
        # Larger than the dissertation's is not orthogonal either.
        (
            "T3.1",
            COSINE,
            {"cosines": (("svr", 0.4), ("ridge", 0.7), ("binomial", 0.5))},
            REPRODUCED,
        ),
        ("T3.1", COSINES, {"cosines": (("svr", 0.4), ("ridge", 0.7), ("binomial", 0.5))}, NOT),
        ("T3.1", COSINES, {"cosines": (("svr", 0.232), ("ridge", 0.7), ("binomial", 0.5))}, UNSURE),
        ("T3.1", COSINES, {"turned": 0.4}, UNSURE),
        ("T3.1", COSINES, {"ridge_with_svr": 0.6}, NOT),
        ("T3.1", PEARSON, {"correlation": 0.1}, NOT),
        ("T3.1", "mean ln p_r of svr", {"label": "cumulative"}, UNTESTED),
        ("T3.1", "bias of svr", {"label": "cumulative"}, UNTESTED),
        ("T3.1", PEARSON, {"label": "cumulative"}, REPRODUCED),
        ("T3.1", "mean ln p_r of svr", {"svr_mean": -9.0}, NOT),
        ("T3.1", "mean ln p_r of svr", {"svr_mean": -8.72}, UNSURE),
        ("T3.1", "standard deviation of svr", {"svr_spread": 0.5}, NOT),
        ("T3.1", "standard deviation of mlp", {"dead": ("mlp",)}, UNTESTED),
    ],
)
def test_verdicts_follow_what_is_planted(number, name, changes, verdict):
    assert claims(number, predicted(**changes))[name].verdict == verdict


def test_values_are_those_planted(as_planted):
    def value(number, name):
        return claims(number, as_planted)[name].value

    assert value("T3.1", COSINE) == pytest.approx(0.13264, abs=1e-5)
    assert value("T3.1", "cosine of ridge with softness") == pytest.approx(0.75145, abs=1e-5)
    assert value("T3.1", COSINES) == pytest.approx(0.0, abs=1e-5)
    assert value("T3.1", PEARSON) == pytest.approx(0.37, abs=0.03)
    assert value("T3.1", "mean ln p_r of svr") == pytest.approx(-8.42, abs=0.03)
    assert value("T3.1", "standard deviation of mlp") == pytest.approx(0.79, abs=0.02)
    assert value("A.1", RATE) == pytest.approx(1.0, abs=0.05)
    assert value("3.3", MLP_SLOPE) == pytest.approx(1 / 0.95)
    assert value("3.3", RBF_SLOPE) == pytest.approx(0.9 / 0.95)
    assert value("3.3", RANDOM) == pytest.approx(0.1)
    assert value("3.1", WITH_SOFTNESS) == pytest.approx(0.8, abs=0.02)
    assert value("3.5", MORE_PREDICTED) == pytest.approx(0.55**2 - 0.42**2, abs=0.01)
    assert value("3.5", STEEPER) == pytest.approx(1 / 0.9)
    assert value("3.5", SATURATED) == pytest.approx(1 - (0.55 / 0.56) ** 2, abs=0.005)
    assert value("3.6", FLATTER) == pytest.approx(
        INFLUENCES["svr_order2"] / INFLUENCES["svr"], abs=1e-6
    )
    assert value("3.7", LABELS) == pytest.approx(0.93 / 0.95)
    assert value("3.7", HIGHER_CSD) == pytest.approx(0.96 / 0.93)
    assert value("3.7", THRESHOLD) == pytest.approx(0.0951)
    assert value("3.8", THERMAL_BELOW) == pytest.approx(-0.1, abs=0.01)
    assert value("3.8", SAME_SHAPE) == pytest.approx(0.0, abs=0.005)
    assert value("3.M", SAME_BARRIERS) == pytest.approx(1 / INFLUENCES["ridge"])


def test_published_thermal_data_are_named_so():
    """STUDY.md section 8: they are called inherent states."""
    data = predicted(propensity=(("published", True), ("state", "thermal")))
    for claim in claims("3.8", data).values():
        assert "published data of thermal positions" in claim.note
    numbers = module("3.8").table(data)
    assert set(numbers["state"]) == {"thermal"}
    assert module("3.8").plot(data).axes[0].get_title(loc="left") == "thermal propensity, published"


def with_scores(data, **changes):
    """The same data with some scores of propensity changed."""
    return replace(data, propensity_scores=[replace(data.propensity_scores[0], **changes)])


def test_another_model_than_the_sources_is_named(as_planted):
    by_ridge = with_scores(as_planted, model=np.array("ridge", dtype="S"))
    for claim in claims("3.8", by_ridge).values():
        assert "by ridge, in the dissertation by svr" in claim.note
    for claim in claims("3.8", as_planted).values():
        assert "svr" not in claim.note
    title = module("3.8").plot(by_ridge).axes[0].get_title(loc="left")
    assert title == "inherent-state propensity, ridge"


def test_without_thermal_runs_of_our_own_nothing_is_compared(as_planted):
    nothing = np.full_like(as_planted.propensity_scores[0].thermal_trained, np.nan)
    alone = with_scores(as_planted, thermal_trained=nothing, thermal_on_thermal=nothing)
    for claim in claims("3.8", alone).values():
        assert claim.verdict == UNTESTED
        assert "no thermal runs of our own" in claim.note
    numbers = module("3.8").table(alone)
    assert set(numbers["quantity"]) == {"trained on the predicted propensity", "ceiling"}
    module("3.8").plot(alone)


def test_the_ceiling_is_that_of_all_runs(as_planted):
    numbers = module("3.8").table(as_planted)
    ceiling = numbers[numbers["quantity"] == "ceiling"]
    np.testing.assert_allclose(ceiling["value"], np.sqrt(2 * 0.5 / 1.5))
    difference = numbers[numbers["quantity"] == "difference"]["value"]
    np.testing.assert_allclose(difference, -0.1, atol=0.01)


def test_members_are_named(as_planted):
    note = claims("3.4", as_planted)[EXPLAINED].note
    assert note in [f"{name} at T = {t:g}" for name in MODELS for t in TEMPERATURES]
    assert "binomial" not in note
    assert "binomial" in claims("3.4", as_planted)[OTHERS_EXPLAINED].note
    bumped = claims("A.1", predicted(bump=3.0))[GROWS].note
    assert bumped.startswith("goes back from T = 0.5 to 0.6")
    assert claims("3.M", as_planted)[CONVERGED].note in MODELS
    assert claims("T3.1", as_planted)[COSINES].note.endswith(("with svr", "with softness"))
    assert claims("3.6", as_planted)[NO_GAIN].note in [f"at T = {t:g}" for t in TEMPERATURES]


def test_training_snapshots_do_not_count():
    """What models make of the snapshots they were trained with says nothing about them."""
    trained = predicted(cross_fitted=False)

    def learned_by_heart(table):
        shifted = table.predicted + 100.0 * table.seen
        return replace(table, predicted=shifted, counts=table.counts * ~table.seen)

    tables = [learned_by_heart(table) for table in trained.predictions]
    other = replace(trained, predictions=tables)
    for number in NUMBERS:
        assert claims(number, other) == claims(number, trained)


def test_cross_fitted_models_are_tested_on_all_snapshots(as_planted):
    assert len(regressed.at_training(as_planted)) == 15
    assert len(regressed.at_training(predicted(cross_fitted=False))) == 10
    assert len(regressed.all_at_training(predicted(cross_fitted=False))) == 15


def test_variants_are_no_models_of_their_own(as_planted):
    assert set(regressed.names(as_planted)) == set(MODELS)
    barriers = as_planted.predicted_barriers[0]
    assert set(regressed.names_with_barriers(barriers)) == {*MODELS, *NETWORKS}
    assert list(regressed.variants(barriers, regressed.FEATURES_KEPT)) == list(KEPT_FEATURES)
    assert list(regressed.variants(barriers, regressed.RUNS_KEPT)) == list(KEPT_RUNS)
    assert all(map(regressed.is_variant, VARIANTS))
    assert not any(map(regressed.is_variant, draw_models.LOOKS))


def test_rare_events_are_a_doubt():
    data = predicted(runs=2000)
    for number, name in (
        ("3.4", OVER_CEILING),
        ("3.M", CONVERGED),
        ("T3.1", PEARSON),
        ("3.1", RIGHT),
        ("3.1", WITH_SOFTNESS),
        ("3.2", STRAIGHT),
        ("3.3", ENERGIES),
        ("3.5", FEW_ALIKE),
        ("3.6", FLATTER),
        ("3.7", LABELS),
        ("A.1", GROWS),
        ("A.2", NETWORK),
    ):
        claim = claims(number, data)[name]
        assert claim.verdict == UNSURE
        assert " events a particle at T = 0." in claim.doubt
    assert regressed.events_a_particle(regressed.at_training(data)) == pytest.approx(0.7, abs=0.1)


def test_an_untrained_softness_is_a_doubt():
    data = predicted(found=120)
    for number, name in (
        ("3.4", EXPLAINED),
        ("3.1", DIVERGENCE),
        ("3.1", WITH_SOFTNESS),
        ("T3.1", COSINE),
        ("T3.1", COSINES),
        ("A.1", RATE),
        ("A.1", SOFTNESS_GROWS),
        ("3.3", ENERGIES),
        ("3.3", RANDOM),
    ):
        claim = claims(number, data)[name]
        assert claim.verdict == UNSURE
        assert "120 of 3800 samples" in claim.doubt
    # These are not about softness.
    assert claims("3.4", data)[OTHERS_EXPLAINED].verdict == REPRODUCED
    assert claims("3.3", data)[MLP_SLOPE].verdict == REPRODUCED
    assert claims("A.1", data)[GROWS].verdict == REPRODUCED
    assert claims("3.1", data)[SKEWNESS].verdict == REPRODUCED
    assert claims("T3.1", data)[PEARSON].verdict == REPRODUCED
    assert claims("3.2", data)[STRAIGHT].verdict == REPRODUCED


def test_few_particles_cannot_tell_distributions_apart():
    claim = claims("3.1", predicted(particles=200))[DIVERGENCE]
    assert claim.verdict == UNSURE
    assert "so few particles" in claim.doubt


@pytest.mark.parametrize("number", NUMBERS)
def test_one_replica_is_inconclusive(number):
    found = claims(number, predicted(replicas=1))
    assert {claim.verdict for claim in found.values()} == {UNSURE}


def test_what_the_study_lacks_is_not_tested():
    def verdicts(number, **changes):
        return {claim.verdict for claim in claims(number, predicted(**changes)).values()}

    only_cold = {"temperatures": (TRAINING,)}
    assert claims("3.1", predicted(**only_cold))[RIGHT].verdict == UNTESTED
    assert claims("3.1", predicted(**only_cold))[SKEWNESS].verdict == REPRODUCED
    assert claims("3.4", predicted(**only_cold))[EXPLAINED].verdict == REPRODUCED
    assert verdicts("A.1", **only_cold) == {UNTESTED}
    elsewhere = {"training": 0.5}
    assert claims("T3.1", predicted(**elsewhere))["mean ln p_r of svr"].verdict == UNTESTED
    assert claims("T3.1", predicted(**elsewhere))[PEARSON].verdict == UNTESTED
    no_svr = {"models": ("softness", "ridge")}
    assert claims("3.1", predicted(**no_svr))[RIDGE_DIVERGENCE].verdict == REPRODUCED
    for name in (SKEWNESS, KURTOSIS, RIGHT, WITH_SOFTNESS, DIVERGENCE):
        assert claims("3.1", predicted(**no_svr))[name].verdict == UNTESTED
    assert claims("3.1", predicted(randoms=0))[RANDOM_DIVERGENCE].verdict == UNTESTED
    assert claims("A.1", predicted(**no_svr))[RATE].verdict == UNTESTED
    assert claims("A.1", predicted(**no_svr))[GROWS].verdict == REPRODUCED
    assert claims("T3.1", predicted(**no_svr))[COSINES].verdict == UNTESTED
    assert claims("T3.1", predicted(**no_svr))[COSINE].verdict == UNTESTED
    assert verdicts("3.M", runs=2) == {UNTESTED}
    untested = {"snapshots": 0, "cross_fitted": False}
    for number in ("3.1", "3.4", "A.1"):
        assert verdicts(number, **untested) == {UNTESTED}
    assert claims("3.M", predicted(**untested))[CONVERGED].verdict == UNTESTED
    assert claims("3.5", predicted(**untested))[SATURATED].verdict == UNTESTED
    assert claims("3.6", predicted(**untested))[NO_GAIN].verdict == UNTESTED
    no_variants = {"variants": (), "networks": (), "randoms": 0}
    for number in ("3.5", "3.6", "A.2"):
        assert verdicts(number, **no_variants) == {UNTESTED}
    assert claims("3.3", predicted(**no_variants))[RANDOM].verdict == UNTESTED
    assert claims("3.7", predicted(**no_variants))[LABELS].verdict == UNTESTED
    assert claims("3.M", predicted(**no_variants))[SAME_BARRIERS].verdict == UNTESTED
    assert verdicts("3.2", **no_svr) == {UNTESTED}
    alone = claims("3.3", predicted(models=("softness",), networks=()))
    assert alone[ENERGIES].verdict == UNTESTED
    no_threshold = replace(predicted(), csd_threshold=[])
    assert claims("3.7", no_threshold)[THRESHOLD].verdict == UNTESTED
    assert claims("T3.1", predicted(**untested))[PEARSON].verdict == UNTESTED


HARD = {
    "the source's": {},
    "one replica": {"replicas": 1},
    "one unit": {"replicas": 1, "snapshots": 1},
    "one snapshot of two replicas": {"replicas": 2, "snapshots": 1},
    "no test snapshot": {"snapshots": 0, "cross_fitted": False},
    "no variants": {"variants": (), "networks": (), "randoms": 0},
    "one block": {"replicas": 1, "blocks": 1},
    "one model": {"models": ("softness", "ridge")},
    "a network alone": {"models": ("mlp",)},
    "one temperature": {"temperatures": (TRAINING,)},
    "not the training temperature": {"temperatures": TEMPERATURES[1:]},
    "one run in each half": {"runs": 2},
    "few particles": {"particles": 5},
    "three particles": {"particles": 3},
    "one particle": {"particles": 1},
}


INITIALS = {REPRODUCED: "R", NOT: "N", UNSURE: "U", UNTESTED: "T"}
# Of each claim of each figure, in the order of NUMBERS.
TOLD = {
    "the source's": (
        "RRRRUUU R RRRRRRRRRRRR RRRRRRRRRRRRRRRR RRR "
        "RRRRR RRRRRRRRRR RRRRRRRRRR RR RR RRRRRRR RRRRRR"
    ),
    "one replica": (
        "UUUUUUU U UUUUUUUUUUUU UUUUUUUUUUUUUUUU UUU "
        "UUUUU UUUUUUUUUU UUUUUUUUUU UU UU UUUUUUU UUUUUU"
    ),
    "one unit": (
        "UUUUUUU U UUUUUUUUUUUU UUUUUUUUUUUUUUUU UUU "
        "UUUUU UUUUUUUUUU UUUUUUUUUU UU UU UUUUUUU UUUUUU"
    ),
    "one snapshot of two replicas": (
        "UURRUUU R RRRRRRRRRRRR RRRURRRRRRRRRRRR RRR "
        "RRRRR UURRRRRRRU RRRRRRRRRU RR RR RRURRRU RRRRRR"
    ),
    "no test snapshot": (
        "TTTTTTT R RRRRRRRRRRRR RRRTTTTTTRRRTTTT TTT "
        "RRRTT TTRRRRRRRT RRRRRRRRRR RR TR TTTTTTT RRRRRR"
    ),
    "no variants": (
        "RRRRUUT R RRRRRRRRRRRT RRRRRRRRRRRRRRRR RRR TTTTT TTTTTTTTTT TTTTTTR RR RT RRRRRRR TTTTTT"
    ),
    "one block": (
        "UUUUUUU U UUUUUUUUUUUU UUUUUUUUUUUUUUUU UUU "
        "UUUUU UUUUUUUUUU UUUUUUUUUU UU UU UUUUUUU UUUUUU"
    ),
    "one model": (
        "TTTTTUU T TRTTTRTTTTR TRTTRTRTTTRTTRTT RRT RRRRR TTTTTTTTTT TTTTTTRRTR RR RR RRT TTTTTT"
    ),
    "a network alone": (
        "TTTTTTT T TTTTTTTTTTT TTTTTTTTRTTTTTTR RRT RRRRR TTTTTTTTTT TTTTTTRRTR RR RT RT RRRRRR"
    ),
    "one temperature": (
        "RRTRUUU R RRRRRRRRRRRR RRRRRRRRRRRRRRRR RRR "
        "RRRRR RRRRRRRRRR RRRRRRRRRR RR RR TTTTTTT RRRRRR"
    ),
    "not the training temperature": (
        "RRRTTTT R RRRRRRRRRRRR RRRTTTTTTRRRTTTT RRR "
        "RRRTT RRRRRRRRRR RRRRRRRRRR RR TT TTTTTTT RRRRRR"
    ),
    "one run in each half": (
        "UUUUUUU U UUUUUUUUUUUR UUUUUUUUUUUUUUUU TUT "
        "UUUUU UUUUUUUUUU UUUUUUUUUR RR TT UUUUUUU UUUUUU"
    ),
    "few particles": (
        "UURUUUU R RRRRRRRRRRRR RRRUUUUUURRRURUU UUU "
        "RRRRR UURRRRRRRU RRRRRRRRRR RR RR RRRRRRU RRRRRR"
    ),
    "three particles": (
        "UURUUUU R RRRRRRRRRRRR RRRUUUUUURRRUUUU UUU "
        "RRRRR UURRRRRRRU RRRRRRRRRR RR RR RRRRRRU RRRRRR"
    ),
    "one particle": (
        "UUUUUUU R RRRRRRRRRRRR RRRUUUUUURRRUUUU UUU "
        "RRRUU UURRRRRRRU RRRRRRRRRR RR RR RURUUUU RRRRRR"
    ),
    "no events": (
        "UUUTTTU U UUUUUUUUUUUU UUTTTTTTTUUUTTTT TUTTTTTT "
        "UUUUU UUUUUUUUUU UUUUUUUUUT UU UU UTTTTTT UUUUUU"
    ),
}


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("kind", [*HARD, "no events"])
@pytest.mark.filterwarnings("error")
def test_figures_are_drawn_from_whatever_a_study_has(number, kind):
    data = predicted(**{"particles": 300, **HARD.get(kind, {})})
    data = without_events(data) if kind == "no events" else data
    made = module(number)
    with style.applied():
        figure = made.plot(data)
        figure.draw_without_rendering()
    assert figure.axes
    numbers = made.table(data).select_dtypes("number").to_numpy()
    assert np.isfinite(numbers.astype(float)).all()
    found = made.claims(data)
    told = "".join(INITIALS[claim.verdict] for claim in found)
    assert told == TOLD[kind].split()[NUMBERS.index(number)]
    for claim in found:
        is_judged = claim.verdict in (REPRODUCED, NOT)
        assert is_judged or claim.note or claim.doubt or np.isfinite([claim.low, claim.high]).all()


@pytest.mark.parametrize("number", NUMBERS)
def test_figures_have_labels_and_are_the_same_bytes_twice(number, as_planted, tmp_path):
    made = module(number)
    contents = []
    for again in range(2):
        with style.applied():
            figure = made.plot(as_planted)
        if number != "T3.1":
            for axes in figure.axes:
                assert axes.get_xlabel() or axes.get_label() == "<colorbar>"
                assert axes.get_ylabel()
                assert axes.lines or axes.patches or axes.collections
        style.save(figure, tmp_path / f"{again}.png", tmp_path / f"{again}.pdf")
        contents.append([(tmp_path / f"{again}.{kind}").read_bytes() for kind in ("png", "pdf")])
    assert contents[0] == contents[1]
    frames = [made.table(as_planted).to_csv() for _ in range(2)]
    assert frames[0] == frames[1]


def test_the_numbers_behind_a_figure_are_all_there(as_planted):
    def table(number):
        return module(number).table(as_planted)

    distributions = table("3.1")
    shown = distributions.query("panel == 'a'")
    assert set(shown["temperature"]) == set(TEMPERATURES)
    widths = shown["value"].diff().iloc[1]
    areas = shown.groupby("temperature")["density"].sum() * widths
    assert areas.to_numpy() == pytest.approx(1.0)
    for name in ("svr", "ridge"):
        assert (distributions[f"divergence_of_{name}"] < distributions["floor"] + 0.01).all()
    assert (distributions["divergence_of_random_directions"] > 0.1).all()
    assert distributions["correlation_with_softness"].to_numpy() == pytest.approx(0.8, abs=0.02)
    explained = table("3.4")
    assert len(explained) == 3 * len(TEMPERATURES) * len(MODELS)
    convergence = table("3.M")
    assert set(convergence["variable"]) == {*MODELS, "runs"}
    slopes = convergence.query("quantity == 'slope of Delta E'").set_index("runs")["value"]
    assert slopes.index.tolist() == [*KEPT_RUNS, 40_000_000]
    assert (slopes.diff().dropna() < 0).all()
    shares = convergence.query("quantity == 'cumulative share'")
    assert set(shares["temperature"]) == set(TEMPERATURES)
    assert (shares.groupby("temperature")["value"].diff().dropna() > 0).all()
    assert {"ln_p_r", "fitted", "low"} <= set(table("3.2"))
    assert set(table("3.3")["variable"]) == {*MODELS, "random_0", "random_1", "random_2"}
    assert set(table("3.5")["features"]) == set(KEPT_FEATURES)
    assert set(table("3.5")["quantity"]) == {"energy", "entropy", "eta", "eta over the ceiling"}
    assert set(table("3.6")["quantity"]) == {"energy", "entropy", "explained variance"}
    assert set(table("3.7")["csd_threshold"]) == {0.096}
    assert set(table("A.2")["variable"]) == {"mlp", *NETWORKS}
    means = table("A.1")
    assert means.query(f"temperature == {TRAINING}")["mean"].to_numpy() == pytest.approx(0.0)
    assert (means["low"] < means["high"]).all()


def test_values_over_the_ceiling_do_not_depend_on_the_number_of_runs():
    """Noise lowers what is explained, and not what is explained of the rest."""

    def value(quantity, runs):
        table = module("3.4").table(predicted(correlation=0.6, runs=runs))
        chosen = (table["quantity"] == quantity) & (table["variable"] == "mlp")
        return table[chosen]["value"].mean()

    many, few = 40_000_000, 80_000
    plain = [value("explained variance", runs) for runs in (many, few)]
    assert plain[1] < plain[0] - 0.02
    over = [value("explained variance over the ceiling", runs) for runs in (many, few)]
    assert over[1] == pytest.approx(over[0], abs=0.03)


def test_fewer_runs_are_as_if_there_never_had_been_more():
    """Thinned counts explain, and are as reliable, as counts of a study with fewer runs."""
    made = module("3.M")
    many, few = (made.table(predicted(correlation=0.6, runs=runs)) for runs in (256_000, 16_000))
    for quantity, variable in (("explained variance", "mlp"), ("reliability", "runs")):
        chosen = [
            table[
                (table["quantity"] == quantity)
                & (table["variable"] == variable)
                & (table["runs"] == 16_000)
            ]["value"].item()
            for table in (many, few)
        ]
        assert chosen[0] == pytest.approx(chosen[1], abs=0.02)
    reliability = many[many["quantity"] == "reliability"]["value"].to_numpy()
    assert (np.diff(reliability) < 0).all()


def test_thinning_draws_each_half_without_replacement(as_planted):
    made = module("3.M")
    snapshot = regressed.at_training(as_planted)[0]
    runs = snapshot.runs // 4
    thinned = made._thinned(as_planted, snapshot, runs, 50)
    assert all((each <= np.minimum(snapshot.counts, runs[:, None])).all() for each in thinned)
    ratio = np.mean(thinned) / snapshot.counts.mean()
    assert ratio == pytest.approx(0.25, rel=0.01)
    (everything,) = made._thinned(as_planted, snapshot, snapshot.runs, 1)
    assert (everything == snapshot.counts).all()


def test_numbers_of_runs_are_halved_to_the_fewest():
    made = module("3.M")
    snapshot = regressed.at_training(predicted(runs=64))
    assert made.run_numbers(snapshot) == [64, 32, 16, 8, 4]
    odd = [replace(each, runs=np.array([17, 16])) for each in snapshot]
    assert made.run_numbers(odd) == [33, 16, 8, 4]


def test_moments_are_those_of_all_particles(as_planted):
    snapshots = regressed.at_training(as_planted)
    given = [each.predicted["svr"] for each in snapshots]
    found = regressed.moments(as_planted, "3.1", snapshots, given)
    values = np.concatenate(given)
    z = (values - values.mean()) / values.std()
    expected = [values.mean(), values.std(), (z**3).mean(), (z**4).mean() - 3]
    assert found.value == pytest.approx(expected, abs=1e-9)
    assert found.draws.mean(axis=0) == pytest.approx(expected, abs=0.05)


def test_scores_are_of_all_snapshots_together():
    """Offsets of the models of the replicas take nothing from what they explain."""
    values, offsets = [], (0.0, 2.0)
    for offset in offsets:
        data = predicted(correlation=0.6, offset=offset)
        snapshots = regressed.tested(data)[0.6]
        found = explained.scores(data, "3.4", snapshots, "svr")
        values.append(found.value)
        truth = np.concatenate([each.target.values for each in snapshots])
        output = np.concatenate(regressed.about_own_means(snapshots, "svr"))
        expected = scores.explained_variance(output, truth)
        assert found.value[explained.EXPLAINED] == pytest.approx(expected)
        assert found.value[explained.ETA] == pytest.approx(output.var() / truth.var())
        halves = np.concatenate([each.counts for each in snapshots], axis=1)
        logits = [scores.logit_share(k, snapshots[0].runs[0]) for k in halves]
        reliability = scores.reliability(scores.pearson(*logits))
        assert found.value[explained.CEILING] == pytest.approx(reliability)
        assert found.draws.mean(axis=0) == pytest.approx(found.value, abs=0.02)
    np.testing.assert_allclose(*values, atol=1e-9)


def test_what_chance_explains_does_not_depend_on_the_size_of_snapshots():
    """One part in 177 for a variable without influence, and nothing over the ceiling."""
    for particles in (400, 3000):
        data = predicted(correlation=0.0, particles=particles, temperatures=(TRAINING,))
        snapshots = regressed.at_training(data)
        found = [explained.scores(data, "3.4", snapshots, name).value for name in MODELS]
        plain, over_ceiling = np.mean(found, axis=0)[:2]
        assert plain == pytest.approx(1 / 177, abs=0.004)
        assert over_ceiling == pytest.approx(0.0, abs=0.004)


def test_draws_of_models_are_paired(as_planted):
    """Snapshots differ alike for all models: the error of a difference does not hold that."""
    snapshots = regressed.at_training(as_planted)
    rows = np.arange(len(snapshots), dtype=float)
    first = regressed.mean_of(as_planted, "3.4", snapshots, rows)
    second = regressed.mean_of(as_planted, "3.4", snapshots, rows + 1)
    assert np.ptp((second - first).draws) < 1e-12
    assert np.ptp(first.draws) > 1


def test_snapshots_without_a_value_do_not_count(as_planted):
    snapshots = regressed.at_training(as_planted)
    rows = np.full(len(snapshots), 2.0)
    rows[::2] = np.nan
    found = regressed.mean_of(as_planted, "3.4", snapshots, rows)
    assert found.value == 2.0
    assert np.isfinite(found.draws).mean() > 0.9


def test_softness_is_put_among_the_features_of_a_regressor(as_planted):
    """Four features of six, and another unit of each: the same values up to a constant."""
    softness, record = as_planted.softness_all[0], as_planted.regression[0]
    plane = directions.embedded(as_planted, softness.weights, record, converted=True)
    assert (plane[4:] == 0).all()
    features = np.random.default_rng(1).normal(size=(20, 6))
    values = features[:, :4] / softness.scale @ softness.weights
    assert features / record.scale @ plane == pytest.approx(values)
    # The dissertation takes the weights as they are.
    plain = directions.embedded(as_planted, softness.weights, record)
    assert plain.tolist() == [*softness.weights, 0.0, 0.0]


def test_cosines_are_given_as_in_the_dissertation_and_in_one_unit(as_planted):
    record = regressed.record_of(as_planted, "svr")
    scale = np.linspace(1.0, 3.0, len(record.scale))
    stretched = [replace(each, scale=scale) for each in as_planted.regression]
    data = replace(as_planted, regression=stretched)
    numbers = module("T3.1").table(data).query("variable == 'svr'").set_index("quantity")["value"]
    assert numbers["cosine"] == pytest.approx(0.13264, abs=1e-5)
    softness = as_planted.softness_all[0].weights * scale[:4]
    weights = record.weights[1]
    expected = weights[:4] @ softness / np.linalg.norm(weights) / np.linalg.norm(softness)
    assert numbers["converted_cosine"] == pytest.approx(expected)


def test_some_pair_of_settings_may_have_the_cosines_of_the_dissertation():
    """The chosen settings miss one of them, others that validate as well do not."""
    turned = (("svr", 0.35), ("ridge", 0.75145), ("binomial", 0.6))
    planted = {"cosines": turned, "ridge_with_svr": 0.55, "turned": 0.002}
    data = predicted(settings_apart=0.2, **planted)
    assert claims("T3.1", data)[COSINES].verdict == REPRODUCED
    assert claims("T3.1", predicted(**planted))[COSINES].verdict == NOT
    nearest = module("T3.1").table(data).query("variable == 'nearest settings'")
    values = dict(zip(nearest["quantity"], nearest["value"], strict=True))
    assert values["cosine of svr with softness"] == pytest.approx(0.13264, abs=0.1)
    assert values["cosine of ridge with svr"] == pytest.approx(0.4, abs=0.1)


def test_settings_that_validate_equally_well(as_planted):
    record = as_planted.regression[0]
    assert directions.near_equal(record) == [1, 0]
    assert directions.near_equal(replace(record, scores=record.scores[:, :1])) == [1]
    unknown = np.full_like(record.scores, np.nan)
    assert directions.near_equal(replace(record, scores=unknown)) == [1]


def test_the_bias_is_that_of_the_plane(as_planted):
    estimates = module("T3.1").compute(as_planted).estimates
    assert estimates["svr"]["bias"].value == -8.36
    assert "bias" not in estimates["mlp"]


def test_training_snapshots_are_in_the_error_of_a_cosine():

    def width(**changes):
        data = predicted(settings_apart=0.0, **changes)
        low, high = directions.drawn_cosine(data, regressed.record_of(data, "svr")).interval()
        return high - low

    assert width(turned=0.05) > 2 * width(turned=0.0) > 0
    data = predicted(turned=0.05)
    one, other = (regressed.record_of(data, name) for name in ("svr", "ridge"))
    found = directions.nearest_cosines(data, one, other)
    assert found["ridge with svr"].value == pytest.approx(0.0, abs=1e-6)
    assert np.ptp(found["ridge with svr"].draws) > 0
    # Without the jackknife of one snapshot nothing is known of the error.
    few = replace(one, jackknife_weights=one.jackknife_weights[:1])
    assert np.isnan(directions.drawn_cosine(data, few).draws).all()


def test_particles_without_events_are_counted():
    data = predicted(runs=5000)
    rows = module("T3.1").table(data).query("variable == 'runs'").set_index("quantity")["value"]
    counts = data.predictions[0].counts.sum(axis=0)
    assert rows["runs"] == 5000
    assert rows["particles"] == len(counts)
    assert rows["particles_without_events"] == (counts == 0).sum() > 0
    assert rows["share_without_events"] == pytest.approx((counts == 0).mean())
    assert rows["share_without_events_low"] < rows["share_without_events"]


def test_the_table_has_what_is_known_of_each_model(as_planted):
    table = module("T3.1").table(as_planted)
    known = table.groupby("variable")["quantity"].apply(set)
    everywhere = {"correlation", "mean", "spread", "pearson", "pearson_low", "pearson_high"}
    planes = {"cosine", "covariance_cosine", "bias", "cosine_of_settings_low"}
    for name in ("svr", "ridge", "binomial"):
        assert everywhere | planes <= known[name]
    assert everywhere <= known["mlp"]
    assert not planes & known["mlp"]
    assert not {"mean", "bias"} & known["softness"]
    ends = table.query("variable == 'svr'").set_index("quantity")["value"]
    assert ends["cosine_of_settings_low"] < ends["cosine"] < ends["cosine_of_settings_high"]


def test_the_table_is_typeset_alike_as_html_and_latex(as_planted):
    made = module("T3.1")
    html, latex = made.html(as_planted), made.latex(as_planted)
    assert html.count("<tr>") == 1 + len(MODELS)
    assert html.count("<td>") == len(MODELS) * html.count("<th>") == 9 * len(MODELS)
    assert latex.startswith("\\begin{tabular}{rrrrrrrrr}\n\\toprule\n")
    assert latex.count(r"\\") == 1 + len(MODELS)
    for text in (html, latex):
        assert "0.751" in text
    assert "$" not in html
    assert typeset.EMPTY in html
    assert typeset.EMPTY not in latex
    assert "$S$ & 1.000 & -- & -- & -- & -- & --" in latex
    assert made._as_html("MLP$_H$") == "MLP<sub>H</sub>"


def test_columns_without_any_value_are_left_out():
    made = module("T3.1")
    data = predicted(models=("softness", "mlp"))
    assert "over all settings" not in made.html(data)
    assert "Pearson" in made.html(data)


def test_models_have_one_look_each():
    looks = list(draw_models.LOOKS.values())
    for part in zip(*looks, strict=True):
        assert len(set(part)) == len(looks)
    # Variants stand beside SVR alone.
    for name in draw_models.VARIANT_LOOKS:
        assert not set(draw_models.look_of(name)) & set(draw_models.look_of("svr"))
    assert draw_models.look_of("another")[0] == "another"


def estimate(value, draws):
    return Estimate(value, draws, Units(5, 20))


def test_noise_does_not_take_from_a_correlation():
    """Two noisy curves of one truth: the plain correlation is low, and that of draws lower."""
    generator = np.random.default_rng(1)
    x = np.linspace(-2, 2, 9)
    low_verdicts, plain = 0, []
    for _ in range(100):
        curves = -x + generator.normal(scale=0.6, size=(2, 9))
        draws = curves[:, None] + generator.normal(scale=0.6, size=(2, 300, 9))
        plain.append(np.corrcoef(curves)[0, 1])
        found = barrier_curves.correlation(x, *map(estimate, curves, draws), 1.0)
        low_verdicts += found.interval()[1] < 0.9
    assert np.mean(plain) < 0.9
    assert low_verdicts <= 3


def test_a_common_noise_does_not_make_a_correlation():
    """Curves of the same particles share their noise: what they share by it is taken off."""
    generator = np.random.default_rng(2)
    x = np.linspace(-2, 2, 9)
    truths = np.array([-x, x**2 - (x**2).mean()])
    values, plain = [], []
    for _ in range(50):
        curves = truths + generator.normal(size=9)
        draws = curves[:, None] + generator.normal(size=(300, 9))
        plain.append(np.corrcoef(curves)[0, 1])
        found = barrier_curves.correlation(x, *map(estimate, curves, draws), 1.0)
        values.append(found.value)
    assert np.mean(plain) > 0.25
    assert abs(np.nanmean(values)) < 0.15


def test_correlations_leave_out_bins_that_are_undefined():
    x = np.linspace(-2.5, 2.5, 11)
    first, second = -x, -2 * x
    first[3], second[0], second[-1] = np.nan, 50.0, np.inf
    draws = np.tile(first, (20, 1)), np.tile(second, (20, 1))
    draws[1][:10, 4] = np.nan
    found = barrier_curves.correlation(x, *map(estimate, (first, second), draws), 1.0)
    assert found.value == pytest.approx(1.0)
    assert found.draws == pytest.approx(1.0)
    # A flat curve has no correlation.
    flat = estimate(0 * x, np.tile(0 * x, (20, 1)))
    assert np.isnan(barrier_curves.correlation(x, flat, estimate(second, draws[1]), 1.0).value)


def test_the_slope_of_a_straight_line():
    table = predicted().predicted_barriers[0]
    x, ridge = learned.centres(table), barrier_curves.curve(table, "ridge", "energy")
    found = barrier_curves.steepness(table, "ridge")
    assert found.value == pytest.approx(np.polyfit(x, ridge.value, 1)[0])
    inner = np.abs(x) <= 2
    assert found.draws[3] == pytest.approx(np.polyfit(x[inner], ridge.draws[3][inner], 1)[0])


def test_labels_of_an_axis_stand_apart():
    assert module("3.5")._labelled([4, 8, 16, 32, 64, 128, 135]) == [135, 64, 32, 16, 8, 4]
    assert module("3.M")._apart([1000, 1100, 5000, 10_000])[::-1] == [1100, 5000, 10_000]


def test_linear_models_are_planted_as_such(as_planted):
    """The records hold planes of linear models alone, as those of the workflow do."""
    for record in as_planted.regression:
        linear = str(record.name.astype(str)) in LINEAR
        assert linear == bool(len(record.plane_weights))
