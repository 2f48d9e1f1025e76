"""Figures of learned variables on made-up tables: planted answers, doubts, equal bytes."""

from dataclasses import replace

import numpy as np
import pytest
from figure_by_number import FigureByNumber
from learned_tables import HOT, made_up, without_events

from softness.barriers.cosines import plain_cosine
from softness.figures import style
from softness.findings import learned
from softness.findings.barrier_curves import level_and_shape
from softness.findings.learned import standard_moments
from softness.findings.table_2_1_hyperplanes import cosine_ceiling
from softness.uncertainty import Estimate, Units

NUMBERS = ("1.6", "2.1", "2.2", "2.C", "2.3", "2.4", "2.5", "T2.1")
ENERGY = "slope of Delta E by F^1.4 over the slope by softness"
ENTROPY = "slope of Sigma by F^1.4 over the slope by softness"
RANDOM = "median size of the ratio of slopes of random directions"
TRANSFER = "accuracy of every fluidity minus that of each random direction, at their best biases"
FLUIDITY = "accuracy of fluidity at the trained bias, every temperature"
LOSS = "accuracy lost at the trained bias, every temperature"
EXCESS = "excess of softness over chance, over that of fluidity, every temperature"
BIASES = "best bias of softness at the hottest set, distance to that at the coldest one"
ONSET = "onset temperature T0 of softness"
EFFECT = "relative change of the barrier over the fitted temperatures, {}"
ARRHENIUS = EFFECT.format("Arrhenius form")
KRAMERS = EFFECT.format("Kramers form, by F^2.0")
NO_LOW = "part of the excess over chance that is lost without the low tail"
NO_HIGH = "part of the excess over chance that is lost without the high tail"
TAIL = "ln likelihood of an exponential over a Gaussian tail, a displacement, coldest liquid"
HOPS = "median size of rearrangements in the coldest liquid, in sigma_AA"
FAR = "median displacement at T = 2, in sigma_AA"
MEAN = "slope of the mean of F^2.0 along the temperatures, in its direction"
SKEWNESS = "skewness of F^1.2 at every temperature"
KURTOSIS = "excess kurtosis of F^2.0 at every temperature"
SAME = "T0 of F^1.0 minus T0 of softness"
SIMILAR = "cosine with softness, every fluidity"
COSINE = "cosine minus the dissertation's, every classifier"
BIAS = "bias b minus the dissertation's, every classifier"
PHYSICAL = ("non-Gaussian", "median", "ln likelihood")
REPRODUCED, NOT, UNSURE = "reproduced", "not reproduced", "inconclusive"


@pytest.fixture(scope="module")
def as_planted():
    return made_up()


def claims(number, data):
    return {claim.name: claim for claim in FigureByNumber(number).claims(data)}


@pytest.mark.parametrize("number", NUMBERS)
def test_what_the_source_says_is_reproduced_where_it_is_planted(number, as_planted):
    found = claims(number, as_planted)
    assert len(found) == len(FigureByNumber(number).claims(as_planted))
    assert {claim.verdict for claim in found.values()} == {REPRODUCED}


