"""Figures of regressors on made-up tables: planted answers, doubts, equal bytes."""

import importlib
from dataclasses import replace

import numpy as np
import pytest
from predicted_tables import MODELS, TEMPERATURES, TRAINING, predicted, without_events

from softness.figures import regressed, style, typeset

MODULES = {
    "3.1": "figure_3_1_predicted_distributions",
    "3.4": "figure_3_4_explained_variance",
    "3.M": "figure_3_m_convergence",
    "T3.1": "table_3_1_models",
    "A.1": "figure_a_1_mean_predictions",
}
REPRODUCED, NOT, UNSURE, UNTESTED = (
    "reproduced",
    "not reproduced",
    "inconclusive",
    "not tested",
)
SKEWNESS, KURTOSIS = "skewness at every temperature", "excess kurtosis at every temperature"
RIGHT, DIVERGENCE = "every step of the mean with T", "divergence from softness"
EXPLAINED = "explained variance, every model at every temperature"
OVER_CEILING = "explained variance over the noise ceiling, best model"
CONVERGED = "explained variance at all runs minus at half of them"
GROWS = "every step of the mean with T, every model"
RATE = "slope of the mean against T, SVR minus softness"
COSINE, BOTH = "cosine of svr with softness", "cosine of ridge with svr"
PEARSON = "Pearson correlation of svr with the true logit"


FEW_PARTICLES = {
    "replicas": 3,
    "snapshots": 1,
    "particles": 100,
    "runs": 64_000,
    "models": ("softness", "svr", "ridge"),
}


def module(number):
    return importlib.import_module(f"softness.figures.{MODULES[number]}")


def claims(number, data):
    return {claim.name: claim for claim in module(number).claims(data)}


@pytest.fixture(scope="module")
def as_planted():
    return predicted()


@pytest.mark.parametrize("number", MODULES)
def test_what_the_source_says_is_reproduced_where_it_is_planted(number, as_planted):
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
        ("3.1", DIVERGENCE, {"skewness": 2.5}, NOT),
        ("3.4", EXPLAINED, {"correlation": 0.8, "alike": 0.8}, NOT),
        ("3.4", OVER_CEILING, {"correlation": 0.8, "alike": 0.8}, NOT),
        # Two events a particle: most of what is not explained is noise.
        ("3.4", EXPLAINED, {"correlation": 0.85, "alike": 0.95, "runs": 5000}, REPRODUCED),
        ("3.4", OVER_CEILING, {"correlation": 0.85, "alike": 0.95, "runs": 5000}, NOT),
        ("3.M", CONVERGED, {"correlation": 0.85, "alike": 0.95, "runs": 5000}, NOT),
        ("3.M", CONVERGED, FEW_PARTICLES, UNSURE),
        ("A.1", GROWS, {"drift": -4.0}, NOT),
        ("A.1", GROWS, {"bump": 3.0}, NOT),
        ("A.1", GROWS, {"drift": 0.0, "svr_drift": 0.0}, UNSURE),
        ("A.1", RATE, {"svr_drift": 8.0}, NOT),
        ("A.1", RATE, {"replicas": 2, "snapshots": 1, "particles": 60}, UNSURE),
        ("T3.1", COSINE, {"cosines": (("svr", 0.4), ("ridge", 0.7), ("binomial", 0.5))}, NOT),
        ("T3.1", COSINE, {"cosines": (("svr", 0.232), ("ridge", 0.7), ("binomial", 0.5))}, UNSURE),
        ("T3.1", COSINE, {"settings_apart": 0.2}, UNSURE),
        ("T3.1", BOTH, {"ridge_with_svr": 0.6}, NOT),
        ("T3.1", PEARSON, {"correlation": 0.1}, NOT),
        ("T3.1", "mean ln p_r of svr", {"svr_mean": -9.0}, NOT),
        ("T3.1", "mean ln p_r of svr", {"svr_mean": -8.72}, UNSURE),
        ("T3.1", "standard deviation of svr", {"svr_spread": 0.5}, NOT),
    ],
)
def test_verdicts_follow_what_is_planted(number, name, changes, verdict):
    assert claims(number, predicted(**changes))[name].verdict == verdict