@pytest.mark.parametrize(
    ("number", "name", "changes", "verdict"),
    [
        ("1.6", ONSET, {"onset": 0.65}, NOT),
        ("1.6", ONSET, {"onset": 1.0}, UNSURE),
        ("1.6", ONSET, {"strength_error": 2.0}, UNSURE),
        ("1.6", ARRHENIUS, {"curvature": 0.6}, NOT),
        ("1.6", ARRHENIUS, {"curvature": -0.6}, NOT),
        ("1.6", "slope of Delta E with softness", {"strength": 1.3}, NOT),
        ("1.6", "quadratic over linear term of Delta E(S) at x = 2", {"bend": 0.15}, NOT),
        ("1.6", "quadratic over linear term of Delta E(S) at x = 2", {"noise": 20.0}, UNSURE),
        ("2.1", FLUIDITY, {"fluidity_accuracy": 0.53}, NOT),
        ("2.1", FLUIDITY, {"fluidity_accuracy": 0.552}, UNSURE),
        ("2.1", LOSS, {"best_bias": -1.5}, NOT),
        ("2.1", EXCESS, {"softness_on_hot": 0.6}, NOT),
        ("2.1", BIASES, {"softness_bias": 0.3}, NOT),
        ("2.1", "grouped cross-validation of softness", {"softness_accuracy": 0.6}, NOT),
        ("2.2", TRANSFER, {"transfer_accuracy": 0.47}, NOT),
        ("2.2", "non-Gaussian parameter at T = 2", {"gaussian": 0.2}, NOT),
        ("2.2", FAR, {"far": 0.3}, NOT),
        ("2.2", TAIL, {"exponential": -0.1}, NOT),
        ("2.2", TAIL, {"exponential": 0.0}, UNSURE),
        ("2.2", HOPS, {"hop_size": 1.5}, NOT),
        ("2.C", NO_LOW, {"one_tail_accuracy": 0.69}, NOT),
        ("2.C", NO_HIGH, {"one_tail_accuracy": 0.69}, NOT),
        ("2.3", SKEWNESS, {"skewness": 1.0}, NOT),
        ("2.3", KURTOSIS, {"skewness": 1.0}, NOT),
        ("2.3", MEAN, {"drift": -0.4}, REPRODUCED),
        ("2.3", MEAN, {"drift": 0.0}, UNSURE),
        ("2.3", MEAN, {"bump": 0.5}, NOT),
        ("2.4", SAME, {"fluidity_onset": 1.2}, NOT),
        ("2.4", SAME, {"strength_error": 2.0}, UNSURE),
        ("2.4", KRAMERS, {"curvature": 0.7}, NOT),
        # A common shift of all barriers is no matter of structure.
        ("2.5", ENERGY, {"shift": 2.0}, REPRODUCED),
        ("2.5", ENERGY, {"fluidity_influence": 0.5}, NOT),
        ("2.5", ENTROPY, {"fluidity_influence": 1.6}, NOT),
        ("2.5", RANDOM, {"random_influence": 0.9}, NOT),
        ("T2.1", SIMILAR, {"cosines": (0.3,)}, NOT),
        ("T2.1", SIMILAR, {"cosines": (0.5,)}, UNSURE),
        ("T2.1", COSINE, {"cosines": (0.6,)}, NOT),
        ("T2.1", BIAS, {"bias": 0.2}, NOT),
    ],
)
def test_verdicts_follow_what_is_planted(number, name, changes, verdict):
    assert claims(number, made_up(**changes))[name].verdict == verdict


def test_values_are_those_planted(as_planted):
    def value(number, name):
        return claims(number, as_planted)[name].value

    assert value("2.1", FLUIDITY) == pytest.approx(0.65, abs=0.01)
    assert value("2.1", LOSS) == pytest.approx(0.002, abs=0.002)
    assert value("2.1", EXCESS) == pytest.approx(0.14 / 0.15, abs=0.03)
    assert value("2.1", BIASES) == pytest.approx(1.5, abs=0.06)
    assert value("2.C", NO_LOW) == pytest.approx(0.5, abs=0.02)
    assert value("2.2", HOPS) == pytest.approx(0.6, abs=0.02)
    assert value("2.5", ENERGY) == pytest.approx(0.95, abs=0.03)
    assert value("T2.1", SIMILAR) == pytest.approx(0.6643)


def test_paired_differences_have_the_error_of_the_difference(as_planted):
    """Accuracies on one set scatter together; the interval of a difference must not hold that."""
    transfer = as_planted.transfer[0]
    both, one = (
        learned.held_out_accuracy(as_planted, "2.2", transfer, name)
        for name in ("fluidity_1", "high_tail_1")
    )
    widths = [np.ptp(each.interval()) for each in (both - one, both)]
    assert widths[0] < 0.5 * widths[1]


def test_rules_and_units_stand_in_each_row(as_planted):
    for number in NUMBERS:
        for claim in claims(number, as_planted).values():
            assert "95 % interval" in claim.rule
            assert "replicas" in claim.units
            assert claim.origin == "ours" or claim.origin.startswith("Section ")
            assert not claim.doubt