def test_values_are_those_planted(as_planted):
    def value(number, name):
        return claims(number, as_planted)[name].value

    assert value("T3.1", COSINE) == pytest.approx(0.13264, abs=1e-5)
    assert value("T3.1", "cosine of ridge with softness") == pytest.approx(0.75145, abs=1e-5)
    assert value("T3.1", BOTH) == pytest.approx(0.4, abs=1e-5)
    assert value("T3.1", PEARSON) == pytest.approx(0.37, abs=0.03)
    assert value("T3.1", "mean ln p_r of svr") == pytest.approx(-8.42, abs=0.03)
    assert value("T3.1", "standard deviation of mlp") == pytest.approx(0.79, abs=0.02)
    assert value("A.1", RATE) == pytest.approx(0.0, abs=0.2)


def test_members_are_named(as_planted):
    note = claims("3.4", as_planted)[EXPLAINED].note
    assert note in [f"{name} at T = {t:g}" for name in MODELS for t in TEMPERATURES]
    bumped = claims("A.1", predicted(bump=3.0))[GROWS].note
    assert bumped.endswith("from T = 0.5 to 0.6")
    assert claims("3.M", as_planted)[CONVERGED].note in MODELS
    assert claims("T3.1", as_planted)[COSINE].note == (
        "error of the choice of settings and of softness alone"
    )


def test_training_snapshots_do_not_count(as_planted):
    """What models make of the snapshots they were trained with says nothing about them."""

    def learned_by_heart(table):
        shifted = table.predicted + 100.0 * table.seen
        return replace(table, predicted=shifted, counts=table.counts * ~table.seen)

    tables = [learned_by_heart(table) for table in as_planted.predictions]
    other = replace(as_planted, predictions=tables)
    for number in MODULES:
        assert claims(number, other) == claims(number, as_planted)


def test_rare_events_are_a_doubt():
    data = predicted(runs=2000)
    for number, name in (("3.4", EXPLAINED), ("3.M", CONVERGED), ("T3.1", PEARSON), ("3.1", RIGHT)):
        claim = claims(number, data)[name]
        assert claim.verdict == UNSURE
        assert " events a particle at T = 0.45" in claim.note
    assert regressed.events_a_particle(regressed.at_training(data)) == pytest.approx(0.7, abs=0.1)


def test_an_untrained_softness_is_a_doubt():
    data = predicted(found=120)
    for number, name in (("3.4", EXPLAINED), ("3.1", DIVERGENCE), ("T3.1", COSINE), ("A.1", RATE)):
        claim = claims(number, data)[name]
        assert claim.verdict == UNSURE
        assert "120 of 3800 samples" in claim.note
    # These are not about softness.
    assert claims("3.1", data)[SKEWNESS].verdict == REPRODUCED
    assert claims("T3.1", data)[PEARSON].verdict == REPRODUCED


def test_few_particles_cannot_tell_distributions_apart():
    claim = claims("3.1", predicted(particles=200))[DIVERGENCE]
    assert claim.verdict == UNSURE
    assert "so few particles" in claim.note


@pytest.mark.parametrize("number", MODULES)
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
    assert claims("T3.1", predicted(**elsewhere))[PEARSON].verdict == REPRODUCED
    no_svr = {"models": ("softness", "ridge")}
    assert verdicts("3.1", **no_svr) == {UNTESTED}
    assert claims("A.1", predicted(**no_svr))[RATE].verdict == UNTESTED
    assert claims("A.1", predicted(**no_svr))[GROWS].verdict == REPRODUCED
    assert claims("T3.1", predicted(**no_svr))[BOTH].verdict == UNTESTED
    assert claims("T3.1", predicted(**no_svr))[COSINE].verdict == UNTESTED
    assert verdicts("3.M", runs=2) == {UNTESTED}
    untested = {"snapshots": 0}
    for number in ("3.1", "3.4", "3.M", "A.1"):
        assert verdicts(number, **untested) == {UNTESTED}
    assert claims("T3.1", predicted(**untested))[PEARSON].verdict == UNTESTED