def with_right_answers(table, distance, seed):
    """The set with samples drawn anew: two classes at +-distance from 0 in each variable."""
    generator = np.random.default_rng(seed)
    variables, _, replicas, blocks, _ = table.right.shape
    labels = generator.choice([-1, 1], (replicas, blocks, 60))
    values = generator.normal(size=(variables, *labels.shape)) + distance * labels
    answers = (values[..., None] > table.bias) == (labels[..., None] > 0)
    members = [labels == label for label in (1, -1)]
    return replace(
        table,
        samples=np.array([each.sum(axis=-1) for each in members]),
        right=np.stack([(answers * each[..., None]).sum(axis=-2) for each in members], axis=1),
    )


def test_fluidity_without_influence_is_not_above_random_directions():
    plain = made_up()
    verdicts = []
    for seed in range(40):
        transfer = with_right_answers(plain.transfer[0], 0.0, seed)
        verdicts.append(claims("2.2", replace(plain, transfer=[transfer]))[TRANSFER].verdict)
    assert REPRODUCED not in verdicts
    assert verdicts.count(NOT) <= 4


def test_samples_in_one_block_alone_say_nothing_of_the_error():
    data = made_up()

    def squeezed(table):
        only = np.zeros_like(table.samples)
        only[:, 1, 2] = 1
        return replace(table, samples=table.samples * only, right=table.right * only[..., None])

    sparse = replace(
        data,
        transfer=[squeezed(table) for table in data.transfer],
        extremes=[squeezed(table) for table in data.extremes],
    )
    for number in ("2.1", "2.2", "2.C"):
        module = FigureByNumber(number)
        with style.applied():
            assert module.plot(sparse).axes
        numbers = module.table(sparse).select_dtypes("number").to_numpy()
        assert np.isfinite(numbers).all()
    smallest = claims("2.1", sparse)[FLUIDITY]
    assert smallest.verdict == UNSURE
    assert (smallest.note, smallest.doubt) == ("at T = 1", "undefined in too many resamples")


def test_the_member_that_decides_is_named():
    def note(number, name, **changes):
        return claims(number, made_up(**changes))[name].note

    assert note("2.3", MEAN, bump=0.5).startswith("goes back from T = 0.86 to 1.2")
    assert note("2.1", FLUIDITY).startswith("at T = ")
    assert note("2.2", TRANSFER).startswith("F^")
    assert "random" in note("2.2", TRANSFER)


def test_one_answer_for_all_has_one_half_exactly(as_planted):
    """Blocks differ in their shares of the classes; that says nothing about a classifier."""
    transfer = as_planted.transfer[0]
    assert (transfer.samples[0] != transfer.samples[1]).any()
    found = learned.curve(as_planted, "2.2", transfer, "fluidity_1")
    extreme = [0, -1]
    active = transfer.right[learned.place(transfer, "fluidity_1"), 0].sum(axis=(0, 1))
    assert active[extreme].tolist() == [transfer.samples[0].sum(), 0]
    assert (found.value[extreme] == 0.5).all()
    for bounds in found.interval():
        assert (bounds[extreme] == 0.5).all()


def test_a_resample_with_more_of_one_class_does_not_move_the_accuracy(as_planted):
    """Ten times the active samples of one replica, as well classified as before."""
    transfer = as_planted.transfer[0]
    share = np.where(transfer.bias < 0, 0.9, 0.3), np.where(transfer.bias < 0, 0.2, 0.7)
    samples = 100 * np.ones_like(transfer.samples)
    samples[0, 1] *= 10
    right = np.array(share)[:, None, None] * samples[..., None]
    right = np.broadcast_to(right, transfer.right.shape)
    uneven = replace(transfer, samples=samples, right=right)
    found = learned.curve(as_planted, "2.2", uneven, "softness")
    expected = np.where(transfer.bias < 0, 0.55, 0.5)
    assert found.value == pytest.approx(expected)
    assert found.draws == pytest.approx(np.tile(expected, (len(found.draws), 1)))


def test_the_band_of_a_shape_leaves_out_the_common_level():
    generator = np.random.default_rng(1)
    x = np.linspace(-2.75, 2.75, 12)
    value = 5 - x
    common = generator.normal(scale=2.0, size=(500, 1))
    draws = value + common + 0.01 * generator.normal(size=(500, 12))
    level, shape = level_and_shape(x, Estimate(value, draws, Units(5, 5)))
    inner = np.abs(x) <= 2
    assert level.value == pytest.approx(value[inner].mean())
    assert level.draws.std() == pytest.approx(common.std(), rel=0.01)
    assert shape.draws[:, inner].mean(axis=1) == pytest.approx(level.value)
    assert (shape.draws.std(axis=0) < 0.02).all()
    # Draws without some bins are compared over those that they have.
    draws[0, 3], draws[1] = np.nan, np.nan
    level, shape = level_and_shape(x, Estimate(value, draws, Units(5, 5)))
    assert shape.draws[0, 4:] == pytest.approx(value[4:], abs=0.05)
    assert np.isnan(level.draws[1])


def test_intervals_of_the_shape_are_in_the_table(as_planted):
    table = FigureByNumber("2.5").table(as_planted)
    for quantity in ("energy", "entropy"):
        for kind in ("", "_shape", "_level"):
            assert (table[f"{quantity}{kind}_low"] < table[f"{quantity}{kind}_high"]).all()


def test_curves_of_all_temperatures_are_whole():
    """Panels share an axis, and the highest curve may be in any of them."""
    data = made_up()
    narrow = [
        replace(each, counts=each.counts * np.array([1] * 4 + [3])[:, None])
        for each in data.distribution
    ]
    with style.applied():
        figure = FigureByNumber("2.3").plot(replace(data, distribution=narrow))
    for axes in figure.axes:
        assert max(line.get_ydata().max() for line in axes.lines) < axes.get_ylim()[1]
        assert axes.get_ylim()[0] == 0


def test_moments_of_a_known_distribution():
    rate = 2.0  # of an exponential distribution, whose powers are n! / rate^n
    powers = np.array([1, 2, 6, 24]) / rate ** np.arange(1, 5)
    assert standard_moments(powers) == pytest.approx([0.5, 0.5, 2.0, 6.0])