HARD = {
    "the source's": {},
    "one replica": {"replicas": 1},
    "one unit": {"replicas": 1, "snapshots": 1},
    "one snapshot of two replicas": {"replicas": 2, "snapshots": 1},
    "no test snapshot": {"snapshots": 0},
    "one model": {"models": ("softness", "ridge")},
    "a network alone": {"models": ("mlp",)},
    "one temperature": {"temperatures": (TRAINING,)},
    "not the training temperature": {"temperatures": TEMPERATURES[1:]},
    "one run in each half": {"runs": 2},
    "few particles": {"particles": 5},
    "three particles": {"particles": 3},
    "one particle": {"particles": 1},
}


@pytest.mark.parametrize("number", MODULES)
@pytest.mark.parametrize("kind", [*HARD, "no events"])
@pytest.mark.filterwarnings("error")
def test_figures_are_drawn_from_whatever_a_study_has(number, kind, tmp_path):
    data = without_events(predicted()) if kind == "no events" else predicted(**HARD[kind])
    made = module(number)
    with style.applied():
        figure = made.plot(data)
    assert figure.axes
    style.save(figure, tmp_path / "figure.png", tmp_path / "figure.pdf")
    numbers = made.table(data).select_dtypes("number").to_numpy()
    assert np.isfinite(numbers.astype(float)).all()
    for claim in made.claims(data):
        assert kind != "no events" or claim.verdict != REPRODUCED or "softness" in claim.note


@pytest.mark.parametrize("number", MODULES)
def test_figures_have_labels_and_are_the_same_bytes_twice(number, as_planted, tmp_path):
    made = module(number)
    assert made.__doc__.startswith(("Figure ", "Table "))
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
    assert (distributions["divergence_from_softness"] < distributions["floor"] + 0.01).all()
    explained = table("3.4")
    assert len(explained) == 3 * len(TEMPERATURES) * len(MODELS)
    assert set(table("3.M")["variable"]) == {*MODELS, "runs"}
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
    found = regressed.moments(as_planted, "3.1", snapshots, lambda each: each.predicted["svr"])
    values = np.concatenate([each.predicted["svr"] for each in snapshots])
    z = (values - values.mean()) / values.std()
    expected = [values.mean(), values.std(), (z**3).mean(), (z**4).mean() - 3]
    assert found.value == pytest.approx(expected, abs=1e-9)
    assert found.draws.mean(axis=0) == pytest.approx(expected, abs=0.05)


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
    made = module("T3.1")
    softness, record = as_planted.softness[0], as_planted.regression[0]
    plane = made.embedded(as_planted, softness.weights, record)
    assert (plane[4:] == 0).all()
    features = np.random.default_rng(1).normal(size=(20, 6))
    values = features[:, :4] / softness.scale @ softness.weights
    assert features / record.scale @ plane == pytest.approx(values)


def test_settings_that_validate_equally_well(as_planted):
    made = module("T3.1")
    record = as_planted.regression[0]
    assert made.near_equal(record) == [1, 0]
    assert made.near_equal(replace(record, scores=record.scores[:, :1])) == [1]
    unknown = np.full_like(record.scores, np.nan)
    assert made.near_equal(replace(record, scores=unknown)) == [1]


def test_the_bias_is_the_mean_over_all_training_particles(as_planted):
    made = module("T3.1")
    table = as_planted.predictions[0]
    record = next(r for r in as_planted.regression if r.name == b"svr")
    row = table.predicted[MODELS.index("svr"), table.seen]
    assert made.table_bias(as_planted, record) == pytest.approx(row.mean())
    # Not where some of them are missing, and not where there is no plane.
    more = replace(record, particles=record.particles + 1)
    assert np.isnan(made.table_bias(as_planted, more))
    network = next(r for r in as_planted.regression if r.name == b"mlp")
    assert np.isnan(made.table_bias(as_planted, network))


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
    looks = list(regressed.LOOKS.values())
    for part in zip(*looks, strict=True):
        assert len(set(part)) == len(looks)
    assert regressed.look("another")[0] == "another"