def test_the_effect_of_curvature_weighs_bins_by_their_variance():
    table = made_up().barriers[0]
    softness, form = learned.place(table, "softness"), learned.ARRHENIUS
    curvature = np.full_like(table.curvature, np.nan)
    draws = np.full_like(table.curvature_draws, np.nan)
    curvature[form, softness, :2] = 1.0, 5.0
    away = np.tile([-1.0, 1.0], len(draws) // 2)
    draws[:, form, softness, 0], draws[:, form, softness, 1] = 1 + 0.1 * away, 5 + 0.3 * away
    energy = np.ones_like(table.energy)
    planted = replace(table, curvature=curvature, curvature_draws=draws, energy=energy)
    unit = -2 * (1 / table.temperature.min() - 1 / table.temperature.max())
    found = learned.curvature_effect(planted, "softness", form)
    assert found.value == pytest.approx(unit * (9 * 1 + 5) / 10)
    # A bin that is undefined in one draw out of five does not count.
    draws[::5, form, softness, 1] = np.nan
    found = learned.curvature_effect(replace(planted, curvature_draws=draws), "softness", form)
    assert found.value == pytest.approx(unit)


def test_an_onset_without_strength_is_in_doubt_and_not_drawn():
    data = made_up(strength_error=2.0)
    assert claims("1.6", data)[ONSET].doubt == "strength of g includes 0 for softness"
    lines = {}
    for name, given in (("undefined", data), ("defined", made_up())):
        with style.applied():
            axes = FigureByNumber("1.6").plot(given).axes[0]
        lines[name] = len(axes.lines)
        assert bool(axes.texts) == (name == "defined")
    assert lines["defined"] == lines["undefined"] + 1


@pytest.mark.parametrize("number", NUMBERS)
def test_incomplete_sets_leave_claims_inconclusive(number):
    found = claims(number, made_up(found=120))
    for claim in found.values():
        if not claim.name.startswith(PHYSICAL):
            assert claim.verdict == UNSURE
            assert "120 of 3800 samples" in claim.doubt


def test_doubt_names_classifier_and_set(as_planted):
    short = made_up(found=120)
    text = learned.doubt(short.softness, short.fluidity[:1], short.transfer)
    assert text == (
        "softness trained with 120 of 3800 samples; "
        "fluidity at T = 1 trained with 120 of 3800 samples; "
        "set at T = 0.47 has 120 of 3800 samples"
    )
    assert learned.doubt(as_planted.softness, as_planted.fluidity, as_planted.transfer) == ""


@pytest.mark.parametrize("number", NUMBERS)
def test_one_replica_is_inconclusive(number):
    data = made_up(replicas=1)
    assert {claim.verdict for claim in claims(number, data).values()} == {UNSURE}


def test_what_the_study_lacks_is_not_tested():
    few = made_up(hot=(1.2,), randoms=0)
    assert claims("2.2", few)["non-Gaussian parameter at T = 2"].verdict == "not tested"
    assert claims("2.2", few)[TRANSFER].verdict == "not tested"
    assert claims("2.5", few)[RANDOM].verdict == "not tested"
    assert claims("2.1", few)[BIASES].verdict == "not tested"
    elsewhere = replace(made_up().softness[0], temperature=np.array(0.5))
    found = claims("T2.1", replace(made_up(), softness=[elsewhere]))
    assert found[COSINE].verdict == "not tested"
    assert found[SIMILAR].verdict == REPRODUCED
    names = few.transfer[0].names
    without = replace(few.transfer[0], names=np.char.replace(names, b"low_tail", b"other"))
    lost = claims("2.C", replace(few, transfer=[without]))
    assert lost[NO_HIGH].verdict == "not tested"
    assert lost[NO_LOW].verdict == REPRODUCED
    cold = replace(few, distribution=few.distribution[:1])
    assert "not tested" in {claim.verdict for claim in claims("2.3", cold).values()}


HARD = {
    "the source's": {},
    "one replica": {"replicas": 1},
    "one unit": {"replicas": 1, "blocks": 1},
    "one block": {"replicas": 2, "blocks": 1},
    "two replicas": {"replicas": 2},
    "one fluidity": {"hot": (1.2,), "randoms": 0},
    "undefined onset": {"strength_error": 2.0},
}


INITIALS = {REPRODUCED: "R", NOT: "N", UNSURE: "U", "not tested": "T"}
# Of each claim of each figure, in the order of NUMBERS.
TOLD = {
    "the source's": "RRRR RRRRR RRRRR RR RRRRRR RRRRRR RRRRRRRRRRRRRRRR RRRRR",
    "one replica": "UUUU UUUUU UUUUU UU UUUUUU UUUUUU UUUUUUUUUUUUUUUU UUUUU",
    "one unit": "UUUU UUUUU UUUUU UU UUUUUU UUUUUU UUUUUUUUUUUUUUUU UUUUU",
    "one block": "RRRR RRRRR RRRRR RR UURUUR RRRRRR RRRRRRRRRRRRRRRR RRRUR",
    "two replicas": "RRRR RRRRR RRRRR RR RRRRRR RRRRRR RRRRRRRRRRRRRRRR RRRRR",
    "one fluidity": "RRRR RRRTR TTTRR RR RRR RR RRRT RRRRR",
    "undefined onset": "URRR RRRRR RRRRR RR RRRRRR UUUUUR RRRRRRRRRRRRRRRR RRRRR",
    "no events": "UUUU RRRRR RRRRR RR RRRRRR UUUUUU UUUUUUUUUUUUUUUU RRRRR",
}


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("kind", [*HARD, "no events"])
@pytest.mark.filterwarnings("error")
def test_figures_are_drawn_from_whatever_a_study_has(number, kind):
    data = without_events(made_up()) if kind == "no events" else made_up(**HARD[kind])
    module = FigureByNumber(number)
    with style.applied():
        figure = module.plot(data)
    assert figure.axes
    numbers = module.table(data).select_dtypes("number").to_numpy()
    assert np.isfinite(numbers).all()
    told = "".join(INITIALS[claim.verdict] for claim in module.claims(data))
    assert told == TOLD[kind].split()[NUMBERS.index(number)]


@pytest.mark.parametrize("number", NUMBERS)
def test_figures_have_labels_and_are_the_same_bytes_twice(number, as_planted, tmp_path):
    module = FigureByNumber(number)
    contents = []
    for again in range(2):
        with style.applied():
            figure = module.plot(as_planted)
        if number != "T2.1":
            for axes in figure.axes:
                assert axes.get_xlabel() or axes.get_label() == "<colorbar>"
                assert axes.get_ylabel()
                assert axes.lines or axes.patches or axes.collections
        style.save(figure, tmp_path / f"{again}.png", tmp_path / f"{again}.pdf")
        contents.append([(tmp_path / f"{again}.{kind}").read_bytes() for kind in ("png", "pdf")])
    assert contents[0] == contents[1]
    frames = [module.table(as_planted).to_csv() for _ in range(2)]
    assert frames[0] == frames[1]


def test_the_numbers_behind_a_figure_are_all_there(as_planted):
    def table(number):
        return FigureByNumber(number).table(as_planted)

    assert set(table("2.1")["temperature"]) == {0.45, *HOT}
    own = table("2.1").query("cross_validated")
    assert (own["plain_accuracy"] > own["accuracy"]).all()
    assert set(table("2.C")["tails"]) == {"fluidity", "high_tail", "low_tail"}
    assert set(table("2.3")["variable"]) == {"fluidity_1.2", "fluidity_2"}
    assert set(table("2.4")["variable"]) == {"fluidity_2", "softness"}
    assert set(table("2.5")["hottest_of_fit"]) == {0.78, 0.86}
    hyperplanes = table("T2.1")
    assert hyperplanes["temperature"].tolist() == [0.45, *HOT]
    assert hyperplanes["best_bias"].tolist() == pytest.approx(
        [0.557, -0.2385, -0.4644, -0.4644, -0.5774, -0.6151], abs=0.03
    )
    assert hyperplanes["cosine"][0] == pytest.approx(1.0)


def test_the_table_is_typeset_alike_as_html_and_latex(as_planted):
    module = FigureByNumber("T2.1")
    html, latex = module.html(as_planted), module.latex(as_planted)
    assert html.count("<tr>") == 7
    assert html.count("<td>") == 6 * html.count("<th>") == 54
    assert latex.startswith("\\begin{tabular}{rrrrrrrrr}\n\\toprule\n")
    assert latex.count(r"\\") == 7
    for text in (html, latex):
        assert "0.825" in text
        assert "0.81 to 0.84" in text
    assert "$-$0.020" in latex
    assert "95\\,\\% interval" in latex


def test_columns_that_are_unknown_are_left_out_of_the_table():
    module = FigureByNumber("T2.1")
    data = made_up(replicas=1)
    none = [
        replace(each, half_weights=np.zeros((0, 6))) for each in (*data.softness, *data.fluidity)
    ]
    data = replace(data, softness=none[:1], fluidity=none[1:])
    assert "self_cosine" not in module.table(data)
    assert module.html(data).count("<th>") == 7


def test_the_ceiling_of_a_cosine_is_that_of_its_noise():
    """Two models of one direction, each with noise: their cosine is the ceiling on average."""
    generator = np.random.default_rng(1)
    found, ceilings = [], []
    for _ in range(200):
        first, second = (_noisy(generator) for _ in range(2))
        found.append(plain_cosine(first.weights, second.weights))
        ceilings.append(cosine_ceiling(first, second))
    assert np.mean(ceilings) == pytest.approx(np.mean(found), abs=0.02)


def _noisy(generator):
    """A model with noise; its halves have sqrt(2) times as much, and it is their mean."""
    direction = np.zeros(100)
    direction[0] = 1.0
    halves = direction + 0.1 * generator.normal(size=(2, 100))
    made = made_up().softness[0]
    return replace(made, weights=halves.mean(axis=0), half_weights=halves)


def test_the_jackknife_gives_the_error_of_a_mean():
    values = np.random.default_rng(1).normal(size=20)
    without_one = [np.delete(values, n).mean() for n in range(20)]
    assert learned._jackknife_variance(without_one) == pytest.approx(values.var(ddof=1) / 20)
